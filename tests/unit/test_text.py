"""Remote text on its way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tofutui.tofu.base.text import about_seconds, decode, safe, safe_lines


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain \u8a3c\u660e\u66f8 \xd3", "plain \u8a3c\u660e\u66f8 \xd3"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\tb\nc\rd\x00", "a\\x09b\\x0ac\\x0dd\\x00"),
        ("\x7f\x85\x9b", "\\x7f\\x85\\x9b"),
        ("CN=\u202egnp.exe", "CN=\\u202egnp.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"),
        ("\u2028\u2029\ufeff", "\\u2028\\u2029\\ufeff"),
        ("[/x] [bold]", "[/x] [bold]"),
    ],
)
def test_control_characters_are_shown_by_their_number(raw: str, shown: str) -> None:
    assert safe(raw) == shown


def test_undecodable_bytes_are_shown_as_bytes() -> None:
    assert safe(decode(b"CN=\xd3\xff")) == "CN=\\xd3\\xff"


def test_lone_surrogates_of_other_sources_are_shown() -> None:
    assert safe("\ud800") == "\\ud800"


def test_lines_stay_lines_where_they_may() -> None:
    assert safe_lines("a\x1b\r\nb\nc\rd") == "a\\x1b\nb\nc\\x0dd"


@given(st.text(st.characters(exclude_categories=())) | st.binary().map(decode))
def test_what_is_safe_can_be_written_anywhere_and_stays_as_it_is(text: str) -> None:
    shown = safe(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert safe(shown) == shown
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in shown)


@given(st.binary())
def test_decoding_loses_nothing(raw: bytes) -> None:
    assert decode(raw).encode("utf-8", "surrogateescape") == raw


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.3, "0.3"), (0.45, "0.45"), (1.99, "2"), (4.967, "5"), (9.94, "9.9"), (14.99, "15"), (120.0, "120")],
)
def test_a_wait_is_not_more_exact_than_it_is_spoken_of(seconds: float, shown: str) -> None:
    assert about_seconds(seconds) == shown
