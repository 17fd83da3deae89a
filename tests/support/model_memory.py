"""The model's world over memory: only the SSH protocol is left out.

Workbench, executor, journal, node, shell reader and the simulated admin CLI are the real ones, in simulated
time.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

from tests.support.memory_wire import MemoryWire
from tests.support.model_shell import Witness
from tests.support.model_site import ADDRESSES, Eyes, Site
from tests.support.model_worlds import HOSTNAMES, World
from tofutui.appliance.errors import Unreachable
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.console.terminal import LinkDropped
from tofutui.lab.site_model import NodePlan
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.workbench import Workbench


async def _at_once() -> None:
    """Nothing holds what is printed back."""


class MemoryLink:
    """One login on a simulated node."""

    tunnels = ()
    place = SimpleNamespace(unread=())
    """What of the user's SSH configuration was not read: nothing."""

    def __init__(self, host: "MemoryHost", eyes: Eyes) -> None:
        self.host = host
        self.fingerprint = host.fingerprint
        self.wire = MemoryWire(echo=True)
        terminal = self.wire.terminal
        self.number = host.take_number()
        shell = Witness(host.node, terminal, self.wire.print, lambda: 1000, self.number, _at_once)
        shell.owner = eyes
        host.links.append(self)
        self.task = asyncio.ensure_future(self._serve(shell))

    async def _serve(self, shell: Witness) -> None:
        with suppress(LinkDropped):
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
        self._logs: dict[Role, Path] = {}
        for role in Role:
            plan = NodePlan(hostname="", address=ADDRESSES[role], rows=())
            folder.joinpath("logs").mkdir(parents=True, exist_ok=True)
            logs = folder / "logs" / role.value
            node = LabNode(role.value, plan, self.site.servers, logs, self.clock)
            self.site.nodes[role] = node
            self._logs[role] = node.logs.health

    def session(self) -> Session:
        nodes = {
            role: NodeSettings(role=role, host=ADDRESSES[role], command_timeout=30, logs=(str(log),))
            for role, log in self._logs.items()
        }
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
            self._logs[role].write_text("")
            self.fill(role, node)
        self.forget()

    async def redeploy(self, role: Role, hostname: str, *, keep: bool) -> None:
        self.redeploy_now(role, hostname, keep=keep)

    def redeploy_now(self, role: Role, hostname: str, *, keep: bool) -> None:
        self.cut_now(role)
        place, _, number = self.site.host_keys[role].rpartition("-")
        self.site.host_keys[role] = f"{place}-{int(number) + 1}"
        self.another_machine(role, hostname, keep=keep)

    async def cut(self, role: Role) -> None:
        self.cut_now(role)

    def cut_now(self, role: Role) -> None:
        for link in list(self.hosts[role].links):
            link.drop()
