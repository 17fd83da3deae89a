"""The rows of one pane as they appear on the screen: order, filter, cursor, marks. Knows no Textual.

The cursor and the marks belong to rows and not to lines: they follow the row's id while others come and go.
"""

import ipaddress
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any

from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.verdict import Kind, Verdict
from tofutui.tofu.site.endpoint import as_address
from tofutui.ui.text.vocabulary import place, presented_name, stored_name

INVERTS = "!"
"""In front of a filter's text: the rows that do not hold it."""
_LAST = datetime.max.replace(tzinfo=UTC)


class RowOrder(StrEnum):
    """How the rows are sorted; the value is what the screen says."""

    VERDICT = "verdict"
    HOST = "host:port"
    EXPIRY = "expiry"
    LISTED = "as listed"

    @property
    def following(self) -> "RowOrder":
        """The next one in turn."""
        orders = list(RowOrder)
        return orders[(orders.index(self) + 1) % len(orders)]


def _as_it_is(entry: Entry) -> Entry:
    return entry


@dataclass(slots=True)
class Rows:
    """What one pane shows."""

    shown: list[Entry] = field(default_factory=list)
    """Those about others first, then the node's own: these are in no plan."""
    total: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    """How many rows about others have each verdict, those that the filter hides too."""
    own_verdicts: Counter[Verdict] = field(default_factory=Counter)
    """The same of the node's own rows."""
    remote: int = 0
    """How many of those shown are about others."""
    stale: int = 0
    """How many stale rows about others are shown."""
    order: RowOrder = RowOrder.VERDICT
    filter: str = ""
    cursor: int = 0
    """Index into ``shown``; 0 where it is empty."""
    marks: set[str] = field(default_factory=set)
    touched: bool = False
    """Whether the user has moved here: until then the cursor stays on the first row, whichever that is."""
    hide: Callable[[Entry], Entry] = _as_it_is
    """What is shown of a row: the filter looks at that and at nothing else."""
    hidden_as: int = 0
    """Another number whenever the same ``hide`` may show a row differently."""
    _positions: dict[str, int] = field(default_factory=dict)
    _listed: list[Entry] | None = None
    """The rows when they were ordered last: an `Entry` never changes, it is replaced."""
    _ordered: list[Entry] = field(default_factory=list)
    """The same in the order of the screen, whatever the filter."""
    _ordered_by: RowOrder | None = None
    _filtered: bool = False
    """Whether ``shown`` is not all of them."""
    _folded: dict[str, tuple[Entry, str]] = field(default_factory=dict)
    """What the filter looks at: each row with its text, by id; empty until there was a filter."""
    _folded_as: tuple[Callable[[Entry], Entry], int] = (_as_it_is, 0)
    """``hide`` and ``hidden_as`` when they were made."""
    _texts: list[str] | None = None
    """The same texts in the order of the screen; None when that has changed."""

    @property
    def current(self) -> Entry | None:
        """The row under the cursor."""
        return self.shown[self.cursor] if self.shown else None

    @property
    def sought(self) -> str:
        """The text that the rows shown hold: none for a filter that is inverted."""
        return "" if self.filter.startswith(INVERTS) else self.filter

    @property
    def hidden_marks(self) -> int:
        """How many marked rows the filter hides."""
        return sum(1 for mark in self.marks if mark not in self._positions)

    def marked(self) -> list[Entry]:
        """The marked rows that are shown, in the order of the screen."""
        return [entry for entry in self.shown if entry.id in self.marks]

    def take(self, view: NodeView) -> bool:
        """Show what the node holds now; the cursor stays on its row.

        Returns:
            False if the row under the cursor is gone (its neighbour has the cursor now, the marks are off).
        """
        if not self._arrange(view) and not self.filter and not self._filtered:
            return True
        before = self.current
        gone = before is not None and self.touched and before.id not in view.entries
        self.marks &= view.entries.keys()
        if gone:
            self.marks.clear()
        self.shown = self._matching(view)
        self._count_shown()
        self._positions = {entry.id: index for index, entry in enumerate(self.shown)}
        if before is not None and self.touched:
            self.cursor = self._positions.get(before.id, self.cursor)
        self.cursor = max(0, min(self.cursor, len(self.shown) - 1))
        return not gone

    def _arrange(self, view: NodeView) -> bool:
        """Count and order the rows where any of them, or the order, is another one; whether that was so."""
        before, self._listed = self._listed, list(view.entries.values())
        if before is not None and self._ordered_by is self.order and len(before) == len(self._listed):
            pairs = [pair for pair in zip(before, self._listed, strict=True) if pair[0] is not pair[1]]
            if not pairs or self._replaced(pairs):
                return bool(pairs)
        self._count(self._listed)
        self._ordered, self._ordered_by = self._sorted(self._listed), self.order
        self._texts = None
        return True

    def _replaced(self, pairs: Collection[tuple[Entry, Entry]]) -> bool:
        """Put rows in the place of those that they were before, unless their places are others now."""
        key = _SORT_KEYS[self.order]
        if any(old.id != new.id or key(old) != key(new) for old, new in pairs):
            return False
        now = {new.id: new for _, new in pairs}
        self._ordered = [now.get(entry.id, entry) for entry in self._ordered]
        self._texts = None
        for old, new in pairs:
            counted = self.verdicts if new.who.is_remote else self.own_verdicts
            counted[old.verdict] -= 1
            counted[new.verdict] += 1
        self.verdicts, self.own_verdicts = +self.verdicts, +self.own_verdicts  # without those at 0
        return True

    def _count(self, entries: Collection[Entry]) -> None:
        self.total = len(entries)
        self.verdicts = Counter(entry.verdict for entry in entries if entry.who.is_remote)
        self.own_verdicts = Counter(entry.verdict for entry in entries if not entry.who.is_remote)

    def _count_shown(self) -> None:
        if self._filtered:
            self.remote = bisect_left(self.shown, True, key=_is_own)
            verdicts = Counter(map(attrgetter("judgement.verdict"), islice(self.shown, self.remote)))
        else:
            self.remote, verdicts = self.verdicts.total(), self.verdicts
        self.stale = sum(number for verdict, number in verdicts.items() if verdict.is_stale)

    def read_ahead(self, count: int) -> Iterator[None]:
        """Make what the filter looks at, from one step to the next for this many rows."""
        while made := self._unread(count):
            self._folded |= {entry.id: (entry, searched(self.hide(entry))) for entry in made}
            yield

    def _unread(self, count: int) -> list[Entry]:
        """At most this many of the rows of which that is not made yet."""
        self._forget_hidden()
        unread = (entry for entry in self._ordered if not self._is_read(entry))
        return list(islice(unread, count)) if self._texts is None else []

    def move_to(self, index: int) -> bool:
        """Put the cursor on a line, as near as there is one; returns whether that is another one."""
        before, self.touched = self.cursor, True
        self.cursor = max(0, min(index, len(self.shown) - 1))
        return self.cursor != before

    def find(self, entry_id: str) -> int | None:
        """The line of a row, None if it is not shown."""
        return self._positions.get(entry_id)

    def next_stale(self, step: int) -> int | None:
        """The line of the next stale row after the cursor (step 1) or before it (-1), round the end."""
        count = len(self.shown)
        for distance in range(1, count + 1):
            index = (self.cursor + step * distance) % count
            if self.shown[index].is_stale_remote:
                return index
        return None

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away."""
        if self.current is not None:
            self.touched = True
            self.marks ^= {self.current.id}

    def mark_all(self) -> int:
        """Mark every row about others that is shown; returns how many are marked then."""
        self.touched = True
        self.marks |= {entry.id for entry in self.shown if entry.who.is_remote}
        return len(self.marks)

    def mark_none(self) -> None:
        """Take every mark away, those of rows that the filter hides too."""
        self.marks.clear()

    def _matching(self, view: NodeView) -> list[Entry]:
        """The rows that hold the filter's text, in the order of the screen."""
        wanted, inverts = _sought(self.filter), self.filter.startswith(INVERTS)
        self._filtered = bool(wanted)
        if not wanted:
            return self._ordered
        rows = zip(self._ordered, self._searchable(), strict=True)
        return [entry for entry, text in rows if (wanted in text) is not inverts]

    def _searchable(self) -> list[str]:
        """What the filter looks at in each row; made once for a row, since an `Entry` never changes."""
        self._forget_hidden()
        if self._texts is None:
            before = self._folded
            self._folded = {
                entry.id: before[entry.id] if self._is_read(entry) else (entry, searched(self.hide(entry)))
                for entry in self._ordered
            }
            self._texts = [self._folded[entry.id][1] for entry in self._ordered]
        return self._texts

    def _forget_hidden(self) -> None:
        """Forget texts of rows that are shown differently now."""
        if self._folded_as != (self.hide, self.hidden_as):
            self._folded, self._folded_as, self._texts = {}, (self.hide, self.hidden_as), None

    def _is_read(self, entry: Entry) -> bool:
        made = self._folded.get(entry.id)
        return made is not None and made[0] is entry

    def _sorted(self, entries: Collection[Entry]) -> list[Entry]:
        return sorted(entries, key=_SORT_KEYS[self.order])


