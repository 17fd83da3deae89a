"""A node of the pair as typed commands over one connection and one shell."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from tofutui.appliance.cli.command_output import Order
from tofutui.appliance.cli.command_queue import Turns
from tofutui.appliance.cli.shell import Shell
from tofutui.appliance.cli.shell_context import LogKind
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError, LinkLost, Withheld
from tofutui.appliance.loading import load_connection
from tofutui.appliance.questions import Asker
from tofutui.appliance.ssh.credentials import SECRETS, JumpPasswords, NodePassword, PairPassword
from tofutui.appliance.tap import Tap
from tofutui.tofu.base.text import safe_lines
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.site.endpoint import Endpoint, is_delete_command, safe_repr
from tofutui.tofu.site.session import NodeSettings, Role

if TYPE_CHECKING:
    from tofutui.appliance.ssh.connection import Connector, SshLink

_STOP_WITHIN = 0.4
"""Seconds that a command under way has to end once it is cancelled."""
_T = TypeVar("_T")


_LOGGED = 2_000
"""Characters of a line of the command log."""
_REPLACED = "the connection over which this was checked is closed"


@dataclass(frozen=True, slots=True, eq=False)
class Login:
    """A link that may be used: its host key, the host name at its prompt and the prompt itself are known."""

    link: "SshLink"
    shell: Shell

    @property
    def is_usable(self) -> bool:
        """Whether another command may be tried."""
        return self.shell.is_usable and not self.link.is_closed


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the command log. It never holds a secret, and its text is safe to show."""

    at: datetime
    role: Role
    kind: LogKind
    text: str


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """What a command printed: no echo, no prompt, no control sequences, lines ended by line feeds."""

    command: str
    text: str
    started: datetime
    ended: datetime


