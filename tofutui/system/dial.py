"""TCP connections to a name that has several addresses, of which some may be dead (RFC 8305)."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from itertools import chain, zip_longest
from typing import Any, TypeVar

HEAD_START = 0.25
"""Seconds that one address has before the next is tried beside it."""

Address = tuple[socket.AddressFamily, tuple[Any, ...]]
T = TypeVar("T")


async def connect_first(host: str, port: int, family: int = socket.AF_UNSPEC) -> socket.socket:
    """The first of a name's addresses to answer, as a connected socket; the caller bounds the time.

    Raises:
        OSError: the name is unknown, or no address took the connection (a refusal says most).
    """
    loop = asyncio.get_running_loop()
    addresses = by_turns(await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM))
    return await first_to_connect([partial(_connect, address) for address in addresses], socket.socket.close)


def by_turns(infos: Iterable[tuple[Any, ...]]) -> list[Address]:
    """Each address once, the families taking turns, each in the order of the resolver: best first."""
    families: dict[socket.AddressFamily, list[Address]] = {}
    for family, _type, _proto, _canonical, where in infos:
        families.setdefault(family, []).append((family, where))
    rounds = zip_longest(*families.values())
    return list(dict.fromkeys(address for address in chain.from_iterable(rounds) if address))


async def first_to_connect(
    attempts: Sequence[Callable[[], Coroutine[Any, Any, T]]], close: Callable[[T], object]
) -> T:
    """The first connection to come up; a dead IPv6 address must not use up the whole time-out.

    ``close`` ends a connection that came up too late to be wanted.

    Raises:
        OSError: no attempt succeeded; a refusal says more than "no route" of the other address family.
    """
    loop = asyncio.get_running_loop()
    racers: list[asyncio.Task[T]] = []
    winner: asyncio.Task[T] | None = None
    try:
        for left in range(len(attempts) - 1, -1, -1):
            racers.append(loop.create_task(attempts[len(racers)]()))
            winner = await _winner(racers, HEAD_START if left else None)
            if winner is not None:
                return winner.result()
        raise _most_telling(racers)
    finally:
        await _drop([racer for racer in racers if racer is not winner], close)


async def _connect(address: Address) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock


async def _winner(racers: Sequence["asyncio.Task[T]"], seconds: float | None) -> "asyncio.Task[T] | None":
    """The first that has a connection; None when all failed or the time is up."""
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    while True:
        winner = next((racer for racer in racers if racer.done() and racer.exception() is None), None)
        running = [racer for racer in racers if not racer.done()]
        left = None if deadline is None else deadline - loop.time()
        if winner or not running or (left is not None and left <= 0):
            return winner
        await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)


def _most_telling(failed: Iterable["asyncio.Task[T]"]) -> BaseException:
    errors = [error for racer in failed if (error := racer.exception()) is not None]
    refused = (error for error in errors if isinstance(error, ConnectionRefusedError))
    return next(refused, errors[0] if errors else OSError("the name has no address"))


async def _drop(losers: Sequence["asyncio.Task[T]"], close: Callable[[T], object]) -> None:
    for racer in losers:
        racer.cancel()
    for late in await asyncio.gather(*losers, return_exceptions=True):
        if not isinstance(late, BaseException):
            close(late)
