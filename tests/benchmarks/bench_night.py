"""A watch over night: a refresh each minute for eight hours, the hours on the program's own clock only.

The nodes are the simulated pair with 2 x 20 rows, a program of its own, and nothing changes on them. Memory
is compared from an hour after the start to the end; what the history's file holds is read at the end.
Run: python tests/benchmarks/bench_night.py [REFRESHES]
"""

import asyncio
import gc
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bench_stalls import pair
from tests.benchmarks.figures import Figure, markdown
from tofutui.appliance.questions import NoAsker
from tofutui.config.sessions import load_sessions
from tofutui.history.database import FILE, Database
from tofutui.history.row_history import Sightings
from tofutui.ui.shell import gc_tuning
from tofutui.workbench import Workbench

ROWS, ENDPOINTS = 20, 10
HOUR, NIGHT = 60, 8 * 60
"""In refreshes."""
FLAT = 1.1
"""How much more it may be at the end: the command log fills up to its 5,000 lines."""


@dataclass
class Clock:
    """A clock that is put forward by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def resident() -> float:
    """Memory of this process in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def stored(path: Path) -> int:
    """Bytes of the history's file with what is not yet in it."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


async def night(sessions: Path, path: Path, refreshes: int) -> list[float]:
    """Memory after each refresh, MB."""
    (session,) = load_sessions(sessions).values()
    clock, database = Clock(datetime.now(UTC)), Database(path)
    bench = Workbench(session, NoAsker(), clock=clock, sightings=Sightings(database))
    held = []
    try:
        for _ in range(refreshes):
            await bench.refresh(by_itself=True)
            assert bench.comparison.complete, [node.error for node in bench.comparison.nodes.values()]
            clock.now += timedelta(minutes=1)
            held.append(resident())
    finally:
        await bench.close()
        database.close()
    return held


def figures(*, quick: bool = False, refreshes: int = NIGHT) -> list[Figure]:
    """Number 16 of the table."""
    refreshes = NIGHT // 8 if quick else refreshes
    gc_tuning.hold()
    gc_tuning.resume()
    with (
        tempfile.TemporaryDirectory(prefix="bench-night-") as name,
        pair(Path(name), ROWS, ENDPOINTS) as sessions,
    ):
        path = Path(name, FILE)
        held = asyncio.run(night(sessions, path, refreshes))
        size = stored(path) / 1000
    first, last = held[min(HOUR, len(held) // 2)], held[-1]
    what = f"a night's watch, {refreshes} refreshes of 2 x {ROWS} rows"
    reached = f"{first:.1f} -> {last:.1f} MB, {size:.0f} KB"
    met = last <= first * FLAT and size < 1000
    return [
        Figure(16, what, "memory flat, history < 1 MB", reached, "memory after an hour -> at the end", met)
    ]


if __name__ == "__main__":
    print(markdown(figures(refreshes=int(sys.argv[1]) if len(sys.argv) > 1 else NIGHT)))
