"""Slow servers, odd keys and half-closed connections: what `openssl s_client` reaches is read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.tls_servers import (
    Certificates,
    HandMade,
    fetch,
    for_ever,
    make_pair,
    needs_openssl,
    openssl_server,
    read_hello,
    serve,
    sha256,
)
from tests.support.x509_der import CN, certificate, name
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint

Pump = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CHAIN = [certificate(subject=name((CN, f"ca-{n} " + "x" * 500))) for n in range(36)]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("slow"))


@asynccontextmanager
async def behind(endpoint: Endpoint, pump: Pump) -> AsyncIterator[Endpoint]:
    """A server whose answers arrive as ``pump`` passes them on."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(endpoint.host, endpoint.port)

        async def ask() -> None:
            while data := await reader.read(65536):
                to_server.write(data)

        asking = asyncio.create_task(ask())
        try:
            await pump(from_server, writer)
        finally:
            asking.cancel()
            to_server.close()

    async with serve(relay) as relayed:
        yield relayed


async def byte_by_byte(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()


async def record_by_record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        header = await reader.readexactly(5)
        writer.write(header)
        await asyncio.sleep(0.02)
        writer.write(await reader.readexactly(int.from_bytes(header[3:], "big")))
        await asyncio.sleep(0.1)


async def after_a_pause(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.5)
    while data := await reader.read(65536):
        writer.write(data)


@needs_openssl
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("pump", [byte_by_byte, record_by_record, after_a_pause])
async def test_a_slow_server_is_read(certificates: Certificates, version: str, pump: Pump) -> None:
    async with openssl_server(certificates.rsa, version) as server, behind(server, pump) as endpoint:
        presented = await fetch(endpoint, timeout=20.0)
    assert presented.status is Status.OK
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(certificates.rsa.der)


ANY = ("-cipher", "ALL:@SECLEVEL=0")
KEYS = {
    "RSA of 512 bits": (("-newkey", "rsa:512", "-sha1"), ANY),
    "RSA of 1024 bits, MD5": (("-newkey", "rsa:1024", "-md5"), ANY),
    "secp224r1": (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp224r1"), ("-tls1_2",)),
    "secp256k1": (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"), ("-tls1_2",)),
    "brainpool": (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"), ("-tls1_2",)),
    "a curve by its numbers": (
        ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-pkeyopt", "ec_param_enc:explicit"),
        ("-tls1_2",),
    ),
    "Ed448": (("-newkey", "ed448"), ("-tls1_3",)),
}


@needs_openssl
@pytest.mark.parametrize("kind", KEYS)
async def test_a_certificate_with_any_key_is_read(tmp_path: Path, kind: str) -> None:
    made, served = KEYS[kind]
    pair = make_pair(tmp_path, "odd", *made)
    async with openssl_server(pair, *served) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.OK
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(pair.der)


async def test_a_long_chain_in_slow_records_is_read_to_its_end() -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = HandMade(CHAIN, size=4096).answer(await read_hello(reader))
        for at in range(0, len(answer), 4000):
            writer.write(answer[at : at + 4000])
            await asyncio.sleep(0.1)
        await reader.read(65536)

    async with serve(slowly) as endpoint:
        presented = await fetch(endpoint, timeout=20.0)
    assert sum(map(len, CHAIN)) > 20_000
    assert presented.certificate is not None
    seen = [presented.certificate, *presented.chain]
    assert [each.sha256 for each in seen] == [sha256(der) for der in CHAIN]


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (None, Status.OK, ""),
        (3000, Status.RESET, "closed the connection in the middle of the handshake"),
        (0, Status.RESET, "closed the connection without sending anything"),
    ],
)
async def test_a_server_that_closes_its_side_only_is_not_waited_for(
    sent: int | None, status: Status, words: str
) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HandMade(CHAIN).answer(await read_hello(reader))[:sent])
        await writer.drain()
        writer.write_eof()
        await for_ever()

    async with serve(half) as endpoint:
        presented = await fetch(endpoint, timeout=20.0)
    assert presented.status is status
    assert words in (presented.error or "")
    assert (presented.certificate is None) == bool(words)


OTHERS = {
    "SMTP, which starts TLS later": b"220 mail.example.net ESMTP\r\n",
    "IMAP": b"* OK IMAP4rev1 ready\r\n",
    "LDAP": b"\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x02\x04\x00\x04\x00",
    "RDP": b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x0f\x08\x00\x02\x00\x00\x00",
    "VNC": b"RFB 003.008\n",
    "SSL 2": b"\x80\x2e\x04\x00\x01\x00\x02",
    "a proxy's page": b"HTTP/1.0 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>Blocked",
    "a page": b"<html><head><title>Proxy error</title></head></html>",
}


@pytest.mark.parametrize("kind", OTHERS)
async def test_another_protocol_is_quoted_after_the_hello_too(kind: str) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        writer.write(OTHERS[kind])
        await for_ever()

    async with serve(other) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.NOT_TLS
    assert (presented.error or "").startswith("not TLS: it answered ")
    assert [attempt.way for attempt in presented.attempts] == ["tls"]
