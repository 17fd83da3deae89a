"""When to try again after a lost link: later and later, up to a limit. Values only; the times come in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_DOUBLINGS = 64
"""Beyond this no pause grows, so that no number of tries overflows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Pauses in seconds: ``first``, then ``growth`` times as long each, never more than ``longest``.

    Up to the ``spread`` part of a pause is taken off at random, so that many programs do not knock at once.
    """

    first: float = 5.0
    growth: float = 2.0
    longest: float = 120.0
    spread: float = 0.1

    def pause(self, number: int, jitter: float) -> float:
        """The pause before try ``number`` (1 is the first); ``jitter`` is from 0 (the whole pause) to 1."""
        whole = self.first
        for _ in range(min(number - 1, _DOUBLINGS)):
            whole = min(whole * self.growth, self.longest)
        return min(whole, self.longest) * (1 - self.spread * jitter)


@dataclass(frozen=True, slots=True)
class NextTry:
    """The try that is waited for: its number since the link was lost, and its time."""

    number: int
    at: datetime
    pause: float
    """Seconds from the failure before to this try."""

    @classmethod
    def after(cls, number: int, now: datetime, jitter: float, backoff: Backoff) -> "NextTry":
        """The next try when ``number`` of them failed already (0: the link was lost just now)."""
        pause = backoff.pause(number + 1, jitter)
        return cls(number + 1, now + timedelta(seconds=pause), pause)
