"""Endpoints that answer as those of a capture did: with certificates, or with the same kind of failure."""

import asyncio
import contextlib
import itertools
import socket
import ssl
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tofutui.capture_file import CapturedAnswer, CapturedEndpoint
from tofutui.lab.endpoint import reserve_port, reset
from tofutui.lab.playback.certificates import Presentable
from tofutui.lab.replay import AGES, Age, Replay

_HANDSHAKE_S = 20.0
_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
}
_AGES = {"SSLv3": AGES["ssl3"], "TLSv1": AGES["3des"], "TLSv1.2": Age(0x0303, AGES["3des"].suite)}
_HANDSHAKE_FAILURE = 40
_NOT_TLS = "not TLS: it answered "
_BACKLOG = 8
Chains = Mapping[bytes, Presentable]
"""The certificates that can be presented, by their captured structure."""


class PlayedEndpoint:
    """One endpoint; `target` is where the client is to look for it instead."""

    def __init__(self, endpoint: CapturedEndpoint, chains: Chains, folder: Path) -> None:
        self.endpoint = endpoint
        self.target = ""
        self._chains = chains
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._transports: set[asyncio.Transport] = set()

    @property
    def first(self) -> CapturedAnswer:
        """The answer that says most: one with certificates, else the first one."""
        return next((answer for answer in self.endpoint.answers if answer.chain), self.endpoint.answers[0])

    async def start(self, host: str) -> None:
        """Listen on a free port, or be as unreachable as the original."""
        first = self.first
        if first.status == "dns":
            self.target = f"{self.endpoint.host}.invalid:{self.endpoint.port}"
        elif first.status == "unreachable":
            self.target = f"240.0.0.1:{self.endpoint.port}"
        elif first.status == "refused":
            held, port = reserve_port(host)
            self._sockets.append(held)
            self.target = f"{host}:{port}"
        elif first.status == "timeout" and first.text.startswith("no connection"):
            self.target = f"{host}:{self._full_port(host)}"
        else:
            behave = await asyncio.to_thread(self._behaviour, first)
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Accepted(self, behave), host, 0, backlog=512)
            self.target = f"{host}:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Close the port and everything open on it."""
        for held in self._sockets:
            held.close()
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        for transport in self._transports:
            transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def accept(self, transport: asyncio.Transport, behave: "Behave") -> None:
        """A connection was made."""
        self._transports = {known for known in self._transports if not known.is_closing()} | {transport}
        behave(transport)

    def _full_port(self, host: str) -> int:
        """A port whose queue is full, so that no connection comes about."""
        listener = socket.socket()
        listener.bind((host, 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(_BACKLOG)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        self._sockets += [listener, *fillers]
        return int(listener.getsockname()[1])

    def _behaviour(self, first: CapturedAnswer) -> "Behave":
        if first.chain and (first.handshake or first.way.startswith("tls")):
            return self._secure(self._contexts())
        if first.chain:
            alert = next((answer.alert for answer in self.endpoint.answers if answer.alert), None)
            return self._seen_only(first, alert or _HANDSHAKE_FAILURE)
        if first.status == "not-tls":
            words = first.text.removeprefix(_NOT_TLS) if first.text.startswith(_NOT_TLS) else ""
            return _saying(words.encode("utf-8", "surrogateescape") + b"\r\n")
        if first.status == "timeout":
            return _silent
        if first.status == "reset":
            return _after_hello(b"", closes="closed" in first.text)
        alert_number = first.alert or _HANDSHAKE_FAILURE
        return _after_hello(bytes([21, 3, 3, 0, 2, 2, alert_number]), closes=True)

    def _seen_only(self, answer: CapturedAnswer, alert: int) -> "Behave":
        """A server with which no handshake can be finished: its certificate is seen, no more."""
        age = _AGES.get(answer.tls or "", AGES["3des"])
        leaf = self._chains[answer.chain[0]].der
        return lambda transport: Replay(age, leaf, alert).attach(transport)

    def _secure(self, contexts: "Sequence[ssl.SSLContext]") -> "Behave":
        """Handshakes with each of these settings in turn."""
        turns = itertools.cycle(contexts)

        def behave(transport: asyncio.Transport) -> None:
            transport.pause_reading()
            task = asyncio.get_running_loop().create_task(_handshake(transport, next(turns)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return behave

    def _contexts(self) -> list[ssl.SSLContext]:
        by_way = _Ways(self.endpoint.answers)
        contexts = [self._context(chains) for chains in by_way.in_turn]
        if by_way.nameless is not None:
            nameless = self._context([by_way.nameless])
            for named in contexts:
                named.sni_callback = _named(named, nameless)
        return contexts

    def _context(self, chains: Sequence[tuple[bytes, ...]]) -> ssl.SSLContext:
        first = self.first
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        version = _VERSIONS.get(first.tls or "")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = version or ssl.TLSVersion.TLSv1
            if version is not None:
                context.minimum_version = min(version, ssl.TLSVersion.TLSv1_2)
                context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
        for number, chain in enumerate(chains):
            self._load(context, chain, number)
        if first.client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED if not first.handshake else ssl.CERT_OPTIONAL
        return context

    def _load(self, context: ssl.SSLContext, chain: tuple[bytes, ...], number: int) -> None:
        leaf, *others = (self._chains[der] for der in chain)
        further = b"".join(Presentable(other.der, None).pem for other in others)
        file = self._folder / f"{abs(hash((self.endpoint.host, self.endpoint.port)))}-{number}.pem"
        file.touch(mode=0o600)
        file.write_bytes(leaf.pem + further)
        try:
            context.load_cert_chain(file)
        finally:
            file.unlink()


Behave = Callable[[asyncio.Transport], None]
"""What is done with a connection."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """Which chain was shown to which question."""

    answers: Sequence[CapturedAnswer]

    @property
    def in_turn(self) -> list[list[tuple[bytes, ...]]]:
        """What is loaded together, for each connection in turn: keys of several kinds side by side."""
        again = [answer.chain for answer in self.answers if answer.chain and answer.way.endswith("again")]
        dealt = list(dict.fromkeys([self._broad, *again]))
        if len(dealt) > 1:
            return [[chain] for chain in dealt]
        kinds = [answer.chain for answer in self.answers if answer.chain and " only" in answer.way]
        return [list(dict.fromkeys([self._broad, *kinds]))]

    @property
    def nameless(self) -> tuple[bytes, ...] | None:
        """What is shown to those who send no name, if that is another one."""
        shown = (a.chain for a in self.answers if a.chain and a.way.endswith("without SNI"))
        chain = next(shown, None)
        return chain if chain != self._broad else None

    @property
    def _broad(self) -> tuple[bytes, ...]:
        return next(answer.chain for answer in self.answers if answer.chain)


class _Accepted(asyncio.Protocol):
    """A TCP connection that was taken."""

    def __init__(self, endpoint: PlayedEndpoint, behave: Behave) -> None:
        self._endpoint = endpoint
        self._behave = behave

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._endpoint.accept(transport, self._behave)


def _named(named: ssl.SSLContext, nameless: ssl.SSLContext) -> Callable[..., None]:
    """Chooses between two settings by whether a name was sent."""

    def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name is None:
            connection.context = nameless

    return choose


async def _handshake(transport: asyncio.Transport, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):  # what the client does with the handshake is its affair
        await asyncio.get_running_loop().start_tls(
            transport, asyncio.Protocol(), context, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S
        )


def _silent(transport: asyncio.Transport) -> None:
    """The connection is taken, and that is all."""


def _saying(words: bytes) -> Behave:
    return lambda transport: transport.write(words)


def _after_hello(words: bytes, *, closes: bool) -> Behave:
    """Hang up, after these bytes, once something came; with a reset where the peer did not close in order."""

    class Answering(asyncio.Protocol):
        def __init__(self, transport: asyncio.Transport) -> None:
            self._transport = transport

        def data_received(self, data: bytes) -> None:
            self._transport.write(words)
            if closes:
                self._transport.close()
            else:
                reset(self._transport)

    return lambda transport: transport.set_protocol(Answering(transport))
