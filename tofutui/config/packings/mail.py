"""A mail, or several in an mbox file: its texts and attachments as the members of an archive.

Its structure is read by Python's `email`; what is encoded is decoded here, so that damage is noticed.
"""

import re
from collections.abc import Iterator
from email.errors import (
    CloseBoundaryNotFoundDefect,
    HeaderParseError,
    NoBoundaryInMultipartDefect,
    StartBoundaryNotFoundDefect,
)
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from tofutui.config.packings.html import text_of
from tofutui.config.packings.mail_marks import MARK
from tofutui.config.packings.streams import MIB, Member, NotRead, Stream
from tofutui.config.packings.transfer import BASE64, TRANSFER, decoded
from tofutui.tofu.base.encodings import decode_text
from tofutui.tofu.base.text import safe

LONGEST = 32 * MIB
"""Bytes of one mail that are read: it is held in memory."""
_MOST_NESTED = 20
_NEXT = re.compile(rb"\n(?=" + MARK + rb"[!-9;-~]{1,76}:)")
_BOUNDARY = re.compile(rb"\s*--([^\s\"]{1,70})[ \t]*\r?\n")
_AS_IT_IS = ("", "7bit", "8bit", "binary")
"""Encodings that change nothing; "" where none is named."""
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_CUT_OFF = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect, NoBoundaryInMultipartDefect)


def members(stream: Stream, place: str) -> Iterator[Member]:
    """The texts and attachments of every mail.

    Raises:
        NotRead: one is cut off or damaged, or from here on it is not read.
    """
    damage: NotRead | None = None
    for number, raw in enumerate(_mails(stream, place), 1):
        where = f"{place}: mail {number:,}" if number > 1 else place
        try:
            yield from _members_of(raw, where)
        except NotRead as error:
            damage = damage or error
    if damage is not None:
        raise damage


def _mails(stream: Stream, place: str) -> Iterator[bytes]:
    held, looked_at = bytearray(), 0
    for chunk in stream.rest():
        held += chunk
        while match := _NEXT.search(held, looked_at):
            yield bytes(held[: match.end()])
            del held[: match.end()]
            looked_at = 0
        looked_at = max(0, len(held) - 1000)
        if len(held) > LONGEST:
            yield bytes(held)
            raise NotRead(f"{place}: a mail of more than {LONGEST // MIB} MiB; the rest was not read")
    yield bytes(held)


def _members_of(raw: bytes, place: str) -> Iterator[Member]:
    boundary = _BOUNDARY.match(raw)
    if boundary:  # the beginning is missing: a part was copied
        raw = b'Content-Type: multipart/mixed; boundary="' + boundary[1] + b'"\n\n' + raw
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw.lstrip())
    except RecursionError as error:
        raise NotRead(f"{place}: a mail with too many nested parts, not read") from error
    for number, part in enumerate(_parts(mail, 0), 1):
        yield _member(part, number, place)
    if _is_cut_off(mail, raw) and not boundary:
        raise NotRead(f"{place}: a mail that is damaged or cut off; its end was not read")


def _is_cut_off(mail: Message, raw: bytes) -> bool:
    """Whether a part does not end, or the mail ends inside a line of base64."""
    parts = list(mail.walk())
    if any(isinstance(defect, _CUT_OFF) for part in parts for defect in part.defects):
        return True
    return _encoding(parts[-1]) == BASE64 and not raw.endswith((b"\n", b"\r", b"=", b"--"))


def _parts(part: Message, depth: int) -> Iterator[Message]:
    """The parts that hold something; of alternatives the one that says most."""
    inside = part.get_payload()
    if depth > _MOST_NESTED:
        raise NotRead("nested parts of a mail, not read")
    if not isinstance(inside, list):
        if part.get_content_type() not in _SIGNATURES:
            yield part
    elif part.get_content_type() == "multipart/alternative":
        leaves = [leaf for each in inside if isinstance(each, Message) for leaf in _parts(each, depth + 1)]
        texts = [leaf for leaf in leaves if leaf.get_content_maintype() == "text"]
        yield from (leaf for leaf in leaves if leaf not in texts)
        yield from sorted(texts, key=_said, reverse=True)[:1]
    else:
        for each in inside:
            if isinstance(each, Message):
                yield from _parts(each, depth + 1)


def _said(part: Message) -> int:
    """How much a text says, about: its letters."""
    try:
        return sum(len(piece.translate(None, b" \t\r\n")) for piece in _content(part, ""))
    except NotRead:
        return 0


def _member(part: Message, number: int, place: str) -> Member:
    name = _file_name(part)
    is_text = part.get_content_maintype() == "text" and not name
    shown = safe(name) if name else f"part {number}"
    encoding = _encoding(part)
    is_readable = encoding in (*_AS_IT_IS, *TRANSFER)
    unreadable = "" if is_readable else f"encoded in {safe(encoding)}"
    return Member(name or shown, _content(part, f"{place}: {shown}"), unreadable, is_body=is_text)


def _content(part: Message, place: str) -> Iterator[bytes]:
    payload = part.get_payload()
    raw = payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""
    kind = _encoding(part)
    content = decoded(kind, iter([raw]), place) if kind in TRANSFER else iter([raw])
    if part.get_content_maintype() != "text":
        yield from content
        return
    held, damage = bytearray(), None
    try:
        for piece in content:
            held += piece
    except NotRead as error:
        damage = error
    yield _in_utf8(part, bytes(held))
    if damage is not None:
        raise damage


def _in_utf8(part: Message, raw: bytes) -> bytes:
    """A text by the character set that it is in, which is not always the one that it declares."""
    text = _declared(part, raw)
    text = decode_text(raw) if text is None else text
    if part.get_content_subtype() == "html":
        text = text_of(text)
    return text.encode("utf-8", "surrogateescape")


def _declared(part: Message, raw: bytes) -> str | None:
    """The text in the character set that it declares; None where it is in another."""
    try:
        return raw.decode("utf-8") if not raw.isascii() and b"\0" not in raw else _by_name(part, raw)
    except UnicodeDecodeError:
        pass
    try:
        return _by_name(part, raw)
    except UnicodeDecodeError:
        return None


def _by_name(part: Message, raw: bytes) -> str | None:
    charset = part.get_content_charset()
    try:
        return raw.decode(charset) if charset else None
    except LookupError:
        return None


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip(" \t\r\n;\"'").lower()


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return str(part.get_param("name", "") or "a file with an unreadable name")
