r"""Names as OpenSSL prints them, byte for byte: the tables hold what ``openssl x509 -subject`` printed.

Four grammars (checked against OpenSSL 3.0 by the tests):

- slash, up to 1.0.2: ``/C=US/CN=a``; nothing but unprintable bytes is escaped;
- slash, 3.0 (``-nameopt compat``): ``\/`` and ``\+`` in values, one RDN's attributes joined by ``+``;
- comma, 1.1.0 to 3.1: ``C = US, CN = a``; odd values in quotes, bytes outside ASCII as ``\HH``;
- comma, from 3.2: ``C=US, CN=a``; UTF-8, nothing quoted (and nothing escaped at all in the first of them).
"""

import re
from collections.abc import Iterator
from itertools import chain

from tofutui.tofu.asn1.oids import YOUNG
from tofutui.tofu.base.text import BLANKS, decode
from tofutui.tofu.names.der import (
    BIT_STRING,
    BMP,
    GENERAL,
    SEQUENCE,
    UNIVERSAL,
    UTF8,
    RawAttribute,
    RawName,
    code_points,
    raw_name,
)
from tofutui.tofu.names.values import DistinguishedName

_UNPRINTABLE = re.compile(rb"[^\x20-\x7e]")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
LONGEST_TYPE = 79
"""OpenSSL prints dotted types into a buffer of 80 bytes."""


def renderings(name: DistinguishedName) -> tuple[str, ...]:
    """Every form in which an appliance may print the name, the ambiguous slash form first.

    An empty name has none.
    """
    if name.is_empty:
        return ()
    return tuple(dict.fromkeys(decode(form) for form in _forms(raw_name(name))))


def prints_as(name: DistinguishedName, text: str) -> bool:
    """Whether the name prints to this text in any form; blanks at the ends do not count."""
    if name.is_empty:
        return False
    return any(decode(form).strip(BLANKS) == text for form in _forms(raw_name(name)))


def _forms(raw: RawName) -> Iterator[bytes]:
    yield _slash(raw)
    yield _comma(raw, " = ", quoting=True)
    yield _slash_escaped(raw)
    yield _comma(raw, "=", quoting=True)
    yield _comma(raw, "=", controls=True)
    yield _comma(raw, "=")
    yield _slash(raw, dotted=YOUNG)


def _slash(raw: RawName, dotted: frozenset[str] = frozenset()) -> bytes:
    parts = []
    for attribute in chain.from_iterable(raw):
        kind = attribute.oid[:LONGEST_TYPE] if attribute.oid in dotted else _type(attribute)
        parts.append(b"/%b=%b" % (kind.encode("ascii", "replace"), _hexed(slash_bytes(attribute), b"\\x")))
    return b"".join(parts)


def _slash_escaped(raw: RawName) -> bytes:
    parts = []
    for rdn in raw:
        for place, attribute in enumerate(rdn):
            value = _hexed(slash_bytes(attribute), b"\\x").replace(b"/", b"\\/").replace(b"+", b"\\+")
            parts.append(
                b"%b%b=%b" % (b"+" if place else b"/", _type(attribute).encode("ascii", "replace"), value)
            )
    return b"".join(parts)


def _comma(raw: RawName, equals: str, *, quoting: bool = False, controls: bool = False) -> bytes:
    def value(attribute: RawAttribute) -> bytes:
        if quoting:
            return _quoted(attribute)
        return _escaped_controls(attribute) if controls else _bare(attribute)

    rdns = []
    for rdn in raw:
        rdns.append(
            b" + ".join(
                (_type(attribute) + equals).encode("ascii", "replace") + value(attribute) for attribute in rdn
            )
        )
    return b", ".join(rdn for rdn in rdns if rdn)


def _type(attribute: RawAttribute) -> str:
    return attribute.type[:LONGEST_TYPE]


def _hexed(value: bytes, prefix: bytes) -> bytes:
    return _UNPRINTABLE.sub(lambda match: prefix + b"%02X" % match.group()[0], value)


def slash_bytes(attribute: RawAttribute) -> bytes:
    """The bytes of a value that the slash forms print (unprintable ones as hex)."""
    if (
        attribute.tag == GENERAL
        and len(attribute.value) % 4 == 0
        and not any(map(any, _three_of_four(attribute.value)))
    ):
        return attribute.value[3::4]
    return _stored_bytes(attribute)


def _three_of_four(value: bytes) -> tuple[bytes, bytes, bytes]:
    return value[0::4], value[1::4], value[2::4]


def _stored_bytes(attribute: RawAttribute) -> bytes:
    """The bytes that OpenSSL keeps for a value."""
    if attribute.tag == BIT_STRING:
        return _bits(attribute.value)[1:]
    return attribute.tlv if attribute.tag == SEQUENCE else attribute.value


def _bits(value: bytes) -> bytes:
    """A BIT STRING with its unused bits cleared, as OpenSSL keeps it."""
    if len(value) < 2:
        return b"\0"
    return value[:-1] + bytes([value[-1] & (0xFF << (value[0] & 7)) & 0xFF])


def _quoted(attribute: RawAttribute) -> bytes:
    text = _utf8(attribute)
    if text is None:
        return _dump(attribute)
    escaped = _hexed(text.replace(b"\\", b"\\\\").replace(b'"', b'\\"'), b"\\")
    return b'"%b"' % escaped if _needs_quotes(text) else escaped


def _needs_quotes(text: bytes) -> bool:
    if any(character in text for character in (b",", b"+", b";", b"<", b">")):
        return True
    return text.endswith(b" ") or (len(text) > 1 and text.startswith((b" ", b"#")))


def _escaped_controls(attribute: RawAttribute) -> bytes:
    text = _utf8(attribute)
    if text is None:
        return _dump(attribute)
    return _CONTROL.sub(lambda match: b"\\%02X" % match.group()[0], text.replace(b"\\", b"\\\\"))


def _bare(attribute: RawAttribute) -> bytes:
    text = _utf8(attribute)
    return _stored_bytes(attribute).decode("latin-1").encode() if text is None else text


def _utf8(attribute: RawAttribute) -> bytes | None:
    """A string value as UTF-8; None for a type that is not a known string."""
    if attribute.tag == UTF8:
        return attribute.value
    if attribute.tag in (BMP, UNIVERSAL):
        # Unit by unit: OpenSSL leaves out surrogates and what lies outside Unicode.
        return "".join(filter(None, _units(attribute.value, 2 if attribute.tag == BMP else 4))).encode()
    text = None if attribute.tag == GENERAL else code_points(attribute.tag, attribute.value)
    return None if text is None else text.encode()


def _units(value: bytes, width: int) -> list[str]:
    codes = (int.from_bytes(value[at : at + width], "big") for at in range(0, len(value), width))
    return [chr(code) for code in codes if code < 0x110000 and not 0xD800 <= code < 0xE000]


def _dump(attribute: RawAttribute) -> bytes:
    value = _bits(attribute.value) if attribute.tag == BIT_STRING else attribute.value
    return b"#" + (bytes([attribute.tag]) + _length(len(value)) + value).hex().upper().encode()


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size, "big")
