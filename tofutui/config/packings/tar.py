"""Tar archives, read from their beginning to their end; devices and folders are passed over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tofutui.config.packings.streams import Member, NotRead, Stream, beside
from tofutui.tofu.base.text import decode

BLOCK = 512
"""Bytes; headers and contents begin at multiples of it."""
_HARD, _SYMBOLIC = b"1", b"2"
_LONG_NAME = 64 * 1024
_ABOUT_OTHERS = (b"L", b"K", b"x", b"g", b"X", b"V", b"N", b"D")
"""Headers whose content is about other files: long names, attributes, labels, the lists of folders."""


def is_tar(first: bytes) -> bool:
    """Whether a file that begins so is a tar archive."""
    header = Header.read(first[:BLOCK])
    return header is not None and bool(header.name) and not header.is_end


def members(stream: Stream) -> Iterator[Member]:
    """The files of an archive.

    Raises:
        NotRead: it is damaged or cut off from here on.
    """
    long_name = b""
    while True:
        header = Header.read(stream.read(BLOCK))
        if header is None:
            raise NotRead(stream.cut_off)
        if header.is_end:
            for _ in stream.rest():  # a checksum of what it is packed in comes last
                pass
            return
        if header.kind in (b"L", b"x") and header.size <= _LONG_NAME:
            long_name = _long_name(header.kind, stream.read(header.size)) or long_name
        else:
            content = stream.pieces(header.size if header.has_content else 0)
            name = decode(long_name or header.name)
            if header.is_file:
                yield Member(name, content)
            elif header.link:
                yield Member(name, content, link=header.target(name))
            elif header.has_content and header.kind not in _ABOUT_OTHERS:
                yield Member(name, content, "with holes" if header.kind == b"S" else "of an unknown kind")
            for _ in content:
                pass
            long_name = b""
        stream.read(-header.size % BLOCK if header.has_content else 0)


@dataclass(frozen=True, slots=True)
class Header:
    """One header of a tar archive."""

    name: bytes
    kind: bytes
    size: int
    link: bytes = b""
    """What a link leads to."""
    is_end: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file's."""
        return self.kind in (b"0", b"\0", b"7") and not self.name.endswith(b"/")

    def target(self, name: str) -> str:
        """What a link of this name leads to: a hard link says it from the root of the archive."""
        return decode(self.link) if self.kind == _HARD else beside(name, decode(self.link))

    @property
    def has_content(self) -> bool:
        """Links, devices, folders and pipes have none, whatever size they claim."""
        return self.kind not in (b"1", b"2", b"3", b"4", b"5", b"6")

    @classmethod
    def read(cls, block: bytes) -> "Header | None":
        """None if it is not a header."""
        if block and not block.strip(b"\0"):
            return cls(b"", b"", 0, is_end=True)
        said = _number(block[148:156])
        if len(block) < BLOCK or said != sum(block) - sum(block[148:156]) + 8 * 32:
            return None
        size = _number(block[124:136])
        name, prefix = block[:100].rstrip(b"\0"), block[345:500].partition(b"\0")[0]
        if prefix and block[257:263] == b"ustar\0":
            name = prefix + b"/" + name
        link = block[157:257].partition(b"\0")[0] if block[156:157] in (_HARD, _SYMBOLIC) else b""
        return None if size is None else cls(name, block[156:157], size, link)


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
