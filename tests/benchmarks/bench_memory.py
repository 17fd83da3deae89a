"""Memory of the app with its rows shown, beside a bare Textual app; and an app that is left alone.

Canned rows, each with a certificate of its own, on a pseudo-terminal of 120x36. Beside them a bare app after
the same imports, which keeps the same values in tuples. Run: python tests/benchmarks/bench_memory.py
"""

import os
import select
import sys
import tempfile
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import PYTHON, ROOT, Figure, markdown
from tests.support.terminal import Terminal, terminal

APPS = str(ROOT / "tests" / "support" / "bench_apps.py")
IDLE_S = 20.0
MOST = 85.0
"""MB that the tables may take at any size that is measured."""
WORDS = {"loaded": "198.51.0.3:443", "shared": "198.51.0.3:443", "plain": "PRIMARY", "bare": "PRIMARY"}


def settle(app: Terminal, seconds: float = 2.0) -> None:
    """Read until nothing comes any more."""
    while select.select([app.master], [], [], seconds)[0]:
        os.read(app.master, 1 << 16)


def resident(app: Terminal) -> float:
    """Resident memory in MB."""
    text = Path(f"/proc/{app.process.pid}/status").read_text()
    kb = next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS:"))
    return int(kb) / 1000


def cpu(app: Terminal) -> float:
    """Processor seconds so far."""
    fields = Path(f"/proc/{app.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(name: str, rows: int) -> float:
    """MB once everything is shown."""
    with (
        tempfile.TemporaryDirectory() as folder,
        terminal([PYTHON, APPS, name, str(rows)], Path(folder), fresh=True, PYTHONPATH=str(ROOT)) as app,
    ):
        app.wait_for(WORDS[name], 60)
        settle(app)
        return resident(app)


def idle() -> tuple[int, float]:
    """Bytes written and percent of one core used while no key is pressed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        terminal([PYTHON, APPS, "loaded", "300"], Path(folder), fresh=True, PYTHONPATH=str(ROOT)) as app,
    ):
        app.wait_for(WORDS["loaded"], 60)
        settle(app)
        written, used, until = 0, cpu(app), time.monotonic() + IDLE_S
        while (left := until - time.monotonic()) > 0:
            if select.select([app.master], [], [], left)[0]:
                written += len(os.read(app.master, 1 << 16))
        return written, (cpu(app) - used) / IDLE_S * 100


def figures(*, quick: bool = False) -> list[Figure]:
    """Numbers 10 and 13 of the table, and the memory's part of number 14."""
    bare = memory("bare", 0)
    few, many = (30, 300) if quick else (500, 5000)
    taken = {(name, rows): memory(name, rows) for name in ("shared", "loaded") for rows in (few, many)}
    row, whole = (
        (taken[name, many] - taken[name, few]) * 1000 / (2 * (many - few)) for name in ("shared", "loaded")
    )
    allowed = min(MOST, bare + 40 + 2 * many * (2 + max(0.0, whole - row)) / 1000)
    what = f"2 x {many} rows, each with a certificate of its own"
    imports, plain = memory("plain", 0), memory("plain", many)
    beside = (
        f"bare Textual app {bare:.0f} MB, after the same imports {imports:.0f} MB, with the same values in "
        f"tuples {plain:.0f} MB; a row takes {row:.1f} KB, its certificate {whole - row:.1f} KB"
    )
    reached = f"{taken['loaded', many]:.0f} MB"
    figures = [Figure(10, what, f"{allowed:.0f} MB", reached, beside, taken["loaded", many] <= allowed)]
    times = (taken["loaded", many] - bare) / (taken["loaded", few] - bare)
    text = f"{taken['loaded', few] - bare:.0f} MB -> {taken['loaded', many] - bare:.0f} MB above bare"
    figures.append(
        Figure(14, f"memory, 2 x {few} -> 2 x {many} rows", "11 x", f"{times:.1f} x", text, times <= 11)
    )
    written, busy = idle()
    what = f"{IDLE_S:.0f} s untouched, watch off, 2 x 300 rows"
    figures.append(Figure(13, what, "0 bytes", f"{written} bytes", "—", written == 0))
    figures.append(Figure(13, what, "0.3 % CPU", f"{busy:.2f} % CPU", "—", busy < 0.3))
    return figures


if __name__ == "__main__":
    print(markdown(figures()))
