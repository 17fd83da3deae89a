"""A shell's byte stream as lines and silences, and time that stops while a person is asked."""

import asyncio
import codecs
import re
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from tofutui.tofu.cli_output.grammar import CONTROL_SEQUENCE, ESCAPE_SEQUENCE, TEXT, UNFINISHED_SEQUENCE

CTRL_C = b"\x03"
ENTER = b"\r"
"""What a terminal sends for Enter: some command lines take a line feed for nothing."""
_TOKEN = re.compile(rf"{TEXT}|(?P<escape>{CONTROL_SEQUENCE}|{ESCAPE_SEQUENCE})|(?P<control>[\x00-\x1f\x7f])")
_ODD = re.compile(r"\r(?!\n)|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
"""Whatever needs more than splitting at line ends."""
_TAIL = 400
_LONGEST = 65_536
"""Characters of an unfinished line that are kept; what is longer continues on further lines."""
_HEARD = 8_192
"""More bytes than a question holds that may be answered automatically."""

_T = TypeVar("_T")


class Screen:
    """What a terminal would show of the bytes a node sends: finished lines, and `line`, where the cursor is.

    No line is ever taken back once it ended, and text is only overwritten where that loses nothing: a row of
    the table must not vanish because its subject holds a control sequence.

    ``may_vanish`` says of an unfinished line whether a carriage return may wipe it (blanks, a pager's
    remark, the prompt drawn again); after any other text a carriage return counts as the end of a line.
    A line that grows without end is handed out in parts.
    """

    def __init__(self, may_vanish: Callable[[str], bool] = lambda line: not line.strip()) -> None:
        self._may_vanish = may_vanish
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._waiting = ""
        self._pieces: list[str] = []
        self._length = 0
        self._returned = False
        self._lines: list[str] = []

    def feed(self, data: bytes) -> list[str]:
        """Take what arrived; the lines that ended with it, without their line ends."""
        text = self._waiting + self._decoder.decode(data)
        if _ODD.search(text, 0, len(text) - text.endswith("\r")):
            self._take_tokens(text)
        else:
            self._take_lines(text)
        lines, self._lines = self._lines, []
        return lines

    def _take_lines(self, text: str) -> None:
        """Plain lines, all at once; a carriage return at the end may belong to a line feed to come."""
        self._waiting = ""
        body = text.removesuffix("\r")
        first, *further = body.replace("\r\n", "\n").split("\n")
        if first:
            self._write(first)
        if further:
            self._end_line()
            self._lines += further[:-1]
            if further[-1]:
                self._write(further[-1])
        self._returned = self._returned or body != text

    def _take_tokens(self, text: str) -> None:
        cut = UNFINISHED_SEQUENCE.search(text, max(0, text.rfind("\x1b", 0, -1)))
        self._waiting = text[cut.start() :] if cut else ""
        for token in _TOKEN.finditer(text, 0, cut.start() if cut else len(text)):
            self._take(token)

    @property
    def line(self) -> str:
        """The whole unfinished line."""
        return "".join(self._pieces)

    @property
    def tail(self) -> str:
        """The last few hundred characters of the unfinished line; costs the same for any length."""
        kept: list[str] = []
        length = 0
        for piece in reversed(self._pieces):
            kept.append(piece[-_TAIL:])
            length += len(kept[-1])
            if length >= _TAIL:
                break
        return "".join(reversed(kept))[-_TAIL:]

    def shorten(self) -> None:
        """Keep no more of the unfinished line than its `tail`, for a reader that needs nothing else."""
        if len(self._pieces) > 1:
            self._hold(self.tail)

    def wipe(self) -> None:
        """Forget the unfinished line."""
        self._hold("")
        self._returned = False

    def _hold(self, line: str) -> None:
        self._pieces, self._length = [line] if line else [], len(line)

    def _take(self, token: re.Match[str]) -> None:
        kind, value = token.lastgroup, token.group()
        if kind == "text":
            self._write(value)
        elif kind == "escape":
            self._erase(value)
        elif value == "\n":
            self._end_line()
        elif value == "\r":
            self._returned = True
        elif value in "\x08\x7f":
            self._step_back()
        elif value not in "\x00\x07\x0e\x0f":
            self._write(value)

    def _write(self, text: str) -> None:
        self._settle_return()
        self._pieces.append(text)
        self._length += len(text)
        if self._length > _LONGEST:
            line = self.line
            self._lines.append(line[:-_TAIL])
            self._hold(line[-_TAIL:])

    def _settle_return(self) -> None:
        """A carriage return was not followed by a line feed: wipe the line, or end it."""
        if self._returned and self._pieces:
            if len(tail := self.tail) < _TAIL and self._may_vanish(tail):
                self._hold("")
            else:
                self._end_line()
        self._returned = False

    def _erase(self, sequence: str) -> None:
        """Erase-line sequences erase what a carriage return may; all others say nothing about text."""
        if sequence.endswith("K") and sequence.startswith("\x1b["):
            self._settle_return()

    def _step_back(self) -> None:
        self._settle_return()
        if self._pieces:
            self._length -= 1
            shorter = self._pieces.pop()[:-1]
            if shorter:
                self._pieces.append(shorter)

    def _end_line(self) -> None:
        self._lines.append(self.line)
        self.wipe()


class Wire(Protocol):
    """The two directions of a shell."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be written."""

    async def read(self, seconds: float) -> bytes | None:
        """What arrived; None after that many seconds of silence; b"" once the shell has ended."""

    def write(self, data: bytes) -> None:
        """Send; does nothing on a closed wire."""


class ShellEnded(Exception):
    """The node closed the shell, or the connection went away."""


class Console:
    """A wire read as a terminal would show it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.screen = Screen(lambda line: not line.strip() or self.may_vanish(line))
        self.may_vanish: Callable[[str], bool] = lambda line: False
        self.received = 0
        """Bytes so far."""
        self.heard = bytearray()
        """The first bytes since a line was typed, as they came."""

    async def hear(self, seconds: float) -> list[str] | None:
        """The lines that ended with the next piece of output (often none); None after a silence.

        Raises:
            ShellEnded: there will be no more.
        """
        data = await self.wire.read(seconds)
        if data is None:
            return None
        if not data:
            raise ShellEnded
        self.received += len(data)
        self.heard += data[: _HEARD - len(self.heard)]
        return self.screen.feed(data)

    async def drain(self, most: int, unasked: Callable[[str], None]) -> bool:
        """Read what arrived unasked between two commands; False if over ``most`` bytes came.

        ``unasked`` gets each whole line. The end of the unfinished line stays, to be looked at.
        """
        end = self.received + most
        while (lines := await self.hear(0)) is not None:
            for line in lines:
                unasked(line)
            self.screen.shorten()
            if self.received > end:
                self.screen.wipe()
                return False
        return True

    def type(self, text: str) -> bool:
        """A line and Enter; False on a closed wire."""
        self.heard.clear()
        return self.press(text.encode("utf-8", "surrogateescape") + ENTER)

    def press(self, keys: bytes) -> bool:
        """Keys without Enter."""
        if self.wire.is_closed:
            return False
        self.wire.write(keys)
        return True


class Patience:
    """Seconds that run out, but not while a person is asked."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = 0.0
        self.renew()

    def renew(self) -> None:
        """Start again."""
        self._end = asyncio.get_running_loop().time() + self._seconds

    @property
    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - asyncio.get_running_loop().time())

    async def outside(self, question: Awaitable[_T]) -> _T:
        """Wait for a person; the time does not count."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            return await question
        finally:
            self._end += loop.time() - began
