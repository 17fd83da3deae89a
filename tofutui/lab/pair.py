"""The running lab: both appliances, every server of the site, and the commands of its stdin."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncssh

from tofutui.lab.appliance.ha import HaPair
from tofutui.lab.appliance.node import Clock, Contact, LabNode
from tofutui.lab.appliance.sshd import LabLogin, SshServer, known_hosts
from tofutui.lab.cert import certify, make_key, slash_form
from tofutui.lab.endpoint import Identity, TlsEndpoint
from tofutui.lab.scenario import load_scenario, parse_address
from tofutui.lab.site import Access, private_file, sessions_toml
from tofutui.lab.site_model import HM_PORT, LOOPBACKS, Address, EndpointPlan, NodePlan, Scenario

_ROLES = ("primary", "secondary")
_REJECTING_FOR = timedelta(minutes=12)
_REJECTED_EVERY = timedelta(minutes=4)


class LabError(Exception):
    """A command that cannot be done; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPace:
    """How fast the simulated site lives, in seconds."""

    log: float = 30.0
    """Between two rejections of one connection."""
    learn: float = 2.0
    """Between two contacts of a registered pair."""
    milestone: float = 2.0
    """For each milestone of the registration."""


@dataclass(frozen=True, slots=True)
class LabSighting:
    """A certificate that a remote presented before the lab's story begins."""

    role: str
    key: str
    text: str
    """The stored subject as the node prints it."""
    sha256: str
    not_before: datetime
    at: datetime


