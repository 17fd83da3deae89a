"""One admin CLI shell: commands in, their text out, and a way out that leaves no session behind."""

from collections.abc import Callable
from dataclasses import dataclass

from tofutui.appliance.console import CTRL_C, Console, Patience, ShellEnded, Wire
from tofutui.appliance.dialogues import PAGER, is_plain_question, looks_like_question, wants_secret, yes_to
from tofutui.appliance.echo import EchoFilter
from tofutui.appliance.errors import CommandTimeout, LinkLost, NotAnAdminCli, OutputTooLong, UnknownDialogue
from tofutui.appliance.opening import Opening, Say, is_prompt, quoted
from tofutui.appliance.questions import Asker, DialogueQuestion
from tofutui.appliance.timings import Timings
from tofutui.tofu.session import NodeSettings
from tofutui.tofu.text import safe

_NEVER = float("inf")
_OWN_ANSWERS = 2
"""Questions after one command that are answered without asking; more would be a loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command and how long it may take."""

    command: str
    total: float
    idle: float = _NEVER
    confirm: bool = False
    """Whether a yes/no question may be answered (DESIGN.md part 8.3)."""


class Shell:
    """A shell that stands for the whole run. Not for several tasks at once."""

    def __init__(
        self,
        wire: Wire,
        settings: NodeSettings,
        asker: Asker,
        timings: Timings,
        say: Say,
        *,
        cap: int = 8_000_000,
    ) -> None:
        self._console = Console(wire)
        self._settings = settings
        self._asker = asker
        self._timings = timings
        self._say = say
        self._cap = cap
        self._unfinished = False
        self._broken = False
        self._is_foreign = False
        """Some other shell than the admin CLI waits for a command."""
        self.prompt = ""
        self.hostname = ""
        self.notices: tuple[str, ...] = ()
        self.sent = False
        """Whether the running (or last) command was given to the connection."""

    @property
    def is_usable(self) -> bool:
        """Whether another command may be tried."""
        return bool(self.prompt) and not self._broken and not self._console.wire.is_closed

    async def open(self) -> None:
        """Reach the first prompt, learn it, and switch paging off where the node knows how."""
        opening = Opening(self._console, self._settings, self._asker, self._timings, self._say)
        try:
            await opening.run()
        except NotAnAdminCli:
            self._is_foreign = True
            raise
        self.prompt, self.hostname = opening.prompt, opening.hostname
        self.notices = tuple(opening.notices)
        self._console.may_vanish = lambda line: line.strip() == self.prompt.strip()
        await self.run(
            Order(
                command="terminal length 0",
                total=self._timings.command_total,
                idle=self._timings.command_idle,
            )
        )

    async def run(self, order: Order, on_text: Callable[[str], None] | None = None) -> str:
        """Send one command, once, and read until the prompt is back.

        ``on_text`` gets whole lines as they arrive, without echo and prompt.

        Raises:
            Interrupted: one of its subclasses; ``sent`` says whether the node got the command.
        """
        self.sent = False
        try:
            await self._ready()
            if not self._console.type(order.command):
                raise ShellEnded
            self.sent = self._unfinished = True
            self._say("sent", order.command)
            text = await _Reading(self, order, on_text).run()
        except ShellEnded:
            self._broken = True
            raise self._lost(order) from None
        self._unfinished = False
        return text

    async def interrupt(self) -> bool:
        """Ctrl-C; whether the prompt came back. If not, the shell is no more good."""
        self._console.press(CTRL_C)
        patience = Patience(self._timings.interrupt)
        try:
            while patience.left > 0:
                heard = await self._console.hear(min(self._timings.quiet, patience.left))
                if heard is None and self._at_prompt(self._console.screen.tail):
                    self._unfinished = False
                    return True
        except ShellEnded:
            pass
        self._broken = True
        return False

    async def leave(self) -> None:
        """End the session with `exit`; a command that still runs gets one Ctrl-C before."""
        if self._broken or self._console.wire.is_closed:
            return
        waits = self._is_foreign or (self.prompt and not self._unfinished)
        if not waits and not await self.interrupt():
            return
        if not await self._exit() and self._is_foreign and is_prompt(self._console.screen.tail):
            await self._exit()  # the first one only left a config mode
        self._broken = True

    async def _exit(self) -> bool:
        """Type `exit`; whether the node hung up."""
        if not self._console.type("exit"):
            return True
        self._say("sent", "exit")
        patience = Patience(self._timings.exit)
        try:
            while patience.left > 0:
                await self._console.hear(patience.left)
        except ShellEnded:
            return True
        return False

    async def _ready(self) -> None:
        if self._unfinished and not await self.interrupt():
            raise ShellEnded
        if self._broken:
            raise ShellEnded
        await self._console.drain()

    def _at_prompt(self, tail: str) -> bool:
        return tail.endswith(self.prompt) if self.prompt else is_prompt(tail)

    def _lost(self, order: Order) -> LinkLost:
        where = f"the connection to {self._settings.host} was lost"
        if self.sent:
            return LinkLost(f"{where} while `{order.command}` ran", sent=True)
        return LinkLost(f"{where} before `{order.command}` was sent", sent=False)


