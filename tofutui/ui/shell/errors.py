"""What becomes of errors: background work shows its own, those of the app itself end it with one line."""

import sys
from collections import deque
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from textual.dom import DOMNode

from tofutui.system.clock import utc_now
from tofutui.tofu.base.errors import TofutuiError
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.screen import Acting
from tofutui.ui.kit.whole_screens import unless_gone
from tofutui.ui.shell.key_echo import FollowedApp
from tofutui.ui.text.spans import Tone

_ACTIONS = 30
"""How many of the last actions a crash file names."""


class GuardedApp(FollowedApp):
    """An app that shows what went wrong, and never the local variables of its own code."""

    debug_errors = False
    """Show tracebacks, and end at errors of background work too."""

    def __init__(self, crash_dir: Path) -> None:
        super().__init__()
        self.last_words = ""
        """What went wrong in the app itself: printed once the terminal is restored."""
        self.actions: deque[str] = deque(maxlen=_ACTIONS)
        """Ids of what was done last."""
        self._crash_dir = crash_dir

    def shown_text(self, text: str) -> str:
        """What may be shown of a text that leaves the screen."""
        return text

    def announce(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A message in the key bar of the uppermost screen that has one."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Acting) and screen.query(KeyBar):
                screen.say(text, tone, stays=stays)
                return

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

    def take_back(self, text: str) -> None:
        """Take this message away wherever it is shown still."""
        for screen in self.screen_stack:
            for bar in screen.query(KeyBar):
                if bar.message == text:
                    bar.hush(all_=True)

    def run_guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; what goes wrong there is shown and ends nothing."""
        self.run_worker(self._guarded(work), exit_on_error=False)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except TofutuiError as error:
            self.announce(str(error), Tone.DANGER, stays=True)
        except Exception as error:  # the seam between background work and the screen
            if self.debug_errors:
                self._handle_exception(error)
            self.announce(self._written_down(error), Tone.DANGER, stays=True)

    def _fatal_error(self) -> None:
        # Textual would print every local variable, secrets included.
        error = sys.exc_info()[1] or self._exception
        if error is not None and not self.last_words:
            self.last_words = f"tofutui: {self._written_down(error)}\n"
            if self.debug_errors:
                from tofutui.report.crash import traceback_text

                self.last_words += self.shown_text(traceback_text(error))
        self.panic()

    def _written_down(self, error: BaseException) -> str:
        """An error of the program itself as one sentence; where it happened goes to a crash file."""
        from tofutui.report.crash import crash_report, pointer, sentence, write_crash

        at = utc_now()
        text = self.shown_text(crash_report(error, at, "app", tuple(self.actions)))
        return self.shown_text(sentence(error)) + pointer(write_crash(self._crash_dir, at, text))
