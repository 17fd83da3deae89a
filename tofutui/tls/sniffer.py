"""What a server sends, read from its records while they are still in the clear.

Independent of OpenSSL: it sees the Certificate message of TLS 1.2 and older also where OpenSSL cannot parse
the certificates or has no cipher in common, and shows what answered where the peer does not speak TLS.
"""

from collections.abc import Iterator

from tofutui.tofu.base.text import decode, safe

LONGEST_MESSAGE = 1 << 20
"""Bytes of one handshake message that are read; 201 certificates are about 100 KB."""
LONGEST_WORDS = 64
"""Characters shown of an answer that is not TLS."""

_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE = 20, 21, 22
_RECORD_TYPES = range(20, 25)
_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST = 2, 11, 13
_SUPPORTED_VERSIONS = 43
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}


class Sniffer:
    """Collects facts from the bytes that a server sends, in whatever pieces they arrive."""

    def __init__(self) -> None:
        self.speaks_tls = False
        """A TLS record has arrived."""
        self.is_other = False
        """The first bytes are not a TLS record."""
        self.version: str | None = None
        """The version the server chose, as Python spells it."""
        self.chain: tuple[bytes, ...] = ()
        """The certificates of the Certificate message as received, the leaf first."""
        self.has_certificate_message = False
        self.asks_client_certificate = False
        self.messages: list[int] = []
        """Types of the handshake messages seen, in order."""
        self.alert: int | None = None
        """The last alert in the clear, warnings included."""
        self.is_fatal = False
        """Whether that alert ends the conversation."""
        self.too_long: int | None = None
        """Bytes that a handshake message claims to have, if that is more than is read."""
        self.received = 0
        """Bytes so far."""
        self._raw = bytearray()
        self._handshake = bytearray()
        self._encrypted = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the server."""
        self.received += len(data)
        if self.is_other:
            self._raw += data[: LONGEST_WORDS * 4]
            return
        if self._encrypted or self.too_long is not None:
            return
        self._raw += data
        for kind, body in self._records():
            self._take(kind, body)

    @property
    def words(self) -> str:
        """The first line of an answer that is not TLS, printable, cut to 64 characters."""
        raw = bytes(self._raw[: LONGEST_WORDS * 4]).lstrip(b"\r\n")
        line = safe(decode(raw.splitlines()[0] if raw else b"")).strip()
        return line if len(line) <= LONGEST_WORDS else line[: LONGEST_WORDS - 1] + "…"

    @property
    def has_whole_line(self) -> bool:
        """Whether more bytes would not change `words`."""
        raw = self._raw.lstrip(b"\r\n")
        return b"\n" in raw or len(raw) >= LONGEST_WORDS

    def _records(self) -> Iterator[tuple[int, bytes]]:
        raw, at = self._raw, 0
        while len(raw) > at and not self._encrypted:
            if raw[at] not in _RECORD_TYPES or raw[at + 1 : at + 2].strip(b"\x03"):
                self.is_other = not self.speaks_tls
                self._encrypted = self.speaks_tls
                break
            if len(raw) - at < 5:
                break
            self.speaks_tls = True
            end = at + 5 + int.from_bytes(raw[at + 3 : at + 5], "big")
            if len(raw) < end:
                break
            yield raw[at], bytes(raw[at + 5 : end])
            at = end
        del raw[:at]

    def _take(self, kind: int, body: bytes) -> None:
        if kind == _ALERT and len(body) == 2:
            self.is_fatal = self.is_fatal or body[0] == 2
            self.alert = body[1]
        elif kind == _HANDSHAKE:
            self._handshake += body
            self._take_messages()
        elif kind == _CHANGE_CIPHER_SPEC:
            # What follows is encrypted; a TLS 1.3 server has nothing in the clear after it either.
            self._encrypted = True

    def _take_messages(self) -> None:
        buffer = self._handshake
        while len(buffer) >= 4:
            length = int.from_bytes(buffer[1:4], "big")
            if length > LONGEST_MESSAGE:
                self.too_long = length
                return
            if len(buffer) < 4 + length:
                return
            self._take_message(buffer[0], bytes(buffer[4 : 4 + length]))
            del buffer[: 4 + length]

    def _take_message(self, kind: int, body: bytes) -> None:
        if len(self.messages) < 32:
            self.messages.append(kind)
        if kind == _SERVER_HELLO:
            self.version = _version(body)
        elif kind == _CERTIFICATE and not self.has_certificate_message:
            self.has_certificate_message = True
            self.chain = tuple(certificates_in(body))
        elif kind == _CERTIFICATE_REQUEST:
            self.asks_client_certificate = True


def certificates_in(body: bytes, *, tls13: bool = False) -> Iterator[bytes]:
    """The entries of a Certificate message (RFC 5246, 7.4.2; RFC 8446, 4.4.2); stops where it is cut."""
    at = 1 + body[0] if tls13 else 0
    end = min(len(body), at + 3 + int.from_bytes(body[at : at + 3], "big"))
    at += 3
    while at + 3 <= end:
        length = int.from_bytes(body[at : at + 3], "big")
        if not length or at + 3 + length > end:
            return
        yield body[at + 3 : at + 3 + length]
        at += 3 + length
        if tls13:  # each has extensions of its own
            at += 2 + int.from_bytes(body[at : at + 2], "big")


def _version(body: bytes) -> str | None:
    """The version of a ServerHello: its own field, or the supported_versions extension of TLS 1.3."""
    version = int.from_bytes(body[:2], "big")
    at = 35 + (body[34] if len(body) > 34 else 0) + 3
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    at += 2
    while at + 4 <= min(end, len(body)):
        kind, length = int.from_bytes(body[at : at + 2], "big"), int.from_bytes(body[at + 2 : at + 4], "big")
        if kind == _SUPPORTED_VERSIONS and length == 2:
            version = int.from_bytes(body[at + 4 : at + 6], "big")
        at += 4 + length
    return _VERSIONS.get(version, f"0x{version:04x}")
