"""A pair as the guide sees it, without nodes: what both say and hold, and programs that look at it.

Listings, probes and SSH are left out, and runs are stored in memory; the guide, its checks, the journal and
the reading of `ncs ha status` are the real ones, in simulated time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.fake_bench import certificate, entry, session
from tests.support.guide_answers import ANSWERS
from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.errors import ApplianceError
from tofutui.guide.run_controller import Guide
from tofutui.guide.run_lease import Me, Tools
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.runs import Held, LeaseLost
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.deletion.plan import Deletion, Outcome, Step
from tofutui.tofu.guide_run import Lease, OpenRow, Run, RunEvent
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase
from tofutui.tofu.judgement.evidence import Word
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.logs.failures import LogDigest, read_log
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Remote, Role, Session
from tofutui.workbench.evidence.statements import Heard, read_browser
from tofutui.workbench.node_details import UnknownOutput

EPOCH = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
FRESH = 5.0
"""Seconds after which an answer is too old for a tick to rest on it."""
ISE = Remote(name="ise01", kind="ise", endpoint=Endpoint("198.51.100.20", 443))
KEYS = {
    Role.PRIMARY: ("192.0.2.11_8082", "198.51.100.20_443", "198.51.100.30_443"),
    Role.SECONDARY: ("192.0.2.10_8082", "198.51.100.31_443"),
}
STALE = (Verdict.MISMATCH, Verdict.SUSPECT)
UNJUDGED = (Verdict.SAME_NAME, Verdict.NO_ANSWER, Verdict.UNREADABLE)


@dataclass
class Truth:
    """One node as it is."""

    role: Role
    meaning: str = "none"
    printed: str = ""
    rows: dict[str, Verdict] = field(default_factory=dict)
    reachable: bool = True
    complete: bool = True

    def say(self, meaning: str, number: int) -> None:
        """From now on it prints one of the answers with this meaning."""
        words = ANSWERS[self.role][meaning]
        self.meaning, self.printed = meaning, words[number % len(words)]


@dataclass
class Printed:
    """What a command prints."""

    text: str


@dataclass
class ModelNode:
    """The link of one program to a node."""

    truth: Truth
    clock: Callable[[], datetime]
    heard: list[tuple[datetime, str]] = field(default_factory=list)
    """When it was asked, and what its answer meant."""

    @property
    def meaning(self) -> str:
        """That of the newest answer."""
        return self.heard[-1][1] if self.heard else "unread"

    def heard_by(self, at: datetime) -> str:
        """What its newest answer until then meant, if it is not older than a tick allows."""
        answers = [(asked, meaning) for asked, meaning in self.heard if asked <= at]
        is_fresh = bool(answers) and (at - answers[-1][0]).total_seconds() < FRESH
        return answers[-1][1] if is_fresh else "unread"

    @property
    def asked(self) -> int:
        """How often the HA state was asked."""
        return len(self.heard)

    @property
    def connected(self) -> bool:
        return self.truth.reachable

    async def ha_status(self) -> Printed:
        await asyncio.sleep(0.1)
        self.heard.append((self.clock(), self.truth.meaning if self.truth.reachable else "unread"))
        if not self.truth.reachable:
            raise ApplianceError("connection refused")
        return Printed(self.truth.printed)

    async def show_version(self) -> Printed:
        return Printed("Cisco Prime Infrastructure\nVersion : 3.7.0\nBuild : 3.7.0.0.159\n")


AFTERWARDS = datetime.max.replace(tzinfo=UTC)
"""When a log was read that holds everything that happens."""


@dataclass(frozen=True)
class QuietLog:
    """A node's log without a failure in it."""

    role: Role
    source: str = "hm-0-0.log"
    digest: LogDigest = field(default_factory=lambda: read_log([]))
    at: datetime = AFTERWARDS


@dataclass
class Testimony:
    """The logs at hand."""

    every_log: tuple[QuietLog, ...] = tuple(map(QuietLog, Role))


class WholeLogs:
    """Logs that were read to their end."""

    def troubles(self, role: Role | None) -> tuple[str, ...]:
        return ()


