"""What becomes of errors: background work shows its own, those of the app itself end it with one line."""

import sys
import traceback
from collections.abc import Coroutine
from typing import Any

from rich.text import Text

from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.text import safe_lines
from tofutui.ui.followers import FollowedApp
from tofutui.ui.lines import Tone
from tofutui.ui.screens.base import Acting
from tofutui.ui.widgets.bars import KeyBar


class GuardedApp(FollowedApp):
    """An app that shows what went wrong, and never the local variables of its own code."""

    debug_errors = False
    """Show tracebacks, and end at errors of background work too."""
    crashed = False

    def shown_text(self, text: str) -> str:
        """What may be shown of a text that leaves the screen."""
        return text

    def announce(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A message in the key bar of the uppermost screen that has one."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Acting) and screen.query(KeyBar):
                screen.say(text, tone, stays=stays)
                return

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
            text = f"internal error, {type(error).__name__}: {error} (--debug shows where)"
            self.announce(text, Tone.DANGER, stays=True)

    def _fatal_error(self) -> None:
        # Textual would print every local variable, secrets included.
        self.crashed = True
        error = sys.exc_info()[1]
        text = f"tofutui: internal error, {type(error).__name__}: {error}"
        text = traceback.format_exc() if self.debug_errors else text + " (--debug shows where)"
        self.panic(Text(safe_lines(self.shown_text(text))))
