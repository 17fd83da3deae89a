"""`tofutui check` on a terminal: passwords are asked for, one at a time and unseen."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal
from tofutui.cli.commands.demo import lab_process


@pytest.fixture
def lab() -> Iterator[Path]:
    """A running pair that only a password opens; its sessions file."""
    with lab_process("renamed") as process:
        sessions = process.files().sessions
        sessions.write_text(re.sub(r"^key_file.*$", "", sessions.read_text(), flags=re.M))
        yield sessions


@contextmanager
def checking(sessions: Path, tmp_path: Path) -> Iterator[Terminal]:
    command = [sys.executable, "-m", "tofutui", "check", "renamed", "--sessions", str(sessions)]
    with terminal(command, tmp_path) as running:
        yield running


def test_both_passwords_are_asked_for_in_turn_and_never_shown(lab, tmp_path):
    password = (lab.parent / "password").read_text().strip()
    with checking(lab, tmp_path) as running:
        for number in (1, 2):
            running.wait_for(lambda screen, n=number: screen.count("Password of admin@127.0.0.1") == n)
            running.press(password, "enter")
        assert running.wait_end() == 1
        assert "3 mismatch" in running.text()
        assert password.encode() not in bytes(running.raw)
        assert running.is_clean()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_at_the_question_leaves_the_terminal_as_it_was(lab, tmp_path, number, code):
    with checking(lab, tmp_path) as running:
        running.wait_for("Password of admin@127.0.0.1")
        if number is signal.SIGINT:
            running.press("\x03")
        else:
            running.process.send_signal(number)
        assert running.wait_end() == code
        assert running.is_clean()
        assert "Traceback" not in running.text()


def test_end_of_input_at_the_question_is_not_a_password(lab, tmp_path):
    with checking(lab, tmp_path) as running:
        for number in (1, 2):
            running.wait_for(lambda screen, n=number: screen.count("Password of admin@127.0.0.1") == n)
            running.press("\x04")
        assert running.wait_end() == 3
        assert "no password for admin@" in running.text()
