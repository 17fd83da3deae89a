"""Names as Java prints them where their encoding is broken, and names that hold nothing in places."""

import pytest

from tests.support.x509_der import (
    BMP,
    CN,
    EMAIL,
    IA5,
    PRINTABLE,
    T61,
    UTF8,
    L,
    O,
    attribute,
    certificate,
    name,
    rdn,
    sequence,
)
from tofutui.tofu.certificates.certificate import read_certificate
from tofutui.tofu.names.match import Relation, compare

HIGH, LOW = b"\xd8\x3d", b"\xde\x00"
A, B = b"\x00a", b"\x00b"


def of(kind: str, value: bytes, tag: int) -> bytes:
    """A name of one attribute."""
    return sequence(rdn(attribute(kind, value, tag)))


BROKEN = [
    (of(CN, A + HIGH + LOW + B, BMP), "CN=a😀b"),
    (of(CN, A + HIGH + LOW + B, BMP), "CN=\\00a\ufffd\\=\ufffd\\00\\00b"),
    (of(CN, A + HIGH + B, BMP), "CN=a\ufffd"),
    (of(CN, A + HIGH, BMP), "CN=a\ufffd"),
    (of(CN, A + LOW + B, BMP), "CN=a\ufffdb"),
    (of(CN, A + LOW + B, BMP), "CN=ab"),
    (of(CN, b"caf\xe9 x", UTF8), "CN=caf\ufffd x"),
    (of(CN, b"caf\xe9\xe9", UTF8), "CN=caf\ufffd\ufffd"),
    (of(CN, b"caf\xed\xa0\xbd", UTF8), "CN=caf\ufffd"),
    (of(CN, b"caf\xe2\x82", UTF8), "CN = caf\ufffd"),
    (of(EMAIL, b"\xe9@b", IA5), "EMAILADDRESS=\ufffd@b"),
    (of(CN, b"caf\xe9", PRINTABLE), "CN=caf\ufffd"),
    (of(L, b"\xd3bidos", T61), "L=Óbidos"),
    (of(L, b"\xd3bidos", T61), "L=\ufffdbidos"),
]
"""What Java 17 printed (toString, RFC 1779 or RFC 2253), and what OpenSSL prints of the surrogates."""


@pytest.mark.parametrize(("subject", "printed"), BROKEN)
def test_an_unreadable_place_is_not_a_difference(subject: bytes, printed: str) -> None:
    presented = read_certificate(certificate(subject=subject)).subject
    comparison = compare(printed, presented)
    assert comparison.relation is Relation.EQUAL
    assert comparison.ambiguous or "\ufffd" not in printed


@pytest.mark.parametrize("printed", ["CN=b\ufffd", "CN=caf\ufffd\ufffdx", "CN=caf", "O=caf\ufffd"])
def test_what_is_readable_beside_it_counts(printed: str) -> None:
    presented = read_certificate(certificate(subject=of(CN, b"caf\xe9", UTF8))).subject
    assert compare(printed, presented).relation is Relation.DIFFERENT


EMPTY_RDNS = [
    (sequence(rdn(), rdn(attribute(CN, "a"))), ("CN=a, ", "CN=a,", "CN = a")),
    (sequence(rdn(attribute(CN, "a")), rdn()), (", CN=a", ",CN=a", ",,CN=a")),
    (
        sequence(rdn(attribute(O, "o")), rdn(), rdn(attribute(CN, "a"))),
        ("CN=a, , O=o", "CN=a,,O=o", "O=o,,CN=a"),
    ),
]


@pytest.mark.parametrize(
    ("subject", "printed"), [(subject, text) for subject, texts in EMPTY_RDNS for text in texts]
)
def test_an_rdn_that_holds_nothing_is_printed_as_a_comma(subject: bytes, printed: str) -> None:
    presented = read_certificate(certificate(subject=subject)).subject
    assert compare(printed, presented).relation is Relation.EQUAL


@pytest.mark.parametrize(
    ("value", "printed"), [("a,", "CN=a\\,"), ("a,,b", 'CN="a,,b"'), (",a", "CN=\\,a"), ("a,", 'CN="a,"')]
)
def test_a_comma_of_a_value_is_kept(value: str, printed: str) -> None:
    presented = read_certificate(certificate(subject=name((CN, value)))).subject
    assert compare(printed, presented).relation is Relation.EQUAL
    bare = read_certificate(certificate(subject=name((CN, value.replace(",", ""))))).subject
    assert compare(printed, bare).relation is Relation.DIFFERENT
