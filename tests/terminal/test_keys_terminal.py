"""The user's own keys and the mouse, in a real terminal."""

import re
import sys
from pathlib import Path

from tests.support.terminal import Terminal, terminal

TOFUTUI = str(Path(sys.executable).with_name("tofutui"))
MOUSE = re.compile(rb"\x1b\[\?(?:9|100[012356]|1015|1016)h")
"""What asks for the mouse (xterm, "Mouse Tracking"); 1004 is about the focus."""


def compared(screen: str) -> bool:
    return "3 mismatch" in screen and screen.count("HA not Configured") == 2


def leave(app: Terminal) -> None:
    app.press("q")
    assert app.wait_end() == 0
    assert app.is_clean()


def test_without_the_mouse_no_terminal_is_asked_for_it(tmp_path: Path) -> None:
    with terminal([TOFUTUI, "--demo", "renamed", "--no-mouse"], tmp_path) as app:
        app.wait_for(compared)
        app.press("?")
        app.wait_for("Help")
        app.press("esc")
        app.wait_for(compared)
        app.press("D")
        app.wait_for("Delete 1 row")
        app.press("n")
        app.wait_for(lambda screen: "Delete 1 row" not in screen)
        leave(app)
        assert MOUSE.search(bytes(app.raw)) is None


def test_with_the_mouse_a_click_arms_the_pane(tmp_path: Path) -> None:
    with terminal([TOFUTUI, "--demo", "renamed"], tmp_path) as app:
        app.wait_for(compared)
        assert MOUSE.search(bytes(app.raw)) is not None
        assert app.text().splitlines()[1].startswith("┏━ PRIMARY")
        app.press("\x1b[<0;90;8M", "\x1b[<0;90;8m")
        app.wait_for(lambda screen: "┏━ SECONDARY" in screen.splitlines()[1])
        leave(app)


def test_own_keys_from_the_file_to_a_deletion(tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".config" / "tofutui"
    folder.mkdir(parents=True)
    folder.joinpath("keys.toml").write_text(
        '"row.delete" = ["X"]\n"plan.delete" = ["X"]\n"delete.confirm" = ["!"]\n"app.quit" = ["ctrl+l"]\n'
    )
    with terminal([TOFUTUI, "--demo", "renamed", "--last-key"], tmp_path) as app:
        app.wait_for(compared)
        app.press("D")
        app.wait_for("D  nothing here")
        app.press("X")
        app.wait_for(lambda screen: "Delete 1 row" in screen and "!  Delete on" in screen)
        app.press("y")
        app.wait_for("y  nothing here")
        assert "Delete 1 row" in app.text()
        app.say_yes("!")
        app.wait_for("GONE")
        app.press("enter")
        app.wait_for(lambda screen: "GONE" not in screen)
        app.press("\x0c")
        assert app.wait_end() == 0
        assert app.is_clean()


def test_a_broken_file_is_reported_before_the_screen_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".config" / "tofutui"
    folder.mkdir(parents=True)
    folder.joinpath("keys.toml").write_text('"row.delete" = ["j"]\n"row.mark" = ["ctrl+i"]\n')
    with terminal([TOFUTUI, "--demo"], tmp_path, (160, 24)) as app:
        assert app.wait_end() == 2
        assert "keys.toml:1: row.delete" in app.text()
        assert "keys.toml:2: row.mark" in app.text()
        assert b"\x1b[?1049h" not in app.raw
