"""From the last byte of a listing to a screen at rest: 2 x 5,000 rows opened, 10 changes refreshed.

The nodes are the simulated pair, with probing switched off; the app runs on a pseudo-terminal of 120x36.
Beside the refresh: the same lines read by one expression, and what is gone found by comparing dictionaries.
Run: python tests/benchmarks/bench_open.py
"""

import os
import select
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest import mock

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bare_ssh import differences, rows_of
from tests.benchmarks.bench_stalls import crowded
from tests.benchmarks.figures import PYTHON, ROOT, Figure, markdown, reaches, spread
from tests.support.lab_thread import ThreadedLab, lab_thread
from tests.support.terminal import Terminal, terminal
from tofutui.lab.appliance.cli_output import listing_rows
from tofutui.lab.appliance.shell import LabShell

QUIET_S = 2.0
"""What comes later than this after the last byte belongs to something else."""
CHANGES = 10
ROWS_A_SECOND = 500
"""How fast a node lists; an appliance is slower."""


@contextmanager
def noting_ends(when: list[float]) -> Iterator[None]:
    """Note when each listing was sent to its end."""
    listing = LabShell._listing

    async def noted(shell: LabShell) -> AsyncIterator[str]:
        async for line in listing(shell):
            yield line
        when.append(time.perf_counter())

    with mock.patch.object(LabShell, "_listing", noted):
        yield


def still(app: Terminal, ends: list[float], listings: int) -> float:
    """Read until both listings have ended and nothing comes any more; when the last byte came."""
    last, deadline = time.perf_counter(), time.perf_counter() + 120
    while len(ends) < listings or select.select([app.master], [], [], QUIET_S)[0]:
        if select.select([app.master], [], [], 0.05)[0]:
            app._read(0)
            last = time.perf_counter()
        if time.perf_counter() > deadline:
            raise SystemExit(f"the screen does not come to rest ({len(ends)} listings): {app.text()}")
    return last


def counted(app: Terminal, rows: int) -> float:
    """Read until both panes count so many rows; when that was."""
    words = (f" of {rows} ━", f"─ {rows} ─")
    deadline = time.perf_counter() + 120
    while not all(word in app.text() for word in words):
        app._read(0.05)
        if time.perf_counter() > deadline:
            raise SystemExit(f"{rows} rows are not counted: {app.text()}")
    return time.perf_counter()


def quiet(lab: ThreadedLab, app: Terminal) -> None:
    """Read until the nodes have been asked nothing more for a while: the refresh is over."""
    asked = -1
    while asked != (now := sum(len(lines) for lines in lab.lab.sent.values())):
        asked = now
        while select.select([app.master], [], [], 2.0)[0]:
            app._read(0)


def change(lab: ThreadedLab) -> None:
    """Ten rows of each node go away, as if another person deleted them."""
    done = threading.Event()

    def take_away() -> None:
        for node in lab.lab.nodes.values():
            for key in [key for key in node.table if not node.is_own(key)][-CHANGES:]:
                del node.table[key]
        done.set()

    lab.loop.call_soon_threadsafe(take_away)
    done.wait(10)


def listed(lab: ThreadedLab) -> list[list[str]]:
    """What both nodes list."""
    return [listing_rows(node) for node in lab.lab.nodes.values()]


def compared(before: list[list[str]], now: list[list[str]]) -> float:
    """Milliseconds of processor time to find by two dictionaries what is gone."""
    known = [rows_of(lines) for lines in before]
    started = time.thread_time()
    gone = [differences(rows, rows_of(lines)) for rows, lines in zip(known, now, strict=True)]
    took = time.thread_time() - started
    assert [len(keys) for keys in gone] == [CHANGES, CHANGES]
    return took * 1000


def measure(rows: int) -> tuple[float, float, float, float]:
    """Milliseconds for opening; for a refresh with ten rows gone on each node, which is listed twice to be
    sure: until they are gone from both panes, and until all is said about it; and for the least work.
    """
    ends: list[float] = []
    with tempfile.TemporaryDirectory(prefix="bench-open-") as name, noting_ends(ends):
        folder = Path(name)
        scenario = folder / "crowded.toml"
        scenario.write_text(crowded(rows, 10))
        with lab_thread(str(scenario), folder / "lab") as lab:
            for node in lab.lab.nodes.values():
                node.list_seconds = rows / ROWS_A_SECOND
            sessions = lab.lab.sessions_path
            sessions.write_text(sessions.read_text().replace('via = "direct"', 'via = "off"'))
            assert 'via = "off"' in sessions.read_text()
            command = [PYTHON, "-m", "tofutui", "--sessions", str(sessions), "--data", str(folder / "data")]
            with terminal(command, folder, fresh=True, PYTHONPATH=str(ROOT)) as app:
                opened = still(app, ends, 2) - ends[1]
                quiet(lab, app)
                before = listed(lab)
                change(lab)
                least = compared(before, listed(lab))
                ends.clear()
                os.write(app.master, b"R")
                gone = counted(app, rows - CHANGES)
                refreshed = still(app, ends, 4) - max(ends)
                gone -= max(ends)
                app.press("q")
                app.wait_end(30)
    return opened * 1000, gone * 1000, refreshed * 1000, least


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 9 of the table, and its part of number 14."""
    few = [measure(500) for _ in range(1 if quick else 3)]
    many = [measure(5000) for _ in range(1 if quick else 5)]
    opened, gone, refreshed, least = ([run[part] for run in many] for part in range(4))
    small = [run[0] for run in few]
    growth = median(opened) / median(small)
    text = f"{median(small):.0f} ms -> {median(opened):.0f} ms"
    return [
        Figure(9, "2 x 5,000 rows opened, after the last byte", "500 ms", spread(opened, "ms"),
               f"2 x 500 rows: {spread(small, 'ms')}", reaches(opened, 500)),
        Figure(9, f"refresh of 2 x 5,000 rows with 2 x {CHANGES} gone", "120 ms", spread(gone, "ms"),
               f"all said about it after {spread(refreshed, 'ms')}; one listing of both nodes read by one "
               f"expression and compared by two dictionaries, processor time: {spread(least, 'ms')}",
               reaches(gone, 120)),
        Figure(14, "opening, 2 x 500 -> 2 x 5,000 rows", "11 x", f"{growth:.1f} x", text, growth <= 11),
    ]  # fmt: skip


if __name__ == "__main__":
    print(markdown(figures()))