def is_spoken_of(entry: Entry) -> bool:
    """Whether a log, a page or a person said anything about a row."""
    return any(e.kind in (Kind.LOG, Kind.OPERATOR, Kind.BROWSER) for e in entry.judgement.evidence)


def _is_own(entry: Entry) -> bool:
    return not entry.who.is_remote


def _sought(wanted: str) -> str:
    return wanted.removeprefix(INVERTS).strip().casefold()


def searched(entry: Entry) -> str:
    """What a filter looks at in a row, folded: host, port, key, name, subjects, verdict."""
    verdict = entry.verdict
    texts = (
        place(entry), entry.key or "", entry.name, entry.who.value, stored_name(entry), presented_name(entry),
        entry.stored.raw if entry.stored else entry.raw, verdict.value, verdict.look.word,
    )  # fmt: skip
    return "\n".join(texts).casefold()


def _host_key(entry: Entry) -> tuple[int, int, str, int]:
    if entry.endpoint is None:
        return (9, 0, entry.raw, 0)
    return (*_place_of(entry.endpoint.host), entry.endpoint.port)


@lru_cache(maxsize=16_384)
def _place_of(host: str) -> tuple[int, int, str]:
    """Where a host is in the order: addresses as numbers, then names."""
    address = as_address(host)
    if address is None:
        return (8, 0, host)
    return (4 if isinstance(address, ipaddress.IPv4Address) else 6, int(address), "")


def _expiry(entry: Entry) -> datetime:
    certificate = entry.presented.certificate
    return (certificate.not_after if certificate else None) or _LAST


_SORT_KEYS: dict[RowOrder, Callable[[Entry], Any]] = {
    RowOrder.VERDICT: lambda e: (not e.who.is_remote, e.judgement.verdict.look.rank, _host_key(e)),
    RowOrder.HOST: lambda e: (not e.who.is_remote, _host_key(e)),
    RowOrder.EXPIRY: lambda e: (not e.who.is_remote, _expiry(e)),
    RowOrder.LISTED: lambda e: not e.who.is_remote,
}
"""By what rows are sorted: those about others first."""
