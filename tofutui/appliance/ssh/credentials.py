"""Where a password comes from, and that it goes nowhere else.

What `password_command` prints is kept for one login; the next one runs it again. What was typed, or was
in `password_env`, is kept as a `Secret` until the node is left, so that a lost link can be restored
unattended. It is never logged, and one that was refused is never sent a second time: of that
one only a digest is kept.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterable, MutableMapping
from dataclasses import replace
from functools import partial
from typing import Protocol

from tofutui.appliance.errors import LoginRefused, NoPassword
from tofutui.appliance.questions import Asker, PasswordQuestion, TypedPassword
from tofutui.appliance.ssh.password_command import as_text, run_password_command
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.site.session import NodeSettings, Role


class SecretEnvironment:
    """Environment variables that hold passwords, removed from the environment of later child processes.

    Both nodes, and several sessions, may name the same variable: what was taken once can be asked for again.
    """

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        self._environ = environ
        self._taken: dict[str, Secret] = {}

    def take(self, name: str) -> Secret | None:
        """The variable's value; afterwards the environment no longer holds it."""
        value = self._environ.pop(name, None)
        if value is not None:
            self._taken[name] = Secret(as_text(value.encode("utf-8", "surrogateescape")))
        return self._taken.get(name)


SECRETS = SecretEnvironment(os.environ)
"""Process-wide as the environment itself: both nodes and later sessions may name one variable."""


def take_variables(names: Iterable[str]) -> None:
    """Take these variables out of the environment now, whoever will ask for them."""
    for name in names:
        SECRETS.take(name)


class PasswordSource(Protocol):
    """Who knows the password of one login."""

    async def password(self, username: str, prompt: str) -> Secret:
        """The password of this user; ``prompt`` is the server's own wording.

        Raises:
            LoginRefused: there is none, or only one that was refused before.
        """

    def was_accepted(self, password: Secret) -> None:
        """Keep it for the next login."""

    def was_refused(self, password: Secret) -> None:
        """Never hand it out again."""

    def end(self) -> None:
        """The login is over, whatever came of it."""


class PasswordMemory:
    """One account's password in use (typed or accepted), and how the refused ones are recognised."""

    def __init__(self) -> None:
        self.held: Secret | None = None
        self.turn = asyncio.Lock()
        self._key = os.urandom(32)
        self._refused: set[bytes] = set()

    def refuse(self, password: Secret) -> None:
        """It is no longer in use, and is known again when it comes back."""
        self.held = None
        self._refused.add(self._digest(password))

    def holds_refused(self) -> bool:
        """Whether the one in use was refused before."""
        return self.held is not None and self._digest(self.held) in self._refused

    def _digest(self, password: Secret) -> bytes:
        return hashlib.blake2b(password.reveal().encode("utf-8", "surrogatepass"), key=self._key).digest()


class JumpPasswords:
    """What was typed for jump hosts, shared by both nodes: each password is asked for once."""

    def __init__(self) -> None:
        self._memories: dict[str, PasswordMemory] = {}

    def of(self, login: str) -> PasswordMemory:
        """The memory of ``user@host:port``."""
        return self._memories.setdefault(login, PasswordMemory())

    def forget(self) -> None:
        """The session is left: nothing that was typed is needed now."""
        for memory in self._memories.values():
            memory.held = None


class PairPassword:
    """What was typed for each node of a pair; the other node gets it only if the person asked says so."""

    def __init__(self) -> None:
        self._typed: dict[Role, Secret] = {}

    def note(self, role: Role, password: Secret) -> None:
        """It was typed for this node."""
        self._typed[role] = password

    def refuse(self, password: Secret) -> None:
        """A node refused it: it is no longer offered for the other one."""
        self._typed = {role: typed for role, typed in self._typed.items() if typed != password}

    def for_other(self, role: Role) -> TypedPassword | None:
        """What was typed for the node beside this one."""
        typed = self._typed.get(role.other)
        return TypedPassword(role.other, typed) if typed is not None else None

    def forget(self) -> None:
        """The session is left: nothing that was typed is needed now."""
        self._typed.clear()


