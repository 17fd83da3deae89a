"""TLS servers that no current library can play: ServerHello and Certificate as bytes, and then silence.

Enough for whoever only wants to see the certificate; no handshake can be finished with them.
"""

import asyncio
from dataclasses import dataclass

_ALERT, _HANDSHAKE = 21, 22
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE, _DONE = 1, 2, 11, 14
_FATAL, _HANDSHAKE_FAILURE = 2, 40
_LARGEST = 16_384


@dataclass(frozen=True, slots=True)
class Age:
    """What such a server speaks."""

    version: int
    suite: int


AGES = {
    "3des": Age(0x0301, 0x000A),
    "rc4": Age(0x0301, 0x0005),
    "ssl3": Age(0x0300, 0x0005),
}
"""TLS 1.0 with RSA_WITH_3DES_EDE_CBC_SHA; TLS 1.0 and SSL 3.0 with RSA_WITH_RC4_128_SHA."""


class Replay(asyncio.Protocol):
    """One connection to a server of another age."""

    def __init__(self, age: Age, certificate: bytes, alert: int = _HANDSHAKE_FAILURE) -> None:
        """``alert`` answers a hello that does not fit."""
        self._age = age
        self._alert = alert
        self._certificate = certificate
        self._transport: asyncio.Transport | None = None
        self._heard = b""
        self._answered = False

    def attach(self, transport: asyncio.Transport) -> None:
        """Start on a connection that was accepted."""
        self._transport = transport
        transport.set_protocol(self)
        transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Answer a whole ClientHello; hang up at anything after it."""
        assert self._transport is not None
        if self._answered:
            self._transport.close()
            return
        self._heard += data
        length = int.from_bytes(self._heard[3:5], "big")
        if len(self._heard) >= 5 and len(self._heard) >= 5 + length:
            self._answered = True
            self._transport.write(self._answer(self._heard[5 : 5 + length]))

    def _answer(self, hello: bytes) -> bytes:
        age = self._age
        suites = _suites(hello)
        if hello[:1] != bytes([_CLIENT_HELLO]) or age.suite.to_bytes(2, "big") not in suites:
            return self._records(_ALERT, bytes([_FATAL, self._alert]))
        chosen = age.version.to_bytes(2, "big") + bytes(32) + b"\0" + age.suite.to_bytes(2, "big") + b"\0"
        entry = len(self._certificate).to_bytes(3, "big") + self._certificate
        chain = len(entry).to_bytes(3, "big") + entry
        flight = _message(_SERVER_HELLO, chosen) + _message(_CERTIFICATE, chain) + _message(_DONE, b"")
        return self._records(_HANDSHAKE, flight)

    def _records(self, kind: int, body: bytes) -> bytes:
        head = bytes([kind]) + self._age.version.to_bytes(2, "big")
        pieces = [body[at : at + _LARGEST] for at in range(0, len(body), _LARGEST)]
        return b"".join(head + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _suites(hello: bytes) -> list[bytes]:
    """The cipher suites of a ClientHello; none of one that is cut off."""
    at = 4 + 2 + 32
    at += 1 + (hello[at] if len(hello) > at else 0)
    count = int.from_bytes(hello[at : at + 2], "big")
    listed = hello[at + 2 : at + 2 + count]
    return [listed[n : n + 2] for n in range(0, len(listed) - 1, 2)]
