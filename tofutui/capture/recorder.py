"""Keeps what passes between this machine and a pair while it is compared, as it is, in memory only."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tofutui.appliance.questions import Asker, DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.appliance.tap import LinkFacts
from tofutui.capture_file import CapturedEvent, CapturedKind
from tofutui.tls.conversation import ServerAnswer
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Role
from tofutui.workbench.workbench import Listening

_COMMANDS = (
    Command.LISTCERTS,
    Command.CLOCK,
    Command.VERSION,
    Command.HA_STATUS,
    "terminal length 0",
    "exit",
    "Yes",
    "",
)
SHOWN = frozenset({*(f"{command}\r".encode() for command in _COMMANDS), b" ", b"\x03"})
"""What may be kept of what is typed; anything else may be a secret."""
TERMINAL = b"511x1000 vt100"
"""The terminal that is asked for."""


@dataclass(slots=True)
class HeardLogin:
    """One login as it happened; names are real."""

    role: Role
    facts: LinkFacts
    events: list[CapturedEvent] = field(default_factory=list)
    hidden: dict[int, Secret] = field(default_factory=dict)
    """What was typed at a `HIDDEN` event, by its place among the events."""


class NodeTap:
    """Listens in on one node."""

    def __init__(self, role: Role, recorder: "Recorder") -> None:
        self._role = role
        self._recorder = recorder

    def connected(self, facts: LinkFacts) -> None:
        """A login succeeded."""
        if facts.password is not None:
            self._recorder.secrets.append(facts.password)
        self._recorder.logins.append(HeardLogin(self._role, facts))
        self._add(CapturedKind.WINDOW, TERMINAL)

    def received(self, data: bytes) -> None:
        """The node printed this."""
        self._add(CapturedKind.RECEIVED, data)

    def sent(self, data: bytes) -> None:
        """This was typed."""
        if data in SHOWN:
            self._add(CapturedKind.SENT, data)
            return
        typed = Secret(data.decode("utf-8", "surrogateescape").removesuffix("\r"))
        self._recorder.secrets.append(typed)
        if login := self._login:
            login.hidden[len(login.events)] = typed
        self._add(CapturedKind.HIDDEN, b"")

    def ended(self, lost: bool) -> None:
        """The shell is over."""
        login = self._login
        left = login is not None and any(event.data == b"exit\r" for event in login.events)
        self._add(CapturedKind.ENDED, b"lost" if lost else b"exit" if left else b"closed")

    @property
    def _login(self) -> HeardLogin | None:
        return next((login for login in reversed(self._recorder.logins) if login.role is self._role), None)

    def _add(self, kind: CapturedKind, data: bytes) -> None:
        if login := self._login:
            login.events.append(CapturedEvent(kind, round(self._recorder.seconds, 3), data))


class Recorder:
    """Everything that was heard of one comparison."""

    def __init__(self, roles: Sequence[Role]) -> None:
        self.logins: list[HeardLogin] = []
        self.answers: dict[Endpoint, list[ServerAnswer]] = {}
        self.secrets: list[Secret] = []
        """What was typed that nothing may repeat: passwords, and answers to questions that are not known."""
        self._began = asyncio.get_running_loop().time()
        self.listening = Listening({role: NodeTap(role, self) for role in roles}, self._heard)

    @property
    def seconds(self) -> float:
        """Since it began to listen."""
        return asyncio.get_running_loop().time() - self._began

    def of(self, role: Role) -> Iterator[HeardLogin]:
        """The logins of one node, in their order."""
        return (login for login in self.logins if login.role is role)

    def keeping(self, asker: Asker) -> "KeepingAsker":
        """An asker whose answers are kept as secrets."""
        return KeepingAsker(asker, self.secrets)

    def _heard(self, target: Endpoint, answers: Sequence[ServerAnswer]) -> None:
        self.answers.setdefault(target, []).extend(answers)


class KeepingAsker:
    """Asks another asker, and remembers the answers so that they can be omitted."""

    def __init__(self, asker: Asker, secrets: list[Secret]) -> None:
        self._asker = asker
        self._secrets = secrets

    async def password(self, question: PasswordQuestion, /) -> str | None:
        """What is answered."""
        return self._kept(await self._asker.password(question))

    async def accept_host_key(self, question: HostKeyQuestion, /) -> bool:
        """What is answered."""
        return await self._asker.accept_host_key(question)

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        """What is answered."""
        return self._kept(await self._asker.dialogue(question))

    def _kept(self, answer: str | None) -> str | None:
        if answer:
            self._secrets.append(Secret(answer))
        return answer
