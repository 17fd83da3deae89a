"""What the terminal shows, cell by cell: of an update only the cells that differ are written.

Textual writes every segment of a changed line with its whole style. Over a slow link, or for those who watch
a call, that is several times what changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, groupby, takewhile
from operator import is_not, ne

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
_BLANKS = re.compile(f"( {{{_ERASED},}})")
_KEPT = 256
"""Strips of which it is known what the terminal gets."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}

Piece = tuple[int, int, Strip]
"""Column, line (both from 0), and what belongs there."""


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


@dataclass(frozen=True, slots=True)
class _Sent:
    """A strip as the terminal gets it: character by character, each with its style."""

    source: Strip
    strip: Strip
    text: str
    styles: list[Style | None]
    odd: int
    """How many of its characters terminals may draw wider or narrower."""
    reversed: tuple[int, int]
    """How many of its cells are reversed, and which is the first."""


@dataclass(slots=True)
class _Line:
    """A line of the terminal: its characters with their styles; "" for one that is not known."""

    chars: list[str] = field(default_factory=list)
    styles: list[Style | None] = field(default_factory=list)

    def reach(self, end: int) -> None:
        """Be at least so long."""
        missing = end - len(self.chars)
        if missing > 0:
            self.chars += [""] * missing
            self.styles += [None] * missing

    def forget(self, start: int, end: int) -> None:
        """Nothing is known of these cells now."""
        self.chars[start:end] = [""] * (end - start)
        self.styles[start:end] = [None] * (end - start)

    def known(self, start: int, end: int) -> tuple[str, list[Style | None]]:
        """The cells up to the first that is not known."""
        chars = list(takewhile(bool, self.chars[start:end]))
        return "".join(chars), self.styles[start : start + len(chars)]


class ScreenBuffer:
    """What was written so far; cells that are not known are written in any case."""

    def __init__(self, charset: Charset | None = None, *, erases: bool = False) -> None:
        """``erases``: the terminal gives erased cells the background that it writes with."""
        self._charset = charset or Charset()
        self._erases = erases
        self._lines: dict[int, _Line] = {}
        self._reversed: dict[int, tuple[int, int]] = {}
        """Of each line how many of its cells are reversed, and the column of the first."""
        self._sent: dict[int, _Sent] = {}
        """What was made of the strips of late, by identity: a line that is scrolled is the same strip."""

    def forget(self) -> None:
        """Nothing is known of the terminal now."""
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
            text, pen = self._piece(x, y, self._made_of(strip), colors, pen)
            written.append(text)
        return "".join([*written, change(pen, PLAIN)])

    def _made_of(self, strip: Strip) -> _Sent:
        sent = self._sent.get(id(strip))  # its source is kept with it: no other strip gets its identity
        if sent is None:
            if len(self._sent) >= _KEPT:
                self._sent.clear()
            sent = self._sent[id(strip)] = _sent(strip, self._sendable(_harmless(strip)))
        return sent

    def _piece(self, x: int, y: int, sent: _Sent, colors: ColorSystem, pen: Sgr) -> tuple[str, Sgr]:
        line = self._lines.setdefault(y, _Line())
        end = x + sent.strip.cell_length
        line.reach(end)
        self._note_reversed(y, x, end, *sent.reversed)
        if not sent.odd:
            return self._differing(x, y, line, sent, colors, pen)
        line.forget(x, end)
        text, pen = _aligned(x, sent.strip, colors, pen)
        after, pen = _written(*line.known(end, end + _SPILL * sent.odd), colors, pen, erases=False)
        return _at(x, y) + text + after, pen

    def _note_reversed(self, y: int, x: int, end: int, cells: int, first: int) -> None:
        """Remember what of a line is reversed; parts of it that are not written now stay as they are."""
        before = self._reversed.get(y)
        if cells:
            self._reversed[y] = (cells, x + first)
        elif before is not None and x <= before[1] < end:
            del self._reversed[y]

    def _differing(
        self, x: int, y: int, line: _Line, sent: _Sent, colors: ColorSystem, pen: Sgr
    ) -> tuple[str, Sgr]:
        written: list[str] = []
        end = x + len(sent.text)
        differing = _differences(line.chars[x:end], line.styles[x:end], sent)
        for start, stop in _runs(differing):
            part = sent.text[start:stop], sent.styles[start:stop]
            text, pen = _written(*part, colors, pen, erases=self._erases)
            written.append((_along(x + start) if written else _at(x + start, y)) + text)
        line.chars[x:end], line.styles[x:end] = sent.text, sent.styles
        return "".join(written), pen

    def _sendable(self, strip: Strip) -> Strip:
        """With characters that the terminal's encoding carries, and no others."""
        if self._charset.fitting(strip.text) == strip.text:
            return strip
        shown = Strip([Segment(self._charset.fitting(s.text), s.style) for s in strip])
        return shown.adjust_cell_length(strip.cell_length)


