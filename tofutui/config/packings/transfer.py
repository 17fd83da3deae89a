"""Base64 and quoted-printable, in which mail carries texts and files, and people copy files over a terminal.

By themselves they are known by shape: nothing but lines of base64 that decode to a text or a packing that is
known; a text in which every equals sign begins an escape.
"""

import binascii
import re
from collections.abc import Iterator
from quopri import decodestring

from tofutui.config.packings.streams import CHUNK, MIB, NotRead

BASE64, QUOTED = "base64", "quoted-printable"
TRANSFER = (BASE64, QUOTED)
"""The kinds that `decoded` takes."""
_BLANKS = b" \t\r\n"
_NO_LETTER = re.compile(rb"[^A-Za-z0-9+/]")
_DAMAGED = "base64 that is damaged or cut off; the rest was not read"
_BASE64_LINES = re.compile(rb"\s*(?P<first>[A-Za-z0-9+/]{60,})(?:\r?\n[A-Za-z0-9+/]*)*={0,2}\s*")
_ESCAPES = re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")
_EQUALS = b"=3D"
_FEWEST = 2
"""Equals signs in quoted-printable that show it."""
_HEADER = re.compile(
    rb"(?:\A|\n)[ \t>|]{0,8}content-transfer-encoding[ \t]*:[ \t]*[\"']?(?:base64|quoted-printable|x-uu)",
    re.IGNORECASE,
)
_HEADER_BEGINS = (b"Content-Transfer-Encoding", b"content-transfer-encoding", b"Content-transfer-encoding")
_HIDDEN = (
    *(b"VE9GVSBmYWlsZW", b"RPRlUgZmFpbGVk", b"UT0ZVIGZhaWxlZ"),
    *(b"TOFU%20failed", b"TOFU+failed", b"544f4655206661696c6564", b"544F4655206661696C6564"),
)
"""``TOFU failed`` in base64, at each of its three places in a group of three bytes; in URLs; in hex."""
_NOT_DECODED = "a part of a mail or another text in base64, quoted-printable, URL or hex, not read"
_WATCHED = 16 * MIB
"""Bytes of a text that are watched: what is larger was written by a node, and is read twice as fast."""
_REACH = 80


def decoded(kind: str, chunks: Iterator[bytes], place: str) -> Iterator[bytes]:
    """What is encoded.

    Raises:
        NotRead: it is damaged or cut off from here on.
    """
    return _from_base64(chunks, place) if kind == BASE64 else _from_quoted(chunks)


def begin_of_base64(first: bytes) -> bytes:
    """What a file that begins so holds at its beginning, if it has the shape of base64; else nothing."""
    if not _BASE64_LINES.fullmatch(first):
        return b""
    letters = first.translate(None, _BLANKS).rstrip(b"=")
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4])


def is_quoted(first: bytes) -> bool:
    """Whether a file that begins so has the shape of quoted-printable."""
    if first.count(_EQUALS) < _FEWEST:
        return False
    return first.count(b"=") - len(_ESCAPES.findall(first)) <= first.endswith((b"=", b"=3"))


def without_hidden(chunks: Iterator[bytes], place: str) -> Iterator[bytes]:
    """The chunks of a text, watched for encoded parts of a mail in it.

    Raises:
        NotRead: the text ended, and some were in it.
    """
    end, lines, hidden, size = b"", 0, "", 0
    for chunk in chunks:
        size += len(chunk)
        if size > _WATCHED:
            yield chunk
            continue
        if not hidden and (at := _hidden_at(end + chunk)) is not None:
            line = lines + (end + chunk).count(b"\n", 0, at) - end.count(b"\n") + 1
            hidden = f"{place}, line {line:,}: {_NOT_DECODED}"
        lines += chunk.count(b"\n")
        end = chunk[-_REACH:]
        yield chunk
    if hidden:
        raise NotRead(hidden, "save a mail itself in a file (.eml), decode other text first")


def _hidden_at(text: bytes) -> int | None:
    if any(begin in text for begin in _HEADER_BEGINS) and (match := _HEADER.search(text)):
        return match.end()
    return next((at for sign in _HIDDEN if (at := text.find(sign)) >= 0), None)


def _from_base64(chunks: Iterator[bytes], place: str) -> Iterator[bytes]:
    waiting = b""
    for chunk in chunks:
        letters = waiting + chunk.translate(None, _BLANKS)
        other = _NO_LETTER.search(letters)
        sound = letters[: other.start()] if other else letters
        if other:
            yield _bytes_of(sound)
            if any(more.strip(_BLANKS + b"=") for more in (letters[other.start() :], *chunks)):
                raise NotRead(f"{place}: {_DAMAGED}")
            return
        whole = len(sound) // 4 * 4
        waiting = sound[whole:]
        yield _bytes_of(sound[:whole])
    if waiting:
        yield _bytes_of(waiting)
        raise NotRead(f"{place}: {_DAMAGED}")


def _bytes_of(letters: bytes) -> bytes:
    """Base64 without its padding; a letter that is alone in its group holds no byte."""
    usable = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def _from_quoted(chunks: Iterator[bytes]) -> Iterator[bytes]:
    waiting = b""
    for chunk in chunks:
        waiting += chunk
        line_end = waiting.rfind(b"\n") + 1
        if line_end or len(waiting) > CHUNK:
            escape = waiting.rfind(b"=", len(waiting) - 2)
            cut = line_end or (escape if escape > 0 else len(waiting))
            yield decodestring(waiting[:cut])
            waiting = waiting[cut:]
    yield decodestring(waiting)
