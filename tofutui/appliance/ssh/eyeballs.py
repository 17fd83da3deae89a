"""A TCP connection to a name that has several addresses, of which some may be dead (RFC 8305)."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any

HEAD_START = 0.25
"""Seconds that one address has before the next is tried beside it."""

Racer = asyncio.Task[socket.socket]
Address = tuple[socket.AddressFamily, tuple[Any, ...]]


async def connect_first(host: str, port: int, family: int = socket.AF_UNSPEC) -> socket.socket:
    """The first of a name's addresses to answer, as a connected socket; the caller bounds the time.

    The SSH library tries one address after the other, so that a dead IPv6 eats the whole time-out.

    Raises:
        OSError: the name is unknown, or no address took the connection (a refusal says most).
    """
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    racers: list[Racer] = []
    winner: Racer | None = None
    try:
        for address in _by_turns(infos):
            racers.append(loop.create_task(_connect(address)))
            winner = await _winner(racers, HEAD_START)
            if winner:
                return winner.result()
        winner = await _winner(racers, None)
        if winner:
            return winner.result()
        raise _most_telling(racers)
    finally:
        await _drop(racer for racer in racers if racer is not winner)


def _by_turns(infos: Iterable[tuple[Any, ...]]) -> list[Address]:
    """The families taking turns, each in the order of the resolver, which puts the best first."""
    families: dict[socket.AddressFamily, list[Address]] = {}
    for family, _type, _proto, _canonical, where in infos:
        families.setdefault(family, []).append((family, where))
    rounds = zip_longest(*families.values())
    return list(dict.fromkeys(address for address in chain.from_iterable(rounds) if address))


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


async def _winner(racers: Sequence[Racer], seconds: float | None) -> Racer | None:
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


def _most_telling(failed: Iterable[Racer]) -> BaseException:
    errors = [error for racer in failed if (error := racer.exception()) is not None]
    refused = (error for error in errors if isinstance(error, ConnectionRefusedError))
    return next(refused, errors[0] if errors else OSError("the name has no address"))


async def _drop(losers: Iterable[Racer]) -> None:
    racers = list(losers)
    for racer in racers:
        racer.cancel()
    for late in await asyncio.gather(*racers, return_exceptions=True):
        if isinstance(late, socket.socket):
            late.close()
