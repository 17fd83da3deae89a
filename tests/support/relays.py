"""TCP in front of a real server, with a fault in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.appliance import tcp_server

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
