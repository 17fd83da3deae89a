"""Errors and alerts in a user's words: none is empty, whatever class it is."""

import errno
import socket
import ssl

import pytest

from tofutui.tls import failure_reasons
from tofutui.tls.dial import DialError
from tofutui.tofu.certificates.presented import Status


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ConnectionRefusedError(), Status.REFUSED, "nothing listens there: connection refused"),
        (TimeoutError(), Status.TIMEOUT, "did not answer the connection attempt"),
        (ConnectionResetError(), Status.RESET, "the connection was reset"),
        (BrokenPipeError(), Status.RESET, "the connection was reset"),
        (OSError(errno.EHOSTUNREACH, "x"), Status.UNREACHABLE, "cannot be reached: no route to host"),
        (OSError(errno.ENETUNREACH, "x"), Status.UNREACHABLE, "cannot be reached: network is unreachable"),
        (OSError(), Status.UNREACHABLE, "cannot be reached: OSError"),
        (
            socket.gaierror(socket.EAI_NONAME, "x"),
            Status.DNS,
            "this name is not known to the name servers",
        ),
        (
            socket.gaierror(socket.EAI_AGAIN, "x"),
            Status.DNS,
            "the name servers did not answer for this name",
        ),
        (
            DialError(Status.REFUSED, "refused behind the jump host"),
            Status.REFUSED,
            "refused behind the jump host",
        ),
    ],
)
def test_errors_of_dialling(error: OSError | DialError, status: Status, words: str) -> None:
    assert failure_reasons.of_dialling(error) == (status, words)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, Status.RESET),
        (ConnectionResetError(), Status.RESET),
        (TimeoutError(), Status.TIMEOUT),
        (OSError(errno.EHOSTUNREACH, "x"), Status.UNREACHABLE),
        (OSError(errno.EIO, "x"), Status.RESET),
    ],
)
def test_errors_of_a_connection(error: Exception | None, status: Status) -> None:
    assert failure_reasons.of_connection(error)[0] is status
    assert failure_reasons.of_connection(error)[1]


def library_error(reason: str | None) -> ssl.SSLError:
    error = ssl.SSLError(1, "text")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("DH_KEY_TOO_SMALL", "its Diffie-Hellman key is too small for this machine's TLS library"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "wants a client certificate"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", failure_reasons.of_alert(40)[1]),
        ("TLSV1_ALERT_NO_APPLICATION_PROTOCOL", failure_reasons.of_alert(120)[1]),
        ("TLSV1_UNRECOGNIZED_NAME", failure_reasons.of_alert(112)[1]),
        ("TLSV1_ALERT_SOMETHING_NEW", "refused the handshake (something new)"),
        ("LENGTH_MISMATCH", "its list of certificates is empty or has a wrong length"),
        ("SOMETHING_NEW", "this machine's TLS library gave up: something new"),
        (None, "this machine's TLS library gave up: unknown reason"),
    ],
)
def test_errors_of_the_library(reason: str | None, words: str) -> None:
    assert failure_reasons.of_library(library_error(reason)) == (Status.TLS_ALERT, words)


def test_an_unknown_name_is_named_only_where_one_was_sent() -> None:
    assert failure_reasons.of_alert(112, "a.example")[1] == "does not know this name (SNI a.example)"
    needs = "answers only if a server name (SNI) is sent, and none was"
    assert failure_reasons.of_alert(112, None)[1] == f"{needs} (alert 112, unrecognized_name)"
    for number in (40, 80):
        assert needs in failure_reasons.of_alert(number, None)[1]
        assert "SNI" not in failure_reasons.of_alert(number, "a.example")[1]


def test_a_good_bye_in_mid_handshake_is_not_an_unknown_reason() -> None:
    good_bye = ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed (EOF)")
    assert failure_reasons.of_library(good_bye)[1] == (
        "closed the connection without giving a reason (alert 0, close_notify)"
    )


def test_the_words_of_a_jump_host_are_not_hidden() -> None:
    error = PermissionError(errno.EPERM, "jump host: open failed; its sshd must permit it")
    assert failure_reasons.of_dialling(error) == (
        Status.UNREACHABLE,
        "cannot be reached: jump host: open failed; its sshd must permit it",
    )


@pytest.mark.parametrize(
    ("number", "words"), [(115, "(PSK)"), (120, "(ALPN)"), (121, "(ECH)"), (43, "kind of certificate")]
)
def test_rare_alerts_have_words_of_their_own(number: int, words: str) -> None:
    assert words in failure_reasons.of_alert(number)[1]


def test_every_alert_has_words() -> None:
    for number in range(256):
        status, words = failure_reasons.of_alert(number)
        assert status is Status.TLS_ALERT
        assert words, number
