"""Where the model tests run: the whole client on the simulated pair, over memory or over real SSH.

Over memory only the SSH protocol is left out: workbench, executor, journal, node, shell reader and the
simulated admin CLI are the real ones, in simulated time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh

from tests.support.model_site import ADDRESSES, KEYS, Confirmed, Eyes, Site, Witness, certificates
from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.errors import Unreachable
from tofutui.appliance.questions import DialogueQuestion, NoAsker
from tofutui.appliance.timings import Timings
from tofutui.config.sessions import load_sessions
from tofutui.executor import Executor, Pace
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.lab import sshd
from tofutui.lab.node import Node as LabNode
from tofutui.lab.pair import Lab
from tofutui.lab.plans import NodePlan
from tofutui.lab.sshd import Login
from tofutui.lab.terminal import Terminal
from tofutui.tofu.certificate import read_certificate
from tofutui.tofu.endpoint import Endpoint
from tofutui.tofu.plan import Plan
from tofutui.tofu.presented import Presented, Status
from tofutui.tofu.session import NodeSettings, Role, Session
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
        found = self._site.presents(row)
        self._eyes.probes[row.host, row.port] = found.sha256 if found else None
        if found is None:
            return Presented(status=Status.REFUSED, at=self._clock(), error="refused")
        leaf = read_certificate(found.der)
        return Presented(status=Status.OK, at=self._clock(), handshake=True, certificate=leaf)

    async def alternatives(self, row: Endpoint, target: Endpoint | None, first: Presented) -> tuple[()]:
        return ()

    async def again(
        self, row: Endpoint, target: Endpoint | None, first: Presented, spent: float
    ) -> tuple[()]:
        return ()


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


class World:
    """A site, the programs that work on it, and a loop to run them on."""

    virtual = True
    probe_seconds = 0.5
    pace = Pace()
    timings = Timings()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = Site()
        self.failures: list[BaseException] = []
        self.programs: list[Program] = []
        self.runner = asyncio.Runner(loop_factory=VirtualLoop if self.virtual else None)
        self._number = 0
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
        """The time for everybody."""
        return EPOCH + timedelta(seconds=self.runner.get_loop().time())

    def session(self) -> Session:
        """The pair as the user configured it."""
        raise NotImplementedError

    def adopt(self, bench: Workbench, eyes: Eyes) -> None:
        """Last touches to a new workbench."""

    async def start_program(self) -> Program:
        """A new tofutui on the same data folder."""
        operator = Operator(self.site)
        bench = Workbench(self.session(), operator, clock=self.clock, timings=self.timings)
        database = Database(self.folder / "data" / FILE)
        database._connection.execute("PRAGMA synchronous = OFF")  # a test need not survive a power cut
        journal = Journal(database)
        executor = Executor(bench, journal, operator="tester", clock=self.clock, pace=self.pace)
        eyes = Eyes(journal, lambda: bench.session)
        bench._prober = Endpoints(self.site, eyes, self.clock, self.probe_seconds)
        for role in Role:
            _listen(bench, role, eyes)
        program = Program(bench, executor, journal, database, eyes, operator)
        self.adopt(bench, eyes)
        self.programs.append(program)
        return program

    async def end_program(self, program: Program) -> None:
        """Leave the nodes."""
        self.programs.remove(program)
        await program.bench.close()
        program.database.close()

    def begin(self) -> None:
        """Everything as in the beginning."""
        self._number += 1
        self.do(self._begin())

    async def _begin(self) -> None:
        raise NotImplementedError

    def fill(self, role: Role, node: LabNode) -> None:
        """The table of the beginning: each row, half of them stale."""
        pool = certificates()
        node.table = {key: pool[number % len(pool)] for number, key in enumerate(KEYS)}
        for number, key in enumerate(KEYS):
            self.site.servers[key].presented = pool[(number + number % 2) % len(pool)]
        calm(node)

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


def calm(node: LabNode) -> None:
    """No misbehaviour."""
    node.ignore_delete = node.relearn_on_delete = False
    node.drop_after_delete = node.drop_instead_of_delete = node.ignore_interrupt = False
    node.hang = ""
    node.cut_listing = 0
    node.list_seconds = 0.0


def _listen(bench: Workbench, role: Role, eyes: Eyes) -> None:
    lister = bench._listers[role]
    run = lister.run

    async def recorded(*, urgent: bool = False) -> Any:
        listing = await run(urgent=urgent)
        eyes.took(role, listing)
        return listing

    lister.run = recorded


class MemoryWire:
    """Both directions of a shell, without a network."""

    def __init__(self) -> None:
        self.terminal = Terminal(self.print, echo=True)
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self.ended = False
        self.on_end: Callable[[], None] = lambda: None

    @property
    def is_closed(self) -> bool:
        return self.ended

    async def read(self, seconds: float) -> bytes | None:
        if not self._buffer and not self.ended:
            self._arrived.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    def write(self, data: bytes) -> None:
        if not self.ended:
            self.terminal.feed(data)

    def print(self, text: str) -> None:
        if not self.ended:
            self._buffer += text.encode("utf-8", "surrogateescape")
            self._arrived.set()

    def end(self) -> None:
        was_open, self.ended = not self.ended, True
        self._arrived.set()
        if was_open:
            self.on_end()


async def _at_once() -> None:
    """Nothing holds what is printed back."""


class MemoryLink:
    """One login on a simulated node."""

    tunnels = ()

    def __init__(self, host: "MemoryHost", eyes: Eyes) -> None:
        self.host = host
        self.fingerprint = host.fingerprint
        self.wire = MemoryWire()
        terminal = self.wire.terminal
        self.number = host.take_number()
        shell = Witness(host.node, terminal, self.wire.print, lambda: 1000, self.number, _at_once)
        shell.owner = eyes
        host.links.append(self)
        self.task = asyncio.ensure_future(self._serve(shell))

    async def _serve(self, shell: Witness) -> None:
        with suppress(sshd.LinkDropped):
            await shell.run()
        self.drop()

    @property
    def is_closed(self) -> bool:
        return self.wire.ended

    def drop(self) -> None:
        """The line breaks, or the client hangs up."""
        self.wire.end()
        self.host.node.shells.pop(self.number, None)
        if self in self.host.links:
            self.host.links.remove(self)
        if self.task is not asyncio.current_task():
            self.task.cancel()

    async def close(self, seconds: float) -> None:
        self.drop()


class MemoryHost:
    """The machine behind an address, and its logins."""

    def __init__(self, site: Site, role: Role) -> None:
        self.site, self.role = site, role
        self.links: list[MemoryLink] = []
        self.number = 0

    @property
    def node(self) -> LabNode:
        return self.site.nodes[self.role]

    @property
    def fingerprint(self) -> str:
        return self.site.host_keys[self.role]

    def take_number(self) -> int:
        self.number += 1
        return self.number


class MemoryConnector:
    """Instead of the SSH side of a node."""

    def __init__(self, host: MemoryHost, eyes: Eyes) -> None:
        self.host, self.eyes = host, eyes

    async def link(self) -> MemoryLink:
        await asyncio.sleep(0.1)
        if self.host.node.ssh != "ok":
            raise Unreachable(f"{self.host.role} refuses")
        return MemoryLink(self.host, self.eyes)


class MemoryWorld(World):
    """Fast: simulated time, no sockets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.hosts = {role: MemoryHost(self.site, role) for role in Role}
        for role in Role:
            plan = NodePlan(hostname="", address=ADDRESSES[role], rows=())
            folder.joinpath("logs").mkdir(parents=True, exist_ok=True)
            logs = folder / "logs" / role.value
            self.site.nodes[role] = LabNode(role.value, plan, self.site.servers, logs, self.clock)

    def session(self) -> Session:
        nodes = {r: NodeSettings(role=r, host=ADDRESSES[r], command_timeout=30) for r in Role}
        return Session(name=f"site-{self._number}", nodes=nodes)

    def adopt(self, bench: Workbench, eyes: Eyes) -> None:
        for role in Role:
            bench.node(role)._connector = MemoryConnector(self.hosts[role], eyes)

    async def _begin(self) -> None:
        for program in list(self.programs):
            await self.end_program(program)
        for number, role in enumerate(Role):
            node = self.site.nodes[role]
            await self.cut(role)
            node.hostname, node.ssh = HOSTNAMES[number], "ok"
            node.dropped.clear()
            node.shells.clear()
            node.sent.clear()
            node.answers.clear()
            self.site.host_keys[role] = f"SHA256:{self._number}-{role}-0"
            self.site.printed[role].clear()
            self.fill(role, node)
        self.site.running.clear()

    async def redeploy(self, role: Role, hostname: str, *, keep: bool) -> None:
        self.redeploy_now(role, hostname, keep=keep)

    def redeploy_now(self, role: Role, hostname: str, *, keep: bool) -> None:
        self.cut_now(role)
        node = self.site.nodes[role]
        node.hostname = hostname
        number = int(self.site.host_keys[role].rpartition("-")[2])
        self.site.host_keys[role] = f"SHA256:{role}-{number + 1}"
        if not keep:
            node.table.clear()

    async def cut(self, role: Role) -> None:
        self.cut_now(role)

    def cut_now(self, role: Role) -> None:
        for link in list(self.hosts[role].links):
            link.drop()


