"""The structure of a certificate: its DER with stand-ins in place, byte for byte as long as before.

What stays is listed: object identifiers, times, booleans, small numbers, nesting. Texts and addresses
get stand-ins; keys, signatures, serial numbers and whatever else is only bytes get other bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tofutui.capture.redaction import Redaction

_BOOLEAN, _INTEGER, _BIT_STRING, _OCTET_STRING, _NULL, _OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
_ENUMERATED, _UTC_TIME, _GENERALIZED_TIME = 0x0A, 0x17, 0x18
_KEPT = (_BOOLEAN, _NULL, _ENUMERATED, _UTC_TIME, _GENERALIZED_TIME)
_TEXTS = {
    0x0C: "utf-8", 0x12: "latin-1", 0x13: "latin-1", 0x14: "latin-1", 0x16: "latin-1", 0x1A: "latin-1",
    0x1B: "latin-1", 0x1C: "utf-32-be", 0x1E: "utf-16-be", 0x81: "latin-1", 0x82: "latin-1", 0x86: "latin-1",
}  # fmt: skip
"""String types, and the names of an alternative name (mail, host, URI; RFC 5280, 4.2.1.6)."""
_ADDRESS = 0x87
_COUNTRY = bytes.fromhex("550406")
_PRIVATE = bytes.fromhex("2b06010401")
"""Where companies number their own objects: 1.3.6.1.4.1, then the company's number (RFC 1155)."""
_OF_ONE_SITE = bytes.fromhex("2b0601040182371508")
"""Microsoft's certificate templates, numbered by each forest for itself: 1.3.6.1.4.1.311.21.8."""
_KNOWN_ARCS = (_OF_ONE_SITE, *map(bytes.fromhex, ("2b0601040109", "2b060104018237", "2b06010401d679")))
"""Cisco, Microsoft, Google: what their numbers mean is public, and the same everywhere but at one."""
_CONSTRUCTED, _SEQUENCE = 0x20, 0x30
_OPENED = {_BIT_STRING: (_SEQUENCE,), _OCTET_STRING: (_SEQUENCE, _BIT_STRING, _OCTET_STRING)}
"""Which element a string may consist of: RSA keys and ECDSA signatures, and the values of extensions."""
_SMALL = 4
"""Bytes of a number that may be a version, an exponent or a path length."""
_FLAGS = 3
"""Bytes of a bit string that may be flags."""
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class _Part:
    """One element: its tag, and where its content is."""

    tag: int
    start: int
    end: int


def structure(der: bytes, redaction: Redaction) -> bytes:
    """The certificate with stand-ins; bytes in which no element can be read become others as a whole."""
    made = bytearray(der)
    if not _change(made, 0, len(made), redaction, 0):
        return redaction.octets(der)
    return bytes(made)


def texts(der: bytes) -> Iterator[str]:
    """The texts in a certificate, for `Redaction.learn`."""
    listening = _Listener()
    structure(der, listening)
    yield from listening.heard


class _Listener(Redaction):
    """Changes nothing and keeps the texts that it is given."""

    def __init__(self) -> None:
        super().__init__(real_names=True)
        self.heard: list[str] = []

    def text(self, text: str) -> str:
        """Keep it."""
        self.heard.append(text)
        return text


def _change(made: bytearray, start: int, end: int, redaction: Redaction, depth: int) -> bool:
    """Put stand-ins into the elements of a range; whether it held nothing but whole elements."""
    parts = list(_parts(made, start, end))
    if not parts or parts[-1].end != end or depth > _DEEPEST:
        return False
    country = any(p.tag == _OID and made[p.start : p.end] == _COUNTRY for p in parts)
    for number, part in enumerate(parts):
        if part.tag & _CONSTRUCTED:
            if not _change(made, part.start, part.end, redaction, depth + 1) and part.end > part.start:
                _replace(made, part, redaction.octets(bytes(made[part.start : part.end])))
        elif part.tag not in _KEPT and not (country and part.tag != _OID):
            _replace(
                made, part, _primitive(made, part, redaction, depth, is_serial=depth == 2 and number < 2)
            )
    return True


def _primitive(made: bytearray, part: _Part, redaction: Redaction, depth: int, *, is_serial: bool) -> bytes:
    content = bytes(made[part.start : part.end])
    if part.tag == _OID:
        return _identifier(content, redaction)
    if part.tag == _INTEGER:
        return content if len(content) <= (1 if is_serial else _SMALL) else _number(content, redaction)
    if part.tag in _TEXTS:
        return _text(content, _TEXTS[part.tag], redaction)
    if part.tag == _ADDRESS and len(content) in (4, 16):
        return redaction.ipv4(content) if len(content) == 4 else redaction.ipv6(content)
    if len(content) <= _FLAGS:
        return content
    unused = content[:1] if part.tag == _BIT_STRING else b""
    return unused + _inner(content[len(unused) :], _OPENED.get(part.tag, ()), redaction, depth)


def _inner(content: bytes, opened: tuple[int, ...], redaction: Redaction, depth: int) -> bytes:
    """Bytes that may be an element of these tags; of others, a point of a curve keeps its form.

    Random bytes must not be taken for elements by chance: their lengths would stay.
    """
    inner = bytearray(content)
    parts = list(_parts(inner, 0, len(inner)))
    is_element = len(parts) == 1 and inner[0] in opened
    if is_element and _change(inner, 0, len(inner), redaction, depth + 1):
        return bytes(inner)
    lead = content[:1] if content[0] in (2, 3, 4) and len(content) % 2 else b""
    return lead + redaction.octets(content[len(lead) :])


def _identifier(content: bytes, redaction: Redaction) -> bytes:
    """An object identifier; behind a company's own number it may be as telling as a name."""
    if not content.startswith(_PRIVATE):
        return content
    known = next((arc for arc in _KNOWN_ARCS if content.startswith(arc)), b"")
    kept = len(known or _PRIVATE) if not known or known == _OF_ONE_SITE else len(content)
    rest = content[kept:]
    others = redaction.octets(rest)
    if others == rest:
        return content
    return content[:kept] + bytes(
        (new & 0x7F or 1) | old & 0x80 for new, old in zip(others, rest, strict=True)
    )


def _number(content: bytes, redaction: Redaction) -> bytes:
    """A long number: as many bytes, of the same sign."""
    sign = content[:1] if content[0] == 0 else b""
    return sign + redaction.octets(content[len(sign) :], "c" if content[len(sign)] & 0x80 else "5")


def _text(content: bytes, encoding: str, redaction: Redaction) -> bytes:
    try:
        text = content.decode(encoding)
        changed = redaction.text(text).encode(encoding)
    except UnicodeError:
        return redaction.data(content)
    return changed if len(changed) == len(content) else redaction.octets(content)


def _replace(made: bytearray, part: _Part, content: bytes) -> None:
    assert len(content) == part.end - part.start
    made[part.start : part.end] = content


def _parts(data: bytearray, start: int, end: int) -> Iterator[_Part]:
    """The elements side by side in a range, up to the first that is not whole."""
    at = start
    while at + 2 <= end:
        tag, length, body = data[at], data[at + 1], at + 2
        if length > 0x80:
            body += length & 0x7F
            length = int.from_bytes(data[at + 2 : body], "big")
        if tag & 0x1F == 0x1F or data[at + 1] == 0x80 or body + length > end:
            return
        yield _Part(tag, body, body + length)
        at = body + length
