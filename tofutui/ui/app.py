"""The full-screen app: themes, signals, sessions, and the way out. What is shown is in `screens`."""

import asyncio
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from tofutui.config.paths import config_dir
from tofutui.config.themes import ThemeSpec, load_themes
from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.session import Session
from tofutui.tofu.text import safe_lines
from tofutui.ui.asker import ScreenAsker
from tofutui.ui.lines import Tone
from tofutui.ui.link import Opener, opener, utc_now
from tofutui.ui.options import AppOptions
from tofutui.ui.palette import FALLBACK, Palette, textual_theme
from tofutui.ui.screens.base import Acting
from tofutui.ui.screens.main import MainScreen
from tofutui.ui.words import Glyphs

LEAVE_WITHIN = 3.0
"""Seconds that leaving the nodes may take before the app ends all the same."""
INTERNAL = 70
DEFAULT_THEME = "dark"


class TofutuiApp(App[int]):
    """Holds the options, the theme and the open session; everything else is in the screens."""

    CSS_PATH = "styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]

    def __init__(
        self, options: AppOptions, *, open_link: Opener | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.options = options
        self.clock = clock
        self.opener = open_link or opener(options.data_dir, clock)
        self.asker = ScreenAsker(self)
        self.glyphs = Glyphs(options.ascii)
        self.key_time = 0.0
        """When the key that is carried out now was pressed."""
        self.running_plan = False
        """Whether rows are being deleted."""
        self.crashed = False
        self.main: MainScreen | None = None
        self._leaving = False
        self._warned = False
        book = load_themes(config_dir() / "themes")
        self._themes: dict[str, ThemeSpec] = dict(book.themes) or {FALLBACK.name: FALLBACK}
        self._complaints = list(book.errors)
        self.palette = Palette(next(iter(self._themes.values())))
        for spec in self._themes.values():
            self.register_theme(textual_theme(spec))
        self.use_theme(options.theme or DEFAULT_THEME)

    def on_mount(self) -> None:
        """Listen to signals; open the session, or let the user choose one."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, self.leave, 128 + number)
        sessions = self.options.sessions
        initial = self.options.initial or (next(iter(sessions)) if len(sessions) == 1 else None)
        if initial is not None:
            self.open_session(sessions[initial])
        else:
            self.pick_session()
        for complaint in self._complaints:
            self.complain(f"theme: {complaint}")

    def open_session(self, session: Session) -> None:
        """Show this session; one that is open is closed first."""
        watch = session.watch if self.options.watch is None else self.options.watch
        theme = self.options.theme or session.theme
        if theme:
            self.use_theme(theme)
        before, self.main = self.main, MainScreen(session, watch)
        if before is None:
            self.push_screen(self.main)
        else:
            self.switch_screen(self.main)
            self.run_guarded(before.close())

    def pick_session(self) -> None:
        """Let the user choose; without an open session, leaving the picker ends the app."""
        from tofutui.ui.screens.sessions import SessionScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.open_session(self.options.sessions[name])
            elif self.main is None:
                self.leave()

        current = self.main.session.name if self.main else None
        self.push_screen(SessionScreen(self.options, current), chosen)

    @property
    def own_themes(self) -> list[str]:
        """The names of the themes that can be chosen."""
        return list(self._themes)

    def next_theme(self) -> str:
        """Go to the next theme; returns its name."""
        names = self.own_themes
        self.use_theme(names[(names.index(self.palette.spec.name) + 1) % len(names)])
        return self.palette.spec.name

    def use_theme(self, name: str) -> None:
        """Go to this theme; a name that there is not is complained about."""
        if name not in self._themes:
            self._complaints.append(f"there is no {name!r}; there are {', '.join(self._themes)}")
            name = self.palette.spec.name
        self.palette = Palette(self._themes[name])
        self.theme = name

    def copy(self, text: str) -> None:
        """Send text to the terminal's clipboard (OSC 52); whether it arrives there cannot be known."""
        self.copy_to_clipboard(safe_lines(text))

    def complain(self, text: str) -> None:
        """An error that belongs to no place on the screen."""
        if isinstance(self.screen, Acting):
            self.screen.say(text, Tone.DANGER)

    def run_guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; what goes wrong there is shown and ends nothing."""
        self.run_worker(self._guarded(work), exit_on_error=False)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except TofutuiError as error:
            self.complain(str(error))
        except Exception as error:  # the seam between background work and the screen
            if self.options.debug:
                self._handle_exception(error)
            self.complain(f"internal error, {type(error).__name__}: {error} (--debug shows where)")

    def on_key(self, event: events.Key) -> None:
        """Note when the key was pressed: Textual looks it up next, in the screen that is on top now."""
        self.key_time = event.time

    def action_interrupt(self) -> None:
        """Ctrl-C leaves as q does; while rows are being deleted it takes a second one."""
        if self.running_plan and not self._warned:
            self._warned = True
            self.complain("rows are being deleted; Ctrl+C again leaves, the journal then says unknown")
            return
        self.leave()

    def leave(self, code: int = 0) -> None:
        """Leave the nodes with `exit`, within `LEAVE_WITHIN` seconds, and end."""
        if self._leaving:
            return
        self._leaving = True
        if isinstance(self.screen, Acting):
            self.screen.say("leaving the nodes …")
        self.run_worker(self._leave(code), exit_on_error=False)

    async def _leave(self, code: int) -> None:
        await self.close_nodes()
        self.exit(code, return_code=code)

    async def close_nodes(self) -> None:
        """Leave the nodes, if there are any, as far as that goes in `LEAVE_WITHIN` seconds."""
        main, self.main = self.main, None
        if main is None:
            return
        try:
            await asyncio.wait_for(main.close(), LEAVE_WITHIN)
        except TimeoutError:
            return

    def _fatal_error(self) -> None:
        # Textual would print every local variable, secrets included.
        self.crashed = True
        error = sys.exc_info()[1]
        text = f"tofutui: internal error, {type(error).__name__}: {error}"
        text = traceback.format_exc() if self.options.debug else text + " (--debug shows where)"
        self.panic(Text(safe_lines(text)))


async def _run(app: TofutuiApp) -> int:
    try:
        await app.run_async(mouse=app.options.mouse)
    finally:
        await app.close_nodes()
    return INTERNAL if app.crashed else app.return_code or 0


def run(options: AppOptions) -> int:
    """Show the app until the user leaves; returns the exit code."""
    return asyncio.run(_run(TofutuiApp(options)))
