"""Servers that no library plays any more, and peers that are no TLS servers at all, built by hand."""

import asyncio
from collections.abc import Callable

import pytest

from tests.support.tls_servers import (
    CERTIFICATE_REQUEST,
    SERVER_HELLO_DONE,
    ClientHello,
    HandMade,
    alert,
    certificate_message,
    fetch,
    for_ever,
    message,
    prober,
    read_hello,
    record,
    records,
    reset,
    serve,
    server_hello,
    sha256,
)
from tests.support.x509_der import CN, certificate, name, oid, sequence, tlv
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.site.endpoint import Endpoint

SEEN = "certificate seen, handshake not possible"
DER = certificate(subject=name((CN, "old-ise")))
RC4, TRIPLE_DES, EXPORT, STATIC_RSA, DHE_RSA, ECDHE_ECDSA = 0x0005, 0x000A, 0x0003, 0x002F, 0x0033, 0xC02B


def ways(presented: Presented) -> list[str]:
    return [attempt.way for attempt in presented.attempts]


@pytest.mark.parametrize(
    ("version", "tls", "suite"),
    [
        (0x0303, "TLSv1.2", RC4),
        (0x0302, "TLSv1.1", EXPORT),
        (0x0301, "TLSv1", RC4),
        (0x0301, "TLSv1", TRIPLE_DES),
        (0x0300, "SSLv3", RC4),
    ],
)
async def test_a_server_that_no_library_speaks_to_still_shows_its_certificate(
    version: int, tls: str, suite: int
) -> None:
    async with serve(HandMade([DER, DER], version, suite)) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.OK
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(DER)
    assert len(presented.chain) == 1
    assert not presented.handshake
    assert presented.error is None
    assert presented.tls == tls
    assert presented.attempts[-1].text == SEEN
    assert presented.attempts[-1].way == "own hello TLS 1.2"


@pytest.mark.parametrize(("version", "way"), [(0x0301, "own hello TLS 1.0"), (0x0300, "own hello SSL 3.0")])
async def test_a_server_that_hangs_up_on_newer_versions_is_asked_with_older_ones(
    version: int, way: str
) -> None:
    server = HandMade([DER], version, RC4, is_intolerant=True)
    async with serve(server) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert ways(presented)[-1] == way
    assert server.hellos[-1].version == version
    assert (server.hellos[-1].extensions == ()) is (version == 0x0300)


async def test_a_certificate_message_in_small_records_is_put_together() -> None:
    async with serve(HandMade([DER], 0x0301, RC4, size=97)) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(DER)


async def test_one_byte_at_a_time_is_put_together() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        for byte in HandMade([DER], 0x0301, RC4).answer(hello):
            writer.write(bytes([byte]))
            await writer.drain()
        await reader.read()

    async with serve(drip) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(DER)


@pytest.mark.parametrize("count", [61, 201])
async def test_a_chain_longer_than_the_library_reads_is_read(count: int) -> None:
    chain = [certificate(subject=name((CN, f"{n:03} " + "x" * 300))) for n in range(count)]
    assert count < 201 or sum(map(len, chain)) > 100 * 1024
    async with serve(HandMade(chain, suite=STATIC_RSA)) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    seen = [presented.certificate, *presented.chain]
    assert [c.sha256 for c in seen] == [sha256(der) for der in chain]


async def test_a_message_of_16_megabytes_is_refused_with_a_word() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        writer.write(records(22, server_hello()) + record(22, b"\x0b\xff\xff\xff" + bytes(16000)))
        while True:
            writer.write(record(22, bytes(16384)))
            await writer.drain()

    async with serve(flood) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.UNPARSED
    assert presented.error == "a message of 16 MB is announced and was not read"
    assert presented.certificate is None


async def test_bytes_that_are_not_a_certificate_are_named_by_their_fingerprint() -> None:
    garbage = b"\xde\xad\xbe\xef" * 20
    async with serve(HandMade([garbage])) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.UNPARSED
    assert presented.certificate is None
    assert presented.error == f"what it sent as its certificate cannot be read (SHA-256 {sha256(garbage)})"
    assert presented.attempts[-1].status is Status.UNPARSED


async def test_a_certificate_the_library_refuses_is_read_from_the_bytes_that_came() -> None:
    odd = certificate(serial=b"\x02\x03\x00\x00\x05")  # not minimal: OpenSSL refuses it
    server = HandMade([odd])
    async with serve(server) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(odd)
    assert len(server.hellos) == 1


async def test_an_own_hello_notes_that_a_client_certificate_is_wanted() -> None:
    async with serve(HandMade([DER], suite=RC4, extra=CERTIFICATE_REQUEST)) as endpoint:
        presented = await fetch(endpoint)
    assert presented.client_certificate
    assert presented.attempts[-1].text == f"{SEEN}: wants a client certificate"


