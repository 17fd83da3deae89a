"""The SSH library's connection, made as patient with a server's texts as OpenSSH is, and attentive to them.

The library breaks the login off for one byte that is not UTF-8, or not ASCII where the standard asks for it.
Here the texts are put into UTF-8 before the library reads them: bytes that are not UTF-8 are read as Latin-1,
and a language tag that is not ASCII is dropped (RFC 4251, part 4.5; RFC 4252, 5.4; RFC 4253, 4.2 and 11;
RFC 4254, 5.4 and 6.10; RFC 4256, 3.2). What a server says first and last is kept, to say why a login failed.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import AnyStr, Literal

import asyncssh
import asyncssh.auth
import asyncssh.connection
from asyncssh.packet import Boolean, Byte, SSHPacket, SSHPacketLogger, String, UInt32

from tofutui.appliance.ssh.hello import Algorithms, offered_algorithms

Part = Literal["number", "flag", "text", "tag", "name"]

WORDS_PATIENCE = 5.0
"""Seconds that a server which says something else first has to come to its SSH version."""
_MOST_WORDS = 1024
"""Bytes that are kept of what a server says before its version."""

READ_AT_ONCE = 1 << 14
"""Bytes taken off the socket before everything else has its turn: decrypting them takes a few milliseconds.

The library also copies the rest of what was read for each packet in it.
"""

_DISCONNECT, _IGNORE, _DEBUG, _KEXINIT, _AUTH_FAILURE, _BANNER, _GLOBAL_REQUEST = 1, 2, 4, 20, 51, 53, 80
_INFO_REQUEST, _PASSWORD_CHANGE, _OPEN_FAILURE, _CHANNEL_REQUEST = 60, 60, 92, 98
_OF_CONNECTION: dict[int, tuple[Part, ...]] = {
    _DISCONNECT: ("number", "text", "tag"),
    _DEBUG: ("flag", "text", "tag"),
    _BANNER: ("text", "tag"),
    _GLOBAL_REQUEST: ("name",),
    _OPEN_FAILURE: ("number", "number", "text", "tag"),
}
_EXIT_SIGNAL = b"exit-signal"
_SIGNAL_PARTS: tuple[Part, ...] = ("name", "flag", "text", "tag")


def as_utf8(text: bytes) -> bytes:
    """The same text in UTF-8: what is not UTF-8 is read as Latin-1, which has a character for every byte."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1").encode("utf-8")
    return text


def _part(packet: SSHPacket, part: Part) -> bytes:
    if part == "number":
        return UInt32(packet.get_uint32())
    if part == "flag":
        return Boolean(packet.get_boolean())
    text = packet.get_string()
    if part == "text":
        return String(as_utf8(text))
    return String(text if text.isascii() else b"" if part == "tag" else b"?")


def _repaired(kind: int, packet: SSHPacket, parts: tuple[Part, ...]) -> SSHPacket:
    """The packet with its texts in UTF-8, read up to behind its type as the library expects it."""
    return _packet(kind, b"".join(_part(packet, part) for part in parts) + packet.get_remaining_payload())


def _packet(kind: int, payload: bytes) -> SSHPacket:
    packet = SSHPacket(Byte(kind) + payload)
    packet.get_byte()
    return packet


