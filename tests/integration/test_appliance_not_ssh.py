"""What answers at an SSH port without being an SSH server is named within seconds, with its own words."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.appliance import LISTCERTS, QUICK, TABLE, bench, host_key, serving, tcp_server, trust
from tests.support.cli_server import Cli
from tofutui.appliance.errors import NotSsh, TooManySessions
from tofutui.appliance.ssh import client_connection

pytestmark = pytest.mark.usefixtures("isolated_home")

WAITING = {
    "nginx": (b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>", "a web server", "HTTP/1.1 400"),
    "java": (b"HTTP/1.1 400 \r\n\r\n", "a web server", "HTTP/1.1 400"),
    "tls": (b"\x15\x03\x01\x00\x02\x02\x46", "a TLS server", r'"\x15\x03\x01'),
    "redis": (b"-ERR unknown command 'SSH-2.0'\r\n", "SSH server: it answered", "-ERR unknown command"),
    "markup": (b"<\x1b[31mno\xff>\r\n", "SSH server: it answered", r'"<\x1b[31mno'),
}
"""Servers that say nothing until they have read a line: what they answer to an SSH greeting."""


@pytest.mark.parametrize(("answer", "kind", "words"), WAITING.values(), ids=WAITING)
async def test_a_server_that_waits_for_a_line_gets_our_greeting(
    tmp_path: Path, answer: bytes, kind: str, words: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)

    async with tcp_server(serve) as port, bench(tmp_path, port=port) as b:
        with pytest.raises(NotSsh) as caught:
            await b.node.connect()
    assert kind in str(caught.value)
    assert words in str(caught.value)


STAYING = {
    "smtp": (b"220 mail.example ESMTP\r\n", "a mail or FTP server"),
    "telnet": (b"\xff\xfd\x18\xff\xfd\x20login: ", "a Telnet server"),
    "vnc": (b"RFB 003.008\n", "a VNC server"),
    "tarpit": (b"x7Gh2\r\n", 'it answered "x7Gh2"'),
    "half a greeting": (b"SSH-2.0-Odd", "did not finish its SSH greeting"),
}
"""Servers that speak first, and then wait for an answer."""


@pytest.mark.parametrize(("greeting", "words"), STAYING.values(), ids=STAYING)
async def test_a_server_that_speaks_and_stays_is_not_waited_for(
    tmp_path: Path, greeting: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_connection, "WORDS_PATIENCE", 0.2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read(-1)

    timings = replace(QUICK, connect=60, login=60)
    async with tcp_server(serve) as port, bench(tmp_path, port=port, timings=timings) as b:
        with pytest.raises(NotSsh) as caught:
            await asyncio.wait_for(b.node.connect(), 20)
    assert words in str(caught.value)


@pytest.mark.parametrize("words", [b"Exceeded MaxStartups\r\n", b"Not allowed at this time\r\n"])
async def test_words_that_a_reset_would_destroy_are_read(tmp_path: Path, words: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Refuse before reading; with our greeting unread the words are lost to a reset."""
        try:
            await asyncio.wait_for(reader.readline(), 0.3)
        except TimeoutError:
            writer.write(words)
            await writer.drain()
            writer.close()
        else:
            writer.transport.abort()

    async with tcp_server(serve) as port, bench(tmp_path, port=port) as b:
        with pytest.raises(TooManySessions, match=words.decode().strip()):
            await b.node.connect()


async def test_a_web_server_behind_a_jump_host(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.0 400 Bad request\r\n\r\n")

    async with (
        serving(Cli()) as jump,
        tcp_server(serve) as port,
        bench(tmp_path, port=port, jump=f"admin@127.0.0.1:{jump.port}") as b,
    ):
        trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
        with pytest.raises(NotSsh, match=r"a web server.*HTTP/1\.0 400"):
            await b.node.connect()


@pytest.mark.parametrize("lines", [b"Authorised users only\r\n", b"\r\n\xfcber\n" * 3])
async def test_lines_before_the_version_are_allowed(
    tmp_path: Path, lines: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_connection, "WORDS_PATIENCE", 0.5)
    async with serving(Cli(commands={LISTCERTS: TABLE})) as server:

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(lines)
            other, to_server = await asyncio.open_connection("127.0.0.1", server.port)
            try:
                await asyncio.gather(pump(reader, to_server), pump(other, writer))
            finally:
                to_server.close()

        async with tcp_server(relay) as port, bench(tmp_path, port=port) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{port}", host_key())
            assert (await b.node.listcerts()).text == TABLE


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end."""
    while data := await reader.read(65_536):
        writer.write(data)
    writer.write_eof()
