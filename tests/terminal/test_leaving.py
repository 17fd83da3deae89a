"""Whatever the program waits for: it ends within seconds of the wish to leave, the terminal as it was."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import tofutui
from tests.support.forked import LOCALE, Started, start
from tests.support.lab_thread import lab_thread
from tests.support.terminal import Terminal, listings, terminal
from tests.support.waits import HANGING, WAITS, waiting_for

CODE = str(Path(tofutui.__file__).parents[1])
PATH = os.pathsep.join([HANGING, CODE])
SOON = 20.0
"""Seconds: the promise is 3, of the program's own time; without an end of its own it would be never."""


def presses_q(app: Terminal) -> None:
    app.press("q")


def sends(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda app: app.process.send_signal(number)


STARTED = 1
"""Ticks of processor time (10 ms): a program that was just forked has used none."""

WAYS = {"q": (presses_q, 0), "SIGTERM": (sends(signal.SIGTERM), 143), "SIGHUP": (sends(signal.SIGHUP), 129)}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WAITS)
def test_the_app_ends(name: str, way: str, tmp_path: Path) -> None:
    leave, code = WAYS[way]
    with waiting_for(name, tmp_path) as waiting:
        command = [sys.executable, "-m", "tofutui", "s", "--sessions", str(waiting.write())]
        command += ["--data", str(tmp_path / "data")]
        with terminal(command, tmp_path, PYTHONPATH=PATH, **waiting.env) as app:
            app.wait_for(lambda screen: "PRIMARY" in screen and waiting.said in screen.replace("\n", " "))
            leave(app)
            assert app.wait_end(SOON) == code
            assert app.is_clean()


def wait_until_blocked(process: Started, seconds: float = 30.0) -> None:
    """Until it has ended, or has started and asked for no processor time at three looks in a row."""
    used, same, deadline = "", 0, time.monotonic() + seconds
    while process.poll() is None and same < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        state, now = fields[0], "+".join(fields[11:13])
        same = same + 1 if state == "S" and now == used and sum(map(int, fields[11:13])) > STARTED else 0
        used = now


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("name", WAITS)
def test_a_check_ends(name: str, number: signal.Signals, tmp_path: Path) -> None:
    with waiting_for(name, tmp_path) as waiting:
        command = [sys.executable, "-m", "tofutui", "check", "s", "--sessions", str(waiting.write())]
        command += ["--data", str(tmp_path / "data"), "--debug"]
        env = {**os.environ, **LOCALE, "PYTHONPATH": PATH, **waiting.env}
        with Path(os.devnull).open("r+b") as nothing:
            process = start(command, (nothing.fileno(),) * 3, env, tmp_path)
            try:
                wait_until_blocked(process)
                process.send_signal(number)
                code = process.wait(SOON)
            finally:
                process.kill()
    assert code in (128 + number, -number, 3), code


def compared(screen: str) -> bool:
    return "3 mismatch" in screen and listings(screen) == 2


def hangs_up(app: Terminal) -> None:
    """The terminal is closed, as by its window."""
    spare = os.open(os.devnull, os.O_RDWR)
    for descriptor in (app._slave, app.master):
        os.dup2(spare, descriptor)
    os.close(spare)


def stops_and_goes_on(app: Terminal) -> None:
    """Stopped by another process, continued, then the terminal is closed."""
    app.process.send_signal(signal.SIGSTOP)
    app.process.send_signal(signal.SIGCONT)
    hangs_up(app)


def stalls(app: Terminal) -> None:
    """The terminal takes nothing more (Ctrl-S), and the screen changes on."""
    for _ in range(300):
        app.press("T")
    app.process.send_signal(signal.SIGTERM)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("dialog", [False, True], ids=["tables", "delete dialog"])
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("end", [hangs_up, stops_and_goes_on, stalls])
def test_without_its_terminal_it_leaves_the_nodes_and_ends(
    end: Callable[[Terminal], None], unbuffered: str, dialog: bool, tmp_path: Path
) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        command = [sys.executable, "-m", "tofutui", "renamed", "--sessions", str(pair.lab.sessions_path)]
        command += ["--data", str(tmp_path / "data")]
        with terminal(command, tmp_path, PYTHONPATH=CODE, PYTHONUNBUFFERED=unbuffered) as app:
            app.wait_for(compared)
            if dialog:
                app.press("D")
                app.wait_for("Delete 1 row on PRIMARY")
            end(app)
            assert app.process.wait(SOON) in (129, 143)
        assert {role for role, lines in pair.lab.sent.items() if "exit" in lines} == set(pair.lab.sent)


@pytest.mark.timeout(120)
def test_after_a_stop_by_others_one_thread_reads_and_the_terminal_is_taken_back(tmp_path: Path) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        command = [sys.executable, "-m", "tofutui", "renamed", "--sessions", str(pair.lab.sessions_path)]
        command += ["--data", str(tmp_path / "data")]
        with terminal(command, tmp_path, PYTHONPATH=CODE) as app:
            app.wait_for(compared)
            for _ in range(3):
                app.process.send_signal(signal.SIGSTOP)
                app.process.send_signal(signal.SIGCONT)
            app.press("?")
            app.wait_for("Help")
            app.press("esc")
            app.wait_for(compared)
            app.press("q")
            assert app.wait_end(SOON) == 0
            assert app.is_clean()
