"""What the command line costs for what needs nothing: `--version`, `--help`, a configuration error.

Processor time, beside a Python that imports argparse and tomllib; the configuration error also beside one
that loads what its checks are declared with. Run: python tests/benchmarks/bench_start.py
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import (
    PYTHON,
    Figure,
    in_turn,
    markdown,
    processor_seconds,
    ratio,
    ratios,
    spread,
    tofutui,
)

ROUNDS = 21
RIVAL = "import argparse, tomllib"
LEAST = "import argparse, tomllib, pathlib, dataclasses, logging, ctypes"
"""What it needs on the way: paths, checked settings, and the silence of libraries and of a core file."""


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 1 of the table."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = Path(folder, "sessions.toml")
        wrong.write_text('[sessions.a.primary]\nhots = "192.0.2.1"\n')
        ours = tofutui()
        error = [*ours, "check", "a", "--sessions", str(wrong)]
        ways = {
            "rival": partial(processor_seconds, [PYTHON, "-c", RIVAL]),
            "least": partial(processor_seconds, [PYTHON, "-c", LEAST]),
            "--version": partial(processor_seconds, [*ours, "--version"]),
            "--help": partial(processor_seconds, [*ours, "--help"]),
            "configuration error": partial(processor_seconds, error, code=2),
        }
        times = in_turn(ways, 5 if quick else ROUNDS)
    judged = [
        ("--version", "rival", RIVAL, 1.3),
        ("--help", "rival", RIVAL, 1.3),
        ("configuration error", "rival", RIVAL, 1.5),
        ("configuration error", "least", LEAST, 1.5),
    ]
    return [_figure(name, times[name], code, times[other], most) for name, other, code, most in judged]


def _figure(name: str, ours: list[float], code: str, rivals: list[float], most: float) -> Figure:
    beside = f"python -c '{code}': {spread([seconds * 1000 for seconds in rivals], 'ms')} of processor time"
    met = ratio(ours, rivals) <= most
    return Figure(1, f"tofutui, {name}", f"{most} x", ratios(ours, rivals), beside, met)


if __name__ == "__main__":
    print(markdown(figures()))
