"""`check --all` over many simulated pairs: how time and memory grow with their number.

The pairs run in processes of their own (25 a process); `check` is a program of its own. Prints, for each
number of pairs: wall seconds, CPU seconds of `check`, both by session, and its peak memory. The last two
columns say what each further pair took since the line above, in milliseconds of wall and of CPU time: they
stay the same where growth is linear. Run: python tests/benchmarks/bench_sessions.py [PAIRS ...] [--at-once N]
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Figure
from tofutui.lab.pair import Lab

A_PROCESS = 25
SCENARIO = "renamed"


@dataclass(frozen=True)
class Cost:
    """What one run of `check` took."""

    wall: float
    cpu: float
    peak_mb: float


async def serve(folder: Path, first: int, count: int) -> None:
    """So many pairs until stdin ends; their sessions are in one file of ``folder``."""
    labs = [await Lab.start(SCENARIO, folder / f"lab-{first + n}") for n in range(count)]
    texts = [
        lab.sessions_path.read_text().replace(f"sessions.{SCENARIO}", f"sessions.s{first + n:03d}")
        for n, lab in enumerate(labs)
    ]
    (folder / f"part-{first}.toml").write_text("".join(texts))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for lab in labs:
        await lab.stop()


@contextmanager
def pairs(count: int, folder: Path) -> Iterator[Path]:
    """Running pairs; the sessions file of them all."""
    parts = range(0, count, A_PROCESS)
    servers = [
        subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder), str(at), str(min(A_PROCESS, count - at))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for at in parts
    ]
    try:
        for server in servers:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
        path = folder / "all.toml"
        path.write_text("".join((folder / f"part-{at}.toml").read_text() for at in parts))
        yield path
    finally:
        for server in servers:
            server.communicate()


def check(sessions: Path, data: Path, at_once: int) -> Cost:
    """One run, measured by the kernel."""
    command = [sys.executable, "-m", "tofutui", "check", "--all", "--sessions", str(sessions)]
    command += ["--data", str(data), "--at-once", str(at_once)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "SSH_AUTH_SOCK": ""})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1, process.returncode
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(count: int, at_once: int) -> Cost:
    """The best of three runs over so many pairs."""
    with tempfile.TemporaryDirectory() as name, pairs(count, Path(name)) as sessions:
        return min((check(sessions, Path(name, f"d{n}"), at_once) for n in range(3)), key=lambda c: c.cpu)


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 12 of the table: what each further pair costs, early and late."""
    single, some, many = (1, 5, 10) if quick else (1, 10, 50)
    cost = {count: measure(count, 4) for count in (single, some, many)}
    early = (cost[some].cpu - cost[single].cpu) / (some - single) * 1000
    late = (cost[many].cpu - cost[some].cpu) / (many - some) * 1000
    what = f"check --all over {many} pairs: {cost[many].wall:.1f} s, {cost[many].cpu:.1f} s CPU"
    peak = f"{cost[many].peak_mb:.0f} MB"
    beside = f"pairs 2 to {some}: {early:.0f} ms CPU each; pairs {some + 1} to {many}: {late:.0f} ms"
    return [
        Figure(12, what, "linear", f"{late / early:.2f} x a pair", beside, late / early <= 1.2),
        Figure(12, f"memory at {many} pairs", "bounded", peak, f"one pair: {cost[single].peak_mb:.0f} MB",
               cost[many].peak_mb <= cost[single].peak_mb + 20),
    ]  # fmt: skip


def main() -> None:
    """Print one line for each number of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", type=int, default=[10, 20, 50])
    parser.add_argument("--at-once", type=int, default=4)
    options = parser.parse_args()
    print(f"{'pairs':>6} {'wall s':>8} {'cpu s':>7} {'wall/pair':>10} {'cpu/pair':>9} {'peak MB':>8}", end="")
    print(f" {'+wall ms':>9} {'+cpu ms':>8}")
    before, above = 0, None
    for count in sorted({1, *options.pairs}):
        cost = measure(count, options.at_once)
        line = f"{count:6} {cost.wall:8.2f} {cost.cpu:7.2f} {cost.wall / count:10.3f} {cost.cpu / count:9.3f}"
        line += f" {cost.peak_mb:8.0f}"
        if above is not None:
            more = count - before
            line += f" {1000 * (cost.wall - above.wall) / more:9.0f}"
            line += f" {1000 * (cost.cpu - above.cpu) / more:8.0f}"
        print(line, flush=True)
        before, above = count, cost


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
    else:
        main()
