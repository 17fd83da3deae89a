"""What counts as a yes, in every dialog: one rule, on a clock that can be another one. Knows no Textual.

A yes is a press of its own key, at least `DWELL` seconds after its question was painted, with no other input
within `BURST` seconds before or after it. In a terminal that answers status requests it also has to come
after the reply to a request that was sent behind that painting. A no counts at once.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

DWELL = 0.5
"""Seconds from the painting of a question to the first yes that counts."""
BURST = 0.05
"""Seconds between two inputs that belong together: a paste, a report, a key that repeats."""
SETTLES = 2 * BURST
"""Seconds after a yes until it is known that nothing followed it: what came meanwhile may still be read."""
QUIET = 1.0
"""Seconds without input before a question that the user did not open may open."""
SMALLEST = (60, 15)
"""Columns and lines of the smallest terminal in which anything is confirmed."""
HOLD = 1.0
"""Seconds without the key after which it was let go of: terminals report repeats only, and a keyboard may
wait two thirds of a second before the first one."""
PAUSE = 0.2
"""Seconds between two presses by hand at least; repeats come every few hundredths."""
ALONE = 0.3
"""Seconds to wait for the next repeat, before a press after a `PAUSE` counts as one by hand."""
KEPT = "kept; nothing was sent"
"""How a delete dialog ended that got no yes."""


class Ticks:
    """The clock of keys and questions, in seconds; tests may go ahead of it."""

    def now(self) -> float:
        """The time."""
        return monotonic()

    def of(self, stamp: float) -> float:
        """When an event happened that carries this stamp of the machine's clock."""
        return stamp


class Arrivals:
    """When inputs of any kind came: keys, pastes, and what could not be read."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=256)

    def note(self, time: float) -> None:
        """Something came."""
        self._times.append(time)

    def is_alone(self, time: float) -> bool:
        """Whether only one input came around this time, as a press by hand does."""
        return sum(abs(other - time) < BURST for other in self._times) <= 1

    def quiet_at(self) -> float:
        """From when on there was no input for `QUIET` seconds, if no more comes."""
        return self._times[-1] + QUIET if self._times else float("-inf")


@dataclass(slots=True)
class Receipts:
    """Status requests sent to the terminal, by number, and how many replies came: they come in order."""

    sent: int = 0
    received: int = 0

    def request(self) -> int:
        """The number of a request that is sent now."""
        self.sent += 1
        return self.sent

    def reply(self) -> None:
        """A reply came."""
        self.received = min(self.received + 1, self.sent)

    @property
    def answers(self) -> bool:
        """Whether this terminal answered at all."""
        return self.received > 0

    def confirms(self, number: int) -> bool:
        """Whether the terminal has shown what came before this request, as far as it can tell."""
        return not self.answers or self.received >= number


@dataclass(slots=True)
class HeldKey:
    """The key that answered the last question and may still be held down, for as long as it repeats."""

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


@dataclass(slots=True)
class Presses:
    """What was pressed when, and what the terminal has shown: all that an answer depends on."""

    ticks: Ticks = field(default_factory=Ticks)
    """The clock of keys and paintings."""
    arrivals: Arrivals = field(default_factory=Arrivals)
    """When input came."""
    receipts: Receipts = field(default_factory=Receipts)
    """What the terminal has reported as shown."""
    spent: HeldKey = field(default_factory=HeldKey)
    """The key that answered the last question."""
    key: str = ""
    """The key that is carried out now."""
    key_time: float = 0.0
    """When it was pressed (monotonic seconds)."""
    undecided: int = 0
    """Presses of a yes of which it is not known yet whether another input follows at once."""

    def arrived(self, stamp: float) -> None:
        """Input came, with this stamp of the machine's clock."""
        self.arrivals.note(self.ticks.of(stamp))

    def pressed(self, key: str, stamp: float) -> None:
        """This key is carried out from now on."""
        self.key, self.key_time = key, self.ticks.of(stamp)
        self.spent.note(self.key, self.key_time)


@dataclass(slots=True)
class Seen:
    """Which parts of a text that has to be read were on the screen; a part is a run of lines."""

    parts: Sequence[range] = ()
    _seen: set[int] = field(default_factory=set)
    _lines: set[int] = field(default_factory=set)

    def take(self, parts: Sequence[range]) -> None:
        """The parts as they are wrapped now; what was seen whole stays seen while there are as many."""
        if len(parts) != len(self.parts):
            self._seen.clear()
        if parts != self.parts:
            self._lines.clear()
        self.parts = parts

    def forget(self) -> None:
        """Nothing was on the screen."""
        self._seen.clear()
        self._lines.clear()

    def note(self, lines: Iterable[int]) -> bool:
        """These lines are on the screen. Returns whether something had not been there before."""
        fresh = set(lines) - self._lines
        self._lines |= fresh
        before = len(self._seen)
        self._seen |= {number for number, part in enumerate(self.parts) if set(part) <= self._lines}
        return len(self._seen) > before

    @property
    def missing(self) -> int:
        """How many parts were not on the screen yet."""
        return len(self.parts) - len(self._seen)


@dataclass(slots=True)
class ConfirmationGate:
    """From when on a yes to one question counts."""

    receipts: Receipts
    painted_at: float | None = None
    request: int = 0

    def painted(self, now: float) -> None:
        """Something of the question was painted for the first time; a status request follows."""
        self.painted_at = now
        self.request = self.receipts.request()

    @property
    def is_shown(self) -> bool:
        """Whether it was painted and, as far as the terminal can tell, is on it."""
        return self.painted_at is not None and self.receipts.confirms(self.request)

    def is_open(self, pressed: float) -> bool:
        """Whether a yes pressed at this time comes late enough."""
        return self.is_shown and self.painted_at is not None and pressed - self.painted_at >= DWELL


def too_small(columns: int, lines: int) -> str:
    """What to say in a terminal in which nothing is confirmed; "" where it is large enough."""
    if columns >= SMALLEST[0] and lines >= SMALLEST[1]:
        return ""
    return f"Enlarge the terminal to {SMALLEST[0]}x{SMALLEST[1]} to answer; this one has {columns}x{lines}."
