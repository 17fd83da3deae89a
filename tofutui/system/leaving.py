"""The end of the process, come what may: after a while it ends although something still hangs."""

import os
import threading
from collections.abc import Callable

from tofutui.system.process_end import LAST_ACTS

LEAVE_WITHIN = 3.0
"""Seconds from the wish to leave (a key, SIGTERM, SIGHUP, the terminal gone) to the end of the process."""
NODES_WITHIN = 2.0
"""Seconds of these that saying `exit` to the nodes may take."""


class Deadline:
    """Ends the process when it has not ended in time. It needs neither the event loop nor the main thread."""

    def __init__(self, seconds: float = LEAVE_WITHIN) -> None:
        self._seconds = seconds
        self._off = threading.Event()
        self._started = False

    def start(self, code: int, last_acts: Callable[[], None] = lambda: None) -> None:
        """Let the time run; then ``last_acts`` are carried out, as far as they end, and the process ends.

        Only the first call counts.
        """
        if self._started:
            return
        self._started = True
        threading.Thread(target=self._wait, args=(code, last_acts), daemon=True, name="deadline").start()

    def stop(self) -> None:
        """The end was reached in order."""
        self._off.set()

    def _wait(self, code: int, last_acts: Callable[[], None]) -> None:
        if self._off.wait(self._seconds - LAST_ACTS):
            return
        acts = threading.Thread(target=last_acts, daemon=True, name="last acts")
        acts.start()
        acts.join(LAST_ACTS)
        os._exit(code)
