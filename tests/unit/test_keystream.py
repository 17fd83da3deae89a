"""What a terminal sends, cut at any byte: reports are never keys, bytes of no encoding do nothing."""

import random
from collections.abc import Iterable

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tofutui.ui.terminal.driver import TerminalDriver
from tofutui.ui.terminal.keystream import (
    ESCAPE_DELAY,
    LONGEST_PASTE,
    LONGEST_STRING,
    KeyStream,
    Piece,
    PieceKind,
)
from tofutui.ui.terminal.keytable import KeyTable, Noise, StatusReply

REPORTS = {
    "mode": b"\x1b[?2026;2$y",
    "mode in 8 bits": b"\x9b?2026;2$y",
    "mode as UTF-8": "\x9b?2026;2$y".encode(),
    "mouse": b"\x1b[<0;121;89M\x1b[<0;121;89m",
    "mouse wheel": b"\x1b[<65;10;10M",
    "old mouse": b"\x1b[M yy",
    "old mouse, high bytes": b"\x1b[M \xf9y",
    "old mouse in UTF-8": "\x1b[M \xe9y".encode(),
    "urxvt's mouse": b"\x1b[32;121;89M",
    "focus": b"\x1b[I\x1b[O",
    "cursor": b"\x1b[89;121R",
    "status": b"\x1b[0n",
    "attributes": b"\x1b[?64;1;2;6;9;15;22c",
    "version": b"\x1bP>|yterm(y)\x1b\\",
    "setting": b"\x1bP1$r0 yq\x1b\\",
    "colour": b"\x1b]11;rgb:ffff/yyyy/yyyy\x1b\\",
    "colour, BEL": b"\x1b]11;rgb:ffff/yyyy/yyyy\x07",
    "colour in 8 bits": b"\x9d11;rgb:ffff/yyyy/yyyy\x9c",
    "clipboard": b"\x1b]52;c;eXl5eXk=\x1b\\",
    "graphics": b"\x1b_Gi=31;yyy\x1b\\",
    "title": "\x1b]lyéy\x1b\\".encode(),
    "kitty's answer": b"\x1b[?1u",
    "an unknown one": b"\x1b[1;2;3 y",
    "a key of kitty's that is not a character": b"\x1b[99999999999;2u",
    "a key of kitty's with parts": b"\x1b[1:2;3A",
}


def pieces(chunks: Iterable[bytes], pause: float = 5.0) -> list[Piece]:
    """What the chunks are read as, each so many seconds after the one before."""
    stream, now, read = KeyStream(), 0.0, list[Piece]()
    for chunk in chunks:
        read += stream.tick(now) + stream.feed(chunk, now)
        now += pause
    return read + stream.tick(now)


def keys(chunks: Iterable[bytes], pause: float = 5.0) -> list[str]:
    table = KeyTable()
    read = [message for piece in pieces(chunks, pause) for message in table.messages(piece)]
    return [message.key for message in read if isinstance(message, events.Key)]


@pytest.mark.parametrize("pause", [0.0, 0.2, 5.0])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_cut_anywhere_is_not_a_key(name: str, pause: float) -> None:
    report = REPORTS[name]
    for cut in range(1, len(report) - 1):
        # An ESC that nothing followed for a while is the key of that name, whatever comes later.
        lone = report[:cut].endswith(b"\x1b") and pause >= ESCAPE_DELAY
        typed = keys([report[:cut], report[cut:], b"j"], pause)
        assert typed in (["j"], ["escape", "j"] if lone else ["j"]), cut


@pytest.mark.parametrize("name", [name for name in REPORTS if REPORTS[name][:1] == b"\x1b"])
def test_a_report_byte_by_byte_is_not_a_key(name: str) -> None:
    report = REPORTS[name]
    assert keys([bytes([byte]) for byte in report] + [b"j"], 0.05) == ["j"]


@pytest.mark.parametrize("name", REPORTS)
def test_two_reports_and_a_key_in_one_piece(name: str) -> None:
    assert keys([REPORTS[name] * 2 + b"j"]) == ["j"]


