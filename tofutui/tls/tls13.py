"""A TLS 1.3 handshake of our own that asks for one kind of certificate (RFC 8446).

Python's ``ssl`` cannot choose the signature algorithms it offers, and with TLS 1.3 nothing else decides which
certificate a server shows. The handshake is finished, so that the server sees an ordinary client; nothing is
verified, as everywhere here, and nothing is sent but the good-bye.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tofutui.tls import failure_reasons
from tofutui.tls.conversation import Conversation
from tofutui.tls.failure_reasons import Trouble
from tofutui.tls.hello import KeyKind, counted, extension, name_extension, signatures
from tofutui.tls.sniffer import certificates_in
from tofutui.tofu.certificates.presented import SEEN_ONLY, Status

_HANDSHAKE, _CHANGE_CIPHER_SPEC, _ALERT, _DATA = 22, 20, 21, 23
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST, _FINISHED = 1, 2, 11, 13, 20
_MESSAGE_HASH = 254
_SUPPORTED_VERSIONS, _COOKIE, _KEY_SHARE = 43, 44, 51
_TLS13 = bytes.fromhex("0304")
_RETRY = hashlib.sha256(b"HelloRetryRequest").digest()
"""The random of a ServerHello that asks for another hello (RFC 8446, 4.1.3)."""
_CURVES: dict[int, Callable[[], ec.EllipticCurve]] = {
    0x17: ec.SECP256R1,
    0x18: ec.SECP384R1,
    0x19: ec.SECP521R1,
}
_X25519 = 0x1D
_OFFERED = (_X25519, 0x17)
"""Groups that a key is sent for at once; for the others a server asks again."""
_LONGEST_MESSAGE = 1 << 20
_SUITES: dict[int, tuple[str, int, type[AESGCM] | type[ChaCha20Poly1305]]] = {
    0x1302: ("sha384", 32, AESGCM),
    0x1301: ("sha256", 16, AESGCM),
    0x1303: ("sha256", 32, ChaCha20Poly1305),
}
"""Number of a suite: its hash, the length of its keys, its cipher."""


class _BrokenError(Exception):
    """What the server sent is not what a TLS 1.3 server sends."""


class _Key:
    """A key of one use for a group, and what it agrees on."""

    def __init__(self, group: int) -> None:
        self.group = group
        curve = _CURVES.get(group)
        self._private = (
            x25519.X25519PrivateKey.generate() if curve is None else ec.generate_private_key(curve())
        )

    @property
    def public(self) -> bytes:
        """As in a key share."""
        if isinstance(self._private, x25519.X25519PrivateKey):
            return self._private.public_key().public_bytes_raw()
        return self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def shared(self, other: bytes) -> bytes:
        """The secret shared with the owner of another public key.

        Raises:
            ValueError: it is not a public key of this group.
        """
        if isinstance(self._private, x25519.X25519PrivateKey):
            return self._private.exchange(x25519.X25519PublicKey.from_public_bytes(other))
        point = ec.EllipticCurvePublicKey.from_encoded_point(self._private.curve, other)
        return self._private.exchange(ec.ECDH(), point)


class _Schedule:
    """The secrets of a connection (RFC 8446, 7.1)."""

    def __init__(self, suite: int) -> None:
        self.hash, self._key_length, self._cipher = _SUITES[suite]
        self._size = hashlib.new(self.hash).digest_size
        self._secret = self._extract(bytes(self._size), bytes(self._size))

    def mix(self, shared: bytes | None) -> None:
        """Go on to the next secret: the one of the handshake, and then (None) the one of the data."""
        derived = self._expand(self._secret, b"derived", self.digest(b""), self._size)
        self._secret = self._extract(derived, shared if shared is not None else bytes(self._size))

    def traffic(self, label: bytes, transcript: bytes) -> bytes:
        """The traffic secret of one side."""
        return self._expand(self._secret, label, self.digest(transcript), self._size)

    def protection(self, secret: bytes) -> "_Protection":
        """How the records of a side are protected."""
        key = self._expand(secret, b"key", b"", self._key_length)
        return _Protection(self._cipher(key), self._expand(secret, b"iv", b"", 12))

    def finished(self, secret: bytes, transcript: bytes) -> bytes:
        """The content of a Finished message."""
        key = self._expand(secret, b"finished", b"", self._size)
        return hmac.digest(key, self.digest(transcript), self.hash)

    def digest(self, transcript: bytes) -> bytes:
        """The hash of the messages so far."""
        return hashlib.new(self.hash, transcript).digest()

    def _extract(self, salt: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, secret, self.hash)

    def _expand(self, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        info = length.to_bytes(2, "big") + counted(b"tls13 " + label, 1) + counted(context, 1)
        return hmac.digest(secret, info + b"\x01", self.hash)[:length]


class _Protection:
    """Seals and opens the records of one side, in order."""

    def __init__(self, cipher: AESGCM | ChaCha20Poly1305, iv: bytes) -> None:
        self._cipher = cipher
        self._iv = int.from_bytes(iv, "big")
        self._number = 0

    def open(self, header: bytes, body: bytes) -> tuple[int, bytes]:
        """Type and content of a record.

        Raises:
            _BrokenError: it was not made with these keys.
        """
        try:
            inner = self._cipher.decrypt(self._nonce(), body, header).rstrip(b"\x00")
        except (InvalidTag, ValueError) as error:
            raise _BrokenError from error
        if not inner:
            raise _BrokenError
        return inner[-1], inner[:-1]

    def seal(self, kind: int, content: bytes) -> bytes:
        """A whole record."""
        inner = content + bytes([kind])
        header = bytes([_DATA, 3, 3]) + (len(inner) + 16).to_bytes(2, "big")
        return header + self._cipher.encrypt(self._nonce(), inner, header)

    def _nonce(self) -> bytes:
        nonce = (self._iv ^ self._number).to_bytes(12, "big")
        self._number += 1
        return nonce


@dataclass(frozen=True, slots=True)
class _ServerHello:
    """What of a ServerHello matters here."""

    is_retry: bool
    suite: int
    group: int
    share: bytes
    cookie: bytes


class Tls13(Conversation):
    """A handshake with TLS 1.3 alone that accepts one kind of certificate."""

    def __init__(self, sni: str | None, keys: KeyKind) -> None:
        super().__init__(sni)
        self._kind = keys
        self._keys = {group: _Key(group) for group in _OFFERED}
        self._session = os.urandom(32)
        self._random = os.urandom(32)
        self._received = bytearray()
        self._messages = bytearray()
        self._transcript = b""
        self._retried = False
        self._asked = False
        self._chain: tuple[bytes, ...] = ()
        self._schedule: _Schedule | None = None
        self._secrets = (b"", b"")
        self._opening: _Protection | None = None

    def chain(self) -> tuple[bytes, ...]:
        """The certificates as received."""
        return self._chain

    def version(self) -> str | None:
        """TLS 1.3, once the server has chosen it."""
        return "TLSv1.3" if self._schedule else self.sniffer.version

    def client_certificate(self) -> bool:
        """Whether the server asked for a client certificate."""
        return self._asked or super().client_certificate()

    def _begin(self) -> None:
        self._hello(b"")

    def _hello(self, cookie: bytes) -> None:
        body = b"\x03\x03" + self._random + counted(self._session, 1)
        body += counted(b"".join(suite.to_bytes(2, "big") for suite in _SUITES), 2) + b"\x01\x00"
        body += counted(self._extensions(cookie), 2)
        message = bytes([_CLIENT_HELLO]) + counted(body, 3)
        self._transcript += message
        self._write(b"\x16\x03\x01" + counted(message, 2))

    def _extensions(self, cookie: bytes) -> bytes:
        groups = (_X25519, *_CURVES)
        shares = (key.group.to_bytes(2, "big") + counted(key.public, 2) for key in self._keys.values())
        return b"".join(
            (
                name_extension(self.sni),
                extension(10, counted(b"".join(group.to_bytes(2, "big") for group in groups), 2)),
                extension(13, counted(signatures(self._kind), 2)),
                extension(50, counted(signatures(KeyKind.ANY), 2)),
                extension(_SUPPORTED_VERSIONS, counted(_TLS13, 1)),
                extension(_COOKIE, counted(cookie, 2)) if cookie else b"",
                extension(_KEY_SHARE, counted(b"".join(shares), 2)),
            )
        )

    def _go_on(self, data: bytes) -> None:
        if self.sniffer.is_fatal:
            self._finish()
            return
        self._received += data
        try:
            for kind, header, body in self._records():
                self._take(kind, header, body)
        except (_BrokenError, ValueError, IndexError):
            self._library = Status.TLS_ALERT, "what it sent is not TLS 1.3"
            self._finish()

    def _records(self) -> Iterator[tuple[int, bytes, bytes]]:
        raw = self._received
        while len(raw) >= 5 and not self.over.done():
            end = 5 + int.from_bytes(raw[3:5], "big")
            if len(raw) < end:
                return
            header, body = bytes(raw[:5]), bytes(raw[5:end])
            del raw[:end]
            yield header[0], header, body

    def _take(self, kind: int, header: bytes, body: bytes) -> None:
        if kind == _DATA and self._opening is not None:
            kind, body = self._opening.open(header, body)
        if kind == _ALERT:
            self._library = failure_reasons.of_alert(body[1], self.sni)
            self._finish()
        elif kind == _HANDSHAKE:
            self._messages += body
            self._take_messages()

    def _take_messages(self) -> None:
        buffer = self._messages
        while len(buffer) >= 4 and not self.over.done():
            length = int.from_bytes(buffer[1:4], "big")
            if length > _LONGEST_MESSAGE:
                raise _BrokenError
            if len(buffer) < 4 + length:
                return
            message = bytes(buffer[: 4 + length])
            del buffer[: 4 + length]
            self._take_message(message[0], message[4:], message)

    def _take_message(self, kind: int, body: bytes, message: bytes) -> None:
        if kind == _SERVER_HELLO and self._schedule is None:
            self._server_hello(_read_server_hello(body), message)
            return
        if self._schedule is None:
            raise _BrokenError
        self._transcript += message
        if kind == _CERTIFICATE:
            self._chain = tuple(certificates_in(body, tls13=True))
        elif kind == _CERTIFICATE_REQUEST:
            self._asked = True
        elif kind == _FINISHED:
            self._succeed(self._schedule)

    def _server_hello(self, hello: _ServerHello, message: bytes) -> None:
        if hello.is_retry:
            self._again(hello, message)
            return
        schedule = _Schedule(hello.suite)
        self._transcript += message
        schedule.mix(None if hello.group not in self._keys else self._keys[hello.group].shared(hello.share))
        client = schedule.traffic(b"c hs traffic", self._transcript)
        server = schedule.traffic(b"s hs traffic", self._transcript)
        self._schedule, self._secrets = schedule, (client, server)
        self._opening = schedule.protection(server)

    def _again(self, hello: _ServerHello, message: bytes) -> None:
        """The server wants a key of another group, or its cookie back."""
        if self._retried or hello.group not in (_X25519, *_CURVES):
            raise _BrokenError
        self._retried = True
        digest = _Schedule(hello.suite).digest(self._transcript)
        self._transcript = bytes([_MESSAGE_HASH]) + counted(digest, 3) + message
        self._keys = {hello.group: self._keys.get(hello.group) or _Key(hello.group)}
        self._hello(hello.cookie)

    def _succeed(self, schedule: _Schedule) -> None:
        """Answer the server's Finished, and take leave."""
        client, _ = self._secrets
        sealing = schedule.protection(client)
        schedule.mix(None)
        leaving = schedule.protection(schedule.traffic(b"c ap traffic", self._transcript))
        flight = b"\x14\x03\x03\x00\x01\x01"
        if self._asked:
            empty = bytes([_CERTIFICATE]) + counted(b"\x00" + counted(b"", 3), 3)
            self._transcript += empty
            flight += sealing.seal(_HANDSHAKE, empty)
        proof = schedule.finished(client, self._transcript)
        flight += sealing.seal(_HANDSHAKE, bytes([_FINISHED]) + counted(proof, 3))
        self._write(flight + leaving.seal(_ALERT, b"\x01\x00"))
        self.handshake = True
        self._finish()

    def _trouble(self, fallback: Trouble | None) -> Trouble:
        if self.handshake and not self._chain:
            return Status.TLS_ALERT, failure_reasons.NO_CERTIFICATE
        return super()._trouble(fallback)

    def _seen(self, text: str) -> str:
        if not self.handshake:
            return SEEN_ONLY
        return "certificate presented" + (", asks for a client certificate" * self.client_certificate())


def _read_server_hello(body: bytes) -> _ServerHello:
    at = 35 + body[34]
    suite = int.from_bytes(body[at : at + 2], "big")
    if suite not in _SUITES:
        raise _BrokenError
    parts = dict(_extensions_of(body[at + 5 :]))
    if parts.get(_SUPPORTED_VERSIONS) != _TLS13:
        raise _BrokenError
    share = parts.get(_KEY_SHARE, b"")
    is_retry = body[2:34] == _RETRY
    group = int.from_bytes(share[:2], "big") if share or not is_retry else _X25519
    return _ServerHello(is_retry, suite, group, share[4:], parts.get(_COOKIE, b"")[2:])


def _extensions_of(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(raw):
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        yield int.from_bytes(raw[at : at + 2], "big"), raw[at + 4 : at + 4 + length]
        at += 4 + length
