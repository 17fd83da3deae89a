"""The comparison as it happens: log in, list, ask every endpoint, judge; again on each refresh."""

import asyncio
import socket
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.node import LogLine, Node
from tofutui.appliance.questions import Asker
from tofutui.appliance.ssh.credentials import JumpPasswords, PairPassword
from tofutui.appliance.tap import Tap
from tofutui.history.row_history import Sightings
from tofutui.system.clock import utc_now
from tofutui.tls.prober import Heard, Prober, unheard
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.exports.assignment import Imported
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import LogDigest, read_log
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import probe_target
from tofutui.tofu.site.session import NodeSettings, Role, Session, Via
from tofutui.workbench import identity_checks
from tofutui.workbench.changes import Change, LogGrew
from tofutui.workbench.evidence.case_file import CaseFile
from tofutui.workbench.evidence.logs import LogsRead
from tofutui.workbench.evidence.operator import Log
from tofutui.workbench.node_state import new_view
from tofutui.workbench.node_work import NodeWork
from tofutui.workbench.probes import JumpDial, Probing
from tofutui.workbench.table import Table

STOP_WITHIN = 0.4
"""Seconds that work under way has to end before the nodes are left; what hangs does not keep them."""
COMMAND_LOG_LINES = 5_000
"""How many lines of the command log are kept."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Who listens in, for a capture: taps on the links to the nodes, and who gets each endpoint's answers."""

    taps: Mapping[Role, Tap] = field(default_factory=dict)
    heard: Heard = unheard


