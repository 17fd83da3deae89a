"""How a row is laid out in one, two or three lines of a pane, and the heads above. Knows no Textual.

Room goes first to host:port, then to the two names, then to the verdict's word (its glyph is always there),
then to how new the certificate is, its SHA-256, and whom the row is about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rich.cells import cell_len

from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.tables.rows.row_list import RowOrder
from tofutui.ui.tables.rows.row_text import RowText, row_text
from tofutui.ui.text.side_by_side import keeping_difference, pair, shortened
from tofutui.ui.text.spans import Line, Span, Tone, clip, fit, fit_middle, width
from tofutui.ui.text.vocabulary import VERDICT_TONES, Glyphs

LEAD = 4
"""Cells for cursor, mark, glyph and a blank."""
BROAD = 50
"""Cells inside the frame from which verdict, host and name go into one line."""
HEIGHTS = (1, 2, 3)
"""Lines that a row may have."""
_WORD, _PLACE, _WHO, _LABEL, _AGE = 11, 22, 5, 10, 16
NAMES = 36
"""Cells that both names get at most before anything else is shown in a row of one line."""
_FEWEST = 16
_KEPT = 1000
"""Lines of rows that are kept at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """A row as the pane draws it."""

    entry: Entry
    cursor: bool = False
    marked: bool = False
    sign: str = ""
    """What changed since the listing before."""
    old: bool = False
    """The link to its node is lost, so the whole row is muted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLayout:
    """The room for one row, and what it is drawn with."""

    width: int
    """Cells inside the frame."""
    height: int
    glyphs: Glyphs
    now: datetime
    order: RowOrder = RowOrder.VERDICT
    names: int = NAMES
    """Cells that both names get before anything else is shown in a row of one line."""

    @property
    def broad(self) -> bool:
        """Whether one line has room for more than the host."""
        return self.width >= BROAD

    @property
    def to_the_minute(self) -> "RowLayout":
        """The same, as of a whole minute."""
        return replace(self, now=self.now.replace(second=0, microsecond=0))

    def line(self, cell: DrawnRow, number: int) -> Line:
        """Line ``number`` (0 up to the height) of a row, of at most ``width`` cells."""
        text = row_text(cell.entry, self.glyphs, self.now)
        forms = _BROAD if self.broad else _SLIM
        return forms[self.height][number](self, cell, text)

    def age(self, text: RowText) -> str:
        """How new it is; how long it is still valid while the rows are sorted by that."""
        return text.expiry if self.order is RowOrder.EXPIRY else text.age

    def age_below_head(self, text: RowText) -> str:
        """The same in `_AGE` cells: whole, else without the word that the head says; no figure is cut."""
        age = self.age(text)
        return next((form for form in (age, age.partition(" ")[2]) if len(form) <= _AGE), "")


class RowLines:
    """The lines of rows that were drawn last: while one scrolls, most rows are drawn as before."""

    def __init__(self) -> None:
        self._layout: RowLayout | None = None
        self._lines: dict[tuple[object, ...], tuple[Entry, Line]] = {}

    def line(self, layout: RowLayout, cell: DrawnRow, number: int) -> Line:
        """Line ``number`` of a row; ages, which are in days, are as of the same minute."""
        if layout is not self._layout:
            self._lay_out(layout)
        key = (id(cell.entry), number, cell.cursor, cell.marked, cell.sign, cell.old)
        if key not in self._lines:
            self._lines[key] = cell.entry, layout.line(cell, number)  # no other entry gets its identity
        return self._lines[key][1]

    def _lay_out(self, layout: RowLayout) -> None:
        before, self._layout = self._layout, layout
        if before is None or before.to_the_minute != layout.to_the_minute or len(self._lines) > _KEPT:
            self._lines.clear()


def names_of(entries: Sequence[Entry], glyphs: Glyphs, now: datetime) -> int:
    """The cells that the names of these rows need, both in a line; never more than `NAMES`."""
    texts = [row_text(entry, glyphs, now) for entry in entries]
    needed = [cell_len(text.stored + text.presented) + 3 for text in texts if text.compared]
    return max(_FEWEST, min(NAMES, max(needed, default=_FEWEST)))


def lowest(cells: int) -> int:
    """The fewest lines in which a row's names can be distinguished in a pane of this inner width."""
    return 1 if cells >= BROAD else 2


def _tone(cell: DrawnRow) -> Tone:
    """Own rows, rows of an older listing and of a lost link are muted."""
    plain = cell.entry.who.is_remote and not cell.entry.unseen and not cell.old
    return Tone.TEXT if plain else Tone.MUTED


def _look(cell: DrawnRow) -> Tone:
    quiet = cell.old or not cell.entry.who.is_remote
    return Tone.MUTED if quiet else VERDICT_TONES[cell.entry.verdict]


def _lead(layout: RowLayout, cell: DrawnRow) -> Line:
    """Two cells for three signs, then the glyph: the cursor also shows by its line, so it gives way."""
    glyphs = layout.glyphs
    second = glyphs.mark if cell.marked else cell.sign
    first = cell.sign if cell.marked and cell.sign else glyphs.cursor if cell.cursor else ""
    return (fit(first, 1) + fit(second, 1), Tone.TEXT), (
        glyphs.verdict(cell.entry.verdict) + " ",
        _look(cell),
    )


