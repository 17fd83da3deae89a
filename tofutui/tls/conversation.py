"""One connection to a server, kept up until its certificates are seen or it is clear that none will come."""

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, cast

from tofutui.tls import failure_reasons
from tofutui.tls.dial import Dial, DialError, hang_up
from tofutui.tls.failure_reasons import Trouble
from tofutui.tls.sniffer import Sniffer
from tofutui.tofu.base.text import about_seconds
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint

MOST_BYTES = 4 << 20
"""Bytes that are read of one server before it is given up: it may talk for ever."""
LINE_PATIENCE = 0.3
"""Seconds that an answer which is not TLS has to complete its first line."""

_DER = 2  # _ssl.ENCODING_DER
_APPLICATION_DATA = 23


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer:
    """What one attempt at an endpoint brought; ``status`` is OK when certificate bytes were seen."""

    way: str
    status: Status
    text: str
    chain: tuple[bytes, ...] = ()
    """DER as received, the leaf first."""
    handshake: bool = False
    tls: str | None = None
    sni: str | None = None
    client_certificate: bool = False
    alert: int | None = None
    """The fatal alert that the server sent, in the clear or encrypted."""
    connected: bool = False
    seconds: float = 0.0


class Conversation(asyncio.Protocol, ABC):
    """What all ways of asking share: the sniffer, the limits, and when it is over.

    Subclasses say how it begins and what to do with each piece of the server's answer.
    """

    def __init__(self, sni: str | None) -> None:
        self.sni = sni
        self.sniffer = Sniffer()
        self.handshake = False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.WriteTransport | None = None
        self._library: Trouble | None = None
        self._encrypted_alert: int | None = None
        self._end: Trouble | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there: say hello."""
        # A transport of a jump host only looks like one of asyncio's.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer."""
        if self.over.done():
            return
        sniffer = self.sniffer
        sniffer.feed(data)
        if sniffer.is_other:
            self._wait_for_the_line()
        elif sniffer.too_long is not None or sniffer.received > MOST_BYTES:
            self._finish()
        else:
            self._go_on(data)

    def eof_received(self) -> None:
        """The peer has sent all it will send."""
        self._end = self._end or failure_reasons.of_connection(None)
        self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end = self._end or failure_reasons.of_connection(exc)
        self._finish()

    def answer(self, way: str, fallback: Trouble | None, seconds: float) -> ServerAnswer:
        """What came of it; ``fallback`` is the reason if nothing the server sent gives one."""
        chain = self.chain()
        status, text = self._trouble(fallback)
        if chain:
            status, text = Status.OK, self._seen(text)
        return ServerAnswer(
            way=way,
            status=status,
            text=text,
            chain=chain,
            handshake=self.handshake,
            tls=self.version(),
            sni=self.sni,
            client_certificate=self.client_certificate(),
            alert=self.sniffer.alert if self.sniffer.is_fatal else self._encrypted_alert,
            connected=True,
            seconds=seconds,
        )

    def chain(self) -> tuple[bytes, ...]:
        """The certificates seen, as received."""
        return self.sniffer.chain

    def version(self) -> str | None:
        """The TLS version that the server chose."""
        return self.sniffer.version

    def client_certificate(self) -> bool:
        """Whether the server asked for a client certificate."""
        return (
            self.sniffer.asks_client_certificate or self.sniffer.alert == failure_reasons.CERTIFICATE_REQUIRED
        )

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _go_on(self, data: bytes) -> None: ...

    @abstractmethod
    def _seen(self, text: str) -> str: ...

    def _write(self, data: bytes) -> None:
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _finish(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def _wait_for_the_line(self) -> None:
        if self.sniffer.has_whole_line:
            self._finish()
        else:
            asyncio.get_running_loop().call_later(LINE_PATIENCE, self._finish)

    def _trouble(self, fallback: Trouble | None) -> Trouble:
        sniffer = self.sniffer
        unread = self._of_what_is_not_read()
        if unread is not None:
            return unread
        if sniffer.has_certificate_message and not sniffer.chain and not sniffer.is_fatal:
            return Status.TLS_ALERT, failure_reasons.NO_CERTIFICATE
        if sniffer.asks_client_certificate and not self.handshake:
            return Status.TLS_ALERT, failure_reasons.CLIENT_CERTIFICATE
        if sniffer.alert is not None and (sniffer.is_fatal or self._library is None):
            return failure_reasons.of_alert(sniffer.alert, self.sni)
        return self._library or self._of_the_end() or fallback or (Status.RESET, "ended without a reason")

    def _of_what_is_not_read(self) -> Trouble | None:
        """What came is not TLS, or more than is read of one server."""
        sniffer = self.sniffer
        if sniffer.is_other:
            return Status.NOT_TLS, f"not TLS: it answered {sniffer.words or 'with an empty line'}"
        if sniffer.too_long is not None:
            return (
                Status.UNPARSED,
                f"a message of {sniffer.too_long / (1 << 20):.0f} MB is announced and was not read",
            )
        if sniffer.received > MOST_BYTES:
            return Status.TLS_ALERT, f"sent more than {MOST_BYTES >> 20} MB without completing the handshake"
        return None

    def _of_the_end(self) -> Trouble | None:
        if self._end != failure_reasons.of_connection(None):
            return self._end
        where = "in the middle of the handshake" if self.sniffer.speaks_tls else "without sending anything"
        return Status.RESET, f"closed the connection {where}"


class Handshake(Conversation):
    """A whole handshake by this machine's TLS library, from TLS 1.0 to 1.3.

    The library's object is driven directly, because asyncio's own streams lose it, and with it the chain,
    when the handshake fails.
    """

    def __init__(self, context: ssl.SSLContext, sni: str | None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=sni)
        except (ValueError, TypeError, ssl.SSLError):  # a name that the library does not send
            sni = None
            self._tls = context.wrap_bio(self._incoming, self._outgoing)
        self._asked_encrypted = False
        super().__init__(sni)

    def chain(self) -> tuple[bytes, ...]:
        """The certificates as received where they came in the clear, else as the library holds them."""
        return self.sniffer.chain or _unverified_chain(self._tls)

    def version(self) -> str | None:
        """The negotiated version, or the one chosen before the handshake failed."""
        return self._tls.version() or self.sniffer.version

    def client_certificate(self) -> bool:
        """Whether a client certificate was asked for, in the clear or, with TLS 1.3, encrypted."""
        return self._asked_encrypted or super().client_certificate()

    def _begin(self) -> None:
        self._advance()

    def _go_on(self, data: bytes) -> None:
        self._incoming.write(data)
        self._advance()

    def _advance(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._write(self._outgoing.read())
        except ssl.SSLError as error:
            self._library = failure_reasons.of_library(error, self.sni)
            self._encrypted_alert = failure_reasons.alert_in(error)
            self._write(self._outgoing.read())
            self._finish()
        else:
            self._succeed()

    def _succeed(self) -> None:
        self.handshake = True
        flight = self._outgoing.read()
        # With TLS 1.3 the last flight is Finished alone, unless a client certificate was asked for: then an
        # empty Certificate goes before it, in a record of its own.
        self._asked_encrypted = self._tls.version() == "TLSv1.3" and _count_encrypted(flight) > 1
        with suppress(ssl.SSLError):  # our good-bye is written; the server's is not waited for
            self._tls.unwrap()
        self._write(flight + self._outgoing.read())
        self._finish()

    def _seen(self, text: str) -> str:
        if self.handshake:
            return "certificate presented" + (", asks for a client certificate" * self.client_certificate())
        return f"certificate seen, handshake not finished: {text}"


async def ask(
    dial: Dial, endpoint: Endpoint, make: Callable[[], Conversation], *, way: str, seconds: float
) -> ServerAnswer:
    """Have one conversation with an endpoint; takes at most ``seconds`` and never leaves it open."""
    clock = asyncio.get_running_loop().time
    started = clock()
    talk: Conversation | None = None
    transport: asyncio.BaseTransport | None = None
    reason: Trouble | None = None
    try:
        async with asyncio.timeout(seconds):
            transport, protocol = await dial(make, endpoint)
            talk = cast(Conversation, protocol)
            await talk.over
    except TimeoutError:
        reason = _too_late(talk, seconds)
    except (OSError, DialError) as error:
        reason = failure_reasons.of_dialling(error)
    finally:
        if transport is not None:
            hang_up(transport)
    if talk is not None:
        return talk.answer(way, reason, clock() - started)
    assert reason is not None
    return ServerAnswer(way=way, status=reason[0], text=reason[1], seconds=clock() - started)


def _too_late(talk: Conversation | None, waited: float) -> Trouble:
    seconds = about_seconds(waited)
    if talk is None:
        return Status.TIMEOUT, f"no connection within {seconds} s"
    if not talk.sniffer.received:
        return Status.TIMEOUT, f"accepted the connection, then sent nothing for {seconds} s"
    return Status.TIMEOUT, f"stopped answering in the middle of the handshake, gave up after {seconds} s"


class _HasBytes(Protocol):
    def public_bytes(self, form: int) -> bytes: ...


class _HasPrivateChain(Protocol):
    def get_unverified_chain(self) -> "list[_HasBytes] | None": ...


class _HasChain(Protocol):
    def get_unverified_chain(self) -> list[bytes] | None: ...


def _unverified_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The chain as sent, also in mid-handshake and after a failed one; public from Python 3.13 on."""
    if hasattr(tls, "get_unverified_chain"):
        return tuple(cast(_HasChain, tls).get_unverified_chain() or ())
    inner = cast(_HasPrivateChain, vars(tls)["_sslobj"])
    return tuple(certificate.public_bytes(_DER) for certificate in inner.get_unverified_chain() or ())


def _count_encrypted(flight: bytes) -> int:
    count = at = 0
    while at + 5 <= len(flight):
        count += flight[at] == _APPLICATION_DATA
        at += 5 + int.from_bytes(flight[at + 3 : at + 5], "big")
    return count
