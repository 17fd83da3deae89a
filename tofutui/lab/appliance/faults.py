"""Faults that strike at a stated place of a login, and servers that never get as far as one."""

import asyncio
from collections.abc import Awaitable, Callable

from tofutui.lab.console.terminal import LinkDropped

KINDS = ("reset", "close", "hang", "garbage", "endless")
"""What may happen: the link is reset; the shell ends in good order; nothing more comes; bytes that mean
nothing come, and then it continues; `FLOOD` bytes come without a line end."""
PLACES = ("greeting", "listing", "rows", "delete", "deleted", "relisting", "ha-status")
"""Where: before the first prompt; before a listing; behind some rows of it; before a row is deleted; after it
was; before a listing that follows a deletion; before the answer of ``ncs ha status``."""
HELLOS = {
    "silent": b"",
    "unfinished": b"SSH-2.0-tofutui",
    "stuck": b"SSH-2.0-tofutui_lab\r\n",
    "garbage": bytes(range(255, -1, -1)) * 8,
}
"""What a server says that never gets as far as the key exchange, by the scenario's word for it."""
SSH = ("ok", "refused", "reset", "endless", *HELLOS)
LOGINS = ("ok", "refused", "expired", "code", "hang")
FLOOD = 100_000_000
_CHUNK = "x" * 65_536
_GARBAGE = bytes(range(256)).replace(b"\x03", b"").decode("utf-8", "surrogateescape")


async def play(kind: str, send: Callable[[str], None], ready: Callable[[], Awaitable[None]]) -> None:
    """Let it happen; ``ready`` waits until the client took what was sent.

    Raises:
        LinkDropped: the link must be reset.
        EOFError: the shell must end.
    """
    match kind:
        case "reset":
            raise LinkDropped
        case "close":
            raise EOFError
        case "hang":
            await asyncio.Event().wait()
        case "garbage":
            send(f"{_GARBAGE}\r\n")
        case "endless":
            for _ in range(FLOOD // len(_CHUNK)):
                send(_CHUNK)
                await ready()


class Mute(asyncio.Protocol):
    """A connection to a server that says its hello, or talks without end, and no more."""

    def __init__(self, ssh: str, hold: Callable[[asyncio.Transport], None]) -> None:
        self._ssh = ssh
        self._hold = hold
        self._left = FLOOD if ssh == "endless" else 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the hello, or begin to talk without end."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(HELLOS.get(self._ssh, b""))
        self._hold(transport)
        if self._left:
            transport.set_write_buffer_limits(high=0)
            self.resume_writing()

    def resume_writing(self) -> None:
        """The next piece, as soon as the last one is gone."""
        if self._left > 0 and self._transport is not None and not self._transport.is_closing():
            self._left -= len(_CHUNK)
            self._transport.write(_CHUNK.encode())
            if not self._transport.get_write_buffer_size():
                asyncio.get_running_loop().call_soon(self.resume_writing)
