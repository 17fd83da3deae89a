"""Certificates of a capture made presentable: the same structure, with a key that is known here.

The signature stays what it was, other bytes; a client that only looks at a certificate does not check it.
"""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes as PrivateKey

_SEQUENCE, _INTEGER, _OID = 0x30, 0x02, 0x06
_RSA = bytes.fromhex("2a864886f70d010101")
_EC = bytes.fromhex("2a8648ce3d0201")
_ED25519, _ED448 = bytes.fromhex("2b6570"), bytes.fromhex("2b6571")
_CURVES: dict[bytes, Callable[[], ec.EllipticCurve]] = {
    bytes.fromhex("2a8648ce3d030107"): ec.SECP256R1,
    bytes.fromhex("2b81040022"): ec.SECP384R1,
    bytes.fromhex("2b81040023"): ec.SECP521R1,
    bytes.fromhex("2b8104000a"): ec.SECP256K1,
}
_SMALLEST = 1024
"""Bits: the library makes no shorter RSA keys."""


@dataclass(frozen=True, slots=True)
class Presentable:
    """A certificate and, where such a key can be made, its private key."""

    der: bytes
    key: PrivateKey | None

    @property
    def pem(self) -> bytes:
        """Certificate and key for a TLS library; without a key the certificate alone."""
        text = _armoured(self.der)
        if self.key is None:
            return text
        form = serialization.PrivateFormat.PKCS8
        return text + self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def presentable(template: bytes) -> Presentable:
    """The captured structure with a new key of the same kind and size; slow for RSA, so use a thread."""
    try:
        parts = _Parts.of(template)
    except (ValueError, IndexError):
        return Presentable(template, None)
    key = _key_like(parts.public_key)
    if key is None:
        return Presentable(template, None)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Presentable(parts.with_public_key(public), key)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A certificate cut at its public key."""

    inner: list[bytes]
    """The elements of the part that is signed."""
    place: int
    """Which of them is the public key."""
    signature: list[bytes]
    """The elements behind that part."""

    @classmethod
    def of(cls, der: bytes) -> "_Parts":
        """Cut a certificate.

        Raises:
            ValueError, IndexError: it is none.
        """
        signed, *signature = _elements(_content(der))
        inner = list(_elements(_content(signed)))
        place = 6 if inner[0][0] == 0xA0 else 5
        if inner[place][0] != _SEQUENCE:
            raise ValueError("no public key")
        return cls(inner, place, signature)

    @property
    def public_key(self) -> bytes:
        """Its SubjectPublicKeyInfo."""
        return self.inner[self.place]

    def with_public_key(self, public: bytes) -> bytes:
        """The certificate with another key."""
        inner = [*self.inner[: self.place], public, *self.inner[self.place + 1 :]]
        return _wrapped(_wrapped(b"".join(inner)) + b"".join(self.signature))


def _key_like(public: bytes) -> PrivateKey | None:
    algorithm, bits = list(_elements(_content(public)))[:2]
    kind, *parameters = _elements(_content(algorithm))
    oid = _content(kind)
    if oid == _RSA:
        modulus = next(_elements(_content(_content(bits)[1:])))
        size = int.from_bytes(_content(modulus), "big").bit_length()
        return rsa.generate_private_key(65537, size) if size >= _SMALLEST else None
    if oid == _EC and parameters and _content(parameters[0]) in _CURVES:
        return ec.generate_private_key(_CURVES[_content(parameters[0])]())
    if oid == _ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return ed448.Ed448PrivateKey.generate() if oid == _ED448 else None


def _elements(data: bytes) -> Iterator[bytes]:
    """The elements side by side, whole."""
    while data:
        end = _body(data) + _length(data)
        if end > len(data):
            raise ValueError("an element is truncated")
        yield data[:end]
        data = data[end:]


def _content(element: bytes) -> bytes:
    return element[_body(element) : _body(element) + _length(element)]


def _body(data: bytes) -> int:
    return 2 + (data[1] & 0x7F if data[1] > 0x80 else 0)


def _length(data: bytes) -> int:
    return int.from_bytes(data[2 : _body(data)], "big") if data[1] > 0x80 else data[1]


def _wrapped(content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else _long(size)
    return bytes([_SEQUENCE]) + length + content


def _long(size: int) -> bytes:
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def _armoured(der: bytes) -> bytes:
    return ssl.DER_cert_to_PEM_cert(der).encode("ascii")