def _sent(source: Strip, strip: Strip) -> _Sent:
    return _Sent(
        source=source,
        strip=strip,
        text=strip.text,
        styles=[segment.style for segment in strip for _ in segment.text],
        odd=len(_ODD.findall(strip.text)),
        reversed=_reversed(strip),
    )


def _reversed(strip: Strip) -> tuple[int, int]:
    """How many cells are reversed, and which is the first."""
    cells, first, at = 0, -1, 0
    for segment in strip:
        if segment.style is not None and segment.style.reverse:
            cells += segment.cell_length
            first = at if first < 0 else first
        at += segment.cell_length
    return cells, first


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


def _differences(chars: Sequence[str], styles: Sequence[Style | None], new: _Sent) -> list[int]:
    """Which cells differ from these; the same style is nearly always the same object."""
    numbers = range(len(chars))
    others = compress(numbers, map(ne, chars, new.text))
    restyled = compress(numbers, map(is_not, styles, new.styles))
    return sorted({*others, *(at for at in restyled if styles[at] != new.styles[at])})


def _runs(differing: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From where to where cells differ; gaps too short for a jump belong to the run."""
    start = end = -1
    for at in differing:
        if start >= 0 and at - end > _BRIDGE:
            yield start, end
            start = -1
        start = at if start < 0 else start
        end = at + 1
    if start >= 0:
        yield start, end


def _aligned(x: int, strip: Strip, colors: ColorSystem, pen: Sgr) -> tuple[str, Sgr]:
    """The strip with each run of characters of doubtful width over blanks, and what follows in its column."""
    written: list[str] = []
    for segment in strip:
        for part in filter(None, _ODD_RUN.split(segment.text)):
            cells = cell_len(part)
            is_odd = _ODD.search(part) is not None
            sent = " " * cells if is_odd else part
            text, pen = _written(sent, [segment.style] * len(sent), colors, pen, erases=False)
            written += [text, _along(x), part, _along(x + cells)] if is_odd else [text]
            x += cells
    return "".join(written), pen


def _written(
    text: str, styles: Sequence[Style | None], colors: ColorSystem, pen: Sgr, *, erases: bool
) -> tuple[str, Sgr]:
    """The bytes for some characters, each with its style."""
    written, skipped = [], ""
    for wanted, same in _by_pen(text, styles, colors):
        erasable = erases and _is_bare(wanted)
        for part in filter(None, _BLANKS.split(same)) if erasable else (same,):
            is_erased = erasable and _BLANKS.fullmatch(part) is not None
            written += [skipped, change(pen, wanted), f"\x1b[{len(part)}X" if is_erased else part]
            skipped = f"\x1b[{len(part)}C" if is_erased else ""
            pen = wanted
    return "".join(written), pen


def _by_pen(text: str, styles: Sequence[Style | None], colors: ColorSystem) -> Iterator[tuple[Sgr, str]]:
    start = 0
    for pen, alike in groupby(groupby(styles), key=lambda run: pen_of(run[0], colors)):
        end = start + sum(len(list(run)) for _, run in alike)
        yield pen, text[start:end]
        start = end


def _is_bare(pen: Sgr) -> bool:
    """Whether a blank shows nothing but its background."""
    return pen.attributes <= {"1", "2", "3"}


def _at(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"


def _along(x: int) -> str:
    return f"\x1b[{x + 1}G"
