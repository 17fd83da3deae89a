"""What the journal knows of deletions on a session's nodes, as it was when each listing began."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tofutui.history.database import HistoryError
from tofutui.history.journal import Journal, JournalEntry
from tofutui.tofu.site.endpoint import place_of
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class AsOf:
    """The journal at one moment."""

    mark: int = 0
    """The number of the newest entry about the node."""
    settleable: dict[int, JournalEntry] = field(default_factory=dict)
    """Deletions of unknown outcome that no program was at work on: a listing begun later may decide them."""


class Deletions:
    """Kept up to date by the listings of a workbench; order is that of the journal, never that of a clock.

    What cannot be read is reported in ``trouble``; the state before is kept, which permits less.
    """

    def __init__(self, session: Callable[[], str], journal: Journal | None) -> None:
        self.journal = journal
        self.is_alive: Callable[[JournalEntry], bool] = lambda entry: True
        """Whether the program that wrote an entry may still be at work on it.

        Where nothing is deleted, nothing is settled either.
        """
        self.trouble: str | None = None
        self._session = session
        self._coming: dict[Role, AsOf] = {}
        self._at_listing: dict[Role, AsOf] = {}
        self._sent: dict[Role, dict[str, datetime]] = {}

    async def begin_listing(self, role: Role, host_key: str | None) -> None:
        """Read the journal before a listing is asked for."""
        if self.journal is None:
            return
        name = self._session()
        try:
            entries = await asyncio.to_thread(self.journal.about_node, name, role, host_key)
        except HistoryError as error:
            self.trouble = f"the journal cannot be read: {error}"
            return
        self.trouble = None
        mine = [entry for entry in entries if entry.session == name and entry.role is role]
        unsettled = {entry.id: entry for entry in mine if not entry.is_settled and not self.is_alive(entry)}
        self._coming[role] = AsOf(max((entry.id for entry in entries), default=0), unsettled)
        self._sent[role] = _newest_by_place(entries)

    def listed(self, role: Role) -> None:
        """The listing has been taken over: what was known when it began is what it can decide."""
        self._at_listing[role] = self._coming.get(role, AsOf())

    def at_listing(self, role: Role) -> AsOf:
        """The journal as it was when the listing shown began."""
        return self._at_listing.get(role, AsOf())

    def sent_at(self, role: Role, key: str | None) -> datetime | None:
        """When the newest deletion of this row's host and port was sent, by whatever program (UTC)."""
        sent = self._sent.get(role)
        return sent.get(place_of(key)) if sent and key is not None else None


def _newest_by_place(entries: list[JournalEntry]) -> dict[str, datetime]:
    newest: dict[str, datetime] = {}
    for entry in entries:
        if entry.may_have_been_sent:
            place = place_of(entry.key)
            newest[place] = max(entry.newest_time, newest.get(place, entry.newest_time))
    return newest
