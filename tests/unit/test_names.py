"""Reading and comparing names: the samples of the appliances first."""

import re

import pytest

from tests.support.x509_der import BMP, CN, EMAIL, OU, T61, C, L, O, attribute, name, rdn, sequence
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import Fit, Relation, compare, fit_log_name
from tofutui.tofu.names.values import Attribute, DistinguishedName, UnreadableName

PRIME_SEC = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec"
PRIME_SEC_LOG = "CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"
PRIME_SEC_PAIRS = [
    ("C", "US"),
    ("ST", "CA"),
    ("L", "SJ"),
    ("O", "Cisco Systems"),
    ("OU", "Prime Infra"),
    ("CN", "prime-sec"),
]


def subject(*pairs: tuple[str, str]) -> DistinguishedName:
    return from_der(name(*pairs))


def only_reading(text: str) -> list[tuple[str, str]]:
    read = readings(text)
    assert len(read) == 1
    return read[0].pairs()


@pytest.mark.parametrize(
    "text",
    [
        PRIME_SEC,
        f" {PRIME_SEC}  ",
        "C = US, ST = CA, L = SJ, O = Cisco Systems, OU = Prime Infra, CN = prime-sec",
        "C=US, ST=CA, L=SJ, O=Cisco Systems, OU=Prime Infra, CN=prime-sec",
    ],
)
def test_the_three_printed_forms_of_one_subject_read_alike(text: str) -> None:
    assert only_reading(text) == PRIME_SEC_PAIRS


def test_the_subject_of_a_dna_center_is_read_with_its_trailing_blank() -> None:
    assert only_reading("CN = kong ") == [("CN", "kong")]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (r"/C=US/L=\xC3\x93bidos/CN=a", [("C", "US"), ("L", "Óbidos"), ("CN", "a")]),
        (r"C = US, L = \C3\93bidos, CN = a", [("C", "US"), ("L", "Óbidos"), ("CN", "a")]),
        (r"/O=R\/D \+ more/CN=a", [("O", "R/D + more"), ("CN", "a")]),
        ("/O=R/D/CN=a", [("O", "R/D"), ("CN", "a")]),
        (r'O = "Foo, \"Inc\" <x>/y", CN = a\\c', [("O", 'Foo, "Inc" <x>/y'), ("CN", r"a\c")]),
        ('O = "a, CN = b", CN = " c"', [("O", "a, CN = b"), ("CN", " c")]),
        (r"CN=a\,b\ ,O=x", [("CN", "a,b "), ("O", "x")]),
        ("CN=a,O=Foo, Inc,C=US", [("CN", "a"), ("O", "Foo, Inc"), ("C", "US")]),
        ("/CN=a/1.2.840.99.1=x", [("CN", "a"), ("1.2.840.99.1", "x")]),
        ("CN = a, 2.5.4.97 = x", [("CN", "a"), ("organizationIdentifier", "x")]),
        ("EMAILADDRESS=a@b, OID.2.5.4.12=Dr, S=CA", [("emailAddress", "a@b"), ("title", "Dr"), ("ST", "CA")]),
        ("CN = #0C0568656C6C6F", [("CN", "hello")]),
        ("CN = #030400000041", [("CN", "#030400000041")]),
        ("CN = , O = x", [("CN", ""), ("O", "x")]),
        ("C = US, CN =", [("C", "US"), ("CN", "")]),
        ('CN = "', [("CN", '"')]),
        (r"/CN=\x41", [("CN", r"\x41")]),
    ],
)  # fmt: skip
def test_escapes_quotes_and_odd_types_are_read(text: str, pairs: list[tuple[str, str]]) -> None:
    assert only_reading(text) == pairs


def test_attributes_of_one_rdn_stay_together() -> None:
    together = ((Attribute("C", "US"),), (Attribute("CN", "a"), Attribute("OU", "b")))
    assert readings("C = US, CN = a + OU = b")[0].rdns == together
    assert readings("/C=US/CN=a+OU=b")[0].rdns == together


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "//",
        "kong",
        "=",
        "= x",
        "/=x",
        "unable to load certificate",
        "x/CN=a",
        "code = 5",
        "/proc=x",
    ],
)
def test_what_is_not_a_name_has_no_reading(text: str) -> None:
    assert readings(text) == ()
    assert compare(text, subject((CN, "a"))).relation is Relation.UNREADABLE


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("/CN=foo/O=bar", [("CN", "foo/O=bar")]),
        ("/C=US/CN=foo/CN=bar", [("C", "US"), ("CN", "foo/CN=bar")]),
        ("/CN=foo/path=x", [("CN", "foo"), ("path", "x")]),
        ("/CN=a+OU=b", [("CN", "a+OU=b")]),
    ],
)
def test_a_slash_form_with_an_attribute_out_of_place_has_further_readings(
    text: str, other: list[tuple[str, str]]
) -> None:
    assert other in [read.pairs() for read in readings(text)[1:]]


def test_the_usual_order_of_attributes_is_not_ambiguous() -> None:
    assert len(readings(PRIME_SEC + "/emailAddress=a@b")) == 1


