"""DER of a certificate -> the facts to show, whatever is odd about it.

An own walker instead of a library: libraries refuse many certificates that appliances present
(PrintableString with ``_`` or ``*``, BER lengths, odd dates, version 4 …), and some warn
on stderr, which would tear a full-screen display.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tofutui.tofu.asn1.der import SEQUENCE, DerError, Element, first, leading
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.certificates.facts import date_at, key_text, serial_hex, signature_text, subject_alt_names
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.match import same_name
from tofutui.tofu.names.values import DistinguishedName, UnreadableName

T = TypeVar("T")
_VERSION, _EXTENSIONS = 0xA0, 0xA3


class UnreadableCertificate(TofutuiError):
    """Bytes in which not even the outline of a certificate can be made out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says. A fact that cannot be read is None and its name is in ``unread``.

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
    """Subject and issuer are the same name; whether it signed itself is not checked."""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outline:
    """The parts of a certificate by their place; None where it ends too early."""

    serial: Element | None
    algorithm: Element | None
    issuer: Element | None
    validity: Element | None
    subject: Element | None
    key: Element | None
    extensions: Element | None


class _Reading:
    """Reads facts one by one and remembers which could not be read."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def fact(self, name: str, part: Element | None, read: Callable[[Element], T]) -> T | None:
        """The fact that ``read`` finds in a part, or None."""
        try:
            if part is not None:
                return read(part)
        except (DerError, UnreadableName):
            pass
        self.unread.append(name)
        return None


def read_certificate(der: bytes) -> Certificate:
    """The facts of a certificate; never raises for a fact that is merely odd.

    Raises:
        UnreadableCertificate: not even the outline can be walked, or nothing in it can be read.
    """
    try:
        outline = _outline(der)
    except DerError as error:
        raise UnreadableCertificate(f"this is not a certificate: {error.message}") from error
    certificate = _read(der, outline)
    if certificate.subject is None and certificate.key is None and certificate.not_after is None:
        raise UnreadableCertificate("this is not a certificate: no subject, key or date can be read in it")
    return certificate


def _read(der: bytes, outline: _Outline) -> Certificate:
    reading = _Reading()
    subject = reading.fact("subject", outline.subject, lambda part: from_der(part.raw))
    issuer = reading.fact("issuer", outline.issuer, lambda part: from_der(part.raw))
    not_before = reading.fact("not_before", outline.validity, lambda part: date_at(part, 0))
    not_after = reading.fact("not_after", outline.validity, lambda part: date_at(part, 1))
    san = reading.fact("san", outline.extensions, subject_alt_names) if outline.extensions else ()
    return Certificate(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        serial=reading.fact("serial", outline.serial, serial_hex),
        subject=subject,
        issuer=issuer,
        not_before=not_before,
        not_after=not_after,
        key=reading.fact("key", outline.key, key_text),
        signature=reading.fact("signature", outline.algorithm, signature_text),
        san=san or (),
        self_issued=subject is not None and issuer is not None and same_name(subject, issuer),
        unread=tuple(reading.unread),
    )


def _outline(der: bytes) -> _Outline:
    parts = leading(first(der).expect(SEQUENCE).value)
    if not parts:
        raise DerError("nothing can be read inside")
    tbs = leading(parts[0].expect(SEQUENCE).value)
    if tbs and tbs[0].tag == _VERSION:
        tbs = tbs[1:]
    places: list[Element | None] = [*tbs[:6], *[None] * (6 - len(tbs[:6]))]
    serial, algorithm, issuer, validity, subject, key = places
    extensions = next((part for part in tbs[6:] if part.tag == _EXTENSIONS), None)
    if len(parts) > 1:
        algorithm = parts[1]
    return _Outline(serial, algorithm, issuer, validity, subject, key, extensions)
