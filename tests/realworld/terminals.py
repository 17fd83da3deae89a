"""Terminals and multiplexers: what they show of the app, cell by cell beside a known emulator."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from tests.realworld.displays import display, press
from tests.realworld.trials import LeftOut, Make, Trial, of_makes, program
from tests.support.terminal import terminal
from tests.support.transcripts import PRIMARY_ROWS, session

_ROOT = Path(__file__).resolve().parents[2]
_WIDTH, _HEIGHT = 100, 30
_PATIENCE = 30.0
_QUIET = 1.5
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")
_KEYS = ("j", "Return", "Escape", "m", "Escape", "F1", "Escape")
"""Pressed one after the other, with a look after each; by the names that X has for them."""
_BY_TMUX = {"Return": "Enter", "Escape": "Escape"}
_BY_EMULATOR = {"Return": "enter", "Escape": "esc", "F1": "\x1bOP"}


class _Shown(Protocol):
    """A terminal with the app in it."""

    def lines(self) -> list[str]:
        """What it shows."""
        ...

    def press(self, key: str) -> None:
        """Type a key."""
        ...


_Start = Callable[[Path, str, ExitStack], _Shown]
"""Starts a terminal with a shell command in it; the stack ends it."""


def _command(folder: Path) -> list[str]:
    (folder / "one.log").write_text(session("prime-pri", PRIMARY_ROWS))
    return [sys.executable, "-m", "tofutui", "offline", "--primary", str(folder / "one.log"),
            "--primary-address", "192.0.2.10", "--no-probe", "--screen"]  # fmt: skip


def _expected(folder: Path) -> list[list[str]]:
    """The lines that the emulator of the tests shows, at first and after each key."""
    with terminal(_command(folder), folder, (_WIDTH, _HEIGHT), PYTHONPATH=str(_ROOT)) as screen:
        screen.wait_for("as recorded")
        screen.settle()
        shown = [_lines(screen.text())]
        for key in _KEYS:
            screen.press(_BY_EMULATOR.get(key, key))
            screen.settle()
            shown.append(_lines(screen.text()))
    return shown


def _lines(text: str) -> list[str]:
    """The lines of a screen; the time of day in them differs from one start to the next."""
    lines = [_CLOCK.sub("HH:MM:SS", line.rstrip()).ljust(_WIDTH) for line in text.split("\n")[:_HEIGHT]]
    return lines + [" " * _WIDTH] * (_HEIGHT - len(lines))


def _environment(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}


def _until(shown: _Shown, holds: Callable[[list[str]], bool]) -> list[str]:
    """What is shown once that holds, or when patience ends."""
    end = time.monotonic() + _PATIENCE
    while not holds(lines := shown.lines()) and time.monotonic() < end:
        time.sleep(0.2)
    return lines


class _Tmux:
    """A tmux server of its own, with one window of the size that is compared."""

    def __init__(self, folder: Path, command: str, **env: str) -> None:
        self._env = {**_environment(folder), **env}
        self._socket = f"tofutui-{os.getpid()}-{folder.name}"
        size = ("-x", str(_WIDTH), "-y", str(_HEIGHT))
        self._run("-f", os.devnull, "new-session", "-d", *size, command)
        self._run("set-option", "-g", "status", "off")
        self._run("resize-window", *size)

    def lines(self) -> list[str]:
        return _lines(self._run("capture-pane", "-p", check=False))

    def press(self, key: str) -> None:
        self._run("send-keys", _BY_TMUX.get(key, key))

    def close(self) -> None:
        """End the server and what runs in it."""
        self._run("kill-server", check=False)

    def _run(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *words], env=self._env, check=check, capture_output=True, text=True
        )
        return done.stdout


class _Xterm:
    """An xterm on a display of its own: real keys go in by XTEST, the cells come out by its printer."""

    def __init__(self, folder: Path, command: str, display: str) -> None:
        self._env = {**_environment(folder), "DISPLAY": display}
        self._printed, self._tty = folder / "printed", folder / "tty"
        resources = {"printerCommand": f"cat >{self._printed}", "printerAutoClose": "true",
                     "printAttributes": "0", "utf8": "2"}  # fmt: skip
        options = [word for name, value in resources.items() for word in ("-xrm", f"XTerm*{name}: {value}")]
        inner = f"tty >{self._tty}; {command}"
        size = ("-geometry", f"{_WIDTH}x{_HEIGHT}+0+0")
        self._process = subprocess.Popen(["xterm", *size, *options, "-e", "sh", "-c", inner], env=self._env)

    def lines(self) -> list[str]:
        """The screen as xterm prints it when its own terminal is told to (``CSI i``).

        That is written when the app has been quiet for a while: it must not fall into one of its sequences.
        """
        time.sleep(_QUIET)
        if not self._tty.exists() or not self._tty.read_text():
            return []
        self._printed.unlink(missing_ok=True)
        Path(self._tty.read_text().strip()).write_text("\x1b[i")
        end = time.monotonic() + 5
        while not self._printed.exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.1)
        printed = self._printed.read_bytes() if self._printed.exists() else b""
        return _lines(printed.decode(errors="replace").replace("\r", ""))

    def press(self, key: str) -> None:
        press([key], self._env)

    def close(self) -> None:
        """Close the window."""
        self._process.terminate()
        self._process.wait(10)


def _compared(folder: Path, start: _Start) -> tuple[bool, str]:
    """Run the app in a terminal; equal cells after every key, and the shell's screen back after leaving."""
    expected = _expected(folder)
    with ExitStack() as stack:
        shown = start(folder, f"{shlex.join(_command(folder))}; echo left:$?; sleep 60", stack)
        equal = 0
        for key, wanted in zip(("", *_KEYS), expected, strict=True):
            if key:
                shown.press(key)
            lines = _until(shown, wanted.__eq__)
            equal += sum(map(str.__eq__, "".join(lines), "".join(wanted)))
        shown.press("q")
        text = "\n".join(_until(shown, lambda lines: "left:0" in "\n".join(lines)))
        cleared = "left:0" in text and "192.0.2" not in text
    count = _WIDTH * _HEIGHT * len(expected)
    words = f"{equal:,} of {count:,} cells equal, {'left' if cleared else 'NOT left'} cleanly"
    return equal == count and cleared, words


