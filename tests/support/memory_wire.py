"""The wire between a shell reader and a simulated console in memory: only the SSH protocol is left out."""

import asyncio
from collections.abc import Callable

from tofutui.lab.console.terminal import LabTerminal


class MemoryWire:
    """Both directions of a shell; ``echo`` is whether the simulated terminal echoes what is typed."""

    def __init__(self, *, echo: bool) -> None:
        self.terminal = LabTerminal(self.print, echo=echo)
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._reads = False
        self.ended = False
        self.on_end: Callable[[], None] = lambda: None

    @property
    def is_closed(self) -> bool:
        return self.ended

    async def read(self, seconds: float) -> bytes | None:
        assert not self._reads, "two readers on one wire: one of them gets the other's answer"
        self._reads = True
        try:
            return await self._read(seconds)
        finally:
            self._reads = False

    async def _read(self, seconds: float) -> bytes | None:
        if not self._buffer and not self.ended:
            self._arrived.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    def write(self, data: bytes) -> None:
        if not self.ended:
            self.terminal.feed(data)

    def print(self, text: str) -> None:
        if not self.ended:
            self._buffer += text.encode("utf-8", "surrogateescape")
            self._arrived.set()

    def end(self) -> None:
        was_open, self.ended = not self.ended, True
        self._arrived.set()
        if was_open:
            self.on_end()
