"""A key that answered a question and may still be held down."""

from dataclasses import dataclass

HOLD = 1.0
"""Seconds without the key after which it was let go of: terminals report repeats only, and a keyboard may
wait two thirds of a second before the first one."""
PAUSE = 0.2
"""Seconds between two presses by hand at least; repeats come every few hundredths."""
ALONE = 0.3
"""Seconds to wait for the next repeat, before a press after a `PAUSE` counts as one by hand."""


@dataclass(slots=True)
class HeldKey:
    """The key that answered the last question, for as long as it repeats."""

    key: str | None = None
    _last: float = 0.0
    _gap: float = 0.0
    _repeats: int = 0

    def spend(self, key: str, time: float) -> None:
        """This key answered a question."""
        self.key, self._last, self._gap, self._repeats = key, time, 0.0, 0

    def note(self, key: str, time: float) -> None:
        """A key came: another one, or the same after a pause, means that it was let go of."""
        if not self.is_held(key, time):
            self.key = None
        elif time > self._last:
            self._gap, self._last = time - self._last, time
            self._repeats += 1

    def is_held(self, key: str, time: float) -> bool:
        """Whether this key may be a repeat of the one that answered."""
        return key == self.key and time - self._last < HOLD

    @property
    def is_doubtful(self) -> bool:
        """Whether the newest repeat may be a press by hand: the first of all, or one after a pause."""
        return self._repeats == 1 or self._gap >= PAUSE
