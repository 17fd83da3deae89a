"""Names in DER: the value bytes, which printing goes by, and the text that they mean."""

from collections.abc import Iterator
from dataclasses import dataclass

from tofutui.tofu.asn1.der import DerError, dotted, elements, first
from tofutui.tofu.asn1.oids import ATTRIBUTES, attribute_type, short_name
from tofutui.tofu.base.text import decode, encode
from tofutui.tofu.names.values import (
    MOST_ATTRIBUTES,
    Attribute,
    DistinguishedName,
    UnreadableName,
    shared_rdn,
)

BIT_STRING, SEQUENCE = 0x03, 0x30
UTF8, GENERAL, UNIVERSAL, BMP = 0x0C, 0x1B, 0x1C, 0x1E
_SET = 0x31
_ONE_BYTE = frozenset({0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1A})
"""Numeric, Printable, T61 (counts as Latin-1, as in OpenSSL), IA5 and Visible strings, and times."""
_CONSTRUCTED = 0x20
_OIDS = {name: oid for oid, name in ATTRIBUTES.items()}


LONGEST_DER = 1 << 20
"""Bytes of a name that is read; real ones have a few hundred."""


@dataclass(frozen=True, slots=True)
class RawAttribute:
    """One attribute as encoded in the DER."""

    oid: str
    tag: int
    value: bytes
    tlv: bytes
    """Tag, length and value."""

    @property
    def type(self) -> str:
        """The short name, or the dotted form where there is none."""
        return short_name(self.oid)

    def text(self) -> str:
        """The value as text; ``#`` and hex of the whole element where its type is not a known string."""
        characters = code_points(self.tag, self.value)
        if characters is None:
            return "#" + self.tlv.hex().upper()
        return characters


RawName = tuple[tuple[RawAttribute, ...], ...]


def code_points(tag: int, value: bytes) -> str | None:
    """What the bytes of a string type mean; None for a type that is not a known string."""
    if tag == UTF8:
        return decode(value)
    if tag in _ONE_BYTE:
        return value.decode("latin-1")
    if tag == GENERAL:
        return decode(value)
    if tag == BMP:
        return value.decode("utf-16-be", "replace")
    if tag == UNIVERSAL:
        return value.decode("utf-32-be", "replace")
    return None


def raw_name(name: DistinguishedName) -> RawName:
    """The attributes of a name byte by byte; those of a name that was read from text as UTF8String."""
    if name.der:
        return tuple(tuple(_raw_attributes(rdn)) for rdn in _sets(name.der))
    return tuple(tuple(_from_text(attribute) for attribute in rdn) for rdn in name.rdns)


def from_der(der: bytes) -> DistinguishedName:
    """The name that DER bytes hold.

    Raises:
        UnreadableName: they hold none, one longer than `LONGEST_DER`, or more than `MOST_ATTRIBUTES`.
    """
    if len(der) > LONGEST_DER:
        raise UnreadableName(f"a name of {len(der):,} bytes is not read")
    try:
        raw, count = [], 0
        for element in _sets(der):
            raw.append(tuple(_raw_attributes(element)))
            count += len(raw[-1])
            if count > MOST_ATTRIBUTES:
                raise UnreadableName(f"a name of more than {MOST_ATTRIBUTES:,} attributes is not read")
    except DerError as error:
        raise UnreadableName(f"not a distinguished name: {error.message}") from error
    rdns = (shared_rdn(*((part.type, part.text()) for part in parts)) for parts in raw if parts)
    return DistinguishedName(tuple(rdns), der)


def _sets(der: bytes) -> Iterator[bytes]:
    for element in elements(first(der).expect(SEQUENCE).value):
        yield element.expect(_SET).value


def _raw_attributes(rdn: bytes) -> Iterator[RawAttribute]:
    for element in elements(rdn):
        parts = list(elements(element.expect(SEQUENCE).value))
        if len(parts) < 2:
            raise DerError("an attribute without a value")
        kind, value = parts[:2]
        yield _raw_attribute(dotted(kind.expect(0x06).value), value.tag, value.value, value.raw)


def _raw_attribute(oid: str, tag: int, value: bytes, tlv: bytes) -> RawAttribute:
    if tag & _CONSTRUCTED and tag != SEQUENCE and tag < 0x40:
        joined = _joined(value)
        if joined is not None:
            return RawAttribute(oid, tag ^ _CONSTRUCTED, joined, tlv)
    return RawAttribute(oid, tag, value, tlv)


def _joined(value: bytes) -> bytes | None:
    """A string that is sent in pieces (BER), put together."""
    try:
        return b"".join(piece.value for piece in elements(value))
    except DerError:
        return None


def _from_text(attribute: Attribute) -> RawAttribute:
    value = encode(attribute.value)
    known = attribute_type(attribute.type) or attribute.type
    return RawAttribute(_OIDS.get(known, known), UTF8, value, b"")
