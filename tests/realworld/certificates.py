"""Odd certificates made on the spot: their subjects beside what this machine's OpenSSL prints of them."""

import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.realworld.trials import LeftOut, Trial, package_version, program
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
    integer,
    oid,
    rdn,
    sequence,
    tlv,
)
from tofutui.tofu.base.text import decode
from tofutui.tofu.certificates.certificate import read_certificate
from tofutui.tofu.names.match import Relation, compare
from tofutui.tofu.names.render import renderings

_FORMS = {
    "default": (),
    "slash (compat)": ("-nameopt", "compat"),
    "comma without blanks": ("-nameopt", "oneline,-space_eq"),
    "RFC 2253": ("-nameopt", "RFC2253"),
    "UTF-8": ("-nameopt", "utf8,sep_comma_plus_space"),
}
_EACH = 80
"""Certificates of each kind."""
_KEYS = {
    "EC P-256": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
    "EC brainpoolP256r1": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"),
    "EC sect283k1": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:sect283k1"),
    "Ed25519": ("-newkey", "ed25519"),
    "Ed448": ("-newkey", "ed448"),
    "RSA-PSS": ("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:1024"),
    "RSA, SHA-1": ("-newkey", "rsa:1024", "-sha1"),
    "RSA, SHA3-256": ("-newkey", "rsa:1024", "-sha3-256"),
    "RSA, RIPEMD-160": ("-newkey", "rsa:1024", "-ripemd160"),
}
"""Kinds of key and signature that openssl makes."""
_SUBJECT = "/C=DE/O=Caf\u00e9 \\/ Bar+CN=a, b/emailAddress=x@y/1.2.3.4=odd "


def trials() -> Iterator[Trial | LeftOut]:
    """A line for each kind of name, printed in all forms in turn, and one for each kind of key."""
    if program("openssl") is None:
        yield LeftOut("certificates", "OpenSSL", "openssl")
        return
    for kind, subjects in _kinds().items():
        yield _names(kind, [_certificate(subject, number) for number, subject in enumerate(subjects)])
    with tempfile.TemporaryDirectory() as folder:
        for kind, options in _KEYS.items():
            yield _key(kind, _made(Path(folder), kind, options))


def _names(kind: str, ders: list[bytes]) -> Trial:
    counts = Counter(
        outcome for der, options in zip(ders, cycle(_FORMS.values())) for outcome in _compared(der, options)
    )
    shown = len(ders) - counts["refused"]
    but = f"; OpenSSL refuses {counts['refused']}" if counts["refused"] else ""
    outcome = (
        f"{counts['equal']} of {shown} equal, {counts['exact']} byte for byte, in {len(_FORMS)} forms{but}"
    )
    return _trial(kind, outcome, passed=counts["equal"] == shown)


def _compared(der: bytes, options: tuple[str, ...]) -> Iterator[str]:
    """How a subject compares with what is printed of it: ``equal``, ``exact``, both, or ``refused``."""
    text = _printed(der, options)
    presented = read_certificate(der).subject
    if text is None or presented is None:
        yield "refused"
        return
    if text == "" if presented.is_empty else text in renderings(presented):
        yield "exact"
    if text == "" if presented.is_empty else compare(text, presented).relation is Relation.EQUAL:
        yield "equal"


def _key(kind: str, der: bytes) -> Trial:
    read = read_certificate(der)
    is_named = all(word and not word[:1].isdigit() for word in (read.key or "", read.signature or ""))
    text = _printed(der, ())
    is_equal = text is not None and compare(text, read.subject).relation is Relation.EQUAL
    return _trial(
        f"key {kind}", f"{read.key}, {read.signature}", passed=is_named and is_equal and not read.unread
    )


def _trial(tried: str, outcome: str, *, passed: bool) -> Trial:
    return Trial(
        family="certificates",
        make="OpenSSL x509",
        version=package_version("openssl"),
        tried=tried,
        outcome=outcome,
        passed=passed,
    )


