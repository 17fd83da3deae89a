"""The renderings of a name against what the `openssl` program of this machine prints."""

import random
import shutil
import subprocess

import pytest

from tests.support.depth import amount
from tests.support.x509_der import (
    BMP,
    CN,
    EMAIL,
    IA5,
    OU,
    PRINTABLE,
    T61,
    UNIVERSAL,
    UTF8,
    C,
    L,
    O,
    attribute,
    certificate,
    name,
    rdn,
    sequence,
    tlv,
)
from tofutui.tofu.base.text import decode
from tofutui.tofu.certificates.certificate import read_certificate
from tofutui.tofu.names.match import Relation, compare
from tofutui.tofu.names.render import renderings

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the Debian package openssl")

FORMS = {
    "default of 1.1 to 3.1": (),
    "slash of 3.0": ("-nameopt", "compat"),
    "comma without blanks": ("-nameopt", "oneline,-space_eq"),
    "first default of 3.2": ("-nameopt", "utf8,sep_comma_plus_space"),
    "default since 3.2": ("-nameopt", "esc_ctrl,utf8,dump_nostr,dump_der,sep_comma_plus_space"),
}
ONE_OF_EACH = {
    "seed": name((C, "US"), (L, "SJ"), (O, "Cisco Systems"), (OU, "Prime Infra"), (CN, "prime-sec")),
    "specials": name((O, 'Foo, "Inc" <x>/y+z;\\'), (CN, " a "), (OU, "#"), (OU, "#a"), (OU, " "), (OU, "")),
    "slashes": name((O, "R/D/CN=x"), (CN, "a\\/b")),
    "beyond ascii": name((L, "Óbidos"), (O, "東京 😀"), (CN, "\x7f\x1b[2J\n\u202e")),
    "multi-valued": sequence(rdn(attribute(OU, "b"), attribute(CN, "a+c")), rdn(attribute(O, "x"))),
    "empty rdn": sequence(rdn(), rdn(attribute(CN, "a"))),
    "unknown type": name(("1.2.840.99.1", "x"), ("2.999.3", "y"), ("2.5.4.97", "NTRPT-1")),
    "long type": name(("1.3.6.1.4.1" + ".1234567" * 14, "x")),
    "t61": sequence(rdn(attribute(L, b"\xd3bidos,", T61))),
    "bmp": sequence(rdn(attribute(O, "AÓ東+".encode("utf-16-be"), BMP))),
    "universal": sequence(rdn(attribute(O, "A😀".encode("utf-32-be"), UNIVERSAL))),
    "printable that is not": sequence(rdn(attribute(CN, "*.a_b@c&d", PRINTABLE))),
    "high bytes": sequence(
        rdn(attribute(EMAIL, b"\xe9@b", IA5)), rdn(attribute(CN, b"\xff\xfe\x00", PRINTABLE))
    ),
    "bit string": sequence(rdn(attribute(CN, b"\x03ab\xff", 0x03))),
    "empty bit string": sequence(rdn(attribute(CN, b"\x05", 0x03))),
    "sequence": sequence(rdn(attribute(CN, tlv(UTF8, b"hi"), 0x30))),
    "object descriptor": sequence(rdn(attribute(CN, b"a\x00", 0x07))),
    "string in pieces": sequence(rdn(attribute(CN, tlv(UTF8, b"a") + tlv(UTF8, b"b"), 0x2C))),
}


def printed(der: bytes, *options: str) -> str:
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-subject", *options]
    done = subprocess.run(command, input=der, capture_output=True, check=True)
    return decode(done.stdout.removeprefix(b"subject=").removesuffix(b"\n"))


@pytest.mark.parametrize("options", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("subject", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_each_printed_form_is_among_the_renderings(subject: bytes, options: tuple[str, ...]) -> None:
    der = certificate(subject=subject)
    presented = read_certificate(der).subject
    assert presented is not None
    text = printed(der, *options)
    assert text in renderings(presented)
    assert compare(f" {text} ", presented).relation is Relation.EQUAL


@pytest.mark.parametrize("arcs", [14, 20])
def test_a_long_type_is_cut_in_every_form(arcs: int) -> None:
    subject = name((CN, "a"), ("1.3.6.1.4.1" + ".1234567" * arcs, "x"))
    presented = read_certificate(certificate(subject=subject)).subject
    for options in ((), ("-nameopt", "RFC2253"), ("-nameopt", "compat")):
        text = printed(certificate(subject=subject), *options)
        assert compare(text, presented).relation is Relation.EQUAL


def test_the_slash_form_of_old_appliances_escapes_nothing_but_bytes() -> None:
    der = sequence(rdn(attribute(O, "R/D+"), attribute(OU, "ó")), rdn(attribute(CN, "a")))
    presented = read_certificate(certificate(subject=der)).subject
    assert presented is not None
    assert renderings(presented)[0] == r"/O=R/D+/OU=\xC3\xB3/CN=a"


def test_openssl_1_0_printed_the_dotted_form_of_younger_types() -> None:
    presented = read_certificate(certificate(subject=name((CN, "a"), ("2.5.4.97", "b")))).subject
    assert presented is not None
    assert "/CN=a/2.5.4.97=b" in renderings(presented)


def test_an_empty_name_has_no_rendering() -> None:
    presented = read_certificate(certificate(subject=sequence())).subject
    assert presented is not None
    assert renderings(presented) == ()


def random_subject(chance: random.Random) -> bytes:
    """One to four RDNs of values full of separators, in string types that OpenSSL accepts."""

    def value() -> bytes:
        tag = chance.choice([UTF8, UTF8, PRINTABLE, T61, IA5, BMP, UNIVERSAL])
        text = "".join(chance.choice(' #,+"\\<>;/=aCN\x00\x1f\x7fé東-') for _ in range(chance.randrange(6)))
        codec = {BMP: "utf-16-be", UNIVERSAL: "utf-32-be", UTF8: "utf-8"}.get(tag, "latin-1")
        return attribute(chance.choice([CN, O, OU, C, EMAIL, "1.2.3.4"]), text.encode(codec, "replace"), tag)

    return sequence(
        *(rdn(*(value() for _ in range(chance.choice([1, 1, 2])))) for _ in range(chance.randint(1, 4)))
    )


@pytest.mark.parametrize("options", FORMS.values(), ids=FORMS)
def test_random_names_are_printed_as_openssl_prints_them(options: tuple[str, ...]) -> None:
    chance = random.Random(20261123)
    for _ in range(amount(10, 40)):
        der = certificate(subject=random_subject(chance))
        presented = read_certificate(der).subject
        assert presented is not None
        assert printed(der, *options) in renderings(presented)
