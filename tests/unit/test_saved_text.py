"""Encodings of saved files, and what programs put before each line."""

import re

import pytest

from tests.support.transcripts import LISTCERTS
from tofutui.tofu.base.encodings import decode_text
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.saved_text import without_prefixes
from tofutui.tofu.cli_output.transcript import RecordedAnswer, read_transcript

ROWS = (
    "host=192.0.2.20_8082;  subject=CN = pi-b.example.net, OU = Lab",
    "host=192.0.2.30_443;  subject=CN = kong ",
)
LINES = (f"pi-a/admin# {LISTCERTS}", *ROWS, "pi-a/admin# ")
PREFIXES = {
    "quote": ["> "] * 4,
    "twice quoted": ["> > "] * 4,
    "tight quotes": [">>"] * 4,
    "securecrt": [f"[2026-01-05 09:00:0{n}.00{n}] " for n in range(4)],
    "clock": [f"09:00:0{n} " for n in range(4)],
    "clock in brackets": [f"[09:00:0{n}] " for n in range(4)],
    "ts": [f"Jan  5 09:00:0{n} " for n in range(4)],
    "iso": [f"2026-01-05T09:00:0{n}+01:00 " for n in range(4)],
    "american": [f"01/05/2026 9:00:0{n} AM: " for n in range(4)],
    "ctime": [f"Mon Jan  5 09:00:0{n} 2026 " for n in range(4)],
    "seconds": [f"1767603600.{n}23456 " for n in range(4)],
    "numbers": [f"{n + 8}: " for n in range(4)],
    "cat -n": [f"     {n + 8}\t" for n in range(4)],
    "bullets": ["\u2022 "] * 4,
    "dashes": ["- "] * 4,
    "bar": ["| "] * 4,
    "numbered quotes": [f"> {n + 1}. " for n in range(4)],
}


def listing(raw: bytes) -> RecordedAnswer:
    (answer,) = [one for one in read_transcript(raw).answers if one.command is Command.LISTCERTS]
    return answer


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_prefix_before_all_lines_is_taken_away(prefix: str, end: str) -> None:
    text = "".join(before + line + end for before, line in zip(PREFIXES[prefix], LINES, strict=True))
    answer = listing(f"Some words before it{end}{end}{text}".encode())
    assert (answer.host, answer.finished, answer.listing().complete) == ("pi-a", True, True)
    assert tuple(row.raw for row in answer.listing().rows) == tuple(row.strip() for row in ROWS)


def test_a_prefix_before_some_lines_stays_and_no_row_is_lost() -> None:
    text = f"{LINES[0]}\n> {ROWS[0]}\n{ROWS[1]}\npi-a/admin# "
    answer = listing(text.encode())
    assert len(answer.listing().rows) == 2
    assert not answer.listing().complete


def test_lines_that_are_no_answer_keep_what_they_begin_with() -> None:
    lines = ["1 one", "2 two", "- three", "- four"]
    assert without_prefixes(lines, re.compile("host=")) == lines


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_is_read_with_or_without_a_mark(encoding: str) -> None:
    text = "\r\n".join(LINES)
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize("typed", ["| nomore", "|nomore", "| no-more", "| NOMORE "])
def test_a_pipe_that_leaves_nothing_out_is_no_doubt(typed: str) -> None:
    answer = listing("\n".join((f"{LINES[0]} {typed}", *LINES[1:])).encode())
    assert (len(answer.listing().rows), answer.listing().complete) == (2, True)


@pytest.mark.parametrize(
    "typed", ["| include host", "| exclude kong", "| begin 192", "| count", "| grep x | nomore"]
)
def test_a_filtered_list_has_its_rows_and_is_not_complete(typed: str) -> None:
    answer = listing("\n".join((f"{LINES[0]} {typed}", *LINES[1:])).encode())
    assert len(answer.listing().rows) == 2
    assert f"rows may be missing: the list was filtered by `{typed}`" in answer.listing().problems


@pytest.mark.parametrize(
    "typed",
    [
        "pi-a/admin# ncs certvalidation tofu-ce\r\nrts listcerts",
        "pi-a/admin# ncs certvalidation\r\ntofu-certs listcerts",
        "pi-a/admin# ncs certval\r\nidation tofu-\r\ncerts listcerts",
        "pi-a/admin# ncs certvalidation tofu-certs lisst\x08\x08tcerts",
        "pi-a/admin# show clock\x1b[10D\x1b[Kncs certvalidation tofu-certs listcerts",
        "pi\u2011a/admin#\u00a0ncs certvalidation tofu\u2011certs listcerts",
    ],
)
def test_a_command_that_was_wrapped_edited_recalled_or_copied_is_known(typed: str) -> None:
    answer = listing("\r\n".join((typed, *ROWS, "pi-a/admin# ")).encode())
    assert (answer.host, len(answer.listing().rows), answer.listing().complete) == ("pi-a", 2, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", r"a\u200bb"), ("a\u00a0b", r"a\u00a0b"), ("\u00ad", r"\u00ad"), ("\u2060", r"\u2060"),
        ("\ufe0f", r"\ufe0f"), ("\u3164", r"\u3164"), ("\U000e0041", r"\U000e0041"), ("\x9f", r"\x9f"),
        ("\udcad", r"\xad"), ("\u2003", r"\u2003"), ("\u00e9\u6771", "\u00e9\u6771"),
    ],
)  # fmt: skip
def test_invisible_characters_are_shown_by_number(text: str, shown: str) -> None:
    assert safe(text) == shown
