"""SSH connections to a node, through jump hosts if need be. Slow to import: do it in a worker thread."""

import asyncio
import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from socket import socket

import asyncssh

from tofutui.appliance.cli.shell_context import Say
from tofutui.appliance.cli.ssh_channels import ShellWire, TunnelSession
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.questions import Asker, HostKeyQuestion
from tofutui.appliance.ssh import error_messages, hostkeys, undecodable
from tofutui.appliance.ssh.algorithms import Offer
from tofutui.appliance.ssh.credentials import AskedPassword, JumpPasswords, PasswordSource
from tofutui.appliance.ssh.diagnosis import explain_hang_up
from tofutui.appliance.ssh.eyeballs import connect_first
from tofutui.appliance.ssh.hostkeys import KnownKeys, Standing
from tofutui.appliance.ssh.login import Attempt, LoginClock
from tofutui.appliance.ssh.ssh_key_file import FILES_WITHIN, KeyFile, Keys, finds_rsa
from tofutui.appliance.ssh.ssh_target import Place, parse_jump, survey, survey_node, surveyed
from tofutui.system.background import within
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings

logging.getLogger("asyncssh").addHandler(logging.NullHandler())
undecodable.install()

TERMINAL_SIZE = (511, 1000)
"""Columns and lines: wide enough that no row is wrapped."""
_ROUNDS = 5
"""Connections for one login at most: one refused for its host key, one for its long lists, one too slow, one
for the signatures of its RSA key."""
_DEEPEST = 5


@dataclass(slots=True)
class Link:
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
    ) -> None:
        self._settings = settings
        self._asker = asker
        self._password = password
        self._timings = timings
        self._say = say
        self._jump_passwords = jump_passwords
        self._key_file = KeyFile(settings, asker)
        self._accepted: dict[tuple[str, int], list[asyncssh.SSHKey]] = {}

    async def link(self) -> Link:
        """Connect, log in and start a shell.

        Raises:
            ApplianceError: one of its subclasses, naming the host that failed.
        """
        settings = self._settings
        place = await surveyed(survey_node, settings)
        tunnels: list[asyncssh.SSHClientConnection] = []
        link: Link | None = None
        try:
            jump = settings.jump or (None if place.has_command else place.jump)
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
            login = Login(self, place, source, tunnels[-1] if tunnels else None, keys=Keys())
            try:
                tunnels.append(await login.run())
            except ApplianceError as error:
                error.message = error_messages.of_jump_host(error.message)
                raise
            self._say("note", f"connected to the jump host {place.address} as {place.username}")

    async def _log_in_to_node(self, place: Place, tunnels: list[asyncssh.SSHClientConnection]) -> Link:
        keys = await self._key_file.load()
        login = Login(self, place, self._password, tunnels[-1] if tunnels else None, keys=keys)
        connection = await login.run()
        key = connection.get_server_host_key()
        fingerprint = key.get_fingerprint("sha256") if key else ""
        self._say("note", f"connected to {place.address} as {place.username}, host key {fingerprint}")
        return Link(place, connection, tunnels, fingerprint)

    async def _start_shell(self, link: Link) -> None:
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
            raise error_messages.no_session(link.place, error) from error
        except asyncssh.Error as error:
            raise ApplianceError(f"{link.place.address}: the connection was lost: {error.reason}") from error
        except TimeoutError:
            raise ApplianceError(
                f"{link.place.address} gave no shell within {self._timings.login:g} s"
            ) from None

    def known_keys(self, place: Place) -> KnownKeys:
        """What is on file, and what was accepted in this run. Reads files: for a worker thread."""
        known = hostkeys.look_up(place.known_hosts, place.key_name, place.key_port)
        return known.and_keys(self._accepted.get((place.key_name, place.key_port), ()))

    async def accept(self, place: Place, attempt: Attempt, known: KnownKeys) -> None:
        """Ask about an unknown key and write it down.

        Raises:
            ApplianceError: it is changed or revoked, or was not accepted.
        """
        key = attempt.key
        if key is None or attempt.standing is not Standing.UNKNOWN:
            raise error_messages.host_key_refused(place, attempt, ())
        file = place.known_hosts[0]
        fingerprint, kind = key.get_fingerprint("sha256"), key.get_algorithm()
        question = HostKeyQuestion(
            self._settings.role, place.host, place.port, kind, fingerprint, file, known.types
        )
        if not await self._asker.accept_host_key(question):
            raise error_messages.host_key_refused(place, attempt, known.types)
        self._accepted.setdefault((place.key_name, place.key_port), []).append(key)
        try:
            await within(FILES_WITHIN, str(file), hostkeys.append, file, place.key_name, place.key_port, key)
        except OSError as error:
            self._say("error", f"the accepted host key could not be written to {file}: {error.strerror}")
        else:
            self._say(
                "note", f"host key of {place.address} accepted: {kind} {fingerprint}; written to {file}"
            )

    @property
    def settings(self) -> NodeSettings:
        """The node's."""
        return self._settings

    @property
    def asker(self) -> Asker:
        """Who is asked."""
        return self._asker

    @property
    def timings(self) -> Timings:
        """The waits."""
        return self._timings


