"""Servers that answer only clients that name an application protocol, or none that they know (RFC 7301)."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.tls_servers import (
    Certificates,
    Pair,
    fetch,
    gnutls_server,
    needs_gnutls,
    needs_openssl,
    prober,
    serve,
    sha256,
)
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.site.endpoint import Endpoint

pytestmark = needs_openssl
CLIENT_HELLO, ALPN, NO_APPLICATION_PROTOCOL = 1, 16, 120


def protocols_in(hello: bytes) -> set[str]:
    """The application protocols that a ClientHello names."""
    at = 4 + 34
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 1 + hello[at]
    rest, named = hello[at + 2 :], set[str]()
    while len(rest) > 4:
        kind, size = int.from_bytes(rest[:2], "big"), int.from_bytes(rest[2:4], "big")
        body, rest = rest[4 : 4 + size], rest[4 + size :]
        names = body[2:] if kind == ALPN else b""
        while names:
            named.add(names[1 : 1 + names[0]].decode())
            names = names[1 + names[0] :]
    return named


def demanding(wanted: str, version: ssl.TLSVersion, pairs: Sequence[Pair]) -> ssl.SSLContext:
    """A server's settings: whoever does not name this protocol gets alert 120."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    for pair in pairs:
        context.load_cert_chain(pair.certificate, pair.key)
    context.set_alpn_protocols([wanted])
    named: set[str] = set()

    def note(_conn: Any, direction: str, _version: Any, _kind: Any, message: Any, data: bytes) -> None:
        if direction == "read" and int(message) == CLIENT_HELLO:
            named.clear()
            named.update(protocols_in(data))

    def decide(_conn: Any, _name: str | None, _context: ssl.SSLContext) -> int | None:
        return None if wanted in named else NO_APPLICATION_PROTOCOL

    context._msg_callback = note
    context.sni_callback = decide
    return context


def demanding_server(
    wanted: str, *pairs: Pair, version: ssl.TLSVersion
) -> AbstractAsyncContextManager[Endpoint]:
    """OpenSSL as such a server."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        conn = demanding(wanted, version, pairs).wrap_bio(incoming, outgoing, server_side=True)
        while data := await reader.read(4096):
            incoming.write(data)
            with suppress(ssl.SSLError):
                conn.do_handshake()
            writer.write(outgoing.read())
            await writer.drain()

    return serve(converse)


def leaves(*shown: Presented) -> list[str]:
    return [presented.certificate.sha256 for presented in shown if presented.certificate is not None]


@pytest.mark.parametrize("wanted", ["http/1.1", "h2", "postgresql"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_demands_a_protocol_is_read_and_so_is_its_other_certificate(
    tmp_path: Path, wanted: str, version: ssl.TLSVersion
) -> None:
    certificates = Certificates(tmp_path)
    both = (certificates.rsa, certificates.ecdsa)
    async with demanding_server(wanted, *both, version=version) as endpoint:
        asking = prober()
        presented = await asking.fetch(endpoint, endpoint)
        others = await asking.alternatives(endpoint, endpoint, presented)
    assert (presented.status, presented.handshake) == (Status.OK, True)
    assert [attempt.way for attempt in presented.attempts] == ["tls", "tls with ALPN"]
    assert "(ALPN)" in presented.attempts[0].text
    assert sorted(leaves(presented, *others)) == sorted(sha256(pair.der) for pair in both)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_demands_a_protocol_of_its_own_says_so(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    async with demanding_server("x-site/1", Certificates(tmp_path).rsa, version=version) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.TLS_ALERT
    assert presented.certificate is None
    assert "application protocols offered (ALPN)" in (presented.error or "")


@needs_gnutls
@pytest.mark.parametrize("protocol", ["h2", "x-site/1"])
async def test_a_server_that_refuses_protocols_it_does_not_know_is_not_asked_for_any(
    tmp_path: Path, protocol: str
) -> None:
    pair = Certificates(tmp_path).rsa
    async with gnutls_server(pair, "NORMAL", "--alpn", protocol, "--alpn-fatal") as endpoint:
        presented = await fetch(endpoint)
    assert leaves(presented) == [sha256(pair.der)]
    assert presented.attempts == ()
