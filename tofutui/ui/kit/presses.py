"""What was pressed when, and what the terminal has shown: all that an answer depends on."""

from dataclasses import dataclass, field

from tofutui.ui.kit.confirmation import Arrivals, Receipts, Ticks
from tofutui.ui.kit.key_repeat import HeldKey


@dataclass(slots=True)
class Presses:
    """The inputs of the app, on its clock."""

    ticks: Ticks = field(default_factory=Ticks)
    """The clock of keys and paintings."""
    arrivals: Arrivals = field(default_factory=Arrivals)
    """When input came."""
    receipts: Receipts = field(default_factory=Receipts)
    """What the terminal said it has shown."""
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
