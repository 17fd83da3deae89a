"""SSH connections to a node, through jump hosts if need be. Slow to import: do it in a worker thread."""

import asyncio
import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import asyncssh

from tofutui.appliance.cli.shell_context import Say
from tofutui.appliance.cli.ssh_channels import ShellWire, TunnelSession
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.questions import Asker
from tofutui.appliance.ssh import client_connection, error_messages
from tofutui.appliance.ssh.credentials import AskedPassword, JumpPasswords, PasswordSource
from tofutui.appliance.ssh.login_rounds import HostKeys, ServerLogin, Surroundings
from tofutui.appliance.ssh.ssh_key_file import KeyFile, Keys
from tofutui.appliance.ssh.ssh_target import Place, parse_jump, survey, survey_node, surveyed
from tofutui.appliance.tap import Tap
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings

logging.getLogger("asyncssh").addHandler(logging.NullHandler())
client_connection.install()

TERMINAL_SIZE = (511, 1000)
"""Columns and lines: wide enough that no row is wrapped."""
_DEEPEST = 5


@dataclass(slots=True)
class SshLink:
    """A logged-in connection, the jump hosts before it, and the shell on it."""

    place: Place
    connection: asyncssh.SSHClientConnection
    tunnels: list[asyncssh.SSHClientConnection]
    fingerprint: str
    wire: ShellWire = field(default_factory=ShellWire)

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone."""
        return self.connection.is_closed() or self.wire.is_closed

    async def close(self, seconds: float) -> None:
        """Close everything, the node first; what does not close in time is dropped."""
        for connection in (self.connection, *reversed(self.tunnels)):
            connection.close()
            try:
                async with asyncio.timeout(seconds):
                    await connection.wait_closed()
            finally:
                connection.abort()

    async def dial(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """A TCP connection from the last jump host.

        Raises:
            OSError: the jump host could not connect; its text is the jump host's.
        """
        if not self.tunnels:
            raise OSError("this session has no jump host")
        try:
            _, session = await self.tunnels[-1].create_connection(
                lambda: TunnelSession(factory), endpoint.host, endpoint.port
            )
        except asyncssh.ChannelOpenError as error:
            raise error_messages.dial_error(error) from error
        except asyncssh.Error as error:
            raise ConnectionResetError(errno.ECONNRESET, f"jump host: {safe(error.reason)}") from error
        assert isinstance(session, TunnelSession)
        assert session.transport is not None
        return session.transport, session.protocol


class Connector:
    """Makes links to one node. What was accepted or typed once is kept for the next link."""

    def __init__(
        self,
        settings: NodeSettings,
        asker: Asker,
        password: PasswordSource,
        jump_passwords: JumpPasswords,
        timings: Timings,
        say: Say,
        tap: Tap | None = None,
    ) -> None:
        self._settings = settings
        self._tap = tap
        self._asker = asker
        self._password = password
        self._timings = timings
        self._say = say
        self._jump_passwords = jump_passwords
        self._key_file = KeyFile(settings, asker)
        host_keys = HostKeys(settings.role, asker, say)
        self._surroundings = Surroundings(settings, asker, timings, host_keys, say)

    async def link(self) -> SshLink:
        """Connect, log in and start a shell.

        Raises:
            ApplianceError: one of its subclasses, naming the host that failed.
        """
        settings = self._settings
        place = await surveyed(survey_node, settings)
        tunnels: list[asyncssh.SSHClientConnection] = []
        link: SshLink | None = None
        try:
            jump = settings.jump or (None if place.command else place.jump)
            if jump:
                await self._jump(jump, tunnels, depth=1)
            link = await self._log_in_to_node(place, tunnels)
            await self._start_shell(link)
        except BaseException:
            with suppress(TimeoutError):
                await _drop(link, tunnels)
            raise
        return link

    async def _jump(self, jump: str, tunnels: list[asyncssh.SSHClientConnection], depth: int) -> None:
        """Log in to one jump host after the other, each through those before it."""
        if depth > _DEEPEST:
            raise ApplianceError(f"jump: {self._settings.host} is behind more than {_DEEPEST} nested jumps")
        for hop in parse_jump(jump):
            place = await surveyed(survey, hop.host, hop.port, hop.username, self._settings.known_hosts)
            if place.jump and not tunnels:
                await self._jump(place.jump, tunnels, depth + 1)
            memory = self._jump_passwords.of(f"{place.username}@{place.address}")
            source = AskedPassword(self._settings.role, place.host, self._asker, memory)
            tunnel = tunnels[-1] if tunnels else None
            login = ServerLogin(self._surroundings, place, source, tunnel, keys=Keys(), is_jump=True)
            try:
                tunnels.append(await login.run())
                login.take_facts()
            except ApplianceError as error:
                error.message = error_messages.of_jump_host(error.message)
                raise
            self._say("note", f"connected to the jump host {place.address} as {place.username}")

    async def _log_in_to_node(self, place: Place, tunnels: list[asyncssh.SSHClientConnection]) -> SshLink:
        keys = await self._key_file.load()
        tunnel = tunnels[-1] if tunnels else None
        login = ServerLogin(self._surroundings, place, self._password, tunnel, keys=keys)
        connection = await login.run()
        key = connection.get_server_host_key()
        fingerprint = key.get_fingerprint("sha256") if key else ""
        self._say("note", f"connected to {place.address} as {place.username}, host key {fingerprint}")
        facts = login.take_facts()
        if self._tap and facts:
            self._tap.connected(facts)
        return SshLink(place, connection, tunnels, fingerprint, ShellWire(self._tap))

    async def _start_shell(self, link: SshLink) -> None:
        try:
            async with asyncio.timeout(self._timings.login):
                await link.connection.create_session(
                    lambda: link.wire,
                    None,
                    env=None,
                    send_env=None,
                    request_pty="force",
                    term_type="vt100",
                    term_size=TERMINAL_SIZE,
                    x11_forwarding=False,
                    encoding=None,
                )
        except asyncssh.ChannelOpenError as error:
            raise error_messages.no_session(link.place, link.connection, error) from error
        except asyncssh.Error as error:
            raise ApplianceError(f"{link.place.address}: the connection was lost: {error.reason}") from error
        except TimeoutError:
            raise ApplianceError(
                f"{link.place.address} gave no shell within {self._timings.login:g} s"
            ) from None


async def _drop(link: SshLink | None, tunnels: list[asyncssh.SSHClientConnection]) -> None:
    if link:
        await link.close(1.0)
        return
    for tunnel in reversed(tunnels):
        tunnel.abort()
        await tunnel.wait_closed()
