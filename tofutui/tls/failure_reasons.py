"""Why there is no certificate: an error or alert as one of the reasons for no answer, in a user's words."""

import errno
import os
import socket
import ssl

from tofutui.tls.dial import DialError
from tofutui.tofu.certificates.presented import Status

Trouble = tuple[Status, str]

HANDSHAKE_FAILURE = 40
PROTOCOL_VERSION = 70
INTERNAL_ERROR = 80
UNRECOGNISED_NAME = 112
CERTIFICATE_REQUIRED = 116
NO_APPLICATION_PROTOCOL = 120

OF_THE_NAME = (HANDSHAKE_FAILURE, INTERNAL_ERROR, UNRECOGNISED_NAME)
"""The alerts with which servers answer a name that they do not know, or the lack of one."""

CLIENT_CERTIFICATE = "wants a client certificate"
CONNECTION_RESET = "the connection was reset"
NO_CERTIFICATE = "presents no certificate"

_ALERTS = {
    0: ("close_notify", "closed the connection without giving a reason"),
    10: ("unexpected_message", "did not expect our message"),
    20: ("bad_record_mac", "could not verify our message"),
    21: ("decryption_failed", "could not decrypt our message"),
    22: ("record_overflow", "considers our message too long"),
    30: ("decompression_failure", "could not decompress our message"),
    40: ("handshake_failure", "has no protocol or cipher in common with this machine"),
    41: ("no_certificate", CLIENT_CERTIFICATE),
    42: ("bad_certificate", "does not accept our certificate"),
    43: ("unsupported_certificate", "does not support our kind of certificate"),
    44: ("certificate_revoked", "considers our certificate revoked"),
    45: ("certificate_expired", "considers our certificate expired"),
    46: ("certificate_unknown", "does not accept our certificate"),
    47: ("illegal_parameter", "does not accept our hello"),
    48: ("unknown_ca", "does not know our certificate authority"),
    49: ("access_denied", "denies access"),
    50: ("decode_error", "cannot read our hello"),
    51: ("decrypt_error", "could not verify the key exchange"),
    60: ("export_restriction", "offers export ciphers only"),
    70: ("protocol_version", "does not speak the TLS version offered"),
    71: ("insufficient_security", "wants stronger ciphers"),
    80: ("internal_error", "reports an internal error"),
    86: ("inappropriate_fallback", "speaks a newer TLS version than was offered"),
    90: ("user_canceled", "cancelled the handshake"),
    100: ("no_renegotiation", "refuses to negotiate again"),
    109: ("missing_extension", "requires an extension that our hello lacks"),
    110: ("unsupported_extension", "does not accept an extension of our hello"),
    111: ("certificate_unobtainable", "could not fetch our certificate"),
    112: ("unrecognized_name", "does not know this name"),
    113: ("bad_certificate_status_response", "does not accept our OCSP response"),
    114: ("bad_certificate_hash_value", "does not accept our certificate"),
    115: ("unknown_psk_identity", "accepts only clients with a key agreed beforehand (PSK)"),
    116: ("certificate_required", CLIENT_CERTIFICATE),
    120: ("no_application_protocol", "speaks none of the application protocols offered (ALPN)"),
    121: ("ech_required", "wants an encrypted hello (ECH)"),
}
"""Alerts by number: name (IANA, TLS Alerts) and what it means for who connects."""
_NUMBERS = {name.upper(): number for number, (name, _) in _ALERTS.items()}

_REASONS = {
    "DH_KEY_TOO_SMALL": "its Diffie-Hellman key is too small for this machine's TLS library",
    "UNSUPPORTED_PROTOCOL": "speaks a TLS version that this machine's library no longer has",
    "WRONG_SSL_VERSION": "chose a TLS version that was not offered",
    "UNKNOWN_CIPHER_RETURNED": "chose a cipher that this machine's library no longer has",
    "WRONG_CIPHER_RETURNED": "chose a cipher that was not offered",
    "EXCESSIVE_MESSAGE_SIZE": "its certificate message is longer than this machine's library reads",
    "UNEXPECTED_EOF_WHILE_READING": "closed the connection in the middle of the handshake",
    "LENGTH_MISMATCH": "its list of certificates is empty or has a wrong length",
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
    name, words = _ALERTS.get(number, ("", "refused the handshake"))
    if words == CLIENT_CERTIFICATE:
        return Status.TLS_ALERT, words
    if number == UNRECOGNISED_NAME and sni:
        return Status.TLS_ALERT, f"{words} (SNI {sni})"
    if number in OF_THE_NAME and not sni:
        words = _NEEDS_NAME if number == UNRECOGNISED_NAME else f"{words}, or {_NEEDS_NAME}"
    return Status.TLS_ALERT, f"{words} (alert {number}, {name})" if name else f"{words} (alert {number})"


_NEEDS_NAME = "answers only if a server name (SNI) is sent, and none was"


def alert_in(error: ssl.SSLError) -> int | None:
    """The number of the alert that an error of this machine's TLS library means; None for others."""
    if isinstance(error, ssl.SSLZeroReturnError):
        return 0
    reason = str(error.reason or "").partition("_")[2].removeprefix("ALERT_")
    return _NUMBERS.get(reason)


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
        return Status.TIMEOUT, "the connection was lost: no answer to what was sent"
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return Status.UNREACHABLE, f"can no longer be reached: {_system_text(error)}"
    return Status.RESET, CONNECTION_RESET


def of_library(error: ssl.SSLError, sni: str | None = None) -> Trouble:
    """What an error of this machine's TLS library means: the peer spoke TLS, and it did not work out."""
    alert = alert_in(error)
    if alert is not None:
        return of_alert(alert, sni)
    reason = str(error.reason or "")
    _, is_alert, unknown = reason.partition("_ALERT_")
    if is_alert:
        return Status.TLS_ALERT, f"refused the handshake ({_plain(unknown)})"
    words = (
        _REASONS.get(reason) or f"this machine's TLS library gave up: {_plain(reason or 'unknown reason')}"
    )
    return Status.TLS_ALERT, words


def _plain(reason: str) -> str:
    return reason.lower().replace("_", " ")


def _of_lookup(error: socket.gaierror) -> str:
    if error.errno == socket.EAI_AGAIN:
        return "the name servers did not answer for this name"
    return "this name is not known to the name servers"


def _system_text(error: OSError) -> str:
    # asyncio's own words ("Connect call failed …") hide those of the system; a jump host's say more.
    words = error.strerror or ""
    if words.startswith(_JUMP_HOST):
        return words
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__


_JUMP_HOST = "jump host: "
"""How the words of a connection through a jump host begin."""
