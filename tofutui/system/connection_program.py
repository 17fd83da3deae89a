"""A program whose standard input and output are a connection, as OpenSSH's ProxyCommand is."""

import asyncio
import os
import signal
import socket
from contextlib import suppress

from tofutui.tofu.base.text import decode

_MOST_WORDS = 4_000
"""Bytes that are kept of what the program prints on its standard error."""
_END_WITHIN = 0.5
"""Seconds that a program has to end, or to say why it did."""


class ConnectionProgram:
    """A shell command as ``ssh`` runs it, with its own end of a socket and its error output kept.

    It gets a session of its own, without a terminal, and is ended with everything that it started.
    """

    def __init__(self, process: asyncio.subprocess.Process, sock: socket.socket) -> None:
        self.sock = sock
        """This machine's end of the connection; closed by whoever uses it."""
        self._process = process
        self._words = bytearray()
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def start(cls, command: str) -> "ConnectionProgram":
        """Start a command line by the user's shell.

        Raises:
            OSError: there is no such shell, or the system refuses another process.
        """
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                os.environ.get("SHELL") or "/bin/sh",
                "-c",
                f"exec {command}",
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        return cls(process, ours)

    @property
    def words(self) -> str:
        """The beginning of its error output."""
        return decode(bytes(self._words))

    async def status(self) -> int | None:
        """Its exit status if it ends within a moment, as a shell counts it; None while it runs."""
        await asyncio.wait([self._reading], timeout=_END_WITHIN)
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_WITHIN):
                await self._process.wait()
        return self._process.returncode

    def end(self) -> None:
        """End it and all that it started, and let go of its output; its end is not waited for."""
        self.sock.close()
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGTERM)
        self._reading.cancel()
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()

    async def _read(self) -> None:
        assert self._process.stderr is not None
        while more := await self._process.stderr.read(_MOST_WORDS):
            self._words += more[: _MOST_WORDS - len(self._words)]
