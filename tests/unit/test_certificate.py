"""The facts of ordinary certificates, and that `cryptography` reads the same ones."""

import datetime as dt
import hashlib
import ipaddress
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.support.x509_der import CN, C, O, certificate, extension, name, sequence, tlv
from tofutui.tofu.certificates.certificate import Certificate, read_certificate

ISSUED = dt.datetime(2026, 11, 1, 12, 30, tzinfo=dt.UTC)
ENDS = dt.datetime(2056, 11, 1, tzinfo=dt.UTC)
SAN = x509.SubjectAlternativeName(
    [
        x509.DNSName("prime-pri.example.net"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.10")),
        x509.IPAddress(ipaddress.ip_address("2001:db8::7")),
        x509.RFC822Name("noc@example.net"),
        x509.UniformResourceIdentifier("https://example.net/x"),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dir")])),
    ]
)


def signed_with(key: object, digest: hashes.HashAlgorithm | None, serial: int = 0x0FACE) -> bytes:
    both = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.COMMON_NAME, "prime-pri")]
    )
    builder = x509.CertificateBuilder(both, both, key.public_key(), serial, ISSUED, ENDS)
    return builder.add_extension(SAN, critical=False).sign(key, digest).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def rsa_der() -> bytes:
    return signed_with(rsa.generate_private_key(65537, 2048), hashes.SHA256())


def test_all_facts_of_a_usual_certificate_are_read(rsa_der: bytes) -> None:
    read = read_certificate(rsa_der)
    assert read == Certificate(
        der=rsa_der,
        sha256=hashlib.sha256(rsa_der).hexdigest(),
        sha1=hashlib.sha1(rsa_der).hexdigest(),
        serial="face",
        subject=read.subject,
        issuer=read.subject,
        not_before=ISSUED,
        not_after=ENDS,
        key="RSA 2048",
        signature="sha256WithRSAEncryption",
        san=(
            "DNS:prime-pri.example.net",
            "IP:192.0.2.10",
            "IP:2001:db8::7",
            "email:noc@example.net",
            "URI:https://example.net/x",
            "RID:1.2.3.4",
            "DirName:CN=dir",
        ),
        self_issued=True,
    )
    assert read.subject is not None
    assert read.subject.pairs() == [("C", "US"), ("CN", "prime-pri")]
    assert read.subject.der == x509.load_der_x509_certificate(rsa_der).subject.public_bytes()


def curve(which: ec.EllipticCurve) -> object:
    return lambda: ec.generate_private_key(which)


@pytest.mark.parametrize(
    ("key", "digest", "shown", "signature"),
    [
        (curve(ec.SECP256R1()), hashes.SHA256(), "EC secp256r1", "ecdsa-with-SHA256"),
        (curve(ec.SECP384R1()), hashes.SHA384(), "EC secp384r1", "ecdsa-with-SHA384"),
        (ed25519.Ed25519PrivateKey.generate, None, "Ed25519", "ED25519"),
        (ed448.Ed448PrivateKey.generate, None, "Ed448", "ED448"),
        (lambda: dsa.generate_private_key(1024), hashes.SHA256(), "DSA 1024", "dsa_with_SHA256"),
        (lambda: rsa.generate_private_key(3, 1024), hashes.SHA512(), "RSA 1024", "sha512WithRSAEncryption"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_key_and_signature_are_named(key: object, digest: object, shown: str, signature: str) -> None:
    read = read_certificate(signed_with(key(), digest))
    assert (read.key, read.signature, read.unread) == (shown, signature, ())


@pytest.mark.parametrize("serial", [1, 0x7F, 0x80, 2**159 - 1])
def test_serials_are_hex_without_leading_zeros(serial: int) -> None:
    der = signed_with(ed25519.Ed25519PrivateKey.generate(), None, serial)
    assert read_certificate(der).serial == f"{serial:x}"


def test_subject_and_issuer_differ_in_an_issued_certificate() -> None:
    read = read_certificate(certificate(subject=name((CN, "a")), issuer=name((CN, "ca"))))
    assert not read.self_issued
    assert str(read.issuer) == "CN=ca"


def test_self_issued_is_recognised_by_name_matching_and_not_by_bytes() -> None:
    this, other = name((C, "US"), (O, "Prime  Infra")), name((C, "us"), (O, "PRIME INFRA"))
    assert read_certificate(certificate(subject=this, issuer=other)).self_issued
    assert not read_certificate(certificate(subject=sequence(), issuer=sequence())).self_issued


def test_alternative_names_of_all_extensions_are_given_even_if_malformed() -> None:
    names = extension(
        "2.5.29.17", sequence(tlv(0x82, b"\xff.example"), tlv(0x87, b"\x01\x02"), tlv(0xA0, b""))
    )
    more = extension("2.5.29.17", sequence(tlv(0x82, b"b")), critical=tlv(0x01, b"\xff"))
    other = extension("2.5.29.19", sequence())
    read = read_certificate(certificate(extensions=(other, names, more)))
    assert read.san == ("DNS:\udcff.example", "IP:#0102", "other:#a000", "DNS:b")


def test_reading_a_certificate_loads_no_library_for_it() -> None:
    """`check` starts fast, and a library's warnings would tear the screen."""
    code = (
        "import sys; from tests.support.x509_der import certificate;"
        "from tofutui.tofu.certificates.certificate import read_certificate; read_certificate(certificate());"
        "assert not {'cryptography', 'asyncssh', 'textual'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
