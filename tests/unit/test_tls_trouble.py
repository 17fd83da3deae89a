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
            "the name servers gave no answer about this name",
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
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "refused the handshake (handshake failure)"),
        ("SOMETHING_NEW", "this machine's TLS library gave up: something new"),
        (None, "this machine's TLS library gave up: unknown reason"),
    ],
)
def test_errors_of_the_library(reason: str | None, words: str) -> None:
    assert failure_reasons.of_library(library_error(reason)) == (Status.TLS_ALERT, words)


def test_an_unknown_name_is_named_only_where_one_was_sent() -> None:
    assert failure_reasons.of_alert(112, "a.example")[1] == "knows no such name (SNI a.example)"
    assert failure_reasons.of_alert(112, None)[1] == "refused the handshake (alert 112)"


def test_every_alert_has_words() -> None:
    for number in range(256):
        status, words = failure_reasons.of_alert(number)
        assert status is Status.TLS_ALERT
        assert words, number
