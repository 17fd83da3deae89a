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
from tofutui.ui.terminal.textual_internals import (
    Compositor,
    CompositorUpdate,
    changed_regions,
    give_compositor,
)

Columns = tuple[int, int]
"""The first column, and the one after the last."""


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
        changed_regions(self).clear()
        return LineUpdate(piece for part, lines in changed.items() for piece in self._lines(*part, lines))

    def _changed(self) -> dict[tuple[Widget, Columns], set[int]]:
        """The lines that changed, by widget and columns; nothing where that is not so simple."""
        changed: dict[tuple[Widget, Columns], set[int]] = {}
        for region in changed_regions(self):
            widget = self._in_front(region)
            if widget is None:
                return {}
            changed.setdefault((widget, region.column_span), set()).update(region.line_range)
        return changed

    def _in_front(self, changed: Region) -> Widget | None:
        """The widget that shows all of a region; None where it does not show all, or is cut off."""
        for widget, (region, clip) in self.visible_widgets.items():
            if changed.overlaps(region.intersection(clip)):
                return widget if clip.contains_region(region) and region.contains_region(changed) else None
        return None

    def _lines(self, widget: Widget, columns: Columns, lines: set[int]) -> Iterator[Piece]:
        """What a widget shows there, asked for in blocks of lines one below the other."""
        region, (left, right) = self.visible_widgets[widget][0], columns
        for first, count in _blocks(lines):
            crop = Region(left - region.x, first - region.y, right - left, count)
            for y, strip in enumerate(widget.render_lines(crop), first):
                yield left, y, strip


def _blocks(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Of neighbouring lines the first, and how many they are."""
    for _, block in groupby(enumerate(sorted(lines)), key=lambda at: at[1] - at[0]):
        neighbours = [y for _, y in block]
        yield neighbours[0], len(neighbours)


def paint_lines_only(screen: Screen[object]) -> None:
    """Have a screen that is being made ask for changed lines only; one of another Textual stays as it is."""
    give_compositor(screen, LineCompositor)
