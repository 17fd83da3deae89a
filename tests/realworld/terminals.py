"""Terminals and multiplexers: what they show of the app, line by line beside a known emulator."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.realworld.trials import LeftOut, Make, Trial, of_makes, program
from tests.support.terminal import terminal
from tests.support.transcripts import PRIMARY_ROWS, session

_ROOT = Path(__file__).resolve().parents[2]
_WIDTH, _HEIGHT = 100, 30
_PATIENCE = 30.0
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")


def _command(folder: Path) -> list[str]:
    (folder / "one.log").write_text(session("prime-pri", PRIMARY_ROWS))
    return [sys.executable, "-m", "tofutui", "offline", "--primary", str(folder / "one.log"),
            "--primary-address", "192.0.2.10", "--no-probe", "--screen"]  # fmt: skip


def _expected(folder: Path) -> list[str]:
    """The lines that the emulator of the tests shows."""
    with terminal(_command(folder), folder, (_WIDTH, _HEIGHT), PYTHONPATH=str(_ROOT)) as screen:
        screen.wait_for("as recorded")
        screen.settle()
        return _lines(screen.text())


def _lines(text: str) -> list[str]:
    """The lines of a screen; the time of day in them differs from one start to the next."""
    return [_CLOCK.sub("HH:MM:SS", line.rstrip()) for line in text.split("\n")[:_HEIGHT]]


class _Tmux:
    """A tmux server of its own, with one window of the size that is compared."""

    def __init__(self, folder: Path, command: str, **env: str) -> None:
        home = {"HOME": str(folder), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        self._env = {**home, **env}
        self._socket = f"tofutui-{os.getpid()}-{folder.name}"
        size = ("-x", str(_WIDTH), "-y", str(_HEIGHT))
        self._run("-f", os.devnull, "new-session", "-d", *size, command)
        self._run("set-option", "-g", "status", "off")
        self._run("resize-window", *size)

    def lines(self) -> list[str]:
        """What the window shows."""
        return _lines(self._run("capture-pane", "-p"))

    def wait_for(self, lines: list[str]) -> list[str]:
        """What it shows once that is equal, or when patience ends."""
        end = time.monotonic() + _PATIENCE
        while (shown := self.lines()) != lines and time.monotonic() < end:
            time.sleep(0.2)
        return shown

    def press(self, key: str) -> None:
        """Type a key."""
        self._run("send-keys", key)

    def close(self) -> None:
        """End the server and what runs in it."""
        self._run("kill-server", check=False)

    def _run(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *words], env=self._env, check=check, capture_output=True, text=True
        )
        return done.stdout


def _compared(folder: Path, outer: str, **env: str) -> tuple[bool, str]:
    """Run the app behind ``outer`` in tmux; equal lines, and the shell's screen back after leaving."""
    expected = _expected(folder)
    inner = f"{outer}{shlex.join(_command(folder))}; echo left:$?; sleep 60"
    tmux = _Tmux(
        folder, inner if not outer else f"{outer}sh -c {shlex.quote(inner.removeprefix(outer))}", **env
    )
    try:
        shown = tmux.wait_for(expected)
        differing = sum(a != b for a, b in zip(shown, expected, strict=False))
        tmux.press("q")
        end = time.monotonic() + _PATIENCE
        while "left:0" not in "\n".join(tmux.lines()) and time.monotonic() < end:
            time.sleep(0.2)
        text = "\n".join(tmux.lines())
        cleared = "left:0" in text and "192.0.2" not in text
    finally:
        tmux.close()
    words = f"{_HEIGHT - differing} of {_HEIGHT} lines equal, {'left' if cleared else 'NOT left'} cleanly"
    return differing == 0 and cleared, words


def _in_tmux(folder: Path) -> tuple[bool, str]:
    return _compared(folder, "")


def _in_screen(folder: Path) -> tuple[bool, str]:
    return _compared(folder, "screen -q -U ", SCREENDIR=str(folder / "screens"))


_MAKES = (
    Make("tmux", "tmux", "tmux", {"a window": _in_tmux}),
    Make("GNU screen", "screen", "screen", {"in tmux": _in_screen}),
)


def trials() -> Iterator[Trial | LeftOut]:
    """Every multiplexer that can show what it shows."""
    yield from of_makes("terminals", _MAKES)
    for make, package, name in (("xterm", "xterm", "xterm"), ("mosh", "mosh", "mosh-server")):
        if program(name) is None:
            yield LeftOut("terminals", make, package)
