"""The longest time that the event loop is kept from anything else while logging in, listing and probing.

Two nodes of the simulated pair, a program of its own, with 2,500 rows each on 500 endpoints; the comparison
runs in this process, its imports done before. Beside it a loop that decrypts the same bytes, splits them into
lines, and looks at none. Run: python tests/benchmarks/bench_stalls.py [ROWS]
"""

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bare_ssh import LISTCERTS, bare_shells
from tests.benchmarks.figures import PYTHON, ROOT, Figure, markdown, reaches, spread
from tofutui.appliance.questions import NoAsker
from tofutui.config.sessions import load_sessions
from tofutui.ui.shell import gc_tuning
from tofutui.workbench import Workbench

ENDPOINTS = 500


def crowded(rows: int, endpoints: int) -> str:
    """The large site with this many rows a node."""
    text = files("tofutui.lab").joinpath("scenarios", "large.toml").read_text("utf-8")
    text = re.sub(r"rows = \d+", f"rows = {rows - 4}", text, count=1)
    return re.sub(r"servers = \d+", f"servers = {endpoints}", text, count=1)


@contextmanager
def pair(folder: Path, rows: int, endpoints: int) -> Iterator[Path]:
    """The simulated pair as a program of its own; gives its sessions file."""
    scenario = folder / "crowded.toml"
    scenario.write_text(crowded(rows, endpoints))
    lab = subprocess.Popen(
        [PYTHON, "-m", "tofutui", "lab", str(scenario)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, cwd=ROOT, text=True,
    )  # fmt: skip
    try:
        assert lab.stdout is not None
        for line in lab.stdout:
            if line.startswith("sessions: "):
                yield Path(line.removeprefix("sessions: ").strip())
                return
        raise SystemExit("the simulated pair did not start")
    finally:
        lab.terminate()
        lab.wait(20)


@dataclass
class Watcher:
    """Runs whenever the loop lets it, and notes how long it did not: by the clock, and in processor time."""

    worst: float = 0.0
    worst_cpu: float = 0.0

    async def run(self) -> None:
        before, before_cpu = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0)
            now, cpu = time.perf_counter(), time.thread_time()
            self.worst = max(self.worst, (now - before) * 1000)
            self.worst_cpu = max(self.worst_cpu, (cpu - before_cpu) * 1000)
            before, before_cpu = now, cpu


async def compare(sessions: Path) -> tuple[float, float, float]:
    """The longest stall of one comparison in ms, the same in processor time, and its seconds."""
    (session,) = load_sessions(sessions).values()
    bench, watcher = Workbench(session, NoAsker()), Watcher()
    watching = asyncio.create_task(watcher.run())
    started = time.perf_counter()
    try:
        await bench.refresh()
        took = time.perf_counter() - started
        counts = bench.comparison.counts()
        assert bench.comparison.complete, [node.error for node in bench.comparison.nodes.values()]
        assert sum(counts.values()) > 0
        return watcher.worst, watcher.worst_cpu, took
    finally:
        watching.cancel()
        await bench.close()


async def split_only(sessions: Path) -> tuple[float, float]:
    """The longest stall of a bare loop that gets both listings, in ms; the same in processor time."""
    (session,) = load_sessions(sessions).values()
    watcher = Watcher()
    watching = asyncio.create_task(watcher.run())
    try:
        async with bare_shells(session.nodes.values()) as shells:
            listed = await asyncio.gather(*(shell.lines(LISTCERTS) for shell in shells))
        assert all(len(lines) > 100 for lines in listed)
        return watcher.worst, watcher.worst_cpu
    finally:
        watching.cancel()


def figures(*, quick: bool = False, rows: int = 2500) -> list[Figure]:
    """Number 7 of the table."""

    gc_tuning.hold()
    gc_tuning.resume()
    with (
        tempfile.TemporaryDirectory(prefix="bench-stalls-") as name,
        pair(Path(name), rows, ENDPOINTS) as where,
    ):
        rounds = range(1 if quick else 3)
        both = [(asyncio.run(compare(where)), asyncio.run(split_only(where))) for _ in rounds]
    runs, floors = zip(*both, strict=True)
    worst, cpu, took = zip(*runs, strict=True)
    floor, floor_cpu = zip(*floors, strict=True)
    what = f"longest stall: log in, list 2 x {rows} rows, probe them at {ENDPOINTS} endpoints"
    beside = (
        f"of that processor time {spread(cpu, 'ms')}; both listings decrypted and split, nothing probed or "
        f"judged: {spread(floor, 'ms')}, of that {spread(floor_cpu, 'ms')}; a comparison takes "
        f"{spread(took, 's', 1)}"
    )
    return [Figure(7, what, "50 ms", spread(worst, "ms"), beside, reaches(worst, 50))]


if __name__ == "__main__":
    print(markdown(figures(rows=int(sys.argv[1]) if len(sys.argv) > 1 else 2500)))
