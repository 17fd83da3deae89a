"""From what the SSH library raises to one sentence that says what is wrong and what cures it."""

import errno
import re
import signal
import socket
from dataclasses import dataclass

import asyncssh

from tofutui.appliance.cli.shell_context import quoted
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.dialogues import says_too_many
from tofutui.appliance.errors import (
    ApplianceError,
    HostKeyChanged,
    HostKeyInvalid,
    HostKeyUnknown,
    LoginRefused,
    NoCommonAlgorithm,
    NoPassword,
    NotSsh,
    PasswordExpired,
    TooManySessions,
    Unreachable,
)
from tofutui.appliance.ssh.algorithms import LEGACY
from tofutui.appliance.ssh.client_connection import Connection
from tofutui.appliance.ssh.hello import Algorithms
from tofutui.appliance.ssh.hostkeys import Standing, removal_command
from tofutui.appliance.ssh.login import LoginAttempt
from tofutui.appliance.ssh.ssh_target import ALGORITHM_LISTS, Place
from tofutui.tofu.base.text import safe

_CLOSE_ANOTHER = "close another login there"
_SEE_CONFIGURATION = "see ProxyCommand in ~/.ssh/config"
_PERMIT_FORWARDING = "its sshd must permit it: AllowTcpForwarding, PermitOpen"
_ASK_THERE = "the account is locked, expired or restricted there; its administrator can release it"


@dataclass(frozen=True, slots=True)
class Cures:
    """What helps against a refused login; a session's settings are for its node alone."""

    no_key: str
    too_many_keys: str


OF_NODE = Cures(
    "set key_file, or load the right key into the SSH agent",
    "set key_file, or IdentityFile and IdentitiesOnly for this host in ~/.ssh/config",
)
OF_JUMP_HOST = Cures(
    "set IdentityFile for the jump host in ~/.ssh/config, or load the right key into the SSH agent",
    "set IdentityFile and IdentitiesOnly for the jump host in ~/.ssh/config",
)


def unreachable(place: Place, error: OSError) -> ApplianceError:
    """No TCP connection."""
    if isinstance(error, socket.gaierror):
        return Unreachable(f"there is no address for {safe(place.host)}", "check the name, or use an address")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(
            f"{place.address} refused the connection", "is SSH enabled, and is the port right?"
        )
    reason = safe(error.strerror or type(error).__name__)
    if place.command:
        return Unreachable(
            f"{place.address}: its ProxyCommand cannot be started: {reason}", _SEE_CONFIGURATION
        )
    return Unreachable(f"{place.address} cannot be reached: {reason}")


def no_proxy(place: Place, status: int | None, words: str, timings: Timings) -> ApplianceError:
    """The ProxyCommand made no connection; ``status`` is None while it runs, ``words`` its error output."""
    if status is None:
        happened = f"produced no SSH greeting within {timings.login:g} s"
    elif status < 0:
        happened = f"was ended by {signal.Signals(-status).name}"
    else:
        happened = f"ended with status {status}"
    return Unreachable(
        f"{place.address}: its ProxyCommand {happened}{_saying(words) or ' and printed no error'}",
        _SEE_CONFIGURATION,
    )


def _saying(words: str) -> str:
    """The words of the other side behind a sentence; nothing if there are none."""
    return f": {quoted(words)}" if words.strip() else ""


def timed_out(place: Place, attempt: LoginAttempt, connect: float, login: float) -> ApplianceError:
    """The time for the connection or for the login ran out."""
    if attempt.connection is None:
        return Unreachable(f"{place.address} did not answer within {connect:g} s")
    if not attempt.saw_hello:
        return NotSsh(f"{place.address} accepted the connection but sent no SSH greeting within {login:g} s")
    return Unreachable(f"{place.address}: the login did not end within {login:g} s")


def tunnel_refused(place: Place, error: asyncssh.ChannelOpenError) -> ApplianceError:
    """The jump host could not or would not connect to the next host."""
    reason = f" ({safe(error.reason)})" if error.reason else ""
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return Unreachable(
            f"the jump host does not permit a connection to {place.address}{reason}", _PERMIT_FORWARDING
        )
    return Unreachable(
        f"the jump host could not connect to {place.address}{reason}",
        "is it reachable from there, and is the port right?",
    )