class _Reading:
    """The output of one command, from its echo to the prompt."""

    def __init__(self, shell: Shell, order: Order, on_text: Callable[[str], None] | None) -> None:
        self._shell = shell
        self._console = shell._console
        self._timings = shell._timings
        self._order = order
        self._on_text = on_text
        self._patience = Patience(order.total)
        self._echo = EchoFilter(order.command, shell.prompt)
        self._parts: list[str] = []
        self._started = self._console.received
        self._silence = 0.0
        self._own_answers = 0
        self._paged = False

    async def run(self) -> str:
        while not await self._step():
            pass
        return "".join(self._parts)

    async def _step(self) -> bool:
        """One piece of output or one silence; whether that was the end."""
        due = self._due()
        wait = max(0.0, min(due, self._order.idle) - self._silence)
        wait = min(wait, self._patience.left)
        lines = await self._console.hear(wait)
        if lines is not None:
            self._heard(lines)
            await self._check_limits()
            return False
        self._silence += wait
        if self._silence >= due:
            return await self._act()
        await self._check_limits()
        return False

    def _heard(self, lines: list[str]) -> None:
        self._silence = 0.0
        self._paged = False
        self._emit(self._echo.lines(lines))

    def _emit(self, lines: list[str]) -> None:
        if not lines:
            return
        text = "".join(f"{line}\n" for line in lines)
        self._parts.append(text)
        if self._on_text:
            self._on_text(text)

    def _due(self) -> float:
        """The silence after which the unfinished line means something."""
        tail, timings = self._console.screen.tail, self._timings
        if tail.endswith(self._shell.prompt):
            return timings.settle if tail == self._shell.prompt else timings.midline_settle
        if PAGER.fullmatch(tail.rstrip()):
            return timings.settle
        if self._own_answer(tail):
            return timings.quiet
        asks = looks_like_question if self._order.confirm else is_plain_question
        if self._paged or asks(tail):
            return timings.unknown_quiet
        return _NEVER

    async def _act(self) -> bool:
        tail = self._console.screen.tail
        if tail.endswith(self._shell.prompt):
            self._finish(self._console.screen.line.removesuffix(self._shell.prompt))
            return True
        if PAGER.fullmatch(tail.rstrip()):
            self._turn_page(b" ")
        elif self._paged:
            self._turn_page(b"\n")
        else:
            await self._answer(tail)
        return False

    def _finish(self, before_prompt: str) -> None:
        """The prompt is back; ``before_prompt`` is what stood in its line."""
        self._emit(self._echo.rest())
        if before_prompt.strip():
            self._emit([before_prompt])
        self._console.screen.wipe()

    def _turn_page(self, key: bytes) -> None:
        """Space, and Enter where a space does nothing (unicon and the scanners differ, DOMAIN.md part 3)."""
        self._console.screen.wipe()
        self._console.press(key)
        self._silence = 0.0
        self._paged = key == b" "

    def _own_answer(self, tail: str) -> str | None:
        if not self._order.confirm or self._own_answers >= _OWN_ANSWERS or not looks_like_question(tail):
            return None
        return yes_to("".join(self._parts) + tail)

    async def _answer(self, tail: str) -> None:
        answer = self._own_answer(tail)
        if answer is not None:
            self._own_answers += 1
        else:
            answer = await self._ask()
        self._shell._say("answer", "(not shown)" if wants_secret(tail) else safe(answer) or "Enter")
        self._emit([*self._echo.rest(), self._console.screen.line])
        self._console.screen.wipe()
        self._echo = EchoFilter(answer, "")
        self._silence = 0.0
        self._console.type(answer)

    async def _ask(self) -> str:
        text = "".join((*self._parts, *self._echo.rest(), self._console.screen.line))
        settings = self._shell._settings
        question = DialogueQuestion(settings.role, self._shell.hostname, text[-20_000:], self._order.command)
        answer = await self._patience.outside(self._shell._asker.dialogue(question))
        if answer is None:
            await self._shell.interrupt()
            raise UnknownDialogue(
                f"{settings.host} asks after `{self._order.command}`: {quoted(text)}; Ctrl-C was sent",
                sent=True,
            )
        return answer

    async def _check_limits(self) -> None:
        host, command = self._shell._settings.host, self._order.command
        if self._console.received - self._started > self._shell._cap:
            await self._shell.interrupt()
            raise OutputTooLong(
                f"{host} printed more than {self._shell._cap:,} bytes for `{command}`", sent=True
            )
        if self._patience.left <= 0 or self._silence >= self._order.idle:
            await self._shell.interrupt()
            seconds = self._order.total if self._patience.left <= 0 else self._order.idle
            raise CommandTimeout(
                f"{host} did not finish `{command}` within {seconds:g} s",
                "command_timeout in sessions.toml sets the seconds of an ncs command",
                sent=True,
            )
