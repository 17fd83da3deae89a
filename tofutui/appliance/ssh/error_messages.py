"""From what the SSH library raises to one sentence that says what is wrong and what cures it."""

import errno
import re
import socket

import asyncssh

from tofutui.appliance.dialogues import says_too_many
from tofutui.appliance.errors import (
    ApplianceError,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    NoCommonAlgorithm,
    NoPassword,
    NotSsh,
    PasswordExpired,
    TooManySessions,
    Unreachable,
)
from tofutui.appliance.ssh.hostkeys import Standing, removal_command
from tofutui.appliance.ssh.login import Attempt
from tofutui.appliance.ssh.ssh_target import Place
from tofutui.tofu.base.text import safe


def unreachable(place: Place, error: OSError) -> ApplianceError:
    """No TCP connection."""
    if isinstance(error, socket.gaierror):
        return Unreachable(f"no address is known for {safe(place.host)}", "check the name, or use an address")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(f"{place.address} refused the connection", "is SSH on, and is the port right?")
    reason = safe(error.strerror or type(error).__name__)
    if place.has_command:
        return Unreachable(
            f"{place.address}: its ProxyCommand cannot be started: {reason}", "see ~/.ssh/config"
        )
    return Unreachable(f"{place.address} cannot be reached: {reason}")


def timed_out(place: Place, attempt: Attempt, connect: float, login: float) -> ApplianceError:
    """The time for the connection or for the login ran out."""
    if attempt.connection is None:
        return Unreachable(f"{place.address} did not answer within {connect:g} s")
    if not attempt.saw_hello:
        return NotSsh(f"{place.address} accepted the connection but sent no SSH greeting within {login:g} s")
    return Unreachable(f"{place.address}: the login did not end within {login:g} s")


def tunnel_refused(place: Place, error: asyncssh.ChannelOpenError) -> ApplianceError:
    """The jump host could not or would not connect to the next host."""
    return Unreachable(
        f"the jump host could not connect to {place.address}: {safe(error.reason)}",
        "its sshd must allow TCP forwarding, and reach the node",
    )


def of_jump_host(message: str) -> str:
    """What is wrong, said of a host that is only on the way to the node."""
    return message if "jump host" in message else f"jump host: {message}"


_DIAL_WORDS: tuple[tuple[str, type[OSError], int], ...] = (
    ("refused", ConnectionRefusedError, errno.ECONNREFUSED),
    ("connect call failed", ConnectionRefusedError, errno.ECONNREFUSED),
    ("timed out", TimeoutError, errno.ETIMEDOUT),
    ("not known", socket.gaierror, socket.EAI_NONAME),
    ("resolve", socket.gaierror, socket.EAI_NONAME),
    ("no address", socket.gaierror, socket.EAI_NONAME),
    ("prohibited", PermissionError, errno.EPERM),
)


def dial_error(error: asyncssh.ChannelOpenError) -> OSError:
    """Why a jump host made no connection, as the system error that it means, with its own words."""
    text = f"jump host: {safe(error.reason)}"
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return PermissionError(errno.EPERM, text)
    for words, kind, number in _DIAL_WORDS:
        if words in error.reason.lower():
            return kind(number, text)
    return OSError(errno.EHOSTUNREACH, text)


def key_exchange_failed(place: Place, error: asyncssh.KeyExchangeFailed, *, legacy: bool) -> ApplianceError:
    """The library found nothing in common, and says of what."""
    kind = re.search(r"No matching ([\w ]+?) algorithm", error.reason)
    offered = re.search(r"received (\S+)", error.reason)
    return no_common_algorithm(place, kind[1] if kind else "", offered[1] if offered else "", legacy=legacy)


