"""One node's table over several listings: which rows stay the same row, which came, which went."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from tofutui.history.database import storable
from tofutui.tofu.cli_output.listing import Listing, Row, StoredSubject
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.site.row_owner import Expected, Who, expected, identify, satisfies
from tofutui.tofu.site.session import Role, Session

ABSENT = "+"
"""Starts the id of an expected remote that has no row."""


@dataclass(slots=True)
class Table:
    """The entries of one `NodeView`, kept by row id, and what is remembered about them.

    Incarnations are known only as far as this run has seen them begin.
    """

    session: Session
    role: Role
    view: NodeView
    incarnations: dict[str, datetime] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    """Keys deleted since the last complete listing: their absence is expected."""
    had_complete: bool = False
    listing_began: datetime | None = None
    """When ``listcerts`` was sent for the listing shown (UTC)."""
    remembered: Callable[[], dict[str, str] | None] = lambda: None
    """The texts that an earlier run saw last, by key, for the first listing of this one; None: none."""
    _texts: dict[str, str] | None = None
    """What the rows stored when they were listed last, by id; None before any listing."""
    _was_whole: bool = False
    """Whether a row that is not among them is new."""

    def take(self, row: Row) -> Entry:
        """Put a listed row into the view at once; what was known about it stays until it is asked again."""
        known = self.view.entries.get(row.id)
        if known is not None and self.holds(row):
            is_same = known.raw == row.raw and not known.unseen
            entry = known if is_same else replace(known, raw=row.raw, unseen=False)
        else:
            entry = self._entry(row)
        self.view.entries[row.id] = entry
        return entry

    def holds(self, row: Row) -> bool:
        """Whether the view shows the row as it was listed."""
        known = self.view.entries.get(row.id)
        return (
            known is not None
            and (_shown_text(known), known.doubled) == (_text(row), row.doubled)
            and _doubts(known.stored) == _doubts(row.stored)
        )

    def surprises(self, listing: Listing) -> bool:
        """Whether a listing misses rows without a known deletion: it has to be confirmed."""
        before = self._stored_ids() if self.had_complete else set(self.remembered() or ())
        return bool(before - {row.id for row in listing.rows} - self.deleted)

    def close(self, listing: Listing, at: datetime) -> tuple[list[Entry], list[str]]:
        """End a listing: returns the expected remotes found missing, and the ids that went.

        Only a complete listing says that a row is absent; after a partial one the rows not seen stay, marked.
        """
        seen = {row.id for row in listing.rows}
        if not listing.complete:
            self._keep_unseen(seen)
            return [], []
        gone = self._forget(seen)
        ordered = {row.id: self.view.entries[row.id] for row in listing.rows if row.id in self.view.entries}
        missing = self._missing(ordered.values())
        self.view.entries.clear()
        self.view.entries.update(ordered)
        self.view.entries.update((entry.id, entry) for entry in missing)
        self.had_complete = True
        self.deleted.clear()
        return missing, gone

    def begin_incarnations(self, listing: Listing, at: datetime) -> None:
        """Note what a listing shows for the first time, complete or not; call it before `close`.

        A partial one says nothing of the rows that it lacks.
        """
        if self._texts is None:
            self._texts, self._was_whole = self._texts_remembered(listing)
        before = self._texts
        texts = {row.id: _text(row) for row in listing.rows}
        for id_, text in texts.items():
            if before[id_] != text if id_ in before else self._was_whole:
                self._begin(id_, at)
        self._texts = texts if listing.complete else before | texts
        self._was_whole = self._was_whole or listing.complete

    def _texts_remembered(self, listing: Listing) -> tuple[dict[str, str], bool]:
        """What an earlier run saw of these rows, as this one prints it, and whether there was one.

        Rows under one key cannot be distinguished there.
        """
        remembered = self.remembered()
        if remembered is None:
            return {}, False
        same = (
            row
            for row in listing.rows
            if row.doubled or row.key is None or remembered.get(storable(row.key)) == storable(_text(row))
        )
        return {row.id: _text(row) for row in same}, True

    def grow_old(self) -> None:
        """Nothing new was read: what is shown is of an earlier listing."""
        self._keep_unseen(set())

    def redeployed(self, at: datetime) -> None:
        """The node shows another SSH host key: everything in its table may have been learned since."""
        self.incarnations.clear()
        for id_ in list(self.view.entries):
            self._begin(id_, at)
        self._texts, self._was_whole = {}, True

    def _begin(self, id_: str, at: datetime) -> None:
        self.incarnations[id_] = at
        entry = self.view.entries.get(id_)
        if entry is not None:
            self.view.entries[id_] = replace(entry, incarnation=at)

    def _stored_ids(self) -> set[str]:
        return {entry.id for entry in self.view.entries.values() if entry.is_stored and not entry.unseen}

    def _keep_unseen(self, seen: set[str]) -> None:
        for entry in list(self.view.entries.values()):
            if entry.is_stored and entry.id not in seen:
                self.view.entries[entry.id] = replace(entry, unseen=True)

    def _forget(self, seen: set[str]) -> list[str]:
        gone = [id_ for id_ in self.view.entries if id_ not in seen]
        for id_ in gone:
            self.incarnations.pop(id_, None)
        return gone

    def _missing(self, present: Iterable[Entry]) -> list[Entry]:
        endpoints = [entry.endpoint for entry in present if entry.endpoint is not None]
        return [
            self.view.entries.get(ABSENT + wanted.key) or self._absent(wanted)
            for wanted in expected(self.session, self.role)
            if not any(satisfies(self.session, self.role, wanted, endpoint) for endpoint in endpoints)
        ]

    def _entry(self, row: Row) -> Entry:
        who, name = identify(self.session, self.role, row.endpoint) if row.endpoint else (Who.OTHER, "")
        return Entry(
            id=row.id,
            role=self.role,
            key=row.key,
            raw=row.raw,
            endpoint=row.endpoint,
            who=who,
            name=name,
            stored=row.stored,
            doubled=row.doubled,
            incarnation=self.incarnations.get(row.id),
        )

    def _absent(self, wanted: Expected) -> Entry:
        return Entry(
            id=ABSENT + wanted.key,
            role=self.role,
            key=wanted.key,
            raw="",
            endpoint=wanted.endpoint,
            who=wanted.who,
            name=wanted.name,
            stored=None,
        )


def _doubts(stored: StoredSubject | None) -> tuple[object, ...]:
    return (stored.more, stored.apart, stored.unfinished) if stored else ()


def _shown_text(entry: Entry) -> str:
    """The same of an entry."""
    return entry.stored.raw if entry.stored else entry.raw


def _text(row: Row) -> str:
    """What the row stores: the blanks round it depend on its place in the list (docs/appliance.md)."""
    return row.stored.raw if row.stored else row.raw
