"""The SSH side of a played node: the algorithms, the banner and the shells of the capture."""

import contextlib
import socket
from collections.abc import Sequence

import asyncssh

from tofutui.capture_file import CapturedLogin
from tofutui.lab.console.ssh import ConsoleChannel, ConsoleServer, ConsoleService, listen
from tofutui.lab.console.style import ConsoleStyle
from tofutui.lab.endpoint import reserve_port
from tofutui.lab.playback.shells import ScriptShell, script_of

_DEFAULT_KEY = "ssh-ed25519"
_LISTS = {"kex": "kex_algs", "cipher": "encryption_algs", "mac": "mac_algs"}


class PlayedNode:
    """One node; the port refuses where the capture has no login."""

    def __init__(
        self,
        role: str,
        logins: Sequence[CapturedLogin],
        user_key: asyncssh.SSHKey,
        password: str,
        *,
        timing: bool,
    ) -> None:
        self.role = role
        self.port = 0
        self.timing = timing
        self.user_key = user_key
        self.password = password
        self.logins = tuple(logins)
        self.host_key = _host_key(self.logins[0].algorithms.get("host_key", "")) if self.logins else None
        self._scripts = [script_of(login) for login in self.logins]
        self._served = 0
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._reserved: socket.socket | None = None

    async def play(self, channel: ConsoleChannel) -> None:
        """The shells are played in the order of the capture; after the last one it is played again."""
        script = self._scripts[min(self._served, len(self._scripts) - 1)]
        self._served += 1
        with contextlib.suppress(EOFError):  # the client left
            await ScriptShell(script, channel.terminal, channel.send, timing=self.timing).run()

    async def start(self, host: str) -> None:
        """Listen on a free port, with the captured algorithms as far as they are there."""
        if self.host_key is None:
            self._reserved, self.port = reserve_port(host)
            return
        try:
            self._acceptor = await self._listen(host, _algorithms(self.logins[0]))
        except ValueError:  # the library has no such algorithm
            self._acceptor = await self._listen(host, {})
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        """Close the port and every login."""
        if self._reserved is not None:
            self._reserved.close()
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()

    async def _listen(self, host: str, algorithms: dict[str, list[str]]) -> asyncssh.SSHAcceptor:
        service = ConsoleService(
            style=ConsoleStyle(echo="none"), play=self.play, banner=lambda: self.logins[0].banner
        )
        return await listen(
            lambda: _Connection(service, self),
            host,
            0,
            [self.host_key] if self.host_key else [],
            server_version=self.logins[0].server or "capture",
            compression_algs=None,
            **algorithms,
        )


class _Connection(ConsoleServer):
    """Lets in whoever has the key or the password of the sessions file."""

    def __init__(self, service: ConsoleService, node: PlayedNode) -> None:
        super().__init__(service)
        self._node = node

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == self._node.password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.public_data == self._node.user_key.public_data


def _host_key(algorithm: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.generate_private_key(algorithm or _DEFAULT_KEY)
    except (asyncssh.Error, ValueError):  # of a kind that cannot be made any more
        return asyncssh.generate_private_key(_DEFAULT_KEY)


def _algorithms(login: CapturedLogin) -> dict[str, list[str]]:
    """The one algorithm of each kind that was agreed on; a cipher that authenticates needs no other."""
    chosen = login.algorithms
    return {
        argument: [chosen[name]]
        for name, argument in _LISTS.items()
        if name in chosen and not (name == "mac" and chosen[name] == chosen.get("cipher"))
    }
