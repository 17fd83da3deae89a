"""What a refresh costs in which nothing changed: processor time of the app, and what the nodes were sent.

The nodes are the simulated pair with 2 x 300 rows; the app runs on a pseudo-terminal of 120x36. Beside it
the same with probing switched off, since each handshake costs what `bench_probes` shows.
Beside that a bare program that sends the same commands over open connections and looks at no answer.
Run: python tests/benchmarks/bench_refresh.py
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bare_ssh import LISTCERTS, bare_shells
from tests.benchmarks.bench_open import counted, quiet
from tests.benchmarks.bench_stalls import crowded
from tests.benchmarks.figures import PYTHON, ROOT, Figure, markdown, reaches, spread
from tests.support.lab_thread import ThreadedLab, lab_thread
from tests.support.terminal import Terminal, terminal
from tofutui.config.sessions import load_sessions

ROWS, ENDPOINTS = 300, 10
MUST = {"listcerts", "show clock", "ncs ha status"}
"""What a refresh asks each time; a failover changes the last."""


def processor_ms(app: Terminal) -> float:
    """Processor time that the app has used so far, to the nanosecond (Linux)."""
    tasks = Path(f"/proc/{app.process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


@contextmanager
def site(folder: Path, *, probing: bool) -> Iterator[ThreadedLab]:
    """The simulated pair."""
    scenario = folder / "crowded.toml"
    scenario.write_text(crowded(ROWS, ENDPOINTS))
    with lab_thread(str(scenario), folder / "lab") as lab:
        sessions = lab.lab.sessions_path
        if not probing:
            sessions.write_text(sessions.read_text().replace('via = "direct"', 'via = "off"'))
        yield lab


@contextmanager
def opened(folder: Path, lab: ThreadedLab) -> Iterator[Terminal]:
    """The app on the simulated pair, its first comparison done."""
    sessions = str(lab.lab.sessions_path)
    command = [PYTHON, "-m", "tofutui", "--sessions", sessions, "--data", str(folder / "data")]
    with terminal(command, folder, fresh=True, PYTHONPATH=str(ROOT)) as app:
        counted(app, ROWS)
        quiet(lab, app)
        yield app
        app.press("q")
        app.wait_end(30)


async def sent_only(sessions: Path, rounds: int) -> list[float]:
    """Processor milliseconds of this thread for the commands of a refresh, nothing done with the answers."""
    (session,) = load_sessions(sessions).values()
    times = []
    async with bare_shells(session.nodes.values()) as shells:
        for _ in range(rounds):
            before = time.thread_time()
            for command in (LISTCERTS, *sorted(MUST - {"listcerts"})):
                await asyncio.gather(*(shell.lines(command) for shell in shells))
            times.append((time.thread_time() - before) * 1000)
    return times


def measure(rounds: int, *, probing: bool) -> tuple[list[float], set[str], list[float]]:
    """Processor milliseconds of each refresh, the commands that were sent, and the bare program's time."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-refresh-") as name,
        site(Path(name), probing=probing) as lab,
    ):
        times = []
        with opened(Path(name), lab) as app:
            sent = {role: len(lines) for role, lines in lab.lab.sent.items()}
            for _ in range(rounds):
                before = processor_ms(app)
                os.write(app.master, b"R")
                quiet(lab, app)
                times.append(processor_ms(app) - before)
            asked = {line for role, lines in lab.lab.sent.items() for line in lines[sent[role] :]}
        return times, asked, asyncio.run(sent_only(lab.lab.sessions_path, rounds))


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 15 of the table."""
    rounds = 3 if quick else 9
    probed, sent, _ = measure(rounds, probing=True)
    times, _, bare = measure(rounds, probing=False)
    extra = {line for line in sent if not any(words in line for words in MUST)}
    beside = (
        f"with probing {spread(probed, 'ms')}; the same commands sent by bare asyncssh, no answer looked at: "
        f"{spread(bare, 'ms')}; sent beside {', '.join(sorted(MUST))}: {len(extra)}"
    )
    what = f"refresh of 2 x {ROWS} rows in which nothing changed, without probing, processor time"
    return [Figure(15, what, "60 ms", spread(times, "ms"), beside, reaches(times, 60) and not extra)]


if __name__ == "__main__":
    print(markdown(figures()))