class Connection(asyncssh.SSHClientConnection):
    """A client's connection that a server's odd texts do not end, and that keeps what the server sent."""

    first_words = b""
    """What came before the SSH version, or instead of it."""
    theirs = Algorithms()
    """The algorithms that the server offered first."""
    methods: tuple[str, ...] = ()
    """The ways to log in that the server offered first."""
    goodbye: str | None = None
    """The reason that the server gave when it disconnected; "" if it gave an empty one."""

    @property
    def ours(self) -> Algorithms:
        """The algorithms that this side offers."""
        return Algorithms(*map(_names, (
            self._kex_algs, self._server_host_key_algs or (), self._enc_algs, self._mac_algs
        )))  # fmt: skip

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Read a long listing in slices; a connection through another one gets it in slices already."""
        if hasattr(transport, "max_size"):  # of asyncio's own transports on sockets
            transport.max_size = READ_AT_ONCE
        super().connection_made(transport)

    def data_received(self, data: bytes, datatype: asyncssh.DataType = None) -> None:
        """Keep what is sent before the version; one that sends something else is not waited for."""
        if self._recv_handler == self._recv_version and len(self.first_words) < _MOST_WORDS:
            if not self.first_words:
                self._loop.call_later(WORDS_PATIENCE, self._expect_version)
            self.first_words += data[:_MOST_WORDS]
        super().data_received(data, datatype)

    def send_packet(self, pkttype: int, *args: bytes, handler: SSHPacketLogger | None = None) -> None:
        """Send no empty message before each packet, but for a CBC cipher: TinySSH stalls on them."""
        if pkttype != _IGNORE or self._enc_alg_cs.endswith(b"-cbc"):
            super().send_packet(pkttype, *args, handler=handler)

    def _expect_version(self) -> None:
        if self._recv_handler == self._recv_version:
            self._force_close(asyncssh.ProtocolError("no SSH version"))

    def process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> bool | Awaitable[None]:
        """Repair the texts first, and keep what may explain a failure."""
        parts = _OF_CONNECTION.get(pkttype)
        if parts:
            packet = _repaired(pkttype, packet, parts)
        if pkttype == _DISCONNECT:
            self.goodbye = _goodbye(packet.get_remaining_payload())
        elif pkttype == _AUTH_FAILURE and not self.methods:
            self.methods = _listed(packet.get_remaining_payload())
        elif pkttype == _KEXINIT and not any((self.theirs.kex, self.theirs.host_keys)):
            self.theirs = offered_algorithms(packet.get_full_payload())
            if self.theirs.host_keys and not set(self.theirs.host_keys) & set(self.ours.host_keys):
                raise asyncssh.KeyExchangeFailed("No matching host key algorithm found")
        return super().process_packet(pkttype, pktid, packet)

    def _recv_version(self) -> bool:
        """The greeting's bytes count, not its text: the library stops between the two."""
        try:
            return super()._recv_version()
        except UnicodeDecodeError:
            self.set_extra_info(server_version=self._server_version.decode("latin-1"))
            self._send_kexinit()
            self._kexinit_sent = True
            self._recv_handler = self._recv_pkthdr
            return True


def _names(algorithms: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(name.decode("latin-1") for name in algorithms)


def _goodbye(payload: bytes) -> str:
    packet = SSHPacket(payload)
    packet.get_uint32()
    return packet.get_string().decode("utf-8")


def _listed(payload: bytes) -> tuple[str, ...]:
    names = SSHPacket(payload).get_string().decode("latin-1")
    return tuple(filter(None, names.split(",")))


class Channel(asyncssh.SSHClientChannel[AnyStr]):
    """A client's channel that a server's odd requests do not end."""

    def process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> bool | Awaitable[None]:
        """Repair name and texts of a request first."""
        packet = _channel_request(packet) if pkttype == _CHANNEL_REQUEST else packet
        return super().process_packet(pkttype, pktid, packet)


def _channel_request(packet: SSHPacket) -> SSHPacket:
    name = _part(packet, "name")
    head = name + _part(packet, "flag")
    texts = [_part(packet, part) for part in _SIGNAL_PARTS] if name == String(_EXIT_SIGNAL) else []
    return SSHPacket(head + b"".join(texts) + packet.get_remaining_payload())


class KeyboardInteractive(asyncssh.auth._ClientKbdIntAuth):
    """Questions in any encoding."""

    def process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> bool | Awaitable[None]:
        """Repair name, instructions and prompts first."""
        return super().process_packet(
            pkttype, pktid, _questions(packet) if pkttype == _INFO_REQUEST else packet
        )


class PasswordAuth(asyncssh.auth._ClientPasswordAuth):
    """A request for a new password in any encoding."""

    def process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> bool | Awaitable[None]:
        """Repair the prompt first."""
        parts: tuple[Part, ...] = ("text", "tag") if pkttype == _PASSWORD_CHANGE else ()
        return super().process_packet(pkttype, pktid, _repaired(pkttype, packet, parts) if parts else packet)


def _questions(packet: SSHPacket) -> SSHPacket:
    head = b"".join(_part(packet, part) for part in ("text", "text", "tag"))
    number = packet.get_uint32()
    prompts: list[bytes] = []
    while len(prompts) < number and packet.get_remaining_payload():
        prompts.append(_part(packet, "text") + _part(packet, "flag"))
    rest = b"".join(prompts) + packet.get_remaining_payload()
    return _packet(_INFO_REQUEST, head + UInt32(number) + rest)


def install() -> None:
    """Make `asyncssh.connect` use these classes; the server side, which a simulated node uses, stays."""
    setattr(asyncssh.connection, "SSHClientConnection", Connection)  # noqa: B010
    setattr(asyncssh.connection, "SSHClientChannel", Channel)  # noqa: B010
    asyncssh.auth._client_auth_handlers[b"keyboard-interactive"] = KeyboardInteractive
    asyncssh.auth._client_auth_handlers[b"password"] = PasswordAuth
