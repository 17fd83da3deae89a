"""A small SSH server that plays an admin CLI, as awkward as a test wants it. Knows nothing of the client."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncssh

Handler = Callable[["Session"], Awaitable[None]]


class CtrlC(Exception):
    """The client pressed Ctrl-C."""


@dataclass
class Cli:
    """The script of a server."""

    prompt: str = "prime-pri/admin# "
    before_prompt: list[Handler] = field(default_factory=list)
    commands: dict[str, str | Handler] = field(default_factory=dict)
    echo: str = "plain"
    """plain, none, prompt (redrawn), wrapped, escapes, double, crcrlf"""
    terminal_length: bool = True
    page: int = 0
    """Lines a page; 0 without a pager."""
    pager: str = "--More--"
    erase: str = "\r        \r"
    enter_only_pager: bool = False
    enter: str = "\r\n"
    """Keys that are taken for Enter; a line feed that is not among them is dropped."""
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
    sessions_allowed: int | None = None
    expired: bool = False
    slow_auth: float = 0.0


class Session:
    """One shell."""

    def __init__(self, server: "CliServer", process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.server = server
        self.cli = server.cli
        self.process = process
        self.lines: list[str] = []
        self.ended_with_exit = False
        self._paging = True

    def put(self, text: str | bytes) -> None:
        """Print raw; strings get CR LF for LF."""
        data = (
            text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
        )
        try:
            self.process.stdout.write(data)
        except (BrokenPipeError, OSError):
            raise EOFError from None

    async def key(self) -> str:
        """One key."""
        try:
            data = await self.process.stdin.read(1)
        except asyncssh.BreakReceived:
            data = b"\x03"
        except asyncssh.SignalReceived:
            data = b"\x03"
        except asyncssh.TerminalSizeChanged:
            return await self.key()
        except (OSError, asyncssh.Error):
            raise EOFError from None
        if not data:
            raise EOFError
        if data == b"\x03":
            self.server.ctrl_c += 1
            self.put("^C\n")
            raise CtrlC
        return data.decode("latin-1")

    async def line(self, *, echo: bool = True) -> str:
        """A line that the client typed."""
        typed = ""
        while (key := await self.key()) not in self.cli.enter:
            typed += key if key != "\n" else ""
        typed = typed.encode("latin-1").decode("utf-8", "replace")
        if echo:
            self._echo(typed)
        self.server.typed.append(typed)
        return typed

    def _echo(self, typed: str) -> None:
        prompt = self.cli.prompt
        forms = {
            "none": "",
            "plain": f"{typed}\n",
            "prompt": f"\r{prompt}{typed}\n",
            "escapes": f"\x1b[?2004l{typed[:3]}\x1b[K{typed[3:]}\n",
            "wrapped": "".join(f"{typed[i : i + 20]} \r" for i in range(0, len(typed), 20)) + "\n",
            "double": f"{typed}\n{prompt}{typed}\n",
            "crcrlf": f"{typed}\r\n",
        }
        self.put(forms[self.cli.echo])

    async def run(self) -> None:
        """The whole session."""
        try:
            for step in self.cli.before_prompt:
                await step(self)
            while not self.ended_with_exit:
                self.put(self.cli.prompt)
                await self._command()
        except (EOFError, CtrlC):
            pass
        finally:
            self.server.ended.append("exit" if self.ended_with_exit else "dropped")
            self.process.exit(0)

    async def _command(self) -> None:
        try:
            line = await self.line()
            self.lines.append(line)
            self.server.commands.append(line)
            if line == "exit" and self.cli.exits:
                self.ended_with_exit = True
                return
            await self.answer(line)
        except CtrlC:
            return

    async def answer(self, line: str) -> None:
        """What a command prints."""
        if line == "terminal length 0" and line not in self.cli.commands:
            if not self.cli.terminal_length:
                self.put("                ^\n% invalid command detected at '^' marker.\n")
            self._paging = not self.cli.terminal_length
            return
        known = self.cli.commands.get(line)
        if known is None:
            if line.strip():
                self.put("     ^\n% invalid command detected at '^' marker.\n")
        elif isinstance(known, str):
            await self.paged(known)
        else:
            await known(self)

    async def paged(self, text: str) -> None:
        """Print with the pager, if there is one and it is on."""
        if not (self.cli.page and self._paging):
            self.put(text)
            return
        lines = text.splitlines(keepends=True)
        shown = 0
        while shown < len(lines):
            self.put("".join(lines[shown : shown + self.cli.page]))
            shown += self.cli.page
            if shown < len(lines):
                await self._page_break()

    async def _page_break(self) -> None:
        self.put(self.cli.pager)
        while True:
            key = await self.key()
            self.server.pager_keys += key
            if key == "q":
                raise CtrlC
            if key in self.cli.enter or not self.cli.enter_only_pager:
                break
        self.put(self.cli.erase.encode())


class CliServer:
    """A listening server, what it was sent, and ways to be nasty to its connections."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.port = 0
        self.commands: list[str] = []
        self.typed: list[str] = []
        self.ended: list[str] = []
        self.passwords: list[str] = []
        self.connections: list[asyncssh.SSHServerConnection] = []
        self.terminals: list[tuple[Any, Any]] = []
        self.ctrl_c = 0
        self.pager_keys = ""
        self.open_sessions = 0
        self.host_key: asyncssh.SSHKey | None = None
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self, host_keys: list[asyncssh.SSHKey], **options: Any) -> None:
        """Listen on a free loopback port."""
        self.host_key = host_keys[0]
        self._acceptor = await asyncssh.listen(
            options.pop("host", "127.0.0.1"),
            options.pop("port", 0),
            server_host_keys=host_keys,
            server_factory=lambda: _Server(self),
            process_factory=self._session,
            line_editor=False,
            encoding=None,
            **options,
        )
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

    async def _session(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.terminals.append((process.get_terminal_type(), process.get_terminal_size()[:2]))
        self.open_sessions += 1
        try:
            await Session(self, process).run()
        finally:
            self.open_sessions -= 1


class _Server(asyncssh.SSHServer):
    def __init__(self, owner: CliServer) -> None:
        self.owner = owner
        self.cli = owner.cli
        self._connection: asyncssh.SSHServerConnection | None = None
        self._round = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.owner.connections.append(conn)
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        if self.cli.auth_banner and self._connection:
            self._connection.send_auth_banner(self.cli.auth_banner)
        if self.cli.on_auth and self._connection:
            self.cli.on_auth(self._connection)
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
        session.put(question)
        while (await session.line()) not in accepted:
            session.put(again + question)

    return handler


def steps(*handlers: Handler) -> Handler:
    """One after the other."""

    async def handler(session: Session) -> None:
        for one in handlers:
            await one(session)

    return handler


async def hang(session: Session) -> None:
    """Say nothing until Ctrl-C."""
    while True:
        await session.key()


async def hang_hard(session: Session) -> None:
    """Ignore even Ctrl-C."""
    while True:
        try:
            await session.key()
        except CtrlC:
            continue
