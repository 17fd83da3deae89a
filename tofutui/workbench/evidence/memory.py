"""What history remembers of the rows, and what it learns from each complete listing."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from tofutui.history.database import HistoryError, storable
from tofutui.history.places import address_of, baseline_at, baseline_of
from tofutui.history.results import Results, result_of
from tofutui.history.row_history import Sightings
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.row_history import Look, Past, Remembered, RowSeen
from tofutui.tofu.site.endpoint import split_key
from tofutui.tofu.site.session import Role, Session

NOTHING = Past()
_READ_SINGLY = 500
"""More rows that changed are read faster with all the others."""


class Memory:
    """The history of one session's rows; without a store it remembers and writes nothing.

    What cannot be read or written is reported once in ``trouble``; the comparison goes on without it.
    """

    def __init__(self, session: Session, store: Sightings | None) -> None:
        self.trouble: str | None = None
        self._session = session
        self._store = store
        self._remembered: dict[Role, Remembered] = {}
        self._told: dict[tuple[Role, str], datetime | None] = {}
        """When the endpoints were asked for what history learned last."""
        self._turn = {role: asyncio.Lock() for role in session.roles}

    def past(self, entry: Entry) -> Past:
        """What is remembered of a row as it is now: nothing if the node prints another text for it now."""
        past = self._lasting(entry)
        text = storable(entry.stored.raw) if entry.stored else ""
        return past if past.current is not None and past.current.text == text else NOTHING

    async def whole_past(self, entry: Entry) -> Past:
        """Everything remembered of the row's key, earlier incarnations included."""
        store = self._store
        if store is None or entry.key is None:
            return NOTHING
        address = address_of(self._session, entry.role)
        try:
            return await asyncio.to_thread(store.past, self._session.name, entry.role, address, entry.key)
        except HistoryError as error:
            self.trouble = f"the history cannot be read: {error}"
            return NOTHING

    def appeared(self, entry: Entry) -> bool:
        """Whether the row is new since the listing before: the node may have been watched learning it."""
        remembered = self._remembered.get(entry.role)
        listed = remembered is not None and remembered.listed is not None
        return listed and entry.is_stored and self._lasting(entry).current is None

    def texts(self, role: Role) -> dict[str, str] | None:
        """The rows that the node held when it was last listed, by key; None if it never was."""
        remembered = self._remembered.get(role, Remembered())
        if remembered.listed is None:
            return None
        return {key: past.current.text for key, past in remembered.rows.items() if past.current is not None}

    def host_key(self, role: Role) -> str | None:
        """The SSH host key of the node at the newest listing that is remembered."""
        return self._remembered.get(role, Remembered()).host_key

    async def load(self, role: Role) -> None:
        """Read what is remembered of a node's rows."""
        remembered = await self._read(role)
        if remembered is not None:
            self._remembered[role] = remembered

    async def _load_rows(self, role: Role, keys: frozenset[str], at: datetime) -> None:
        """Read the rows that the listing of that time changed; all if another program listed since."""
        read = await self._read(role, keys)
        if read is None:
            return
        if read.listed != at:
            await self.load(role)
            return
        kept = self._remembered.get(role, Remembered()).rows.items()
        rows = {key: past for key, past in kept if key not in keys}
        self._remembered[role] = replace(read, rows=rows | read.rows)

    async def _read(self, role: Role, keys: frozenset[str] | None = None) -> Remembered | None:
        """What is remembered of a node's rows, or of some; None if it cannot be read, or nothing is kept."""
        store = self._store
        if store is None:
            return None
        address, baseline = address_of(self._session, role), partial(baseline_of, self._session, role)
        try:
            return await asyncio.to_thread(
                store.remembered, self._session.name, role, address, baseline, keys
            )
        except HistoryError as error:
            self.trouble = f"the history cannot be read: {error}"
            return None

    async def record(self, role: Role, host_key: str | None, at: datetime, rows: Iterable[RowSeen]) -> None:
        """Write a complete listing down and read back what it changes; one after the other for each node."""
        store = self._store
        if store is None:
            return
        look = Look(
            session=self._session.name,
            role=role,
            address=address_of(self._session, role),
            host_key=host_key,
            at=at,
            rows=_one_for_each_key(rows),
        )
        async with self._turn[role]:
            remembered = self._remembered.get(role, Remembered())
            try:
                changed = await asyncio.to_thread(store.record, look, remembered.listed)
            except HistoryError as error:
                self.trouble = f"the history cannot be written: {error}"
                return
            self.trouble = None
            self._told |= {(role, row.key): row.asked_at for row in look.rows if row.asked_at is not None}
            if changed.others or len(changed.keys) > _READ_SINGLY:
                await self.load(role)
            elif changed.keys:
                await self._load_rows(role, changed.keys, at)
            else:
                self._remembered[role] = replace(remembered, listed=at)

    async def keep_result(self, comparison: Comparison) -> None:
        """Write down how a comparison ended."""
        result = result_of(comparison)
        if self._store is None or result is None:
            return
        try:
            await asyncio.to_thread(Results(self._store.database).put, self._session.name, result)
        except HistoryError as error:
            self.trouble = f"the history cannot be written: {error}"

    async def learned(self, entry: Entry, at: datetime) -> None:
        """The operator says that the node learned this row again."""
        if self._store is None or entry.key is None:
            return
        try:
            await asyncio.to_thread(
                self._store.learned,
                self._session.name,
                entry.role,
                address_of(self._session, entry.role),
                entry.key,
                at,
                entry.stored.raw if entry.stored else "",
            )
        except HistoryError as error:
            self.trouble = f"the history cannot be written: {error}"
            return
        await self.load(entry.role)

    def seen(self, entry: Entry, *, sole: bool) -> RowSeen | None:
        """An entry as history keeps it; None for lines without a key, and for those of an earlier listing."""
        if entry.key is None or entry.unseen:
            return None
        asked_at = entry.presented.at if entry.presented.status.was_asked else None
        if entry.doubled or asked_at == self._told.get((entry.role, entry.key)):
            asked_at = None
        leaf = entry.presented.certificate if asked_at is not None else None
        endpoint = entry.endpoint if entry.is_stored and entry.endpoint else split_key(entry.key)
        return RowSeen(
            key=entry.key,
            text=entry.stored.raw if entry.stored else "",
            stored=entry.is_stored,
            baseline=baseline_at(self._session, entry.role, endpoint),
            sha256=leaf.sha256 if leaf else None,
            not_before=leaf.not_before if leaf else None,
            sole=sole,
            asked_at=asked_at,
        )

    def _lasting(self, entry: Entry) -> Past:
        remembered = self._remembered.get(entry.role)
        return remembered.rows.get(storable(entry.key or ""), NOTHING) if remembered else NOTHING


def _one_for_each_key(rows: Iterable[RowSeen]) -> tuple[RowSeen, ...]:
    """Rows under one key are one row with both texts: neither is absent, and they cannot be distinguished."""
    by_key: dict[str, RowSeen] = {}
    for row in rows:
        first = by_key.get(row.key)
        by_key[row.key] = row if first is None else replace(first, text=f"{first.text}\n{row.text}")
    return tuple(by_key.values())
