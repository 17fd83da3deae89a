"""What the terminal shows, cell by cell: of an update only the cells that differ are written.

Textual writes every segment of a changed line with its whole style. Over a slow link, or for those who watch
a call, that is several times what changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tofutui.tofu.base.text import safe
from tofutui.ui.terminal.charset import Charset

_PLAIN = (
    " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u2190-\u2193\u2200-\u22ff\u2500-\u25fc\u2713-\u2718"
)
_ODD = re.compile(f"[^{_PLAIN}]")
"""Characters on whose width terminals may disagree: a line with one is always written whole."""
_ODD_RUN = re.compile(f"(.?[^{_PLAIN}]+)", re.DOTALL)
"""Such characters with the one before, which an accent among them may belong to."""
_SPILL = 2
"""Cells by which a terminal may draw such a character wider than is thought here."""
_BRIDGE = 4
"""Unchanged cells that are written again rather than jumped over: a jump takes as many bytes."""
_BOLD, _REVERSED = "1", "7"
_ERASED = 12
"""Blanks from which erasing them takes fewer bytes."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}

Cell = tuple[str, Style | None]
"""A character with its style."""
Piece = tuple[int, int, Strip]
"""Column, line (both from 0), and what is to be there."""


@dataclass(frozen=True, slots=True)
class Sgr:
    """What the terminal writes with: attributes and colours, as their codes."""

    attributes: frozenset[str] = frozenset()
    fore: str = ""
    back: str = ""

    def codes(self) -> list[str]:
        """All of it."""
        return [code for code in (*sorted(self.attributes), self.fore, self.back) if code]


PLAIN = Sgr()


@lru_cache(maxsize=1024)
def pen_of(style: Style | None, colors: ColorSystem) -> Sgr:
    """The pen that draws this style."""
    if style is None:
        return PLAIN
    parts = iter(Strip.render_ansi(style, colors).split(";"))
    attributes, fore, back = set(), "", ""
    for part in parts:
        if part in ("38", "48"):
            kind = next(parts)
            rest = [next(parts) for _ in range(3 if kind == "2" else 1)]
            code = ";".join((part, kind, *rest))
            fore, back = (code, back) if part == "38" else (fore, code)
        elif re.fullmatch("(3|9)[0-9]", part):
            fore = part
        elif re.fullmatch("(4|10)[0-9]", part):
            back = part
        elif part:
            attributes.add(part)
    if _REVERSED in attributes and (fore or back):
        attributes.discard(_BOLD)  # many terminals draw bold black as dark grey, on what is now the ground
    return Sgr(frozenset(attributes), fore, back)


@lru_cache(maxsize=4096)
def change(old: Sgr, new: Sgr) -> str:
    """The shortest sequence that goes from one pen to the other."""
    if old == new:
        return ""
    off = {_OFF.get(code, "0") for code in old.attributes - new.attributes}
    kept = {code for code in old.attributes & new.attributes if _OFF.get(code) not in off}
    codes = [*sorted(off), *sorted(new.attributes - kept)]
    if old.fore != new.fore:
        codes.append(new.fore or "39")
    if old.back != new.back:
        codes.append(new.back or "49")
    whole = ";".join(["0", *new.codes()]) if new != PLAIN else ""
    step = ";".join(codes)
    return f"\x1b[{whole if '0' in off or len(whole) <= len(step) else step}m"


