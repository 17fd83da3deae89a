"""A key that answered a question and is still held down."""

from dataclasses import dataclass

HOLD = 1.0
"""Seconds without the key after which it was let go of: terminals tell of repeats only, and a keyboard may
wait two thirds of a second before the first one."""


@dataclass(slots=True)
class SpentKey:
    """The key that answered the last question, for as long as it repeats."""

    key: str | None = None
    _last: float = 0.0

    def spend(self, key: str, time: float) -> None:
        """This key answered a question."""
        self.key, self._last = key, time

    def note(self, key: str, time: float) -> None:
        """A key came: another one, or the same after a pause, means that it was let go of."""
        if self.is_held(key, time):
            self._last = max(self._last, time)
        else:
            self.key = None

    def is_held(self, key: str, time: float) -> bool:
        """Whether this key is a repeat of the one that answered."""
        return key == self.key and time - self._last < HOLD
