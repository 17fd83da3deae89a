"""The privacy mask of the app: what a screen shows passes through it, what is sent to a node never does."""

from typing import TYPE_CHECKING, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tofutui.tofu.judgement.comparison import NodeView

if TYPE_CHECKING:
    from tofutui.privacy.mask import Mask

T = TypeVar("T")


class Privacy:
    """Off until it is switched on; the stand-ins stay the same for as long as the app runs."""

    def __init__(self) -> None:
        self.on = False
        self.revealed = False
        """Whether a dialog shows what it is about, until the next key."""
        self._mask: Mask | None = None
        self._net: Net | None = None

    @property
    def mask(self) -> "Mask":
        """The one mask; loaded only once it is needed."""
        if self._mask is None:
            from tofutui.privacy.mask import Mask

            self._mask = Mask()
        return self._mask

    @property
    def version(self) -> int:
        """Another number whenever something may be shown differently."""
        return self.mask.version + 1 if self.on else 0

    def __call__(self, value: T) -> T:
        """What may be shown of a value: a copy with stand-ins while the mask is on."""
        return self.mask(value) if self.on else value

    def host(self, name: str) -> str:
        """What may be shown of a host's name, be it as short as a common word."""
        return self.mask.host(name) if self.on else name

    def head(self, view: NodeView) -> NodeView:
        """What may be shown of a node, without its rows, which stay as they are."""
        return self.mask.head(view) if self.on else view

    def learn(self, *values: object) -> bool:
        """Take note of names; returns whether something is shown differently from now on."""
        if not self.on:
            return False
        before = self.mask.version
        self.mask.learn(*values)
        return self.mask.version != before

    def nets(self) -> list[LineFilter]:
        """The filters of every painted line, in case a name came through nevertheless."""
        if not self.on or self.revealed:
            return []
        if self._net is None or self._net.version != self.mask.version:
            self._net = Net(self.mask)
        return [self._net]


class Net(LineFilter):
    """Replaces names in painted lines, cell for cell."""

    def __init__(self, mask: "Mask") -> None:
        super().__init__()
        self._mask = mask
        self.version = mask.version
        """Of the mask when this was made: painted lines are kept by the net that they passed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line as wide as before; where a stand-in is too long for its place, it is cut."""
        text = "".join(segment.text for segment in segments)
        places = list(self._mask.places(text))
        if not places:
            return segments
        styles = [segment.style for segment in segments for _ in segment.text]
        masked: list[Segment] = []
        at = 0
        for start, end, shown in places:
            masked += [Segment(text[i], styles[i]) for i in range(at, start)]
            masked.append(Segment(set_cell_size(shown, cell_len(text[start:end])), styles[start]))
            at = end
        masked += [Segment(text[i], styles[i]) for i in range(at, len(text))]
        return list(Segment.simplify(masked))