def test_different_cn_is_the_first_reason() -> None:
    compared = compare("/C=US/O=Cisco Systems/CN=ISE-server", subject((CN, "ise01")))
    assert compared.relation is Relation.DIFFERENT
    assert compared.reasons == (
        "CN differs: stored ISE-server, presented ise01",
        "C only in the stored name: US",
        "O only in the stored name: Cisco Systems",
    )


def test_lines_are_side_by_side_by_attribute_type() -> None:
    compared = compare("/C=US/OU=a/OU=b/CN=x", subject((CN, "X"), (OU, "b"), (OU, "c"), (O, "new")))
    assert [(line.type, line.stored, line.presented, line.differs) for line in compared.lines] == [
        ("C", "US", None, True),
        ("OU", "a", "c", True),
        ("OU", "b", "b", False),
        ("CN", "x", "X", False),
        ("O", None, "new", True),
    ]
    assert "O only in the presented name: new" in compared.reasons


@pytest.mark.parametrize(
    "stored",
    [
        "/CN=ise 01/O=Müller & Söhne",
        r"/O=M\xC3\xBCller & S\xC3\xB6hne/CN=ise 01",
        r"/O=M\xFCller & S\xF6hne/CN=ise 01",
        "O = MÜLLER  &  SÖHNE, CN = ISE 01",
        r"CN=ISE  01,O=M\C3\BCller & S\C3\B6hne",
        "organizationName=Müller & Söhne, COMMONNAME=ise 01",
        "/O=Mu\u0308ller & Söhne/CN=\u200bise\u00a001",
        r"/O=M\xC3\xBCller & S\xC3\xB6hne/CN=ise\x09\x0001",
    ],
)
def test_order_case_blanks_and_escapes_do_not_count(stored: str) -> None:
    compared = compare(stored, subject((O, "Müller & Söhne"), (CN, "ise 01")))
    assert compared.relation is Relation.EQUAL
    assert not any(line.differs for line in compared.lines)


def test_two_equal_attributes_are_not_one() -> None:
    assert compare("/OU=a/OU=a/CN=x", subject((OU, "a"), (CN, "x"))).relation is Relation.DIFFERENT


def test_empty_subjects_equal_nothing() -> None:
    empty = from_der(sequence())
    assert compare("", empty).relation is Relation.UNREADABLE
    assert compare("", None).relation is Relation.UNREADABLE
    assert compare("/CN=a", empty).relation is Relation.DIFFERENT
    assert compare("/CN=a", None).relation is Relation.DIFFERENT


def test_a_slash_inside_a_value_is_read_in_the_favour_of_the_certificate() -> None:
    compared = compare("/C=US/O=Acme/OU=Lab/CN=ise", subject((C, "US"), (O, "Acme/OU=Lab"), (CN, "ise")))
    assert compared.relation is Relation.EQUAL
    assert compared.ambiguous
    assert compared.stored is not None
    assert ("O", "Acme/OU=Lab") in compared.stored.pairs()


def test_the_favour_holds_whatever_the_case_and_the_blanks() -> None:
    compared = compare("/c=us/O=ACME/OU=Lab /CN= ise", subject((C, "US"), (O, "Acme/OU=Lab"), (CN, "ise")))
    assert compared.relation is Relation.EQUAL
    assert compared.ambiguous


@pytest.mark.parametrize(
    "stored",
    [
        r"/C=US/O=R\/D/emailAddress=a@b/CN=ise",
        r"/cn=ISE/E=A@B/o=r\/d /countryName= us",
        r"/EMAILADDRESS=a@b/C=US/CN=ise/O=R\/D",
    ],
)
def test_what_looks_like_an_escape_may_be_what_the_value_holds(stored: str) -> None:
    presented = subject((C, "US"), (O, "R\\/D"), (EMAIL, "a@b"), (CN, "ise"))
    compared = compare(stored, presented)
    assert compared.relation is Relation.EQUAL
    assert compare(re.sub("/[Dd]", "/E", stored), presented).relation is Relation.DIFFERENT


@pytest.mark.parametrize("stored", ["o=FOO+OU=X, c=us", "C=US, O=Foo+ou=x", "c=US,  O=Foo+OU=X"])
def test_a_bare_plus_of_newer_openssl_is_read_in_the_favour_of_the_certificate(stored: str) -> None:
    assert compare(stored, subject((C, "US"), (O, "Foo+OU=x"))).relation is Relation.EQUAL
    assert compare(stored, subject((C, "US"), (O, "Foo+OU=y"))).relation is Relation.DIFFERENT


def test_the_favour_ends_where_no_reading_fits() -> None:
    assert (
        compare("/O=Acme/OU=Lab/CN=ise", subject((O, "Acme/OU=Lap"), (CN, "ise"))).relation
        is Relation.DIFFERENT
    )


def test_several_attributes_in_one_rdn_print_like_several_rdns_and_are_equal() -> None:
    joined = from_der(sequence(rdn(attribute(OU, "lab"), attribute(CN, "ise"))))
    compared = compare("/OU=lab/CN=ise", joined)
    assert compared.relation is Relation.EQUAL
    assert not compared.ambiguous