class ModelWords:
    """What operators say counts for every program at once, and is never taken back."""

    def __init__(self, bench: "ModelBench") -> None:
        self._bench = bench

    def reissued(self, host: str, port: int | None) -> None:
        for row in self._bench.comparison.entries():
            if row.endpoint is not None and (row.endpoint.host, row.endpoint.port) == (host, port):
                self._bench.doubt(row)

    def browser(self, text: str, role: Role | None = None) -> Heard:
        heard = read_browser(text, self._bench.comparison, role)
        for row in heard.rows:
            self._bench.doubt(row)
        return heard

    def about(self, row: Entry) -> tuple[Word, ...]:
        return ()

    async def settled(self) -> None:
        """Nothing is under way."""


class ModelBench:
    """A comparison of one program; a refresh takes over what the nodes hold."""

    def __init__(self, truth: dict[Role, Truth], known: Session, clock: Callable[[], datetime]) -> None:
        self.truth, self.session, self._clock = truth, known, clock
        views = {role: NodeView(role=role, host=str(role), shown_address=str(role)) for role in Role}
        self.comparison = Comparison(session=known, nodes=views, seen_from="jump01")
        self.nodes = {role: ModelNode(truth[role], clock) for role in Role}
        self.on_change: Callable[[object], None] = lambda change: None
        self.testimony = Testimony()
        self.logs = WholeLogs()
        self.statements = ModelWords(self)
        links: Any = self.nodes
        self.unknown = {role: UnknownOutput(view, links[role]) for role, view in views.items()}

    def doubt(self, row: Entry) -> None:
        """An operator said of this row what makes it stale, if nothing else is known of it."""
        if row.verdict is Verdict.SAME_NAME and row.key is not None:
            self.truth[row.role].rows[row.key] = Verdict.SUSPECT
            self.comparison.nodes[row.role].entries[row.key] = _row(row.role, row.key, Verdict.SUSPECT)

    def node(self, role: Role) -> ModelNode:
        return self.nodes[role]

    def clock_of(self, role: Role) -> None:
        return None

    async def look_at(self, role: Role, endpoint: Endpoint) -> Presented:
        return Presented(status=Status.OK, at=self._clock(), certificate=certificate("any"))

    async def refresh(self) -> None:
        await asyncio.sleep(0.5)
        for role, truth in self.truth.items():
            self._take_over(self.comparison.nodes[role], truth)

    def _take_over(self, view: NodeView, truth: Truth) -> None:
        view.hostname = f"prime-{truth.role.value[:3]}"
        view.complete = truth.reachable and truth.complete
        if not truth.reachable:
            view.phase, view.error, view.lost_at = Phase.PARTIAL, "connection refused", self._clock()
            return
        view.phase, view.error = (Phase.LISTED, None) if truth.complete else (Phase.PARTIAL, "cut off")
        view.lost_at, view.listed_at, view.clock_skew_s = None, self._clock(), 0.1
        rows = {key: _row(truth.role, key, verdict) for key, verdict in truth.rows.items()}
        view.entries.clear()
        view.entries.update(rows)


class ModelExecutor:
    """Deletes nothing on its own; earlier deletions are settled by the story."""

    async def settle(self, role: Role) -> tuple[str, ...]:
        return ()

    def why_not(self, role: Role, row: Entry | None = None) -> str | None:
        return None


def _row(role: Role, key: str, verdict: Verdict) -> Entry:
    who = Who.ISE if key.endswith("_443") else Who.PEER
    presented = (
        None if verdict is Verdict.NO_ANSWER else ("x" if verdict is Verdict.MISMATCH else "prime-pri")
    )
    return entry(role, key, verdict, who=who, presented=presented)


class ModelRuns:
    """The store of runs without a file: who holds a run may change it, as in `tofutui.history.runs`."""

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}

    def clear(self) -> None:
        self._held.clear()

    def begin(self, run: Run, lease: Lease, event: RunEvent) -> Run:
        run = replace(run, id=len(self._held) + 1)
        self._held[run.id] = Held(run, 1, lease)
        return run

    def save(self, run: Run, lease: Lease, event: RunEvent) -> int:
        held = self._held[run.id]
        if held.lease is None or held.lease.token != lease.token:
            raise LeaseLost("the run is held by another process")
        self._held[run.id] = Held(run, held.revision + 1, held.lease)
        return held.revision + 1

    def take(self, run_id: int, lease: Lease, seen: Lease | None, event: RunEvent) -> Held:
        held = self._held[run_id]
        if held.lease != seen:
            raise LeaseLost("another process was faster")
        self._held[run_id] = Held(held.run, held.revision + 1, lease)
        return self._held[run_id]

    def release(self, run_id: int, lease: Lease) -> None:
        held = self._held.get(run_id)
        if held is not None and held.lease is not None and held.lease.token == lease.token:
            self._held[run_id] = replace(held, lease=None)

    def get(self, run_id: int) -> Held | None:
        return self._held.get(run_id)

    def open_run(self, session: str) -> Held | None:
        still_open = [held for held in self._held.values() if held.run.ended is None]
        return still_open[-1] if still_open else None


