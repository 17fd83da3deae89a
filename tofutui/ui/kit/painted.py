"""Widgets that draw lines: a fixed block of them, and a block that scrolls.

Only lines that changed are painted again, and changing them never lays out the screen.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tofutui.ui.actions.keymap import KeyBook
from tofutui.ui.actions.movement import moved
from tofutui.ui.kit.desk import Looks
from tofutui.ui.kit.mask import Privacy
from tofutui.ui.text.spans import EMPTY, Line, Tone, cut, width
from tofutui.ui.text.vocabulary import Glyphs
from tofutui.ui.theme.styles import Palette

Part = tuple[Line, int, bool]
"""A part of a line: what is in it, its cells, and whether it is reversed."""
Brush = tuple[Color, Palette, Glyphs]
"""Background, styles and characters."""


@lru_cache(maxsize=2048)
def _painted(parts: tuple[Part, ...], ground: Color, palette: Palette, glyphs: Glyphs) -> Strip:
    """A line of parts; kept, because most lines appear again: in another place after scrolling."""
    back = Style(bgcolor=ground.rich_color)
    segments = [segment for part in parts for segment in _segments(*part, palette, glyphs)]
    cells = sum(cells for _, cells, _ in parts)
    return Strip(Segment.simplify(Segment.apply_style(segments, back)), cells)


def _segments(pieces: Line, cells: int, reverse: bool, palette: Palette, glyphs: Glyphs) -> list[Segment]:
    if glyphs.ascii:
        pieces = tuple((glyphs.plain(text), tone) for text, tone in pieces)
    return palette.segments(cut(pieces, cells, glyphs.ellipsis), cells, reverse=reverse)


class Painted(Widget, can_focus=False):
    """A block of lines as high as its style sheet says."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._brush: Brush | None = None
        """What lines are painted with while they are: to look it up goes through all that is around."""

    @property
    def palette(self) -> Palette:
        """The styles of the theme."""
        return cast("Looks", self.app).palette

    @property
    def privacy(self) -> Privacy:
        """What hides names, while it is on."""
        return cast("Looks", self.app).privacy

    @property
    def glyphs(self) -> Glyphs:
        """The characters to draw with."""
        return cast("Looks", self.app).glyphs

    @property
    def keys(self) -> KeyBook:
        """The keys in force."""
        return cast("Looks", self.app).keys

    def strip(self, pieces: Line, cells: int, *, reverse: bool = False) -> Strip:
        """A line as exactly this many cells, on this widget's background."""
        return self.side_by_side((pieces, cells, reverse))

    def side_by_side(self, *parts: Part) -> Strip:
        """A line of parts, on this widget's background."""
        return _painted(parts, *(self._brush or self._looked_up()))

    def _looked_up(self) -> Brush:
        return self.background_colors[1], self.palette, self.glyphs

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines of a region, on one background."""
        self._brush = self._looked_up()
        try:
            return self._own_lines(crop, self._brush[0]) if self._is_bare else super().render_lines(crop)
        finally:
            self._brush = None

    @property
    def _is_bare(self) -> bool:
        """Whether its lines are all that can be seen of it, without border, padding or effect."""
        return self.size == self.outer_size and self.opacity == 1

    def _own_lines(self, crop: Region, ground: Color) -> list[Strip]:
        """The lines as they are, through the filters of the app, without Textual's way through borders."""
        filters, width = self.get_line_filters(), self.size.width
        strips = []
        for y in crop.line_range:
            strip = self.render_line(y).adjust_cell_length(width)
            for filter_ in filters:
                strip = strip.apply_filter(filter_, ground)
            strips.append(strip)
        return strips if crop.column_span == (0, width) else [s.crop(*crop.column_span) for s in strips]

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from the top; only those that differ from before are painted."""
        before, self._lines = self._lines, list(lines)
        shown = range(min(self.size.height, max(len(before), len(self._lines))))
        self.paint_again([y for y in shown if _at(before, y) != _at(self._lines, y)])

    def paint_again(self, lines: Sequence[int]) -> None:
        """Have these lines painted."""
        if lines:
            width = self.size.width
            self.refresh(*(Region(0, y, width, 1) for y in lines))

    def render_line(self, y: int) -> Strip:
        """One line, as Textual asks for it."""
        return self.strip(_at(self._lines, y), self.size.width)


def _at(lines: Sequence[Line], y: int) -> Line:
    return lines[y] if y < len(lines) else EMPTY


class Scroller(Painted):
    """Lines of which a part is visible, with a sign where more is; with a cursor where ``picks`` is set."""

    def __init__(self, *, id: str | None = None, picks: bool = False) -> None:
        super().__init__(id=id)
        self.picks = picks
        self.top = 0
        self.cursor = 0
        """The line that is chosen, where ``picks`` is set."""
        self._drawn: dict[int, int] = {}

    @property
    def drawn(self) -> set[int]:
        """The lines that were drawn last, by number: those that a painting puts on the screen."""
        return set(self._drawn.values())

    @property
    def end(self) -> int:
        """The last ``top`` there is."""
        return max(0, len(self._lines) - self.size.height)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; the place stays as far as there is one."""
        if lines == self._lines:
            return
        self._lines = list(lines)
        self._drawn.clear()
        self.top = min(self.top, self.end)
        self.refresh()

    def choose(self, index: int) -> None:
        """Put the cursor on a line and bring it into view."""
        self.cursor = index
        height = max(1, self.size.height)
        self.top = max(0, min(self.top, index), index - height + 1)
        self.refresh()

    def scroll_lines(self, lines: int) -> None:
        """Show what is that many lines further down (or up)."""
        top = max(0, min(self.top + lines, self.end))
        if top != self.top:
            self.top = top
            self.refresh()

    def move(self, name: str) -> None:
        """One of the moves of the registry: down, up, first, last, half_down, half_up, page_down, page_up."""
        self.scroll_lines(moved(name, self.top, len(self._lines), max(1, self.size.height)) - self.top)

    def on_resize(self) -> None:
        """Keep the place within what there is."""
        self._drawn.clear()
        self.top = min(self.top, self.end)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines down."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines up."""
        event.stop()
        self.scroll_lines(-3)

    def render_line(self, y: int) -> Strip:
        """One line, as Textual asks for it."""
        index = y + self.top
        if index < len(self._lines):
            self._drawn[y] = index
        chosen = self.picks and index == self.cursor and index < len(self._lines)
        return self.strip(self._with_more(_at(self._lines, index), y), self.size.width, reverse=chosen)

    def _with_more(self, pieces: Line, y: int) -> Line:
        """With a sign in the last cell where more is above or below, if the text leaves that cell free."""
        sign = ""
        if self.top < self.end and y == self.size.height - 1:
            sign = self.glyphs.below
        elif self.top > 0 and y == 0:
            sign = self.glyphs.above
        room = self.size.width - width(pieces)
        return (*pieces, (sign.rjust(room), Tone.KEY)) if sign and room > 0 else pieces
