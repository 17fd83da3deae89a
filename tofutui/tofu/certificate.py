"""DER of a certificate -> the facts to show, whatever is odd about it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.names import DistinguishedName, from_der


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says. A fact that cannot be read is None and its name stands in ``unread``.

    The fingerprints are of the bytes as received and are always there.
    """

    der: bytes
    sha256: str
    """64 lower-case hex digits."""
    sha1: str
    serial: str | None
    """Lower-case hex without leading zeros ("-1f" for a negative one)."""
    subject: DistinguishedName | None
    issuer: DistinguishedName | None
    not_before: datetime | None
    not_after: datetime | None
    key: str | None
    """``RSA 2048``, ``EC secp256r1``, ``Ed25519`` or the dotted OID of an unknown algorithm."""
    signature: str | None
    """``sha256WithRSAEncryption`` or a dotted OID."""
    san: tuple[str, ...] = ()
    """``DNS:name``, ``IP:address``, ``URI:…``, ``email:…``."""
    self_issued: bool = False
    unread: tuple[str, ...] = ()


class UnreadableCertificate(TofutuiError):
    """Bytes in which not even the outline of a certificate can be made out."""


def read_certificate(der: bytes) -> Certificate:
    """The facts of a certificate.

    Raises:
        UnreadableCertificate: not even its outline can be walked.
    """
    from cryptography import x509

    try:
        loaded = x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise UnreadableCertificate("this is no certificate") from error
    return Certificate(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        serial=f"{loaded.serial_number:x}",
        subject=from_der(loaded.subject.public_bytes()),
        issuer=from_der(loaded.issuer.public_bytes()),
        not_before=loaded.not_valid_before_utc,
        not_after=loaded.not_valid_after_utc,
        key=None,
        signature=loaded.signature_algorithm_oid.dotted_string,
    )
