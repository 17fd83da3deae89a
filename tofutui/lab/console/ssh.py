"""Consoles over SSH: who gets in is decided by a subclass, what is played by whoever starts the server."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncssh

from tofutui.lab.console.style import ConsoleStyle
from tofutui.lab.console.terminal import LabTerminal, LinkDropped
from tofutui.lab.endpoint import make_reset

_DELIVERY_S = 0.05


@dataclass(kw_only=True, slots=True)
class ConsoleService:
    """What a server plays on each of its channels."""

    style: ConsoleStyle
    play: Callable[["ConsoleChannel"], Awaitable[None]]
    """Returns where the shell ends; it is cancelled when the client leaves. `LinkDropped` resets the link."""
    banner: Callable[[], str] = lambda: ""
    """Sent before each login."""
    keys: Callable[[bytes], object] = lambda data: None
    """Called with all that is typed."""


class ConsoleServer(asyncssh.SSHServer):
    """One connection. The methods that decide who gets in are a subclass's."""

    def __init__(self, service: ConsoleService):
        self.service = service
        self.connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn

    def begin_auth(self, username: str) -> bool:
        banner = self.service.banner()
        if self.connection is not None and banner:
            self.connection.send_auth_banner(banner)
        return True

    def session_requested(self) -> "ConsoleChannel":
        return ConsoleChannel(self.service)


class ConsoleChannel(asyncssh.SSHServerSession[bytes]):
    """One shell. What an exec request asks for is ignored: the CLI starts anyway (docs/appliance.md)."""

    def __init__(self, service: ConsoleService):
        self.channel: asyncssh.SSHServerChannel[bytes] | None = None
        self.terminal = LabTerminal(self.send, service.style, echo=False)
        self.kind = ""
        """The client's terminal, "" without a PTY."""
        self.size = (0, 0)
        """Columns and lines of its window, 0 when unknown."""
        self._service = service
        self._task: asyncio.Task[None] | None = None
        self._taken = asyncio.Event()
        self._taken.set()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self.channel = chan

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:
        self.kind, self.size = term_type, term_size[:2]
        self.terminal = LabTerminal(self.send, self._service.style, echo=True)
        return True

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        self.size = (width, height)

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        return True

    def session_started(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._service.keys(data)
        self.terminal.feed(data)

    def pause_writing(self) -> None:
        self._taken.clear()

    def resume_writing(self) -> None:
        self._taken.set()

    def eof_received(self) -> bool:
        self.terminal.feed_end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.channel = None
        if self._task is not None:
            self._task.cancel()

    def send(self, text: str) -> None:
        """Print text with CR LF line ends, undecodable bytes as surrogates; without a PTY they are LF."""
        if self.channel is None:
            return
        shown = text if self.kind else text.replace("\r\n", "\n")
        with contextlib.suppress(OSError, asyncssh.Error):  # the client left meanwhile
            self.channel.write(shown.encode("utf-8", "surrogateescape"))

    async def ready(self) -> None:
        """Wait until the client took most of what was sent."""
        await asyncio.sleep(0)
        await self._taken.wait()

    async def _serve(self) -> None:
        try:
            await self._service.play(self)
        except LinkDropped:
            await self._cut_off()
            return
        if self.channel is not None:
            self.channel.exit(0)

    async def _cut_off(self) -> None:
        """A TCP reset, after what was written has had the time to arrive."""
        await asyncio.sleep(_DELIVERY_S)
        if self.channel is not None:
            connection = self.channel.get_connection()
            make_reset(connection.get_extra_info("socket"))
            connection.abort()


async def listen(
    server: Callable[[], ConsoleServer],
    host: str,
    port: int,
    host_keys: Sequence[asyncssh.SSHKey],
    **options: Any,
) -> asyncssh.SSHAcceptor:
    """Serve on an address; ``options`` are asyncssh's.

    Raises:
        ValueError: asyncssh does not have an algorithm of the options.
    """
    fixed: dict[str, Any] = {"line_editor": False, "encoding": None, "config": None}
    return await asyncssh.create_server(server, host, port, server_host_keys=host_keys, **fixed, **options)