def _name_tone(cell: DrawnRow, text: RowText, layout: RowLayout) -> Tone:
    return Tone.STRONG if text.sign == layout.glyphs.differs and _tone(cell) is Tone.TEXT else _tone(cell)


def _one_broad(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """Everything in one line: host, both names, then what there is room for."""
    tone = _tone(cell)
    lead, place = _lead(layout, cell), fit_middle(text.place, _PLACE - 1, layout.glyphs.ellipsis) + " "
    room = layout.width - LEAD - _PLACE
    extras: list[Span] = []
    for words, cells, look in (
        (cell.entry.verdict.look.word, _WORD + 1, _look(cell)),
        (layout.age_below_head(text), _AGE + 2, tone),
        (text.sha256, 11, Tone.MUTED),
        (text.who, _WHO + 1, tone),
    ):
        if room - cells >= layout.names:
            room -= cells
            extras.append((fit("  " + words if cells > _WHO + 1 else " " + words, cells), look))
    return (*lead, (place, tone), *_names(layout, cell, text, room, aligned=True), *extras)


def _names(layout: RowLayout, cell: DrawnRow, text: RowText, room: int, *, aligned: bool = False) -> Line:
    """``stored ≠ presented`` in so much room; ``aligned`` with the rows above and below where that fits."""
    stored, sign, presented = _both(text, room, layout.glyphs.ellipsis)
    tone = _name_tone(cell, text, layout)
    if aligned:
        spare = room - cell_len(stored + presented) - len(sign)
        stored += " " * max(0, min(spare, room * 2 // 5 - cell_len(stored)))
    rest = max(0, room - cell_len(stored + sign))
    return (
        (stored, tone),
        (sign, _sign_tone(cell, text, layout)),
        (fit(presented, rest) if aligned else presented, tone),
    )


def _both(text: RowText, room: int, ellipsis: str) -> tuple[str, str, str]:
    """Stored, the sign between, presented; of equal names that do not both fit only one."""
    sign = f" {text.sign} "
    if not text.compared:
        stored = shortened(
            text.stored, max(room * 3 // 5, room - len(sign) - cell_len(text.presented)), ellipsis
        )
        return stored, sign, clip(text.presented, room - cell_len(stored) - len(sign), ellipsis)
    stored, presented = pair(text.stored, text.presented, room - len(sign), ellipsis)
    if text.stored == text.presented and (stored, presented) != (text.stored, text.presented):
        return "", sign[1:], shortened(text.stored, room - len(sign) + 1, ellipsis)
    return stored, sign, presented


def _sign_tone(cell: DrawnRow, text: RowText, layout: RowLayout) -> Tone:
    return _look(cell) if text.sign == layout.glyphs.differs else _tone(cell)


def _head_broad(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """Verdict, host and the stored name; whom the row is about at the end."""
    ellipsis, tone = layout.glyphs.ellipsis, _tone(cell)
    label = "stored    " if layout.width >= 2 * BROAD else ""
    room = layout.width - LEAD - _WORD - _PLACE
    stored = keeping_difference(text.stored, text.presented, room - len(label), ellipsis)
    who = text.who if cell_len(label + stored) + _WHO + 1 <= room else ""
    return (
        *_lead(layout, cell),
        (fit(cell.entry.verdict.look.word, _WORD), _look(cell)),
        (fit_middle(text.place, _PLACE - 1, ellipsis) + " ", tone),
        (label, Tone.HEAD),
        (fit(stored, room - len(label) - len(who)), _name_tone(cell, text, layout)),
        (who, tone),
    )


def _presented_broad(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """``presented ≠ ise01.example.net  2D35 5E78  issued today``."""
    sign = fit(text.sign, len(layout.glyphs.differs)) + " "
    room = layout.width - LEAD - _LABEL - len(sign)
    age = layout.age(text)
    name = _presented(text, max(room - len(age) - 2, 12), layout.glyphs.ellipsis)
    parts: list[Span] = [(f"  {text.sha256}", Tone.MUTED), (f"  {age}", _tone(cell))]
    fitting = [part for part in _as_fit(parts, room - cell_len(name)) if part[0].strip()]
    return (
        (" " * LEAD + fit("presented", _LABEL), Tone.HEAD),
        (sign, _sign_tone(cell, text, layout)),
        (name, _name_tone(cell, text, layout)),
        *fitting,
    )


def _presented(text: RowText, cells: int, ellipsis: str) -> str:
    """The name as far as it fits, what differs first; of a sentence the beginning."""
    if text.compared:
        return keeping_difference(text.presented, text.stored, cells, ellipsis)
    return clip(text.presented, cells, ellipsis)


def _as_fit(parts: Sequence[Span], room: int) -> Sequence[Span]:
    """All of them, else the last, else none."""
    return next((kept for kept in (parts, parts[-1:]) if width(tuple(kept)) <= room), ())


def _reason_broad(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    reason = clip(text.reason, layout.width - LEAD - _LABEL, layout.glyphs.ellipsis)
    return (" " * LEAD + fit("because", _LABEL), Tone.HEAD), (reason, _tone(cell))


def _one_slim(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """Host and both names, as far as that goes."""
    place = fit_middle(text.place, min(_PLACE, cell_len(text.place)), layout.glyphs.ellipsis)
    room = layout.width - LEAD - cell_len(place) - 1
    return (*_lead(layout, cell), (place + " ", _tone(cell)), *_names(layout, cell, text, room))


def _head_slim(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """``198.51.100.20:443  MISMATCH ISE``."""
    place = fit_middle(text.place, min(_PLACE - 1, cell_len(text.place)), layout.glyphs.ellipsis)
    word, who = cell.entry.verdict.look.word, text.who
    room = layout.width - LEAD - cell_len(place) - 2
    words = f"{word} {who}" if len(word) + 1 + len(who) <= room else word
    rest = words[len(word) :]
    return (
        *_lead(layout, cell),
        (place + "  ", _tone(cell)),
        (clip(word, room, layout.glyphs.ellipsis), _look(cell)),
        (rest, _tone(cell)),
    )


def _names_slim(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """``ISE-server ≠ ise01.example.net``, and how new it is if there is room."""
    names = _names(layout, cell, text, layout.width - LEAD - 1)
    return ((" " * LEAD, Tone.TEXT), *names, *_age_slim(layout, cell, text, names))


def _age_slim(layout: RowLayout, cell: DrawnRow, text: RowText, names: Line) -> Line:
    room = layout.width - LEAD - 1 - width(names) - 2
    age = layout.age(text)
    forms = (age, age.removeprefix("issued "))
    fitting = next((form for form in forms if form and len(form) <= room), "")
    return ((f"  {fitting}", _tone(cell)),) if fitting else ()


def _reason_slim(layout: RowLayout, cell: DrawnRow, text: RowText) -> Line:
    """How new it is where the line above had no room for it, then the reason."""
    names = _names(layout, cell, text, layout.width - LEAD - 1)
    above = _age_slim(layout, cell, text, names)
    age = "" if above or not layout.age(text) else f"{layout.age(text)} {layout.glyphs.dot} "
    words = clip(age + text.reason, layout.width - LEAD - 1, layout.glyphs.ellipsis)
    return ((" " * LEAD + words, _tone(cell)),)


_Form = Callable[[RowLayout, DrawnRow, RowText], Line]
_BROAD: dict[int, tuple[_Form, ...]] = {
    1: (_one_broad,),
    2: (_head_broad, _presented_broad),
    3: (_head_broad, _presented_broad, _reason_broad),
}
_SLIM: dict[int, tuple[_Form, ...]] = {
    1: (_one_slim,),
    2: (_head_slim, _names_slim),
    3: (_head_slim, _names_slim, _reason_slim),
}


def header(layout: RowLayout) -> Line:
    """The heads of the columns, the sorted one marked; an order that has no column is named at the end."""
    heads = _heads(layout)
    end = "" if any(by is layout.order for _, _, by in heads) else f" {_named(layout.order)}"
    end += layout.glyphs.sorted if end else ""
    room = layout.width - cell_len(end)
    line = " " * LEAD
    for head, cells, by in heads:
        marked = head + layout.glyphs.sorted if by is layout.order else head
        if cell_len(line + marked) > room:
            break
        line += fit(marked, max(cells, cell_len(marked)))
    return ((fit(line.rstrip(), room) + end, Tone.HEAD),)


def _named(order: RowOrder) -> str:
    return order.value if order is RowOrder.LISTED else f"by {order.value}"


def _heads(layout: RowLayout) -> list[tuple[str, int, RowOrder | None]]:
    """Each head, its cells, and the order that sorts by it."""
    differs = layout.glyphs.differs
    if not layout.broad:
        return [
            ("Host:port", 12, RowOrder.HOST),
            ("Verdict", 9, RowOrder.VERDICT),
            (f"{differs} presented", 13, None),
        ]
    if layout.height > 1:
        return [
            ("Verdict", _WORD, RowOrder.VERDICT),
            ("Host:port", _PLACE, RowOrder.HOST),
            ("Stored, presented", 20, None),
        ]
    room = layout.width - LEAD - _PLACE
    shown: list[tuple[str, int, RowOrder | None]] = []
    for head, cells, by in (
        ("  Verdict", _WORD + 1, RowOrder.VERDICT),
        ("  Expires" if layout.order is RowOrder.EXPIRY else "  Issued", _AGE + 2, RowOrder.EXPIRY),
        ("  SHA-256", 11, None),
        (" Who", _WHO + 1, None),
    ):
        if room - cells >= layout.names:
            room -= cells
            shown.append((head, cells, by))
    names = fit("Stored", room * 2 // 5) + f" {differs} Presented now"
    if layout.order not in (RowOrder.HOST, *(by for _, _, by in shown)):  # the order is named beside it
        names = f"Stored {differs} presented"
    return [("Host:port", _PLACE, RowOrder.HOST), (names, room, None), *shown]