class Login:
    """One login to one server, in as many connections as its host key and its quirks need."""

    def __init__(
        self,
        connector: Connector,
        place: Place,
        source: PasswordSource,
        tunnel: asyncssh.SSHClientConnection | None,
        *,
        keys: Keys,
    ) -> None:
        self._connector = connector
        self._place = place
        self._source = source
        self._tunnel = tunnel
        self._keys = keys
        self._offer = Offer(legacy=connector.settings.legacy_ssh)
        self._resumed = False

    async def run(self) -> asyncssh.SSHClientConnection:
        """The logged-in connection; a password that was refused is never sent again."""
        try:
            return await self._run()
        finally:
            self._source.end()

    async def _run(self) -> asyncssh.SSHClientConnection:
        for _ in range(_ROUNDS):
            known = await self._known_keys()
            attempt = self._attempt(known)
            try:
                connection = await self._connect(attempt, known)
            except asyncssh.HostKeyNotVerifiable:
                await self._connector.accept(self._place, attempt, known)
            except (asyncssh.Error, OSError, TimeoutError, ValueError) as error:
                if not await self._may_go_on(attempt, error):
                    failure = await self._failure(attempt, error)
                    attempt.forget()
                    raise failure from error
            else:
                if attempt.sent_password is not None:
                    self._source.was_accepted(attempt.sent_password)
                attempt.forget()
                return connection
        raise error_messages.host_key_refused(self._place, attempt, ())

    async def _known_keys(self) -> KnownKeys:
        try:
            return await within(FILES_WITHIN, "known_hosts", self._connector.known_keys, self._place)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise ApplianceError(f"known_hosts: {where}{error.strerror}") from error

    def _attempt(self, known: KnownKeys) -> Attempt:
        role, asker = self._connector.settings.role, self._connector.asker
        place = self._place
        return Attempt(
            role, place.host, place.username, known, self._source, asker, keys_first=self._may_sign_anew
        )

    @property
    def _may_sign_anew(self) -> bool:
        """Whether the session's own key can still be tried with SHA-1 signatures, before any password."""
        return self._keys.is_rsa and not self._offer.sha1_signatures

    async def _connect(self, attempt: Attempt, known: KnownKeys) -> asyncssh.SSHClientConnection:
        timings = self._connector.timings
        place = self._place
        sock: socket | None = None
        try:
            async with asyncio.timeout(timings.connect) as scope:
                attempt.clock = LoginClock(scope, timings)
                if self._tunnel is None and place.family is not None and not place.has_command:
                    sock = await connect_first(place.host, place.port, place.family)
                return await asyncssh.connect(
                    place.given,
                    place.port,
                    username=place.username,
                    sock=sock,
                    tunnel=self._tunnel,
                    client_factory=lambda: attempt,
                    known_hosts=(
                        [],
                        list(known.authorities),
                        list(known.revoked) if known.authorities else [],
                    ),
                    **self._keys.options(),
                    connect_timeout=None,
                    login_timeout=0,
                    keepalive_interval=timings.keepalive,
                    keepalive_count_max=4,
                    compression_algs=None,
                    agent_forwarding=False,
                    x11_forwarding=False,
                    **self._offer.options(place, known.types, certificates=bool(known.authorities)),
                )
        except BaseException as error:
            if sock is not None:
                sock.close()
            if isinstance(error, asyncio.CancelledError) and attempt.question:
                attempt.question.cancel()
            if isinstance(error, ConnectionError) and attempt.connection is not None:
                raise asyncssh.ConnectionLost(str(error)) from error
            raise

    async def _may_go_on(self, attempt: Attempt, error: Exception) -> bool:
        """Whether another connection may help: never after a password was sent."""
        if attempt.sent_password is not None or attempt.error:
            return False
        if attempt.question and not self._resumed:
            self._resumed = True
            await attempt.question
            return True
        if isinstance(error, asyncssh.PermissionDenied) and await self._signs_anew():
            return True
        in_hello = isinstance(error, asyncssh.ConnectionLost) and attempt.saw_hello and attempt.key is None
        if in_hello and not self._offer.short:
            self._offer = replace(self._offer, short=True)
            return True
        return False

    async def _signs_anew(self) -> bool:
        """Whether to sign with SHA-1 now: some servers announce rsa-sha2 and refuse it."""
        if self._offer.sha1_signatures or not (self._keys.is_rsa or await finds_rsa(self._keys, self._place)):
            return False
        self._offer = replace(self._offer, sha1_signatures=True)
        return True

    async def _failure(self, attempt: Attempt, error: Exception) -> ApplianceError:
        place, timings = self._place, self._connector.timings
        if attempt.question:
            attempt.question.cancel()
        if attempt.sent_password is not None and attempt.was_refused_by(error):
            self._source.was_refused(attempt.sent_password)
        lost = isinstance(error, asyncssh.ConnectionLost)
        match error:
            case asyncssh.ChannelOpenError():
                failure = error_messages.tunnel_refused(place, error)
            case asyncssh.PermissionDenied():
                failure = error_messages.login_refused(place, attempt)
            case asyncssh.KeyExchangeFailed():
                failure = error_messages.key_exchange_failed(place, error, legacy=self._offer.legacy)
            case asyncssh.DisconnectError() if not attempt.saw_hello or (lost and attempt.key is None):
                failure = await explain_hang_up(place, self._tunnel, self._offer, timings.connect)
            case asyncssh.DisconnectError():
                failure = error_messages.hung_up(place, attempt, error)
            case TimeoutError():
                failure = error_messages.timed_out(place, attempt, timings.connect, timings.login)
            case OSError():
                failure = error_messages.unreachable(place, error)
            case _:
                failure = ApplianceError(f"{place.address}: {safe(str(error))}")
        return failure


async def _drop(link: Link | None, tunnels: list[asyncssh.SSHClientConnection]) -> None:
    if link:
        await link.close(1.0)
        return
    for tunnel in reversed(tunnels):
        tunnel.abort()
        await tunnel.wait_closed()
