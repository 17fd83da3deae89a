"""Pastes, reports in pieces and slow lines in a real terminal, with a dialog open in which a key deletes."""

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "tests" / "support" / "questions_app.py")
SIZES = [(120, 36), (80, 24), (60, 20)]
KEY = "192.0.2.11_8082"
REPORTS = {
    "mode": [b"\x1b[", b"?2026;2$y"],
    "mode, late": [b"\x1b[?2026;2$", b"y"],
    "mouse": [b"\x1b[<0;12", b"1;8M"],
    "old mouse": [b"\x1b[M", b"yyy"],
    "focus": [b"\x1b[", b"I"],
    "colour": [b"\x1b]11;rgb:ffff/yy", b"yy/yyyy\x1b\\"],
    "cursor": [b"\x1b[8", b"9;121R"],
    "paste": [b"\x1b[20", b"0~y\x1b[201", b"~"],
    "raw paste": [b"yes y\rY"],
    "burst": [b"yy"],
}


@contextlib.contextmanager
def app(tmp_path: Path, *questions: str, size: tuple[int, int] = (120, 36)) -> Iterator[Terminal]:
    command = [sys.executable, APP, str(tmp_path / "log"), *questions]
    with terminal(command, tmp_path, size, PYTHONPATH=str(ROOT)) as running:
        running.wait_for(" 1 of ")
        running.settle(0.5)
        yield running


def log(tmp_path: Path) -> list[str]:
    path = tmp_path / "log"
    return path.read_text().splitlines() if path.exists() else []


def until(running: Terminal, fact: Callable[[], bool]) -> None:
    running.wait_for(lambda _: fact(), 30)


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_not_a_key_by_hand_deletes_nothing(tmp_path: Path, name: str) -> None:
    with app(tmp_path) as running:
        running.press("D")
        running.wait_for("Delete 1 row")
        running.settle(0.8)
        for piece in REPORTS[name]:
            running.send(piece)
            running.settle(0.3)
        assert log(tmp_path) == []
        if name in ("raw paste",):  # it holds Enter, which keeps
            return
        assert "Delete 1 row" in running.text()
        running.say_yes()
        running.wait_for("GONE")
        assert log(tmp_path) == [f"deleted {KEY}"]


@pytest.mark.parametrize("size", SIZES)
def test_on_a_slow_line_a_yes_waits_until_the_terminal_has_shown_the_question(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with app(tmp_path, size=size) as running:
        running.answers = False
        running.press("D")
        running.wait_for("Keep row")
        running.settle(0.8)
        running.press("y")
        running.wait_for("too soon: press y again")
        assert log(tmp_path) == []
        running.answers = True
        running.answer()
        running.settle(0.8)
        running.say_yes()
        running.wait_for("GONE")


def test_in_a_terminal_that_never_answers_the_time_alone_counts(tmp_path: Path) -> None:
    command = [sys.executable, APP, str(tmp_path / "log")]
    with terminal(command, tmp_path, PYTHONPATH=str(ROOT)) as running:
        running.answers = False
        running.wait_for(" 1 of ")
        running.press("D")
        running.wait_for("Keep row")
        running.say_yes()
        running.wait_for("GONE")
        assert log(tmp_path) == [f"deleted {KEY}"]


def test_below_the_smallest_size_nothing_is_deleted(tmp_path: Path) -> None:
    with app(tmp_path) as running:
        running.press("D")
        running.wait_for("Keep row")
        running.resize(12, 1)
        running.settle(0.8)
        running.press("y")
        running.settle(0.5)
        assert log(tmp_path) == []
        running.resize(80, 24)
        running.wait_for("Keep row")
        running.say_yes()
        running.wait_for("GONE")


@pytest.mark.parametrize(
    "pieces", [v for k, v in REPORTS.items() if k not in ("paste", "raw paste", "burst")]
)
def test_a_report_is_not_part_of_a_password(tmp_path: Path, pieces: list[bytes]) -> None:
    with app(tmp_path, "password") as running:
        running.process.send_signal(signal.SIGUSR1)
        running.wait_for("log in")
        running.press("s3c")
        running.answers = False  # a terminal sends no other reply in the middle of a report
        for piece in pieces:
            running.send(piece)
            running.settle(0.3)
        running.answers = True
        running.answer()
        running.press("ret", "enter")
        until(running, lambda: bool(log(tmp_path)))
        assert log(tmp_path) == ["password 's3cret'"]
        assert b"s3c" not in running.raw


def test_what_is_typed_after_a_question_was_withdrawn_reaches_nothing(tmp_path: Path) -> None:
    with app(tmp_path, "password") as running:
        running.process.send_signal(signal.SIGUSR1)
        running.wait_for("log in")
        running.press("can")
        running.settle(0.3)
        running.process.send_signal(signal.SIGUSR2)
        running.wait_for("the server hung up")
        running.press(*"aryDye")
        running.paste("pasted-canary")
        running.settle(0.8)
        running.press("y")
        running.settle(0.3)
        assert "the server hung up" in running.text()
        running.press("enter")
        running.wait_for(lambda screen: "hung up" not in screen)
        assert "Delete 1 row" not in running.text()
        assert log(tmp_path) == []
        assert b"canary" not in running.raw


@pytest.mark.parametrize("question", ["password", "host-key", "dialogue"])
def test_a_question_that_comes_over_a_dialog_takes_none_of_its_keys(tmp_path: Path, question: str) -> None:
    with app(tmp_path, question) as running:
        running.press("D")
        running.wait_for("Keep row")
        running.process.send_signal(signal.SIGUSR1)
        running.wait_for("waiting until you are done here")
        running.say_yes()
        until(running, lambda: bool(log(tmp_path)))
        assert log(tmp_path) == [f"deleted {KEY}"]