def test_an_unquoted_comma_of_newer_openssl_is_read_in_the_favour_of_the_certificate() -> None:
    compared = compare("O=Foo, CN=x, CN=y", subject((O, "Foo, CN=x"), (CN, "y")))
    assert compared.relation is Relation.EQUAL
    assert compared.ambiguous


@pytest.mark.parametrize("stored", [r"/O=\x00A\x00\xD3/CN=b", "/O=aó/CN=b", r"O = A\C3\93, CN = b"])
def test_a_bmp_string_is_found_equal_however_it_was_printed(stored: str) -> None:
    der = sequence(rdn(attribute(O, "AÓ".encode("utf-16-be"), BMP)), rdn(attribute(CN, "b")))
    assert compare(stored, from_der(der)).relation is Relation.EQUAL


def test_only_the_attribute_that_differs_is_reported_when_others_are_in_another_string_type() -> None:
    der = sequence(rdn(attribute(L, b"\xd3bidos", T61)), rdn(attribute(CN, "new")))
    assert compare(r"/L=\xD3bidos/CN=old", from_der(der)).reasons == (
        "CN differs: stored old, presented new",
    )


def test_many_differences_are_counted_and_not_all_spelled_out() -> None:
    compared = compare("".join(f"/OU={n}" for n in range(500)) + "/CN=x", subject((CN, "x")))
    assert len(compared.reasons) == 21
    assert compared.reasons[-1] == "480 more attributes differ"


def test_names_are_shown_with_their_specials_escaped() -> None:
    shown = from_der(sequence(rdn(attribute(O, "Foo, Inc")), rdn(attribute(OU, "b"), attribute(CN, "#a"))))
    assert str(shown) == r"O=Foo\, Inc, OU=b + CN=\#a"
    assert shown.common_name == "#a"
    assert not shown.is_empty
    assert from_der(sequence()).common_name is None


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x31\x00", sequence(b"\x30\x00"), sequence(rdn(b"\x30\x00")), b"\x30\x80"]
)
def test_bytes_that_are_not_a_name_are_refused(der: bytes) -> None:
    with pytest.raises(UnreadableName):
        from_der(der)


@pytest.mark.parametrize(
    ("log_name", "stored", "fit"),
    [
        (PRIME_SEC_LOG, PRIME_SEC, Fit.FULL),
        (PRIME_SEC_LOG.upper(), PRIME_SEC, Fit.FULL),
        ("CN=prime-sec", PRIME_SEC, Fit.CN_ONLY),
        ("CN=prime-sec, OU=Prime Infra", PRIME_SEC, Fit.CN_ONLY),
        ("CN=ISE-server", "CN = ISE-server", Fit.FULL),
        ("CN=prime-pri", PRIME_SEC, Fit.NONE),
        ("CN=prime-sec, OU=Other, O=Cisco Systems, L=SJ, ST=CA, C=US", PRIME_SEC, Fit.NONE),
        ("OU=Prime Infra, O=Cisco Systems", PRIME_SEC, Fit.NONE),
        (PRIME_SEC_LOG, "CN = prime-sec", Fit.NONE),
        ("", PRIME_SEC, Fit.NONE),
        ("no name", PRIME_SEC, Fit.NONE),
        # As a JDK 17 prints them.
        ('CN=a, O="Foo, Inc", EMAILADDRESS=x@y', 'emailAddress = x@y, O = "Foo, Inc", CN = a', Fit.FULL),
        (
            r'STREET="\\#", OID.2.5.4.97=\"N, UID="- ;"',
            r'UID = "- ;", 2.5.4.97 = \"N, street = \\#',
            Fit.FULL,
        ),
        ("T=N, INITIALS=i, SURNAME=x + DNQ=y", "/SN=x+dnQualifier=y/initials=i/title=N", Fit.FULL),
    ],
)
def test_names_in_logs_fit_subjects(log_name: str, stored: str, fit: Fit) -> None:
    assert fit_log_name(log_name, readings(stored)[0]) is fit


def test_nothing_fits_an_empty_subject() -> None:
    assert fit_log_name("CN=a", from_der(sequence())) is Fit.NONE


def test_what_many_names_hold_is_held_in_memory_once() -> None:
    pairs = (C, "US"), (O, "Cisco Systems")
    names = [
        subject(*pairs, (CN, "a")),
        subject(*pairs, (CN, "b")),
        *readings("/C=US/O=Cisco Systems/CN=c"),
        *readings("C = US, O = Cisco Systems, CN = d"),
    ]
    assert len({tuple(map(id, held.rdns[:2])) for held in names}) == 1
    assert [held.common_name for held in names] == ["a", "b", "c", "d"]


def test_an_rdn_of_several_attributes_is_not_one_of_a_part_of_them() -> None:
    alone, joined = readings("/C=US/CN=a")[0], readings("C=US, CN=a + OU=x")[0]
    assert alone.rdns[1] == (Attribute("CN", "a"),)
    assert joined.rdns[1] == (Attribute("CN", "a"), Attribute("OU", "x"))