class Lab:
    """A running site; made by `Lab.start`, ended by `stop`.

    `sent` holds each command line that a node got, verbatim; `nodes` have settable faults (`Behaviour`).
    """

    def __init__(self, scenario: Scenario, directory: Path, pace: LabPace, clock: Clock):
        self.scenario = scenario
        self.directory = directory
        self.sessions_path = directory / "sessions.toml"
        self.data_path = directory / "data"
        self.password = secrets.token_urlsafe(9)
        self.endpoints: list[TlsEndpoint] = []
        self.nodes: dict[str, LabNode] = {}
        self.servers: dict[str, SshServer] = {}
        self.access = Access(directory / "id_admin", directory / "password", directory / "known_hosts")
        self._pace = pace
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._ha: HaPair | None = None

    @classmethod
    async def start(
        cls,
        scenario: str,
        directory: Path,
        *,
        pace: LabPace | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> "Lab":
        """Start a scenario with its files in `directory` (made if missing).

        Raises:
            ScenarioError: there is no such scenario.
        """
        lab = cls(load_scenario(scenario), directory, pace or LabPace(), clock)
        try:
            await lab._start()
        except BaseException:
            await lab.stop()
            raise
        return lab

    @property
    def ha(self) -> HaPair:
        """The pair's high availability."""
        assert self._ha is not None
        return self._ha

    @property
    def _listen(self) -> str:
        return self.scenario.listen

    @property
    def log_paths(self) -> dict[str, Path]:
        """The health monitor log of each node; ``ncs-0-0.log`` lies beside it."""
        return {role: node.logs.health for role, node in self.nodes.items()}

    @property
    def sent(self) -> dict[str, list[str]]:
        """The command lines that each node got."""
        return {role: node.sent for role, node in self.nodes.items()}

    @property
    def sightings(self) -> list[LabSighting]:
        """What a tool would have seen before, had it run then: the stored certificates presented."""
        if self.scenario.sightings is None:
            return []
        at = self._clock() - self.scenario.sightings
        return [
            LabSighting(role, key, slash_form(row.subject), row.sha256, row.not_before, at)
            for role, node in self.nodes.items()
            for key, row in node.table.items()
        ]

    def table(self, role: str) -> list[str]:
        """The keys in a node's table, in its order."""
        return list(self.nodes[role].table)

    def endpoint(self, address: str) -> TlsEndpoint:
        """The server at ``HOST:PORT``, by its address in the tables or its name.

        Raises:
            LabError: there is none.
        """
        try:
            wanted = parse_address(address)
        except ValueError as error:
            raise LabError(str(error)) from error
        for endpoint in self.endpoints:
            named = Address(endpoint.plan.name, endpoint.plan.at[0].port)
            if wanted == named or wanted in endpoint.plan.at:
                return endpoint
        raise LabError(f"no server at {address!a}")

    async def command(self, line: str) -> str:
        """Do one command of the lab's stdin; the answer is ``ok`` or ``error: ...``."""
        name, *words = line.split() or [""]
        commands: dict[str, tuple[int, Callable[..., Awaitable[None]]]] = {
            "reissue": (1, self._reissue),
            "restart": (1, self._restart),
            "contact": (1, self._contact),
            "register": (0, self._register),
            "ise-add": (0, self._ise_add),
        }
        count, action = commands.get(name, (-1, self._register))
        if count != len(words):
            known = "reissue HOST:PORT, restart NODE, contact NODE, register, ise-add"
            return f"error: {line!a} is none of: {known}"
        try:
            await action(*words)
        except LabError as error:
            return f"error: {error}"
        return "ok"

    async def stop(self) -> None:
        """Close every port and end everything that runs. Safe to call twice."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._ha is not None:
            await self._ha.stop()
        for server in self.servers.values():
            await server.stop()
        for endpoint in self.endpoints:
            await endpoint.stop()

    async def _start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory.chmod(0o700)
        for folder in (self.data_path, self.directory / "logs", self.directory / "tls"):
            folder.mkdir(mode=0o700)
        now = self._clock()
        await self._make_endpoints(now)
        plans = {"primary": self.scenario.primary, "secondary": self.scenario.secondary}
        self.nodes = {role: self._make_node(role, plan) for role, plan in plans.items()}
        self._ha = HaPair(self.nodes, self._pace.milestone, registered=self.scenario.registered)
        if self.scenario.rejecting:
            for node in self.nodes.values():
                node.was_rejecting(now - _REJECTING_FOR, now, _REJECTED_EVERY)
        await self._start_ssh()
        self._write_files()
        self._tasks = [asyncio.create_task(self._keep_logging()), asyncio.create_task(self._keep_learning())]

    async def _make_endpoints(self, now: datetime) -> None:
        folder = self.directory / "tls"
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(2) as pool:
            keys = [loop.run_in_executor(pool, make_key, plan.key) for plan in self.scenario.endpoints]
            for plan, key in zip(self.scenario.endpoints, await asyncio.gather(*keys), strict=True):
                presented, stored = (
                    certify(key, made.subject, now - made.age, _hosts(plan)) if made else None
                    for made in (plan.presented, plan.stored)
                )
                assert presented is not None
                self.endpoints.append(
                    TlsEndpoint(plan, Identity(key, presented), stored or presented, folder, self._listen)
                )
        for endpoint in self.endpoints:
            await endpoint.start()

    def _make_node(self, role: str, plan: NodePlan) -> LabNode:
        servers = {at.key: endpoint for endpoint in self.endpoints for at in endpoint.plan.at}
        own = servers[Address(plan.address, HM_PORT).key]
        servers |= {at.key: own for at in LOOPBACKS}
        node = LabNode(role, plan, servers, self.directory / "logs" / role, self._clock)
        for at in plan.rows:
            node.table[at.key] = servers[at.key].stored
        return node

    async def _start_ssh(self) -> None:
        old = self.scenario.old_ssh
        algorithm = "ssh-rsa" if old else "ssh-ed25519"
        user_key = asyncssh.generate_private_key(algorithm)
        host_keys = [asyncssh.generate_private_key(algorithm) for _ in _ROLES]
        if self.scenario.same_host_key:
            host_keys = host_keys[:1] * 2
        for node, host_key in zip(self.nodes.values(), host_keys, strict=True):
            server = SshServer(node, LabLogin(self.password, user_key, host_key, old), self._listen)
            self.servers[node.role] = server
            await server.start()
        private_file(self.access.key_file, user_key.export_private_key("openssh"))

    def _write_files(self) -> None:
        nodes = list(self.nodes.values())
        private_file(self.access.password_file, self.password + "\n")
        private_file(self.access.known_hosts, known_hosts(list(self.servers.values())))
        private_file(self.sessions_path, sessions_toml(self.scenario, nodes, self.endpoints, self.access))

    async def _keep_logging(self) -> None:
        while True:
            await asyncio.sleep(self._pace.log)
            for node in self.nodes.values():
                node.retry_rejected()

    async def _keep_learning(self) -> None:
        """A registered pair talks all the time, so it soon has a row again for whatever was deleted."""
        while True:
            await asyncio.sleep(self._pace.learn)
            if self.ha.registered:
                self.ha.contact_all()

    async def _reissue(self, address: str) -> None:
        endpoint = self.endpoint(address)
        key = await asyncio.to_thread(make_key, endpoint.plan.key)
        subject = endpoint.identity.certificate.subject
        endpoint.pending = Identity(key, certify(key, subject, self._clock(), _hosts(endpoint.plan)))

    async def _restart(self, name: str) -> None:
        if name in self.nodes:
            endpoints = [self.endpoint(f"{self.nodes[name].address}:{HM_PORT}")]
        else:
            endpoints = [e for e in self.endpoints if _is_called(e.plan, name)]
        if not endpoints:
            raise LabError(f"there is no node or server {name!a}")
        for endpoint in endpoints:
            endpoint.restart()

    async def _contact(self, role: str) -> None:
        if role not in self.nodes:
            raise LabError(f"{role!a} is neither primary nor secondary")
        node = self.nodes[role]
        for key in node.contacts:
            node.contact(key)

    async def _register(self) -> None:
        problem = self.ha.register()
        if problem:
            raise LabError(f"registration failed: {problem}")

    async def _ise_add(self) -> None:
        node = self.nodes["primary"]
        keys = [key for key in node.contacts if node.server(key).plan.kind == "ise"]
        if not keys:
            raise LabError("this site has no ISE")
        for key in keys:
            outcome = node.contact(key)
            if outcome in (Contact.REJECTED, Contact.UNREACHABLE):
                raise LabError(f"{key}: {'TOFU failed' if outcome is Contact.REJECTED else 'no connection'}")


def _hosts(plan: EndpointPlan) -> list[str]:
    return [plan.name, *(at.host for at in plan.at[:3])]


def _is_called(plan: EndpointPlan, name: str) -> bool:
    return name == plan.name or any(name in (at.host, str(at)) for at in plan.at)
