"""What holds for every name: it is read back from each printed form, in linear time, whatever it holds."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.depth import as_long
from tests.support.x509_der import attribute, rdn, sequence
from tofutui.tofu.asn1.oids import ATTRIBUTES
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import Relation, compare, fit_log_name
from tofutui.tofu.names.render import renderings
from tofutui.tofu.names.values import UnreadableName

TYPES = st.sampled_from([*ATTRIBUTES, "1.2.3.4", "2.999.1"])
SEPARATORS = st.text(alphabet=' /+,=;"\\#<>aCNOU', max_size=12)
VALUES = st.one_of(SEPARATORS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
STRINGS = st.one_of(
    VALUES.map(lambda text: (text.encode(), 0x0C)),
    st.text(st.characters(max_codepoint=0xFF), max_size=8).map(lambda text: (text.encode("latin-1"), 0x14)),
    VALUES.map(lambda text: (text.encode("utf-16-be"), 0x1E)),
    st.tuples(st.binary(max_size=8), st.sampled_from([0x03, 0x0C, 0x13, 0x16, 0x1B, 0x30, 0x07])),
)
ATTRIBUTE = st.tuples(TYPES, STRINGS).map(lambda pair: attribute(pair[0], *pair[1]))
NAMES = st.lists(st.lists(ATTRIBUTE, min_size=1, max_size=3), min_size=1, max_size=4).map(
    lambda rdns: sequence(*(rdn(*attributes) for attributes in rdns))
)
PLAIN = st.lists(st.tuples(TYPES, VALUES), min_size=1, max_size=5).map(
    lambda pairs: sequence(*(rdn(attribute(kind, value)) for kind, value in pairs))
)


@settings(deadline=None)
@given(NAMES)
def test_a_name_equals_itself_in_every_printed_form(der: bytes) -> None:
    presented = from_der(der)
    for form in renderings(presented):
        assert compare(f" {form}\t", presented).relation is Relation.EQUAL


@settings(deadline=None)
@given(PLAIN)
def test_the_quoted_comma_forms_are_read_back_exactly(der: bytes) -> None:
    presented = from_der(der)
    quoted = renderings(presented)[1]
    assert " = " in quoted
    assert readings(quoted)[0].pairs() == presented.pairs()


@settings(deadline=None)
@given(PLAIN)
def test_the_order_makes_no_difference(der: bytes) -> None:
    presented = from_der(der)
    turned = ", ".join(f"{kind} = {_quoted(value)}" for kind, value in reversed(presented.pairs()))
    assert compare(turned, presented).relation is Relation.EQUAL


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@settings(deadline=None)
@given(PLAIN, PLAIN)
def test_different_values_are_never_called_equal_by_their_attributes(value: bytes, other: bytes) -> None:
    left, right = from_der(value), from_der(other)
    compared = compare(renderings(left)[1], right)
    assert (compared.relation is Relation.DIFFERENT) == bool(compared.reasons)
    assert (compared.relation is Relation.DIFFERENT) == any(line.differs for line in compared.lines)


@settings(deadline=None)
@given(st.one_of(st.text(), SEPARATORS.map("/CN=".__add__), SEPARATORS.map("CN = ".__add__)), PLAIN)
def test_no_text_makes_a_comparison_fail(text: str, der: bytes) -> None:
    presented = from_der(der)
    compare(text, presented)
    fit_log_name(text, presented)
    assert len(readings(text)) <= 8


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_no_bytes_make_reading_a_name_fail_except_by_its_own_error(der: bytes) -> None:
    with suppress(UnreadableName):
        presented = from_der(der)
        renderings(presented)
        assert compare("/CN=a", presented).relation is not Relation.UNREADABLE


HOSTILE = [
    "/CN=a" + "/O=b" * 20_000,
    "/CN=a" + "+b=" * 20_000,
    "/" * 100_000,
    "/CN=" + "\\x" * 50_000,
    "CN=" + '"a,CN=' * 20_000,
    "CN=" + ',"' * 50_000,
    "CN=" + "\\" * 100_001,
    "CN = " + ", " * 50_000,
    "CN=a" + ", 1.2.3.4.5" * 10_000,
    "CN=" + " " * 100_000 + "x",
    "CN = \u0300\u0316" + "\u0300\u0316" * 50_000,
    "/OU=" + "a" * 1_000_000,
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_a_hostile_text_takes_linear_time(text: str) -> None:
    """Quadratic reading of any of these would take minutes."""
    presented = from_der(sequence(rdn(attribute("2.5.4.3", text[-200_000:]))))
    assert compare(text, presented).relation in (Relation.DIFFERENT, Relation.EQUAL, Relation.UNREADABLE)


@pytest.mark.parametrize(("attributes", "forms"), [as_long(10_000, 1), (1_000, None)])
def test_ten_thousand_attributes_are_compared(attributes: int, forms: int | None) -> None:
    der = sequence(*(rdn(attribute("2.5.4.11", f"unit {n}")) for n in range(attributes)))
    presented = from_der(der)
    for form in list(renderings(presented))[:forms]:
        assert compare(form, presented).relation is Relation.EQUAL
        assert compare(form.upper(), presented).relation is Relation.EQUAL
        assert compare(form + "0", presented).relation is Relation.DIFFERENT
