"""Certificates out of the bytes of exports, and nothing else out of them."""

import base64
import contextlib
import pickle
import random

import pytest

from tests.support.depth import amount
from tests.support.exports import (
    PRIME_PRI,
    PRIME_SEC,
    der,
    keytool_chain,
    keytool_rfc,
    keytool_v,
    made,
    pem,
    private_key,
    sha256,
)
from tofutui.tofu.exports.reading import MOST_CERTIFICATES, Export, NoCertificate, read_export

BYTES = amount(500_000, 2_000_000)
"""Of nonsense: a reader that is not linear needs more than the time-out for it."""

SEC, PRI = made(PRIME_SEC), made(PRIME_PRI)
ODD = (
    made("/C=US/O=Cisco Systems, Inc./CN=prime/sec") if False else made("/C=US/O=Cisco Systems, Inc./CN=sec")
)


def read(data: bytes | str, name: str = "export.pem") -> Export:
    raw = data.encode() if isinstance(data, str) else data
    return read_export(raw, source=f"dir/{name}", name=name)


def fingerprints(export: Export) -> list[str]:
    return [imported.sha256 for imported in export.certificates]


def why_not(data: bytes | str) -> str:
    with pytest.raises(NoCertificate) as caught:
        read(data)
    assert "dir/export.pem" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        pem(SEC) + pem(PRI),
        pem(SEC).replace(b"\n", b"\r\n") + b"\r\n" + pem(PRI),
        b"\xef\xbb\xbf" + pem(SEC) + pem(PRI).rstrip(),
        (pem(SEC) + pem(PRI)).decode().encode("utf-16"),
        b" 0 s:/CN=x\n   i:/CN=y\n" + pem(SEC) + b" 1 s:/CN=z\n" + pem(PRI) + b"---\nServer certificate\n",
        pem(SEC).replace(b"\n", b"") + b"\n" + pem(PRI).replace(b"\n", b"\n  "),
    ],
    ids=["bundle", "crlf", "bom", "utf-16", "s_client", "one line"],
)
def test_pem_is_found_among_anything(data):
    assert fingerprints(read(data)) == [sha256(SEC), sha256(PRI)]


def test_der_is_one_certificate_whatever_follows_it():
    (imported,) = read(der(SEC) + b"\x30\x03trust", "192.0.2.11_8082.der").certificates
    assert imported.sha256 == sha256(SEC)
    assert imported.names == ("192.0.2.11_8082.der", "192.0.2.11_8082")
    assert PRIME_SEC in imported.forms
    assert imported.subject is not None
    assert imported.subject.common_name == "prime-sec"


def test_openssl_trust_settings_do_not_change_the_fingerprint():
    trusted = base64.encodebytes(der(SEC) + b"\x30\x0a" + b"\x0c\x08" + b"settings").decode()
    text = f"-----BEGIN TRUSTED CERTIFICATE-----\n{trusted}-----END TRUSTED CERTIFICATE-----\n"
    assert fingerprints(read(text)) == [sha256(SEC)]


@pytest.mark.parametrize("form", [keytool_rfc, keytool_v])
def test_keytool_gives_the_alias_and_the_fingerprint(form):
    text = form([("192.0.2.11_8082", SEC), ("ise server", ODD)])
    first, second = read(text, "store.txt").certificates
    assert (first.sha256, second.sha256) == (sha256(SEC), sha256(ODD))
    assert (first.alias, first.names) == ("192.0.2.11_8082", ("store.txt", "store"))
    assert first.source == "dir/store.txt, alias 192.0.2.11_8082"
    assert second.subject is not None
    assert dict(second.subject.pairs()) == {"C": "US", "O": "Cisco Systems, Inc.", "CN": "sec"}
    assert (first.forms == frozenset()) == (form is keytool_v)


@pytest.mark.parametrize(
    ("alias", "owner"),
    [("Aliasname", "Eigentümer"), ("別名", "所有者"), ("Nom d'alias ", "Propriétaire ")],
)
def test_keytool_in_other_languages(alias, owner):
    text = keytool_v([("a_1", SEC)]).replace("Alias name", alias).replace("Owner", owner)
    for raw in (text.encode(), text.encode("latin-1", "ignore") if owner[0] < "\u0100" else text.encode()):
        (imported,) = read(raw).certificates
        assert (imported.sha256, imported.alias) == (sha256(SEC), "a_1")


