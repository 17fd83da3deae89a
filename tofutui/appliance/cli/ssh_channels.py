"""Byte streams over an SSH connection: the shell, and TCP connections through a jump host."""

import asyncio
from collections.abc import Callable
from typing import cast

import asyncssh

from tofutui.appliance.tap import Tap

_CHUNK = 4_096
"""Bytes read at once: about fifty rows, which are taken over without a pause."""
_HIGH_WATER = 1_048_576


class ShellWire(asyncssh.SSHClientSession[bytes]):
    """A shell's output, buffered, with back pressure; one reader at a time."""

    def __init__(self, tap: Tap | None = None) -> None:
        self._tap = tap
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._ended = False
        self._paused = False
        self._has_reader = False
        self.on_end: Callable[[], None] = lambda: None
        """Called once when the shell has ended, by whomever."""

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Keep the channel."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Buffer what arrived."""
        if self._tap:
            self._tap.received(data)
        self._buffer += data
        self._arrived.set()
        if len(self._buffer) > _HIGH_WATER and self._channel and not self._paused:
            self._paused = True
            self._channel.pause_reading()

    def eof_received(self) -> bool:
        """The node will print no more."""
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is gone."""
        if self._tap:
            self._tap.ended(lost=exc is not None)
        self._end()

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be written."""
        return self._ended or self._channel is None or self._channel.is_closing()

    async def read(self, seconds: float) -> bytes | None:
        """What arrived; None after that many seconds of silence; b"" once the shell has ended.

        Raises:
            RuntimeError: another task reads already: one of the two would get the other's answer.
        """
        if self._has_reader:
            raise RuntimeError("two readers on one wire")
        self._has_reader = True
        try:
            return await self._read(seconds)
        finally:
            self._has_reader = False

    async def _read(self, seconds: float) -> bytes | None:
        if not self._buffer and not self._ended:
            try:
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        else:
            await asyncio.sleep(0)  # a long listing that is there already holds up nothing else
        data = bytes(self._buffer[:_CHUNK])
        del self._buffer[:_CHUNK]
        if not self._buffer and not self._ended:
            self._arrived.clear()
        if self._paused and self._channel and len(self._buffer) < _CHUNK:
            self._paused = False
            self._channel.resume_reading()
        return data

    def write(self, data: bytes) -> None:
        """Send; does nothing on a closed wire."""
        if not self.is_closed and self._channel:
            if self._tap:
                self._tap.sent(data)
            self._channel.write(data)

    def _end(self) -> None:
        self._ended = True
        self._arrived.set()
        on_end, self.on_end = self.on_end, lambda: None
        on_end()


class TunnelSession(asyncssh.SSHTCPSession[bytes]):
    """Drives a protocol of asyncio over a channel of a jump host, which does all that a transport does."""

    def __init__(self, factory: Callable[[], asyncio.Protocol]) -> None:
        self.protocol = factory()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, chan: asyncssh.SSHTCPChannel[bytes]) -> None:
        """Hand the channel on."""
        self.transport = cast(asyncio.Transport, chan)
        self.protocol.connection_made(self.transport)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Hand the bytes on."""
        self.protocol.data_received(data)

    def eof_received(self) -> bool:
        """Hand the end on."""
        return bool(self.protocol.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand the loss on."""
        self.protocol.connection_lost(exc)
