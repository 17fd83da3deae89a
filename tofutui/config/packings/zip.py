"""Zip archives. Where the table of contents is damaged, what lies before it is read all the same."""

import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from tofutui.config.packings.compressed import inflated, stepwise
from tofutui.config.packings.streams import CHUNK, MIB, UNPACK, Member, NotRead, Stream, beside
from tofutui.tofu.base.text import decode, safe

DIRECTORY = 32 * MIB
"""Bytes of the table of contents that are read."""
_LOCAL = b"PK\x03\x04"
_LOCAL_SIZE = 30
_LONGEST_TARGET = 4096
_DAMAGED_TABLE = "its table of contents is damaged, so files may be missing"
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_METHODS = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd", 99: "AES encryption"}


@dataclass(frozen=True, slots=True)
class _File:
    """What an archive says about one file."""

    name: str
    method: int
    size: int
    """Its bytes in the archive."""
    crc: int
    is_encrypted: bool
    is_whole: bool = True
    """Whether size and checksum are known before its content."""


def members(file: BinaryIO, place: str) -> Iterator[Member]:
    """The files of an archive; folders are passed over.

    Raises:
        NotRead: it is damaged from here on, or its table of contents cannot be read.
    """
    _check_directory(file, place)
    try:
        with ZipFile(file) as archive:
            listed = archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        yield from _one_after_the_other(file, place)
        raise NotRead(f"{place}: a damaged zip archive: {_DAMAGED_TABLE}: {safe(str(error))}") from error
    for info in listed:
        if info.is_dir():
            continue
        about = _File(
            info.filename, info.compress_type, info.compress_size, info.CRC, bool(info.flag_bits & 1)
        )
        content = _content_at(file, info.header_offset, about, f"{place}: {safe(info.filename)}")
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        yield Member(info.filename, content, link=_target(info.filename, content) if is_link else "")


def _target(name: str, content: Iterator[bytes]) -> str:
    """Where a link leads, which is its content; "?" where that cannot be read."""
    try:
        return beside(name, decode(next(content, b"")[:_LONGEST_TARGET])) or "?"
    except NotRead:
        return "?"


def _content_at(file: BinaryIO, offset: int, about: _File, place: str) -> Iterator[bytes]:
    try:
        file.seek(offset)
    except (OSError, ValueError) as error:  # the table of contents is spoilt
        raise NotRead(f"{place}: damaged; not read") from error
    stream = Stream(_chunks(file), f"{place}: damaged or cut off; the rest was not read")
    if _local(stream) is None:
        raise NotRead(f"{place}: damaged; not read")
    yield from _content(Stream(stream.pieces(about.size), stream.cut_off), about, place)


def _one_after_the_other(file: BinaryIO, place: str) -> Iterator[Member]:
    """The files by the headers in front of them, as far as those reach."""
    file.seek(0)
    stream = Stream(_chunks(file), f"{place}: damaged or cut off; the rest was not read")
    while stream.peek(4) == _LOCAL and (about := _local(stream)) is not None:
        packed = Stream(stream.pieces(about.size), stream.cut_off) if about.is_whole else stream
        content = _content(packed, about, f"{place}: {safe(about.name)}")
        if not about.name.endswith("/"):
            yield Member(about.name, content)
        for _ in packed.rest() if about.is_whole else content:
            pass
        if not about.is_whole:
            _skip_descriptor(stream)


def _content(packed: Stream, about: _File, place: str) -> Iterator[bytes]:
    """The bytes of one file from those in the archive.

    Raises:
        NotRead: it is not read, or is damaged or cut off from here on.
    """
    if about.is_encrypted:
        raise NotRead(f"{place}: encrypted, not read", UNPACK)
    if about.method == _DEFLATED:
        content = inflated(packed, -15, place, "data")
    elif about.method == _BZIP2:
        content = stepwise("bzip2", packed, place)
    elif about.method == _STORED and about.is_whole:
        content = packed.rest()
    else:
        how = _METHODS.get(about.method, f"method {about.method}")
        raise NotRead(
            f"{place}: compressed by a method other than deflate and bzip2 ({how}), not read", UNPACK
        )
    crc = 0
    for piece in content:
        crc = zlib.crc32(piece, crc)
        yield piece
    if about.is_whole and crc != about.crc:
        raise NotRead(f"{place}: damaged: its checksum does not match what was read")


def _local(stream: Stream) -> _File | None:
    """The header in front of a file; None if there is none."""
    raw = stream.read(_LOCAL_SIZE)
    if not raw.startswith(_LOCAL):
        return None
    flags, method = _little(raw[6:8]), _little(raw[8:10])
    name = stream.read(_little(raw[26:28]))
    stream.read(_little(raw[28:30]))
    size, crc = _little(raw[18:22]), _little(raw[14:18])
    is_whole = not (flags & 8 and size == 0) and size != 0xFFFFFFFF
    text = decode(name) if flags & 0x800 else name.decode("cp437")
    return _File(text, method, size, crc, bool(flags & 1), is_whole)


def _skip_descriptor(stream: Stream) -> None:
    """Size and checksum behind a file, in one of four forms."""
    ahead = stream.peek(28)
    for size in (16, 12, 24, 20):
        if ahead[size : size + 2] == b"PK":
            stream.read(size)
            return


def _check_directory(file: BinaryIO, place: str) -> None:
    """The table of contents is read as a whole, so it must not be huge."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    claimed = _little(tail[at + 12 : at + 16]) if at >= 0 else 0
    if claimed == 0xFFFFFFFF:
        at = tail.rfind(b"PK\x06\x06")
        claimed = int.from_bytes(tail[at + 40 : at + 48], "little") if at >= 0 else 0
    if min(claimed, size) > DIRECTORY:
        raise NotRead(f"{place}: its table of contents is larger than {DIRECTORY // MIB} MiB, not read")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _little(field: bytes) -> int:
    return int.from_bytes(field, "little")
