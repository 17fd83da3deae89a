"""Objects that OpenSSL has a name for, in names: known by each of them, else compared by their value."""

import re
import shutil
import subprocess

import pytest

from tests.support.x509_der import attribute, rdn, sequence
from tofutui.tofu.asn1.oids import attribute_type, short_name
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import Relation, compare
from tofutui.tofu.names.render import renderings

CN = "2.5.4.3"


def _is_openssl_3() -> bool:
    program = shutil.which("openssl")
    if program is None:
        return False
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    return version.stdout.startswith("OpenSSL 3.0.")


_OBJECT = re.compile(r"(\S+?) = (?:(.*), )?([0-2](?:\.[0-9]+)+)")
_PRINTABLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def named(kind: str, value: str = "x", cn: str = "a") -> object:
    return from_der(sequence(rdn(attribute(CN, cn)), rdn(attribute(kind, value))))


@pytest.mark.skipif(not _is_openssl_3(), reason="OpenSSL 3.0, whose table this is, is not installed")
def test_all_objects_of_openssl_are_known_by_their_names() -> None:
    listed = subprocess.run(["openssl", "list", "-objects"], capture_output=True, text=True, check=True)
    objects = [match.groups() for line in listed.stdout.splitlines() if (match := _OBJECT.fullmatch(line))]
    shorts = {dotted: short for short, _, dotted in objects if _PRINTABLE.fullmatch(short)}
    assert len(shorts) > 1000
    assert [(dotted, short) for dotted, short in shorts.items() if attribute_type(dotted) != short] == []
    assert [short for short in shorts.values() if attribute_type(short) is None] == []
    printable = [
        long for _, long, dotted in objects if long and dotted in shorts and _PRINTABLE.fullmatch(long)
    ]
    assert [long for long in printable if attribute_type(long) is None] == ["org"]  # the second name of 1.3


@pytest.mark.parametrize(
    "dotted",
    ["2.5.29.17", "1.3.6.1.5.5.7.3.1", "1.2.840.113549.1.1.11", "2.5.29.19", "1.3.6.1.7", "2.23.43.1"],
)
def test_an_object_in_a_name_is_the_same_under_each_of_its_names(dotted: str) -> None:
    presented = named(dotted)
    assert short_name(dotted) != dotted
    for form in renderings(presented):
        assert compare(form, presented).relation is Relation.EQUAL
        assert compare(form.replace(short_name(dotted), dotted), presented).relation is Relation.EQUAL
        assert compare(form.replace("= x", "= X").replace("=x", "=X"), presented).relation is Relation.EQUAL


def test_a_long_name_is_known_too() -> None:
    presented = named("2.5.29.17")
    for text in ("CN = a, X509v3 = x", "CN = a, subjectAltName = x", "subjectAltName=x, CN=a"):
        assert compare(text, presented).relation is Relation.EQUAL
    assert compare("/CN=a/serverAuth=x", named("1.3.6.1.5.5.7.3.1")).relation is Relation.EQUAL


@pytest.mark.parametrize("kind", ["1.3.6.1.4.1.99999.1", "2.5.4.200", "1.2.840.113549.1.9.1"])
@pytest.mark.parametrize(
    "text", ["/CN=a/fooBar=x", "CN = a, fooBar = x", "fooBar = x, CN = A", "/CN=a/FOO_BAR=X", "CN=a, 1.2.3=x"]
)
def test_a_type_that_no_table_knows_is_compared_by_its_value(kind: str, text: str) -> None:
    known = "1.2.3" in text
    assert compare(text, named(kind)).relation is (Relation.DIFFERENT if known else Relation.EQUAL)
    assert compare(text, named(kind, "y")).relation is Relation.DIFFERENT


@pytest.mark.parametrize("text", ["/CN=a/subjectAltName=x", "/CN=a/id-kp=x", "/CN=a/MD5=x"])
def test_an_object_that_no_name_is_made_of_may_be_a_part_of_a_value(text: str) -> None:
    cn = text.removeprefix("/CN=")
    assert len(readings(text)) == 2
    assert compare(text, from_der(sequence(rdn(attribute(CN, cn))))).relation is Relation.EQUAL


@pytest.mark.parametrize("text", ["CN = host\\ ", "CN=host\\ ", "CN=host\\", "O=x, CN=host\\ "])
def test_an_escaped_blank_at_the_end_is_not_a_difference(text: str) -> None:
    parts = [rdn(attribute("2.5.4.10", "x"))] if text.startswith("O") else []
    for value in ("host ", "host"):
        assert compare(text, from_der(sequence(*parts, rdn(attribute(CN, value))))).relation is Relation.EQUAL


def test_a_backslash_at_the_end_may_be_one() -> None:
    presented = from_der(sequence(rdn(attribute(CN, "host\\"))))
    assert compare("CN=HOST\\", presented).relation is Relation.EQUAL


@pytest.mark.parametrize(
    "text",
    [
        "/O=Acme/OU=x/CN=host",
        "/CN=host/O=Acme/OU=x",
        "/cn= HOST/o=acme/ou=X",
        "/CN=host/O= Acme/OU=x",
        "/CN= host/o=ACME /OU=x",
    ],
)
def test_a_slash_form_with_two_readings_in_other_order_case_and_blanks(text: str) -> None:
    presented = from_der(sequence(rdn(attribute("2.5.4.10", "Acme/OU=x")), rdn(attribute(CN, "host"))))
    assert compare(text, presented).relation is Relation.EQUAL


@pytest.mark.parametrize("text", ["/CN=host/O=Acme", "/OU=x/O=Acme/CN=host", "/O=Acme/OU=y/CN=host"])
def test_pieces_that_are_not_those_of_the_name_differ(text: str) -> None:
    presented = from_der(sequence(rdn(attribute("2.5.4.10", "Acme/OU=x")), rdn(attribute(CN, "host"))))
    assert compare(text, presented).relation is Relation.DIFFERENT


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["/OU=a" * 100_000, "OU=a, " * 80_000, "/CN=a/b=c" * 50_000, "/CN=a+b=c" * 50_000]
)
def test_a_name_of_very_many_attributes_is_not_taken_apart(text: str) -> None:
    assert readings(text[:400_000]) == ()
    assert compare(text[:400_000], named("2.5.4.11")).relation is Relation.UNREADABLE