def of_jump_host(message: str) -> str:
    """What is wrong with a host that is only on the way to the node."""
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
        return PermissionError(errno.EPERM, f"{text}; {_PERMIT_FORWARDING}")
    for words, kind, number in _DIAL_WORDS:
        if words in error.reason.lower():
            return kind(number, text)
    return OSError(errno.EHOSTUNREACH, text)


def key_exchange_failed(
    place: Place, attempt: LoginAttempt, error: asyncssh.KeyExchangeFailed, ours: Algorithms, *, legacy: bool
) -> ApplianceError:
    """Nothing in common, a signature that does not fit the key, or what the server says it is.

    ``ours`` is what was offered before any list was shortened.
    """
    assert attempt.connection is not None
    if "hash mismatch" in error.reason or "decryption failed" in error.reason:
        return HostKeyInvalid(
            f"{place.address} could not prove that it holds the host key it shows: its signature is wrong",
            "the server is faulty, or a machine in between answers for it",
        )
    failure = nothing_common(place, attempt.connection.theirs, ours, legacy=legacy)
    if failure is not None:
        return failure
    kind = re.search(r"No matching ([\w ]+?) algorithm", error.reason)
    if kind:
        return NoCommonAlgorithm(f"{place.address} and this program have no {kind[1]} algorithm in common")
    return NoCommonAlgorithm(f"{place.address}: the key exchange failed: {safe(error.reason)}")


def nothing_common(
    place: Place, theirs: Algorithms, ours: Algorithms, *, legacy: bool
) -> NoCommonAlgorithm | None:
    """The first list in which nothing is offered by both sides; None if there is none."""
    lists = (
        (theirs.kex, ours.kex),
        (theirs.host_keys, ours.host_keys),
        (theirs.ciphers, ours.ciphers),
        (theirs.macs if _needs_mac(theirs, ours) else (), ours.macs),
    )
    for (kind, old), setting, (offered, own) in zip(LEGACY.items(), ALGORITHM_LISTS, lists, strict=True):
        if offered and not set(offered) & set(own):
            hint = _algorithm_hint(setting, set(offered) & set(old), legacy, setting in place.configured)
            return NoCommonAlgorithm(
                f"{place.address} and this program have no {kind} algorithm in common; it offers "
                f"{safe(','.join(offered))[:200]}; this program offers {','.join(own)[:400]}",
                hint,
            )
    return None


def _needs_mac(theirs: Algorithms, ours: Algorithms) -> bool:
    cipher = next((name for name in ours.ciphers if name in theirs.ciphers), "")
    return "gcm" not in cipher and "poly1305" not in cipher


def _algorithm_hint(setting: str, old: set[str], legacy: bool, is_configured: bool) -> str:
    if is_configured:
        return f"{setting} in ~/.ssh/config sets what is offered to this host"
    if old and not legacy:
        return f"set `legacy_ssh = true` for this node to offer {', '.join(sorted(old))} too"
    return "enable one of these on the server; this program supports nothing else that it offers"


_CERTIFICATE_REASONS = (
    ("CA key is not trusted", "it is signed by an authority that known_hosts does not list"),
    ("expired", "it has expired"),
    ("not yet valid", "it is not valid yet"),
    ("principal", "it was issued for other names"),
    ("certificate type", "it is not a certificate for a host"),
)


def of_host_certificate(reason: str) -> str:
    """Why a host certificate does not count, from the SSH library's reason."""
    return next((words for part, words in _CERTIFICATE_REASONS if part in reason), safe(reason))


def host_key_refused(
    place: Place, attempt: LoginAttempt, others: tuple[str, ...], why_plain: str
) -> ApplianceError:
    """The key is unknown (and was not accepted), changed or revoked.

    ``others`` are the key types that are known; ``why_plain`` says why the server's certificate does not
    count, "" if it showed none.
    """
    key = attempt.key
    if key is None:
        return HostKeyChanged(
            f"the host certificate of {place.address} is not accepted: "
            f"{why_plain or 'its key or its authority is marked as revoked'}"
        )
    shown = f"{key.get_algorithm()} {key.get_fingerprint('sha256')}"
    if attempt.standing is Standing.REVOKED:
        return HostKeyChanged(f"the host key of {place.address} is marked as revoked: {shown}")
    if attempt.standing is Standing.CHANGED:
        command = removal_command(place.known_hosts[0], place.key_name, place.key_port)
        return HostKeyChanged(
            f"the host key of {place.address} has changed: it is now {shown}, which is not the one in "
            f"{place.known_hosts[0]}. A redeployed server changes both its SSH host key and its certificate; "
            "so does a machine in the middle",
            f"if the server was redeployed, compare the fingerprint and remove the old key: {command}",
        )
    known = f" ({', '.join(others)} is known)" if others else ""
    certificate = f"; its host certificate is not accepted: {why_plain}" if why_plain else ""
    return HostKeyUnknown(
        f"the host key of {place.address} is unknown: {shown}{known}{certificate}",
        f"compare the fingerprint, then accept it in the app or with ssh; it goes to {place.known_hosts[0]}",
    )


