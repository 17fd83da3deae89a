"""The comparison as it happens: log in, list, ask every endpoint, judge; again on each refresh."""

import asyncio
import socket
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import LogLine, Node
from tofutui.appliance.questions import Asker
from tofutui.appliance.ssh.credentials import JumpPasswords
from tofutui.history.journal import Journal
from tofutui.history.row_history import Sightings
from tofutui.tls.prober import Prober
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.exports.assignment import Imported
from tofutui.tofu.judgement.comparison import Comparison, Entry, Phase
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import LogDigest, read_log
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import probe_target
from tofutui.tofu.site.session import NodeSettings, Role, Session, Via
from tofutui.workbench import connection_state, identity_checks
from tofutui.workbench.changes import Change, EntriesChanged, LogGrew, NodeChanged
from tofutui.workbench.evidence.assigned_exports import KnownCertificates
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.evidence.logs import LogsRead, SessionLogs
from tofutui.workbench.evidence.memory import Memory
from tofutui.workbench.evidence.operator import Log, Testimony
from tofutui.workbench.evidence.row_judge import Judge
from tofutui.workbench.jump import JumpDial
from tofutui.workbench.listing_runner import Lister
from tofutui.workbench.node_details import About
from tofutui.workbench.probes import Probes
from tofutui.workbench.table import Table, new_view
from tofutui.workbench.unknown_output import Source, UnknownOutput

STOP_WITHIN = 0.4
"""Seconds that work under way has to end before the nodes are left; what hangs does not keep them."""
COMMAND_LOG_LINES = 5_000
"""How many lines of the command log are kept."""


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def _nobody(change: Change) -> None:
    """Nobody watches."""


