"""TCP in front of a real server, with a fault in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.appliance import tcp_server
from tofutui.lab.appliance.faults import HELLOS
from tofutui.lab.endpoint import make_reset

LONG = 700
"""Bytes of a client's list of algorithms beyond which the relay hangs up."""


@asynccontextmanager
async def choosy(port: int, hellos: list[int]) -> AsyncIterator[int]:
    """Forwards to a server, but hangs up when the client's list of algorithms is long, as old boxes do.

    ``hellos`` collects the lengths of the lists.
    """

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)

        async def down() -> None:
            while data := await up_reader.read(65536):
                writer.write(data)

        task = asyncio.create_task(down())
        try:
            up_writer.write(await reader.readline())
            head = await reader.readexactly(5)
            hellos.append(int.from_bytes(head[:4], "big"))
            if hellos[-1] < LONG:
                up_writer.write(head)
                while data := await reader.read(65536):
                    up_writer.write(data)
        finally:
            up_writer.transport.abort()
            await task

    async with tcp_server(relay) as own:
        yield own


class Relay:
    """TCP in front of a port: links can be reset or frozen, and ``mode`` says what the next one meets.

    ``pass``, ``late`` (served after a while), ``reset``, ``endless``, ``half`` (the server's first bytes,
    then nothing), ``deaf`` (the client's first bytes arrive, then nothing), or a word of `HELLOS`.
    """

    def __init__(self, target: int) -> None:
        self.mode = "pass"
        self.connections = 0
        self.port = 0
        self._target = target
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def reset(self) -> None:
        """Every open link, at both ends."""
        for link in self._links:
            link.reset()

    def freeze(self) -> None:
        """No byte passes any more on the open links, and neither end notices."""
        for link in self._links:
            link.frozen = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        link = _Link(reader, writer)
        self._links.add(link)
        try:
            await link.run(self.mode, self._target)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            link.abort()
            self._links.discard(link)
            self._tasks.discard(task)


class _Link:
    """One connection and, where there is one, its continuation to the real server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.frozen = False
        self._reader = reader
        self._writers = [writer]

    async def run(self, mode: str, target: int) -> None:
        writer = self._writers[0]
        if mode == "reset":
            self.reset()
        elif mode in HELLOS:
            writer.write(HELLOS[mode])
            await self._reader.read()
        elif mode == "endless":
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        else:
            await asyncio.sleep(0.2 if mode == "late" else 0)
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", target)
            self._writers.append(up_writer)
            down = asyncio.create_task(self._pump(up_reader, writer, 20 if mode == "half" else None))
            try:
                await self._pump(self._reader, up_writer, 20 if mode == "deaf" else None)
            finally:
                down.cancel()
                await asyncio.gather(down, return_exceptions=True)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None
    ) -> None:
        """Pass bytes on, so many at most; the end of one direction ends both."""
        try:
            while data := await reader.read(65536):
                if most is not None:
                    data, most = data[:most], max(0, most - len(data))
                if self.frozen:
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
        except ConnectionResetError:
            self.reset()
            raise
        if not self.frozen:
            writer.close()

    def reset(self) -> None:
        for writer in self._writers:
            if not writer.transport.is_closing():
                make_reset(writer.get_extra_info("socket"))
                writer.transport.abort()

    def abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
