"""One listing of one node: rows go into the table as they arrive, a surprising result is asked for twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.tofu.cli_output.listing import Listing, ListingReader, Row
from tofutui.tofu.judgement.comparison import Entry
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.table import Table

RowsCame = Callable[[list[Entry], bool], None]
"""Called with entries that arrived or went missing, and whether they are to be asked even if known."""

DIFFERING = "two listings in a row differ: rows are missing without a known deletion"


class Lister:
    """Runs `listcerts` on one node, never two at once, and keeps its table.

    A listing that misses rows without a known deletion is asked for once more; only two equal answers count.
    """

    def __init__(
        self,
        node: Node,
        table: Table,
        clock: Callable[[], datetime],
        rows_came: RowsCame,
        deletions: Deletions,
    ) -> None:
        self._node = node
        self._deletions = deletions
        self._table = table
        self._clock = clock
        self._rows_came = rows_came
        self._lock = asyncio.Lock()
        self.unknown: tuple[str, ...] = ()
        """Lines of the newest listing, complete or not, that are none of the known ones."""

    async def run(self, *, urgent: bool = False) -> Listing:
        """List once (twice when surprised) and take the result over.

        Raises:
            ApplianceError: the link failed; what arrived before is in the table, marked as partial.
        """
        async with self._lock:
            await self._deletions.begin_listing(self._table.role, self._node.host_key)
            listing = await self._read(urgent)
            if listing.complete and self._table.surprises(listing):
                again = await self._read(urgent)
                if _texts(again) != _texts(listing):
                    again = replace(again, complete=False, problems=(*again.problems, DIFFERING))
                listing = again
            self._take_over(listing, every=not urgent)
            self._deletions.listed(self._table.role)
            return listing

    async def _read(self, urgent: bool) -> Listing:
        reader = ListingReader()
        began = self._clock()

        def arrived(text: str) -> None:
            self._show(reader.feed(text), every=not urgent)

        try:
            answer = await self._node.listcerts(arrived, urgent=urgent)
            self._table.listing_began = answer.started
        except ApplianceError:
            self._table.listing_began = began
            self._take_over(reader.finish(prompt_returned=False), every=not urgent)
            raise
        return reader.finish(prompt_returned=True)

    def _show(self, rows: list[Row], *, every: bool) -> None:
        if rows:
            self._rows_came([self._table.take(row) for row in rows], every)

    def _take_over(self, listing: Listing, *, every: bool) -> None:
        now = self._clock()
        self.unknown = listing.unknown
        rest = [row for row in listing.rows if not self._table.holds(row)]
        self._show(rest, every=every)
        self._table.begin_incarnations(listing, now)
        missing, gone = self._table.close(listing, now)
        if missing or gone:
            self._rows_came(missing, every)


def _texts(listing: Listing) -> list[str]:
    return [row.raw for row in listing.rows]
