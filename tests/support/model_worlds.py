"""Where the model tests run: the whole client on the simulated pair, over memory or over real SSH."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.support.model_moods import Mood
from tests.support.model_shell import Witness
from tests.support.model_site import KEYS, Confirmed, Eyes, Site, certificates
from tests.support.model_truth import TrueTable
from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.questions import DialogueQuestion, NoAsker
from tofutui.executor import Executor, Pace
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.row_history import Sightings
from tofutui.lab.appliance.node import LabNode
from tofutui.tofu.certificates.certificate import Certificate, read_certificate
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.deletion.plan import Plan
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Role, Session
from tofutui.workbench import Workbench

EPOCH = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HOSTNAMES = ("prime-a", "prime-b", "prime-c")


class Operator(NoAsker):
    """Answers a node's unknown questions as the test says."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.answer: str | None = None

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        if self.answer:
            self._site.allowed_answers.add(self.answer)
        return self.answer


class Endpoints:
    """Instead of TLS: what the site presents, after a moment in which other things may happen."""

    def __init__(self, site: Site, eyes: Eyes, clock: Any, seconds: float) -> None:
        self._site, self._eyes, self._clock, self._seconds = site, eyes, clock, seconds

    async def fetch(self, row: Endpoint, target: Endpoint | None) -> Presented:
        await asyncio.sleep(self._seconds)
        shown = self._site.presents(row)
        self._eyes.probes[row.host, row.port] = shown.sha256 if shown else None
        if shown is None:
            return Presented(status=Status.REFUSED, at=self._clock(), error="refused")
        leaf = _read(shown.der)
        return Presented(status=Status.OK, at=self._clock(), handshake=True, certificate=leaf)

    async def alternatives(
        self, row: Endpoint, target: Endpoint | None, first: Presented, *, in_a_row: bool = True
    ) -> tuple[()]:
        return ()

    async def again(
        self, row: Endpoint, target: Endpoint | None, first: Presented, spent: float
    ) -> tuple[()]:
        return ()


@lru_cache
def _read(der: bytes) -> Certificate:
    return read_certificate(der)


@dataclass(eq=False)
class Program:
    """One running tofutui."""

    bench: Workbench
    executor: Executor
    journal: Journal
    database: Database
    eyes: Eyes
    operator: Operator
    plans: list[tuple[Plan, list[Confirmed]]] = field(default_factory=list)
    chosen: list["Chosen"] = field(default_factory=list)
    """The rows of a plan screen that is open."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row that an operator looks at, and when that was counted in listings."""

    entry: Entry
    seen: int


class World:
    """A site, the programs that work on it, and a loop to run them on."""

    virtual = True
    second = 1.0
    """What a second of the model takes."""
    probe_seconds = 0.5
    pace = Pace()
    timings = Timings()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = Site(self.clock)
        self.failures: list[BaseException] = []
        self.programs: list[Program] = []
        self.runner = asyncio.Runner(loop_factory=VirtualLoop if self.virtual else None)
        self._number = 0
        self._started = 0
        Witness.site, Witness.failures = self.site, self.failures

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something to its end, with everything it set going; what the judge found is raised here."""
        try:
            return self.runner.run(self._whole(work))
        finally:
            if self.failures:
                error = self.failures[0]
                self.failures.clear()
                raise error

    async def _whole(self, work: Coroutine[Any, Any, Any]) -> Any:
        async with asyncio.timeout(3600 if self.virtual else 60):
            result = await work
            for program in self.programs:
                await asyncio.gather(*program.bench._background)
            return result

    def clock(self) -> datetime:
        """The time for everyone."""
        return EPOCH + timedelta(seconds=self.runner.get_loop().time())

    def session(self) -> Session:
        """The pair as the user configured it."""
        raise NotImplementedError

    def adopt(self, bench: Workbench, eyes: Eyes) -> None:
        """Last touches to a new workbench."""

    async def start_program(self) -> Program:
        """A new tofutui on the same data folder."""
        operator = Operator(self.site)
        database = Database(self.folder / "data" / FILE)
        database._connection.execute("PRAGMA synchronous = OFF")  # a test need not survive a power cut
        bench = Workbench(
            self.session(),
            operator,
            clock=self.clock,
            timings=self.timings,
            sightings=Sightings(database),
        )
        journal = Journal(database)
        self._started += 1
        name = f"tester-{self._started}"
        executor = Executor(bench, journal, operator=name, clock=self.clock, pace=self.pace)
        eyes = Eyes(journal, lambda: bench.session, lambda role: bench.comparison.nodes[role], name)
        bench._probing.prober = Endpoints(self.site, eyes, self.clock, self.probe_seconds)
        for role in Role:
            _listen(bench, role, eyes)
        program = Program(bench, executor, journal, database, eyes, operator)
        self.adopt(bench, eyes)
        self.programs.append(program)
        self.site.programs.append(eyes)
        return program

    async def end_program(self, program: Program) -> None:
        """Leave the nodes."""
        self.programs.remove(program)
        self.site.programs.remove(program.eyes)
        await program.bench.close()
        program.database.close()

    def begin(self) -> None:
        """Everything as in the beginning."""
        self._number += 1
        self.do(self._begin())

    async def _begin(self) -> None:
        raise NotImplementedError

    def forget(self) -> None:
        """Nothing that happened before counts any more."""
        site = self.site
        site.ha_seconds = 0.0
        Mood().put_on(site, pace=self.second)
        for told in (site.running, site.deeds, site.rejections, *site.printed.values()):
            told.clear()

    def another_machine(self, role: Role, hostname: str, *, keep: bool) -> None:
        """What is behind an address from now on: another table, that of the old machine or an empty one."""
        node = self.site.nodes[role]
        node.hostname = hostname
        node.table = TrueTable(node.table if keep else {})

    def fill(self, role: Role, node: LabNode) -> None:
        """The table of the beginning: each row, half of them stale."""
        pool = certificates()
        node.table = TrueTable((key, pool[number % len(pool)]) for number, key in enumerate(KEYS))
        node.ha = {"Role": role.value.title(), "State": "HA not Configured"}
        for number, key in enumerate(KEYS):
            self.site.servers[key].presented = pool[(number + number % 2) % len(pool)]

    def end(self) -> None:
        """Stop everything."""
        for program in list(self.programs):
            self.runner.run(self.end_program(program))
        self.runner.close()

    async def redeploy(self, role: Role, hostname: str, *, keep: bool) -> None:
        """Another machine answers at this address, with another host key."""
        raise NotImplementedError

    async def cut(self, role: Role) -> None:
        """Drop every connection to a node."""
        raise NotImplementedError

    def cut_now(self, role: Role) -> None:
        """The same, in the middle of something."""
        raise NotImplementedError


def _listen(bench: Workbench, role: Role, eyes: Eyes) -> None:
    lister = bench._work[role].lister
    run = lister.run

    async def recorded(*, urgent: bool = False) -> Any:
        listing = await run(urgent=urgent)
        eyes.took(role, listing)
        return listing

    lister.run = recorded
