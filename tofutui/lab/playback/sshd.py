"""The SSH side of a played node: the algorithms, the banner and the shells of the capture."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Sequence

import asyncssh

from tofutui.capture_file import CapturedLogin
from tofutui.lab.endpoint import make_reset, reserve_port
from tofutui.lab.playback.shells import PlaybackStep, Script, script_of

_DELIVERY_S = 0.05
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

    @property
    def banner(self) -> str:
        """What is sent before the login."""
        return self.logins[0].banner

    def next_script(self) -> Script:
        """The shells are played in the order of the capture; after the last one it is played again."""
        script = self._scripts[min(self._served, len(self._scripts) - 1)]
        self._served += 1
        return script

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
        return await asyncssh.create_server(
            lambda: _Connection(self),
            host,
            0,
            server_host_keys=[self.host_key] if self.host_key else [],
            server_version=self.logins[0].server or "capture",
            compression_algs=None,
            line_editor=False,
            encoding=None,
            config=None,
            **algorithms,
        )


class _Connection(asyncssh.SSHServer):
    """Lets in whoever has the key or the password of the sessions file."""

    def __init__(self, node: PlayedNode) -> None:
        self._node = node
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        if self._connection is not None and self._node.banner:
            self._connection.send_auth_banner(self._node.banner)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == self._node.password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.public_data == self._node.user_key.public_data

    def session_requested(self) -> "_Shell":
        return _Shell(self._node)


class _Shell(asyncssh.SSHServerSession[bytes]):
    """Plays one script, whatever is typed."""

    def __init__(self, node: PlayedNode) -> None:
        self._node = node
        self._script = node.next_script()
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._typed = bytearray()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._counts: Counter[str] = Counter()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        return True

    def session_started(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._play())

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._typed += data
        self._arrived.set()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel = None
        if self._task is not None:
            self._task.cancel()

    async def _play(self) -> None:
        ended = await self._steps(self._script.opening)
        while not ended:
            command = await self._line()
            steps = self._script.answer(command, self._counts[command])
            self._counts[command] += 1
            ended = await self._steps(steps)

    async def _steps(self, steps: Sequence[PlaybackStep]) -> bool:
        """Play them; whether the shell is over."""
        for step in steps:
            if self._node.timing and step.pause and (step.data or step.end):
                await asyncio.sleep(step.pause)
            if step.end:
                await self._end(step.end)
                return True
            if step.data:
                self._print(step.data)
            else:
                await (self._line() if step.line else self._key())
        return False

    def _print(self, data: bytes) -> None:
        if self._channel is not None:
            with contextlib.suppress(OSError, asyncssh.Error):  # the client left meanwhile
                self._channel.write(data)

    async def _line(self) -> str:
        while b"\r" not in self._typed and b"\n" not in self._typed:
            await self._more()
        line, _, rest = bytes(self._typed).replace(b"\n", b"\r").partition(b"\r")
        self._typed = bytearray(rest)
        return line.replace(b"\x03", b"").decode("utf-8", "surrogateescape")

    async def _key(self) -> None:
        while not self._typed:
            await self._more()
        del self._typed[:1]

    async def _more(self) -> None:
        self._arrived.clear()
        await self._arrived.wait()

    async def _end(self, how: str) -> None:
        if self._channel is None:
            return
        if how == "lost":
            await asyncio.sleep(_DELIVERY_S)  # what was written has the time to arrive
            connection = self._channel.get_connection()
            make_reset(connection.get_extra_info("socket"))
            connection.abort()
        else:
            self._channel.exit(0)


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
