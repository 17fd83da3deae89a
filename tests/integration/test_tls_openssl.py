"""Certificates read from servers that Debian's openssl plays."""

import subprocess
from pathlib import Path

import pytest

from tests.support.tls_servers import (
    Certificates,
    fetch,
    make_pair,
    needs_openssl,
    openssl_server,
    prober,
    sha256,
    small_dh,
)
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint

pytestmark = needs_openssl
WEAK = ("-cipher", "ALL:@SECLEVEL=0")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("option", "version"),
    [("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1"), ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")],
)
async def test_every_version_of_tls_is_read_to_the_end(
    certificates: Certificates, option: str, version: str
) -> None:
    pair = certificates.old
    async with openssl_server(pair, option, *WEAK) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.OK
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(pair.der)
    assert presented.handshake
    assert presented.tls == version
    assert presented.attempts == ()
    assert presented.error is None
    assert not presented.client_certificate
    assert (presented.address, presented.seen_from, presented.via) == (str(endpoint), "tester", "direct")


@pytest.mark.parametrize("option", ["-tls1", "-tls1_2", "-tls1_3"])
async def test_a_client_certificate_demanded_is_noted_and_does_not_hide_the_certificate(
    certificates: Certificates, option: str
) -> None:
    async with openssl_server(certificates.rsa, option, *WEAK, "-Verify", "1") as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(certificates.rsa.der)
    assert presented.client_certificate
    if option == "-tls1_3":
        assert presented.handshake
    else:
        assert not presented.handshake
        assert [a.text for a in presented.attempts] == [
            "certificate seen, handshake not finished: wants a client certificate"
        ]


async def test_an_ipv6_endpoint_is_read(certificates: Certificates) -> None:
    async with openssl_server(certificates.rsa, host="::1") as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.OK
    assert presented.address == f"[::1]:{endpoint.port}"


async def test_diffie_hellman_of_1024_bits_is_not_a_hindrance(certificates: Certificates) -> None:
    parameters = str(small_dh(certificates.folder, 1024))
    options = ("-tls1_2", "-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0", "-dhparam", parameters)
    async with openssl_server(certificates.rsa, *options) as endpoint:
        presented = await fetch(endpoint)
    assert presented.handshake


async def test_static_rsa_is_read(certificates: Certificates) -> None:
    async with openssl_server(certificates.rsa, "-tls1_2", "-cipher", "AES128-SHA") as endpoint:
        presented = await fetch(endpoint)
    assert presented.handshake


async def test_a_hello_retry_request_is_followed(certificates: Certificates) -> None:
    async with openssl_server(certificates.ecdsa, "-tls1_3", "-groups", "P-384") as endpoint:
        presented = await fetch(endpoint)
    assert presented.handshake
    assert presented.tls == "TLSv1.3"
    assert not presented.client_certificate


async def test_both_certificates_of_a_server_are_found(certificates: Certificates) -> None:
    rsa, ecdsa = certificates.rsa, certificates.ecdsa
    second = ("-dcert", str(ecdsa.certificate), "-dkey", str(ecdsa.key))
    async with openssl_server(rsa, *second) as endpoint:
        asking = prober()
        first = await asking.fetch(endpoint, endpoint)
        others = await asking.alternatives(endpoint, endpoint, first)
    seen = [first, *others]
    assert [p.certificate.sha256 for p in seen if p.certificate] == [sha256(ecdsa.der), sha256(rsa.der)]
    assert others[0].tls == "TLSv1.2"


async def test_the_certificate_without_a_name_is_found(certificates: Certificates) -> None:
    named = certificates.named
    options = ("-servername", "ise.example.net", "-cert2", str(named.certificate), "-key2", str(named.key))
    async with openssl_server(certificates.rsa, *options) as endpoint:
        asking, row = prober(), Endpoint("ise.example.net", endpoint.port)
        first = await asking.fetch(row, endpoint)
        others = await asking.alternatives(row, endpoint, first)
        unnamed = await asking.fetch(endpoint, endpoint)
        none = await asking.alternatives(endpoint, endpoint, unnamed)
    assert first.sni == "ise.example.net"
    assert first.certificate is not None
    assert first.certificate.sha256 == sha256(named.der)
    assert [(p.sni, p.certificate.sha256) for p in others if p.certificate] == [
        (None, sha256(certificates.rsa.der))
    ]
    assert unnamed.sni is None
    assert none == ()


async def test_a_name_that_the_server_does_not_know_is_asked_without(certificates: Certificates) -> None:
    named = certificates.named
    options = ("-servername", "ise.example.net", "-cert2", str(named.certificate), "-key2", str(named.key))
    async with openssl_server(certificates.rsa, *options, "-servername_fatal") as endpoint:
        presented = await fetch(endpoint, "other.example.net")
    assert presented.status is Status.OK
    assert presented.sni is None
    assert [(a.way, a.status, a.text) for a in presented.attempts] == [
        ("tls", Status.TLS_ALERT, "does not know this name (SNI other.example.net)"),
        ("tls without SNI", Status.OK, "certificate presented"),
    ]


@pytest.mark.parametrize("option", ["-tls1_2", "-tls1_3"])
async def test_the_whole_chain_is_kept_as_sent(
    certificates: Certificates, option: str, tmp_path: Path
) -> None:
    further = [certificates.ecdsa, certificates.named, certificates.rsa]
    bundle = tmp_path / "chain.pem"
    bundle.write_text("".join(pair.certificate.read_text() for pair in further))
    async with openssl_server(certificates.rsa, option, "-cert_chain", str(bundle)) as endpoint:
        presented = await fetch(endpoint)
    assert [c.sha256 for c in presented.chain] == [sha256(pair.der) for pair in further]
    # The same certificate, wherever it stands, is one object.
    assert presented.chain[2] is presented.certificate


async def test_sixty_one_certificates_are_read(certificates: Certificates, tmp_path: Path) -> None:
    bundle = tmp_path / "chain.pem"
    bundle.write_text(certificates.rsa.certificate.read_text() * 60)
    async with openssl_server(certificates.rsa, "-cert_chain", str(bundle)) as endpoint:
        presented = await fetch(endpoint)
    assert presented.handshake
    assert len(presented.chain) == 60


@pytest.mark.parametrize("option", ["-tls1_2", "-tls1_3"])
async def test_an_ed25519_certificate_is_read(certificates: Certificates, option: str) -> None:
    pair = make_pair(certificates.folder, "ed25519", "-newkey", "ed25519")
    async with openssl_server(pair, option) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(pair.der)


async def test_openssl_itself_sees_the_same_certificate(certificates: Certificates) -> None:
    async with openssl_server(certificates.rsa) as endpoint:
        presented = await fetch(endpoint)
    words = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", certificates.rsa.certificate]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert presented.certificate is not None
    assert printed.strip().partition("=")[2].replace(":", "").lower() == presented.certificate.sha256
