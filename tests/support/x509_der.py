"""Certificates and names built byte by byte, to be as odd as those of old appliances."""

import hashlib

UTF8, PRINTABLE, T61, IA5, BMP, UNIVERSAL = 0x0C, 0x13, 0x14, 0x16, 0x1E, 0x1C

CN, O, OU, C, ST, L, EMAIL = (  # noqa: E741
    "2.5.4.3",
    "2.5.4.10",
    "2.5.4.11",
    "2.5.4.6",
    "2.5.4.8",
    "2.5.4.7",
    "1.2.840.113549.1.9.1",
)


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(number) for number in dotted.split("."))
    return tlv(0x06, *(_arc(number) for number in (40 * first + second, *rest)))


def _arc(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


def integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def attribute(kind: str, value: bytes | str, tag: int = UTF8) -> bytes:
    return sequence(oid(kind), tlv(tag, value.encode() if isinstance(value, str) else value))


def rdn(*attributes: bytes) -> bytes:
    return tlv(0x31, *attributes)


def name(*pairs: tuple[str, str]) -> bytes:
    """A name of one attribute an RDN, all UTF8String."""
    return sequence(*(rdn(attribute(kind, value)) for kind, value in pairs))


def extension(dotted: str, value: bytes, critical: bytes = b"") -> bytes:
    return sequence(oid(dotted), critical, tlv(0x04, value))


SHA256_RSA = sequence(oid("1.2.840.113549.1.1.11"), tlv(0x05))
RSA_2048 = sequence(
    sequence(oid("1.2.840.113549.1.1.1"), tlv(0x05)),
    tlv(0x03, b"\0", sequence(integer((1 << 2047) + 1), integer(65537))),
)
VALIDITY = sequence(tlv(0x17, b"261101000000Z"), tlv(0x17, b"271101000000Z"))
PLAIN = name((CN, "plain"))
VERSION_3 = tlv(0xA0, integer(2))


def certificate(
    *,
    version: bytes = VERSION_3,
    serial: bytes | None = None,
    issuer: bytes = PLAIN,
    validity: bytes = VALIDITY,
    subject: bytes = PLAIN,
    key: bytes = RSA_2048,
    extensions: tuple[bytes, ...] = (),
    algorithm: bytes = SHA256_RSA,
    after: bytes = b"",
) -> bytes:
    """A certificate with a meaningless signature; every part is DER that the caller may replace."""
    serial = integer(0x1F2E) if serial is None else serial
    more = tlv(0xA3, sequence(*extensions)) if extensions else b""
    tbs = sequence(version, serial, algorithm, issuer, validity, subject, key, more)
    signature = tlv(0x03, b"\0", hashlib.sha256(tbs).digest() * 8)
    return sequence(tbs, algorithm, signature) + after
