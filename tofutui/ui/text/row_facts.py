"""Everything known about one row, as lines: the detail area and the full-size view. Knows no Textual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tofutui.tofu.base.text import in_groups, safe
from tofutui.tofu.certificates.presented import SEEN_ONLY, Presented, Status
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.endpoint import is_plain_key
from tofutui.ui.text.reasons import dated, decided_by, deciding, further, in_short, says_when, with_source
from tofutui.ui.text.spans import (
    EMPTY,
    LABEL,
    Line,
    Tone,
    clip,
    fit,
    joined,
    labelled,
    line,
    width,
    wrap,
)
from tofutui.ui.text.vocabulary import (
    UNICODE,
    VERDICT_TONES,
    WHO_MEANS,
    Glyphs,
    clock_time,
    fingerprint,
    moment,
    name_of,
    node_name,
    place,
    validity,
)

if TYPE_CHECKING:
    from tofutui.tofu.certificates.certificate import Certificate
    from tofutui.tofu.names.values import AttributeLine

_HINT_FROM = 9
"""Lines from which a hint does not take the place of a fact."""
HINTS = (
    '{} Equal names prove nothing: press {} to paste the "TOFU failed" lines or to say what was re-issued.',
    "{} Equal names prove nothing: press {} to paste log lines or say what was re-issued.",
    "{} Equal names prove nothing: press {} for logs, re-issues.",
)
"""The same, ever shorter; the sign of the rows that it is about, the key."""


@dataclass(frozen=True, slots=True)
class Item:
    """Lines that belong together, and how early they give way where room is short (0 = never)."""

    rank: int
    lines: Sequence[Line]
    whole: Sequence[Line] = ()
    """All lines, where ``lines`` are cut."""
    facts: int = 1
    """How many it counts for where it is not shown."""

    @property
    def spare(self) -> int:
        """How many lines more it would take whole."""
        return len(self.whole) - len(self.lines) if self.whole else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFacts:
    """One row with what is needed to describe it."""

    entry: Entry
    view: NodeView
    now: datetime
    width: int
    glyphs: Glyphs = UNICODE
    evidence_key: str = "e"
    """What to press to add evidence."""
    detail_key: str = "Enter"
    """What to press to see all of it."""
    changed: str = ""
    """What changed since the listing before."""

    def items(self, *, short: bool = False) -> list[Item]:
        """All facts in the order in which they are shown, nothing twice; ``short``: in a line if possible."""
        entry = self.entry
        items = [Item(0, [heading(entry, self.view, self.width)]), self._verdict(short), *self._names(short)]
        if entry.presented.certificate is not None:
            items += self._certificate(entry.presented.certificate, short)
        else:
            items.append(Item(3, self._labelled("presented", [nothing_presented(entry.presented)])))
        if self.changed:
            items.append(Item(1, self._labelled("since", [self.changed])))
        texts = [("also", reason) for reason in further(entry)]
        texts += [("evidence", with_source(item)) for item in dated(entry)]
        items += [self._text(label, text, short) for label, text in texts]
        return [*items, *self._surroundings(entry.presented, short)]

    def full(self) -> list[Line]:
        """Every line, for the full-size view."""
        lines = [part for item in self.items() for part in item.lines]
        return [*lines, EMPTY, *delete_lines(self.entry, self.width)]

    def compact(self, height: int, hint: bool) -> list[Line]:
        """Exactly ``height`` lines, the delete command always last; what is cut or gives way is counted."""
        last = [*self._hint(hint and height >= _HINT_FROM), *delete_lines(self.entry, self.width)]
        items, room = self.items(short=True), max(0, height - len(last))
        chosen = _fitting(items, room)
        if len(chosen) < len(items) or any(item.whole for item in chosen.values()):
            chosen = _fitting(items, room - 1)
            hidden = [item.facts for index, item in enumerate(items) if index not in chosen]
            count = sum(hidden) + sum(1 for item in chosen.values() if item.whole)
            last = [line(f"+{count} more: {self.detail_key}", Tone.KEY), *last]
        lines = [part for index in sorted(chosen) for part in chosen[index].lines]
        return ([*lines, *[EMPTY] * (height - len(lines) - len(last)), *last])[-height:]

    def _text(self, label: str, text: str, short: bool) -> Item:
        lines = self._labelled(label, [text])
        if not short or len(lines) == 1:
            return Item(5, lines)
        text = clip(text, self.width - LABEL, self.glyphs.ellipsis)
        return Item(5, self._labelled(label, [text]), whole=lines)

    def _hint(self, wanted: bool) -> list[Line]:
        same = self.glyphs.verdict(Verdict.SAME_NAME)
        texts = [text.format(same, self.evidence_key) for text in HINTS]
        text = next((text for text in texts if len(text) <= self.width), texts[-1])
        return [line(text, Tone.WARNING)] if wanted else []

    def _labelled(self, label: str, texts: Sequence[str], tone: Tone = Tone.TEXT) -> list[Line]:
        return labelled(label, texts, self.width, tone)

    def _quiet(self, label: str, texts: Sequence[str]) -> list[Line]:
        """What is seldom asked for."""
        return self._labelled(label, texts, Tone.MUTED)

    def _verdict(self, short: bool) -> Item:
        """The verdict and what decided it, with the time of that."""
        look, tone = self.entry.verdict.look, VERDICT_TONES[self.entry.verdict]
        word = f"{self.glyphs.verdict(self.entry.verdict)} {look.word}  "
        indent, evidence = len(word), decided_by(self.entry)
        reason = deciding(self.entry)
        if evidence and evidence.at and not says_when(reason, evidence.at):
            reason += f" ({moment(evidence.at)})"
        parts = wrap(reason, self.width - indent)
        rest = [((" " * indent, tone), (part, Tone.TEXT)) for part in parts[1:]]
        whole = [((word, tone), (parts[0], Tone.STRONG)), *rest]
        if not short or not rest:
            return Item(1, whole)
        reason = clip(in_short(self.entry), self.width - indent, self.glyphs.ellipsis)
        return Item(1, [((word, tone), (reason, Tone.STRONG))], whole=whole)

    def _names(self, short: bool) -> list[Item]:
        """Stored beside presented: the CN, then what differs; what is equal is only counted."""
        lines = sorted(attributes(self.entry), key=lambda a: (a.type != "CN", not a.differs))
        compared = self.entry.names is not None and self.entry.presented.certificate is not None
        shown = [a for a in lines if a.differs or a.type == "CN" or not compared]
        heads = Item(3, [self._column_heads()])
        if short and compared:
            items = [heads, *(Item(2, self._attribute(a)) for a in shown if a.type == "CN")]
            items += self._in_a_row([a for a in shown if a.type != "CN"])
        else:
            ranks = [2 if a.type == "CN" else 3 if a.differs else 6 for a in shown]
            items = [heads, *(Item(rank, self._attribute(a)) for rank, a in zip(ranks, shown, strict=True))]
        equal = len(lines) - len(shown)
        return [*items[:-1], *self._with_equal(items[-1], equal)] if equal else items

    def _in_a_row(self, differing: Sequence[AttributeLine]) -> list[Item]:
        """Further parts that differ, several in a line: ``O Cisco ≠ Example · OU Prime ≠ none``."""
        sign, between = self.glyphs.differs, f" {self.glyphs.dot} "
        parts = [f"{a.type} {a.stored or 'none'} {sign} {a.presented or 'none'}" for a in differing]
        texts = joined(parts, between, self.width - LABEL) if parts else []
        return [Item(3, self._labelled("differ", texts, Tone.MISMATCH))] if texts else []

    def _with_equal(self, last: Item, equal: int) -> list[Item]:
        """How many parts are equal, behind the last one shown where there is room."""
        text = "1 equal part not shown" if equal == 1 else f"{equal} equal parts not shown"
        if len(last.lines) == 1 and width(last.lines[0]) + len(text) + 3 <= self.width:
            return [Item(last.rank, [(*last.lines[0], (f"   {text}", Tone.MUTED))])]
        return [last, Item(6, [line(" " * LABEL + text, Tone.MUTED)])]

    @property
    def _stored_width(self) -> int:
        return 26 if 70 <= self.width < 100 else max(12, min(34, (self.width - LABEL - 3) // 2))

    def _column_heads(self) -> Line:
        shown, dot = self.entry.presented, self.glyphs.dot
        is_answer = shown.at is not None and shown.status.was_asked
        seen = [f"presented {clock_time(shown.at)}" if is_answer else "presented"]
        seen += [f"seen from {shown.seen_from}"] if shown.seen_from else []
        seen += [shown.tls] if shown.tls else []
        stored = "stored (listcerts)" if self.entry.is_stored else "not stored"
        return (
            (" " * LABEL + fit(stored, self._stored_width) + "   ", Tone.HEAD),
            (joined(seen, f" {dot} ", self.width - LABEL - self._stored_width - 3)[0], Tone.HEAD),
        )

    def _attribute(self, attribute: AttributeLine) -> list[Line]:
        nothing = "none" if attribute.differs else ""
        stored = wrap(attribute.stored or nothing, self._stored_width)
        room = self.width - LABEL - self._stored_width - 3
        presented = wrap(attribute.presented or nothing, room - (9 if attribute.differs else 0))
        tone = Tone.MISMATCH if attribute.differs else Tone.TEXT
        lines: list[Line] = []
        for number in range(max(len(stored), len(presented))):
            left = stored[number] if number < len(stored) else ""
            right = presented[number] if number < len(presented) else ""
            mark = self._sign(attribute) if number == 0 else ""
            word = "  differs" if mark and attribute.differs else ""
            name = attribute.type if number == 0 else ""
            lines.append(
                (
                    (fit(name, LABEL), Tone.HEAD),
                    (fit(left, self._stored_width), tone),
                    (fit(mark, 3), tone),
                    (right, tone),
                    (word, Tone.MUTED),
                )
            )
        return lines

    def _sign(self, attribute: AttributeLine) -> str:
        """Between the two values; nothing where only one side was read."""
        if attribute.differs:
            return self.glyphs.differs
        return "=" if attribute.stored is not None and attribute.presented is not None else ""

    def _certificate(self, certificate: Certificate, short: bool) -> list[Item]:
        issuer = "itself (self-signed)" if certificate.self_issued else name_of(certificate.issuer)
        key = ", ".join(filter(None, (certificate.key or "key not readable", certificate.signature)))
        return [
            Item(3, self._fingerprint("SHA-256", certificate.sha256, lead="presented ")),
            Item(3, self._labelled("valid", [validity(certificate, self.now)])),
            *self._pair(
                Item(4, self._quiet("issuer", [issuer])),
                Item(7, self._quiet("SAN", [", ".join(certificate.san) or "none"])),
                short,
            ),
            Item(7, self._quiet("key", [f"{key}, serial {certificate.serial or 'not readable'}"])),
            Item(9, self._fingerprint("SHA-1", certificate.sha1, Tone.MUTED)),
            *self._unread(certificate),
        ]

    def _unread(self, certificate: Certificate) -> list[Item]:
        if not certificate.unread:
            return []
        return [Item(6, self._labelled("unread", ["not readable: " + ", ".join(certificate.unread)]))]

    def _fingerprint(self, label: str, digits: str, tone: Tone = Tone.TEXT, lead: str = "") -> list[Line]:
        """``lead`` says whose it is, where that is not plain from what is above."""
        first, *rest = fingerprint(digits, self.width - LABEL - len(lead))
        return self._labelled(label, [lead + first, *(" " * len(lead) + part for part in rest)], tone)

    def _surroundings(self, shown: Presented, short: bool) -> list[Item]:
        """The chain, how it was asked, and the line that the node printed."""
        items = [Item(5, self._quiet("also", [self._short(c)])) for c in shown.also]
        items += [Item(8, self._quiet("chain", [self._short(c)])) for c in shown.chain]
        listing = Item(9, self._quiet("listing", [self._listing()]))
        if shown.status in (Status.PENDING, Status.NOT_PROBED, Status.UNMAPPED):
            items.append(listing)
        else:
            connection = Item(8, self._quiet("connection", [_connection(shown)]))
            items += self._pair(connection, listing, short)
        tries = [f"{a.way}: {a.status.value}, {a.text}" for a in shown.attempts]
        items += [Item(8, self._quiet("attempts", tries))] if tries else []
        return [*items, Item(9, self._quiet("as printed", [self.entry.raw.strip() or "no row"]))]

    def _pair(self, first: Item, second: Item, short: bool) -> list[Item]:
        """Both in one line where there is room for that: what would be cut gets the other line."""
        column = max(self.width * 4 // 7, width(first.lines[0]) + 2)
        lines = len(first.lines) + len(second.lines)
        if not short or lines > 2 or column + width(second.lines[0]) > self.width:
            return [first, second]
        gap = " " * (column - width(first.lines[0]))
        return [Item(first.rank, [(*first.lines[0], (gap, Tone.TEXT), *second.lines[0])], facts=2)]

    def _short(self, certificate: Certificate) -> str:
        return f"{name_of(certificate.subject)}, SHA-256 {in_groups(certificate.sha256)}"

    def _listing(self) -> str:
        """Which listing the row is from, and what is odd about it."""
        at = self.view.listed_at
        ended = f"at {clock_time(at)}" if at else "in an incomplete listing"
        notes = [f"listed by {node_name(self.view)} {ended}"]
        notes += ["the key appears twice in the listing"] if self.entry.doubled else []
        notes += ["not in the newest listing, which is not complete"] if self.entry.unseen else []
        return "; ".join(notes)


def _connection(shown: Presented) -> str:
    """How and where the endpoint was asked."""
    way = [shown.tls or "", f"probed at {shown.address}" if shown.address else "", f"via {shown.via}"]
    way += [f"SNI {shown.sni}" if shown.sni else "no SNI"]
    way += ["client certificate demanded"] if shown.client_certificate else []
    way += [SEEN_ONLY] if shown.is_seen_only else []
    return ", ".join(filter(None, way))


def _fitting(items: Sequence[Item], room: int) -> dict[int, Item]:
    """The items that have room, by rank; then in whole what was cut, as far as lines are left for it."""
    chosen: dict[int, Item] = {}
    for index in sorted(range(len(items)), key=lambda i: (items[i].rank, i)):
        if len(items[index].lines) <= room:
            room -= len(items[index].lines)
            chosen[index] = items[index]
    for index, item in chosen.items():
        if item.whole and item.spare <= room:
            room -= item.spare
            chosen[index] = Item(item.rank, item.whole)
    return chosen


def heading(entry: Entry, view: NodeView, cells: int) -> Line:
    """Which row this is, and in whose table, in as many words as fit."""
    name = f"  {entry.name}" if entry.name else ""
    where = "expected in" if not entry.is_stored else "in"
    start = clip(place(entry) + safe(name), cells)
    room = cells - width(line(start))
    table = f"{where} the table of "
    tails = (
        f"  {WHO_MEANS[entry.who]}, {table}{node_name(view)}", f"  {table}{node_name(view)}",
        f"  {table}{view.role.word}", f"  {where} {view.role.word}",
    )  # fmt: skip
    tail = next((text for text in tails if width(line(text)) <= room), tails[-1])
    return (start, Tone.STRONG), (clip(tail, room), Tone.MUTED)


def attributes(entry: Entry) -> list[AttributeLine]:
    """The two subjects side by side, also where there is only one of them."""
    from tofutui.tofu.names.values import AttributeLine

    shown = entry.presented.certificate
    if entry.names is not None and entry.names.lines and shown is not None:
        return list(entry.names.lines)
    stored = entry.stored.subject.pairs() if entry.stored and entry.stored.subject else []
    presented = shown.subject.pairs() if shown and shown.subject else []
    lines = [AttributeLine(kind, value, None, False) for kind, value in stored if not presented]
    if entry.stored and not stored and entry.is_stored:
        lines.append(AttributeLine("as printed", entry.stored.raw or "empty", None, False))
    return lines + [AttributeLine(kind, None, value, False) for kind, value in presented]


def nothing_presented(shown: Presented) -> str:
    """Why no certificate is there, in a user's words."""
    if shown.status is Status.PENDING:
        return "not probed yet"
    return f"no certificate: {shown.error or shown.status.value}"


def delete_lines(entry: Entry, width: int) -> list[Line]:
    """The exact command that deletes the row; where there is none, why."""
    command = entry.delete_command
    if command is not None:
        return labelled("delete", [command], width, Tone.COMMAND)
    if not entry.is_stored:
        why = "nothing to delete: the node holds no such row"
    elif entry.key is None or not is_plain_key(entry.key):
        why = "no command: the key is not a plain address and port; it is never sent"
    else:
        why = "no command"
    return labelled("delete", [why], width, Tone.MUTED)
