"""Certificates of the simulated site, and the forms in which an appliance prints their names."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Subject = tuple[tuple[str, str], ...]
"""Attribute type (OpenSSL's short name) and value, in the order of the certificate."""

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
_VALID = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class LabCertificate:
    """One self-signed certificate of the site."""

    subject: Subject
    der: bytes
    not_before: datetime

    @property
    def sha256(self) -> str:
        """Fingerprint, 64 lower-case hex digits."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> bytes:
        """The certificate as a PEM block."""
        return x509.load_der_x509_certificate(self.der).public_bytes(serialization.Encoding.PEM)


def make_key(kind: str) -> Key:
    """A new private key: ``rsa`` (2048 bit, about 50 ms) or ``ec`` (P-256, fast)."""
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: Key) -> bytes:
    """The private key as an unencrypted PEM block."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certify(key: Key, subject: Subject, not_before: datetime, hosts: Sequence[str]) -> LabCertificate:
    """A self-signed certificate, valid for two years, for these host names and addresses."""
    name = x509.Name([x509.NameAttribute(_OIDS[kind], value) for kind, value in subject])
    start = not_before.replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _VALID)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    return LabCertificate(subject, certificate.public_bytes(serialization.Encoding.DER), start)


def parse_subject(text: str) -> Subject:
    """A subject of a scenario file, ``C=US, O=Cisco Systems, CN=prime-pri``, in certificate order.

    Raises:
        ValueError: a part is not TYPE=VALUE of a known type.
    """
    pairs = []
    for part in text.split(", "):
        kind, equals, value = part.partition("=")
        if not equals or kind not in _OIDS:
            raise ValueError(f"{part!r} is not TYPE=VALUE with one of {', '.join(_OIDS)}")
        pairs.append((kind, value))
    return tuple(pairs)


def slash_form(subject: Subject) -> str:
    """As OpenSSL up to 1.0.2 prints a subject: ``/C=US/.../CN=prime-pri`` (docs/appliance.md).

    Bytes outside the printable ASCII become ``\\xHH``; nothing else is escaped, not even ``/``.
    """
    return "".join(f"/{kind}={_escaped(value)}" for kind, value in subject)


def java_form(subject: Subject) -> str:
    """As Java prints it in the logs: reversed, ``CN=prime-pri, OU=Prime Infra, ...`` (docs/appliance.md)."""
    return ", ".join(f"{kind}={value}" for kind, value in reversed(subject))


def common_name(subject: Subject) -> str:
    """``CN=...`` alone, as in the second half of a log event."""
    return next((f"CN={value}" for kind, value in reversed(subject) if kind == "CN"), java_form(subject))


def _escaped(value: str) -> str:
    return "".join(chr(b) if 0x20 <= b <= 0x7E else f"\\x{b:02X}" for b in value.encode())


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