def login_refused(place: Place, attempt: LoginAttempt, cures: Cures) -> ApplianceError:
    """Permission denied: the kinds differ in what the server sent and what it was sent."""
    said = _saying(attempt.last_words)
    if attempt.error:
        return attempt.error
    if attempt.is_account_closed:
        return LoginRefused(f"{place.address} does not let {place.username} log in{said}", _ASK_THERE)
    if attempt.is_expired:
        return PasswordExpired(
            f"the password of {place.login} has expired{said}", "log in with ssh once and change it"
        )
    if attempt.sent_password is not None:
        return LoginRefused(
            f"{place.address} refused the password of {place.username}{said}",
            "it is not retried automatically, because accounts get locked",
        )
    return LoginRefused(
        f"{place.address} accepted no key of {place.username}, and accepts no password{said}", cures.no_key
    )


def hung_up(
    place: Place, attempt: LoginAttempt, error: asyncssh.DisconnectError, cures: Cures
) -> ApplianceError:
    """The server ended the connection in the middle of the login, with or without a word."""
    reason = safe(error.reason)
    has_sent = attempt.sent_password is not None
    if "authentication failures" in reason.lower() and not has_sent:
        return LoginRefused(
            f"{place.address} closed the connection after too many keys: {reason}", cures.too_many_keys
        )
    if isinstance(error, asyncssh.ConnectionLost) and has_sent and not attempt.is_account_closed:
        return LoginRefused(
            f"{place.address} closed the connection after it got the password of {place.username}"
            f"{_saying(attempt.last_words)}",
            "wrong password, locked account, or a lost connection: it does not say which",
        )
    if attempt.error or has_sent or attempt.is_expired or attempt.is_account_closed:
        return login_refused(place, attempt, cures)
    if attempt.has_asked_more:
        return NoPassword(
            f"{place.address} closed the connection while its question to {place.username} was unanswered",
            "it is not asked again automatically; refresh to be asked",
        )
    return _ended(place, attempt, error)


def _ended(place: Place, attempt: LoginAttempt, error: asyncssh.DisconnectError) -> ApplianceError:
    """The login was ended for no reason that lies in the login."""
    reason = safe(error.reason)
    if says_too_many(reason) or error.code == asyncssh.DISC_TOO_MANY_CONNECTIONS:
        return TooManySessions(f"{place.address} has no free session: {reason}", _CLOSE_ANOTHER)
    if attempt.goodbye is None:
        return Unreachable(f"{place.address}: the connection was lost during the login: {reason}")
    said = _saying(attempt.goodbye) or " without giving a reason"
    return Unreachable(f"{place.address} ended the login{said}")


def no_session(
    place: Place, connection: asyncssh.SSHClientConnection, error: asyncssh.ChannelOpenError
) -> ApplianceError:
    """Logged in, but no shell."""
    reason = safe(error.reason)
    if connection.is_closed():
        goodbye = connection.goodbye if isinstance(connection, Connection) else None
        if goodbye and says_too_many(goodbye):
            return TooManySessions(f"{place.address} has no free session{_saying(goodbye)}", _CLOSE_ANOTHER)
        return Unreachable(
            f"{place.address} closed the connection right after the login"
            f"{_saying(goodbye or '') or ' without giving a reason'}",
            f"does `ssh {place.login}` get a shell there?",
        )
    if error.code in (asyncssh.OPEN_REQUEST_PTY_FAILED, asyncssh.OPEN_REQUEST_SESSION_FAILED):
        return ApplianceError(f"{place.address} does not open a shell for {place.username}: {reason}")
    return TooManySessions(
        f"{place.address} did not open a session: {reason}", f"too many may be open there; {_CLOSE_ANOTHER}"
    )