def _printed(der: bytes, options: tuple[str, ...]) -> str | None:
    """What ``openssl x509 -subject`` prints; None where it does not read the certificate."""
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-subject", *options]
    done = subprocess.run(command, input=der, check=False, capture_output=True)
    if done.returncode:
        return None
    return decode(done.stdout.removeprefix(b"subject=").removesuffix(b"\n"))


def _certificate(subject: bytes, number: int) -> bytes:
    """A certificate with this subject, with a serial and dates that are odd in turn."""
    serials = (integer(0), integer(-1), integer(1 << 159), integer(1 << 2000), integer(number))
    old, late = tlv(0x17, b"500101000000Z"), tlv(0x18, b"99991231235959Z")
    dates = (sequence(old, late), sequence(tlv(0x18, b"00010101000000Z"), old), sequence(old, old))
    return certificate(subject=subject, serial=serials[number % 5], validity=dates[number % 3])


def _made(folder: Path, kind: str, options: tuple[str, ...]) -> bytes:
    file = folder / f"{kind}.der"
    words = ["openssl", "req", "-x509", "-nodes", "-utf8", "-outform", "DER", "-subj", _SUBJECT, *options]
    files = ["-keyout", str(folder / "key"), "-out", str(file)]
    subprocess.run([*words, *files], check=True, capture_output=True)
    return file.read_bytes()


def _kinds() -> dict[str, list[bytes]]:
    chance = random.Random(20261128)
    return {
        "string types": [_of_types(chance) for _ in range(_EACH)],
        "multi-valued RDNs": [_multi_valued(chance) for _ in range(_EACH)],
        "unknown attribute types": [_unknown(chance) for _ in range(_EACH)],
        "blanks and escapes": [_escaped(chance) for _ in range(_EACH)],
        "empty subjects, RDNs and values": [_empty(chance) for _ in range(_EACH // 4)],
    }


_TYPES = (CN, O, OU, C, L, EMAIL)
_CHARACTERS = ' #,+"\\<>;/=aCN\x00\x1f\x7f\u00e9\u6771-'


def _text(chance: random.Random, characters: str, longest: int) -> str:
    return "".join(chance.choice(characters) for _ in range(chance.randrange(longest)))


def _value(
    chance: random.Random, kind: str, characters: str = ' #,+"\\<>;/=aCN\x00\x1f\x7f\u00e9\u6771-'
) -> bytes:
    tag = chance.choice([UTF8, UTF8, PRINTABLE, T61, IA5, BMP, UNIVERSAL, 0x12, 0x1A])
    codec = {BMP: "utf-16-be", UNIVERSAL: "utf-32-be", UTF8: "utf-8"}.get(tag, "latin-1")
    return attribute(kind, _text(chance, characters, 9).encode(codec, "replace"), tag)


def _of_types(chance: random.Random) -> bytes:
    return sequence(*(rdn(_value(chance, chance.choice(_TYPES))) for _ in range(chance.randint(1, 4))))


def _multi_valued(chance: random.Random) -> bytes:
    return sequence(
        *(
            rdn(*(_value(chance, kind) for kind in chance.sample(_TYPES, chance.randint(1, 3))))
            for _ in range(chance.randint(1, 3))
        )
    )


def _unknown(chance: random.Random) -> bytes:
    kinds = [
        ".".join(["2", "999", *(str(chance.randrange(1 << 40)) for _ in range(chance.randint(1, 9)))]),
        CN,
    ]
    kinds.append(chance.choice(["1.3.6.1.4.1.311.60.2.1.3", "2.5.4.97", "2.5.29.17", "1.2.643.100.1"]))
    return sequence(*(rdn(_value(chance, kind)) for kind in kinds))


def _escaped(chance: random.Random) -> bytes:
    return sequence(
        *(
            rdn(_value(chance, kind, characters=" \\ /\\+,\"' ab"))
            for kind in chance.sample(_TYPES, chance.randint(1, 3))
        )
    )


def _empty(chance: random.Random) -> bytes:
    parts = [rdn(), rdn(attribute(CN, "")), rdn(attribute(O, "x")), rdn(sequence(oid(OU), tlv(UTF8)))]
    return sequence(*chance.sample(parts, chance.randint(0, 4)))
