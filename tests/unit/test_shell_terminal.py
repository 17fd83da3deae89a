"""Bytes of a terminal as lines."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tofutui.appliance.cli.console import Console, Screen


def shown(*pieces: bytes) -> list[str]:
    """Finished lines, and the unfinished one last."""
    screen = Screen()
    lines = [line for piece in pieces for line in screen.feed(piece)]
    return [*lines, screen.line]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\r\nb\r\r\nc\nd", ["a", "b", "c", "d"]),
        (b"\x1b[1;31mred\x1b[0m\x1b[?25l\x1b(B\x1b=\x1bM x", ["red x"]),
        (b"\x1b]0;title\x07a\x1b]0;other\x1b\\b\x1bPdcs\x1b\\c", ["abc"]),
        (b"        \rhost\n", ["host", ""]),
        (b"\b\b\b   \b\b\bhost\n", ["host", ""]),
        (b"abc\b \bx", ["abx"]),
        (b"N\bNo\bo", ["No"]),
        (b"10%\r20%\r\n", ["10%", "20%", ""]),
        (b"\xc3\x93 \xff", ["Ó \udcff"]),
        (b"a\x00\x07b\tc", ["ab\tc"]),
        ("\u0085\u2028\u202e".encode(), ["\u0085\u2028\u202e"]),
    ],
)
def test_what_is_shown(data: bytes, lines: list[str]) -> None:
    assert shown(data) == lines


@pytest.mark.parametrize(
    "subject",
    [
        b"CN=\x1b]unfinished title",
        b"CN=\x1bPdcs",
        b"CN=\x1b[",
        b"CN=\x1b[999999999999999999999999999999999999999999",
        b"CN=a\rb",
        b"CN=\xff",
    ],
)
def test_no_row_is_swallowed_by_control_sequences_of_the_one_before(subject: bytes) -> None:
    lines = shown(b"host=a_1; subject=" + subject + b"\r\nhost=b_2; subject=CN=b\r\n")
    assert lines[-2:] == ["host=b_2; subject=CN=b", ""]
    assert lines[0].startswith("host=a_1; subject=CN=")


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_how_the_bytes_are_cut_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    # An escape at the very end waits for more, so that both readings end in a printed character.
    assert shown(*pieces, b" .") == shown(data + b" .")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)))
def test_plain_lines_come_back_as_they_are(lines: list[str]) -> None:
    assert shown("".join(f"{line}\r\n" for line in lines).encode()) == [*lines, ""]


def test_the_tail_is_the_end_of_a_long_line() -> None:
    screen = Screen()
    for number in range(5_000):
        screen.feed(f"{number:04},".encode())
    assert screen.tail.endswith("4998,4999,")
    assert len(screen.tail) == 400
    assert len(screen.line) == 25_000


def test_a_wiped_line_is_gone() -> None:
    screen = Screen()
    screen.feed(b"--More--")
    screen.wipe()
    assert screen.feed(b"\r        \rnext\n") == ["next"]


def test_shortening_keeps_the_end_of_the_line_only() -> None:
    screen = Screen()
    for _ in range(100):
        screen.feed(b"x" * 1000)
    screen.feed(b"prime-pri/admin# ")
    screen.shorten()
    assert len(screen.line) <= 400
    assert screen.tail.endswith("xprime-pri/admin# ")


class Flood:
    """A node that never stops."""

    is_closed = False

    async def read(self, seconds: float) -> bytes:
        return b"x" * 65_536

    def write(self, data: bytes) -> None:
        """Nothing listens there."""


async def test_what_comes_unasked_without_end_is_not_read_for_ever() -> None:
    console = Console(Flood())
    assert not await console.drain(1_000_000, lambda line: None)
    assert console.screen.line == ""
