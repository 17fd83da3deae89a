"""Why there is no certificate: an error or alert as one of the reasons for no answer, in a user's words."""

import errno
import os
import socket
import ssl

from tofutui.tls.dial import DialError
from tofutui.tofu.certificates.presented import Status

Trouble = tuple[Status, str]

UNRECOGNISED_NAME = 112
HANDSHAKE_FAILURE = 40
PROTOCOL_VERSION = 70
CERTIFICATE_REQUIRED = 116

CLIENT_CERTIFICATE = "wants a client certificate"
CONNECTION_RESET = "the connection was reset"

_ALERTS = {
    0: "ended the conversation (close_notify)",
    10: "did not expect our message (alert 10, unexpected_message)",
    20: "could not check our message (alert 20, bad_record_mac)",
    40: "has no protocol or cipher in common with this machine (alert 40, handshake_failure)",
    42: "does not accept our certificate (alert 42, bad_certificate)",
    47: "does not accept our hello (alert 47, illegal_parameter)",
    48: "does not know our certificate authority (alert 48, unknown_ca)",
    49: "denies access (alert 49, access_denied)",
    50: "cannot read our hello (alert 50, decode_error)",
    70: "does not speak the TLS version offered (alert 70, protocol_version)",
    71: "wants stronger ciphers (alert 71, insufficient_security)",
    80: "has an internal problem (alert 80, internal_error)",
    109: "misses an extension in our hello (alert 109, missing_extension)",
    110: "does not accept an extension of our hello (alert 110, unsupported_extension)",
    116: CLIENT_CERTIFICATE,
}

_REASONS = {
    "DH_KEY_TOO_SMALL": "its Diffie-Hellman key is too small for this machine's TLS library",
    "UNSUPPORTED_PROTOCOL": "speaks a TLS version that this machine's library no longer has",
    "WRONG_SSL_VERSION": "chose a TLS version that was not offered",
    "UNKNOWN_CIPHER_RETURNED": "chose a cipher that this machine's library no longer has",
    "WRONG_CIPHER_RETURNED": "chose a cipher that was not offered",
    "EXCESSIVE_MESSAGE_SIZE": "its certificate message is longer than this machine's library reads",
    "UNEXPECTED_EOF_WHILE_READING": "closed the connection in the middle of the handshake",
    "WRONG_VERSION_NUMBER": "answered with a record of an unknown TLS version",
}

_UNREACHABLE = {
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.ENETDOWN,
    errno.EADDRNOTAVAIL,
    errno.EACCES,
    errno.EPERM,
    errno.EINVAL,
    errno.EAFNOSUPPORT,
}


def of_alert(number: int, sni: str | None = None) -> Trouble:
    """What a fatal alert of the server means; ``sni`` is the name that was sent."""
    if number == UNRECOGNISED_NAME and sni:
        return Status.TLS_ALERT, f"knows no such name (SNI {sni})"
    return Status.TLS_ALERT, _ALERTS.get(number, f"refused the handshake (alert {number})")


def of_dialling(error: OSError | DialError) -> Trouble:
    """What an error before the connection was made means."""
    if isinstance(error, DialError):
        return error.status, str(error)
    if isinstance(error, socket.gaierror):
        return Status.DNS, _of_lookup(error)
    if isinstance(error, ConnectionRefusedError):
        return Status.REFUSED, "nothing listens there: connection refused"
    if isinstance(error, TimeoutError):
        return Status.TIMEOUT, "did not answer the connection attempt"
    if isinstance(error, ConnectionError):
        return Status.RESET, CONNECTION_RESET
    return Status.UNREACHABLE, f"cannot be reached: {_system_text(error)}"


def of_connection(error: BaseException | None) -> Trouble:
    """What the end of a connection means that was there already; None: the peer closed it."""
    if error is None:
        return Status.RESET, "closed the connection"
    if isinstance(error, TimeoutError):
        return Status.TIMEOUT, "the connection died: no answer to what was sent"
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return Status.UNREACHABLE, f"cannot be reached any more: {_system_text(error)}"
    return Status.RESET, CONNECTION_RESET


def of_library(error: ssl.SSLError) -> Trouble:
    """What an error of this machine's TLS library means: the peer spoke TLS, and it did not work out."""
    reason = str(error.reason or "")
    _, is_alert, alert = reason.partition("_ALERT_")
    if is_alert:
        words = (
            CLIENT_CERTIFICATE
            if alert == "CERTIFICATE_REQUIRED"
            else f"refused the handshake ({_plain(alert)})"
        )
        return Status.TLS_ALERT, words
    words = (
        _REASONS.get(reason) or f"this machine's TLS library gave up: {_plain(reason or 'unknown reason')}"
    )
    return Status.TLS_ALERT, words


def _plain(reason: str) -> str:
    return reason.lower().replace("_", " ")


def _of_lookup(error: socket.gaierror) -> str:
    if error.errno == socket.EAI_AGAIN:
        return "the name servers gave no answer about this name"
    return "this name is not known to the name servers"


def _system_text(error: OSError) -> str:
    # asyncio's own words ("Connect call failed …") hide those of the system.
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__