class _Remembering:
    """What all sources share."""

    cure = "set password_command, password_env or key_file, or start an SSH agent"
    """What helps where no person answers."""

    def __init__(self, role: Role, host: str, asker: Asker, memory: PasswordMemory) -> None:
        self.role = role
        self.host = host
        self.asker = asker
        self._memory = memory

    def was_accepted(self, password: Secret) -> None:
        """Keep it for the next login."""
        self._memory.held = password

    def was_refused(self, password: Secret) -> None:
        """Never hand it out again."""
        self._memory.refuse(password)

    def end(self) -> None:
        """Nothing to do."""

    async def _ask(self, username: str, prompt: str, reason: str) -> Secret:
        question = self._question(username, prompt)
        answer = await self.asker.password(question)
        if answer is None:
            raise NoPassword(f"no password for {username}@{self.host}{reason}", self.cure)
        self._memory.held = Secret(answer)
        return self._memory.held

    def _question(self, username: str, prompt: str) -> PasswordQuestion:
        return PasswordQuestion(self.role, self.host, username, prompt, "password")

    def _checked(self, origin: str) -> Secret:
        """What is held now, unless it was refused before. No frame of the error's traceback holds it."""
        if self._memory.holds_refused():
            self._memory.held = None
            raise LoginRefused(
                f"{self.host} refused this password before; it was not sent again",
                f"{origin} still provides the same one",
            )
        assert self._memory.held is not None
        return self._memory.held


class AskedPassword(_Remembering):
    """The password of a jump host: only a person knows it, and no node's password is ever tried.

    Made for one login. From its question to its end other logins to the same host wait, so that they are
    neither asked too nor send what is about to be refused.
    """

    cure = "set IdentityFile for the jump host in ~/.ssh/config, start an SSH agent, or log in from the app"

    def __init__(self, role: Role, host: str, asker: Asker, memory: PasswordMemory) -> None:
        super().__init__(role, host, asker, memory)
        self._has_turn = False

    async def password(self, username: str, prompt: str) -> Secret:
        """The one in use, else what is typed."""
        if not self._has_turn:
            await self._memory.turn.acquire()
            self._has_turn = True
        return self._memory.held or await self._ask(username, prompt, "")

    def end(self) -> None:
        """Let the next login have its turn."""
        if self._has_turn:
            self._has_turn = False
            self._memory.turn.release()


class NodePassword(_Remembering):
    """A node's password: ``password_command``, else ``password_env``, else what is typed."""

    def __init__(
        self,
        settings: NodeSettings,
        asker: Asker,
        environment: SecretEnvironment,
        *,
        timeout: float,
        pair: PairPassword | None = None,
    ) -> None:
        super().__init__(settings.role, settings.host, asker, PasswordMemory())
        self._pair = pair or PairPassword()
        self._is_alone = pair is None
        self._settings = settings
        self._timeout = timeout
        self._from_environment = environment.take(settings.password_env) if settings.password_env else None

    async def password(self, username: str, prompt: str) -> Secret:
        """The password of the first source that is configured; asked for if none is."""
        if self._memory.held is not None:
            return self._memory.held
        if self._settings.password_command:
            self._memory.held = await run_password_command(self._settings, self._timeout)
            return self._checked("password_command")
        if self._from_environment is not None:
            self._memory.held = self._from_environment
            return self._checked(f"${self._settings.password_env}")
        unset = f": ${self._settings.password_env} is not set" if self._settings.password_env else ""
        typed = await self._ask(username, prompt, unset)
        self._pair.note(self.role, typed)
        return typed

    def was_refused(self, password: Secret) -> None:
        """Never hand it out again, nor offer it for the other node."""
        super().was_refused(password)
        self._pair.refuse(password)

    def _question(self, username: str, prompt: str) -> PasswordQuestion:
        offered = partial(self._pair.for_other, self.role)
        return replace(super()._question(username, prompt), typed_for_other=offered)

    def end(self) -> None:
        """What the program printed was for this login."""
        if self._settings.password_command:
            self._memory.held = None

    def forget(self) -> None:
        """The node is left: nothing is needed now."""
        self._memory.held = self._from_environment = None
        if self._is_alone:  # what a pair shares is forgotten by its session
            self._pair.forget()
