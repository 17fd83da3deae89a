"""Refreshing on a timer that is only armed while nothing is being refreshed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from textual.message_pump import MessagePump
from textual.timer import Timer

USUAL = 60.0
"""Seconds between refreshes where the session and the command line set none."""


class Watch:
    """The timer of one session: the pause is counted from the end of the last refresh under way."""

    def __init__(self, owner: MessagePump, seconds: float, again: Callable[[], None]) -> None:
        self.on = seconds > 0
        self.pause = max(seconds or USUAL, 1.0)
        self._owner = owner
        self._again = again
        self._timer: Timer | None = None
        self._running = 0
        self._began = False

    def toggle(self) -> None:
        """Switch it on or off."""
        self.on = not self.on
        self.stop()
        self.arm()

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """Hold the timer while any refresh runs; arm it when the last one has ended, or failed."""
        self.stop()
        self._began = True
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            self.arm()

    def arm(self) -> None:
        """Begin the pause, if it is on and nothing is being refreshed."""
        if self.on and self._began and not self._running and self._timer is None and self._owner.is_attached:
            self._timer = self._owner.set_timer(self.pause, self._ring)

    def stop(self) -> None:
        """Forget the pause that runs."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._again()