def test_a_byte_of_no_encoding_does_nothing() -> None:
    for byte in range(0x80, 0x100):
        assert keys([bytes([byte]), b"j", b"?"]) == ["j", "question_mark"], byte


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(0x80, 0x100)),
        b"\xe9\xe8\xfc",
        b"\xff\xfe",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ],
)
def test_bytes_of_no_encoding_in_one_piece_do_nothing(data: bytes) -> None:
    assert keys([data, b"j"]) == ["j"]


@pytest.mark.parametrize("seed", range(40))
def test_noise_is_read_without_an_error_and_keys_work_afterwards(seed: int) -> None:
    chance = random.Random(seed)
    noise = [chance.randbytes(chance.randrange(1, 40)) for _ in range(200)]
    read = keys([*noise, b"\x03", b"\x03", b"j"], chance.choice([0.0, 0.05, 1.0]))
    assert read[-1] == "j"


def test_the_keys_of_a_terminal() -> None:
    sent = {
        b"y": ["y"], b"\x1b": ["escape"], b"\r": ["enter"], b"\x1b[A": ["up"], b"\x1bOA": ["up"],
        b"\x1b[15~": ["f5"], b"\x1bOP": ["f1"], b"\x1b[1;5C": ["ctrl+right"], b"\x1b[Z": ["shift+tab"],
        b"\x1by": ["alt+y"], b"\x1b\x1b": ["escape", "escape"], b"\x00": ["ctrl+@"], b"\x7f": ["backspace"],
        b"\x1b[121u": ["y"], b"\x1b[[A": ["f1"], "\u00e9".encode(): ["\u00e9"], "日".encode(): ["日"],
        b"\x1b\r": ["escape", "enter"], b"\x19": ["ctrl+y"],
    }  # fmt: skip
    for data, wanted in sent.items():
        assert keys([data]) == wanted, data
        assert keys([data, b"j"])[-1] == "j"


def test_an_arrow_whose_bytes_come_late_is_the_arrow() -> None:
    assert keys([b"\x1b[", b"B"]) == ["down"]
    assert keys([b"\x1bO", b"B"]) == ["down"]
    assert keys([b"\xc3", b"\xa9"]) == ["\u00e9"]


def test_a_sequence_without_an_end_lets_go_of_the_keys() -> None:
    for opened in (b"\x1b[", b"\x1b]11;", b"\x1bP", b"\x1b[M"):
        assert keys([opened, b"\r", b"j"]) == ["enter", "j"]
        assert keys([opened, b"\x03"]) == ["ctrl+c"]
    assert keys([b"\x1b]" + b"y" * (LONGEST_STRING + 1), b"j"]) == ["j"]
    assert keys([b"\x1b[200~yyy", b"\x03"]) == ["ctrl+c"]
    assert keys([b"\x1b[", b"\x1b", b"j"]) == ["escape", "j"]


def test_a_paste_in_pieces_is_one_paste() -> None:
    whole = "\x1b[200~y\x1b[A\x00é\ny\x1b[201~".encode()
    for cut in range(2, len(whole)):
        read = pieces([whole[:cut], whole[cut:], b"j"])
        assert read == [Piece(PieceKind.PASTE, "y\x1b[Aé\ny"), Piece(PieceKind.CHARACTER, "j")], cut
    (paste, key) = pieces([b"\x1b[200~" + b"\xff\xe9y" + b"\x1b[201~j"])
    assert (paste.text, key.text) == ("\ufffd\ufffdy", "j")


def test_a_paste_is_bounded() -> None:
    paste, _ = pieces([b"\x1b[200~" + b"y" * (2 * LONGEST_PASTE) + b"\x1b[201~j"])
    assert len(paste.text) <= LONGEST_PASTE


def test_a_status_reply_is_reported_and_noise_too() -> None:
    table = KeyTable()
    read = [type(m) for piece in pieces([b"\x1b[0n\xff"]) for m in table.messages(piece)]
    assert read == [StatusReply, Noise]


def test_what_is_used_of_textual_is_there() -> None:
    for name in ("_sequence_to_key_events", "parse_mouse_code"):
        assert callable(getattr(XTermParser, name))
    for name in ("run_input_thread", "_run_input_thread", "write", "process_message"):
        assert callable(getattr(LinuxDriver, name))
        assert name in dir(TerminalDriver)
