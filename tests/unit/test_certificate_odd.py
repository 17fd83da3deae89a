"""Odd certificates: each one is read as far as it can be, and none raises."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.x509_der import (
    BMP,
    CN,
    IA5,
    PRINTABLE,
    RSA_2048,
    SHA256_RSA,
    T61,
    UTF8,
    VALIDITY,
    VERSION_3,
    C,
    O,
    attribute,
    certificate,
    extension,
    integer,
    name,
    oid,
    rdn,
    sequence,
    tlv,
)
from tofutui.tofu.certificates.certificate import Certificate, UnreadableCertificate, read_certificate
from tofutui.tofu.names.match import compare
from tofutui.tofu.names.render import renderings

UTC_TIME, GENERALIZED_TIME = 0x17, 0x18


def one_name(value: bytes, tag: int) -> bytes:
    return sequence(rdn(attribute(CN, value, tag)))


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (one_name(b"*.example.com", PRINTABLE), "*.example.com"),
        (one_name(b"a_b@c&d!#", PRINTABLE), "a_b@c&d!#"),
        (one_name(b"\xd3bidos", T61), "Óbidos"),
        (one_name(b"\xd3bidos", IA5), "Óbidos"),
        (one_name(b"a\xffb", UTF8), "a\udcffb"),
        (one_name("AÓ".encode("utf-16-be"), BMP), "AÓ"),
        (one_name(b"\x00", BMP), "\ufffd"),
        (one_name("A😀".encode("utf-32-be"), 0x1C), "A😀"),
        (one_name(b"general", 0x1B), "general"),
        (one_name(b"\x05", 0x02), "#020105"),
        (one_name(tlv(UTF8, b"x"), 0x30), "#30030C0178"),
        (one_name(b"\x1b[2J\x00[@click=x]\n", UTF8), "\x1b[2J\x00[@click=x]\n"),
        (one_name("\u202egnp.exe".encode(), UTF8), "\u202egnp.exe"),
        (one_name(b"x" * 300, UTF8), "x" * 300),
        (sequence(rdn(attribute(O, "z"), attribute(CN, "a"))), "a"),
        (sequence(rdn(), rdn(attribute(CN, "a"))), "a"),
        (sequence(), None),
    ],
    ids=range(17),
)
def test_odd_subjects_are_read(subject: bytes, shown: str | None) -> None:
    read = read_certificate(certificate(subject=subject))
    assert read.unread == ()
    assert read.subject is not None
    assert read.subject.common_name == shown


def validity(tag: int, text: str) -> bytes:
    return sequence(tlv(tag, text.encode()), tlv(GENERALIZED_TIME, b"99991231235959Z"))


@pytest.mark.parametrize(
    ("tag", "text", "moment"),
    [
        (UTC_TIME, "4911302359Z", dt.datetime(2049, 11, 30, 23, 59)),
        (UTC_TIME, "500101000000Z", dt.datetime(1950, 1, 1)),
        (UTC_TIME, "261101023000+0230", dt.datetime(2026, 11, 1)),
        (UTC_TIME, "261031220000-0200", dt.datetime(2026, 11, 1)),
        (GENERALIZED_TIME, "20261101000000.123Z", dt.datetime(2026, 11, 1)),
        (GENERALIZED_TIME, "20261101000000", dt.datetime(2026, 11, 1)),
    ],
)
def test_odd_dates_are_read(tag: int, text: str, moment: dt.datetime) -> None:
    read = read_certificate(certificate(validity=validity(tag, text)))
    assert read.unread == ()
    assert read.not_before == moment.replace(tzinfo=dt.UTC)
    assert read.not_after == dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (UTC_TIME, "260230000000Z"),
        (UTC_TIME, "261101250000Z"),
        (UTC_TIME, ""),
        (UTC_TIME, "20261101000000Z"),
        (GENERALIZED_TIME, "00000101000000Z"),
        (GENERALIZED_TIME, "00010101000000+1400"),
        (GENERALIZED_TIME, "100000101000000Z"),
        (GENERALIZED_TIME, "\N{FULLWIDTH DIGIT TWO}0261101000000Z"),
        (UTF8, "20261101000000Z"),
    ],
)  # fmt: skip
def test_impossible_dates_are_named_as_unread(tag: int, text: str) -> None:
    read = read_certificate(certificate(validity=validity(tag, text)))
    assert read.unread == ("not_before",)
    assert read.not_before is None
    assert read.not_after is not None


@pytest.mark.parametrize("missing", [sequence(), sequence(tlv(UTC_TIME, b"2611010000Z")), tlv(0x05)])
def test_missing_dates_are_named_as_unread(missing: bytes) -> None:
    read = read_certificate(certificate(validity=missing))
    assert "not_after" in read.unread
    assert read.not_after is None


@pytest.mark.parametrize(
    ("serial", "shown"),
    [
        (integer(0), "0"),
        (integer(-0x1F), "-1f"),
        (tlv(0x02, b"\x00\x00\x7f"), "7f"),
        (tlv(0x02, b"\x7f" + b"\x00" * 299), "7f" + "00" * 299),
        (tlv(0x02, b""), None),
        (tlv(0x04, b"\x01"), None),
    ],
    ids=["zero", "negative", "padded", "300 octets", "empty", "no integer"],
)
def test_odd_serials(serial: bytes, shown: str | None) -> None:
    read = read_certificate(certificate(serial=serial))
    assert read.serial == shown
    assert read.unread == (() if shown else ("serial",))


@pytest.mark.parametrize(
    "version", [b"", *(tlv(0xA0, integer(number)) for number in (0, 1, 3, 99)), tlv(0xA0)], ids=range(6)
)
def test_any_version_is_read(version: bytes) -> None:
    read = read_certificate(certificate(version=version, serial=integer(7)))
    assert (read.serial, read.unread) == ("7", ())


def public_key(algorithm: bytes, content: bytes) -> bytes:
    return sequence(algorithm, tlv(0x03, b"\0", content))


RSA = sequence(oid("1.2.840.113549.1.1.1"), tlv(0x05))
EC = oid("1.2.840.10045.2.1")


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (public_key(RSA, sequence(integer(1 << 511), integer(1))), "RSA 512"),
        (public_key(RSA, sequence(tlv(0x02, b"\xff" * 128), integer(2))), "RSA 1024"),
        (public_key(RSA, sequence(integer(1 << 32767), integer(3))), "RSA 32768"),
        (public_key(RSA, b"garbage"), "RSA"),
        (public_key(sequence(oid("1.2.840.113549.1.1.10")), sequence(integer(1 << 2047))), "RSA-PSS 2048"),
        (public_key(sequence(EC, oid("1.2.840.10045.3.1.1")), b"off curve"), "EC secp192r1"),
        (public_key(sequence(EC, oid("1.2.3.4")), b""), "EC 1.2.3.4"),
        (public_key(sequence(EC, sequence()), b""), "EC explicit curve"),
        (public_key(sequence(EC), b""), "EC"),
        (public_key(sequence(oid("1.2.3.4.5")), b""), "1.2.3.4.5"),
    ],
)  # fmt: skip
def test_odd_keys_are_named_as_far_as_they_can_be_read(key: bytes, shown: str) -> None:
    assert read_certificate(certificate(key=key)).key == shown


def test_an_unknown_signature_algorithm_is_its_dotted_name() -> None:
    assert read_certificate(certificate(algorithm=sequence(oid("1.2.3.99")))).signature == "1.2.3.99"


@pytest.mark.parametrize("algorithm", [sequence(), tlv(0x05), sequence(tlv(0x06, b"\x80"))])
def test_an_unreadable_signature_algorithm_is_named_as_unread(algorithm: bytes) -> None:
    assert read_certificate(certificate(algorithm=algorithm)).unread == ("signature",)


@pytest.mark.parametrize(
    "extensions",
    [
        (extension("2.5.29.17", b"garbage"),),
        (extension("2.5.29.17", sequence(b"\x82\x7fcut off")),),
        (b"\x30\x05cut",),
        (extension("2.5.29.17", tlv(UTF8, b"no sequence")),),
    ],
)
def test_unreadable_alternative_names_are_named_as_unread(extensions: tuple[bytes, ...]) -> None:
    read = read_certificate(certificate(extensions=extensions))
    assert (read.san, read.unread) == ((), ("san",))


def test_trailing_bytes_count_for_the_fingerprint_and_for_nothing_else() -> None:
    plain, longer = read_certificate(certificate()), read_certificate(certificate(after=b"\0\0junk"))
    assert plain.sha256 != longer.sha256
    assert (plain.serial, plain.subject, plain.key) == (longer.serial, longer.subject, longer.key)


def test_indefinite_and_overlong_lengths_are_read() -> None:
    subject = b"\x30\x80" + rdn(attribute(CN, "ber")) + b"\0\0"
    tbs = b"".join([VERSION_3, integer(5), SHA256_RSA, name((C, "US")), VALIDITY, subject, RSA_2048])
    indefinite = b"\x30\x80" + b"\x30\x80" + tbs + b"\0\0" + SHA256_RSA + tlv(0x03, b"\0x") + b"\0\0"
    overlong = (
        b"\x30\x84\x00\x00"
        + (len(tbs) + 4).to_bytes(2, "big")
        + b"\x30\x82"
        + len(tbs).to_bytes(2, "big")
        + tbs
    )
    for der in (indefinite, overlong):
        read = read_certificate(der)
        assert read.subject is not None
        assert (read.subject.common_name, read.serial, read.key, read.unread) == ("ber", "5", "RSA 2048", ())


def test_a_certificate_that_is_cut_off_inside_is_read_as_far_as_it_goes() -> None:
    tbs = b"".join(
        [VERSION_3, integer(5), SHA256_RSA, name((C, "US")), VALIDITY, name((CN, "a")), b"\x30\x7f"]
    )
    read = read_certificate(sequence(sequence(tbs)))
    assert read.subject is not None
    assert read.unread == ("key",)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        b"garbage, not DER at all",
        sequence(sequence()),
        sequence(tlv(0x04, b"x")),
        sequence(sequence(*[tlv(0x05)] * 7)),
        certificate()[:100],
        b"\x30\x80" * 5000,
        b"\x1f" * 5000,
        b"\x30\x84\xff\xff\xff\xff",
    ],
    ids=range(11),
)
def test_what_is_not_a_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(UnreadableCertificate, match="not a certificate"):
        read_certificate(der)


WHOLE = certificate(
    subject=name((C, "US"), (CN, "mutated")),
    extensions=(extension("2.5.29.17", sequence(tlv(0x82, b"a.example"), tlv(0x87, b"\x7f\0\0\1"))),),
)


def use(read: Certificate) -> None:
    """What the rest of the program does with a certificate."""
    assert len(read.sha256) == 64
    for read_name in (read.subject, read.issuer):
        if read_name is not None:
            assert isinstance(str(read_name), str)
            renderings(read_name)
            compare("/C=US/CN=mutated", read_name)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_never_raise_anything_else(der: bytes) -> None:
    with suppress(UnreadableCertificate):
        use(read_certificate(der))
    with suppress(UnreadableCertificate):
        use(read_certificate(sequence(sequence(VERSION_3, integer(1), SHA256_RSA, der, VALIDITY, der, der))))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_mutated_certificates_never_raise_anything_else(changes: list[tuple[int, int]]) -> None:
    der = bytearray(WHOLE)
    for place, byte in changes:
        der[place] = byte
    with suppress(UnreadableCertificate):
        use(read_certificate(bytes(der)))


@settings(deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=8))
def test_cut_and_patched_certificates_never_raise_anything_else(
    start: int, length: int, patch: bytes
) -> None:
    with suppress(UnreadableCertificate):
        use(read_certificate(WHOLE[:start] + patch + WHOLE[start + length :]))


@pytest.mark.timeout(20)
def test_a_huge_certificate_takes_linear_time() -> None:
    many = extension("2.5.29.17", sequence(*[tlv(0x82, b"a.example")] * 50_000))
    read = read_certificate(certificate(serial=tlv(0x02, b"\x01" * 1_000_000), extensions=(many,)))
    assert len(read.san) == 50_000
    assert read.serial is not None
