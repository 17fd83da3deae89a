"""The keys of real terminals: pressed by XTEST in a window of each, and read as the app reads them."""

import os
import select
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual import events

from tests.realworld.displays import display, press
from tests.realworld.trials import LeftOut, Make, Trial, of_makes, program
from tofutui.ui.terminal.keystream import KeyStream
from tofutui.ui.terminal.keytable import WHICH_TERMINAL, KeyTable

_ROOT = Path(__file__).resolve().parents[2]
_KEYS = {
    **{f"F{number}": f"f{number}" for number in range(1, 13)},
    "Up": "up", "Down": "down", "Left": "left", "Right": "right", "Home": "home", "End": "end",
    "Insert": "insert", "Delete": "delete", "Prior": "pageup", "Next": "pagedown", "Tab": "tab",
    "shift+Tab": "shift+tab", "Return": "enter", "BackSpace": "backspace", "ctrl+d": "ctrl+d",
    "ctrl+g": "ctrl+g", "j": "j", "D": "D", "question": "question_mark",
}  # fmt: skip
"""By X's name the name that the app has for the key."""
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class _Keyboard:
    """One way to start a terminal: its options, up to the one that takes a command."""

    command: Sequence[str]
    application: bool = False
    """Whether the cursor keys are put in the mode for applications first."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Keys by which the terminal is known to send what others do."""

    def __call__(self, folder: Path) -> tuple[bool, str]:
        out = folder / "keys"
        mode = "application" if self.application else "normal"
        recorder = [sys.executable, "-m", "tests.realworld.keyboards", mode, str(out)]
        env = {"HOME": str(folder), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        with display() as name:
            shown = {**env, "DISPLAY": name}
            with subprocess.Popen([*self.command, *recorder], env=shown, stderr=subprocess.DEVNULL) as window:
                try:
                    _wait_for(out, 1)
                    press(list(_KEYS), shown)
                    read = _wait_for(out, 1 + len(_KEYS))[1:]
                finally:
                    window.terminate()
        wanted = [self.moved.get(key, key) for key in _KEYS.values()]
        wrong = [f"{key} as {got}" for key, got in zip(wanted, read, strict=False) if key != got]
        known = len(read) - len(wrong) - len(self.moved)
        elsewhere = [f"{key} sends {other}" for key, other in self.moved.items()]
        words = [f"{known} of {len(wanted)} keys known", *wrong[:5], *elsewhere]
        return len(read) == len(wanted) and not wrong, ", ".join(words)


def _wait_for(out: Path, count: int) -> list[str]:
    end = time.monotonic() + _PATIENCE
    lines: list[str] = []
    while len(lines) < count and time.monotonic() < end:
        time.sleep(0.1)
        lines = out.read_text().splitlines() if out.exists() else []
    return lines


def _pterm(mode: int, moved: Mapping[str, str]) -> _Keyboard:
    """PuTTY's own terminal in one of its key modes."""
    return _Keyboard(("pterm", "-xrm", f"pterm.LinuxFunctionKeys: {mode}", "-e"), moved=moved)


_PLACES_OF_VT220 = {"home": "insert", "end": "pageup", "insert": "home", "delete": "end", "pageup": "delete"}
_PTERM: Mapping[str, Mapping[str, str]] = {
    "ESC[n~": {}, "Linux": {}, "Xterm R6": {}, "VT400": _PLACES_OF_VT220, "VT100+": {},
    "SCO": {"delete": "backspace"},
}  # fmt: skip
"""Its key modes, in the order of their numbers."""

_MAKES = (
    (Make("xterm", "xterm", "xterm", {
        "keys": _Keyboard(("xterm", "-e")),
        "keys, application mode": _Keyboard(("xterm", "-e"), application=True),
        "keys, Sun's": _Keyboard(("xterm", "-xrm", "XTerm*sunFunctionKeys: true", "-e")),
    })),
    (Make("rxvt-unicode", "rxvt-unicode", "urxvt", {
        "keys": _Keyboard(("urxvt", "-e")),
        "keys, application mode": _Keyboard(("urxvt", "-e"), application=True),
    })),
    (Make("st", "stterm", "stterm", {"keys": _Keyboard(("stterm", "-e"))})),
    (Make("PuTTY (pterm)", "pterm", "pterm", {
        f"keys, mode {name}": _pterm(number, moved) for number, (name, moved) in enumerate(_PTERM.items())
    })),
)  # fmt: skip


def trials() -> Iterator[Trial | LeftOut]:
    """Every terminal in which a key can be pressed here."""
    for name, package in (("Xvfb", "xvfb"), ("xdotool", "xdotool")):
        if program(name) is None:
            yield from (LeftOut("keys", make.name, package) for make in _MAKES)
            return
    yield from of_makes("keys", _MAKES)


def _record(mode: str, out: Path) -> None:
    """Note the name of every key that arrives, one a line, after a line with TERM."""
    stream, table = KeyStream(), KeyTable(os.environ.get("TERM", ""))
    before = termios.tcgetattr(0)
    tty.setraw(0)
    os.write(1, (WHICH_TERMINAL + ("\x1b[?1h" if mode == "application" else "")).encode())
    try:
        with out.open("w", buffering=1) as notes:
            while True:
                data = os.read(0, 4096) if select.select([0], [], [], 0.1)[0] else b""
                now = time.monotonic()
                for piece in stream.feed(data, now) if data else stream.tick(now):
                    for message in table.messages(piece):
                        if isinstance(message, events.Key):
                            notes.write(f"{message.key}\n")
                stream.has_old_mouse = not table.is_sco
                if now and notes.tell() == 0:
                    notes.write(os.environ.get("TERM", "") + "\n")
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)


if __name__ == "__main__":
    _record(sys.argv[1], Path(sys.argv[2]))
