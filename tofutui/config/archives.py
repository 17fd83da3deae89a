"""Logs inside gzip, tar and zip, read as a stream: nothing is written to disk, no link is followed.

What is packed may be anybody's work. Memory is bounded whatever an archive claims, and `Budget` bounds what
it may unpack to.
"""

import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import decode

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

GZIP = b"\x1f\x8b"
"""How gzip data begin."""
CHUNK = 256 * 1024
"""Bytes that are read at a time."""
MOST_TIMES = 200
"""How much larger than the archive its content may be; logs pack 10 to 50 times."""
_MIB = 1024 * 1024
FREE = 64 * _MIB
"""What any archive may unpack to."""
MOST = 8 * 1024 * _MIB
"""What none may exceed."""
MOST_MEMBERS = 100_000
_DIRECTORY = 32 * _MIB
"""Bytes of a zip's table of contents that are read."""
_LONG_NAME = 64 * 1024
_BLOCK = 512
_LOG_NAME = re.compile(r"(?:(?:hm|ncs)-.*|.*\.log.*)", re.IGNORECASE | re.DOTALL)
_ARCHIVE_NAME = re.compile(r".*\.(?:zip|tar|tgz|tar\.gz|7z|rar)", re.IGNORECASE | re.DOTALL)


class LogFileError(TofutuiError):
    """A log that cannot be had, or not whole; names the file."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """One log."""

    name: str
    """Its path, for one in an archive followed by its name there."""
    chunks: Iterator[bytes]
    """Its bytes, unpacked; to be taken before the next source."""


def is_log_name(path: str) -> bool:
    """Whether a file of this name looks like a log of an appliance (docs/appliance.md, Logs) or any other."""
    return _LOG_NAME.fullmatch(path.rpartition("/")[2]) is not None


class Budget:
    """What one archive may unpack to."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._most = min(MOST, max(FREE, MOST_TIMES * size))
        self._left = self._most

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, until they are too many."""
        for chunk in chunks:
            self._left -= len(chunk)
            if self._left < 0:
                most = self._most // _MIB
                raise LogFileError(f"{self._path}: unpacks to more than {most:,} MiB; the rest was not read")
            yield chunk


def unpacked(packed: Iterator[bytes], name: str) -> Iterator[bytes]:
    """What gzip data holds, in chunks of a bounded size; data after its end are left out, as gzip does."""
    inflater = zlib.decompressobj(31)
    try:
        for piece in packed:
            rest = piece
            while rest:
                if inflater.eof:
                    if not rest.startswith(b"\x1f"):
                        return
                    inflater = zlib.decompressobj(31)
                chunk = inflater.decompress(rest, CHUNK)
                if chunk:
                    yield chunk
                rest = inflater.unconsumed_tail or inflater.unused_data
        yield inflater.flush()
    except zlib.error as error:
        raise LogFileError(f"{name}: damaged gzip data; the rest was not read") from error
    if not inflater.eof:
        raise LogFileError(f"{name}: the gzip data are cut off")


def is_tar(first: bytes) -> bool:
    """Whether a file that begins so is a tar archive."""
    return first[257:262] == b"ustar" and _Header.read(first[:_BLOCK]) is not None


def in_tar(path: Path, chunks: Iterator[bytes], budget: Budget) -> Iterator[LogSource]:
    """The logs in a tar archive; its links, devices and folders are passed over.

    Raises:
        LogFileError: it is damaged, from here on.
    """
    stream = _Stream(chunks, f"{path}: damaged or cut off; the rest was not read")
    long_name = b""
    for _ in range(MOST_MEMBERS):
        header = _Header.read(stream.read(_BLOCK, may_end=True))
        if header is None:
            raise LogFileError(stream.trouble)
        if header.is_end:
            return
        if header.kind in (b"L", b"x") and header.size <= _LONG_NAME:
            long_name = _long_name(header.kind, stream.read(header.size)) or long_name
        else:
            name = decode(long_name or header.name)
            content = stream.pieces(header.size if header.has_content else 0)
            if header.is_file and _is_wanted(name):
                yield _member(path, name, content, budget)
            for _ in content:
                pass
            long_name = b""
        stream.read(-header.size % _BLOCK if header.has_content else 0)
    raise LogFileError(_too_many(path))


def in_zip(path: Path) -> Iterator[LogSource]:
    """The logs in a zip archive; links and folders are passed over.

    Raises:
        LogFileError: it cannot be read, or is damaged.
    """
    from zipfile import BadZipFile, ZipFile

    try:
        with path.open("rb") as file:
            _check_directory(path, file)
            with ZipFile(file) as archive:
                budget = Budget(path, _size(file))
                for number, member in enumerate(archive.infolist()):
                    if number == MOST_MEMBERS:
                        raise LogFileError(_too_many(path))
                    is_link = stat.S_ISLNK(member.external_attr >> 16)
                    if _is_wanted(member.filename) and not is_link and not member.is_dir():
                        content = budget.watch(_zipped(archive, member, f"{path}: {member.filename}"))
                        yield _member(path, member.filename, content, budget)
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise LogFileError(f"{path}: a damaged zip archive: {error}") from error
    except OSError as error:
        raise LogFileError(f"{path}: cannot be read: {error.strerror or error}") from error


def _too_many(path: Path) -> str:
    return f"{path}: more than {MOST_MEMBERS:,} members; the rest was not read"


def _is_wanted(name: str) -> bool:
    return is_log_name(name) and _ARCHIVE_NAME.fullmatch(name) is None


def _member(path: Path, name: str, content: Iterator[bytes], budget: Budget) -> LogSource:
    return LogSource(f"{path}: {name}", _perhaps_packed(content, f"{path}: {name}", budget))


def _perhaps_packed(content: Iterator[bytes], name: str, budget: Budget) -> Iterator[bytes]:
    """The bytes of an archive's member, unpacked if they are gzip data."""
    first = next(content, b"")
    if not first.startswith(GZIP):
        yield first
        yield from content
        return
    yield from budget.watch(unpacked(chain([first], content), name))


