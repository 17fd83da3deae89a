"""How long the command line takes for what needs nothing: `--version`, `--help`, a configuration error.

Beside a Python that imports argparse and tomllib. Run: python tests/benchmarks/bench_start.py
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
    ratio,
    ratios,
    seconds,
    spread,
    tofutui,
)

ROUNDS = 21


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 1 of the table."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = Path(folder, "sessions.toml")
        wrong.write_text('[sessions.a.primary]\nhots = "192.0.2.1"\n')
        ours = tofutui()
        ways = {
            "rival": partial(seconds, [PYTHON, "-c", "import argparse, tomllib"]),
            "--version": partial(seconds, [*ours, "--version"]),
            "--help": partial(seconds, [*ours, "--help"]),
            "configuration error": partial(seconds, [*ours, "check", "a", "--sessions", str(wrong)], code=2),
        }
        found = in_turn(ways, 5 if quick else ROUNDS)
    rival = found.pop("rival")
    beside = f"python -c 'import argparse, tomllib': {spread([t * 1000 for t in rival], 'ms')}"
    return [
        Figure(1, f"tofutui, {name}", "2 x", ratios(times, rival), beside, ratio(times, rival) <= 2)
        for name, times in found.items()
    ]


if __name__ == "__main__":
    print(markdown(figures()))