def no_common_algorithm(place: Place, kind: str, offered: str, *, legacy: bool) -> ApplianceError:
    """Nothing in common; says what the server offers (a list with commas)."""
    theirs = f"; it offers {safe(offered)[:200]}" if offered else ""
    hint = (
        "legacy_ssh is set already; nothing older is supported"
        if legacy
        else "set `legacy_ssh = true` for this node to offer the SHA-1/CBC algorithms too"
    )
    what = f" {kind}" if kind else ""
    return NoCommonAlgorithm(
        f"{place.address} and this program have no{what} algorithm in common{theirs}", hint
    )


def host_key_refused(place: Place, attempt: Attempt, others: tuple[str, ...]) -> ApplianceError:
    """The key is unknown (and was not accepted), changed or revoked."""
    key = attempt.key
    if key is None:
        return HostKeyChanged(f"the host key certificate of {place.address} is not valid or was revoked")
    shown = f"{key.get_algorithm()} {key.get_fingerprint('sha256')}"
    if attempt.standing is Standing.REVOKED:
        return HostKeyChanged(f"the host key of {place.address} is marked as revoked: {shown}")
    if attempt.standing is Standing.CHANGED:
        command = removal_command(place.known_hosts[0], place.key_name, place.key_port)
        return HostKeyChanged(
            f"the host key of {place.address} has changed: it is now {shown}, which is not the one in "
            f"{place.known_hosts[0]}. A redeployed server changes both its SSH host key and its certificate; "
            "so does an attacker in between",
            f"if the server was redeployed, compare the fingerprint and forget the old key: {command}",
        )
    known = f" ({', '.join(others)} is known)" if others else ""
    return HostKeyUnknown(
        f"the host key of {place.address} is unknown: {shown}{known}",
        f"compare the fingerprint, then accept it in the app or with ssh; it goes to {place.known_hosts[0]}",
    )


def login_refused(place: Place, attempt: Attempt) -> ApplianceError:
    """Permission denied: the kinds differ in what the server said and what it was sent."""
    if attempt.error:
        return attempt.error
    if attempt.is_expired:
        return PasswordExpired(
            f"the password of {place.login} has expired", "log in with ssh once and change it"
        )
    if attempt.sent_password is not None:
        return LoginRefused(
            f"{place.address} refused the password of {place.username}",
            "it is not retried automatically, because accounts get locked",
        )
    return LoginRefused(
        f"{place.address} accepted no key of {place.username}, and takes no password",
        "set key_file, or load the right key into the SSH agent",
    )


def hung_up(place: Place, attempt: Attempt, error: asyncssh.DisconnectError) -> ApplianceError:
    """The server ended the connection in the middle of the login, with or without a word."""
    reason = safe(error.reason)
    if "authentication failures" in reason.lower() and attempt.sent_password is None:
        return LoginRefused(
            f"{place.address} hung up after too many keys: {reason}",
            "set key_file, or unload keys from the agent",
        )
    if isinstance(error, asyncssh.ConnectionLost) and attempt.sent_password is not None:
        return LoginRefused(
            f"{place.address} closed the connection after it got the password of {place.username}",
            "wrong password, locked account, or a lost link: it does not say which",
        )
    if attempt.error or attempt.sent_password is not None or attempt.is_expired:
        return login_refused(place, attempt)
    if attempt.has_asked_more:
        return NoPassword(
            f"{place.address} hung up while its question to {place.username} had no answer",
            "it is not asked for again automatically; refresh to be asked",
        )
    if says_too_many(reason):
        return TooManySessions(f"{place.address} has no session free: {reason}", "close another login there")
    return Unreachable(f"{place.address} ended the login: {reason}")


def no_session(place: Place, error: asyncssh.ChannelOpenError) -> ApplianceError:
    """Logged in, but no shell."""
    reason = safe(error.reason)
    if error.code in (asyncssh.OPEN_REQUEST_PTY_FAILED, asyncssh.OPEN_REQUEST_SESSION_FAILED):
        return ApplianceError(f"{place.address} gives no shell to {place.username}: {reason}")
    return TooManySessions(
        f"{place.address} opens no session: {reason}", "too many are open there; close another login"
    )
