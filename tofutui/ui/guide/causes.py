"""Why a registration fails: the likeliest cause first, and the way to the step that mends it."""

from tofutui.guide.causes import Likely, Signs, likely_causes
from tofutui.ui.actions.catalogue import CAUSES
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.actions.movement import moved
from tofutui.ui.guide import wording
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.kit.view import PickView
from tofutui.ui.text.spans import WIDE, Line, plain

HEADING = "Known causes of a failed registration, most likely first"


class CausesScreen(PickView[Likely | None]):
    """Gives the cause to be mended, or nothing."""

    BINDINGS = bindings_of(CAUSES)
    bar = CAUSES

    def __init__(self, signs: Signs) -> None:
        super().__init__()
        self._run = signs.run
        self._causes = likely_causes(signs)

    def redraw(self) -> None:
        """Show everything again."""
        text = self.query_one("#text", Scroller)
        self.query_one("#heading", Painted).show([self.headline(HEADING)])
        blocks = self._blocks(max(20, text.size.width - 2))
        starts = [sum(map(len, blocks[:number])) for number in range(len(blocks) + 1)]
        text.show([line for block in blocks for line in block])
        text.choose(starts[self._cursor + 1] - 1)
        text.choose(starts[self._cursor])

    def _blocks(self, width: int) -> list[list[Line]]:
        return [
            wording.cause(likely, self._run, width, self.shown, self.owner.keys) for likely in self._causes
        ]

    def as_text(self) -> str:
        """All of them."""
        return plain([line for block in self._blocks(WIDE) for line in block])

    @moves("causes")
    def move(self, name: str) -> None:
        """Another cause, or another part of the text."""
        if name.startswith("page"):
            self.query_one("#text", Scroller).move(name)
        else:
            self._cursor = moved(name, self._cursor, len(self._causes))
            self.redraw()

    @does("causes.open")
    def mend(self) -> None:
        """This one."""
        self.dismiss(self._causes[self._cursor])
