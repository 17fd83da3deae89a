"""One admin CLI shell: commands in, their text out, and a way out that leaves no session behind."""

from collections.abc import Callable

from tofutui.appliance.cli.command_output import Order, Reading
from tofutui.appliance.cli.console import CTRL_C, Console, Patience, ShellEnded, Wire
from tofutui.appliance.cli.first_prompt import Opening, is_prompt
from tofutui.appliance.cli.shell_context import Say, Talk, quoted
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import (
    Interrupted,
    LinkLost,
    NotAnAdminCli,
    OutputTooLong,
    PromptChanged,
    Withheld,
)
from tofutui.appliance.questions import Asker
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.site.session import NodeSettings


class Shell:
    """A shell that stays open for the whole run. Not for several tasks at once."""

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
        self._timings = timings
        self._say = say
        self._talk = Talk(self._console, settings, asker, timings, say, cap)
        self.unknown = self._talk.unknown
        """What it printed beside its answers that is not known; see `Talk`."""
        self._unfinished = False
        self._broken = False
        self._is_foreign = False
        """Some other shell than the learned admin CLI waits for a command."""
        self.prompt = ""
        self.hostname = ""
        self.notices: tuple[str, ...] = ()
        self.sent = False
        """Whether the running (or last) command was given to the connection."""

    @property
    def is_usable(self) -> bool:
        """Whether another command may be tried."""
        usable = not self._broken and not self._is_foreign and not self._console.wire.is_closed
        return bool(self.prompt) and usable

    async def open(self) -> None:
        """Reach the first prompt, learn it, and switch paging off where the node knows how."""
        opening = Opening(self._talk)
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
                command=Command.NO_PAGER,
                total=self._timings.command_total,
                idle=self._timings.command_idle,
            )
        )

    async def run(
        self,
        order: Order,
        on_text: Callable[[str], None] | None = None,
        unless: Callable[[], str | None] = lambda: None,
    ) -> str:
        """Send one command, once, and read until the prompt is back.

        ``on_text`` gets whole lines as they arrive, without echo and prompt. ``unless`` is asked right before
        the command is typed, with nothing awaited in between; a sentence stops it.

        Raises:
            Interrupted: one of its subclasses; ``sent`` says whether the node got the command.
        """
        self.sent = False
        try:
            await self._ready()
            refusal = unless()
            if refusal is not None:
                raise Withheld(refusal, sent=False)
            if not self._console.type(order.command):
                raise ShellEnded
        except ShellEnded:
            self._broken = True
            raise self._lost(order) from None
        self.sent = self._unfinished = True
        self._say("sent", order.command)
        text = await self._read(order, on_text)
        self._unfinished = False
        self._say("printed", text)
        return text

    async def _read(self, order: Order, on_text: Callable[[str], None] | None) -> str:
        reading = Reading(self._talk, order, self.prompt, self.hostname, self.interrupt, on_text)
        try:
            return await reading.run()
        except Interrupted as error:
            error.words = reading.text
            self._say("printed", error.words)
            if isinstance(error, PromptChanged):
                self._is_foreign = True
                await self.leave()
            raise
        except ShellEnded:
            self._broken = True
            lost = self._lost(order)
            lost.words = reading.text
            raise lost from None

    async def interrupt(self) -> bool:
        """Ctrl-C; whether the prompt came back. If not, the shell is unusable."""
        self._console.press(CTRL_C)
        patience = Patience(self._timings.interrupt)
        try:
            while patience.left > 0:
                self._console.screen.shorten()
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
        if not self._console.type(Command.EXIT):
            return True
        self._say("sent", Command.EXIT)
        patience = Patience(self._timings.exit)
        try:
            while patience.left > 0:
                self._console.screen.shorten()
                await self._console.hear(patience.left)
        except ShellEnded:
            return True
        return False

    async def _ready(self) -> None:
        if self._unfinished and not await self.interrupt():
            raise ShellEnded
        if self._broken:
            raise ShellEnded
        if not await self._console.drain(self._talk.cap, self._unasked):
            self._broken = True
            raise OutputTooLong(
                f"{self._settings.host} keeps printing although nothing was sent to it", sent=False
            )
        tail = self._console.screen.tail
        self._console.screen.wipe()
        if is_prompt(tail) and not self._at_prompt(tail):
            self._is_foreign = True
            raise PromptChanged(
                f"{self._settings.host} now shows the prompt {quoted(tail)} instead of {quoted(self.prompt)}",
                sent=False,
            )

    def _unasked(self, line: str) -> None:
        """A line between two commands: a prompt drawn again is known, anything else is kept."""
        if not is_prompt(line.strip() + " "):
            self._talk.note_unknown(line)

    def _at_prompt(self, tail: str) -> bool:
        return tail.endswith(self.prompt) if self.prompt else is_prompt(tail)

    def _lost(self, order: Order) -> LinkLost:
        where = f"the connection to {self._settings.host} was lost"
        if self.sent:
            return LinkLost(f"{where} while `{order.command}` ran", sent=True)
        return LinkLost(f"{where} before `{order.command}` was sent", sent=False)