async def test_a_key_exchange_that_cannot_be_followed_does_not_hide_the_certificate() -> None:
    nonsense = message(12, b"\0\x40" + b"\x0f" * 64 + b"\0\1\2" + b"\0\1\3" + bytes(40))
    async with serve(HandMade([DER], suite=DHE_RSA, extra=nonsense)) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert not presented.handshake
    assert ways(presented) == ["tls"]
    assert presented.attempts[0].text.startswith("certificate seen, handshake not finished: ")


async def test_a_server_without_secure_renegotiation_is_not_refused_by_us() -> None:
    server = HandMade([DER])  # its ServerHello has no extension at all
    async with serve(server) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.OK
    # The library went on to its key exchange; it was the server that hung up then.
    assert presented.attempts[0].text.endswith(": closed the connection in the middle of the handshake")


async def test_a_key_of_an_unknown_kind_does_not_hide_the_certificate() -> None:
    algorithm = sequence(oid("1.3.6.1.4.1.99999.1"))
    strange = certificate(key=sequence(algorithm, tlv(0x03, b"\0", bytes(40))))
    async with serve(HandMade([strange])) as endpoint:
        presented = await fetch(endpoint)
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(strange)
    assert presented.certificate.key == "1.3.6.1.4.1.99999.1"


async def test_a_server_that_stalls_after_its_certificate_has_shown_it() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        writer.write(records(22, server_hello(suite=DHE_RSA) + certificate_message(DER)))
        await for_ever()

    async with serve(stall) as endpoint:
        presented = await fetch(endpoint, timeout=0.3)
    assert presented.status is Status.OK
    assert "stopped answering" in presented.attempts[0].text


async def test_an_unknown_name_is_asked_without_and_so_is_the_own_hello() -> None:
    server = HandMade([DER], 0x0301, RC4, wants="ise.example.net")
    async with serve(server) as endpoint:
        presented = await fetch(endpoint, "other.example.net")
    assert presented.status is Status.OK
    assert presented.sni is None
    assert [hello.sni for hello in server.hellos] == ["other.example.net", None, None]
    assert presented.attempts[0].text == "does not know this name (SNI other.example.net)"


async def test_a_name_that_nobody_accepts_is_the_reason_given() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        writer.write(alert(112 if hello.sni else 40))

    async with serve(refuse) as endpoint:
        presented = await fetch(endpoint, "other.example.net")
    assert presented.status is Status.TLS_ALERT
    assert presented.error == "does not know this name (SNI other.example.net)"
    assert ways(presented) == [
        "tls",
        "tls without SNI",
        "own hello TLS 1.2",
        "own hello TLS 1.0",
        "own hello SSL 3.0",
    ]


@pytest.mark.parametrize("number", [40, 80, 112])
async def test_a_name_that_breaks_a_server_is_left_out(number: int) -> None:
    async def fussy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        writer.write(alert(number) if hello.sni else HandMade([DER], suite=RC4).answer(hello))
        await reader.read(65536)

    async with serve(fussy) as endpoint:
        presented = await fetch(endpoint, "ise.example.net")
    assert ways(presented)[1] == "tls without SNI"
    assert (presented.status, presented.sni) == (Status.OK, None)


