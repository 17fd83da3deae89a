"""Opening a TCP connection to an endpoint: directly, or in any other way that is handed in."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from tofutui.tofu.endpoint import Endpoint
from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.presented import Status


class DialError(TofutuiError):
    """A connection that could not be made, already put into a user's words by whoever dialled.

    ``status`` says which of the reasons for no answer it is (for example REFUSED or UNREACHABLE).
    """

    def __init__(self, status: Status, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


class Dial(Protocol):
    """A way to an endpoint: makes a connection and puts the protocol that ``factory`` makes on it.

    The transport given to the protocol must have ``write(bytes)`` and ``close()``, and ``abort()`` if it
    can. Raises OSError (also TimeoutError, ConnectionRefusedError, socket.gaierror) or `DialError`.
    """

    async def __call__(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Connect; the caller closes the transport."""
        ...


async def dial_direct(
    factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
    """Connect from this machine."""
    loop = asyncio.get_running_loop()
    return await loop.create_connection(factory, endpoint.host, endpoint.port, happy_eyeballs_delay=0.25)
