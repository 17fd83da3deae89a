"""The full-screen app: themes, signals, sessions, and the way out. What is shown is in `screens`."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.screen import Screen

from tofutui.system.clock import utc_now
from tofutui.tofu.base.text import safe_lines
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import Session
from tofutui.ui.actions.catalogue import Scope, State
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Opener, opener
from tofutui.ui.kit.confirmation import Presses, Ticks
from tofutui.ui.kit.desk import MESSAGES, OpenTables, ShownMessage
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.mask import Privacy
from tofutui.ui.kit.screen import Acting
from tofutui.ui.kit.whole_screens import unless_gone
from tofutui.ui.options import AppOptions
from tofutui.ui.questions.asker import ScreenAsker
from tofutui.ui.shell import gc_tuning
from tofutui.ui.shell.errors import ErrorBoundary
from tofutui.ui.shell.key_echo import KeyEcho
from tofutui.ui.shell.leaving import LEAVES_UNKNOWN, Leaving
from tofutui.ui.shell.messages import Messages
from tofutui.ui.shell.output import TerminalOutput
from tofutui.ui.shell.questioning import Questioning
from tofutui.ui.shell.terminal_rules import TERMINAL_KEYS, JobControl, name_key
from tofutui.ui.shell.themed import ThemedApp
from tofutui.ui.tables.auto_reconnect import ReconnectPatience
from tofutui.ui.tables.screen import MainScreen
from tofutui.ui.terminal.clipboard import fits
from tofutui.ui.terminal.fields import is_text_area
from tofutui.ui.terminal.keytable import Noise, TerminalNamed
from tofutui.ui.terminal.textual_internals import holds_back
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import Glyphs

if TYPE_CHECKING:
    from tofutui.tofu.deletion.choices import PlanChoices


class TofutuiApp(ThemedApp):
    """Holds the options, the theme and the open session; everything else is in the screens."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "../tables/screen.tcss"]
    """With the main screen's: for a style sheet that a screen adds, Textual parses all of them again."""
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*TERMINAL_KEYS]

    def __init__(
        self,
        options: AppOptions,
        *,
        open_link: Opener | None = None,
        clock: Callable[[], datetime] = utc_now,
        patience: ReconnectPatience | None = None,
        ticks: Ticks | None = None,
    ) -> None:
        super().__init__(options)
        self.messages = Messages(self)
        self.presses = Presses(ticks or Ticks())
        self.output = TerminalOutput(self, mouse=options.mouse)
        self.echo = KeyEcho(self, on=options.last_key)
        self.errors = ErrorBoundary(
            self.messages, options.data_dir, self.masked, self._handle_exception if options.debug else None
        )
        self.actions = self.errors.actions
        self.questioning = Questioning(self, self.presses, self.output, self.messages)
        self.patience = patience or ReconnectPatience()
        self.animation_level = "none"
        self.sessions = dict(options.sessions)
        """Every session there is, by name: those of the start, and what was made or changed since."""
        self.clock = clock
        self.opener = open_link or opener(options.data_dir, clock, self.announce)
        self.asker = ScreenAsker(self)
        self.glyphs = Glyphs(options.ascii)
        self.said: deque[ShownMessage] = deque(maxlen=MESSAGES)
        self.left: Comparison | None = None
        """What the tables showed when the nodes were left."""
        self.keys = options.keys
        self.set_keymap(self.keys.keymap)
        self.running_plan = False
        self.plan_choices: dict[str, PlanChoices] = {}
        self.main: MainScreen | None = None
        self.leaving = Leaving(self, self._close_main)
        self.privacy = Privacy()
        self.jobs = JobControl(self.messages, lambda: self.running_plan, self.redraw_all)
        self.begin_themes()

    def on_mount(self) -> None:
        """Open the session, or let the user choose one."""
        self.call_after_refresh(self.call_after_refresh, gc_tuning.resume)
        if self.leaving.early is not None:
            self.leave(self.leaving.early)
            return
        self.call_after_refresh(self.questioning.request_status)
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
        """Say what is wrong with theme files and names, once, and what else to say at the start."""
        if complaint := self.themes.complaints():
            self.announce(complaint, Tone.WARNING, stays=True)
        for warning in self.options.warnings:
            self.announce(warning, Tone.WARNING, stays=True)

    def open_session(self, session: Session) -> None:
        """Show this session; one that is open is closed first."""
        watch = session.watch if self.options.watch is None else self.options.watch
        self.use_theme(self.options.theme or session.theme)
        before, self.main = self.main, MainScreen(session, watch, self.patience)
        self.name_window()
        if before is None:
            self.push_screen(self.main)
        else:
            self.switch_screen(self.main)
            self.run_guarded(before.close())

    @does("app.sessions")
    def pick_session(self, made: str | None = None) -> None:
        """Let the user choose, from the one just ``made`` on; leaving it with none open ends the app."""
        from tofutui.ui.sessions.picker import SessionScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.open_session(self.sessions[name])
            elif self.main is None:
                self.leave()

        current = self.main.session.name if self.main else None
        self.push_screen(SessionScreen(current, made), chosen)

    def _welcome(self) -> None:
        from tofutui.ui.sessions.welcome import WelcomeScreen

        def made(name: str | None) -> None:
            self.leave() if name is None else self.pick_session(name)

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
        return self.leaving.hold(self.errors.guard(work))

    @does("app.palette")
    def open_palette(self) -> None:
        """Every action by name."""
        from tofutui.ui.help.palette import ActionPalette as CommandPalette

        self.push_screen(CommandPalette())

    def open_help(self, scope: Scope, state: State) -> None:
        """All keys, those of this scope first."""
        from tofutui.ui.help.screen import HelpScreen

        self.push_screen(HelpScreen(scope, state))

    @does("app.explain", "help.explain")
    def explain(self) -> None:
        """Trust on first use on one page."""
        from tofutui.ui.help.screen import ExplainScreen

        self.push_screen(ExplainScreen())

    @does("app.messages")
    def show_messages(self) -> None:
        """The messages of this run."""
        from tofutui.ui.help.command_log import MessagesScreen

        self.push_screen(MessagesScreen(self.said))

    @does("app.last_key")
    def toggle_last_key(self) -> None:
        """Show the last key and what it did, or stop showing it."""
        self.echo.show(self.echo.line is None)

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

    def masked(self, text: str) -> str:
        """A text of the program with stand-ins while the privacy mask is on."""
        return self.privacy(text)

    def outgoing(self, text: str) -> str:
        """Text as it may leave the app: every copy, plain-text screen and export goes through here."""
        return safe_lines(self.privacy(text))

    def copy(self, text: str) -> bool:
        """Send text to the terminal's clipboard; False if it is too long and nothing was sent."""
        text = self.outgoing(text)
        if not fits(text):
            return False
        self.copy_to_clipboard(text)
        return True

    def copy_to_clipboard(self, text: str) -> None:
        """In place of Textual's own: in the form that tmux and GNU screen pass on, up to a length."""
        self.output.copy(text)

    def announce(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A message on the uppermost screen that can show one."""
        self.messages.say(text, tone, stays=stays)

    def run_guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; what goes wrong there is shown and ends nothing."""
        self.run_worker(self.errors.guard(work), exit_on_error=False)

    async def run_action(
        self,
        action: str | tuple[str, str, tuple[object, ...]],
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As Textual's; a key for a screen that is not whole does nothing."""
        with unless_gone(default_namespace or self.screen):
            return await super().run_action(action, default_namespace, namespaces)
        return True

    def _fatal_error(self) -> None:
        # Textual would print every local variable, secrets included.
        error = sys.exc_info()[1] or self._exception
        if error is not None:
            self.errors.note_fatal(error)
        self.panic()

    def set_privacy(self, on: bool) -> None:
        """Show stand-ins for names and addresses from now on, or everything as it is."""
        self.privacy.on = on
        self.privacy.learn(*self.sessions.values())
        if self.main is not None:
            self.privacy.learn(self.main.session, self.main.comparison)
        self.name_window()
        self.redraw_all()

    def redraw_all(self) -> None:
        """Draw every screen again, because names or keys are shown differently."""
        for screen in self.screen_stack:
            if isinstance(screen, Acting) and screen.is_mounted:
                screen.redraw()
            for bar in screen.query(KeyBar):
                bar.draw()
            for widget in screen.walk_children():
                widget.refresh()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every painted line passes: the last net of the privacy mask too."""
        return [*super().get_line_filters(), *self.privacy.nets()]

    async def on_event(self, event: events.Event) -> None:
        """On the way out no key counts, and none keeps the nodes waiting for their `exit`."""
        is_late = self.leaving.begun or not self.screen_stack
        if is_late and isinstance(event, events.InputEvent):
            return
        self.questioning.note(event)
        self.echo.note(event)
        await super().on_event(event)

    def on_noise(self, event: Noise) -> None:
        """What could not be read is part of a burst too; a key that is not known is named."""
        self.presses.arrived(event.time)
        name_key(self, self.messages, event.sequence)

    def on_terminal_named(self, event: TerminalNamed) -> None:
        """Keys that arrive here are shown rather than others; the window gets a title if it can lose it."""
        self.keys = self.keys.avoiding(event.kept)
        self.output.has_title_stack = event.has_title_stack
        if event.holds_escape:
            self.output.give_up_mouse()
        self.name_window()
        self.redraw_all()

    def name_window(self) -> None:
        """The session in the window's title, for those who have several."""
        self.output.name_window(f"tofutui {self.privacy(self.main.session).name}" if self.main else "tofutui")

    def on_key(self, event: events.Key) -> None:
        """Before Textual looks the key up."""
        self.questioning.note_key(event)

    def on_status_reply(self) -> None:
        """The terminal has answered a request."""
        self.questioning.status_replied()

    def repaint_all(self) -> None:
        """Write everything again: others may have written to the terminal."""
        super().repaint_all()
        self.questioning.repainted()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if renderable is not None and not holds_back(self) and screen is self.screen:
            self.questioning.painted(screen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ctrl-L belongs to the action that the user gave it to, Ctrl-Z to a text that is being edited."""
        if action == "repaint":
            return all("ctrl+l" not in keys.split(",") for keys in self.keys.keymap.values())
        if action == "suspend_process":
            return not is_text_area(self.focused)
        return super().check_action(action, parameters)

    def action_repaint(self) -> None:
        """Ctrl-L writes everything again, on every screen."""
        self.repaint_all()

    def action_suspend_process(self) -> None:
        """Ctrl-Z gives the terminal to the shell; while a row is being deleted it waits for its end."""
        self.jobs.suspend(super().action_suspend_process)

    async def action_quit(self) -> None:
        """Textual's own Ctrl-Q leaves as q does."""
        self.leave()

    def action_interrupt(self) -> None:
        """Ctrl-C leaves as q does; while rows are being deleted it takes a second one."""
        if self.running_plan and self.leaving.warns_first():
            self.announce(LEAVES_UNKNOWN, Tone.WARNING)
        else:
            self.leave()

    @does("app.quit")
    def leave(self, code: int = 0) -> None:
        """Leave the nodes with `exit`, and end: within `LEAVE_WITHIN` seconds, whatever hangs."""
        if self.leaving.leave(code):
            self.announce("leaving the nodes …")

    async def _close_main(self) -> None:
        main, self.main = self.main, None
        if main is not None:
            self.left = main.comparison
            await main.close()
