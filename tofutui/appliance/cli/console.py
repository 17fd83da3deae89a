"""A shell's byte stream as lines and silences, and time that stops while a person is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from tofutui.appliance.cli.terminal import Screen

CTRL_C = b"\x03"
ENTER = b"\r"
"""What a terminal sends for Enter: some command lines take a line feed for nothing."""
_HEARD = 8_192
"""More bytes than a question holds that may be answered automatically."""

_T = TypeVar("_T")


class Wire(Protocol):
    """The two directions of a shell."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be written any more."""
        ...

    async def read(self, seconds: float) -> bytes | None:
        """What arrived; None after that many seconds of silence; b"" once the shell has ended."""
        ...

    def write(self, data: bytes) -> None:
        """Send; does nothing on a closed wire."""
        ...


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
