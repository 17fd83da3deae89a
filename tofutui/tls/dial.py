"""Opening a TCP connection to an endpoint: directly, or in any other way that is handed in."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Protocol

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint

Connection = tuple[asyncio.BaseTransport, asyncio.Protocol]
Factory = Callable[[], asyncio.Protocol]

HEAD_START = 0.25
"""Seconds that one address of a name has before the next is tried beside it (RFC 8305)."""


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
    """Connect from this machine; a name is looked up each time.

    Raises:
        OSError: as `Dial` says.
        DialError: the host is not a name that can be looked up.
    """
    return await DirectDial()(factory, endpoint)


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
        answer = _take_turns(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))
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


def _take_turns(infos: Iterable[tuple[object, ...]]) -> list[str]:
    families: dict[object, list[str]] = {}
    for family, _type, _proto, _canonical, where in infos:
        assert isinstance(where, tuple)
        families.setdefault(family, []).append(str(where[0]))
    rounds = zip_longest(*families.values())
    return list(dict.fromkeys(address for address in chain.from_iterable(rounds) if address))


async def _connect_first(factory: Factory, addresses: Sequence[str], port: int) -> Connection:
    """The first connection to come up; a dead IPv6 address must not eat the whole time-out."""
    loop = asyncio.get_running_loop()
    if len(addresses) == 1:
        return await loop.create_connection(factory, addresses[0], port)
    started: list[asyncio.Task[Connection]] = []
    winner: asyncio.Task[Connection] | None = None
    try:
        for left in range(len(addresses) - 1, -1, -1):
            address = addresses[len(started)]
            started.append(loop.create_task(_connect(factory, address, port)))
            winner = await _winner(started, HEAD_START if left else None)
            if winner is not None:
                return winner.result()
        raise _most_telling(started)
    finally:
        await _drop(task for task in started if task is not winner)


async def _connect(factory: Factory, address: str, port: int) -> Connection:
    return await asyncio.get_running_loop().create_connection(factory, address, port)


async def _winner(
    started: Sequence[asyncio.Task[Connection]], patience: float | None
) -> asyncio.Task[Connection] | None:
    """The first task that has a connection; None when all failed or ``patience`` (seconds) ran out."""
    loop = asyncio.get_running_loop()
    deadline = None if patience is None else loop.time() + patience
    running = [task for task in started if not task.done()]
    while running:
        left = None if deadline is None else deadline - loop.time()
        await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            if task.done() and task.exception() is None:
                return task
        running = [task for task in running if not task.done()]
        if deadline is not None and loop.time() >= deadline:
            break
    return None


def _most_telling(failed: Sequence[asyncio.Task[Connection]]) -> BaseException:
    """A refusal says more than "no route" of the other address family."""
    errors = [error for task in failed if (error := task.exception()) is not None]
    return next((e for e in errors if isinstance(e, ConnectionRefusedError)), errors[0])


async def _drop(losers: Iterable[asyncio.Task[Connection]]) -> None:
    tasks = list(losers)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, tuple):
            hang_up(result[0])


def hang_up(transport: asyncio.BaseTransport) -> None:
    """End a connection at once: old servers never answer a polite good-bye."""
    getattr(transport, "abort", transport.close)()
