"""gzip, bzip2, xz and lzma: one compressed stream -> its content, up to where it is damaged.

No step unpacks more than `CHUNK` bytes, whatever the data claim.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tofutui.config.packings.streams import CHUNK, MIB, NotRead, Stream

GZIP = b"\x1f\x8b"
BZIP2 = b"BZh"
XZ = b"\xfd7zXZ\x00"
LZMA = b"\x5d\x00\x00"
"""How each begins; lzma's own format has no mark, only settings that are always the same."""
_STEP = 16 * 1024
"""Bytes that bzip2 and xz give at a time: so many at most before a damage are lost in a large file."""
_KEPT = 4 * MIB
"""Compressed bytes that are kept, to unpack once more up to where they are damaged."""
_FINER = (4096, 64, 1)
"""Bytes at a time before a damage."""
_PART = 4096
"""Compressed bytes at a time there."""
_MOST_MEMORY = 80 * MIB
"""What xz may ask for; its highest usual level needs 65 MiB."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Format:
    """One format that the standard library unpacks in steps."""

    name: str
    magic: bytes
    make: Callable[[], _Unpacker]


_FORMATS = {
    "bzip2": _Format("bzip2", BZIP2, bz2.BZ2Decompressor),
    "xz": _Format("xz", XZ, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY)),
    "lzma": _Format("lzma", LZMA, lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _MOST_MEMORY)),
}
COMPRESSED = ("gzip", *_FORMATS)
"""The kinds that `unpacked` takes."""


def unpacked(kind: str, stream: Stream, place: str) -> Iterator[bytes]:
    """What a file of this kind holds, in pieces of a bounded size; its parts one after the other.

    Raises:
        NotRead: it is damaged or cut off from here on, or something else follows.
    """
    magic = GZIP if kind == "gzip" else _FORMATS[kind].magic
    while True:
        if kind == "gzip":
            yield from inflated(stream, 31, place, "gzip data")
        else:
            yield from stepwise(kind, stream, place)
        _skip_padding(stream)
        if not stream.peek(len(magic)).startswith(magic):
            break
    if stream.peek(1):
        raise NotRead(f"{place}: something follows the {kind} data; it was not read")


def inflated(stream: Stream, window: int, place: str, what: str) -> Iterator[bytes]:
    """The content of one deflate stream, in the frame that ``window`` says as zlib does.

    What follows it stays in the stream; ``what`` are the data in a message.

    Raises:
        NotRead: it is damaged or cut off from here on.
    """
    inflater = zlib.decompressobj(window)
    while not inflater.eof:
        piece = stream.some()
        if not piece:
            yield inflater.flush()
            raise NotRead(_cut_off(place, what))
        while piece and not inflater.eof:
            before = inflater.copy()
            try:
                chunk = inflater.decompress(piece, CHUNK)
            except zlib.error as error:
                yield from _up_to_damage(before, piece)
                raise NotRead(_damaged(place, what)) from error
            if chunk:
                yield chunk
            piece = inflater.unconsumed_tail
    stream.unread(inflater.unused_data)


def stepwise(kind: str, stream: Stream, place: str) -> Iterator[bytes]:
    """The content of one bzip2, xz or lzma stream; what follows it stays in the stream.

    Raises:
        NotRead: it is damaged or cut off from here on, or needs too much memory.
    """
    make, what = _FORMATS[kind].make, f"{kind} data"
    unpacker, kept, given = make(), bytearray(), 0
    while not unpacker.eof:
        piece = stream.some() if unpacker.needs_input else b""
        if unpacker.needs_input and not piece:
            raise NotRead(_cut_off(place, what))
        kept += piece if len(kept) <= _KEPT else b""
        try:
            chunk = unpacker.decompress(piece, _STEP)
        except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
            if "emory" in str(error):
                raise NotRead(f"{place}: needs more than {_MOST_MEMORY // MIB} MiB to unpack") from error
            if len(kept) <= _KEPT:
                yield from _once_more(make(), bytes(kept), given)
            raise NotRead(_damaged(place, what)) from error
        given += len(chunk)
        if chunk:
            yield chunk
    stream.unread(unpacker.unused_data)


def _up_to_damage(
    inflater: "zlib._Decompress", piece: bytes, steps: Sequence[int] = _FINER
) -> Iterator[bytes]:
    """What can be inflated of a piece before the place that cannot, to the byte."""
    part = piece
    while part and not inflater.eof:
        before = inflater.copy()
        try:
            chunk = inflater.decompress(part[:_PART], steps[0])
        except zlib.error:
            if steps[1:]:
                yield from _up_to_damage(before, part[:_PART], steps[1:])
            return
        if chunk:
            yield chunk
        part = inflater.unconsumed_tail + part[_PART:]


def _once_more(unpacker: _Unpacker, packed: bytes, given: int) -> Iterator[bytes]:
    """What comes after the first ``given`` bytes and before the damage, to the byte."""
    data = packed
    try:
        while not unpacker.eof and (data or not unpacker.needs_input):
            chunk, data = unpacker.decompress(data, min(given, _STEP) or 1), b""
            if not given and chunk:
                yield chunk
            given -= min(given, len(chunk))
    except (OSError, EOFError, ValueError, lzma.LZMAError):
        return


def _damaged(place: str, what: str) -> str:
    return f"{place}: damaged {what}; the rest was not read"


def _cut_off(place: str, what: str) -> str:
    return f"{place}: the {what} are cut off"


def _skip_padding(stream: Stream) -> None:
    while piece := stream.some():
        if rest := piece.lstrip(b"\0"):
            stream.unread(rest)
            return
