"""What happens with one node of a comparison: log in, list, have every row asked, remember the listing.

Rows go into the table as they arrive; a listing that surprises is asked for twice.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.cli_output.listing import Listing, ListingReader, Row
from tofutui.tofu.judgement.comparison import Entry, Phase
from tofutui.tofu.site.session import Role
from tofutui.workbench import identity_checks, node_state
from tofutui.workbench.changes import EntriesChanged, NodeChanged
from tofutui.workbench.evidence.case_file import CaseFile
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.node_details import NodeDetails, OutputSource, UnknownOutput
from tofutui.workbench.probes import Probes
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


class NodeWork:
    """One node of a comparison; ``nodes`` are the connections of the pair, its own among them."""

    def __init__(
        self, table: Table, nodes: Mapping[Role, Node], case: CaseFile, clock: Callable[[], datetime]
    ) -> None:
        self.role = table.role
        self.view = table.view
        self.table = table
        self.node = nodes[table.role]
        self._nodes = nodes
        self._case = case
        self._clock = clock
        self.lister = Lister(self.node, table, clock, self._rows_came, case.deletions)
        self.unknown = UnknownOutput(self.view, self.node)
        self._details = NodeDetails(self.view, self.node, case.judge.clocks, clock, self.unknown)
        self._probes: Probes | None = None
        self._visit: asyncio.Task[None] | None = None
        self._rows: dict[str, asyncio.Task[None]] = {}
        self._met: str | None = None
        table.remembered = lambda: case.memory.texts(table.role)
        self.node.on_lost = self._lost
        self.node.on_met = self._meet

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """What is under way."""
        return [*([self._visit] if self._visit else []), *self._rows.values()]

    async def visit(self, probes: Probes) -> None:
        """List the node and ask its endpoints; ends when every row is judged. One visit at a time.

        What goes wrong is in the view.
        """
        if self._visit is not None:
            await asyncio.shield(self._visit)
            return
        self._visit = asyncio.create_task(self._begin_visit(probes))
        try:
            await self._visit
        finally:
            self._visit = None

    async def list_rows(self) -> Listing:
        """One fresh listing, ahead of anything else; call `remember` once the caller is done with it.

        Raises:
            ApplianceError: the node gave none.
        """
        try:
            await self.node.connect()
            self._meet()
            self._probes = self._case.probing.begin()
            listing = await self.lister.run(urgent=True)
        except ApplianceError as error:
            self._failed(error)
            raise
        self._listed(listing)
        return listing

    async def remember(self) -> None:
        """Wait until the rows of a listing have been asked, record it if it is complete, and judge."""
        complete, at, host_key = self.view.phase is Phase.LISTED, self.view.listed_at, self.node.host_key
        entries = [entry.id for entry in self.view.entries.values()]
        for task in list(self._rows.values()):
            await task
        if complete and at is not None:
            seen = await self._case.judge.seen(self.role, entries)
            await self._case.memory.record(self.role, host_key, at, seen)
            node_state.noted_too(self.view, self._case.memory.trouble)
        await self._case.judge_again((self.role,))

    def doubts(self) -> tuple[str | None, ...]:
        """Why the node may not be what the session says, or was until now."""
        same = identity_checks.same_machine(self._nodes.values())
        return same, identity_checks.contrary_role(self.view), self._details.failover

    async def _begin_visit(self, probes: Probes) -> None:
        self._probes = probes
        self._rows.clear()
        self._case.judge.begin(self.role)
        node_state.connecting(self.view, self._clock())
        self._announce()
        try:
            await self._case.known.reload(self.role)
            await self._case.memory.load(self.role)
            await self._case.statements.load()
            await self.node.connect()
            self._meet()
            node_state.listing(self.view, self._clock(), self.node.settings.command_timeout)
            self._announce()
            self._listed(await self.lister.run())
            await self._ask_details()
        except ApplianceError as error:
            self._failed(error)
        await self.remember()

    def _meet(self) -> None:
        before = self._met or self._case.memory.host_key(self.role)
        replaced = before is not None and self.node.host_key not in (before, None)
        if replaced:
            self.table.redeployed(self._clock())
        self._met = self.node.host_key
        node_state.met(self.view, self.node.hostname, replaced=replaced)
        node_state.noted(self.view, self._notices())
        self._announce()

    def _notices(self) -> tuple[str, ...]:
        product = node_state.other_product(self.view)
        words = (
            product,
            *self.node.notices,
            *self.doubts(),
            *self._case.troubles(self.role),
            self.unknown.notice(),
        )
        return tuple(word for word in words if word)

    async def _ask_details(self) -> None:
        trouble: tuple[str, ...] = ()
        try:
            await self._details.ask()
        except ApplianceError as error:
            trouble = (f"after the listing: {error}",)
        await self._case.logs.read(self.role)
        node_state.noted(self.view, (*self._notices(), *trouble))
        self._announce()

    def _rows_came(self, entries: list[Entry], every: bool) -> None:
        for entry in entries:
            if every or entry.presented.status is Status.PENDING:
                self._begin_probe(entry.id)
        self._case.announce(EntriesChanged(self.role, tuple(entry.id for entry in entries)))

    def _begin_probe(self, id_: str) -> None:
        if id_ in self._rows and not self._rows[id_].done():
            return
        assert self._probes is not None  # rows come during a listing
        self._rows[id_] = asyncio.create_task(self._probe_row(id_, self._probes))

    async def _probe_row(self, id_: str, probes: Probes) -> None:
        if await self._case.judge.ask(self.role, id_, probes):
            self._case.announce(EntriesChanged(self.role, (id_,)))

    def _listed(self, listing: Listing) -> None:
        now = self._clock()
        node_state.listed(self.view, listing, self.node.time_of_listing(now))
        self.unknown.keep(OutputSource.LISTING, self.lister.unknown)
        self._case.judge.listed(self.role, now)
        self._announce()

    def _failed(self, error: ApplianceError) -> None:
        if self.view.phase not in (Phase.LISTING, Phase.PARTIAL):
            self.table.grow_old()
        node_state.failed(self.view, error, None if self.node.connected else self._clock())
        self.unknown.keep(OutputSource.LISTING, self.lister.unknown)
        node_state.noted_too(self.view, self.unknown.notice())
        self._announce()

    def _lost(self) -> None:
        if node_state.lost(self.view, self._clock()):
            self._announce()

    def _announce(self) -> None:
        self._case.announce(NodeChanged(self.role))


def _texts(listing: Listing) -> list[str]:
    return [row.raw for row in listing.rows]