def _zipped(archive: "ZipFile", member: "ZipInfo", name: str) -> Iterator[bytes]:
    from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile

    if member.flag_bits & 1:
        raise LogFileError(f"{name}: encrypted, not read", "unpack it first")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others claim any amount of memory
        raise LogFileError(f"{name}: packed in another way than deflate, not read", "unpack it first")
    try:
        with archive.open(member) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error, OSError) as error:
        raise LogFileError(f"{name}: damaged; the rest was not read") from error


def _size(file: BinaryIO) -> int:
    return file.seek(0, SEEK_END)


def _check_directory(path: Path, file: BinaryIO) -> None:
    """The table of contents is read as a whole, so it must not be huge."""
    size = _size(file)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    claimed = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    if claimed == 0xFFFFFFFF:
        at = tail.rfind(b"PK\x06\x06")
        claimed = int.from_bytes(tail[at + 40 : at + 48], "little") if at >= 0 else 0
    if min(claimed, size) > _DIRECTORY:
        raise LogFileError(f"{path}: its table of contents is larger than {_DIRECTORY // _MIB} MiB, not read")


@dataclass(frozen=True, slots=True)
class _Header:
    """One header of a tar archive."""

    name: bytes
    kind: bytes
    size: int
    is_end: bool = False

    @property
    def is_file(self) -> bool:
        return self.kind in (b"0", b"\0", b"7") and not self.name.endswith(b"/")

    @property
    def has_content(self) -> bool:
        """Links, devices, folders and pipes have none, whatever size they claim."""
        return self.kind not in (b"1", b"2", b"3", b"4", b"5", b"6")

    @classmethod
    def read(cls, block: bytes) -> "_Header | None":
        """None if it is no header."""
        if not block.strip(b"\0"):
            return cls(b"", b"", 0, is_end=True)
        said = _number(block[148:156])
        if len(block) < _BLOCK or said != sum(block) - sum(block[148:156]) + 8 * 32:
            return None
        size = _number(block[124:136])
        name, prefix = block[:100].rstrip(b"\0"), block[345:500].partition(b"\0")[0]
        if prefix and block[257:263] == b"ustar\0":
            name = prefix + b"/" + name
        return None if size is None else cls(name, block[156:157], size)


def _number(field: bytes) -> int | None:
    """An octal number, or one in GNU's binary form; None if it is neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits or b"0", 8) if not digits.startswith((b"-", b"+")) else None
    except ValueError:
        return None


def _long_name(kind: bytes, content: bytes) -> bytes:
    """The name in a GNU or pax header before the file's own."""
    if kind == b"L":
        return content.rstrip(b"\0")
    match = re.search(rb"(?:^|\n)[0-9]+ path=([^\n]*)\n", content)
    return match[1] if match else b""


class _Stream:
    """Chunks of any size, read in pieces of a wanted size."""

    def __init__(self, chunks: Iterator[bytes], trouble: str) -> None:
        self.trouble = trouble
        """What to say when it ends too early."""
        self._chunks = filter(None, chunks)
        self._chunk = b""
        self._at = 0

    def read(self, size: int, *, may_end: bool = False) -> bytes:
        """So many bytes; none at the end, where that may be."""
        return b"" if may_end and self._is_at_end() else b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        """So many bytes, as they come."""
        while size:
            if self._is_at_end():
                raise LogFileError(self.trouble)
            piece = self._chunk[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def _is_at_end(self) -> bool:
        if self._at == len(self._chunk):
            self._chunk, self._at = next(self._chunks, b""), 0
        return not self._chunk
