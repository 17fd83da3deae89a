"""An SSH server that plays an admin CLI on the console of the simulated pair, as awkward as a test wants it.

Commands and questions are data or handlers, and so are the logins. Knows nothing of the client.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from tofutui.lab.console.command_line import CommandLine
from tofutui.lab.console.ssh import ConsoleChannel, ConsoleServer, ConsoleService, listen
from tofutui.lab.console.style import ConsoleStyle
from tofutui.lab.console.terminal import ControlC

Handler = Callable[["Session"], Awaitable[None]]
INVALID = "     ^\n% invalid command detected at '^' marker.\n"


@dataclass(kw_only=True, eq=False)
class Cli(ConsoleStyle):
    """The script of a server."""

    prompt: str = "prime-pri/admin# "
    before_prompt: list[Handler] = field(default_factory=list)
    commands: dict[str, str | Handler] = field(default_factory=dict)
    exits: bool = True
    users: dict[str, str] = field(default_factory=lambda: {"admin": "s3cret-Pässword"})
    methods: tuple[str, ...] = ("password",)
    """password, kbdint, key"""
    kbdint: list[tuple[str, str, list[tuple[str, bool]], list[str]]] = field(default_factory=list)
    """Challenges: name, instructions, prompts, expected answers."""
    auth_banner: str = ""
    on_auth: Callable[[asyncssh.SSHServerConnection], None] | None = None
    """Called when a login begins."""
    keys: list[asyncssh.SSHKey] = field(default_factory=list)
    expired: bool = False


class Session:
    """One shell."""

    def __init__(self, server: "CliServer", channel: ConsoleChannel) -> None:
        self.server = server
        self.cli = server.cli
        self.channel: Any = channel.channel
        self.drain = channel.ready
        self.console = CommandLine(channel.terminal, channel.send, self.cli, answered=server.typed.append)
        self._send = channel.send

    def put(self, text: str | bytes) -> None:
        """Print raw; strings get CR LF for LF."""
        self._send(text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else _crlf(text))

    async def key(self) -> str:
        """One key."""
        return await self.console.terminal.key()

    async def line(self) -> str:
        """A line that the client typed."""
        typed = await self.console.terminal.line(self.cli.prompt)
        self.server.typed.append(typed)
        return typed

    async def run(self) -> None:
        """The whole session."""
        how = "dropped"
        try:
            for step in self.cli.before_prompt:
                await step(self)
            await self.console.serve(lambda: self.cli.prompt, self._command)
            how = "exit"
        except (EOFError, ControlC):
            pass
        finally:
            self.server.ended.append(how)

    async def _command(self, line: str) -> bool:
        self.server.typed.append(line)
        self.server.commands.append(line)
        if line == "exit" and self.cli.exits:
            return False
        await self.console.carry_out(self._answer(line))
        return True

    async def _answer(self, line: str) -> None:
        answer = self.cli.commands.get(line, "" if not line.strip() else INVALID)
        if line == "terminal length 0" and line not in self.cli.commands and self.cli.terminal_length:
            self.console.length = 0
        elif callable(answer):
            await answer(self)
        elif self.cli.page and answer:
            await self.console.show(answer.removesuffix("\n").split("\n"))
        else:
            self.put(answer)


class CliServer:
    """A listening server, what it was sent, and ways to be nasty to its connections."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.port = 0
        self.commands: list[str] = []
        self.typed: list[str] = []
        self.keys = bytearray()
        self.ended: list[str] = []
        self.passwords: list[str] = []
        self.connections: list[asyncssh.SSHServerConnection] = []
        self.sessions: list[Session] = []
        self.terminals: list[tuple[str, tuple[int, int]]] = []
        self.host_key: asyncssh.SSHKey | None = None
        self._acceptor: asyncssh.SSHAcceptor | None = None

    @property
    def ctrl_c(self) -> int:
        """How often Ctrl-C was typed."""
        return self.keys.count(b"\x03")

    @property
    def pager_keys(self) -> str:
        """What was typed at the pager."""
        return "".join(session.console.pager_keys for session in self.sessions)

    async def start(self, host_keys: list[asyncssh.SSHKey], **options: Any) -> None:
        """Listen on a free loopback port."""
        self.host_key = host_keys[0]
        service = ConsoleService(
            style=self.cli, play=self._play, banner=lambda: self.cli.auth_banner, keys=self.keys.extend
        )
        place = options.pop("host", "127.0.0.1"), options.pop("port", 0)
        self._acceptor = await listen(lambda: _Server(service, self), *place, host_keys, **options)
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        """Close everything."""
        self.cut()
        if self._acceptor:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        for connection in self.connections:
            await connection.wait_closed()

    def cut(self) -> None:
        """Drop all connections as a broken line does."""
        for connection in self.connections:
            connection.abort()

    async def _play(self, channel: ConsoleChannel) -> None:
        self.terminals.append((channel.kind, channel.size))
        self.sessions.append(Session(self, channel))
        await self.sessions[-1].run()


class _Server(ConsoleServer):
    def __init__(self, service: ConsoleService, owner: CliServer) -> None:
        super().__init__(service)
        self.owner = owner
        self.cli = owner.cli
        self._round = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        super().connection_made(conn)
        self.owner.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        super().begin_auth(username)
        if self.cli.on_auth and self.connection:
            self.cli.on_auth(self.connection)
        return True

    def password_auth_supported(self) -> bool:
        return "password" in self.cli.methods

    async def validate_password(self, username: str, password: str) -> bool:
        self.owner.passwords.append(password)
        if self.cli.expired:
            raise asyncssh.PasswordChangeRequired("Password expired")
        return self.cli.users.get(username) == password

    def kbdint_auth_supported(self) -> bool:
        return "kbdint" in self.cli.methods

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return self._challenge()

    def _challenge(self) -> Any:
        if self._round >= len(self.cli.kbdint):
            return True
        name, instructions, prompts, _ = self.cli.kbdint[self._round]
        return name, instructions, "en", prompts

    def validate_kbdint_response(self, username: str, responses: Any) -> Any:
        self.owner.passwords.extend(responses)
        expected = self.cli.kbdint[self._round][3]
        self._round += 1
        return self._challenge() if list(responses) == expected else False

    def public_key_auth_supported(self) -> bool:
        return "key" in self.cli.methods

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key in self.cli.keys

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return True


def say(text: str | bytes) -> Handler:
    """Print something."""

    async def handler(session: Session) -> None:
        session.put(text)

    return handler


def pause(seconds: float) -> Handler:
    """Be slow."""

    async def handler(session: Session) -> None:
        await asyncio.sleep(seconds)

    return handler


def ask(question: str, *accepted: str, again: str = "") -> Handler:
    """Ask until an accepted answer comes."""

    async def handler(session: Session) -> None:
        await session.console.insist(_crlf(question), accepted, _crlf(again))

    return handler


def waits_for(shown: str, keys: str) -> Handler:
    """A pager that goes on at one of the keys, and wipes what it showed."""

    async def handler(session: Session) -> None:
        session.put(shown)
        while (await session.key()) not in keys:
            continue
        session.put("\r" + " " * len(shown) + "\r")

    return handler


def steps(*handlers: Handler) -> Handler:
    """One after the other."""

    async def handler(session: Session) -> None:
        for each in handlers:
            await each(session)

    return handler


async def hang(session: Session) -> None:
    """Say nothing until Ctrl-C, or for ever where the console ignores it."""
    await asyncio.Event().wait()


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")