def _tmux(folder: Path, command: str, stack: ExitStack, **env: str) -> _Shown:
    window = _Tmux(folder, command, **env)
    stack.callback(window.close)
    return window


def _screen(folder: Path, command: str, stack: ExitStack) -> _Shown:
    outer = f"screen -q -U sh -c {shlex.quote(command)}"
    return _tmux(folder, outer, stack, SCREENDIR=str(folder / "screens"))


def _mosh(folder: Path, command: str, stack: ExitStack) -> _Shown:
    """A server that runs the app, and a client of it in tmux, over UDP on loopback."""
    server = ["mosh-server", "new", "-i", "127.0.0.1", "-c", "256", "--", "sh", "-c", command]
    done = subprocess.run(server, env=_environment(folder), check=True, capture_output=True, text=True)
    match = re.search(r"MOSH CONNECT (\d+) (\S+)", done.stdout)
    if match is None:
        raise RuntimeError(done.stdout + done.stderr)
    return _tmux(folder, f"mosh-client 127.0.0.1 {match[1]}", stack, MOSH_KEY=match[2])


def _xterm(folder: Path, command: str, stack: ExitStack) -> _Shown:
    window = _Xterm(folder, command, stack.enter_context(display()))
    stack.callback(window.close)
    return window


def _make(name: str, package: str, name_of_program: str, where: str, start: _Start) -> Make:
    return Make(name, package, name_of_program, {where: lambda folder: _compared(folder, start)})


_MAKES = (
    (_make("tmux", "tmux", "tmux", "a window", _tmux), ()),
    (_make("GNU screen", "screen", "screen", "in tmux", _screen), ("tmux",)),
    (_make("mosh", "mosh", "mosh-server", "in tmux, on loopback", _mosh), ("tmux",)),
    (_make("xterm", "xterm", "xterm", "under Xvfb, keys by XTEST", _xterm), ("Xvfb", "xdotool")),
)
"""Each terminal, and the programs that it is read and operated with."""
_PACKAGES = {"Xvfb": "xvfb"}
_UNREADABLE = ("PuTTY", "rxvt-unicode", "st", "kitty", "GNOME Terminal", "Windows Terminal")
"""Their cells cannot be read from outside."""


def trials() -> Iterator[Trial | LeftOut]:
    """Every terminal whose cells can be read."""
    for make, helpers in _MAKES:
        missing = [helper for helper in helpers if program(helper) is None]
        if missing and program(make.program):
            yield from (LeftOut("terminals", make.name, _PACKAGES.get(name, name)) for name in missing)
        else:
            yield from of_makes("terminals", (make,))
    yield from (
        LeftOut("terminals", name, why="its cells cannot be read from outside") for name in _UNREADABLE
    )