@dataclass(eq=False)
class Operator:
    """One running program and who works with it."""

    name: str
    bench: ModelBench
    guide: Guide
    word: str = ""
    """The states that were shown last when a direction was asked for."""
    rows: list[OpenRow] = field(default_factory=list)
    """The open rows that were shown last."""


class GuideWorld:
    """The pair, two programs on one history, and a loop to run them on."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.database = Database(folder / FILE)
        self.database._connection.execute("PRAGMA synchronous = OFF")  # a test need not survive a power cut
        self.runs, self.journal = ModelRuns(), Journal(self.database)
        self.truth = {role: Truth(role) for role in Role}
        self.operators: list[Operator] = []
        self.learned: set[tuple[Role, str]] = set()
        """Rows that were deleted in this run and seen to be gone."""
        self.counts: Counter[str] = Counter()
        self._tokens = count()

    def clock(self) -> datetime:
        return EPOCH + timedelta(seconds=self.runner.get_loop().time())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def begin(self) -> None:
        """A pair without HA, two programs, no run."""
        self.leave()
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM deletion")
        self.runs.clear()
        self.learned.clear()
        known = session(remotes=(ISE,))
        for role, truth in self.truth.items():
            truth.say("none", 0)
            truth.reachable = truth.complete = True
            truth.rows = dict.fromkeys(KEYS[role], Verdict.PROVEN)
        self.operators = [self._operator(name, pid, known) for pid, name in enumerate(("ops", "ann"), 1)]

    def _operator(self, name: str, pid: int, known: Session) -> Operator:
        bench: Any = ModelBench(self.truth, known, self.clock)
        executor: Any = ModelExecutor()
        runs: Any = self.runs
        me = Me(f"jump{pid:02}", name, pid)
        tools = Tools(
            bench=bench, executor=executor, runs=runs, journal=self.journal, me=me, clock=self.clock,
            token=lambda: str(next(self._tokens)),
        )  # fmt: skip
        return Operator(name, bench, Guide(tools))

    def leave(self) -> None:
        for operator in self.operators:
            self.do(operator.guide.close())
        self.operators.clear()

    def end(self) -> None:
        self.leave()
        self.runner.close()
        self.database.close()

    async def delete(self, operator: Operator, ends: list[Outcome]) -> None:
        """A plan of every stale row is run; each deletion ends as given, the rest is not run."""
        steps: list[Step] = []
        for row, end in zip(operator.guide.survey.stale(), ends, strict=False):
            good = all(step.outcome in (Outcome.GONE, Outcome.CAME_BACK) for step in steps)
            steps.append(self._delete(operator, row, end if good else Outcome.NOT_RUN))
        await operator.bench.refresh()
        await operator.guide.deleted(tuple(steps))

    def _delete(self, operator: Operator, row: Entry, end: Outcome) -> Step:
        key, command = row.key or "", row.delete_command or ""
        deletion = Deletion(
            role=row.role, host="h", shown_address="h", hostname="h", host_key=None, entry=row, key=key,
            command=command,
        )  # fmt: skip
        if end.was_sent:
            at = self.clock()
            number = self.journal.open_entry(
                session=operator.bench.session.name, role=row.role, host="h", hostname="h", key=key,
                command=command, operator=operator.name, sha256=None, at=at,
            )  # fmt: skip
            self.journal.outcome(number, end, "as the story says", at)
            rows = self.truth[row.role].rows
            if end is Outcome.GONE:
                rows.pop(key, None)
            elif end in (Outcome.CAME_BACK, Outcome.CANNOT_TELL):
                rows[key] = Verdict.SAME_NAME
            change = self.learned.add if end.is_good else self.learned.discard
            change((row.role, key))
        return Step(deletion=deletion, outcome=end, text="as the story says", words="", at=self.clock())
