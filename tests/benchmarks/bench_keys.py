"""Milliseconds from a key to the last byte painted, and bytes, in a real terminal of 120x36.

Two panes of N rows and the detail area that follows the cursor: the app on canned rows. Beside it two stock
DataTables with a Static, and the floor: an app that paints as many finished lines and computes nothing.
Run: python tests/benchmarks/bench_keys.py
"""

import os
import select
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import ROOT, Figure, is_measured, markdown, reaches, unmeasured
from tests.support.terminal import Terminal, terminal

APPS = ROOT / "tests" / "support" / "bench_apps.py"
PRESSES = 40
ANSWER_S = 5.0
"""A key that paints nothing in this time paints nothing at all."""
QUIET_S = 0.12
"""What comes later than this after the last byte belongs to something else."""
READY_S = 120.0
READY = {
    "ours": lambda screen: "198.51.0.3:443" in screen and " next: " in screen,
    "masked": lambda screen: "address-9:443" in screen and " next: " in screen,
    "stock": lambda screen: "198.51.0.3:443" in screen and "down" in screen,
    "canned": lambda screen: "198.51.0.3:443" in screen and "down" in screen,
}
"""When the whole screen is painted, its rows and its last lines."""

Press = tuple[float, int]
"""Milliseconds to the last byte, and bytes."""

KEYS: dict[str, Sequence[bytes]] = {
    "cursor": (b"k", b"j"),
    "cursor, scrolling": (b"j",),
    "other pane": (b"\t",),
    "mark": (b" ",),
    "sort": (b"s",),
}
"""What is pressed in turn, again and again."""
LETTERS = "letter of a filter"
CURSOR = ("cursor", "cursor, scrolling")
WAYS: dict[str, Sequence[str]] = {
    "ours": tuple(KEYS),
    "masked": CURSOR,
    "stock": CURSOR,
    "canned": ("cursor, scrolling", "other pane"),
}
"""What each app knows; ours and the floor take letters of a filter too."""


def settle(app: Terminal) -> None:
    """Read until nothing comes any more."""
    while select.select([app.master], [], [], QUIET_S)[0]:
        os.read(app.master, 1 << 16)


def press(app: Terminal, key: bytes) -> Press:
    """One key; no bytes and no time where it paints nothing."""
    started = last = time.perf_counter()
    count = 0
    os.write(app.master, key)
    while select.select([app.master], [], [], QUIET_S if count else ANSWER_S)[0]:
        count += len(os.read(app.master, 1 << 16))
        last = time.perf_counter()
    return (last - started) * 1000 if count else 0.0, count


def measure(name: str, rows: int, presses: int) -> dict[str, list[Press]]:
    """The ways of this app, and letters of a filter where it has one."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(APPS), name, str(rows)]
        with terminal(command, Path(folder), fresh=True, PYTHONPATH=str(ROOT)) as app:
            app.wait_for(READY[name], READY_S)
            settle(app)
            for _ in range(40):
                press(app, b"j")
            pressed = {way: in_turn(app, KEYS[way], presses) for way in WAYS[name]}
            if name == "ours":
                pressed |= higher(app, presses)
            if name in ("ours", "canned"):
                pressed[LETTERS] = letters(app, presses)
            app.press("q")
            app.wait_end()
    return pressed


def in_turn(app: Terminal, keys: Sequence[bytes], presses: int) -> list[Press]:
    """These keys again and again."""
    return [press(app, keys[number % len(keys)]) for number in range(presses)]


def higher(app: Terminal, presses: int) -> dict[str, list[Press]]:
    """The cursor in rows of two and three lines, which tables of this length get only when asked to."""
    pressed: dict[str, list[Press]] = {}
    press(app, b"H")
    for lines in (2, 3):
        press(app, b"H")
        pressed[f"cursor, rows of {lines} lines"] = in_turn(app, KEYS["cursor"], presses)
    press(app, b"H")
    return pressed


def letters(app: Terminal, presses: int) -> list[Press]:
    """Letters of a filter, typed and taken back: each changes what is shown."""
    press(app, b"/")
    typed = [press(app, key) for _ in range(presses // 4) for key in (b"1", b"7", b"\x7f", b"\x7f")]
    press(app, b"\x1b")
    press(app, b"\x1b")
    return typed


def line(presses: Sequence[Press]) -> str:
    """``4.8 / 5.4 ms, 1.2 KB``: median, 95 %, median of the bytes."""
    times = [took for took, _ in presses]
    size = median(count for _, count in presses) / 1000
    return f"{median(times):.1f} / {quantiles(times, n=20)[18]:.1f} ms, {size:.1f} KB"


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 8 of the table."""
    figures: list[Figure] = []
    for rows in (300, 5000):
        rivals = {
            "stock DataTables": measure("stock", rows, 15),
            "as many finished lines, nothing computed": measure("canned", 300, 15),
        }
        for way, presses in measure("ours", rows, 15 if quick else PRESSES).items():
            beside = "; ".join(f"{name}: {line(of[way])}" for name, of in rivals.items() if way in of) or "—"
            figures.append(judged(f"{way}, 2 x {rows} rows", presses, limits(way, rows), beside))
        for way, presses in measure("masked", rows, 15).items():
            figures.append(judged(f"{way}, privacy on, 2 x {rows} rows", presses, limits(way, rows), "—"))
    return figures


def limits(way: str, rows: int) -> tuple[float, float]:
    """What median and 95 % must reach, ms."""
    if way == LETTERS:
        return 60.0, 60.0 if rows == 300 else 100.0
    if way == "sort":
        most = 60.0 if rows == 300 else 120.0
        return most, most
    return (12.0, 30.0) if way in ("other pane", "cursor, scrolling") else (15.0, 30.0)


def judged(what: str, presses: Sequence[Press], limit: tuple[float, float], beside: str) -> Figure:
    """A line of the table; a key that painted nothing was not measured."""
    times, target = [took for took, _ in presses], f"{limit[0]:.0f} / {limit[1]:.0f} ms"
    if not is_measured(times):
        silent = sum(1 for took in times if not took)
        return unmeasured(8, what, target, f"{silent} of {len(times)} presses painted nothing")
    met = reaches(times, limit[0]) and quantiles(times, n=20)[18] <= limit[1]
    return Figure(8, what, target, line(presses), beside, met)


if __name__ == "__main__":
    print(markdown(figures()))