class Workbench:
    """One live comparison of a session.

    ``asker`` answers what a node or this program asks; ``on_change`` is called on the event loop for each
    change. All methods belong to one event loop. `close` leaves the nodes; it is safe at any time.
    """

    def __init__(
        self,
        session: Session,
        asker: Asker,
        *,
        on_change: Callable[[Change], None] = _nobody,
        clock: Callable[[], datetime] = utc_now,
        timings: Timings | None = None,
        sightings: Sightings | None = None,
    ) -> None:
        self.session = session
        self.command_log: list[LogLine] = []
        self.on_change = on_change
        self._clock = clock
        self._jump_passwords = JumpPasswords()
        seen_from = socket.gethostname()
        views = {role: new_view(session, role) for role in session.roles}
        self.comparison = Comparison(session=session, nodes=views, seen_from=seen_from)
        timed = timings or Timings()
        self._nodes = {role: self._make_node(session.nodes[role], asker, timed) for role in session.roles}
        dial = JumpDial(self._nodes) if session.probe.via is Via.JUMP else None
        self._prober = Prober(session.probe, seen_from=seen_from, clock=clock, dial=dial)
        self.testimony = Testimony()
        self._tables = {role: Table(session, role, views[role]) for role in session.roles}
        self.memory = Memory(session, sightings)
        for role, table in self._tables.items():
            table.remembered = partial(self.memory.texts, role)
        self.known = KnownCertificates(session, clock)
        journal = Journal(sightings.database) if sightings else None
        self.deletions = Deletions(lambda: self.session.name, journal)
        self._judge = Judge(
            self.comparison, self._tables, self.testimony, self.memory, self.known, self.deletions, clock
        )
        self.unknown = UnknownOutput(views, self._nodes)
        self._about = About(self.comparison, self._nodes, self._judge.clocks, clock, self.unknown)
        self.logs = SessionLogs(session, self.testimony, self._judge.clocks, clock)
        self._listers = {
            role: Lister(self._nodes[role], self._tables[role], clock, self._rows_came(role), self.deletions)
            for role in session.roles
        }
        self._visits: dict[Role, asyncio.Task[None]] = {}
        self._rows: dict[Role, dict[str, asyncio.Task[None]]] = {role: {} for role in session.roles}
        self._background: set[asyncio.Task[None]] = set()
        self._probes: dict[Role, Probes] = {}
        self._open: list[Probes] = []
        self._met: dict[Role, str | None] = {}

    async def refresh(self, roles: Collection[Role] | None = None, *, by_itself: bool = False) -> None:
        """List the given nodes (all, by default) and ask every endpoint; ends when every row is judged.

        What goes wrong with a node stands in its view; the other node goes on. A refresh that nobody asked
        for (``by_itself``, a timer's) leaves out a node that refused the login, which retrying could lock,
        and one whose host key or question needs a person.
        """
        wanted = [r for r in self.session.roles if roles is None or r in roles]
        wanted = [r for r in wanted if not (by_itself and self.comparison.nodes[r].barred)]
        probes = self._new_probes()
        try:
            await asyncio.gather(*(self._visit_once(role, probes) for role in wanted))
        finally:
            await self._end_probes(probes)
        if await self.logs.read(None) or self.known.has_unnamed:
            await self._judge_all(self.session.roles)
        self.comparison.taken_at = self._clock()
        await self.memory.keep_result(self.comparison)

    def add_log(self, text: str, role: Role | None, source: str) -> LogDigest:
        """Read a log (of ``role``, or of a node nobody named) for TOFU failures and judge all rows again."""
        digest = read_log(text.splitlines(), around=self.logs.around(role))
        self.testimony.logs.append(Log(digest, role, source))
        self._judge_again()
        return digest

    async def add_log_files(self, names: Sequence[str], role: Role | None) -> LogsRead:
        """Read files, globs, folders or archives of logs, now and at each refresh; judge all rows again."""
        read = await self.logs.add(names, role)
        self._judge_again()
        return read

    def add_known(self, certificates: Iterable[Imported], role: Role | None) -> None:
        """Certificates exported from a node's store (of ``role``, or of a node nobody named); judge again."""
        self.known.add(certificates, role)
        self._judge_again()

    def say_reissued(self, host: str, port: int | None) -> int:
        """The operator says that this host was re-issued; returns how many rows that concerns."""
        self.testimony.say_reissued(host, port, self._clock())
        self._judge_again()
        return sum(1 for entry in self.comparison.entries() if self._judge.words_about(entry))

    def say_learned(self, role: Role, entry_id: str, at: datetime) -> None:
        """The operator says that the node learned this row again at that time: older evidence is void."""
        self.testimony.learned[role, entry_id] = at
        entry = self.comparison.nodes[role].entries.get(entry_id)
        if entry is not None:
            self._spawn(self._learned(entry, at))

    def node(self, role: Role) -> Node:
        """The link to a node, for the executor."""
        return self._nodes[role]

    async def list_rows(self, role: Role) -> Listing:
        """One fresh listing of a node, ahead of anything else, taken over into the table.

        Raises:
            ApplianceError: no listing could be had.
        """
        try:
            await self._nodes[role].connect()
            self._meet(role)
            self._probes[role] = self._new_probes()
            listing = await self._listers[role].run(urgent=True)
        except ApplianceError as error:
            self._failed(role, error)
            raise
        self._listed(role, listing)
        self._spawn(self._remember_and_judge(role))
        return listing

    def note_deleted(self, role: Role, key: str) -> None:
        """The next listing may miss this key without being asked for twice."""
        self._tables[role].deleted.add(key)

    async def probe(self, entry: Entry) -> Presented:
        """What the entry's endpoint presents right now, its other certificates too where there were some."""
        if entry.endpoint is None:
            return entry.presented
        target = probe_target(self.session, entry.role, entry.endpoint)
        probes = self._new_probes()
        try:
            if entry.presented.also and entry.stored:
                known = self._judge.known_sha256(entry)
                return await probes.fitting(entry.endpoint, target, entry.stored.raw, known)
            return await probes.fetch(entry.endpoint, target)
        finally:
            await self._end_probes(probes)

    async def look_at(self, role: Role, endpoint: Endpoint) -> Presented:
        """What an endpoint presents right now that need not stand in a table of this node."""
        probes = self._new_probes()
        try:
            return await probes.fetch(endpoint, probe_target(self.session, role, endpoint))
        finally:
            await self._end_probes(probes)

    def clock_of(self, role: Role) -> NodeClock | None:
        """The node's clock as it was last read."""
        return self._judge.clocks.get(role)

    def twins(self, role: Role) -> str | None:
        """See `tofutui.workbench.identity_checks.twins`."""
        return identity_checks.twins(self._nodes, role)

    def contrary_role(self, role: Role) -> str | None:
        """See `doubts.contrary_role`."""
        return identity_checks.contrary_role(self.comparison.nodes[role])

    async def close(self) -> None:
        """Stop everything and leave the nodes with `exit`."""
        rows = [task for tasks in self._rows.values() for task in tasks.values()]
        tasks = [*self._visits.values(), *self._background, *rows]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_WITHIN)
        if probing := [asyncio.ensure_future(probes.close()) for probes in self._open]:
            await asyncio.wait(probing, timeout=STOP_WITHIN)
        await asyncio.gather(*(node.close() for node in self._nodes.values()), return_exceptions=True)
        self._jump_passwords.forget()

    def _make_node(self, settings: NodeSettings, asker: Asker, timings: Timings) -> Node:
        """The link to a node."""
        jumps = self._jump_passwords
        node = Node(settings, asker, log=self._log, clock=self._clock, timings=timings, jump_passwords=jumps)
        node.on_lost = partial(self._link_gone, settings.role)
        node.on_met = partial(self._meet, settings.role)
        return node

    async def _visit_once(self, role: Role, probes: Probes) -> None:
        running = self._visits.get(role)
        if running is not None:
            await asyncio.shield(running)
            return
        task = asyncio.create_task(self._visit(role, probes))
        self._visits[role] = task
        try:
            await task
        finally:
            self._visits.pop(role, None)

    async def _visit(self, role: Role, probes: Probes) -> None:
        self._probes[role] = probes
        self._rows[role].clear()
        self._judge.begin(role)
        self._phase(role, Phase.CONNECTING)
        try:
            await self.known.reload(role)
            await self.memory.load(role)
            await self._nodes[role].connect()
            self._meet(role)
            self._phase(role, Phase.LISTING)
            self._listed(role, await self._listers[role].run())
            await self._ask_about(role)
        except ApplianceError as error:
            self._failed(role, error)
        await self._remember(role)
        await self._judge_all((role,))

    async def _remember(self, role: Role) -> None:
        """Wait for the rows of a listing to be asked, and write a complete one down."""
        view = self.comparison.nodes[role]
        complete, at, host_key = view.phase is Phase.LISTED, view.listed_at, self._nodes[role].host_key
        entries = [entry.id for entry in view.entries.values()]
        for task in list(self._rows[role].values()):
            await task
        if complete and at is not None:
            seen = await self._judge.seen(role, entries)
            await self.memory.record(role, host_key, at, seen)
            connection_state.tell(view, self.memory.trouble)

    async def _remember_and_judge(self, role: Role) -> None:
        await self._remember(role)
        await self._judge_all((role,))

    def _meet(self, role: Role) -> None:
        view, node = self.comparison.nodes[role], self._nodes[role]
        before = self._met.get(role) or self.memory.host_key(role)
        if before is not None and node.host_key not in (before, None):
            self._tables[role].redeployed(self._clock())
            view.ha = None
        self._met[role] = node.host_key
        view.hostname = node.hostname or view.hostname
        connection_state.regained(view)
        view.notices = self._notices(role)
        self.on_change(NodeChanged(role))

    def _notices(self, role: Role) -> tuple[str, ...]:
        own = (self.twins(role), self.contrary_role(role), self._about.failover(role))
        files = (*self.known.troubles(role), *self.logs.troubles(role), self.memory.trouble)
        strange = self.unknown.notice(role)
        words = (*self._nodes[role].notices, *own, *files, self.deletions.trouble, strange)
        return tuple(word for word in words if word)

    async def _ask_about(self, role: Role) -> None:
        trouble: tuple[str, ...] = ()
        try:
            await self._about.ask(role)
        except ApplianceError as error:
            trouble = (f"after the listing: {error}",)
        await self.logs.read(role)
        self.comparison.nodes[role].notices = (*self._notices(role), *trouble)
        self.on_change(NodeChanged(role))

    def _rows_came(self, role: Role) -> Callable[[list[Entry], bool], None]:
        def came(entries: list[Entry], every: bool) -> None:
            for entry in entries:
                if every or entry.presented.status is Status.PENDING:
                    self._begin_probe(role, entry.id)
            self.on_change(EntriesChanged(role, tuple(entry.id for entry in entries)))

        return came

    def _begin_probe(self, role: Role, id_: str) -> None:
        tasks = self._rows[role]
        if id_ in tasks and not tasks[id_].done():
            return
        tasks[id_] = asyncio.create_task(self._probe_row(role, id_, self._probes[role]))

    async def _probe_row(self, role: Role, id_: str, probes: Probes) -> None:
        if await self._judge.ask(role, id_, probes):
            self.on_change(EntriesChanged(role, (id_,)))

    def _listed(self, role: Role, listing: Listing) -> None:
        view = self.comparison.nodes[role]
        view.complete = listing.complete
        view.error = None if listing.complete else "; ".join(listing.problems)
        view.listed_at = self._clock()
        self.unknown.keep(role, Source.LISTING, self._listers[role].unknown)
        self._judge.listed(role, view.listed_at)
        self._phase(role, Phase.LISTED if listing.complete else Phase.PARTIAL)

    def _failed(self, role: Role, error: ApplianceError) -> None:
        lost_at = None if self._nodes[role].connected else self._clock()
        view = self.comparison.nodes[role]
        connection_state.failed(view, self._tables[role], error, lost_at)
        self.unknown.keep(role, Source.LISTING, self._listers[role].unknown)
        connection_state.tell(view, self.unknown.notice(role))
        self.on_change(NodeChanged(role))

    def _link_gone(self, role: Role) -> None:
        if connection_state.link_gone(self.comparison.nodes[role], self._clock()):
            self.on_change(NodeChanged(role))

    def _phase(self, role: Role, phase: Phase) -> None:
        view = self.comparison.nodes[role]
        view.phase = phase
        if phase is Phase.CONNECTING:
            view.error = None
        self.on_change(NodeChanged(role))

    async def _learned(self, entry: Entry, at: datetime) -> None:
        await self.memory.learned(entry, at)
        await self._judge_all((entry.role,))

    def _judge_again(self) -> None:
        self._spawn(self._judge_all(self.session.roles))

    async def _judge_all(self, roles: Collection[Role]) -> None:
        probes = self._new_probes()
        try:
            for role, ids in (await self._judge.everything(roles, probes)).items():
                self.on_change(EntriesChanged(role, ids))
        finally:
            await self._end_probes(probes)

    def _new_probes(self) -> Probes:
        probes = Probes(self._prober)
        self._open.append(probes)
        return probes

    async def _end_probes(self, probes: Probes) -> None:
        await probes.close()
        self._open.remove(probes)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _log(self, line: LogLine) -> None:
        self.command_log.append(line)
        del self.command_log[:-COMMAND_LOG_LINES]
        self.on_change(LogGrew())
