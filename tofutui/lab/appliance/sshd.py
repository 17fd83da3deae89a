"""The SSH side of a simulated appliance: password and key login, a PTY, one CLI per session."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import asyncssh

from tofutui.lab.appliance.faults import Mute
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.appliance.shell import LabShell
from tofutui.lab.console.ssh import ConsoleChannel, ConsoleServer, ConsoleService, listen
from tofutui.lab.endpoint import reserve_port, reset

USERNAME = "admin"
ONE_TIME_CODE = "135790"
"""What ``login = "code"`` takes as the second answer, once."""
_Challenge = tuple[str, str, str, Sequence[tuple[str, bool]]]
_DIALOGUES: dict[str, _Challenge] = {
    "expired": (
        "",
        "You are required to change your password immediately (password expired)",
        "",
        [("New password: ", False)],
    ),
    "code": ("", "", "", [("One-time code: ", False)]),
}
"""The question after the right password, by the scenario's ``login``."""
_FIRST_SESSION = 1058597
_OLD_KEX = ["diffie-hellman-group1-sha1"]
_OLD_CIPHERS = ["aes128-cbc", "3des-cbc"]
_OLD_MACS = ["hmac-sha1"]


@dataclass(frozen=True, slots=True)
class LabLogin:
    """What opens the door, and what the server shows."""

    password: str
    user_key: asyncssh.SSHKey
    host_key: asyncssh.SSHKey
    old: bool
    """Only the algorithms of an appliance of 2010: SHA-1 and CBC."""


class SshServer:
    """Listens for one node and keeps account of its logins."""

    def __init__(self, node: LabNode, login: LabLogin, listen: str):
        self.node = node
        self.address = listen
        node.close_ssh = self.stop
        self.login = login
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._mute: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._mute_transports: set[asyncio.Transport] = set()
        self._number = _FIRST_SESSION

    async def start(self) -> None:
        """Listen on a free loopback port, or be as deaf as the scenario says."""
        if self.node.ssh == "refused":
            self._reserved, self.node.port = reserve_port(self.address)
        elif self.node.ssh == "ok":
            await self._start_ssh()
        else:
            await self._start_mute()

    async def stop(self) -> None:
        """End every login and close the port."""
        for connection in list(self.connections):
            connection.abort()
        for transport in self._mute_transports:
            transport.abort()
        for server in (self._acceptor, self._mute):
            if server is not None:
                server.close()
        if self._acceptor is not None:
            await self._acceptor.wait_closed()
        if self._reserved is not None:
            self._reserved.close()

    async def play(self, channel: ConsoleChannel) -> None:
        """One shell; while it lasts the node knows of it, and one that was cut off may be resumed."""
        self._number += 1
        number, orderly = self._number, False
        try:
            await LabShell(
                self.node, channel.terminal, channel.send, lambda: channel.size[1], number, channel.ready
            ).run()
            orderly = True
        finally:
            self.node.leave(number, orderly=orderly)

    async def _start_ssh(self) -> None:
        service = ConsoleService(
            style=self.node, play=self.play, banner=lambda: self.node.banner, keys=self.node.keys.extend
        )
        old = self.login.old
        self._acceptor = await listen(
            lambda: _Connection(service, self),
            self.address,
            self.node.port,
            [self.login.host_key],
            server_version="tofutui_lab",
            kex_algs=_OLD_KEX if old else (),
            encryption_algs=_OLD_CIPHERS if old else (),
            mac_algs=_OLD_MACS if old else (),
            signature_algs=["ssh-rsa"] if old else (),
            compression_algs=None,
        )
        self.node.port = self._acceptor.get_port()

    async def _start_mute(self) -> None:
        loop = asyncio.get_running_loop()
        self._mute = await loop.create_server(lambda: Mute(self.node.ssh, self.hold), self.address, 0)
        self.node.port = self._mute.sockets[0].getsockname()[1]

    def hold(self, transport: asyncio.Transport) -> None:
        """A connection to a server that cannot be used."""
        if self.node.ssh == "reset":
            reset(transport)
        else:
            self._mute_transports.add(transport)


class _Connection(ConsoleServer):
    """Authentication: user admin, by key or password, or as the scenario's ``login`` says."""

    def __init__(self, service: ConsoleService, server: SshServer):
        super().__init__(service)
        self._server = server
        self._node = server.node
        self._password_was_right = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        super().connection_made(conn)
        self._server.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.connection is not None:
            self._server.connections.discard(self.connection)

    def password_auth_supported(self) -> bool:
        return self._node.login not in _DIALOGUES

    async def validate_password(self, username: str, password: str) -> bool:
        self._node.passwords += 1
        return await self._lets_in() and self._is_right(username, password)

    def public_key_auth_supported(self) -> bool:
        return self._node.login not in _DIALOGUES

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = key.public_data == self._server.login.user_key.public_data
        return await self._lets_in() and known and username == USERNAME

    def kbdint_auth_supported(self) -> bool:
        return self._node.login in _DIALOGUES

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> _Challenge:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool | _Challenge:
        answer = responses[0] if responses else ""
        if self._password_was_right:
            return self._takes(answer)
        self._node.passwords += 1
        self._password_was_right = self._is_right(username, answer)
        return self._password_was_right and _DIALOGUES[self._node.login]

    def _takes(self, answer: str) -> bool:
        """The second answer: a new password is never taken, a one-time code once."""
        if self._node.login != "code":
            return False
        fresh = answer == ONE_TIME_CODE and answer not in self._node.codes
        self._node.codes.append(answer)
        return fresh

    async def _lets_in(self) -> bool:
        """Whether anybody gets in at all."""
        if self._node.login == "hang":
            await asyncio.Event().wait()
        return self._node.login == "ok"

    def _is_right(self, username: str, password: str) -> bool:
        return username == USERNAME and password == self._server.login.password


def known_hosts(servers: Sequence[SshServer]) -> str:
    """Lines for a known_hosts file: each node's port and host key."""
    return "".join(
        f"[{server.address}]:{server.node.port} {server.login.host_key.export_public_key('openssh').decode()}"
        for server in servers
    )