def test_an_alias_names_only_the_first_of_its_chain():
    leaf, authority = read(keytool_chain("192.0.2.11_8082", [SEC, PRI]), "s.txt").certificates
    assert leaf.alias == "192.0.2.11_8082"
    assert authority.alias is None


def test_private_keys_are_passed_over_and_nowhere_kept():
    secret = private_key()
    export = read(secret + pem(SEC) + secret[:60] + b"\n" + pem(PRI) + secret)
    assert fingerprints(export) == [sha256(SEC), sha256(PRI)]
    kept = pickle.dumps(export)
    assert not [line for line in secret.splitlines()[1:-1] if line in kept]


@pytest.mark.parametrize("data", [private_key(), private_key()[:100]], ids=["whole", "cut off"])
def test_a_private_key_alone_is_refused_without_quoting_it(data):
    said = why_not(data)
    assert "private key" in said
    assert data.splitlines()[1].decode()[:20] not in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no certificate in it"),
        (b"hello\n", "no certificate in it"),
        (pem(SEC)[:-40], "certificate 1 is truncated"),
        (pem(SEC).replace(b"M", b"!", 1)[:200] + b"\n-----END CERTIFICATE-----\n", "certificate 1"),
        (b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", "is not base64"),
        (b"-----BEGIN CERTIFICATE-----\n\xff\xfe\n-----END CERTIFICATE-----\n", "is not base64"),
        (b"-----BEGIN CERTIFICATE-----\naGFsbG8=\n-----END CERTIFICATE-----\n", "cannot be read as"),
        (
            b"-----BEGIN CERTIFICATE REQUEST-----\naGFsbG8=\n-----END CERTIFICATE REQUEST-----\n",
            "no certificate",
        ),
        (der(SEC)[:-5], "not a certificate in DER"),
        (b"0" * 1000, "not a certificate in DER"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "JKS keystore"),
        (b"\x30\x82\x11\x70\x02\x01\x03\x30\x82\x11\x1a\x06\x09", "PKCS#12 keystore"),
        (b"a_1, Nov 23, 2026, trustedCertEntry, \nCertificate fingerprint (SHA-256): 95:E3:D2\n", "-rfc"),
    ],
    ids=range(13),  # the bytes of a certificate differ from run to run
)
def test_a_file_without_a_certificate_is_named_and_says_why(data, said):
    assert said in why_not(data)


def test_the_good_ones_count_and_the_broken_ones_are_told():
    export = read(pem(SEC) + pem(PRI)[:300] + b"\n" + pem(PRI))
    assert fingerprints(export) == [sha256(SEC), sha256(PRI)]
    assert export.remarks == ("dir/export.pem: certificate 2 is truncated",)


def test_the_same_certificate_twice_is_one():
    assert fingerprints(read(pem(SEC) * 3)) == [sha256(SEC)]


def test_garbage_of_any_kind_is_told_or_read_and_never_raises_another_error():
    rng = random.Random(7)
    base = keytool_rfc([("a_1", SEC)]).encode() + keytool_v([("b_2", PRI)]).encode()
    for _ in range(400):
        data = bytearray(base if rng.random() < 0.7 else der(SEC))
        for _ in range(rng.randrange(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        cut = bytes(data[rng.randrange(50) : rng.randrange(100, len(data))])
        with contextlib.suppress(NoCertificate):
            assert all(len(sha) == 64 for sha in fingerprints(read(cut)))


@pytest.mark.parametrize(
    "data",
    [
        b"A" * (8 * BYTES),
        b"-----BEGIN CERTIFICATE-----\n" * (BYTES // 4),
        b"-----BEGIN CERTIFICATE-----\n" + b"A\n" * (BYTES // 2),
        b"Alias name: " * (BYTES * 2 // 3),
        b"Owner: CN=a\n" * (BYTES // 12),
        b"-" * (8 * BYTES),
        b"0\x84" + b"\xff" * (7 * BYTES),
        b"\x30\x80" * (BYTES // 2),
    ],
    ids=["a", "begins", "lines", "alias", "owners", "dashes", "length", "nested"],
)
def test_megabytes_of_nonsense_are_read_to_their_end(data):
    """A reader that is not linear runs into the time-out here."""
    why_not(data)


def test_too_many_certificates_are_refused():
    text = "".join(
        f"Owner: CN=a\n\t SHA256: {':'.join(f'{n:064X}'[i : i + 2] for i in range(0, 64, 2))}\n"
        for n in range(MOST_CERTIFICATES + 1)
    )
    assert "more than 5,000" in why_not(text)
