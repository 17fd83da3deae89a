"""Why a server hung up before SSH had begun: from what it sent, asking once more where it sent nothing."""

import asyncio
import re

import asyncssh

from tofutui.appliance.dialogues import says_too_many
from tofutui.appliance.errors import ApplianceError, ClosedAtOnce, NotSsh, TooManySessions
from tofutui.appliance.ssh import error_messages
from tofutui.appliance.ssh.hello import Algorithms, Hello, read_hello
from tofutui.appliance.ssh.ssh_target import Place
from tofutui.system.connection_program import ConnectionProgram
from tofutui.system.dial import connect_first
from tofutui.tofu.base.text import safe

_OTHERS = (
    (re.compile(rb"HTTP/\d"), "a web server"),
    (re.compile(rb"[\x15\x16]\x03[\x00-\x04]"), "a TLS server"),
    (re.compile(rb"\xff[\xfb-\xfe]"), "a Telnet server"),
    (re.compile(rb"RFB \d"), "a VNC server"),
    (re.compile(rb"220[ -]"), "a mail or FTP server"),
)
"""What servers of other protocols send first."""
_VERSION = b"SSH-2."


async def hello_of(
    place: Place, tunnel: asyncssh.SSHClientConnection | None, theirs: Algorithms, seconds: float
) -> Hello:
    """What the server says first, asked once more unless its algorithms (``theirs``) are known already."""
    if theirs.kex:
        return Hello(_VERSION, theirs)
    try:
        async with asyncio.timeout(seconds):
            return await _ask(place, tunnel)
    except (OSError, asyncssh.Error):
        return Hello()


def explain_hang_up(place: Place, hello: Hello, ours: Algorithms, *, legacy: bool) -> ApplianceError:
    """The reason, as far as the server's first bytes show it."""
    if not hello.words.startswith((_VERSION, b"SSH-1.99-")):
        return not_ssh(place, hello.words)
    return error_messages.nothing_common(place, hello.algorithms, ours, legacy=legacy) or ClosedAtOnce(
        f"{place.address} dropped the connection before the login", "it may be overloaded"
    )


def not_ssh(place: Place, words: bytes) -> ApplianceError:
    """What answers instead of an SSH server, by the first bytes it sent."""
    if words.startswith(b"SSH-1."):
        return NotSsh(f"{place.address} speaks SSH version 1 only: {_shown(words)}")
    if words.startswith(b"SSH-"):
        return NotSsh(f"{place.address} did not finish its SSH greeting: {_shown(words)}")
    if not words:
        return ClosedAtOnce(
            f"{place.address} closed the connection at once",
            "too many logins there, or this address is blocked",
        )
    if b"MaxStartups" in words or b"Not allowed" in words or says_too_many(words.decode("latin-1")):
        return TooManySessions(f"{place.address} has no free session: {_shown(words)}", "try again later")
    kind = next((f" but {name}" for pattern, name in _OTHERS if pattern.match(words)), "")
    return NotSsh(
        f"{place.address} is not an SSH server{kind}: it answered {_shown(words)}", "check host and port"
    )


async def _ask(place: Place, tunnel: asyncssh.SSHClientConnection | None) -> Hello:
    """Ask in the way that the connection was made; never directly where a program or a jump host made it."""
    if tunnel is not None:
        tunnelled, channel = await tunnel.open_connection(place.host, place.port, encoding=None)
        try:
            return await read_hello(tunnelled.read, channel.write)
        finally:
            channel.channel.abort()
    program = await ConnectionProgram.start(place.command) if place.command else None
    try:
        sock = program.sock if program is not None else await connect_first(place.host, place.port)
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            return await read_hello(reader.read, writer.write)
        finally:
            writer.transport.abort()
    finally:
        if program is not None:
            program.end()


def _shown(words: bytes) -> str:
    line = words.decode("latin-1").strip().splitlines()[0] if words.strip() else ""
    return f'"{safe(line)[:80]}"'