@pytest.mark.parametrize("number", [40, 80, 112])
async def test_a_row_with_an_address_says_that_a_name_is_wanted(number: int) -> None:
    async def wants_name(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        writer.write(alert(number))

    async with serve(wants_name) as endpoint:
        presented = await fetch(endpoint)
    assert "if a server name (SNI) is sent, and none was" in (presented.error or "")


@pytest.mark.parametrize("version", [0x0303, 0x0301])
async def test_a_server_without_a_certificate_is_called_that(version: int) -> None:
    async def bare(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        answer = server_hello(version) + certificate_message() + SERVER_HELLO_DONE
        writer.write(record(22, answer, version))
        await reader.read(65536)

    async with serve(bare) as endpoint:
        presented = await fetch(endpoint)
    assert presented.error == "presents no certificate"


async def test_a_good_bye_instead_of_an_answer_is_called_that() -> None:
    async def java(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        writer.write(alert(0, level=1))

    async with serve(java) as endpoint:
        presented = await fetch(endpoint)
    assert "without giving a reason (alert 0, close_notify)" in (presented.error or "")


async def test_a_warning_about_the_name_ends_nothing() -> None:
    async def warn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        writer.write(alert(112, level=1) + HandMade([DER], suite=RC4).answer(hello))
        await reader.read(65536)

    async with serve(warn) as endpoint:
        presented = await fetch(endpoint, "other.example.net")
    assert presented.status is Status.OK
    assert presented.sni == "other.example.net"


async def test_the_own_hello_sends_the_name_of_the_row() -> None:
    server = HandMade([DER], suite=RC4)
    async with serve(server) as endpoint:
        presented = await fetch(endpoint, "ise.example.net")
    assert [hello.sni for hello in server.hellos] == ["ise.example.net", None, "ise.example.net"]
    assert presented.sni == "ise.example.net"
    assert ways(presented) == ["tls", "tls without SNI", "own hello TLS 1.2"]


@pytest.mark.parametrize(
    ("number", "words"), [(40, "in common"), (70, "TLS version"), (80, "alert 80"), (99, "alert 99")]
)
async def test_an_alert_is_put_into_words(number: int, words: str) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_hello(reader)
        writer.write(alert(number))

    async with serve(refuse) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.TLS_ALERT
    assert presented.error is not None
    assert words in presented.error
    assert all(attempt.text for attempt in presented.attempts)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>", "HTTP/1.1 400 Bad Request"),
        (b"220 mail.example.net ESMTP\r\n", "220 mail.example.net ESMTP"),
        (b"\x1b[2J\x9bgone\xe2\x80\xaetxt\n", "\\x1b[2J\\x9bgone\\u202etxt"),
        (b"J\0\0\0\n5.7.1", "J\\x00\\x00\\x00"),
        (b"no line end", "no line end"),
        (b"\r\n\r\n", "with an empty line"),
        (b"x" * 500, "x" * 63 + "…"),
    ],
)
async def test_what_is_not_tls_is_quoted_harmlessly(sent: bytes, words: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await reader.read()
        await for_ever()

    async with serve(talk) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.NOT_TLS
    assert presented.error == f"not TLS: it answered {words}"
    assert ways(presented) == ["tls"]


@pytest.mark.parametrize(
    "piece", [b"\xff\xfe\xfd" * 5000, bytes(9000), record(22, b"\xaa" * 9000), alert(0, 1) * 900]
)
async def test_endless_garbage_ends(piece: bytes) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(piece)
            await writer.drain()

    async with serve(flood) as endpoint:
        presented = await fetch(endpoint, timeout=2.0)
    assert presented.status in (Status.NOT_TLS, Status.TLS_ALERT, Status.UNPARSED)
    assert presented.error


async def _at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


async def _after_the_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_hello(reader)


async def _with_a_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_hello(reader)
    reset(writer)


async def _in_the_middle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_hello(reader)
    writer.write(records(22, server_hello()))
    await writer.drain()
    writer.write_eof()


@pytest.mark.parametrize(
    "close",
    [_at_once, _after_the_hello, _with_a_reset, _in_the_middle],
)
async def test_a_server_that_hangs_up_is_asked_in_every_way_and_then_reported(
    close: Callable[[asyncio.StreamReader, asyncio.StreamWriter], asyncio.Future[None]],
) -> None:
    async with serve(close) as endpoint:
        presented = await fetch(endpoint)
    assert presented.status is Status.RESET
    assert presented.error
    assert ways(presented)[:2] == ["tls", "tls, again"]
    assert ways(presented)[-1] == "own hello SSL 3.0"
    assert all(attempt.text for attempt in presented.attempts)


async def test_a_server_that_hangs_up_once_is_forgiven() -> None:
    seen: list[ClientHello] = []

    async def moody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_hello(reader))
        if len(seen) > 1:
            writer.write(HandMade([DER], suite=STATIC_RSA).answer(seen[-1]))
            await reader.read(65536)

    async with serve(moody) as endpoint:
        presented = await fetch(endpoint, timeout=0.5)
    assert presented.status is Status.OK
    assert ways(presented) == ["tls", "tls, again"]


async def test_the_other_certificates_of_an_old_server_are_found_with_own_hellos() -> None:
    ecdsa = certificate(subject=name((CN, "old-ise-ec")))

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        kind = 0xC007 if 0xC007 in hello.suites else RC4  # RC4 for either key
        chain = [ecdsa if kind == 0xC007 else DER]
        writer.write(HandMade(chain, suite=kind).answer(hello))
        await reader.read(65536)

    async with serve(both) as endpoint:
        asking = prober()
        first = await asking.fetch(endpoint, endpoint)
        others = await asking.alternatives(endpoint, endpoint, first)
    assert first.certificate is not None
    assert first.certificate.sha256 == sha256(ecdsa)
    assert [p.certificate.sha256 for p in others if p.certificate] == [sha256(DER)]
    assert not others[0].handshake


async def test_a_refused_port_is_asked_once() -> None:
    async with serve(_at_once) as endpoint:
        pass
    presented = await fetch(endpoint)
    assert presented.status is Status.REFUSED
    assert presented.error == "nothing listens there: connection refused"
    assert ways(presented) == ["tls"]


async def test_an_unknown_name_is_reported_and_asked_once() -> None:
    endpoint = Endpoint("no-such-host.invalid", 443)
    presented = await fetch(endpoint)
    assert presented.status is Status.DNS
    assert presented.error
    assert ways(presented) == ["tls"]
