"""Lines of text with a tone: what every widget draws. No Textual, no markup, no colours."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from tofutui.tofu.base.text import safe


class Tone(StrEnum):
    """What a piece of text means; the theme says how that looks."""

    TEXT = "text"
    MUTED = "muted"
    STRONG = "strong"
    HEAD = "head"
    """Names of columns and sections."""
    KEY = "key"
    """A key of the keyboard."""
    PRIMARY = "role-primary"
    SECONDARY = "role-secondary"
    MISMATCH = "verdict-mismatch"
    SUSPECT = "verdict-suspect"
    SAME_NAME = "verdict-same-name"
    PROVEN = "verdict-proven"
    NO_ANSWER = "verdict-no-answer"
    UNREADABLE = "verdict-unreadable"
    NOT_STORED = "verdict-not-stored"
    PENDING = "verdict-pending"
    DANGER = "danger"
    WARNING = "warning"
    READ_ONLY = "read-only"
    DEMO = "demo"
    PRIVACY = "privacy"
    BADGE = "badge"
    MATCH = "match"
    """What a filter looked for."""
    COMMAND = "command"
    LINE = "line"
    """Borders and rules."""


_FIGURE_AT_END = re.compile(r"(?<=[\s:])[0-9][0-9.,:]*\Z")
"""A number, a time, an address or a port that something comes before."""
_GOES_ON = re.compile(r"[.,]?[0-9]")

Span = tuple[str, Tone]
Line = tuple[Span, ...]
"""One line of the screen, as pieces with a tone each."""

EMPTY: Line = ()


def line(text: str, tone: Tone = Tone.TEXT) -> Line:
    """A line of one tone."""
    return ((text, tone),)


def width(pieces: Line) -> int:
    """How many cells a line takes."""
    return sum(cell_len(safe(text)) for text, _ in pieces)


def clip(text: str, cells: int, ellipsis: str = "…") -> str:
    """Text made safe and cut to at most ``cells`` cells; what was cut off is marked."""
    text = safe(text)
    if cell_len(text) <= cells:
        return text
    if cells <= len(ellipsis):
        return ellipsis[: max(cells, 0)]
    return _head(text, cells - len(ellipsis)).rstrip() + ellipsis


def _head(text: str, cells: int) -> str:
    """The beginning of a longer text; a figure that would not be whole is left out: it would be another."""
    head = set_cell_size(text, cells)
    cut_off = _FIGURE_AT_END.search(head)
    return head[: cut_off.start()] if cut_off and _GOES_ON.match(text, len(head)) else head


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """Text made safe and exactly ``cells`` cells wide, filled up with blanks."""
    return set_cell_size(clip(text, cells, ellipsis), max(cells, 0))


def fit_middle(text: str, cells: int, ellipsis: str = "…") -> str:
    """Like `fit`, but the cut is in the middle, so that both ends (a host's name and its port) stay."""
    text = safe(text)
    if cell_len(text) <= cells or cells < 8:
        return fit(text, cells, ellipsis)
    tail = text
    while cell_len(tail) > (cells - len(ellipsis)) // 2:
        tail = tail[max(1, (len(tail) - cells) // 2) :]
    head = set_cell_size(text, cells - len(ellipsis) - cell_len(tail)).rstrip()
    return set_cell_size(head + ellipsis + tail, cells)


def wrap(text: str, cells: int) -> list[str]:
    """Text made safe and broken at blanks into lines of at most ``cells`` cells; at least one line.

    Widths are counted in characters first; a line of wide characters is then broken once more.
    """
    lines: list[str] = []
    for part in textwrap.wrap(safe(text), max(cells, 8), break_on_hyphens=False) or [""]:
        lines.extend(_halves(part, max(cells, 8)))
    return lines


def _halves(text: str, cells: int) -> Iterable[str]:
    while cell_len(text) > cells:
        head = set_cell_size(text, cells).rstrip()
        yield head
        text = text[max(len(head), 1) :]
    yield text


def cut(pieces: Line, cells: int, ellipsis: str = "…") -> Line:
    """A line of at most ``cells`` cells; where more than blanks is cut off, an ellipsis says so."""
    if width(pieces) <= cells or width(line("".join(text for text, _ in pieces).rstrip())) <= cells:
        return pieces
    clipped: list[Span] = []
    room = cells - len(ellipsis)
    for text, tone in pieces:
        kept = safe(text)
        if cell_len(kept) > room:
            return (*clipped, (_head(kept, room) + ellipsis, tone))
        clipped.append((kept, tone))
        room -= cell_len(kept)
    return tuple(clipped)


def marking(pieces: Line, wanted: str) -> Line:
    """The line with every occurrence of a text, in any case, in the tone of a match."""
    if not wanted:
        return pieces
    pattern = re.compile(f"({re.escape(wanted)})", re.IGNORECASE)
    return tuple(
        (part, Tone.MATCH if number % 2 else tone)
        for text, tone in pieces
        for number, part in enumerate(pattern.split(text))
        if part
    )


def joined(parts: Sequence[str], between: str, cells: int) -> list[str]:
    """Short facts in as few lines as they fit into; a fact is only cut where it does not fit alone."""
    lines: list[str] = []
    for part in parts:
        longer = lines[-1] + between + part if lines else ""
        if lines and cell_len(longer) <= cells:
            lines[-1] = longer
        else:
            lines.append(clip(part, cells))
    return lines or [""]


WIDE = 200
"""Cells for text that is copied: few lines are broken."""
LABEL = 11
"""Cells for the names of facts."""


def labelled(label: str, texts: Sequence[str], cells: int, tone: Tone = Tone.TEXT) -> list[Line]:
    """A label and its texts, wrapped beside it to ``cells`` altogether."""
    wrapped = [part for text in texts for part in wrap(text, cells - LABEL)]
    labels = [label, *[""] * (len(wrapped) - 1)]
    return [((fit(n, LABEL), Tone.HEAD), (part, tone)) for n, part in zip(labels, wrapped, strict=False)]


def plain(lines: Iterable[Line]) -> str:
    """The text of lines, for copying and for tests."""
    return "\n".join("".join(safe(text) for text, _ in pieces).rstrip() for pieces in lines)