class SshWorld(World):
    """The simulated pair over asyncssh, the connections kept open; the clock is the real one."""

    virtual = False
    probe_seconds = 0.002
    pace = Pace(looks=2, seconds=0.005)
    timings = Timings(
        connect=20, login=20, first_prompt=20, quiet=0.01, menu_quiet=0.02, unknown_quiet=0.1, settle=0.004,
        midline_settle=0.05, command_idle=20, command_total=20, interrupt=0.5, exit=1,
    )  # fmt: skip

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._shell, sshd.Shell = sshd.Shell, Witness
        self.lab: Lab = self.runner.run(Lab.start("clean", folder / "lab"))
        (self._session,) = load_sessions(self.lab.sessions_path).values()
        for role in Role:
            node = self.lab.nodes[role.value]
            node._servers = self.site.servers
            self.site.nodes[role] = node
        self._keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(6)]
        self._turn = 0

    def session(self) -> Session:
        nodes = {role: replace(node, command_timeout=1.0) for role, node in self._session.nodes.items()}
        return replace(self._session, name=f"site-{self._number}", nodes=nodes, remotes=())

    async def _begin(self) -> None:
        for program in self.programs[1:]:
            await self.end_program(program)
        for number, role in enumerate(Role):
            node = self.site.nodes[role]
            if node.ssh != "ok":
                node.ssh = "ok"
                await self.lab.servers[role.value].start()
            if node.hostname != HOSTNAMES[number]:
                await self.redeploy(role, HOSTNAMES[number], keep=True)
            node.dropped.clear()
            self.fill(role, node)
            self._know(role)
        for program in self.programs:
            program.plans.clear()
            program.eyes.confirmed.clear()
            program.bench.session = replace(self._session, name=f"site-{self._number}", remotes=())
        self.site.running.clear()

    def _know(self, role: Role) -> None:
        key = self.lab.servers[role.value].login.host_key
        self.site.host_keys[role] = key.get_fingerprint("sha256")

    async def redeploy(self, role: Role, hostname: str, *, keep: bool) -> None:
        server, node = self.lab.servers[role.value], self.site.nodes[role]
        await server.stop()
        node.hostname = hostname
        self._turn += 1
        key = self._keys[self._turn % len(self._keys)]
        server.login = Login(server.login.password, server.login.user_key, key, old=False)
        node.ssh = "ok"
        await server.start()
        if not keep:
            node.table.clear()
        self.lab.access.known_hosts.write_text(sshd.known_hosts(list(self.lab.servers.values())))
        self._know(role)

    async def cut(self, role: Role) -> None:
        server = self.lab.servers[role.value]
        self.cut_now(role)
        while server.connections:
            await asyncio.sleep(0.001)

    def cut_now(self, role: Role) -> None:
        for connection in list(self.lab.servers[role.value].connections):
            connection.abort()

    def end(self) -> None:
        """The pair too."""
        sshd.Shell = self._shell
        self.runner.run(self.lab.stop())
        super().end()
