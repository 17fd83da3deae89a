"""The first bytes of whatever answers at an SSH port, read without the SSH library.

Servers that find nothing in common often hang up so fast that their own list of algorithms is lost to the
library; asked once more, slowly, they send it (RFC 4253, parts 4.2 and 7.1).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

_OUR_VERSION = b"SSH-2.0-tofutui\r\n"
_MOST = 65_536
_KEXINIT = 20
_LISTS_AT = 1 + 16
"""Behind message number and cookie."""
_PATIENCE = 1.0
"""Seconds in which a server may speak first; servers of other protocols wait for us."""


@dataclass(frozen=True, slots=True)
class Algorithms:
    """The algorithms that one side offers; of those for each direction, the server's receiving side."""

    kex: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hello:
    """What a server sent first."""

    words: bytes = b""
    """Its first bytes, up to the end of its version line."""
    algorithms: Algorithms = field(default_factory=Algorithms)


async def read_hello(read: Callable[[int], Awaitable[bytes]], write: Callable[[bytes], object]) -> Hello:
    """Exchange versions and read the server's lists; what does not come stays empty.

    Raises:
        OSError: the connection broke before anything was sent.
    """
    greetings = iter([_OUR_VERSION])
    data = await _first_words(read, lambda: write(next(greetings)))
    while data.startswith(b"SSH-") and b"\n" not in data and (more := await read(_MOST)):
        data += more
    words, newline, data = data.partition(b"\n")
    if not words.startswith(b"SSH-") or not newline:
        return Hello(words[:200])
    for greeting in greetings:
        write(greeting)
    while len(data) < _MOST and not _is_whole(data):
        try:
            more = await read(_MOST)
        except OSError:
            break
        if not more:
            break
        data += more
    return Hello(words, offered_algorithms(data[5:]) if _is_whole(data) else Algorithms())


async def _first_words(read: Callable[[int], Awaitable[bytes]], greet: Callable[[], object]) -> bytes:
    """A server that hangs up on our greeting may lose its own words by it: it may speak first."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await read(_MOST)
    except TimeoutError:
        greet()
    return await read(_MOST)


def _is_whole(data: bytes) -> bool:
    return len(data) > 4 and len(data) >= 4 + int.from_bytes(data[:4], "big")


def offered_algorithms(message: bytes) -> Algorithms:
    """The lists of a KEXINIT message; empty for any other (RFC 4253, 7.1)."""
    if len(message) < _LISTS_AT or message[0] != _KEXINIT:
        return Algorithms()
    lists, at = [], _LISTS_AT
    for _ in range(6):
        length = int.from_bytes(message[at : at + 4], "big")
        text = message[at + 4 : at + 4 + length].decode("latin-1")
        lists.append(tuple(name for name in text.split(",") if name))
        at += 4 + length
    return Algorithms(lists[0], lists[1], lists[2], lists[4])