class Workbench:
    """One live comparison of a session: the façade over the work on each node and the evidence.

    ``asker`` answers what a node or this program asks; ``on_change`` is called on the event loop for each
    change. All methods belong to one event loop. `close` leaves the nodes; it is safe at any time.
    """

    def __init__(
        self,
        session: Session,
        asker: Asker,
        *,
        on_change: Callable[[Change], None] = lambda change: None,
        clock: Callable[[], datetime] = utc_now,
        timings: Timings | None = None,
        sightings: Sightings | None = None,
        listening: Listening | None = None,
    ) -> None:
        self.session = session
        listening = listening or Listening()
        self._taps = listening.taps
        self.command_log: list[LogLine] = []
        self.on_change = on_change
        self._clock = clock
        self._jump_passwords, self._pair_password = JumpPasswords(), PairPassword()
        seen_from = socket.gethostname()
        views = {role: new_view(session, role) for role in session.roles}
        self.comparison = Comparison(session=session, nodes=views, seen_from=seen_from)
        timed = timings or Timings()
        self._nodes = {role: self._make_node(session.nodes[role], asker, timed) for role in session.roles}
        dial = JumpDial(self._nodes) if session.probe.via is Via.JUMP else None
        self._probing = Probing(
            Prober(session.probe, seen_from=seen_from, clock=clock, dial=dial, heard=listening.heard)
        )
        tables = {role: Table(session, role, view) for role, view in views.items()}
        self._case = CaseFile(
            self.comparison, tables, self._probing, sightings, clock=self._now, announce=self._announce
        )
        self.testimony, self.memory, self.known = self._case.testimony, self._case.memory, self._case.known
        self.deletions, self.logs = self._case.deletions, self._case.logs
        self.statements = self._case.statements
        self._work = {
            role: NodeWork(table, self._nodes, self._case, self._now) for role, table in tables.items()
        }
        self.unknown = {role: work.unknown for role, work in self._work.items()}
        """What each node printed that no parser knows."""
        self._background: set[asyncio.Task[None]] = set()

    async def refresh(self, roles: Collection[Role] | None = None, *, by_itself: bool = False) -> None:
        """List the given nodes (all, by default) and ask every endpoint; ends when every row is judged.

        What goes wrong with a node is in its view; the other node goes on. A refresh that a timer starts
        (``by_itself``) skips a node that refused the login, which retrying could lock, and one whose host key
        or question needs a person.
        """
        wanted = [r for r in self.session.roles if roles is None or r in roles]
        wanted = [r for r in wanted if not (by_itself and self.comparison.nodes[r].barred)]
        async with self._probing.round() as probes:
            await asyncio.gather(*(self._work[role].visit(probes) for role in wanted))
        if await self.logs.read(None) or self.known.has_unnamed:
            await self._case.judge_again(self.session.roles)
        self.comparison.unread = self._case.unread
        self.comparison.taken_at = self._clock()
        await self.memory.keep_result(self.comparison)

    def add_log(self, text: str, role: Role | None, source: str) -> LogDigest:
        """Read a log (of ``role``, or of an unnamed node) for TOFU failures and judge all rows again."""
        digest = read_log(text.splitlines(), around=self.logs.around(role))
        self.testimony.logs.append(Log(digest, role, source, self._clock()))
        self._judge_again()
        return digest

    async def add_log_files(self, names: Sequence[str], role: Role | None) -> LogsRead:
        """Read files, globs, folders or archives of logs, now and at each refresh; judge all rows again."""
        read = await self.logs.add(names, role)
        self._judge_again()
        return read

    def add_known(self, certificates: Iterable[Imported], role: Role | None) -> None:
        """Certificates exported from a node's store (of ``role``, or of an unnamed node); judge again."""
        self.known.add(certificates, role)
        self._judge_again()

    def say_reissued(self, host: str, port: int | None) -> int:
        """The operator says that this host was re-issued; returns how many rows that concerns."""
        self.statements.reissued(host, port)
        return sum(1 for entry in self.comparison.entries() if self._case.judge.words_about(entry))

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
            ApplianceError: the node gave none.
        """
        work = self._work[role]
        listing = await work.list_rows()
        self._spawn(work.remember())
        return listing

    def note_deleted(self, role: Role, key: str) -> None:
        """The next listing may miss this key without being asked for twice."""
        self._work[role].table.deleted.add(key)

    async def probe(self, entry: Entry) -> Presented:
        """What the entry's endpoint presents right now, its other certificates too where there were some."""
        if entry.endpoint is None:
            return entry.presented
        target = probe_target(self.session, entry.role, entry.endpoint)
        async with self._probing.round() as probes:
            if entry.presented.also and entry.stored:
                known = self._case.judge.known_sha256(entry)
                return await probes.fitting(entry.endpoint, target, entry.stored.raw, known)
            return await probes.fetch(entry.endpoint, target)

    async def look_at(self, role: Role, endpoint: Endpoint) -> Presented:
        """What an endpoint presents right now that need not be in a table of this node."""
        async with self._probing.round() as probes:
            return await probes.fetch(endpoint, probe_target(self.session, role, endpoint))

    def clock_of(self, role: Role) -> NodeClock | None:
        """The node's clock as it was last read."""
        return self._case.judge.clocks.get(role)

    def same_machine(self) -> str | None:
        """Why both nodes may be one machine."""
        return identity_checks.same_machine(self._nodes.values())

    def contrary_role(self, role: Role) -> str | None:
        """Why a node may not have the role that the session gives it."""
        return identity_checks.contrary_role(self.comparison.nodes[role])

    async def close(self) -> None:
        """Stop everything and leave the nodes with `exit`."""
        await self.statements.close(STOP_WITHIN)
        tasks = [*(task for work in self._work.values() for task in work.tasks), *self._background]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_WITHIN)
        await self._probing.close(STOP_WITHIN)
        await asyncio.gather(*(node.close() for node in self._nodes.values()), return_exceptions=True)
        self._jump_passwords.forget()
        self._pair_password.forget()

    def _make_node(self, settings: NodeSettings, asker: Asker, timings: Timings) -> Node:
        """The connection to a node."""
        return Node(
            settings,
            asker,
            log=self._log,
            clock=self._now,
            timings=timings,
            jump_passwords=self._jump_passwords,
            pair_password=self._pair_password,
            tap=self._taps.get(settings.role),
        )

    async def _learned(self, entry: Entry, at: datetime) -> None:
        await self.memory.learned(entry, at)
        await self._case.judge_again((entry.role,))

    def _judge_again(self) -> None:
        self._spawn(self._case.judge_again(self.session.roles))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _now(self) -> datetime:
        return self._clock()

    def _announce(self, change: Change) -> None:
        self.on_change(change)

    def _log(self, line: LogLine) -> None:
        self.command_log.append(line)
        del self.command_log[:-COMMAND_LOG_LINES]
        self.on_change(LogGrew())
