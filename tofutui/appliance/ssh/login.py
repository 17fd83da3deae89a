"""What the SSH library asks during one login: is this the right host key, what is the password."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

import asyncssh

from tofutui.appliance.cli.shell_context import quoted
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.dialogues import says_account_closed, says_expired
from tofutui.appliance.errors import ApplianceError, NoPassword
from tofutui.appliance.questions import Asker, PasswordQuestion
from tofutui.appliance.ssh.client_connection import Connection
from tofutui.appliance.ssh.credentials import PasswordSource
from tofutui.appliance.ssh.hostkeys import KnownKeys, Standing
from tofutui.appliance.ssh.password_prompts import asks_new_password, asks_password, is_same, says_refused
from tofutui.appliance.tap import LinkFacts
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import Role

_T = TypeVar("_T")
_KEPT_TEXTS = 20
_LONGEST_BANNER = 20_000


class LoginClock:
    """The time-out of one login: for the connection, then for the rest; it pauses during questions."""

    def __init__(self, scope: asyncio.Timeout, timings: Timings) -> None:
        self._scope = scope
        self._timings = timings

    def connected(self) -> None:
        """The server took the connection: now the login's own time runs."""
        self._set(self._timings.login)

    async def outside(self, question: Awaitable[_T]) -> _T:
        """Wait for a person, or a program that may wait for one."""
        loop = asyncio.get_running_loop()
        end = self._scope.when()
        left = max(0.0, end - loop.time()) if end is not None else None
        self._set(None)
        try:
            return await question
        finally:
            self._set(left)

    def _set(self, seconds: float | None) -> None:
        if self._scope.expired():
            return
        loop = asyncio.get_running_loop()
        try:
            self._scope.reschedule(None if seconds is None else loop.time() + seconds)
        except RuntimeError:  # the login has ended meanwhile
            return


