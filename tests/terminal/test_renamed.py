"""The installed program in a real terminal, through the case of three renamed hosts."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.terminal import Terminal, terminal

TOFUTUI = str(Path(sys.executable).with_name("tofutui"))
DELETE = "deletecert host "
ISE, PRIMARY, SECONDARY = "198.51.100.20_443", "192.0.2.10_8082", "192.0.2.11_8082"
CRASHING = """
import sys
from tofutui.ui.tables.pane import Pane

def burst(self, y):
    raise RuntimeError("a pane that bursts")

Pane.render_line = burst
from tofutui.cli import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Pair:
    """`tofutui lab` running beside the test."""

    sessions: str
    data: str

    def command(self, *more: str) -> list[str]:
        return [TOFUTUI, *more, "--sessions", self.sessions, "--data", self.data]

    def rows(self) -> dict[str, dict[str, str]]:
        """Verdicts by role and key, by an independent look from the command line."""
        command = self.command("check", "renamed", "--format", "json")
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        nodes: dict[str, Any] = json.loads(done.stdout)["nodes"]
        return {
            role: {entry["key"]: entry["verdict"] for entry in node["entries"]}
            for role, node in nodes.items()
        }


def counted(screen: str, count: int, word: str, glyph: str) -> bool:
    """Whether the title line reports so many rows; a narrow one does it by glyph."""
    title = screen.splitlines()[0]
    return f" {count} {word} " in title or f" {count} {glyph} " in title


@pytest.fixture
def pair() -> Iterator[Pair]:
    lab = subprocess.Popen(
        [TOFUTUI, "lab", "renamed", "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert lab.stdout is not None
    paths = dict(lab.stdout.readline().rstrip("\n").split(": ", 1) for _ in range(2))
    try:
        yield Pair(paths["sessions"], paths["data"])
    finally:
        lab.communicate(timeout=20)


def compared(screen: str) -> bool:
    return "3 mismatch" in screen and screen.count("HA not Configured") == 2


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_from_the_first_mismatch_to_a_clean_list(pair: Pair, tmp_path: Path, size: tuple[int, int]) -> None:
    with terminal(pair.command("renamed"), tmp_path, size) as app:
        app.wait_for(compared)
        app.press("D")
        app.wait_for("Delete 1 row on PRIMARY prime-pri")
        app.press("enter")
        app.wait_for(lambda screen: "Delete 1 row" not in screen)
        assert pair.rows()["primary"][ISE] == "mismatch"

        app.press("D")
        app.wait_for("Delete 1 row on PRIMARY prime-pri")
        app.say_yes()
        app.wait_for("GONE")
        app.press("enter")
        app.wait_for(lambda screen: counted(screen, 1, "not stored", "·"))
        app.wait_for(lambda screen: counted(screen, 2, "mismatch", "✗"))

        app.press("p")
        app.wait_for("in the order of deletion")
        app.press("D")
        app.wait_for("[ Keep rows")
        app.say_yes()
        app.wait_for("2 gone")
        app.press("enter")
        app.wait_for(lambda screen: counted(screen, 3, "not stored", "·"))
        app.press("q")
        assert app.wait_end() == 0
        assert app.is_clean()
    rows = pair.rows()
    assert {rows["primary"][ISE], rows["primary"][SECONDARY], rows["secondary"][PRIMARY]} == {"not-stored"}
    assert {rows["primary"][PRIMARY], rows["secondary"][SECONDARY]} == {"mismatch"}


def test_keys_held_down_delete_nothing(pair: Pair, tmp_path: Path) -> None:
    with terminal(pair.command("renamed"), tmp_path) as app:
        app.wait_for(compared)
        app.press(*["D"] * 20, *["enter"] * 20, *["D", "space", "enter"] * 5)
        app.settle(1)
        while not compared(app.text()):
            app.press("esc")
            app.settle(1)
        app.press("L")
        app.wait_for("Command log")
        assert DELETE not in app.text()
        app.press("esc")
        app.wait_for(compared)
        app.press("q")
        app.wait_end()
    assert pair.rows()["primary"][ISE] == "mismatch"


def end_by_q(app: Terminal) -> None:
    app.press("q")


def end_by_ctrl_c(app: Terminal) -> None:
    app.press("\x03")
    app.press("\x03")


def end_by_sigterm(app: Terminal) -> None:
    app.process.send_signal(signal.SIGTERM)


def end_by_sighup(app: Terminal) -> None:
    app.process.send_signal(signal.SIGHUP)


@pytest.mark.parametrize("end", [end_by_q, end_by_ctrl_c, end_by_sigterm, end_by_sighup])
def test_the_terminal_is_left_clean(pair: Pair, tmp_path: Path, end: Any) -> None:
    with terminal(pair.command("renamed"), tmp_path) as app:
        app.wait_for(compared)
        end(app)
        app.wait_end()
        assert app.is_clean()
        assert b"Traceback" not in app.raw


def test_a_crash_leaves_the_terminal_clean_and_says_so(pair: Pair, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CRASHING, *pair.command("renamed")[1:]]
    with terminal(command, tmp_path) as app:
        assert app.wait_end(30) != 0
        assert app.is_clean()
        assert "a pane that bursts; where it happened is written in" in app.raw.decode()
        (file,) = Path(pair.data).glob("crash-*.txt")
        assert str(file) in app.raw.decode()
        assert file.stat().st_mode & 0o777 == 0o600
        assert "in burst" in file.read_text()


def test_leaving_while_a_node_is_still_listing_does_not_hang(tmp_path: Path) -> None:
    with terminal([TOFUTUI, "--demo", "awkward"], tmp_path) as app:
        app.wait_for("PRIMARY")
        app.press("q")
        app.wait_end(20)
        assert app.is_clean()
