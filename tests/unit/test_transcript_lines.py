"""What a terminal would have shown of saved bytes, and that no row is lost in it."""

import random

import pytest

from tests.support.depth import amount
from tofutui.tofu.cli_output.screen_lines import Line, shown_lines

BYTES = amount(500_000, 2_000_000)
"""Of nonsense: a reader that is not linear needs more than the time-out for it."""

PROMPT = "prime-pri/admin# "


def texts(raw: bytes | str) -> list[str]:
    return [line.text for line in shown_lines(raw.encode() if isinstance(raw, str) else raw)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_line_ends(end):
    assert texts(f"a{end}b{end}{end}c{end}") == ["a", "b", "", "c"]


def test_the_last_line_may_have_no_end():
    assert list(shown_lines(b"a\nb")) == [Line("a"), Line("b", ended=False)]
    assert list(shown_lines(b"a\nb\n")) == [Line("a"), Line("b")]
    assert list(shown_lines(b"")) == []


@pytest.mark.parametrize(
    "raw",
    [
        "\ufeffü\r\nb\r\n".encode(),
        "ü\r\nb\r\n".encode("utf-16"),
        b"\xfe\xff" + "ü\r\nb\r\n".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-16", "utf-16-be"],
)
def test_windows_encodings(raw):
    assert texts(raw) == ["ü", "b"]


def test_bytes_that_are_not_text_are_kept():
    assert texts(b"a\xff\xfeb\n") == ["a\udcff\udcfeb"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("ncs hx\b \ba status", "ncs ha status"),
        ("ncs hx\b\x1b[Ka status", "ncs ha status"),
        ("ncs ha status\x1b[3D\x1b[3Ptus", "ncs ha status"),
        ("ncs status\x1b[6D\x1b[3@ha ", "ncs ha status"),
        (f"ncs ha\r{PROMPT}ncs ha status", "ncs ha status"),
        (f"old and much longer\r{PROMPT}show clock\x1b[K", "show clock"),
        ("\x1b[1mncs\x1b[0m \x1b]0;title\x07ha\x1b(B status\x07", "ncs ha status"),
        ("\x1b[?2004hncs ha\x00 status\x1b[?2004l", "ncs ha status"),
        ("ncs certvalidation tofu-certs deletecert host 192.0.2.11 \r_8082", None),
    ],
)
def test_a_command_line_is_shown_as_it_was_in_the_end(raw, shown):
    shown = shown or "ncs certvalidation tofu-certs deletecert host 192.0.2.11_8082"
    assert texts(PROMPT + raw + "\n") == [PROMPT + shown]


@pytest.mark.parametrize(
    "raw",
    [
        "--More--\r        \rhost=a_1; subject=/CN=a\n",
        "--More--\rhost=a_1; subject=/CN=a\n",
        "--More--\r\x1b[Khost=a_1; subject=/CN=a\n",
        "--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bhost=a_1; subject=/CN=a\n",
        "--More--\x1b[8D\x1b[Khost=a_1; subject=/CN=a\n",
        "\x1b[7m--More--\x1b[0m\r\x1b[Khost=a_1; subject=/CN=a\n",
        "--More--         host=a_1; subject=/CN=a\n",
        " --More-- --More-- host=a_1; subject=/CN=a\n",
        "-- More --\r          \rhost=a_1; subject=/CN=a\n",
        "<--- More --->\r              \rhost=a_1; subject=/CN=a\n",
    ],
)
def test_a_pager_leaves_nothing_but_its_trace(raw):
    assert list(shown_lines(raw.encode())) == [Line("host=a_1; subject=/CN=a", paged=True)]


def test_a_pager_that_was_left_shows_before_the_prompt():
    assert list(shown_lines(b"--More--\r        \rprime-pri/admin# \n")) == [Line(PROMPT, paged=True)]


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        ("host=a_1; subject=/CN=a\rhost=b_1; subject=/CN=b\n", 2),
        ("host=a_1; subject=/CN=a\r                           \rx\n", 1),
        ("host=a_1; subject=/CN=a\x1b[2K\n", 1),
        ("host=a_1; subject=/CN=a\x1b[2J\n", 1),
        ("host=a_1; subject=/CN=a\x1b[30D\x1b[K\n", 1),
        ("host=a_1; subject=/CN=a" + "\b" * 30 + " " * 30 + "\n", 1),
        ("host=a_1; subject=/CN=a\x1b[1;1Hgone\n", 1),
        ("host=a_1; subject=/CN=a\x1b[2A\r\n", 1),
    ],
)
def test_nothing_hides_a_row(raw, rows):
    assert sum("host=" in text for text in texts(raw)) == rows


@pytest.mark.parametrize(
    "raw",
    [
        b"\b" * BYTES,
        b"\r" * BYTES,
        b"a\r" * (BYTES // 2),
        b"--More--\r" * (BYTES // 10),
        b"x" * (BYTES // 20) + b"\x1b[100D\x1b[1@" * (BYTES // 40),
        b"\x1b[999C" * (BYTES // 7) + b"x",
        b"\x1b]0;" * (BYTES // 5),
        b"-" * BYTES,
        b" " * BYTES,
        b"--More-- " * (BYTES // 10),
    ],
    ids=["bs", "cr", "acr", "more", "insert", "right", "osc", "dash", "blank", "marks"],
)
def test_megabytes_of_nonsense_are_read_to_their_end(raw):
    """A reader that is not linear runs into the time-out here."""
    for line in shown_lines(raw):
        assert "host=" not in line.text


def test_any_bytes_make_lines():
    rng = random.Random(11)
    pieces = [
        b"\r",
        b"\b",
        b"\n",
        b"\x1b[K",
        b"\x1b[",
        b"\x1b]",
        b"--More--",
        PROMPT.encode(),
        b"host=a_1;",
        b"\xff",
    ]
    for _ in range(500):
        raw = b"".join(rng.choice(pieces) for _ in range(rng.randrange(60)))
        assert all("\n" not in line.text for line in shown_lines(raw))
