"""One login to one server, in as many connections as its host key and its quirks need."""

import asyncio
from dataclasses import dataclass, replace
from socket import socket

import asyncssh

from tofutui.appliance.cli.shell_context import Say
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.questions import Asker, HostKeyQuestion
from tofutui.appliance.ssh import error_messages, hostkeys
from tofutui.appliance.ssh.algorithms import Offer
from tofutui.appliance.ssh.credentials import PasswordSource
from tofutui.appliance.ssh.diagnosis import explain_hang_up, hello_of, not_ssh
from tofutui.appliance.ssh.hello import Algorithms
from tofutui.appliance.ssh.hostkeys import KnownKeys, Standing
from tofutui.appliance.ssh.login import LoginAttempt, LoginClock
from tofutui.appliance.ssh.ssh_key_file import FILES_WITHIN, Keys, finds_rsa
from tofutui.appliance.ssh.ssh_target import Place
from tofutui.appliance.tap import LinkFacts
from tofutui.system.background import within
from tofutui.system.connection_program import ConnectionProgram
from tofutui.system.dial import connect_first
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import NodeSettings, Role

_ROUNDS = 6
"""Connections for one login at most: one refused for its host key, one for its certificate, one for its long
lists, one too slow, one for the signatures of its RSA key."""


class HostKeys:
    """What is known of servers' keys, and what a person accepted in this run."""

    def __init__(self, role: Role, asker: Asker, say: Say) -> None:
        self._role = role
        self._asker = asker
        self._say = say
        self._accepted: dict[tuple[str, int], list[asyncssh.SSHKey]] = {}

    async def known(self, place: Place) -> KnownKeys:
        """What is on file, and what was accepted in this run.

        Raises:
            ApplianceError: a file cannot be read in time.
        """
        try:
            on_file = await within(
                FILES_WITHIN,
                "known_hosts",
                hostkeys.look_up,
                place.known_hosts,
                place.key_name,
                place.key_port,
            )
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise ApplianceError(f"known_hosts: {where}{error.strerror}") from error
        return on_file.and_keys(self._accepted.get((place.key_name, place.key_port), ()))

    async def accept(self, place: Place, attempt: LoginAttempt, known: KnownKeys, why_plain: str) -> None:
        """Ask about an unknown key and write it down.

        ``why_plain`` says why the server's certificate does not count; "" if it showed none.

        Raises:
            ApplianceError: it is changed or revoked, or was not accepted.
        """
        key = attempt.key
        if key is None or attempt.standing is not Standing.UNKNOWN:
            raise error_messages.host_key_refused(place, attempt, (), why_plain)
        file = place.known_hosts[0]
        fingerprint, kind = key.get_fingerprint("sha256"), key.get_algorithm()
        question = HostKeyQuestion(self._role, place.host, place.port, kind, fingerprint, file, known.types)
        if not await self._asker.accept_host_key(question):
            raise error_messages.host_key_refused(place, attempt, known.types, why_plain)
        self._accepted.setdefault((place.key_name, place.key_port), []).append(key)
        try:
            await within(FILES_WITHIN, str(file), hostkeys.append, file, place.key_name, place.key_port, key)
        except OSError as error:
            self._say("error", f"the accepted host key could not be written to {file}: {error.strerror}")
        else:
            self._say(
                "note", f"host key of {place.address} accepted: {kind} {fingerprint}; written to {file}"
            )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all logins on the way to one node share."""

    settings: NodeSettings
    asker: Asker
    timings: Timings
    host_keys: HostKeys
    say: Say


class ServerLogin:
    """One login to one server: the node, or a jump host on the way to it."""

    def __init__(
        self,
        surroundings: Surroundings,
        place: Place,
        source: PasswordSource,
        tunnel: asyncssh.SSHClientConnection | None,
        *,
        keys: Keys,
        is_jump: bool = False,
    ) -> None:
        self._around = surroundings
        self._place = replace(place, command="") if tunnel is not None else place
        self._source = source
        self._tunnel = tunnel
        self._keys = keys
        self._cures = error_messages.OF_JUMP_HOST if is_jump else error_messages.OF_NODE
        self._offer = Offer(legacy=surroundings.settings.legacy_ssh)
        self._why_plain = ""
        """Why the server's host certificate does not count; "" if it showed none."""
        self._ours = Algorithms()
        """What was offered first, before any list was shortened."""
        self._resumed = False
        self._program: ConnectionProgram | None = None
        self._facts: LinkFacts | None = None

    async def run(self) -> asyncssh.SSHClientConnection:
        """The logged-in connection; a password that was refused is never sent again.

        Raises:
            ApplianceError: one of its subclasses.
        """
        try:
            return await self._run()
        finally:
            self._source.end()

    def take_facts(self) -> LinkFacts | None:
        """How SSH was agreed on, once it was; they hold a password, so that they are not kept here."""
        facts, self._facts = self._facts, None
        return facts

    async def _run(self) -> asyncssh.SSHClientConnection:
        for _ in range(_ROUNDS):
            known = await self._around.host_keys.known(self._place)
            attempt = self._attempt(known)
            try:
                connection = await self._connect(attempt, known)
            except (asyncssh.Error, OSError, TimeoutError, ValueError) as error:
                await self._take_up(attempt, known, error)
            else:
                if attempt.sent_password is not None:
                    self._source.was_accepted(attempt.sent_password)
                self._facts = attempt.facts(connection)
                attempt.forget()
                attempt.on_lost = self._end_program
                return connection
        raise error_messages.host_key_refused(self._place, attempt, (), self._why_plain)

    async def _take_up(self, attempt: LoginAttempt, known: KnownKeys, error: Exception) -> None:
        """Make the next connection different from this one, or say why the login failed."""
        if attempt.connection is not None and not self._offer.short:
            self._ours = attempt.connection.ours
        try:
            if not await self._may_go_on(attempt, known, error):
                failure = await self._failure(attempt, error)
                attempt.forget()
                raise failure from error
        finally:
            self._end_program()

    def _end_program(self) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.end()

    def _attempt(self, known: KnownKeys) -> LoginAttempt:
        place, around = self._place, self._around
        return LoginAttempt(
            around.settings.role,
            place.host,
            place.username,
            known,
            self._source,
            around.asker,
            keys_first=self._may_sign_with_sha1,
        )

    @property
    def _may_sign_with_sha1(self) -> bool:
        """Whether the session's own key can still be tried with SHA-1 signatures, before any password."""
        return self._keys.is_rsa and not self._offer.sha1_signatures

    async def _connect(self, attempt: LoginAttempt, known: KnownKeys) -> asyncssh.SSHClientConnection:
        timings, place = self._around.timings, self._place
        sock: socket | None = None
        authorities = [] if self._why_plain else list(known.authorities)
        try:
            async with asyncio.timeout(timings.connect) as scope:
                attempt.clock = LoginClock(scope, timings)
                sock = await self._socket()
                return await asyncssh.connect(
                    place.given,
                    place.port,
                    username=place.username,
                    sock=sock,
                    tunnel=self._tunnel,
                    proxy_command=None,
                    client_factory=lambda: attempt,
                    known_hosts=([], authorities, list(known.revoked) if authorities else []),
                    **self._keys.options(),
                    connect_timeout=None,
                    login_timeout=0,
                    keepalive_interval=timings.keepalive,
                    keepalive_count_max=4,
                    compression_algs=None,
                    agent_forwarding=False,
                    x11_forwarding=False,
                    **self._offer.options(place, known.types, certificates=bool(authorities)),
                )
        except BaseException as error:
            if sock is not None:
                sock.close()
            if isinstance(error, asyncio.CancelledError):
                self._end_program()
                if attempt.question:
                    attempt.question.cancel()
            if isinstance(error, ConnectionError) and attempt.connection is not None:
                raise asyncssh.ConnectionLost(str(error)) from error
            raise

    async def _socket(self) -> socket | None:
        """A connection for the SSH library; None where it makes its own."""
        place = self._place
        if self._tunnel is not None:
            return None
        if place.command:
            self._program = await ConnectionProgram.start(place.command)
            return self._program.sock
        return None if place.family is None else await connect_first(place.host, place.port, place.family)

    async def _may_go_on(self, attempt: LoginAttempt, known: KnownKeys, error: Exception) -> bool:
        """Whether another connection may help: never after a password was sent."""
        if isinstance(error, asyncssh.HostKeyNotVerifiable) and attempt.goodbye is None:
            await self._judge_host_key(attempt, known, error)
            return True
        if attempt.sent_password is not None or attempt.error:
            return False
        if attempt.question and not self._resumed:
            self._resumed = True
            await attempt.question
            return True
        if isinstance(error, asyncssh.PermissionDenied) and await self._signs_with_sha1():
            return True
        in_hello = isinstance(error, asyncssh.ConnectionLost) and attempt.saw_hello and attempt.key is None
        if in_hello and not self._offer.short and attempt.connection is not None:
            self._offer = replace(self._offer, short=True, theirs=attempt.connection.theirs)
            return True
        return False

    async def _judge_host_key(
        self, attempt: LoginAttempt, known: KnownKeys, error: asyncssh.HostKeyNotVerifiable
    ) -> None:
        """Fall back from a certificate that does not count to the plain key, as ssh does; else ask."""
        if attempt.key is None and not self._why_plain and "revoked" not in error.reason:
            self._why_plain = error_messages.of_host_certificate(error.reason)
            self._around.say(
                "note", f"the host certificate of {self._place.address} is not accepted: {self._why_plain}"
            )
            return
        await self._around.host_keys.accept(self._place, attempt, known, self._why_plain)

    async def _signs_with_sha1(self) -> bool:
        """Whether to sign with SHA-1 now: some servers announce rsa-sha2 and refuse it."""
        if self._offer.sha1_signatures or not (self._keys.is_rsa or await finds_rsa(self._keys, self._place)):
            return False
        self._offer = replace(self._offer, sha1_signatures=True)
        return True

    async def _failure(self, attempt: LoginAttempt, error: Exception) -> ApplianceError:
        if attempt.question:
            attempt.question.cancel()
        if attempt.sent_password is not None and attempt.was_refused_by(error):
            self._source.was_refused(attempt.sent_password)
        place = self._place
        if not attempt.saw_hello and attempt.first_words:
            return not_ssh(place, attempt.first_words)
        if not attempt.saw_hello and self._program is not None:
            status = await self._program.status()
            return error_messages.no_proxy(place, status, self._program.words, self._around.timings)
        if isinstance(error, asyncssh.DisconnectError):
            return await self._of_disconnection(attempt, error)
        return self._of_connecting(attempt, error)

    async def _of_disconnection(
        self, attempt: LoginAttempt, error: asyncssh.DisconnectError
    ) -> ApplianceError:
        """One side ended the conversation."""
        place, legacy = self._place, self._offer.legacy
        if isinstance(error, asyncssh.PermissionDenied):
            if attempt.methods:
                self._around.say(
                    "note", f"{place.address} offers these login methods: {', '.join(attempt.methods)}"
                )
            return error_messages.login_refused(place, attempt, self._cures)
        if isinstance(error, asyncssh.KeyExchangeFailed):
            return error_messages.key_exchange_failed(place, attempt, error, self._ours, legacy=legacy)
        is_lost = isinstance(error, asyncssh.ConnectionLost)
        if not attempt.saw_hello or (is_lost and attempt.key is None):
            theirs = attempt.connection.theirs if attempt.connection is not None else Algorithms()
            hello = await hello_of(place, self._tunnel, theirs, self._around.timings.connect)
            return explain_hang_up(place, hello, self._ours, legacy=legacy)
        return error_messages.hung_up(place, attempt, error, self._cures)

    def _of_connecting(self, attempt: LoginAttempt, error: Exception) -> ApplianceError:
        """There was no connection, or no end in time."""
        place, timings = self._place, self._around.timings
        if isinstance(error, asyncssh.ChannelOpenError):
            return error_messages.tunnel_refused(place, error)
        if isinstance(error, TimeoutError):
            return error_messages.timed_out(place, attempt, timings.connect, timings.login)
        if isinstance(error, OSError):
            return error_messages.unreachable(place, error)
        return ApplianceError(f"{place.address}: {safe(str(error))}")
