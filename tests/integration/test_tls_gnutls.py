"""Against Debian's gnutls-serv, which still plays what OpenSSL has given up."""

from pathlib import Path

import pytest

from tests.support.tls_servers import (
    GNUTLS,
    Certificates,
    fetch,
    gnutls_server,
    needs_gnutls,
    needs_openssl,
    sha256,
)
from tofutui.tofu.certificates.presented import Status

pytestmark = [needs_gnutls, needs_openssl]


async def test_a_server_without_secure_renegotiation_finishes_its_handshake(tmp_path: Path) -> None:
    pair = Certificates(tmp_path).rsa
    async with gnutls_server(pair, GNUTLS["no secure renegotiation"]) as endpoint:
        presented = await fetch(endpoint)
    assert (presented.status, presented.handshake, presented.tls) == (Status.OK, True, "TLSv1.2")
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(pair.der)
    assert presented.attempts == ()


@pytest.mark.parametrize("name", ["3DES only, TLS 1.0", "RC4 only, TLS 1.0"])
async def test_ciphers_that_the_library_has_no_more_show_their_certificate(tmp_path: Path, name: str) -> None:
    pair = Certificates(tmp_path).old
    async with gnutls_server(pair, GNUTLS[name]) as endpoint:
        presented = await fetch(endpoint)
    assert (presented.status, presented.handshake, presented.tls) == (Status.OK, False, "TLSv1")
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(pair.der)
    assert presented.attempts[-1].way.startswith("own hello")
    assert "no protocol or cipher in common" in presented.attempts[0].text
