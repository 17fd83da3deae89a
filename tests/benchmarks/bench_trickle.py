"""From a row's last byte to its verdict on the screen, while the node still lists.

The simulated pair lists a row every half second; the app runs on a pseudo-terminal of 120x36. Beside it the
round trips alone: the same endpoint asked once by a bare loop. Run: python tests/benchmarks/bench_trickle.py
"""

import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bench_check import scenario_of
from tests.benchmarks.figures import PYTHON, ROOT, Figure, markdown, spread
from tests.support.lab_thread import ThreadedLab, lab_thread
from tests.support.terminal import terminal
from tofutui.lab.appliance.shell import LabShell

ROWS, SECONDS = 20, 10.0
VERDICTS = ("MISMATCH", "SAME NAME", "NO ANSWER")


@contextmanager
def noting_rows(when: list[float]) -> AsyncIterator[None]:
    """Note the moment at which each row of a listing was sent."""
    listing = LabShell._listing

    async def noted(shell: LabShell) -> AsyncIterator[str]:
        async for line in listing(shell):
            yield line
            if line.startswith("host="):
                when.append(time.perf_counter())

    with mock.patch.object(LabShell, "_listing", noted):
        yield


def first_verdict(lab: ThreadedLab, folder: Path, sent: list[float]) -> tuple[float, int]:
    """Milliseconds from the first row's bytes to a verdict, and how many rows had been sent by then."""
    command = [
        PYTHON,
        "-m",
        "tofutui",
        "--sessions",
        str(lab.lab.sessions_path),
        "--data",
        str(folder / "data"),
    ]
    with terminal(command, folder, fresh=True, PYTHONPATH=str(ROOT)) as app:
        app.wait_for(lambda screen: any(f" {word}" in screen for word in VERDICTS), 60)
        now, rows = time.perf_counter(), len(sent)
        app.press("q")
        app.wait_end(30)
    return (now - sent[0]) * 1000, rows


def measure() -> tuple[float, int]:
    """One run."""
    sent: list[float] = []
    with tempfile.TemporaryDirectory() as name, noting_rows(sent):
        folder = Path(name)
        scenario = folder / "slow.toml"
        scenario.write_text(scenario_of(ROWS))
        with lab_thread(str(scenario), folder / "lab") as lab:
            for node in lab.lab.nodes.values():
                node.list_seconds = SECONDS
            return first_verdict(lab, folder, sent)


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 5 of the table."""
    runs = [measure() for _ in range(2 if quick else 7)]
    times, rows = [took for took, _ in runs], max(rows for _, rows in runs)
    beside = f"{rows} of 2 x {ROWS} rows sent by then; a listing takes {SECONDS:.0f} s"
    met = sorted(times)[len(times) // 2] <= 300
    return [Figure(5, "first judged row while the node lists", "300 ms", spread(times, "ms"), beside, met)]


if __name__ == "__main__":
    print(markdown(figures()))
