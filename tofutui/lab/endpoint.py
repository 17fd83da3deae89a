"""TLS endpoints on loopback ports, each with a certificate that can be re-issued."""

import asyncio
import contextlib
import socket
import ssl
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path

from tofutui.lab.cert import Key, LabCertificate, key_pem
from tofutui.lab.replay import AGES, Replay
from tofutui.lab.site_model import EndpointPlan

_PAGE = (
    b"<html><title>Health Monitor Login Page</title><body>Cisco Prime Infrastructure"
    b'<span class="productVersion">Version: 3.7</span></body></html>'
)
_REPLY = b"HTTP/1.1 200 OK\r\nServer: Prime\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
_HANDSHAKE_S = 20.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and its certificate."""

    key: Key
    certificate: LabCertificate


class TlsEndpoint:
    """One server of the site: what it presents now, and what it will present after its restart.

    `mode` may be changed at any time: ``ok``, ``silent`` (accepts, says nothing), ``reset``, ``not-tls``;
    ``refused`` only from the start.
    """

    def __init__(
        self, plan: EndpointPlan, identity: Identity, stored: LabCertificate, folder: Path, listen: str
    ):
        self.plan = plan
        self.address = listen
        self.mode = plan.mode
        self.stored = stored
        """The certificate that the tables hold at start."""
        self.pending: Identity | None = None
        self.port = 0
        self.connections = 0
        self._folder = folder
        self.identity = identity
        """The key and certificate in use."""
        self._context = self._make_context(identity)
        self._server: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._transports: set[asyncio.BaseTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def presented(self) -> LabCertificate | None:
        """The certificate that a connecting node gets; None when no handshake is possible."""
        return self.identity.certificate if self.mode == "ok" else None

    async def start(self) -> None:
        """Listen on a free loopback port (or reserve one that refuses)."""
        if self.mode == "refused":
            self._reserved, self.port = reserve_port(self.address)
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Accepted(self), self.address, 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    def restart(self) -> None:
        """Present a re-issued certificate from now on; open connections end, as with a real restart."""
        if self.pending is not None:
            self.identity, self.pending = self.pending, None
            self._context = self._make_context(self.identity)
        self._drop_connections()

    async def stop(self) -> None:
        """Close the port and everything open on it."""
        if self._reserved is not None:
            self._reserved.close()
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        self._drop_connections()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def accept(self, transport: asyncio.Transport) -> None:
        """A TCP connection was made."""
        self.connections += 1
        self._track(transport)
        transport.pause_reading()
        if self.mode == "reset":
            reset(transport)
        elif self.mode == "not-tls":
            transport.write(b"220 this is no TLS server\r\n")
            transport.resume_reading()
        elif self.mode == "ok" and self.plan.replay:
            Replay(AGES[self.plan.replay], self.identity.certificate.der).attach(transport)
        elif self.mode == "ok":
            task = asyncio.get_running_loop().create_task(self._secure(transport))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def forget(self, transport: asyncio.BaseTransport | None) -> None:
        """A connection ended."""
        if transport is not None:
            self._transports.discard(transport)

    async def _secure(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        page = _Page()
        with contextlib.suppress(OSError):  # what the client does with the handshake is its affair
            secured = await loop.start_tls(
                transport, page, self._context, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S
            )
            page.attach(secured)

    def _track(self, transport: asyncio.BaseTransport) -> None:
        self._transports = {known for known in self._transports if not known.is_closing()}
        self._transports.add(transport)

    def _drop_connections(self) -> None:
        for transport in list(self._transports):
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        self._transports.clear()

    def _make_context(self, identity: Identity) -> ssl.SSLContext:
        path = self._folder / f"{self.plan.at[0].port}-{identity.certificate.sha256[:16]}.pem"
        path.touch(mode=0o600)
        path.write_bytes(key_pem(identity.key) + identity.certificate.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        path.unlink()
        if self.plan.old_tls:
            _make_old(context)
        if self.plan.client_certificate:
            if not self.plan.old_tls:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.verify_mode = ssl.CERT_REQUIRED
        return context


class _Accepted(asyncio.Protocol):
    """A TCP connection before (and, for the broken modes, instead of) the handshake."""

    def __init__(self, endpoint: TlsEndpoint):
        self._endpoint = endpoint
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._endpoint.accept(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._endpoint.forget(self._transport)


class _Page(asyncio.Protocol):
    """Answers any request with the Health Monitor's login page (docs/appliance.md), for a browser."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._asked = False

    def attach(self, transport: asyncio.Transport | None) -> None:
        """The secured transport; `start_tls` does not hand it over, and a request may be here already."""
        self._transport = transport
        if self._asked:
            self._answer()

    def data_received(self, data: bytes) -> None:
        self._asked = True
        self._answer()

    def _answer(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_REPLY % (len(_PAGE), _PAGE))
            self._transport.close()


def reserve_port(address: str) -> tuple[socket.socket, int]:
    """A loopback port that refuses connections for as long as the socket is open: bound, not listening."""
    held = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    held.bind((address, 0))
    return held, held.getsockname()[1]


def reset(transport: asyncio.Transport) -> None:
    """End a connection with a TCP reset instead of a FIN."""
    make_reset(transport.get_extra_info("socket"))
    transport.abort()


def make_reset(raw: socket.socket) -> None:
    """Closing this socket will send a TCP reset."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _make_old(context: ssl.SSLContext) -> None:
    """TLS 1.0 only, with what it needs in OpenSSL 3."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
