"""The encodings of texts from people's machines, known by their marks, their shape or what they declare.

A terminal program, an editor or a mail program saved them. Bytes that fit no encoding stay as they are
(`tofutui.tofu.base.text.decode`), so that nothing is lost or guessed.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import chain

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import decode, encode

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4_000
"""Bytes that show an encoding."""
_LONGEST = 1 << 20
"""Bytes of a line that are kept together."""
_HEAD = 512
"""Bytes by which a text is distinguished from other data."""
_FEWEST = 16
"""Bytes that a shape needs."""
_FEWEST_EBCDIC = 64
"""Bytes that show that a text is in EBCDIC."""
_DECLARED = re.compile(
    rb"(?:charset|encoding|coding)[ \t]{0,2}[:=][ \t]{0,2}[\"']?([A-Za-z0-9._-]{2,20})", re.IGNORECASE
)
_CODE_PAGES = re.compile(
    r"(?:iso-?8859-?|latin-?|cp|windows-?|ibm)[0-9]{1,4}|koi8-[ru]|mac-?roman|s(?:hift)?[-_]?jis|euc-?(?:jp|kr)"
    r"|gbk|gb2312|gb18030|big5",
    re.IGNORECASE,
)
"""Encodings of one or two bytes a character that a text may declare."""
_CONTROLS = bytes(set(range(32)) - set(b"\0\a\b\t\n\v\f\r\x0e\x0f\x1b"))
"""Bytes that texts and saved terminals do not hold."""
_MOST_CONTROLS = 0.03
_WIDE_LE = re.compile(rb"(?:[\t\n\r\x20-\x7e]\0){8,}")
_NARROW_BEGIN = re.compile(rb"[\t\n\r\x20-\x7e]{8}")
_NARROW = {
    "utf-16-le": re.compile(rb"[\t\n\r\x20-\x7e]{40,}(?!\0)"),
    "utf-16-be": re.compile(rb"(?<!\0)[\t\n\r\x20-\x7e]{40,}"),
}
"""What hardly occurs in UTF-16, unless a program appended ASCII to it."""
_WIDE_BE = re.compile(rb"(?:\0[\t\n\r\x20-\x7e]){8,}")
_MANY_ZEROS = bytes(16)
_ZEROS = re.compile(rb"(\0{16,})")
"""No text in UTF-16; looking for it at each zero would take seconds for a file full of them."""


def decode_text(raw: bytes) -> str:
    """The text of a file, without marks.

    UTF-8 (other bytes are kept), UTF-16 and UTF-32 with or without a mark, and the code page that the text
    declares where it is not UTF-8. Programs append UTF-16 to ASCII and ASCII to UTF-16; both is read.
    """
    text = b"".join(as_utf8(iter([raw])))
    return decode(text).replace("\n\ufeff", "\n")


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8, without a mark at its beginning; bytes that fit no encoding stay."""
    first = b""
    try:
        while len(first) < _LOOKED_AT and (chunk := next(chunks, b"")):
            first += chunk
    except TofutuiError:
        yield decode_text(first).encode("utf-8", "surrogateescape")
        raise
    codec, mark = _wide_encoding(first[:_LOOKED_AT])
    if codec:
        yield from _recoded(first[mark:], chunks, codec)
        return
    page = _declared(first[:_LOOKED_AT])
    rest = chain([first.removeprefix(codecs.BOM_UTF8)], chunks)
    for chunk in _in_whole_lines(rest) if page else rest:
        yield _mended(chunk, page)


def wide_name(begin: bytes) -> str:
    """``UTF-16`` or ``UTF-32`` for data that begin so; "" for others."""
    return _wide_encoding(begin[:_LOOKED_AT])[0].upper()[:6]


def is_binary(begin: bytes) -> bool:
    """Whether data that begin so are not text in any encoding.

    Zeros before a text or behind it are what a cut or a crash leaves of a log.
    """
    begin = begin[:_LOOKED_AT]
    if _wide_encoding(begin)[0]:
        return False
    head = begin.lstrip(b"\0")[:_HEAD]
    if _is_ebcdic(head):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    zeros = _WIDE_BE.sub(b"", _WIDE_LE.sub(b"", head.rstrip(b"\0"))).replace(b"\r\0", b"").count(b"\0")
    return controls + zeros > max(2, _MOST_CONTROLS * len(head))


def _is_ebcdic(head: bytes) -> bool:
    """Whether it is text of a mainframe: its blank is 0x40, and there is no ASCII blank or line end."""
    has_ends = any(byte in head for byte in (b" ", b"\n", b"\r"))
    return len(head) >= _FEWEST_EBCDIC and not has_ends and head.count(0x40) >= len(head) // 20


def _wide_encoding(begin: bytes) -> tuple[str, int]:
    """UTF-16 or UTF-32 with the length of its mark; "" for one byte a character."""
    for mark, codec in _MARKS:
        if begin.startswith(mark):
            return codec, len(mark)
    if len(begin) < _FEWEST or b"\0" not in begin or _NARROW_BEGIN.match(begin):
        return "", 0
    for codec in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        if _has_shape(begin, codec):
            return codec, 0
    return "", 0


def _has_shape(begin: bytes, codec: str) -> bool:
    """Whether the zeros are where this encoding has them in a text with some ASCII in it."""
    width = 4 if "32" in codec else 2
    count = len(begin) // width
    zeros = [begin[place : count * width : width].count(0) for place in range(width)]
    if codec.endswith("be"):
        zeros.reverse()
    if width == 4:
        return zeros[3] == count and zeros[2] > count * 0.9 and zeros[0] < count * 0.1
    return zeros[1] > count * 0.25 and zeros[0] < count * 0.05


def _recoded(first: bytes, chunks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    narrow = _NARROW.get(codec)
    for chunk in chain([first], chunks):
        wide = narrow.sub(lambda run: run[0].decode("ascii").encode(codec), chunk) if narrow else chunk
        yield encode(decoder.decode(wide))
    yield encode(decoder.decode(b"", final=True))


def _declared(begin: bytes) -> str:
    """The code page that a text says it is in; "" where it says none that is known."""
    match = _DECLARED.search(begin)
    name = match[1].decode("ascii") if match else ""
    if not _CODE_PAGES.fullmatch(name):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _in_whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    waiting = b""
    for chunk in chunks:
        lines, feed, rest = chunk.rpartition(b"\n")
        if feed or len(waiting) > _LONGEST:
            yield waiting + lines + feed
            waiting = b""
        waiting += rest
    yield waiting


def _mended(raw: bytes, page: str) -> bytes:
    """Bytes with what is in UTF-16 in them as UTF-8, and of the rest the lines that are not UTF-8."""
    if b"\0" in raw:
        raw = b"".join(map(_without_wide, _ZEROS.split(raw)))
    if not page or raw.isascii():
        return raw
    return b"\n".join(_from_page(line, page) for line in raw.split(b"\n"))


def _without_wide(part: bytes) -> bytes:
    return part if part.startswith(_MANY_ZEROS) else _WIDE_BE.sub(_narrowed, _WIDE_LE.sub(_narrowed, part))


def _narrowed(match: re.Match[bytes]) -> bytes:
    return match[0].replace(b"\0", b"")


def _from_page(line: bytes, page: str) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode(page, "replace").encode()
    return line
