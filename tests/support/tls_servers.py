"""TLS servers to ask: Debian's openssl, a JDK, and servers that build their answers by hand."""

import asyncio
import contextlib
import hashlib
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tofutui.tls.dial import Dial
from tofutui.tls.prober import Prober
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import ProbeSettings

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="the program openssl is not installed")
needs_gnutls = pytest.mark.skipif(not shutil.which("gnutls-serv"), reason="gnutls-bin is not installed")
GNUTLS = {
    "no secure renegotiation": "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION",
    "3DES only, TLS 1.0": "NONE:+VERS-TLS1.0:+3DES-CBC:+SHA1:+RSA:+COMP-NULL",
    "RC4 only, TLS 1.0": "NONE:+VERS-TLS1.0:+ARCFOUR-128:+SHA1:+RSA:+COMP-NULL",
}
"""Servers that today's OpenSSL plays no more, as priority strings of GnuTLS."""
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NOW = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)


def prober(dial: Dial | None = None, **settings: Any) -> Prober:
    """A prober with a stopped clock."""
    chosen = replace(ProbeSettings(timeout=5.0), **settings)
    return Prober(chosen, seen_from="tester", clock=lambda: NOW, dial=dial)


async def fetch(endpoint: Endpoint, name: str | None = None, **settings: Any) -> Presented:
    """What the endpoint presents, asked under a name if one is given."""
    row = Endpoint(name, endpoint.port) if name else endpoint
    return await prober(**settings).fetch(row, endpoint)


def sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


@dataclass(frozen=True)
class Pair:
    """A certificate and its key as files, and the certificate's DER."""

    certificate: Path
    key: Path

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())


def make_pair(folder: Path, name: str, *options: str, subject: str | None = None) -> Pair:
    """A self-signed certificate made by openssl; ``options`` are those of ``openssl req``."""
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
    if not pair.certificate.exists():
        options = options or ("-newkey", "rsa:2048")
        files = ["-keyout", str(pair.key), "-out", str(pair.certificate)]
        words = ["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", subject or f"/CN={name}"]
        subprocess.run([*words, *options, *files], check=True, capture_output=True)
    return pair


def small_dh(folder: Path, bits: int) -> Path:
    """Diffie-Hellman parameters that are too small for today's libraries."""
    file = folder / f"dh{bits}.pem"
    if not file.exists():
        subprocess.run(["openssl", "dhparam", "-out", file, str(bits)], check=True, capture_output=True)
    return file


