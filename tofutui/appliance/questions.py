"""What a login or a command may have to ask a person, and the person who answers.

The app answers with dialogs, ``check`` on the terminal, and `NoAsker` where no person is present.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from tofutui.appliance.dialogues import is_harmless
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.site.session import Role


class TypedPassword(NamedTuple):
    """What was typed for a node and was not refused by it."""

    role: Role
    password: Secret


@dataclass(frozen=True, slots=True)
class PasswordQuestion:
    """A secret is wanted; what is typed is never shown, stored or logged."""

    role: Role
    host: str
    """Who gets the secret: the node, or the jump host before it."""
    username: str
    prompt: str
    """The server's own words, raw; "" if it did not say any."""
    purpose: Literal["password", "passphrase", "answer"]
    """``passphrase`` is of a key file named in ``prompt``; ``answer`` is anything else that a server asks."""
    typed_for_other: Callable[[], TypedPassword | None] = field(
        default=lambda: None, compare=False, repr=False
    )
    """What was typed for the other node of the pair meanwhile; an answer only if the person says so."""


@dataclass(frozen=True, slots=True)
class HostKeyQuestion:
    """An SSH host key that no known_hosts file knows; no is the default."""

    role: Role
    host: str
    port: int
    algorithm: str
    fingerprint: str
    """``SHA256:`` and base64, as ``ssh`` prints it."""
    known_hosts: Path
    """Where the key is appended to when it is accepted."""
    others: tuple[str, ...] = ()
    """Key types that are known for this host already (the server now shows one of another type)."""


@dataclass(frozen=True, slots=True)
class DialogueQuestion:
    """The node asks something that is not in the table of known dialogues."""

    role: Role
    hostname: str | None
    """Known after the first prompt."""
    text: str
    """What the node printed, raw, as several lines."""
    command: str | None
    """The command that led to it; None before the first prompt."""

    @property
    def hides_answer(self) -> bool:
        """Whether the answer is masked while it is typed: unless the question is known to be harmless."""
        return not is_harmless(self.text)


class Asker(Protocol):
    """A person, or a substitute who answers for one. None and False mean no."""

    async def password(self, question: PasswordQuestion, /) -> str | None:
        """The secret, or None if there is none."""

    async def accept_host_key(self, question: HostKeyQuestion, /) -> bool:
        """Whether this key is the node's own."""

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        """What to type (without Enter), or None to leave."""


class NoAsker:
    """No person is present: every answer is no."""

    async def password(self, question: PasswordQuestion, /) -> str | None:
        """None."""
        return None

    async def accept_host_key(self, question: HostKeyQuestion, /) -> bool:
        """No."""
        return False

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        """None."""
        return None
