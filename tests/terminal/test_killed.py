"""A program that is killed or suspended between a deletion's command and its answer: nothing is lost."""

import signal
import sys
from pathlib import Path

import pytest

import tofutui
from tests.support.lab_thread import lab_thread
from tests.support.terminal import terminal

CODE = str(Path(tofutui.__file__).parents[1])
FIRST = "192.0.2.11_8082"


def compared(screen: str) -> bool:
    return "3 mismatch" in screen and screen.count("HA not Configured") == 2


@pytest.mark.timeout(180)
def test_a_command_of_unknown_outcome_is_reported_and_settled_before_anything_else(tmp_path: Path) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        command = [sys.executable, "-m", "tofutui", "renamed", "--sessions", str(pair.lab.sessions_path)]
        command += ["--data", str(tmp_path / "data")]
        primary = pair.lab.nodes["primary"]
        primary.hang = "deletecert"
        with terminal(command, tmp_path, PYTHONPATH=CODE) as app:
            app.wait_for(compared)
            app.press("D")
            app.wait_for("Delete 1 row on PRIMARY prime-pri")
            app.say_yes()
            app.wait_for(lambda _: bool(pair.deletions()))
            app.process.send_signal(signal.SIGKILL)
            app.process.wait(10)
        primary.hang = ""
        primary.prompt_delay = 3.0
        with terminal(command, tmp_path, PYTHONPATH=CODE) as app:
            app.wait_for(f"sent earlier, outcome unknown: PRIMARY {FIRST}")
            assert len(pair.deletions()) == 1
            app.wait_for(lambda screen: f"{FIRST}, sent" in screen and "present in a later listing" in screen)
            app.press("D")
            app.wait_for("Delete 1 row on PRIMARY prime-pri")
            app.say_yes()
            app.wait_for("GONE")
            app.press("enter")
            app.press("q")
            assert app.wait_end() == 0
        assert len(pair.deletions()) == 2


@pytest.mark.timeout(180)
def test_suspending_in_the_middle_of_a_plan_waits_for_the_row_and_goes_on_after_it(tmp_path: Path) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        command = [sys.executable, "-m", "tofutui", "renamed", "--sessions", str(pair.lab.sessions_path)]
        command += ["--data", str(tmp_path / "data")]
        with terminal(command, tmp_path, PYTHONPATH=CODE) as app:
            app.wait_for(compared)
            app.press("p")
            app.wait_for("in the order of deletion")
            app.press("D")
            app.wait_for("[ Keep rows")
            with pair.held_up("primary", "delete"):
                app.say_yes(until=lambda: bool(pair.deletions()))
                app.send(b"\x1a")
                app.wait_for("suspends after row 1 of 3")
            app.wait_stopped()
            assert len(pair.deletions()) == 1
            app.wait_for(lambda text: "prime-pri" not in text)
            app.process.send_signal(signal.SIGCONT)
            app.wait_for("3 gone")
            app.press("enter")
            app.press("q")
            assert app.wait_end() == 0
        assert len(pair.deletions()) == 3
