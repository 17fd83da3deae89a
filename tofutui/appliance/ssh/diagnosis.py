"""Why a server hung up before SSH had begun: asks once more, and reads what it says first."""

import asyncio
import re

import asyncssh

from tofutui.appliance.dialogues import says_too_many
from tofutui.appliance.errors import ApplianceError, ClosedAtOnce, NotSsh, TooManySessions
from tofutui.appliance.ssh import error_messages
from tofutui.appliance.ssh.algorithms import Offer
from tofutui.appliance.ssh.eyeballs import HEAD_START
from tofutui.appliance.ssh.hello import Hello, read_hello
from tofutui.appliance.ssh.ssh_target import Place
from tofutui.tofu.base.text import safe

_MODERN_CIPHER = re.compile(r"ctr|gcm|chacha", re.IGNORECASE)
_MODERN_MAC = re.compile(r"hmac-sha(?:1|2)(?:-\d+)?(?:-etm@openssh\.com)?|umac.*", re.IGNORECASE)


async def explain_hang_up(
    place: Place, tunnel: asyncssh.SSHClientConnection | None, offer: Offer, seconds: float
) -> ApplianceError:
    """The reason, as far as the server's first bytes show it."""
    hello = Hello()
    try:
        async with asyncio.timeout(seconds):
            hello = await _ask(place, tunnel)
    except (OSError, asyncssh.Error):
        pass
    return _not_ssh(place, hello.words) or _nothing_common(place, hello, offer) or _dropped(place)


def _not_ssh(place: Place, words: bytes) -> ApplianceError | None:
    if words.startswith((b"SSH-2.", b"SSH-1.99-")):
        return None
    if words.startswith(b"SSH-1."):
        return NotSsh(f"{place.address} speaks SSH version 1 only: {_shown(words)}")
    if not words:
        return ClosedAtOnce(
            f"{place.address} closed the connection at once",
            "too many logins there, or this address is blocked",
        )
    if b"MaxStartups" in words or b"Not allowed" in words or says_too_many(words.decode("latin-1")):
        return TooManySessions(f"{place.address} has no session free: {_shown(words)}", "try again later")
    return NotSsh(f"{place.address} is not an SSH server: it answered {_shown(words)}", "check host and port")


def _nothing_common(place: Place, hello: Hello, offer: Offer) -> ApplianceError | None:
    """The list in which nothing is both offered here and there, if there is one."""
    ours = offer.options(place, (), certificates=True)
    checks = (
        ("key exchange", hello.kex, ours.get("kex_algs")),
        ("host key", hello.host_keys, ours.get("server_host_key_algs")),
    )
    for kind, theirs, own in checks:
        if theirs and isinstance(own, tuple) and not set(theirs) & set(own):
            return error_messages.no_common_algorithm(place, kind, ",".join(theirs), legacy=offer.legacy)
    for kind, theirs, modern in (
        ("encryption", hello.ciphers, _MODERN_CIPHER),
        ("MAC", hello.macs, _MODERN_MAC),
    ):
        if theirs and not offer.legacy and not any(modern.search(name) for name in theirs):
            return error_messages.no_common_algorithm(place, kind, ",".join(theirs), legacy=False)
    return None


def _dropped(place: Place) -> ApplianceError:
    return ClosedAtOnce(f"{place.address} dropped the connection before the login", "it may be overloaded")


async def _ask(place: Place, tunnel: asyncssh.SSHClientConnection | None) -> Hello:
    if tunnel is None:
        reader, writer = await asyncio.open_connection(
            place.host, place.port, happy_eyeballs_delay=HEAD_START
        )
        try:
            return await read_hello(reader.read, writer.write)
        finally:
            writer.transport.abort()
    tunnelled, channel = await tunnel.open_connection(place.host, place.port, encoding=None)
    try:
        return await read_hello(tunnelled.read, channel.write)
    finally:
        channel.channel.abort()


def _shown(words: bytes) -> str:
    line = words.decode("latin-1").strip().splitlines()[0] if words.strip() else ""
    return f'"{safe(line)[:80]}"'
