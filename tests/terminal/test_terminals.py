"""What terminals of other kinds and slow lines get: few bytes, their own encoding, their own screen back."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal
from tests.support.transcripts import PRIMARY_ROWS, session

ROOT = Path(__file__).resolve().parents[2]
MOST_START, MOST_DIALOG = 12_000, 8_000
"""Bytes of the first screen and of a dialog over it: 6 and 4 seconds on a line of 2 KB/s."""


@contextmanager
def shown(tmp_path: Path, *options: str, **env: str) -> Iterator[Terminal]:
    """The app on a transcript, with what it shows at first."""
    (tmp_path / "one.log").write_text(session("prime-pri", PRIMARY_ROWS))
    command = [sys.executable, "-m", "tofutui", *options, "offline", "--primary", str(tmp_path / "one.log"),
               "--primary-address", "192.0.2.10", "--no-probe", "--screen"]  # fmt: skip
    with terminal(command, tmp_path, PYTHONPATH=str(ROOT), **env) as screen:
        screen.wait_for("as recorded")
        screen.settle()
        yield screen


def test_start_dialogs_focus_and_suspending_take_few_bytes_and_ctrl_l_paints_all(tmp_path: Path) -> None:
    with shown(tmp_path) as screen:
        assert len(screen.raw) < MOST_START
        screen.send(b"\x1b[I\x1b[O")
        assert screen.settle() == 0
        before = screen.text()
        screen.send(b":")
        assert 0 < screen.settle() < MOST_DIALOG
        screen.press("esc")
        screen.wait_for(lambda text: text == before)
        screen.screen.erase_in_display(2)  # as `wall` and kernel messages destroy it
        screen.screen.cursor_position(1, 1)
        screen.send(b"\x0c")
        screen.wait_for(lambda text: text == before)
        screen.send(b"\x1a")
        screen.wait_stopped()
        screen.wait_for(lambda text: "prime-pri" not in text)
        os.kill(screen.process.pid, signal.SIGCONT)
        screen.wait_for(lambda text: text == before)
        screen.press("q")
        assert screen.wait_end() == 0


def test_the_screen_is_cleared_before_it_is_left(tmp_path: Path) -> None:
    with shown(tmp_path, TERM="vt100") as screen:
        screen.press("q")
        assert screen.wait_end() == 0
        end = bytes(screen.raw)
        assert end.rindex(b"\x1b[2J") < end.rindex(b"\x1b[?1049l")
        assert b"\x1b[2J" not in end[: end.rindex(b"\x1b[2J")]
        assert "prime-pri" not in screen.text()


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"LANG": "en_US.ISO-8859-1", "LC_ALL": ""},
        {"PYTHONIOENCODING": "iso-8859-15"},
    ],
    ids=["C", "POSIX", "Latin-1", "stream"],
)
def test_where_the_glyphs_cannot_be_sent_ascii_is_and_that_is_said_once(
    tmp_path: Path, env: dict[str, str]
) -> None:
    with shown(tmp_path, **env) as screen:
        assert bytes(screen.raw).isascii()
        assert b"\\u" not in screen.raw
        assert screen.text().count("drawn in ASCII") == 1
        screen.press("?")
        screen.wait_for("search")
        screen.press("esc")
        screen.wait_for("as recorded")
        screen.press("q")
        assert screen.wait_end() == 0
        assert bytes(screen.raw).isascii()


def test_the_terminals_own_cursor_is_where_the_work_is(tmp_path: Path) -> None:
    with shown(tmp_path) as screen:

        def line_at_cursor() -> str:
            screen.settle(0.5)
            return screen.screen.display[screen.screen.cursor.y]

        assert "\u25b8 ? NO ANSWER" in line_at_cursor()
        first = screen.screen.cursor.y
        screen.press("j")
        screen.wait_for("2 of 3")
        assert "\u25b8 ? NO ANSWER" in line_at_cursor()
        second = screen.screen.cursor.y
        assert second > first
        screen.press("/")
        screen.wait_for("filter: ")
        assert " filter: " in line_at_cursor()
        screen.press("esc")
        screen.wait_for(lambda text: "filter: " not in text)
        assert "\u25b8" in line_at_cursor()
        assert screen.screen.cursor.y == second


def test_in_fields_the_mouse_is_the_terminals(tmp_path: Path) -> None:
    with shown(tmp_path) as screen:
        assert bytes(screen.raw).count(b"\x1b[?1000l") == 0
        screen.press("/")
        screen.wait_for("filter: ")
        screen.settle(0.5)
        assert b"\x1b[?1000l" in screen.raw
        began = len(screen.raw)
        screen.press("esc")
        screen.wait_for(lambda text: "filter: " not in text)
        screen.settle(0.5)
        assert b"\x1b[?1000h" in bytes(screen.raw)[began:]


@pytest.mark.parametrize(("env", "has_colour"), [({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)])
def test_colour_is_left_out_where_there_is_none_to_have(
    tmp_path: Path, env: dict[str, str], has_colour: bool
) -> None:
    with shown(tmp_path, **env) as screen:
        assert (b"38;2;" in screen.raw) == has_colour
        screen.press("q")
        assert screen.wait_end() == 0


VTE, XTERM, PUTTY = b"\x1b[>65;7402;1c", b"\x1b[>41;379;0c", b"\x1b[>0;136;0c"


@pytest.mark.parametrize(("maker", "is_named"), [(VTE, True), (XTERM, True), (PUTTY, False)])
def test_the_window_is_named_where_its_own_title_comes_back(
    tmp_path: Path, maker: bytes, is_named: bool
) -> None:
    with shown(tmp_path) as screen:
        assert b"\x1b]2;" not in screen.raw
        screen.send(maker)
        screen.settle(0.5)
        assert (b"\x1b[22;2t\x1b]2;tofutui offline" in screen.raw) == is_named
        screen.press("v")
        screen.wait_for("PRIVACY")
        screen.settle(0.5)
        assert bytes(screen.raw).count(b"\x1b[22;2t") == is_named
        assert bytes(screen.raw).rpartition(b"\x1b]2;")[2].startswith(b"tofutui offline") is False
        screen.press("q")
        assert screen.wait_end() == 0
        assert bytes(screen.raw).count(b"\x1b[23;2t") == is_named
        assert bytes(screen.raw).rfind(b"\x1b[23;2t") > bytes(screen.raw).rfind(b"\x1b]2;") or not is_named


def test_gnu_screen_is_not_asked_for_the_mouse_because_it_would_hold_back_esc(tmp_path: Path) -> None:
    with shown(tmp_path) as screen:
        screen.send(b"\x1b[>83;40900;0c")
        screen.settle(0.5)
        assert bytes(screen.raw).rindex(b"\x1b[?1000l") > bytes(screen.raw).rindex(b"\x1b[?1000h")
        began = len(screen.raw)
        screen.press("/")
        screen.wait_for("filter: ")
        screen.press("esc")
        screen.wait_for(lambda text: "filter: " not in text)
        screen.send(b"\x1b[17~")
        screen.wait_for("Plain text")
        screen.press("esc")
        screen.settle(0.5)
        assert b"\x1b[?1000h" not in bytes(screen.raw)[began:]


def test_help_is_shown_on_a_key_that_the_terminal_does_not_keep_for_itself(tmp_path: Path) -> None:
    with shown(tmp_path) as screen:
        screen.press("e")
        screen.wait_for("F1 help")
        screen.send(VTE)
        screen.wait_for(lambda text: "Ctrl+Space help" in text and "F1" not in text)
        screen.send(b"\x00")
        screen.wait_for("search")
