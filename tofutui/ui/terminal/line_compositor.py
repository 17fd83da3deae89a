"""Asks for the lines that changed and for nothing else, where what is in front can be seen at once.

For a change anywhere Textual asks each widget between the first and the last changed line for all its lines,
and cuts them all. Here a widget is asked for its changed lines only.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from tofutui.ui.terminal.cell_diff import Piece
from tofutui.ui.terminal.textual_internals import Compositor, CompositorUpdate

Spans = dict[int, tuple[int, int]]
"""By line the columns that changed: the first, and the one after the last."""


class LineUpdate(CompositorUpdate):
    """Lines, or parts of them, with the place of each."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.pieces = sorted(pieces, key=lambda piece: (piece[1], piece[0]))


class LineCompositor(Compositor):
    """As Textual's; a change of a few lines costs as much as these lines."""

    def render_partial_update(self) -> Any:
        """What changed; as Textual has it where a changed region belongs to several widgets."""
        changed = self._changed()
        if not changed:
            return super().render_partial_update()
        self._dirty_regions.clear()
        return LineUpdate(piece for widget, spans in changed.items() for piece in self._lines(widget, spans))

    def _changed(self) -> dict[Widget, Spans]:
        """By widget the lines of the screen that changed; nothing where that is not so simple."""
        changed: dict[Widget, Spans] = {}
        for region in self._dirty_regions:
            widget = self._in_front(region)
            if widget is None:
                return {}
            spans, (left, right) = changed.setdefault(widget, {}), region.column_span
            for y in region.line_range:
                before = spans.get(y, (left, right))
                spans[y] = min(left, before[0]), max(right, before[1])
        return changed

    def _in_front(self, changed: Region) -> Widget | None:
        """The widget that shows all of a region; None where it does not show all, or is cut off."""
        for widget, (region, clip) in self.visible_widgets.items():
            if changed.overlaps(region.intersection(clip)):
                return widget if clip.contains_region(region) and region.contains_region(changed) else None
        return None

    def _lines(self, widget: Widget, spans: Spans) -> Iterator[Piece]:
        """What a widget shows on these lines, asked for in blocks of lines one below the other."""
        region = self.visible_widgets[widget][0]
        for first, count, (left, right) in _blocks(spans):
            crop = Region(left - region.x, first - region.y, right - left, count)
            for y, strip in enumerate(widget.render_lines(crop), first):
                yield left, y, strip


def _blocks(spans: Spans) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Of neighbouring lines that changed in the same columns the first, their number, and the columns."""
    numbered = enumerate(sorted(spans.items()))
    for (_, columns), block in groupby(numbered, key=lambda at: (at[1][0] - at[0], at[1][1])):
        lines = [y for _, (y, _) in block]
        yield lines[0], len(lines), columns


def paint_lines_only(screen: Screen[object]) -> None:
    """Have a screen that is being made ask for changed lines only; one of another Textual stays as it is."""
    if isinstance(screen._compositor, Compositor):
        screen._compositor = LineCompositor()
