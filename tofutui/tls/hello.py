"""An own ClientHello, and a conversation that ends at the server's Certificate message.

No key is ever exchanged, so ciphers may be offered that no current library has (RC4, 3DES, export). With
this the certificate of servers is seen that a handshake with this machine's TLS library cannot reach. TLS
1.3 sends its certificates encrypted: `tofutui.tls.tls13` asks for those.
"""

import os
from dataclasses import dataclass
from enum import Enum

from tofutui.tls import failure_reasons
from tofutui.tls.conversation import Conversation
from tofutui.tls.failure_reasons import Trouble
from tofutui.tofu.certificates.presented import SEEN_ONLY, Status


class Version(Enum):
    """The versions that an own hello can ask for: number on the wire and name."""

    TLS12 = (0x0303, "TLS 1.2")
    TLS10 = (0x0301, "TLS 1.0")
    SSL3 = (0x0300, "SSL 3.0")

    @property
    def number(self) -> int:
        """As in the hello's client_version."""
        return self.value[0]

    @property
    def words(self) -> str:
        """As it is written in an attempt."""
        return self.value[1]


class KeyKind(Enum):
    """Which certificate is asked for."""

    ANY = "any"
    RSA = "RSA"
    ECDSA = "ECDSA"


_ECDHE_ECDSA = "c02c c02b cca9 c024 c023 c00a c009 c008 c007 c005 c004"
_ECDHE_RSA = "c030 c02f cca8 c028 c027 c014 c013 c012 c011"
_DHE_RSA = "009f 009e ccaa 006b 0067 0039 0033 0088 0045 0016 0015 0014"
_STATIC_RSA = "009d 009c 003d 003c 0035 002f 0084 0041 0096 0007 000a 0005 0004 0009 0008 0006 0003 0002"
_DHE_DSS = "0040 0038 0032 0013 0011"
_RENEGOTIATION = "00ff"
_SUITES = {
    KeyKind.ANY: (_ECDHE_ECDSA, _ECDHE_RSA, _DHE_RSA, _STATIC_RSA, _DHE_DSS, _RENEGOTIATION),
    # Static RSA first: then the server has nothing to sign.
    KeyKind.RSA: (_STATIC_RSA, _DHE_RSA, _ECDHE_RSA, _RENEGOTIATION),
    KeyKind.ECDSA: (_ECDHE_ECDSA, _RENEGOTIATION),
}
_SIGNED_BY_ECDSA = "0403 0503 0603 0203"
_SIGNED_BY_RSA = "0804 0805 0806 0401 0501 0601 0301 0201 0101"
_SIGNATURES = {
    KeyKind.ANY: (_SIGNED_BY_ECDSA, "0807 0808", _SIGNED_BY_RSA, "0202 0402"),
    KeyKind.RSA: (_SIGNED_BY_RSA,),
    KeyKind.ECDSA: (_SIGNED_BY_ECDSA,),
}
_CURVES = "001d 0017 0018 0019 001a 001b 001c 0016 0015 0013"
_GOOD_BYE = bytes.fromhex("0100")  # warning, close_notify
_SERVER_HELLO_DONE = 14


def client_hello(version: Version, sni: str | None, keys: KeyKind = KeyKind.ANY) -> bytes:
    """A ClientHello record; without a name it stays below 256 bytes, which some old boxes cannot exceed."""
    body = version.number.to_bytes(2, "big") + os.urandom(32) + b"\x00"
    body += counted(_hex(_SUITES[keys]), 2) + b"\x01\x00"
    if version is not Version.SSL3:
        body += counted(_extensions(version, sni, keys), 2)
    record = 0x0300 if version is Version.SSL3 else 0x0301
    return b"\x16" + record.to_bytes(2, "big") + counted(b"\x01" + counted(body, 3), 2)


@dataclass(frozen=True, slots=True)
class _Offer:
    version: Version
    keys: KeyKind


class HelloOnly(Conversation):
    """Says hello and listens until the Certificate message has come."""

    def __init__(self, version: Version, sni: str | None, keys: KeyKind = KeyKind.ANY) -> None:
        super().__init__(None if version is Version.SSL3 else sni)
        self._offer = _Offer(version, keys)

    def _begin(self) -> None:
        self._write(client_hello(self._offer.version, self.sni, self._offer.keys))

    def _go_on(self, data: bytes) -> None:
        sniffer = self.sniffer
        if sniffer.has_certificate_message or sniffer.is_fatal or _SERVER_HELLO_DONE in sniffer.messages:
            number = min(self._offer.version.number, 0x0301)
            self._write(b"\x15" + number.to_bytes(2, "big") + counted(_GOOD_BYE, 2))
            self._finish()

    def _trouble(self, fallback: Trouble | None) -> Trouble:
        sniffer = self.sniffer
        if _SERVER_HELLO_DONE in sniffer.messages and not sniffer.chain and not sniffer.is_fatal:
            return Status.TLS_ALERT, failure_reasons.NO_CERTIFICATE
        return super()._trouble(fallback)

    def _seen(self, text: str) -> str:
        asks = f": {failure_reasons.CLIENT_CERTIFICATE}" if self.client_certificate() else ""
        return SEEN_ONLY + asks


def _extensions(version: Version, sni: str | None, keys: KeyKind) -> bytes:
    extensions = name_extension(sni)
    extensions += extension(10, counted(bytes.fromhex(_CURVES), 2)) + extension(11, b"\x01\x00")
    if version is Version.TLS12:
        extensions += extension(13, counted(signatures(keys), 2))
    return extensions


def signatures(keys: KeyKind) -> bytes:
    """The signature algorithms of one kind of certificate, as in a hello."""
    return _hex(_SIGNATURES[keys])


def name_extension(sni: str | None) -> bytes:
    """The extension that names the server; nothing without a name."""
    if not sni:
        return b""
    return extension(0, counted(b"\x00" + counted(sni.encode("ascii"), 2), 2))


def extension(number: int, body: bytes) -> bytes:
    """An extension of a hello."""
    return number.to_bytes(2, "big") + counted(body, 2)


def counted(body: bytes, width: int) -> bytes:
    """Bytes after their number, which takes ``width`` bytes."""
    return len(body).to_bytes(width, "big") + body


def _hex(parts: tuple[str, ...]) -> bytes:
    return bytes.fromhex(" ".join(parts))
