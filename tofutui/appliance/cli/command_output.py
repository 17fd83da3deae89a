"""The output of one command, from its echo to the prompt."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from tofutui.appliance.cli.console import ENTER, Patience, ShellEnded
from tofutui.appliance.cli.first_prompt import is_prompt
from tofutui.appliance.cli.shell_context import Talk, quoted
from tofutui.appliance.dialogues import (
    NOT_SHOWN,
    answer_to,
    asks_yes_or_no,
    is_plain_question,
    loggable,
    looks_like_question,
)
from tofutui.appliance.errors import CommandTimeout, OutputTooLong, PromptChanged, UnknownDialogue
from tofutui.appliance.questions import DialogueQuestion
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.cli_output.grammar import MIDLINE_PAGER, OTHER_PAGER, PAGER, PAGER_END, PRESS_ENTER

_NEVER = float("inf")
_OWN_ANSWERS = 2
"""Questions after one command that are answered without asking; more would be a loop."""
_WORDS = 4_000, 12_000
"""Characters from the beginning and the end of an answer that are kept for a person."""
_LAST_LINE = 400
_HOLD = 20
"""Lines of an echo at most; a command is never wrapped over more."""
_LONGEST_ECHO = 4_000
"""Characters of one of its lines, with all that redrawing may put between them."""


class KeptText:
    """Takes pieces of text; keeps the first ``head`` and the last ``tail`` characters of them."""

    def __init__(self, head: int, tail: int) -> None:
        self._head: list[str] = []
        self._free = head
        self._tail: deque[str] = deque()
        self._most = tail
        self._held = 0
        self._dropped = 0

    def add(self, piece: str) -> None:
        """Costs the same for each character, however many came before."""
        if self._free:
            self._head.append(piece[: self._free])
            piece = piece[self._free :]
            self._free -= len(self._head[-1])
        if piece:
            self._tail.append(piece)
            self._held += len(piece)
            self._drop()

    @property
    def text(self) -> str:
        """What is kept; a line between the two parts says how much is missing."""
        head, tail = "".join(self._head), "".join(self._tail)
        excess = max(0, len(tail) - self._most)
        dropped = self._dropped + excess
        gap = f"\n[{dropped:,} characters omitted]\n" if dropped else ""
        return f"{head}{gap}{tail[excess:]}"

    def _drop(self) -> None:
        """Whole pieces only: the oldest one stays as long as a part of it is kept."""
        while self._tail and self._held - len(self._tail[0]) >= self._most:
            oldest = len(self._tail.popleft())
            self._held -= oldest
            self._dropped += oldest


class EchoFilter:
    """Drops the echo of one command from the lines that follow it, by comparing and not by counting lines.

    The echo may be alone, behind the prompt, twice (terminal and line editor), or wrapped over lines;
    it may also be missing.
    """

    def __init__(self, command: str, prompt: str) -> None:
        self._forms = (_squeezed(command), _squeezed(prompt + command))
        self._held: list[str] = []
        self._seen = False
        self._done = False

    def lines(self, lines: list[str]) -> list[str]:
        """Of the lines that ended, those which are output."""
        output: list[str] = []
        for at, line in enumerate(lines):
            if self._done:
                return output + lines[at:]
            output += self._judge(line)
        return output

    def rest(self) -> list[str]:
        """The lines held back for an echo that did not come."""
        held, self._held, self._done = self._held, [], True
        return held

    def _judge(self, line: str) -> list[str]:
        if len(line) > _LONGEST_ECHO:
            self._held.append(line)
            return self.rest()
        so_far = _squeezed("".join(self._held) + line)
        if so_far in self._forms:
            self._held = []
            self._done, self._seen = self._seen, True
            return []
        self._held.append(line)
        if not self._seen and len(self._held) < _HOLD and any(f.startswith(so_far) for f in self._forms):
            return []
        return self.rest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command and how long it may take."""

    command: str
    total: float
    idle: float = _NEVER
    confirm: bool = False
    """Whether the node may ask whether to delete, and what it prints is for a person and not for a parser."""

    @property
    def key(self) -> str:
        """The row that a deletion names: the last word."""
        return self.command.rpartition(" ")[2]


class _Meaning(Enum):
    """What a silence means, from the line that it follows."""

    OUTPUT = auto()
    PROMPT = auto()
    OTHER_PROMPT = auto()
    PAGE = auto()
    LAST_PAGE = auto()
    ENTER = auto()
    QUESTION = auto()


