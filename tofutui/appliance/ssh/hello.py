"""The first bytes of whatever answers at an SSH port, read without the SSH library.

Servers that find nothing in common often hang up so fast that their own list of algorithms is lost to the
library; asked once more, slowly, they send it (RFC 4253, parts 4.2 and 7.1).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_OUR_VERSION = b"SSH-2.0-tofutui\r\n"
_MOST = 65_536
_KEXINIT = 20
_LISTS_AT = 5 + 1 + 16
"""Behind packet length, padding length, message number and cookie."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a server said first."""

    words: bytes = b""
    """Its first bytes, up to the end of its version line."""
    kex: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


async def read_hello(read: Callable[[int], Awaitable[bytes]], write: Callable[[bytes], object]) -> Hello:
    """Exchange versions and read the server's lists; what does not come stays empty.

    Raises:
        OSError: the connection broke before anything was said.
    """
    data = await read(_MOST)
    while data.startswith(b"SSH-") and b"\n" not in data and (more := await read(_MOST)):
        data += more
    words, newline, data = data.partition(b"\n")
    if not words.startswith(b"SSH-") or not newline:
        return Hello(words[:200])
    write(_OUR_VERSION)
    while len(data) < _MOST and not _is_whole(data):
        try:
            more = await read(_MOST)
        except OSError:
            break
        if not more:
            break
        data += more
    return _parse(words, data)


def _is_whole(data: bytes) -> bool:
    return len(data) > 4 and len(data) >= 4 + int.from_bytes(data[:4], "big")


def _parse(words: bytes, data: bytes) -> Hello:
    if not _is_whole(data) or len(data) < _LISTS_AT or data[5] != _KEXINIT:
        return Hello(words)
    lists, at = [], _LISTS_AT
    for _ in range(6):
        length = int.from_bytes(data[at : at + 4], "big")
        text = data[at + 4 : at + 4 + length].decode("latin-1")
        lists.append(tuple(name for name in text.split(",") if name))
        at += 4 + length
    return Hello(words, lists[0], lists[1], lists[2], lists[4])
