"""Records in the clear, in whatever pieces and however broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tls_servers import (
    CERTIFICATE_REQUEST,
    SERVER_HELLO_DONE,
    alert,
    certificate_message,
    message,
    record,
    records,
    server_hello,
)
from tofutui.tls.sniffer import Sniffer
from tofutui.tofu.base.text import safe

FLIGHT = (
    server_hello(0x0301) + certificate_message(b"leaf", b"issuer") + CERTIFICATE_REQUEST + SERVER_HELLO_DONE
)


def sniff(*pieces: bytes) -> Sniffer:
    sniffer = Sniffer()
    for piece in pieces:
        sniffer.feed(piece)
    return sniffer


@given(st.integers(1, 200), st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_a_flight_is_read_however_it_is_cut(size: int, cuts: list[int]) -> None:
    stream = records(22, FLIGHT, 0x0301, size)
    sniffer, at, turn = Sniffer(), 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)]
        sniffer.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert sniffer.chain == (b"leaf", b"issuer")
    assert sniffer.version == "TLSv1"
    assert sniffer.asks_client_certificate
    assert sniffer.messages == [2, 11, 13, 14]
    assert sniffer.speaks_tls
    assert not sniffer.is_other


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_no_bytes_upset_it(pieces: list[bytes]) -> None:
    sniffer = sniff(*pieces)
    assert sniffer.received == sum(map(len, pieces))
    assert sniffer.words == safe(sniffer.words)
    assert len(sniffer.words) <= 64


@given(st.binary(max_size=300))
def test_no_handshake_message_upsets_it(body: bytes) -> None:
    for kind in (2, 11, 13):
        sniffer = sniff(records(22, message(kind, body)))
        assert sum(map(len, sniffer.chain)) <= len(body)


def test_what_is_encrypted_is_not_read() -> None:
    sniffer = sniff(records(22, server_hello()), record(20, b"\x01"), records(22, certificate_message(b"x")))
    assert sniffer.chain == ()
    assert sniffer.version == "TLSv1.2"


def test_the_first_certificate_message_counts() -> None:
    sniffer = sniff(records(22, certificate_message(b"first") + certificate_message(b"second")))
    assert sniffer.chain == (b"first",)


@pytest.mark.parametrize(
    ("body", "chain"),
    [
        (b"", ()),
        (b"\0\0\0", ()),
        (b"\0\0\x07\0\0\x04abcd", (b"abcd",)),
        (b"\0\0\x07\0\0\x05abcd", ()),  # an entry longer than the message
        (b"\0\0\x0b\0\0\x04abcd\0\0\x09x", (b"abcd",)),
        (b"\0\0\x03\0\0\x04abcd", ()),  # a list shorter than its entry
        (b"\xff\xff\xff\0\0\x01a\0\0\0\0\0\x01b", (b"a",)),
    ],
)
def test_a_broken_list_of_certificates_is_read_as_far_as_it_goes(
    body: bytes, chain: tuple[bytes, ...]
) -> None:
    sniffer = sniff(records(22, message(11, body)))
    assert sniffer.chain == chain
    assert sniffer.has_certificate_message


def test_a_version_in_an_extension_wins() -> None:
    extensions = b"\x00\x33\x00\x02ab" + b"\x00\x2b\x00\x02\x03\x04"
    hello = message(2, b"\x03\x03" + bytes(32) + b"\x20" + bytes(32) + b"\x13\x01\0" + b"\0\x0c" + extensions)
    assert sniff(records(22, hello)).version == "TLSv1.3"


def test_an_unheard_of_version_is_shown_as_a_number() -> None:
    assert sniff(records(22, server_hello(0x7F17))).version == "0x7f17"


def test_alerts_are_kept_and_only_fatal_ones_end_it() -> None:
    assert (sniff(alert(112, level=1)).alert, sniff(alert(112, level=1)).is_fatal) == (112, False)
    assert (sniff(alert(40)).alert, sniff(alert(40)).is_fatal) == (40, True)


def test_a_message_that_claims_too_much_is_not_collected() -> None:
    sniffer = sniff(record(22, b"\x0b\xff\xff\xff" + bytes(1000)), record(22, bytes(16000)))
    assert sniffer.too_long == 0xFFFFFF
    assert sniffer.chain == ()


@pytest.mark.parametrize("first", [b"S", b"\x16\x02", b"\x16S", b"\x80\x2e\x01", b"\x19\x03\x03"])
def test_what_is_not_a_record_is_recognised_by_its_first_bytes(first: bytes) -> None:
    assert sniff(first).is_other


@pytest.mark.parametrize("first", [b"", b"\x16", b"\x16\x03", b"\x15\x03\x01\x00"])
def test_the_beginning_of_a_record_is_waited_for(first: bytes) -> None:
    sniffer = sniff(first)
    assert not sniffer.is_other
    assert not sniffer.speaks_tls


def test_rubbish_after_records_is_not_called_another_protocol() -> None:
    sniffer = sniff(alert(40), b"HTTP/1.1 400 Bad Request\r\n")
    assert not sniffer.is_other
    assert sniffer.alert == 40