class LoginAttempt(asyncssh.SSHClient):
    """One login as the SSH library sees it; afterwards its fields say what happened."""

    def __init__(
        self,
        role: Role,
        host: str,
        username: str,
        known: KnownKeys,
        source: PasswordSource,
        asker: Asker,
        *,
        keys_first: bool = False,
    ) -> None:
        self._role = role
        self._host = host
        self._username = username
        self._known = known
        self._source = source
        self._asker = asker
        self._keys_first = keys_first
        """No password on this connection: the key will be tried once more, in another way."""
        self.clock: LoginClock | None = None
        self.connection: Connection | None = None
        self.on_lost: Callable[[], None] = lambda: None
        """Called when the connection is gone."""
        self.key: asyncssh.SSHKey | None = None
        self.standing = Standing.UNKNOWN
        self._kex = self._banner = ""
        self.texts: list[str] = []
        """Banner and instructions, raw."""
        self.sent_password: Secret | None = None
        self.error: ApplianceError | None = None
        self.question: asyncio.Task[Secret] | None = None
        """A question to a person that may outlive the connection."""
        self._tried_kbdint = self._wants_new = False
        self.has_asked_more = False
        """Whether the server asked for something else than the password, such as a one-time code."""
        self._answered = ""
        """The prompt that the password was typed at."""
        self._prompts: set[str] = set()
        self._said_before = 0
        """How many texts had come when the password was sent."""

    @property
    def saw_hello(self) -> bool:
        """Whether the server introduced itself as SSH."""
        return self.connection is not None and bool(self.connection.get_extra_info("server_version"))

    @property
    def first_words(self) -> bytes:
        """What came before the SSH version, or instead of it."""
        return self.connection.first_words if self.connection is not None else b""

    @property
    def methods(self) -> tuple[str, ...]:
        """The ways to log in that the server offered, as it spells them."""
        offered = self.connection.methods if self.connection is not None else ()
        return tuple(map(safe, offered))

    @property
    def goodbye(self) -> str | None:
        """The reason that the server gave when it disconnected; None if it just closed the connection."""
        return self.connection.goodbye if self.connection is not None else None

    @property
    def last_words(self) -> str:
        """What the server sent since the password was sent; without one, what speaks of the account."""
        if self.sent_password is not None:
            texts = [text for text in self.texts[self._said_before :] if text not in self._prompts]
        else:
            texts = [line for text in self.texts for line in text.splitlines() if says_account_closed(line)]
        return "\n".join([*texts, self.goodbye or ""]).strip()

    @property
    def is_account_closed(self) -> bool:
        """Whether the server's words say that the account is locked, expired or not let in now."""
        return says_account_closed(self.last_words)

    @property
    def is_expired(self) -> bool:
        """Whether the server's words say that the password must be changed."""
        return self._wants_new or says_expired("\n".join(self.texts))

    def was_refused_by(self, error: Exception) -> bool:
        """Whether this end says that the password was wrong: refused, and nothing else was asked."""
        refusal = isinstance(error, asyncssh.DisconnectError) and not isinstance(
            error, asyncssh.ConnectionLost
        )
        return refusal and not self.has_asked_more and not self.is_account_closed

    def facts(self, connection: asyncssh.SSHClientConnection) -> LinkFacts:
        """How SSH was agreed on, for whoever listens in."""
        key = connection.get_server_host_key()
        version = str(connection.get_extra_info("server_version") or "")
        algorithms = {
            "kex": self._kex,
            "host_key": key.get_algorithm() if key else "",
            "cipher": str(connection.get_extra_info("send_cipher") or ""),
            "mac": str(connection.get_extra_info("send_mac") or ""),
        }
        return LinkFacts(
            server=version.removeprefix("SSH-2.0-"),
            algorithms={name: value for name, value in algorithms.items() if value},
            host_key=key.get_fingerprint("sha256") if key else "",
            banner=self._banner,
            methods=self.methods,
            password=self.sent_password,
        )

    def forget(self) -> None:
        """The end: what it took is no longer needed, and this object may live as long as the link."""
        self.sent_password = self.question = self.error = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Keep the connection, to see how far it came."""
        self.connection = cast(Connection, conn)
        if self.clock:
            self.clock.connected()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.on_lost()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Only what is on file; the question comes between two attempts."""
        exchange = getattr(self.connection, "_kex", None)  # said nowhere else, and gone afterwards
        self._kex = bytes(getattr(exchange, "algorithm", b"")).decode("ascii", "replace")
        self.key, self.standing = key, self._known.judge(key)
        return self.standing is Standing.KNOWN

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Keep the banner: it may say why a login fails."""
        self._banner = (self._banner + msg)[:_LONGEST_BANNER]
        self._note(msg)

    async def password_auth_requested(self) -> str | None:
        """The password, once."""
        return await self._password("")

    def password_change_requested(self, prompt: str, lang: str) -> tuple[str, str]:
        """Never changed from here."""
        self._wants_new = True
        self._note(prompt)
        return cast("tuple[str, str]", NotImplemented)

    def kbdint_auth_requested(self) -> str | None:
        """One conversation."""
        if self._tried_kbdint or self._keys_first:
            return None
        self._tried_kbdint = True
        return ""

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        """Answer what asks for the password with it, once; everything else is asked of a person."""
        self._prompts.update(prompt for prompt, _ in prompts)
        for text in (name, instructions, *(prompt for prompt, _ in prompts)):
            self._note(text)
        answers = []
        for prompt, echo in prompts:
            answer = await self._answer(prompt, f"{name}\n{instructions}".strip(), echo)
            if answer is None:
                return None
            answers.append(answer)
        return answers

    async def _answer(self, prompt: str, instructions: str, echo: bool) -> str | None:
        if asks_new_password(prompt):
            self._wants_new = True
            return None
        if asks_password(prompt) and not echo:
            if self.sent_password is None:
                self._answered = prompt
                return await self._password(prompt)
            if self._is_refusal(prompt, instructions):
                return None
        self.has_asked_more = True
        words = "\n".join(text for text in (instructions.strip(), prompt) if text)
        question = PasswordQuestion(self._role, self._host, self._username, words, "answer")
        answer = await self._outside(self._asker.password(question))
        if answer is None and self.error is None:
            self.error = NoPassword(
                f"{self._username}@{self._host} was asked for something other than a password, and no "
                f"answer was given: {quoted(words)}",
                "log in from the app, or set key_file",
            )
        return answer

    def _is_refusal(self, prompt: str, instructions: str) -> bool:
        """Whether a second question for the password says that the first answer was wrong.

        The same question without a word is not known to: some servers want a second password.
        """
        return says_refused(f"{instructions}\n{prompt}") or (
            bool(instructions.strip()) and is_same(prompt, self._answered)
        )

    async def _password(self, prompt: str) -> str | None:
        if self.sent_password is not None or self.error is not None or self._keys_first:
            return None
        try:
            self._said_before = len(self.texts)
            self.question = asyncio.ensure_future(self._source.password(self._username, prompt))
            self.sent_password = await self._outside(asyncio.shield(self.question))
        except ApplianceError as error:
            self.error = error
        return self.sent_password.reveal() if self.sent_password else None

    async def _outside(self, question: Awaitable[_T]) -> _T:
        assert self.clock is not None
        return await self.clock.outside(question)

    def _note(self, text: str) -> None:
        if text.strip() and len(self.texts) < _KEPT_TEXTS:
            self.texts.append(text[:2000])
