"""Opening a TCP connection to an endpoint: directly, or in any other way that is handed in."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from tofutui.system.dial import by_turns, first_to_connect
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint

Connection = tuple[asyncio.BaseTransport, asyncio.Protocol]
Factory = Callable[[], asyncio.Protocol]


class DialError(TofutuiError):
    """A connection that could not be made, already put into a user's words by whoever dialled.

    ``status`` says which of the reasons for no answer it is (for example REFUSED or UNREACHABLE).
    """

    def __init__(self, status: Status, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


class Dial(Protocol):
    """A way to an endpoint: makes a connection and puts the protocol that ``factory`` makes on it.

    The transport given to the protocol must have ``write(bytes)``, ``is_closing()`` and ``close()``, and
    ``abort()`` if it can. Raises OSError (also TimeoutError, ConnectionRefusedError, socket.gaierror) or
    `DialError`.
    """

    async def __call__(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Connect; the caller closes the transport."""


class DirectDial:
    """Connects from this machine and looks each name up once in a while, not once per connection.

    ``lookup_timeout`` bounds one look-up and ``remember`` says how long its answer is used, in seconds.
    """

    def __init__(self, *, lookup_timeout: float = 4.0, remember: float = 30.0) -> None:
        self._lookup_timeout = lookup_timeout
        self._remember = remember
        self._lookups: dict[str, tuple[float, asyncio.Future[list[str]]]] = {}

    async def __call__(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Connect; raises OSError, or DialError where a name cannot be looked up."""
        addresses = [endpoint.host] if endpoint.is_address else await self._addresses(endpoint.host)
        return await _connect_first(factory, addresses, endpoint.port)

    async def _addresses(self, name: str) -> list[str]:
        lookup = self._lookup(name)
        try:
            async with asyncio.timeout(self._lookup_timeout):
                return await asyncio.shield(lookup)
        except TimeoutError:
            self._lookups.pop(name, None)
            words = f"the name {name} was not resolved within {self._lookup_timeout:g} s"
            raise DialError(Status.DNS, words) from None

    def _lookup(self, name: str) -> asyncio.Future[list[str]]:
        now = asyncio.get_running_loop().time()
        started, lookup = self._lookups.get(name, (0.0, None))
        if lookup is None or now - started > self._remember:
            lookup = look_up(name)
            self._lookups[name] = (now, lookup)
        return lookup


def look_up(name: str) -> asyncio.Future[list[str]]:
    """The addresses of a name, the families taking turns, best first.

    A thread of its own for each: a silent name server must delay neither other look-ups nor the
    end of the program, and the loop's own pool has six threads on a small machine. The future fails with
    OSError, or with DialError if the text is not a name at all.
    """
    loop = asyncio.get_running_loop()
    addresses: asyncio.Future[list[str]] = loop.create_future()
    # A cancelled probe does not collect the failure.
    addresses.add_done_callback(lambda future: future.cancelled() or future.exception())
    threading.Thread(target=_look_up_into, args=(name, loop, addresses), daemon=True, name="look-up").start()
    return addresses


def _look_up_into(name: str, loop: asyncio.AbstractEventLoop, addresses: asyncio.Future[list[str]]) -> None:
    answer: list[str] = []
    problem: Exception | None = None
    try:
        infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        answer = list(dict.fromkeys(str(where[0]) for _, where in by_turns(infos)))
    except OSError as error:
        problem = error
    except ValueError:  # UnicodeError: a label is empty or too long; or a NUL byte
        problem = DialError(Status.DNS, "this is not a name that can be looked up")
    try:
        loop.call_soon_threadsafe(_settle, addresses, answer, problem)
    except RuntimeError:
        return  # the loop has ended meanwhile: no probe waits any more


def _settle(addresses: asyncio.Future[list[str]], answer: list[str], problem: Exception | None) -> None:
    if addresses.done():
        return
    if problem is not None:
        addresses.set_exception(problem)
    else:
        addresses.set_result(answer)


async def _connect_first(factory: Factory, addresses: Sequence[str], port: int) -> Connection:
    if len(addresses) == 1:
        return await _connect(factory, addresses[0], port)
    attempts = [partial(_connect, factory, address, port) for address in addresses]
    return await first_to_connect(attempts, lambda connection: hang_up(connection[0]))


async def _connect(factory: Factory, address: str, port: int) -> Connection:
    return await asyncio.get_running_loop().create_connection(factory, address, port)


def hang_up(transport: asyncio.BaseTransport) -> None:
    """End a connection at once: old servers never answer a polite good-bye."""
    getattr(transport, "abort", transport.close)()
