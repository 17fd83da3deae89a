"""Where in a pane each row is: all of one height, the node's own below a rule. Knows no Textual."""

from dataclasses import dataclass

from tofutui.ui.tables.rows.row_list import Rows
from tofutui.ui.text.spans import Line, Tone, fit, line, wrap

OWN = "Rows about the node itself; stale or not, the TAC procedure leaves them alone; in no plan."
_FULL_RULE = 50
"""Cells inside the frame from which the rule explains itself, where rows have all three lines."""


@dataclass(slots=True)
class PaneBody:
    """The lines of all rows of a pane, of which a part is visible."""

    rows: Rows
    height: int = 1
    """Lines of a row."""
    width: int = 0
    """Cells inside the frame."""
    top: int = 0
    """The first line that is visible."""

    @property
    def rule(self) -> list[Line]:
        """What is between the rows about others and the node's own."""
        if self.rows.remote == len(self.rows.shown):
            return []
        texts = wrap(OWN, self.width - 2) if self.height > 2 and self.width >= _FULL_RULE else []
        head = "own rows " if texts else "own rows: left alone "
        return [line(fit(head + "─" * self.width, self.width, ""), Tone.MUTED)] + [
            line(f"  {text}", Tone.MUTED) for text in texts
        ]

    def lines(self, height: int | None = None) -> int:
        """How many lines all rows take, with rows of this height (by default: as they are)."""
        if height is not None and height != self.height:
            return PaneBody(self.rows, height, self.width).lines()
        return len(self.rows.shown) * self.height + len(self.rule)

    def start(self, index: int) -> int:
        """The first line of a row."""
        return index * self.height + (len(self.rule) if index >= self.rows.remote else 0)

    def at(self, number: int) -> tuple[int, int] | None:
        """The row that has this line, and which of its lines that is; None for the rule and below all."""
        own = self.rows.remote * self.height
        if number >= own:
            number -= len(self.rule)
            if number < own:
                return None
        index, part = divmod(number, self.height)
        return (index, part) if 0 <= index < len(self.rows.shown) else None

    def scroll(self, visible: int) -> None:
        """Bring the row under the cursor into this many visible lines."""
        start = self.start(self.rows.cursor)
        top = min(self.top, start, max(0, self.lines() - visible))
        self.top = max(top, start + self.height - max(visible, self.height), 0)
        hit = self.at(self.top)
        if hit is not None and hit[1]:  # no row is shown in part
            self.top = self.start(hit[0] + 1)

    def is_whole(self, index: int, visible: int) -> bool:
        """Whether all lines of a row are among the visible ones; a row higher than these counts as whole."""
        return self.start(index) + self.height <= self.top + max(visible, self.height)