class ScreenBuffer:
    """What was written so far; cells that are not known are written in any case."""

    def __init__(self, charset: Charset | None = None, *, erases: bool = False) -> None:
        """``erases``: the terminal gives erased cells the background that it writes with."""
        self._charset = charset or Charset()
        self._erases = erases
        self._lines: dict[int, list[Cell | None]] = {}
        self._reversed: dict[int, tuple[int, int]] = {}
        """Of each line how many of its cells are reversed, and the column of the first."""

    def forget(self) -> None:
        """Nothing is known of the terminal any more."""
        self._lines.clear()
        self._reversed.clear()

    @property
    def chosen(self) -> tuple[int, int] | None:
        """Column and line of what is drawn as chosen: the longest reversed part below the title."""
        lines = [(count, y, x) for y, (count, x) in self._reversed.items() if y]
        return max(lines)[:0:-1] if lines else None

    def update(self, pieces: Iterable[Piece], colors: ColorSystem) -> str:
        """The bytes that make the terminal show these pieces; ends with a plain pen."""
        written, pen = [], PLAIN
        for x, y, strip in pieces:
            text, pen = self._piece(x, y, strip, colors, pen)
            written.append(text)
        return "".join([*written, change(pen, PLAIN)])

    def _piece(self, x: int, y: int, strip: Strip, colors: ColorSystem, pen: Sgr) -> tuple[str, Sgr]:
        strip = self._sendable(_harmless(strip))
        line = self._lines.setdefault(y, [])
        end = x + strip.cell_length
        line.extend([None] * (end - len(line)))
        self._note_reversed(y, x, strip)
        if odd := _ODD.findall(strip.text):
            line[x:end] = [None] * (end - x)
            text, pen = _aligned(x, strip, colors, pen)
            after, pen = _written(_known(line[end : end + _SPILL * len(odd)]), colors, pen, erases=False)
            return _at(x, y) + text + after, pen
        cells = list(_cells(strip))
        return self._differing(x, y, line, cells, colors, pen)

    def _note_reversed(self, y: int, x: int, strip: Strip) -> None:
        """Remember what of a line is reversed; parts of it that are not written now stay as they are."""
        cells, first, at = 0, -1, x
        for segment in strip:
            if segment.style is not None and segment.style.reverse:
                cells += segment.cell_length
                first = at if first < 0 else first
            at += segment.cell_length
        before = self._reversed.get(y)
        if cells:
            self._reversed[y] = (cells, first)
        elif before is not None and x <= before[1] < at:
            del self._reversed[y]

    def _differing(
        self, x: int, y: int, line: list[Cell | None], cells: list[Cell], colors: ColorSystem, pen: Sgr
    ) -> tuple[str, Sgr]:
        written: list[str] = []
        for start, end in _runs(line[x : x + len(cells)], cells):
            text, pen = _written(cells[start:end], colors, pen, erases=self._erases)
            written.append((_along(x + start) if written else _at(x + start, y)) + text)
        line[x : x + len(cells)] = cells
        return "".join(written), pen

    def _sendable(self, strip: Strip) -> Strip:
        """With characters that the terminal's encoding carries, and no others."""
        if self._charset.fitting(strip.text) == strip.text:
            return strip
        shown = Strip([Segment(self._charset.fitting(s.text), s.style) for s in strip])
        return shown.adjust_cell_length(strip.cell_length)


def _harmless(strip: Strip) -> Strip:
    """The last gate: fields show what was typed or pasted as it is, a terminal must not get it as it is.

    As wide as before: without what joined them, characters may take more cells than together.
    """
    if safe(strip.text) == strip.text:
        return strip
    shown = Strip([Segment("".join(map(_stand_in, s.text)), s.style) for s in strip])
    return shown.adjust_cell_length(strip.cell_length)


def _stand_in(character: str) -> str:
    return character if safe(character) == character else "?" * cell_len(character)


def _cells(segments: Iterable[Segment]) -> Iterator[Cell]:
    return ((character, segment.style) for segment in segments for character in segment.text)


def _known(cells: Iterable[Cell | None]) -> Iterator[Cell]:
    """Those up to the first that is not known."""
    for cell in cells:
        if cell is None:
            return
        yield cell


def _runs(old: Sequence[Cell | None], new: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """From where to where cells differ; gaps too short for a jump belong to the run."""
    start = end = -1
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if start >= 0 and index - end > _BRIDGE:
            yield start, end
            start = -1
        start = index if start < 0 else start
        end = index + 1
    if start >= 0:
        yield start, end


def _aligned(x: int, strip: Strip, colors: ColorSystem, pen: Sgr) -> tuple[str, Sgr]:
    """The strip with each run of characters of doubtful width over blanks, and what follows in its column."""
    written: list[str] = []
    for segment in strip:
        for part in filter(None, _ODD_RUN.split(segment.text)):
            cells = cell_len(part)
            is_odd = _ODD.search(part) is not None
            text, pen = _written(
                [(" " * cells if is_odd else part, segment.style)], colors, pen, erases=False
            )
            written += [text, _along(x), part, _along(x + cells)] if is_odd else [text]
            x += cells
    return "".join(written), pen


def _written(pieces: Iterable[Cell], colors: ColorSystem, pen: Sgr, *, erases: bool) -> tuple[str, Sgr]:
    written, last = [], ""
    for is_blank, run in groupby(
        pieces, key=lambda cell: cell[0] == " " and _is_bare(pen_of(cell[1], colors))
    ):
        for wanted, same in groupby(run, key=lambda cell: pen_of(cell[1], colors)):
            text = "".join(character for character, _ in same)
            is_erased = erases and is_blank and len(text) >= _ERASED
            skipped = last
            written += [skipped, change(pen, wanted), f"\x1b[{len(text)}X" if is_erased else text]
            last = f"\x1b[{len(text)}C" if is_erased else ""
            pen = wanted
    return "".join(written), pen


def _is_bare(pen: Sgr) -> bool:
    """Whether a blank shows nothing but its background."""
    return pen.attributes <= {"1", "2", "3"}


def _at(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"


def _along(x: int) -> str:
    return f"\x1b[{x + 1}G"
