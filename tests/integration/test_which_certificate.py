"""Endpoints with more than one certificate: all that they hold is asked for, over every version of TLS."""

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.depth import amount
from tests.support.tls_servers import (
    Certificates,
    Pair,
    for_ever,
    make_pair,
    needs_openssl,
    openssl_server,
    prober,
    serve,
    sha256,
)
from tofutui.tls.conversation import ask
from tofutui.tls.hello import KeyKind
from tofutui.tls.prober import IN_A_ROW
from tofutui.tls.tls13 import Tls13
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.workbench.probes import Probes

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("pairs"))


async def fitting(endpoint: Endpoint, stored: str, **settings: float) -> Presented:
    """What a row of this stored name gets to see, when everything is asked for."""
    probes = Probes(prober(**settings))
    try:
        return await probes.fitting(endpoint, endpoint, stored)
    finally:
        await probes.close()


def leaves(presented: Presented) -> list[str]:
    return [leaf.sha256 for leaf in (presented.certificate, *presented.also) if leaf]


@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2", "-no_tls1_1"])
async def test_the_second_certificate_is_found_over_every_version(
    certificates: Certificates, version: str
) -> None:
    rsa, ecdsa = certificates.rsa, certificates.ecdsa
    second = ("-dcert", str(ecdsa.certificate), "-dkey", str(ecdsa.key), version)
    async with openssl_server(rsa, *second) as endpoint:
        for_rsa, for_ecdsa = await fitting(endpoint, "/CN=rsa"), await fitting(endpoint, "/CN=ecdsa")
    assert leaves(for_rsa) == [sha256(rsa.der), sha256(ecdsa.der)]
    assert leaves(for_ecdsa) == [sha256(ecdsa.der), sha256(rsa.der)]
    assert (for_rsa.handshake, for_rsa.also_doubt, for_ecdsa.also_doubt) == (True, "", "")
    assert for_rsa.tls == ("TLSv1.3" if version == "-tls1_3" else "TLSv1.2")


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.ECDSA])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-groups", "P-384"),
        ("-groups", "P-521"),
        ("-groups", "P-256"),
        ("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"),
        ("-ciphersuites", "TLS_AES_128_GCM_SHA256"),
        ("-ciphersuites", "TLS_AES_256_GCM_SHA384", "-stateless"),
        ("-verify", "1"),
        ("-Verify", "1"),
    ],
)
async def test_a_handshake_over_tls_1_3_asks_for_one_kind(
    certificates: Certificates, kind: KeyKind, options: tuple[str, ...]
) -> None:
    rsa, ecdsa = certificates.rsa, certificates.ecdsa
    second = ("-dcert", str(ecdsa.certificate), "-dkey", str(ecdsa.key), "-tls1_3")
    async with openssl_server(rsa, *second, *options) as endpoint:
        answer = await ask(
            prober()._asker.dial, endpoint, lambda: Tls13("a.example.net", kind), way="one", seconds=5
        )
    wanted = rsa if kind is KeyKind.RSA else ecdsa
    assert [sha256(der) for der in answer.chain] == [sha256(wanted.der)]
    assert (answer.status, answer.handshake, answer.tls) == (Status.OK, True, "TLSv1.3")
    assert answer.client_certificate is ("erify" in " ".join(options))


async def test_a_kind_that_a_tls_1_3_server_lacks_is_answered_by_an_alert(certificates: Certificates) -> None:
    async with openssl_server(certificates.rsa, "-tls1_3") as endpoint:
        presented = await fitting(endpoint, "/CN=elsewhere")
    assert (leaves(presented), presented.also_doubt) == ([sha256(certificates.rsa.der)], "")


def context_of(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


@contextlib.asynccontextmanager
async def balancer(pairs: list[Pair], seed: int) -> AsyncIterator[Endpoint]:
    """Servers behind one address; each connection gets one of them at random."""
    dealt = random.Random(seed)
    contexts = [context_of(pair) for pair in pairs]

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ssl.SSLError):
            await writer.start_tls(dealt.choice(contexts))
        await reader.read(1)

    async with serve(handle) as endpoint:
        yield endpoint


@pytest.mark.parametrize("seed", range(amount(3, 8)))
async def test_a_balancer_that_deals_two_certificates_is_noticed(tmp_path: Path, seed: int) -> None:
    pairs = [make_pair(tmp_path, name) for name in ("old", "new")]
    async with balancer(pairs, seed) as endpoint:
        presented = await fitting(endpoint, "/CN=old")
        elsewhere = await fitting(endpoint, "/CN=elsewhere")
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(pairs[0].der)
    for served in (presented, elsewhere):
        assert set(leaves(served)) == {sha256(pair.der) for pair in pairs}
        assert "it may have more" in served.also_doubt


async def test_the_same_certificate_many_times_in_a_row_leaves_no_doubt(tmp_path: Path) -> None:
    only = make_pair(tmp_path, "only")
    count = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        with contextlib.suppress(ssl.SSLError):
            await writer.start_tls(context_of(only))
        await reader.read(1)

    async with serve(handle) as endpoint:
        presented = await fitting(endpoint, "/CN=elsewhere")
    assert (leaves(presented), presented.also_doubt) == ([sha256(only.der)], "")
    assert IN_A_ROW < count <= IN_A_ROW + 4


@pytest.mark.parametrize("then", ["silent", "closed", "narrow"])
async def test_what_was_not_answered_is_said(tmp_path: Path, then: str) -> None:
    only = make_pair(tmp_path, "only")
    count = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        if count > 1 and then == "closed":
            return
        if count > 1 and (then == "silent" or count <= 5):
            await for_ever()
        await writer.start_tls(context_of(only))
        await reader.read(1)

    async with serve(handle) as endpoint:
        presented = await fitting(endpoint, "/CN=elsewhere", timeout=0.5)
    assert leaves(presented) == [sha256(only.der)]
    assert "could not be requested" in presented.also_doubt
