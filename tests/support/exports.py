"""Exported certificates for tests: real ones, and keytool's text about them as JDK 17 prints it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
_STARS = "\n\n*******************************************\n*******************************************\n\n\n"
PRIME_SEC = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec"
PRIME_PRI = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-pri"


@cache
def key() -> ec.EllipticCurvePrivateKey:
    """One key for all."""
    return ec.generate_private_key(ec.SECP256R1())


def made(subject: str, mark: int = 1) -> x509.Certificate:
    """A certificate with this subject in the slash form; another ``mark`` is another certificate."""
    return _made(subject, mark)


@cache
def _made(subject: str, mark: int) -> x509.Certificate:
    attributes = [part.split("=", 1) for part in subject.strip("/").split("/")]
    name = x509.Name([x509.NameAttribute(_OIDS[kind], value) for kind, value in attributes])
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(mark)
    builder = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=365))
    return builder.public_key(key().public_key()).sign(key(), hashes.SHA256())


def sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def private_key() -> bytes:
    return key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def keytool_rfc(entries: Sequence[tuple[str, x509.Certificate]]) -> str:
    """``keytool -list -rfc``."""
    return _head(len(entries)) + "".join(
        f"{_entry(alias)}\n{pem(certificate).decode()}{_STARS}" for alias, certificate in entries
    )


def keytool_v(entries: Sequence[tuple[str, x509.Certificate]]) -> str:
    """``keytool -list -v`` of trusted certificates."""
    return _head(len(entries)) + "".join(
        f"{_entry(alias)}\n{_verbose(certificate)}{_STARS}" for alias, certificate in entries
    )


def keytool_chain(alias: str, chain: Sequence[x509.Certificate]) -> str:
    """``keytool -list -v`` of a private key's entry."""
    head = f"{_entry(alias, 'PrivateKeyEntry')}Certificate chain length: {len(chain)}\n"
    links = (f"Certificate[{place}]:\n{_verbose(link)}" for place, link in enumerate(chain, 1))
    return _head(1) + head + "".join(links) + _STARS


def _head(count: int) -> str:
    return f"Keystore type: PKCS12\nKeystore provider: SUN\n\nYour keystore contains {count} entries\n\n"


def _entry(alias: str, kind: str = "trustedCertEntry") -> str:
    return f"Alias name: {alias}\nCreation date: Nov 23, 2026\nEntry type: {kind}\n"


def _verbose(certificate: x509.Certificate) -> str:
    owner = java(certificate)
    return (
        f"Owner: {owner}\nIssuer: {owner}\nSerial number: {certificate.serial_number:x}\n"
        "Valid from: Sun Nov 01 00:00:00 UTC 2026 until: Mon Nov 01 00:00:00 UTC 2027\n"
        "Certificate fingerprints:\n"
        f"\t SHA1: {_colons(certificate.fingerprint(hashes.SHA1()))}\n"
        f"\t SHA256: {_colons(certificate.fingerprint(hashes.SHA256()))}\n"
        "Signature algorithm name: SHA256withECDSA\n"
        "Subject Public Key Algorithm: 256-bit EC (secp256r1) key\nVersion: 3\n"
    )


def java(certificate: x509.Certificate) -> str:
    """A subject in Java's order, values with a comma in quotes."""
    short = {oid: kind for kind, oid in _OIDS.items()}
    pairs = [
        (short[attribute.oid], str(attribute.value)) for rdn in certificate.subject.rdns for attribute in rdn
    ]
    return ", ".join(f'{k}="{v}"' if "," in v else f"{k}={v}" for k, v in reversed(pairs))


def _colons(digest: bytes) -> str:
    return ":".join(f"{byte:02X}" for byte in digest)
