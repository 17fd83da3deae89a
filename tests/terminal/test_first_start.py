"""The program without a sessions file, in a terminal: the welcome, the demo from it, and faults as before."""

import sys
from pathlib import Path

from tests.support.terminal import terminal

TOFUTUI = [sys.executable, "-m", "tofutui"]


def test_the_demo_is_started_from_the_welcome_and_leaves_the_terminal_clean(tmp_path: Path) -> None:
    with terminal(TOFUTUI, tmp_path) as running:
        running.wait_for("There is no sessions file yet")
        running.press("d")
        running.wait_for(lambda screen: "DEMO" in screen and "prime-pri" in screen, seconds=60)
        running.press("q")
        assert running.wait_end() == 0
        assert running.is_clean()


def test_a_session_made_at_the_first_start_is_there_at_the_next(tmp_path: Path) -> None:
    path = tmp_path / "home" / ".config" / "tofutui" / "sessions.d" / "first.toml"
    with terminal(TOFUTUI, tmp_path, (80, 24)) as running:
        running.wait_for("There is no sessions file yet")
        running.press("n")
        running.wait_for("New session")
        running.wait_for("name: The name of the session")
        running.press(*"first", *["\t"] * 5)
        running.wait_for("host: Name or address")
        running.press(*"127.0.0.1", "\t", "1", "\x1bOQ")
        running.wait_for("first is saved; Enter logs in")
        running.press("\r")
        running.wait_for("FAILED")
        running.press("q")
        assert running.wait_end() == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert "port = 1\n" in path.read_text()
    with terminal([*TOFUTUI, "sessions", "list"], tmp_path) as running:
        running.wait_for("first  primary=127.0.0.1")


def test_the_welcome_ends_with_0_and_makes_nothing(tmp_path: Path) -> None:
    with terminal(TOFUTUI, tmp_path, (60, 20)) as running:
        running.wait_for("There is no sessions file yet")
        running.press("q")
        assert running.wait_end() == 0
        assert running.is_clean()
    assert not (tmp_path / "home" / ".config").exists()


def test_a_session_that_is_named_needs_its_file(tmp_path: Path) -> None:
    with terminal([*TOFUTUI, "site-a"], tmp_path) as running:
        assert running.wait_end() == 2
        assert b"no such file" in running.raw


def test_a_broken_sessions_file_is_reported_in_full_and_ends_with_2(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('[sessions.a.primary]\nhots = "x"\nport = "y"\n')
    with terminal([*TOFUTUI, "--sessions", str(broken)], tmp_path) as running:
        assert running.wait_end() == 2
        screen = "".join(running.text().split())  # a long path breaks the lines anywhere
        assert "hots" in screen
        assert "port" in screen
        assert "Traceback" not in screen
