"""Runs every benchmark and writes the table: ``python -m tests.benchmarks``.

``--quick`` takes fewer rounds, ``--only NUMBER`` (repeatable) some lines of the table; neither writes a file
unless ``--output`` names one. What a file holds after its table is written by hand, and stays. Needs what the
README's test line installs, and nginx, openssl, openssh-server and nmap of Debian. Nothing here is a test: a
figure above its target is a line that says so.
"""

import argparse
import sys
import time
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import dropwhile
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks.figures import ROOT, Figure, figures_of, machine, markdown

PARTS: tuple[tuple[int, str, str], ...] = (
    (1, "bench_start", "figures"),
    (2, "bench_first_paint", "figures"),
    (3, "bench_site", "figures"),
    (4, "bench_probes", "figures"),
    (5, "bench_trickle", "figures"),
    (6, "bench_prompt", "figures"),
    (7, "bench_stalls", "figures"),
    (8, "bench_keys", "figures"),
    (9, "bench_open", "figures"),
    (10, "bench_memory", "figures"),
    (11, "bench_history", "figures"),
    (12, "bench_sessions", "figures"),
    (15, "bench_refresh", "figures"),
    (16, "bench_night", "figures"),
    (17, "bench_demo", "figures"),
    (14, "bench_site", "growth"),
    (14, "bench_probes", "growth"),
)
"""Number in the table, module, function; 9 and 10 bring 13 and parts of 14 with them."""
TABLE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `python -m tests.benchmarks`; each line is a ratio or a time against a rival or a floor of the same
run. A median precedes its range. Wall times wander on a shared machine; what a change may not break is
tested by structure (which modules load, what is sent, what is painted), not by these figures.

"""


def taken(numbers: set[int], *, quick: bool) -> list[Figure]:
    """The figures, each part announced on stderr."""
    figures: list[Figure] = []
    for number, module, name in PARTS:
        if numbers and number not in numbers:
            continue
        began = time.monotonic()
        print(f"{number:3} {module} …", end=" ", file=sys.stderr, flush=True)
        with get_context("spawn").Pool(1) as alone:  # what one leaves in memory is not the next one's
            figures += alone.apply(figures_of, (f"tests.benchmarks.{module}", name, quick))
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return sorted(figures, key=lambda figure: figure.number)


def versions() -> str:
    """What was measured."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]
    names = (project, "textual", "asyncssh", "cryptography")
    return ", ".join(f"{name} {version(name)}" for name in names)


def write_table(path: Path, when: str, table: str) -> None:
    """Replace the head and the first table of a file, or make the file; what follows the table is kept."""
    path.parent.mkdir(exist_ok=True)
    notes = _after_table(path.read_text()) if path.exists() else ""
    path.write_text(f"{HEAD}{when}\n\n{table}{notes}")


def _after_table(text: str) -> str:
    """What follows the first table of a document."""
    from_table = dropwhile(lambda line: not line.startswith("|"), text.splitlines(keepends=True))
    return "".join(dropwhile(lambda line: line.startswith("|"), from_table))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=int, action="append", default=[])
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    table = markdown(taken(set(options.only), quick=options.quick))
    print(table)
    output = options.output or (None if options.quick or options.only else TABLE)
    if output is not None:
        write_table(output, f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; {versions()}.", table)


if __name__ == "__main__":
    main()
