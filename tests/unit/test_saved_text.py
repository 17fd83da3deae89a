"""Encodings of saved files, and what programs put before each line."""

import json
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
    "syslog": [f"Jan  5 09:00:0{n} jump-01 script[4711]: " for n in range(4)],
    "syslog without a number": [f"Jan  5 09:00:0{n} jump-01 logger: " for n in range(4)],
    "syslog RFC 5424": [f"<13>1 2026-01-05T09:00:0{n}Z jump-01 app 4711 - - " for n in range(4)],
    "journalctl -o short-iso": [f"2026-01-05T09:00:0{n}+0100 jump-01 bash[4711]: " for n in range(4)],
    "MobaXterm": [f"[2026-01-05 09:00.0{n}] " for n in range(4)],
    "digits of a date": [f"20260105_09000{n} " for n in range(4)],
    "compact ISO": [f"20260105T09000{n}Z " for n in range(4)],
    "month by name": [f"05-Jan-2026 09:00:0{n} " for n in range(4)],
    "epoch": [f"176760360{n} " for n in range(4)],
    "epoch in milliseconds": [f"176760360{n}123 " for n in range(4)],
    "container": ["pi-1  | "] * 4,
    "pssh": ["pi-a: "] * 4,
    "stream": ["[out] "] * 4,
    "mail with a name": ["AB> "] * 4,
    "deep": [" " * 12] * 4,
    "quote with a hard blank": [">\u00a0"] * 4,
    "hard blanks": ["\u00a0" * 4] * 4,
    "zero width": ["\u200b"] * 4,
    "marks": ["\ufeff"] * 4,
    "numbered quotes": [f"> {n + 1}. " for n in range(4)],
}


def listing(raw: bytes) -> RecordedAnswer:
    (answer,) = [given for given in read_transcript(raw).answers if given.command is Command.LISTCERTS]
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


def test_lines_that_are_not_an_answer_keep_what_they_begin_with() -> None:
    lines = ["1 one", "2 two", "- three", "- four"]
    assert without_prefixes(lines, re.compile("host=")) == lines


OTHER_CHARACTERS = {
    "tabs": [(" ", "\t")],
    "two blanks as a tab": [("  ", "\t")],
    "hard blanks": [(" ", "\u00a0")],
    "every second one hard": [("  ", " \u00a0")],
    "narrow blanks": [(" ", "\u202f")],
    "wide blanks": [(" ", "\u3000")],
    "hard blanks behind": [("\n", "\u00a0\n"), ("# ", "#\u00a0")],
    "line separators": [("\n", "\u2028")],
    "soft line ends of a word processor": [("\n", "\x0b")],
    "next-line characters": [("\n", "\x85")],
    "a dash in the command": [("tofu-certs", "tofu\u2013certs")],
}


@pytest.mark.parametrize("kind", OTHER_CHARACTERS)
def test_blanks_and_line_ends_of_other_programs_read_as_a_terminal_prints_them(kind: str) -> None:
    text = "".join(f"{line}\n" for line in LINES)
    for printed, other in OTHER_CHARACTERS[kind]:
        text = text.replace(printed, other)
    answer = listing(text.encode())
    assert (answer.host, answer.listing().complete) == ("pi-a", True)
    assert [row.stored.raw for row in answer.listing().rows if row.stored] == [
        "CN = pi-b.example.net, OU = Lab",
        "CN = kong",
    ]


def test_a_hard_blank_in_a_name_alone_stays() -> None:
    lines = [LINES[0], LINES[1].replace("OU = Lab", "OU = Lab\u00a0One"), *LINES[2:]]
    (row, _) = listing("\n".join(lines).encode()).listing().rows
    assert row.stored is not None
    assert row.stored.raw.endswith("Lab\u00a0One")


def asciicast(version: int, size: int) -> str:
    """The lines as asciinema records them, so many characters in an event."""
    text = "".join(f"{line}\r\n" for line in LINES)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    if version == 1:
        return json.dumps({"version": 1, "stdout": [[0.1, piece] for piece in pieces]}, indent=1)
    events = [event for piece in pieces for event in ([0.1, "o", piece], [0.1, "i", "host=x"])]
    return "\n".join(map(json.dumps, [{"version": version, "width": 80}, *events]))


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("size", [7, 1000])
def test_what_asciinema_recorded_is_what_was_printed(version: int, size: int) -> None:
    answer = listing(asciicast(version, size).encode())
    assert (answer.host, len(answer.listing().rows), answer.listing().complete) == ("pi-a", 2, True)


@pytest.mark.parametrize(
    "text", ['{"version": 2}', '{"version": 9}\n[1]', '{"version": [', '{"version": 2}\n[1]\nx']
)
def test_what_only_begins_like_a_recording_holds_no_answer(text: str) -> None:
    assert read_transcript(text.encode()).answers == ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_is_read_with_or_without_a_mark(encoding: str) -> None:
    text = "\r\n".join(LINES)
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize("typed", ["| nomore", "|nomore", "| no-more", "| NOMORE "])
def test_a_pipe_that_leaves_nothing_out_is_not_doubt(typed: str) -> None:
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