class Certificates:
    """Pairs made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def rsa(self) -> Pair:
        return make_pair(self.folder, "rsa")

    @property
    def ecdsa(self) -> Pair:
        return make_pair(self.folder, "ecdsa", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")

    @property
    def old(self) -> Pair:
        """RSA 1024 signed with SHA-1."""
        return make_pair(self.folder, "old", "-newkey", "rsa:1024", "-sha1")

    @property
    def named(self) -> Pair:
        """What is shown to those who ask by name."""
        return make_pair(self.folder, "named")


@contextlib.asynccontextmanager
async def openssl_server(pair: Pair, *options: str, host: str = "127.0.0.1") -> AsyncIterator[Endpoint]:
    """``openssl s_server`` on a free port."""
    files = ["-cert", str(pair.certificate), "-key", str(pair.key)]
    where = f"[{host}]:0" if ":" in host else f"{host}:0"
    process = await asyncio.create_subprocess_exec(
        *("openssl", "s_server", "-accept", where, *files, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if line.startswith(b"ACCEPT"):
                yield Endpoint(host, int(line.rsplit(b":", 1)[1]))
                break
        else:
            raise AssertionError("openssl s_server ended before it listened")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@contextlib.asynccontextmanager
async def gnutls_server(pair: Pair, priority: str, *options: str) -> AsyncIterator[Endpoint]:
    """``gnutls-serv`` on a free port, with a priority string of GnuTLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = ["--x509certfile", str(pair.certificate), "--x509keyfile", str(pair.key)]
    process = await asyncio.create_subprocess_exec(
        *("gnutls-serv", "--port", str(port), "--priority", priority, "--quiet", *files, *options),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if b"IPv4" in line and b"done" in line:
                yield Endpoint("127.0.0.1", port)
                break
        else:
            raise AssertionError("gnutls-serv ended before it listened")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@contextlib.asynccontextmanager
async def serve(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[Endpoint]:
    """A plain TCP server; its connections are cut when the test is over."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the prober leaves as soon as it has seen enough
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(connected, host, 0)
    try:
        yield Endpoint(host, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def for_ever() -> None:
    """Wait until cancelled."""
    await asyncio.get_running_loop().create_future()


# Answers built by hand


def record(kind: int, body: bytes, version: int = 0x0303) -> bytes:
    return bytes([kind]) + version.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def records(kind: int, body: bytes, version: int = 0x0303, size: int = 16384) -> bytes:
    """A body cut into records of at most ``size`` bytes."""
    return b"".join(record(kind, body[at : at + size], version) for at in range(0, len(body), size))


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def server_hello(version: int = 0x0303, suite: int = 0x002F) -> bytes:
    return message(2, version.to_bytes(2, "big") + bytes(32) + b"\0" + suite.to_bytes(2, "big") + b"\0")


def certificate_message(*certificates: bytes) -> bytes:
    entries = b"".join(len(der).to_bytes(3, "big") + der for der in certificates)
    return message(11, len(entries).to_bytes(3, "big") + entries)


CERTIFICATE_REQUEST = message(13, b"\x01\x01" + b"\x00\x02\x04\x01" + b"\x00\x00")
SERVER_HELLO_DONE = message(14, b"")


def alert(number: int, level: int = 2, version: int = 0x0303) -> bytes:
    return record(21, bytes([level, number]), version)


@dataclass
class ClientHello:
    """What a client said, read independently of the code under test."""

    version: int
    suites: tuple[int, ...]
    sni: str | None = None
    extensions: tuple[int, ...] = ()
    length: int = 0


async def read_hello(reader: asyncio.StreamReader) -> ClientHello:
    header = await reader.readexactly(5)
    body = await reader.readexactly(int.from_bytes(header[3:], "big"))
    assert header[0] == 22
    assert body[0] == 1
    at = 4 + 2 + 32
    at += 1 + body[at]
    count = int.from_bytes(body[at : at + 2], "big")
    suites = struct.unpack(f">{count // 2}H", body[at + 2 : at + 2 + count])
    at += 2 + count
    at += 1 + body[at]
    hello = ClientHello(int.from_bytes(body[4:6], "big"), suites, length=len(body))
    _read_extensions(hello, body[at + 2 :])
    return hello


def _read_extensions(hello: ClientHello, left: bytes) -> None:
    while left:
        kind, length = struct.unpack(">HH", left[:4])
        hello.extensions += (kind,)
        if kind == 0:
            hello.sni = left[9 : 4 + length].decode()
        left = left[4 + length :]


@dataclass
class HandMade:
    """A server of another age: one suite, one version, and a Certificate message as given.

    It plays the handshake up to ServerHelloDone, which is all that is wanted of it, and hangs up at
    whatever the client says then.
    """

    chain: Sequence[bytes]
    version: int = 0x0303
    suite: int = 0x002F
    size: int = 16384
    wants: str | None = None
    """The only name it knows; None: it looks at none."""
    extra: bytes = b""
    """Messages between Certificate and ServerHelloDone."""
    is_intolerant: bool = False
    """Closes where a newer version is offered, instead of answering with its own."""
    hellos: list[ClientHello] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        self.hellos.append(hello)
        writer.write(self.answer(hello))
        await writer.drain()
        if not self.is_intolerant:
            await reader.read(65536)

    def answer(self, hello: ClientHello) -> bytes:
        if self.is_intolerant and hello.version > self.version:
            return b""
        if self.wants is not None and hello.sni not in (None, self.wants):
            return alert(112)
        if self.suite not in hello.suites:
            return alert(40, version=self.version)
        flight = server_hello(self.version, self.suite) + certificate_message(*self.chain)
        return records(22, flight + self.extra + SERVER_HELLO_DONE, self.version, self.size)