_KEYS = {_Meaning.PAGE: b" ", _Meaning.LAST_PAGE: b"q", _Meaning.ENTER: ENTER}


class Reading:
    """Reads until the prompt is back; turns pages, and answers or passes on questions on the way."""

    def __init__(
        self,
        talk: Talk,
        order: Order,
        prompt: str,
        hostname: str,
        interrupt: Callable[[], Awaitable[bool]],
        on_text: Callable[[str], None] | None,
    ) -> None:
        self._talk = talk
        self._screen = talk.console.screen
        self._order = order
        self._prompt = prompt
        self._hostname = hostname
        self._interrupt = interrupt
        self._on_text = on_text
        self._patience = Patience(order.total)
        self._echo = EchoFilter(order.command, prompt)
        self._kept = KeptText(*_WORDS) if order.confirm else KeptText(talk.cap, 0)
        self._typed, self._typed_at = order.command, prompt
        """What was typed last, and behind what: its echo may come."""
        self._secrets: list[Secret] = []
        """Answers of a person: a node that echoes them must not put them into what is kept."""
        self._last_line = ""
        """The last line with something in it since something was typed."""
        self._own_answers = 0
        self._asked = False
        """A person was asked: what comes after that is theirs too."""
        self._started = talk.console.received
        self._silence = 0.0
        self._paged = False

    async def run(self) -> str:
        """The whole output.

        Raises:
            ShellEnded: the node hung up.
            Interrupted: one of its subclasses; the command was stopped with Ctrl-C.
        """
        try:
            while not await self._step():
                pass
        except ShellEnded:
            self._break_off()
            raise
        return self.text

    @property
    def text(self) -> str:
        """What the command has printed so far, or its beginning and end."""
        return self._kept.text

    async def _step(self) -> bool:
        """One piece of output or one silence; whether that was the end."""
        meaning, due = self._meaning()
        wait = min(max(0.0, min(due, self._order.idle) - self._silence), self._patience.left)
        lines = await self._talk.console.hear(wait)
        if lines is not None:
            self._silence, self._paged = 0.0, False
            self._emit(self._echo.lines(lines))
        else:
            self._silence += wait
            if self._silence >= due:
                return await self._act(meaning)
        await self._check_limits()
        return False

    def _meaning(self) -> tuple[_Meaning, float]:
        """What the unfinished line means, and the silence after which it does."""
        tail, timings = self._screen.tail, self._talk.timings
        if tail.endswith(self._prompt):
            return _Meaning.PROMPT, timings.settle if tail == self._prompt else timings.midline_settle
        if is_prompt(tail):
            return _Meaning.OTHER_PROMPT, timings.unknown_quiet
        return self._asking(tail)

    def _asking(self, tail: str) -> tuple[_Meaning, float]:
        """The same for a line that is not a prompt."""
        timings = self._talk.timings
        if paging := self._paging(tail):
            return paging
        if PRESS_ENTER.fullmatch(tail.strip()):
            return _Meaning.ENTER, timings.quiet
        if self._paged:
            return _Meaning.ENTER, timings.unknown_quiet
        if self._own_answer():
            return _Meaning.QUESTION, timings.quiet if tail.strip() else timings.unknown_quiet
        return (_Meaning.QUESTION, timings.unknown_quiet) if self._asks(tail) else (_Meaning.OUTPUT, _NEVER)

    def _paging(self, tail: str) -> tuple[_Meaning, float] | None:
        """The same for a line at which a pager waits."""
        timings = self._talk.timings
        if PAGER.fullmatch(tail.rstrip()):
            return _Meaning.PAGE, timings.settle
        if PAGER_END.fullmatch(tail):
            return _Meaning.LAST_PAGE, timings.quiet
        if OTHER_PAGER.fullmatch(tail):
            return _Meaning.PAGE, timings.quiet
        return (_Meaning.PAGE, timings.midline_settle) if MIDLINE_PAGER.match(tail) else None

    def _asks(self, tail: str) -> bool:
        """Whether the node seems to wait for an answer; a deletion may also ask in a line that has ended."""
        if not self._order.confirm:
            return is_plain_question(tail)
        return looks_like_question(tail) if tail.strip() else asks_yes_or_no(self._last_line)

    async def _act(self, meaning: _Meaning) -> bool:
        if meaning is _Meaning.PROMPT:
            self._finish()
            return True
        if meaning is _Meaning.OTHER_PROMPT:
            raise PromptChanged(
                f"{self._talk.settings.host} now shows the prompt {quoted(self._screen.tail)} instead of "
                f"{quoted(self._prompt)}",
                sent=True,
            )
        if meaning is _Meaning.QUESTION:
            await self._answer()
        else:
            self._press(_KEYS[meaning])
        return False

    def _finish(self) -> None:
        """The prompt is back; what precedes it on its line is output without a line end, maybe cut."""
        self._emit(self._echo.rest())
        before = self._screen.line.removesuffix(self._prompt)
        if before.strip():
            self._keep(self._without_secrets(before))
        self._screen.wipe()

    def _press(self, key: bytes) -> None:
        """Space, and Enter where a space does nothing (unicon and the scanners differ, docs/appliance.md).

        What precedes a pager in its line is output; it is not known whether the next line belongs to it.
        """
        if row := MIDLINE_PAGER.match(self._screen.line):
            self._emit([*self._echo.rest(), row["before"]])
        self._screen.wipe()
        self._talk.console.press(key)
        self._silence, self._paged = 0.0, key == b" "

    def _emit(self, lines: list[str]) -> None:
        if not lines:
            return
        self._keep("".join(f"{self._without_secrets(line)}\n" for line in lines))
        last = next((line for line in reversed(lines) if line.strip()), self._last_line)
        self._last_line = last[-_LAST_LINE:]

    def _keep(self, text: str) -> None:
        self._kept.add(text)
        if self._on_text:
            self._on_text(text)

    def _break_off(self) -> None:
        """The output ends in mid-line: that line counts too; having no line end shows that it is cut."""
        self._emit(self._echo.rest())
        line = self._screen.line
        if line.strip():
            self._keep(self._without_secrets(line))

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = secret.hidden_in(line)
        return line

    def _own_answer(self) -> str | None:
        """Yes, where the node asks for this deletion in plain words and nothing else."""
        if not self._order.confirm or self._own_answers >= _OWN_ANSWERS or self._asked:
            return None
        heard = bytes(self._talk.console.heard)
        return answer_to(heard, typed=self._typed, prompt=self._typed_at, key=self._order.key)

    async def _answer(self) -> None:
        answer = self._own_answer()
        line = self._screen.line
        self._emit([*self._echo.rest(), *([line] if line.strip() else [])])
        self._screen.wipe()
        if answer is None:
            self._asked = True
            answer = await self._ask()
            logged = loggable(self._last_line, answer)
            if logged == NOT_SHOWN:
                self._secrets.append(Secret(answer))
        else:
            self._own_answers += 1
            logged = answer
        self._talk.say("answer", logged)
        self._type(answer)

    def _type(self, answer: str) -> None:
        self._typed, self._typed_at, self._last_line = answer, "", ""
        self._echo = EchoFilter(answer, "")
        self._silence = 0.0
        self._talk.console.type(answer)

    async def _ask(self) -> str:
        text = self.text[-sum(_WORDS) :]
        settings = self._talk.settings
        self._talk.note_unknown(self._last_line)
        question = DialogueQuestion(settings.role, self._hostname, text, self._order.command)
        answer = await self._patience.outside(self._talk.asker.dialogue(question))
        if answer is None:
            await self._interrupt()
            raise UnknownDialogue(
                f"{settings.host} asked a question after `{self._order.command}`: {quoted(text)}; Ctrl-C "
                "was sent",
                sent=True,
            )
        return answer

    async def _check_limits(self) -> None:
        host, command, cap = self._talk.settings.host, self._order.command, self._talk.cap
        if self._talk.console.received - self._started > cap:
            await self._interrupt()
            raise OutputTooLong(f"{host} printed more than {cap:,} bytes for `{command}`", sent=True)
        if self._patience.left <= 0 or self._silence >= self._order.idle:
            seconds = self._order.total if self._patience.left <= 0 else self._order.idle
            line = self._without_secrets(self._screen.line.strip()[-_LAST_LINE:])
            where = f"; its last line is unfinished: {quoted(line)}" if line else ""
            self._break_off()
            await self._interrupt()
            raise CommandTimeout(
                f"{host} did not finish `{command}` within {seconds:g} s{where}",
                "command_timeout in sessions.toml sets this limit" if command.startswith("ncs ") else "",
                sent=True,
            )


def _squeezed(text: str) -> str:
    """Without white space and control characters: what wrapping and redrawing cannot change."""
    return "".join(c for c in text if c > " " and c != "\x7f")
