"""Milliseconds from starting a program to its first painted frame, in a real terminal of 120x36.

The installed command on a session whose nodes refuse the connection, beside a bare Textual app with as many
widgets, beside the same with as many rules of style and the libraries that read a command line and TOML, and
beside Python that only imports Textual's App; runs alternate.
Run: python tests/benchmarks/bench_first_paint.py
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import ROOT, Figure, ratio, ratios, spread
from tests.support.terminal import terminal

APPS = str(ROOT / "tests" / "support" / "bench_apps.py")
STYLES = ("shell/app.tcss", "tables/screen.tcss")
RULES = sum((ROOT / "tofutui" / "ui" / name).read_text().count("{") for name in STYLES)
RUNS = 11
SESSIONS = """
[sessions.bench]
[sessions.bench.primary]
host = "127.0.0.1"
port = 9
[sessions.bench.secondary]
host = "127.0.0.1"
port = 10
"""
COMMANDS = {
    "tofutui": ([sys.executable, "-m", "tofutui", "--sessions", "sessions.toml"], "PRIMARY"),
    "tofutui, connected": ([sys.executable, "-m", "tofutui", "--sessions", "sessions.toml"], "FAILED"),
    "bare Textual": ([sys.executable, APPS, "bare", "3"], "PRIMARY"),
    "least": ([sys.executable, APPS, "least", str(RULES)], "PRIMARY"),
    "import textual.app": ([sys.executable, "-c", "import textual.app; print('PRIMARY')"], "PRIMARY"),
}


def measure(name: str) -> float:
    """Milliseconds until the program's first word is on the screen."""
    command, word = COMMANDS[name]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sessions.toml").write_text(SESSIONS)
        started = time.perf_counter()
        with terminal(command, Path(folder), fresh=True, PYTHONPATH=str(ROOT)) as app:
            app.wait_for(word)
            return (time.perf_counter() - started) * 1000


def rounds(count: int) -> dict[str, list[float]]:
    """Each program once a round."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(count):
        for name, times in seconds.items():
            times.append(measure(name))
    return seconds


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 2 of the table."""
    seconds = rounds(3 if quick else RUNS)
    rivals = {
        "bare Textual": "bare Textual app, same widgets",
        "least": f"the same with {RULES} rules of style, argparse, ctypes, resource, shlex, tomllib",
    }
    return [_figure(seconds["tofutui"], seconds[name], words) for name, words in rivals.items()]


def _figure(ours: list[float], rivals: list[float], words: str) -> Figure:
    what = f"first paint with a sessions file: {spread(ours, 'ms')}"
    beside = f"{words}: {spread(rivals, 'ms')}"
    return Figure(2, what, "1.25 x", ratios(ours, rivals), beside, ratio(ours, rivals) <= 1.25)


def main() -> None:
    """Print median and range of each."""
    for name, times in rounds(RUNS).items():
        print(f"{name:22}{median(times):7.0f} ms   ({min(times):.0f} to {max(times):.0f})")


if __name__ == "__main__":
    main()
