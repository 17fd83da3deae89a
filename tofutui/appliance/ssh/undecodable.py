"""Texts of an SSH server that are not UTF-8, or not ASCII, where the standard asks for it.

The SSH library breaks the login off for one such byte, where OpenSSH goes on. Here the texts are put into
UTF-8 before the library reads them: bytes that are not UTF-8 are read as Latin-1, and a language tag that
is not ASCII is dropped (RFC 4251, part 4.5; RFC 4252, 5.4; RFC 4253, 4.2 and 11; RFC 4256, 3.2).
"""

from collections.abc import Awaitable
from typing import Literal

import asyncssh
import asyncssh.auth
import asyncssh.connection
from asyncssh.packet import Boolean, Byte, SSHPacket, String, UInt32

Part = Literal["number", "flag", "text", "tag"]

_DISCONNECT, _DEBUG, _BANNER, _INFO_REQUEST, _PASSWORD_CHANGE, _OPEN_FAILURE = 1, 4, 53, 60, 60, 92
_OF_CONNECTION: dict[int, tuple[Part, ...]] = {
    _DISCONNECT: ("number", "text", "tag"),
    _DEBUG: ("flag", "text", "tag"),
    _BANNER: ("text", "tag"),
    _OPEN_FAILURE: ("number", "number", "text", "tag"),
}


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
    return String(as_utf8(text) if part == "text" else text if text.isascii() else b"")


def _repaired(kind: int, packet: SSHPacket, parts: tuple[Part, ...]) -> SSHPacket:
    """The packet with its texts in UTF-8, read up to behind its type as the library expects it."""
    return _packet(kind, b"".join(_part(packet, part) for part in parts) + packet.get_remaining_payload())


def _packet(kind: int, payload: bytes) -> SSHPacket:
    packet = SSHPacket(Byte(kind) + payload)
    packet.get_byte()
    return packet


class Connection(asyncssh.SSHClientConnection):
    """A client's connection that a server's odd texts do not end."""

    def process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> bool | Awaitable[None]:
        """Repair the texts first."""
        parts = _OF_CONNECTION.get(pkttype)
        return super().process_packet(pkttype, pktid, _repaired(pkttype, packet, parts) if parts else packet)

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
    asyncssh.auth._client_auth_handlers[b"keyboard-interactive"] = KeyboardInteractive
    asyncssh.auth._client_auth_handlers[b"password"] = PasswordAuth
