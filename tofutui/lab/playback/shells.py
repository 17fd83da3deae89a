"""A capture cut into what a node printed before the first command and after each, and the player of that."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tofutui.capture_file import CapturedEvent, CapturedKind, CapturedLogin
from tofutui.lab.console.terminal import LabTerminal, LinkDropped

_ENTER = b"\r"
_ANSWERS = (b"\r", b"Yes\r")
"""Lines that answer a dialogue and are not commands."""
_NOT_UNDERSTOOD = b"     ^\r\n% invalid command detected at '^' marker.\r\n"


@dataclass(frozen=True, slots=True)
class PlaybackStep:
    """Print something after a pause, or (without ``data``) wait for what is typed."""

    data: bytes
    pause: float
    line: bool = False
    """Whether a whole line is waited for, and not one key."""
    end: str = ""
    """How the shell ends here: ``exit``, ``closed`` or ``lost``."""


@dataclass(slots=True)
class Script:
    """One login as it can be played."""

    opening: list[PlaybackStep] = field(default_factory=list)
    answers: dict[str, list[list[PlaybackStep]]] = field(default_factory=dict)
    """What was printed after a command, each time that it was typed."""
    prompt: bytes = b""

    def answer(self, command: str, count: int) -> list[PlaybackStep]:
        """The steps after a command that is typed for the ``count``-th time, counted from 0."""
        known = self.answers.get(command)
        if known:
            return known[min(count, len(known) - 1)]
        echo = command.encode("utf-8", "surrogateescape") + b"\r\n"
        if not command:
            return [PlaybackStep(b"\r\n" + self.prompt, 0.0)]
        if command == "exit":
            return [PlaybackStep(echo, 0.0), PlaybackStep(b"", 0.0, end="exit")]
        return [PlaybackStep(echo + _NOT_UNDERSTOOD + self.prompt, 0.0)]


class ScriptShell:
    """Plays one script, whatever is typed.

    Args:
        script: What was captured.
        terminal: Where the client types; it echoes nothing, for the capture holds the echo.
        send: Takes text for the client, undecodable bytes as surrogates.
        timing: With the pauses of the original.
    """

    def __init__(
        self, script: Script, terminal: LabTerminal, send: Callable[[str], None], *, timing: bool
    ) -> None:
        self._script = script
        self._terminal = terminal
        self._send = send
        self._timing = timing
        self._counts: Counter[str] = Counter()

    async def run(self) -> None:
        """Play until the script or the client ends it.

        Raises:
            EOFError: the client is gone.
            LinkDropped: the link was lost here.
        """
        goes_on = await self._steps(self._script.opening)
        while goes_on:
            command = await self._line()
            steps = self._script.answer(command, self._counts[command])
            self._counts[command] += 1
            goes_on = await self._steps(steps)

    async def _steps(self, steps: Sequence[PlaybackStep]) -> bool:
        """Play them; whether the shell continues."""
        for step in steps:
            if self._timing and step.pause and (step.data or step.end):
                await asyncio.sleep(step.pause)
            if step.end == "lost":
                raise LinkDropped
            if step.end:
                return False
            if step.data:
                self._send(step.data.decode("utf-8", "surrogateescape"))
            else:
                await (self._line() if step.line else self._terminal.key())
        return True

    async def _line(self) -> str:
        """What is typed up to Enter, without Ctrl-C."""
        line = ""
        while (key := await self._terminal.key()) not in "\r\n":
            line += key
        return line.replace("\x03", "")


def script_of(login: CapturedLogin) -> Script:
    """The script of a login."""
    script = Script()
    steps = script.opening
    for event, pause in _paused(login.events):
        command = _command(event)
        if command is not None:
            steps = []
            script.answers.setdefault(command, []).append(steps)
        elif event.kind is CapturedKind.RECEIVED:
            steps.append(PlaybackStep(event.data, pause))
        elif event.kind in (CapturedKind.SENT, CapturedKind.HIDDEN):
            steps.append(
                PlaybackStep(
                    b"", pause, line=event.kind is CapturedKind.HIDDEN or event.data.endswith(_ENTER)
                )
            )
        elif event.kind is CapturedKind.ENDED:
            steps.append(PlaybackStep(b"", pause, end=event.data.decode("ascii", "replace")))
    script.prompt = _prompt(script)
    return script


def _command(event: CapturedEvent) -> str | None:
    if event.kind is not CapturedKind.SENT or not event.data.endswith(_ENTER) or event.data in _ANSWERS:
        return None
    return event.data.removesuffix(_ENTER).decode("utf-8", "surrogateescape")


def _paused(events: Sequence[CapturedEvent]) -> Iterator[tuple[CapturedEvent, float]]:
    before = events[0].at if events else 0.0
    for event in events:
        yield event, max(0.0, event.at - before)
        before = event.at


def _prompt(script: Script) -> bytes:
    """The last unfinished line of any answer: what the node shows when it waits for a command."""
    every = [script.opening, *(steps for known in script.answers.values() for steps in known)]
    ends = (_last_line(steps) for steps in every)
    return next((line for line in ends if line), b"")


def _last_line(steps: Iterable[PlaybackStep]) -> bytes:
    printed = b"".join(step.data for step in steps)
    return printed.rpartition(b"\n")[2]
