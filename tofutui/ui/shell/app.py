"""The full-screen app: themes, signals, sessions, and the way out. What is shown is in `screens`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from tofutui.system import background
from tofutui.system.clock import utc_now
from tofutui.system.leaving import NODES_WITHIN, Deadline
from tofutui.tofu.site.session import Session
from tofutui.ui.actions.catalogue import Scope, State
from tofutui.ui.backend import Opener, opener
from tofutui.ui.kit.confirmation import Ticks
from tofutui.ui.kit.desk import OpenTables
from tofutui.ui.kit.mask import Privacy
from tofutui.ui.kit.screen import Acting
from tofutui.ui.options import AppOptions
from tofutui.ui.questions.asker import ScreenAsker
from tofutui.ui.shell import gc_tuning
from tofutui.ui.shell.questioning import QuestioningApp
from tofutui.ui.tables.auto_reconnect import Patience
from tofutui.ui.tables.screen import MainScreen
from tofutui.ui.terminal.driver import TerminalDriver, leave_on_signals
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import Glyphs
from tofutui.ui.theme.catalogue import Themes
from tofutui.ui.theme.styles import Palette

INTERNAL = 70


class TofutuiApp(QuestioningApp):
    """Holds the options, the theme and the open session; everything else is in the screens."""

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]

    def __init__(
        self,
        options: AppOptions,
        *,
        open_link: Opener | None = None,
        clock: Callable[[], datetime] = utc_now,
        patience: Patience | None = None,
        ticks: Ticks | None = None,
    ) -> None:
        super().__init__(options.data_dir, ticks)
        self.patience = patience or Patience()
        """How lost links are tried again."""
        self.animation_level = "none"
        self.options = options
        self.with_mouse = options.mouse
        self.sessions = dict(options.sessions)
        """Every session there is, by name: those of the start, and what was made or changed since."""
        self.clock = clock
        self.opener = open_link or opener(options.data_dir, clock, self.announce)
        self.asker = ScreenAsker(self)
        self.glyphs = Glyphs(options.ascii)
        self.followed = "" if options.last_key else None
        self.keys = options.keys
        self.set_keymap(self.keys.keymap)
        self.running_plan = False
        """Whether rows are being deleted."""
        self.debug_errors = options.debug
        self.main: MainScreen | None = None
        self._logins: set[asyncio.Task[None]] = set()
        self.privacy = Privacy()
        self.deadline: Deadline | None = None
        """Ends the process where something hangs; only set where the app is the whole program."""
        self._leaving = False
        self._left_early: int | None = None
        self._warned = False
        self.themes = Themes()
        self.palette = Palette(self.themes.default)
        self._register_themes()
        self.use_theme(options.theme)

    def on_mount(self) -> None:
        """Open the session, or let the user choose one."""
        self.call_after_refresh(self.call_after_refresh, gc_tuning.resume)
        if self._left_early is not None:
            self.leave(self._left_early)
            return
        self.call_after_refresh(self.request_status)
        if self.options.redact:
            self.set_privacy(True)
        sessions = self.sessions
        initial = self.options.initial or (next(iter(sessions)) if len(sessions) == 1 else None)
        if initial is not None:
            self.open_session(sessions[initial])
        elif not sessions and self.options.fixed is None:
            self._welcome()
        else:
            self.pick_session()
            self.call_after_refresh(self.tell_of_themes)

    def tell_of_themes(self) -> None:
        """Say what is wrong with theme files and names, once, and what else is to be said at the start."""
        if complaint := self.themes.complaints():
            self.announce(complaint, Tone.WARNING, stays=True)
        for warning in self.options.warnings:
            self.announce(warning, Tone.WARNING, stays=True)

    def open_session(self, session: Session) -> None:
        """Show this session; one that is open is closed first."""
        watch = session.watch if self.options.watch is None else self.options.watch
        self.use_theme(self.options.theme or session.theme)
        before, self.main = self.main, MainScreen(session, watch, self.patience)
        if before is None:
            self.push_screen(self.main)
        else:
            self.switch_screen(self.main)
            self.run_guarded(before.close())

    def pick_session(self) -> None:
        """Let the user choose; without an open session, leaving the picker ends the app."""
        from tofutui.ui.sessions.picker import SessionScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.open_session(self.sessions[name])
            elif self.main is None:
                self.leave()

        current = self.main.session.name if self.main else None
        self.push_screen(SessionScreen(current), chosen)

    def _welcome(self) -> None:
        from tofutui.ui.sessions.welcome import WelcomeScreen

        def made(name: str | None) -> None:
            if name is not None:
                self.open_session(self.sessions[name])
            else:
                self.leave()

        self.push_screen(WelcomeScreen(), made)

    def put_session(self, session: Session, before: str | None) -> None:
        """A session was made, or changed (its name may have been ``before``)."""
        if before is None or before not in self.sessions:
            self.sessions[session.name] = session
            return
        items = [(session.name, session) if name == before else (name, kept)
                 for name, kept in self.sessions.items()]  # fmt: skip
        self.sessions = dict(items)

    def keep_until_left(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that holds a login: it is cancelled, and may leave the node, before the app ends."""
        task = asyncio.create_task(self._guarded(work))
        self._logins.add(task)
        task.add_done_callback(self._logins.discard)
        return task

    def open_palette(self) -> None:
        """Every action by name."""
        from tofutui.ui.help.palette import Palette as CommandPalette

        self.push_screen(CommandPalette())

    def open_help(self, scope: Scope, state: State) -> None:
        """All keys, those of this scope first."""
        from tofutui.ui.help.screen import HelpScreen

        self.push_screen(HelpScreen(scope, state))

    def explain(self) -> None:
        """Trust on first use on one page."""
        from tofutui.ui.help.screen import ExplainScreen

        self.push_screen(ExplainScreen())

    def show_text(self, text: str) -> None:
        """The text as plain lines that the mouse can select."""
        from tofutui.ui.kit.plain_text import PlainScreen

        self.push_screen(PlainScreen(text))

    def picture(self) -> str:
        """The uppermost screen as SVG."""
        from tofutui.ui.kit.export import self_contained

        return self_contained(self.export_screenshot(title="tofutui"))

    async def save_file(self, title: str, form: str, text: str) -> Path | None:
        """Ask for a path and write a private file there; None if the user left the question.

        Raises:
            FileError: it cannot be written.
        """
        from tofutui.ui.kit.export import ask_and_write, default_name

        session = self.privacy(self.main.session).name if self.main else ""
        default = default_name(session, form, self.clock(), self.options.data_dir)
        return await ask_and_write(self, title, default, text)

    async def uncover(self, screen: Screen[Any] | OpenTables) -> None:
        """Close what lies over this screen, as far as it is there."""
        while screen in self.screen_stack and self.screen is not screen:
            await self.pop_screen()

    @property
    def native_ansi_color(self) -> bool:
        """With NO_COLOR set no colour at all is sent; Textual alone would send greys."""
        return getattr(self, "no_color", False) or super().native_ansi_color

    @property
    def own_themes(self) -> list[str]:
        """The names of the themes that can be chosen."""
        return self.themes.names

    def next_theme(self) -> str:
        """Go to the next theme; returns its name."""
        self.use_theme(self.themes.following(self.palette.spec.name).name)
        return self.palette.spec.name

    def use_theme(self, name: str | None) -> None:
        """Go to this theme; where there is none of that name, to the default."""
        spec = self.themes.named(name)
        if spec is not self.palette.spec:
            self.palette = Palette(spec)
        self.theme = spec.name

    def use_few_colors(self) -> None:
        """Get along with 16 colours; before the app runs."""
        self.themes.use_few_colors()
        self._register_themes()
        self.palette = Palette(self.themes.named(self.theme))

    def _register_themes(self) -> None:
        for theme in self.themes.for_textual():
            self.register_theme(theme)

    def outgoing(self, text: str) -> str:
        """With stand-ins while the privacy mask is on."""
        return super().outgoing(self.privacy(text))

    def shown_text(self, text: str) -> str:
        """With stand-ins while the privacy mask is on."""
        return self.privacy(text)

    def set_privacy(self, on: bool) -> None:
        """Show stand-ins for names and addresses from now on, or everything as it is."""
        self.privacy.on = on
        self.privacy.learn(*self.sessions.values())
        if self.main is not None:
            self.privacy.learn(self.main.session, self.main.comparison)
        self.redraw_all()

    def redraw_all(self) -> None:
        """Draw every screen again, because names are shown differently."""
        for screen in self.screen_stack:
            if isinstance(screen, Acting) and screen.is_mounted:
                screen.redraw()
            for widget in screen.walk_children():
                widget.refresh()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every painted line passes: the last net of the privacy mask too."""
        return [*super().get_line_filters(), *self.privacy.nets()]

    async def on_event(self, event: events.Event) -> None:
        """On the way out no key counts, and none keeps the nodes waiting for their `exit`."""
        is_late = self._leaving or not self.screen_stack
        if not (is_late and isinstance(event, events.InputEvent)):
            await super().on_event(event)

    async def action_quit(self) -> None:
        """Textual's own Ctrl-Q leaves as q does."""
        self.leave()

    def action_interrupt(self) -> None:
        """Ctrl-C leaves as q does; while rows are being deleted it takes a second one."""
        if self.running_plan and not self._warned:
            self._warned = True
            text = "rows are being deleted; Ctrl+C again leaves, the journal then says unknown"
            self.announce(text, Tone.WARNING)
            return
        self.leave()

    def leave(self, code: int = 0) -> None:
        """Leave the nodes with `exit`, and end: within `LEAVE_WITHIN` seconds, whatever hangs."""
        self.hurry(code)
        if not self.is_running:
            self._left_early = code
            return
        if self._leaving:
            return
        self._leaving = True
        self.announce("leaving the nodes …")
        self.run_worker(self._leave(code), exit_on_error=False)

    def hurry(self, code: int) -> None:
        """From now on the process ends in time, even if nothing else is carried out any more."""
        if self.deadline is not None:
            self.deadline.start(code, self._give_terminal_back)

    def _give_terminal_back(self) -> None:
        if isinstance(self._driver, TerminalDriver):
            self._driver.restore_now()

    async def _leave(self, code: int) -> None:
        await self.close_nodes()
        self.exit(code, return_code=code)

    async def close_nodes(self) -> None:
        """Leave the nodes, if there are any, as far as that goes in `NODES_WITHIN` seconds."""
        main, self.main = self.main, None
        logins = list(self._logins)
        for login in logins:
            login.cancel()
        closing = [asyncio.ensure_future(main.close())] if main else []
        if left := [*logins, *closing]:
            _, hanging = await asyncio.wait(left, timeout=NODES_WITHIN)
            for task in hanging:
                task.cancel()  # not waited for: it had its time


async def _run(app: TofutuiApp) -> int:
    if app.console.color_system == "standard":
        app.use_few_colors()
    leave_on_signals(app.leave, app.hurry)
    try:
        await app.run_async(mouse=app.options.mouse)
    finally:
        gc_tuning.resume()
        app.hurry(INTERNAL)
        await app.close_nodes()
    if app.last_words:
        sys.stderr.write(app.last_words)
        return INTERNAL
    return app.return_code or 0


def run(options: AppOptions, open_link: Opener | None = None) -> int:
    """Show the app until the user leaves; returns the exit code."""
    app = TofutuiApp(options, open_link=open_link)
    app.deadline = Deadline()
    code = background.run(_run(app))
    app.deadline.stop()
    return code
