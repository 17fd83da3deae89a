"""The model's world over real SSH, the connections kept open; the clock is the real one."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncssh

from tests.support.model_shell import Witness
from tests.support.model_worlds import HOSTNAMES, World
from tofutui.appliance.cli.timings import Timings
from tofutui.config.sessions import load_sessions
from tofutui.executor import Pace
from tofutui.lab.appliance import sshd
from tofutui.lab.appliance.sshd import LabLogin
from tofutui.lab.pair import Lab
from tofutui.tofu.site.session import Role, Session


class SshWorld(World):
    """The simulated pair over asyncssh."""

    virtual = False
    second = 0.0005
    probe_seconds = 0.002
    pace = Pace(looks=2, seconds=0.005)
    timings = Timings(
        connect=20, login=20, first_prompt=20, quiet=0.01, menu_quiet=0.02, unknown_quiet=0.1, settle=0.004,
        midline_settle=0.05, command_idle=20, command_total=20, interrupt=0.5, exit=1,
    )  # fmt: skip

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._shell, sshd.LabShell = sshd.LabShell, Witness
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
            program.chosen.clear()
        self.forget()

    def _know(self, role: Role) -> None:
        key = self.lab.servers[role.value].login.host_key
        self.site.host_keys[role] = key.get_fingerprint("sha256")

    async def redeploy(self, role: Role, hostname: str, *, keep: bool) -> None:
        server, node = self.lab.servers[role.value], self.site.nodes[role]
        await server.stop()
        self.another_machine(role, hostname, keep=keep)
        self._turn += 1
        key = self._keys[self._turn % len(self._keys)]
        server.login = LabLogin(server.login.password, server.login.user_key, key, old=False)
        node.ssh = "ok"
        await server.start()
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
        sshd.LabShell = self._shell
        self.runner.run(self.lab.stop())
        super().end()
