"""What becomes of errors: background work shows its own, those of the app itself end it with one line."""

from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tofutui.system.clock import utc_now
from tofutui.tofu.base.errors import TofutuiError
from tofutui.ui.shell.messages import Messages
from tofutui.ui.text.spans import Tone

_ACTIONS = 30
"""How many of the last actions a crash file names."""


class ErrorBoundary:
    """Shows what went wrong, and never the local variables of the program's own code."""

    def __init__(
        self,
        messages: Messages,
        crash_dir: Path,
        masked: Callable[[str], str],
        debug: Callable[[Exception], None] | None,
    ) -> None:
        self.last_words = ""
        """What went wrong in the app itself: printed once the terminal is restored."""
        self.actions: deque[str] = deque(maxlen=_ACTIONS)
        """Ids of what was done last."""
        self._messages = messages
        self._crash_dir = crash_dir
        self._masked = masked
        self._debug = debug
        """Ends the app at errors of background work too, with a traceback."""

    async def guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this work; what goes wrong in it is shown and ends nothing."""
        try:
            await work
        except TofutuiError as error:
            self._messages.say(str(error), Tone.DANGER, stays=True)
        except Exception as error:  # the seam between background work and the screen
            if self._debug is not None:
                self._debug(error)
            self._messages.say(self._written_down(error), Tone.DANGER, stays=True)

    def note_fatal(self, error: BaseException) -> None:
        """The app ends for this error: keep what to say about it."""
        if self.last_words:
            return
        self.last_words = f"tofutui: {self._written_down(error)}\n"
        if self._debug is not None:
            from tofutui.report.crash import traceback_text

            self.last_words += self._masked(traceback_text(error))

    def _written_down(self, error: BaseException) -> str:
        """An error of the program itself as one sentence; where it happened goes to a crash file."""
        from tofutui.report.crash import crash_report, pointer, sentence, write_crash

        at = utc_now()
        text = self._masked(crash_report(error, at, "app", tuple(self.actions)))
        return self._masked(sentence(error)) + pointer(write_crash(self._crash_dir, at, text))
