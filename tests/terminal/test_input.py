"""What a real terminal may send beside keys: it never ends the program, and is never taken for keys."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "tests" / "support" / "questions_app.py")
BROKEN_INPUT = """
import runpy, sys
from tofutui.ui.terminal.keystream import KeyStream

def burst(self, data, now):
    raise RuntimeError("a parser that bursts")

KeyStream.feed = burst
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@contextlib.contextmanager
def app(tmp_path: Path, *questions: str, size: tuple[int, int] = (120, 36), **env: str) -> Iterator[Terminal]:
    command = [sys.executable, APP, str(tmp_path / "log"), *questions]
    with terminal(command, tmp_path, size, PYTHONPATH=str(ROOT), **env) as running:
        running.wait_for("1 of 3")
        running.settle(0.3)
        yield running


def log(tmp_path: Path) -> list[str]:
    path = tmp_path / "log"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize(
    "data",
    [b"\xe9", bytes(range(0x80, 0x100)), b"\x9b", b"\x90\x9d", b"\x1b[M \xf9\xe9", b"\xff\xfe\x00", b"\xc3"],
    ids=["latin-1", "every byte", "csi", "dcs, osc", "old mouse", "utf-16", "half a letter"],
)
def test_bytes_that_are_not_utf_8_do_nothing(tmp_path: Path, data: bytes) -> None:
    with app(tmp_path) as running:
        running.send(data)
        running.settle(0.3)
        running.press("j")
        running.wait_for("2 of 3")
        running.press("D")
        running.wait_for("Delete 1 row")
        running.send(data)
        running.settle(0.3)
        running.press("n")
        running.wait_for("nothing was sent")
        running.press("q")
        assert running.wait_end() == 0
        assert running.is_clean()
        assert log(tmp_path) == []


def test_an_error_while_reading_keys_ends_the_program_as_an_error_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BROKEN_INPUT, APP, str(tmp_path / "log")]
    with terminal(command, tmp_path, PYTHONPATH=str(ROOT)) as running:
        running.wait_for("1 of 3")
        running.press("j")
        assert running.wait_end() == 70
        assert running.is_clean()
        (crash,) = tmp_path.glob("crash-*.txt")
        assert "a parser that bursts" in crash.read_text()
        assert str(crash) in running.raw.decode()


def test_variables_of_textual_press_no_keys(tmp_path: Path) -> None:
    with app(tmp_path, TEXTUAL_PRESS="D,wait:900,y", TEXTUAL_ESCDELAY="1", TEXTUAL_DELAY="1") as running:
        running.settle(1.5)
        assert "Delete 1 row" not in running.text()
        running.press("q")
        assert running.wait_end() == 0
        assert log(tmp_path) == []


def test_no_report_is_asked_for_that_nothing_uses(tmp_path: Path) -> None:
    with app(tmp_path) as running:
        for mode in (1003, 1004, 1015, 2048):
            assert f"\x1b[?{mode}h".encode() not in running.raw
        running.send(b"\x1b[I\x1b[O\x1b[I")
        assert running.settle(0.5) == 0
        running.send(b"\x1b[<65;10;8M")
        running.wait_for("3 of 3")


def test_a_closed_terminal_ends_the_program(tmp_path: Path) -> None:
    command = [sys.executable, APP, str(tmp_path / "log")]
    with terminal(command, tmp_path, PYTHONPATH=str(ROOT)) as running:
        running.wait_for("1 of 3")
        os.close(running.master)
        running.master = os.open(os.devnull, os.O_RDWR)
        running.process.wait(20)
