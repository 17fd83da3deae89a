"""How the main screen shares its room between tables and detail. Knows no Textual."""

from collections.abc import Callable
from dataclasses import dataclass

from tofutui.ui.tables.rows.columns import HEIGHTS, lowest

LEAST_TABLES = 5
"""Lines that the tables always have."""
_LEAST_DETAIL = 5
_BESIDE_FROM = 180
"""Columns from which the detail may be beside the tables."""
DETAIL = 74
"""Cells of the detail there."""
_ROOMY = 61
"""Cells inside a frame in which a row of three lines has room for all it says."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is drawn how high."""

    beside: bool
    """Whether the detail is beside the tables, which then have the whole height."""
    row_height: int
    tables: int
    """Lines of the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRoom:
    """What there is to share."""

    width: int
    height: int
    """Lines between title and keys."""
    panes: int
    """How many are shown side by side."""
    wanted: int | None
    """Lines of a row that the user wants; None: as many as there is room for."""
    settled: bool
    """Whether the tables have been listed: until then they keep all the room that they may need."""
    needs: Callable[[int, int], int]
    """The lines of the highest pane, by the lines of a row and the width of a pane."""


def arranged(room: SharedRoom) -> Arrangement:
    """The detail is beside the tables only where they lose nothing by that."""
    below, cells = _below(room), (room.width - DETAIL) // room.panes
    if room.width >= _BESIDE_FROM and cells - 2 >= _ROOMY:
        height = _row_height(room, cells, room.height)
        if height >= below.row_height:
            return Arrangement(beside=True, row_height=height, tables=room.height)
    return below


def _below(room: SharedRoom) -> Arrangement:
    cells = room.width // room.panes
    most = max(LEAST_TABLES, room.height - max(_LEAST_DETAIL, room.height // 3))
    height = _row_height(room, cells, most)
    tables = room.needs(height, cells) if room.settled else most
    return Arrangement(beside=False, row_height=height, tables=max(LEAST_TABLES, min(tables, most)))


def _row_height(room: SharedRoom, cells: int, most: int) -> int:
    """The greatest height at which every row is visible; else the least at which names can be compared."""
    if room.wanted is not None:
        return room.wanted
    least = lowest(cells - 2)
    if not room.settled:
        return least
    fitting = (height for height in reversed(HEIGHTS) if room.needs(height, cells) <= most)
    return max(next(fitting, least), least)