class Node:
    """One node: one login, one shell, one command at a time, deletions first.

    Nodes that share ``jump_passwords`` ask for the password of a common jump host once; those that share
    ``pair_password`` offer what was typed for one node when the other one asks.
    Every method but `close` raises a subclass of `tofutui.appliance.errors.ApplianceError` when it fails.
    """

    def __init__(
        self,
        settings: NodeSettings,
        asker: Asker,
        *,
        log: Callable[[LogLine], None],
        clock: Callable[[], datetime],
        timings: Timings | None = None,
        jump_passwords: JumpPasswords | None = None,
        pair_password: PairPassword | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.settings = settings
        self._tap = tap
        self.hostname: str | None = None
        """As the prompt of the last usable link showed it; changes only together with the link."""
        self.host_key: str | None = None
        """``SHA256:…`` of the key that the node showed on that link."""
        self.notices: tuple[str, ...] = ()
        """What the node printed at the last login that matters on the screen (another user is logged in)."""
        self.unknown: list[str] = []
        """What it printed on the last link, or on the way to one, that is not an answer and is not known."""
        self.on_lost: Callable[[], None] = lambda: None
        """Called when the connection is lost, also while no command runs."""
        self.on_met: Callable[[], None] = lambda: None
        """Called when host name and host key of a new link are known, before anybody can use it."""
        self._asker = asker
        self._log, self._clock = log, clock
        self._timings = timings or Timings()
        self._password = NodePassword(
            settings, asker, SECRETS, timeout=self._timings.password_command, pair=pair_password
        )
        self._jump_passwords = jump_passwords or JumpPasswords()
        self._turns, self._connecting = Turns(), asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._connector: Connector | None = None
        self._login: Login | None = None
        self.listed_over: Login | None = None
        """The link over which the last whole list came: what a deletion was checked on."""
        self._closing: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a link that a command can be sent over."""
        return self._login is not None and self._login.is_usable

    @property
    def login(self) -> Login | None:
        """The link that is up, to be compared by identity; None without one."""
        return self._login if self.connected else None

    @property
    def has_jump(self) -> bool:
        """Whether the current link goes through a jump host, be it the session's or `ProxyJump`'s."""
        login = self.login
        return login is not None and bool(login.link.tunnels)

    async def connect(self) -> None:
        """Log in and wait for the first prompt; nothing happens if that was done.

        Raises:
            ApplianceError: each reason its own subclass. A refused login is not retried automatically, and
                a password that was refused is not sent a second time by a later call.
        """
        async with self._connecting:
            if not self.connected:
                await self._guarded(self._connect())

    async def listcerts(
        self, on_text: Callable[[str], None] | None = None, *, urgent: bool = False
    ) -> CommandOutput:
        """The table; ``on_text`` gets whole lines as they arrive. ``urgent`` goes before other reads."""
        return await self._read(self._ncs(Command.LISTCERTS), on_text, urgent=urgent)

    def time_of_listing(self, now: datetime) -> datetime | None:
        """When a listing that ended at ``now`` was taken (UTC); None where that is not known."""
        return now

    async def show_clock(self) -> CommandOutput:
        """The node's own time."""
        return await self._read(self._plain(Command.CLOCK))

    async def show_version(self) -> CommandOutput:
        """Product and version."""
        return await self._read(self._plain(Command.VERSION))

    async def ha_status(self) -> CommandOutput:
        """Role and state of the pair as this node sees it."""
        return await self._read(self._ncs(Command.HA_STATUS))

    async def deletecert(
        self, command: str, *, unless: Callable[[], str | None] = lambda: None, on: Login | None = None
    ) -> CommandOutput:
        """Send the command that was confirmed; at most once, and only over the link on which it was checked.

        ``unless`` is asked right before the command is typed, with nothing awaited in between: a sentence
        stops it. ``on`` is the link of the checks, `listed_over` at their time (default: the one up now).

        Raises:
            ValueError: it is not the command that deletes one row with a plain key.
            Withheld: ``unless`` said why not, or the link was replaced while the command waited.
            Interrupted: one of its subclasses; ``sent`` says whether the node got the command.
        """
        if not is_delete_command(command):
            raise ValueError(f"{safe_repr(command)} is not a deletion of a plain key")
        order = self._ncs(command, confirm=True)
        checked_on = on or self.login

        def last_word() -> str | None:
            return unless() if self._login is checked_on else _REPLACED

        async with self._turns.take(urgent=True):
            if checked_on is not None and self._login is not checked_on:
                raise Withheld(_REPLACED, sent=False)
            return await self._run(order, None, last_word)

    async def dial(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """A TCP connection from the node's jump host, over the current connection (``via = "jump"``).

        Raises:
            OSError: not connected, no jump host, or it could not connect.
        """
        if self._login is None or self._login.link.is_closed:
            raise OSError("the jump host is not connected")
        return await self._login.link.dial(factory, endpoint)

    async def close(self) -> None:
        """Leave with `exit` and close, for good; may be called at any time, and again.

        What still runs ends with `LinkLost`. Cancelling the caller does not stop the leaving.
        """
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _connect(self) -> None:
        if self._login is not None:
            await self._drop(self._login)
        if self._connector is None:
            await self._load_connector()
        assert self._connector is not None
        login: Login | None = None
        self.unknown = []
        try:
            link = await self._connector.link()
            shell = Shell(link.wire, self.settings, self._asker, self._timings, self._say)
            login = Login(link, shell)
            self.unknown = shell.unknown
            await shell.open()
            self._publish(login)
        except BaseException as error:
            if isinstance(error, ApplianceError):
                self._say("error", str(error))
            if login is not None:
                await self._leave(login)
            raise

    def _publish(self, login: Login) -> None:
        """Take over who answers at the other end, then let the link be used; nothing happens in between."""
        host = self.settings.host
        if not login.link.fingerprint:
            raise ApplianceError(f"{host} showed no host key")
        if not login.is_usable:
            raise LinkLost(f"the connection to {host} was lost", sent=False)
        self.hostname = login.shell.hostname
        self.notices = (*login.link.place.unread, *login.shell.notices)
        self.host_key = login.link.fingerprint
        self.on_met()
        login.link.wire.on_end = self._link_ended
        self._login = login

    def _link_ended(self) -> None:
        if not self._tasks:  # a running command reports it
            self._say("error", f"the connection to {self.settings.host} was lost")
        self.on_lost()

    async def _load_connector(self) -> None:
        module = await asyncio.to_thread(load_connection)
        self._connector = module.Connector(
            self.settings,
            self._asker,
            self._password,
            self._jump_passwords,
            self._timings,
            self._say,
            self._tap,
        )

    async def _read(
        self, order: Order, on_text: Callable[[str], None] | None = None, *, urgent: bool = False
    ) -> CommandOutput:
        await self.connect()
        async with self._turns.take(urgent=urgent):
            return await self._run(order, on_text)

    async def _run(
        self,
        order: Order,
        on_text: Callable[[str], None] | None,
        unless: Callable[[], str | None] = lambda: None,
    ) -> CommandOutput:
        login = self._login
        if login is None or not login.is_usable:
            raise LinkLost(f"{self.settings.host} is not connected", sent=False)
        started, shell = self._clock(), login.shell
        shell.sent = False
        try:
            text = await self._guarded(shell.run(order, on_text, unless), shell)
        except ApplianceError as error:
            self._say("error", str(error))
            if not login.is_usable:
                await self._drop(login)
            raise
        if order.command == Command.LISTCERTS:
            self.listed_over = login
        return CommandOutput(order.command, text, started, self._clock())

    async def _guarded(self, work: Coroutine[Any, Any, _T], shell: Shell | None = None) -> _T:
        """Run in a task that `close` can end; what it ends is a lost link to whoever waits."""
        if self._closing is not None:
            work.close()
            raise self._closed(sent=False)
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if self._closing is None or (current and current.cancelling()):
                raise
            raise self._closed(sent=shell is not None and shell.sent) from None

    def _closed(self, *, sent: bool) -> LinkLost:
        return LinkLost(f"the connection to {self.settings.host} was closed by this program", sent=sent)

    async def _close(self) -> None:
        running = list(self._tasks)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=_STOP_WITHIN)
        try:
            if self._login is not None:
                await self._leave(self._login)
        finally:
            self._password.forget()
            self._connector = None  # it holds what opens the key file

    async def _leave(self, login: Login) -> None:
        """`exit`, and close; as much of it as the link still allows."""
        login.link.wire.on_end = lambda: None
        try:
            await login.shell.leave()
        finally:
            await self._drop(login)

    async def _drop(self, login: Login) -> None:
        """Close this link; another one that took its place stays."""
        if self._login is login:
            self._login = None
        login.link.wire.on_end = lambda: None
        with suppress(TimeoutError):
            await login.link.close(self._timings.exit)

    def _ncs(self, command: str, *, confirm: bool = False) -> Order:
        return Order(command=command, total=self.settings.command_timeout, confirm=confirm)

    def _plain(self, command: str) -> Order:
        return Order(command=command, total=self._timings.command_total, idle=self._timings.command_idle)

    def _say(self, kind: LogKind, text: str) -> None:
        cut = text[_LOGGED:].count("\n")
        kept = text[:_LOGGED] + (f"\n… {cut} more lines, not kept" if cut else "")
        self._log(LogLine(self._clock(), self.settings.role, kind, safe_lines(kept).rstrip("\n")))
