"""Single facts out of the parts of a certificate. Each raises `DerError` where it cannot be read."""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tofutui.tofu.asn1.der import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    UTC_TIME,
    DerError,
    Element,
    dotted,
    elements,
    first,
    leading,
)
from tofutui.tofu.asn1.oids import CURVES, KEYS, SIGNATURES, short_name
from tofutui.tofu.base.text import decode
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.values import UnreadableName

_SUBJECT_ALT_NAME = "2.5.29.17"
_AFTER_YEAR = (
    r"(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)?(?P<second>\d\d)?"
    r"(?:[.,]\d+)?(?:Z|(?P<sign>[+-])(?P<off_hours>\d\d)(?P<off_minutes>\d\d)?)?"
)
_TIMES = {
    UTC_TIME: re.compile(r"(?P<year>\d\d)" + _AFTER_YEAR, re.ASCII),
    GENERALIZED_TIME: re.compile(r"(?P<year>\d{4})" + _AFTER_YEAR, re.ASCII),
}


def serial_hex(part: Element) -> str:
    """The serial number: lower-case hex without leading zeros, ``-`` before a negative one."""
    return f"{_integer(part):x}"


def _integer(part: Element) -> int:
    if not part.expect(INTEGER).value:
        raise DerError("an INTEGER without content")
    return int.from_bytes(part.value, "big", signed=True)


def date_at(validity: Element, place: int) -> datetime:
    """The first or second date of a validity, in UTC.

    Raises:
        DerError: it is missing, impossible or after the year 9999.
    """
    dates = leading(validity.expect(SEQUENCE).value)
    if place >= len(dates):
        raise DerError("a date is missing")
    return _moment(dates[place])


def _moment(element: Element) -> datetime:
    pattern = _TIMES.get(element.tag)
    match = pattern.fullmatch(element.value.decode("latin-1")) if pattern else None
    if match is None:
        raise DerError("this is not a date")
    year = int(match["year"])
    if element.tag == UTC_TIME:
        year += 2000 if year < 50 else 1900
    offset = timedelta(hours=int(match["off_hours"] or 0), minutes=int(match["off_minutes"] or 0))
    try:
        local = datetime(
            year,
            int(match["month"]),
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            tzinfo=UTC,
        )
        return local + offset if match["sign"] == "-" else local - offset
    except (ValueError, OverflowError) as error:
        raise DerError("an impossible date") from error


def signature_text(part: Element) -> str:
    """The name of the signature algorithm, or its dotted OID."""
    algorithm = _algorithm(part)[0]
    return SIGNATURES.get(algorithm) or short_name(algorithm)


def _algorithm(part: Element) -> tuple[str, Element | None]:
    """An AlgorithmIdentifier: OID and parameters."""
    parts = leading(part.expect(SEQUENCE).value)
    if not parts:
        raise DerError("an algorithm without an identifier")
    return dotted(parts[0].expect(OID).value), parts[1] if len(parts) > 1 else None


def key_text(part: Element) -> str:
    """Kind and size of the public key; the kind alone where the size cannot be read."""
    parts = leading(part.expect(SEQUENCE).value)
    if not parts:
        raise DerError("a key without an algorithm")
    algorithm, parameters = _algorithm(parts[0])
    kind = KEYS.get(algorithm) or short_name(algorithm)
    size = None
    with suppress(DerError, IndexError):
        if kind.startswith("RSA"):
            size = _bits(first(first(parts[1].expect(BIT_STRING).value[1:]).expect(SEQUENCE).value))
        elif kind in ("DSA", "DH") and parameters is not None:
            size = _bits(first(parameters.expect(SEQUENCE).value))
        elif kind == "EC" and parameters is not None:
            size = _curve(parameters)
    return kind if size is None else f"{kind} {size}"


def _bits(number: Element) -> str:
    # Unsigned: some encoders forget the leading zero octet, which would make a modulus negative.
    return str(int.from_bytes(number.expect(INTEGER).value, "big").bit_length())


def _curve(parameters: Element) -> str:
    if parameters.tag != OID:
        return "explicit curve"
    curve = dotted(parameters.value)
    return CURVES.get(curve) or short_name(curve)


def subject_alt_names(part: Element) -> tuple[str, ...]:
    """All names of all subjectAltName extensions: ``DNS:…``, ``IP:…``, ``URI:…``, ``email:…`` and others."""
    alt_names: list[str] = []
    for extension in elements(first(part.value).expect(SEQUENCE).value):
        fields = leading(extension.expect(SEQUENCE).value)
        if len(fields) > 1 and fields[0].tag == OID and _is_alt_name(fields[0]):
            names = first(fields[-1].expect(OCTET_STRING).value).expect(SEQUENCE)
            alt_names.extend(_general_names(names))
    return tuple(alt_names)


def _is_alt_name(identifier: Element) -> bool:
    with suppress(DerError):
        return dotted(identifier.value) == _SUBJECT_ALT_NAME
    return False


def _general_names(names: Element) -> Iterator[str]:
    for name in elements(names.value):
        kind = name.tag & 0x1F
        if kind in (1, 2, 6):
            yield {1: "email:", 2: "DNS:", 6: "URI:"}[kind] + decode(name.value)
        elif kind == 7:
            yield "IP:" + _address(name.value)
        elif kind == 4:
            yield "DirName:" + _directory_name(name.value)
        elif kind == 8:
            yield "RID:" + dotted(name.value)
        else:
            yield "other:#" + name.raw.hex()


def _address(value: bytes) -> str:
    if len(value) in (4, 16):
        return str(ipaddress.ip_address(value))
    return "#" + value.hex()


def _directory_name(value: bytes) -> str:
    try:
        return str(from_der(value))
    except UnreadableName:
        return "#" + value.hex()
