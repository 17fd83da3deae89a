"""The app watching a pair of 300 rows a node for a long time, while things go wrong at random (seeded).

Lost links, refused and frozen nodes, slow, cut-off and hanging listings, re-issued certificates, restarts,
endpoints that are silent, reset or speak no TLS. Memory, file descriptors, tasks, threads and refreshes are
sampled between refreshes. Ends with 1 when one of them is not flat, a refresh is missed, or anything is
complained of.
Run: python tests/benchmarks/soak.py [--minutes 30] [--watch 5] [--seed 8] [--debug]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.soaking import Complaints, Sample, Soak, complaints, random_faults, soak  # noqa: E402
from tofutui.ui.shell import gc_tuning  # noqa: E402

FLAT = 0.10
LATE = 2.0
"""Seconds after its time at which a refresh counts as missed."""
WARM_UP = 0.15
"""The part of the run after which its beginning is measured: caches fill, and the command log."""


def main() -> int:
    """Run, print the table and the judgement."""
    options = _options()
    gc_tuning.hold()  # the app resumes it: the soak runs with the thresholds that a user's app has
    with complaints() as complained, tempfile.TemporaryDirectory() as folder:
        soaked, _ = asyncio.run(_soak(Path(folder), options), debug=options.debug or None)
    return _judge(soaked, complained)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--watch", type=float, default=5.0, help="seconds between refreshes")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--debug", action="store_true", help="asyncio's debug mode: reports slow callbacks")
    return parser.parse_args()


async def _soak(folder: Path, options: argparse.Namespace) -> tuple[Soak, None]:
    async def play(running: Soak) -> None:
        await running.refreshed()
        faults = random_faults(options.seed)
        every, last = options.minutes * 60 / 30, 0.0
        print(f"{'minute':>7}{'RSS MB':>9}{'fds':>6}{'tasks':>7}{'threads':>9}{'refreshes':>11}{'faults':>8}")
        while time.monotonic() - running.started < options.minutes * 60:
            await running.hurt(*next(faults))
            await running.well()
            await running.quiet()
            now = running.sample()
            if now.at - last >= every or last == 0.0:
                last = now.at
                _print(now, sum(running.faults.values()))

    return await soak(folder, options.watch, play)


def _print(now: Sample, faults: int) -> None:
    print(
        f"{now.at / 60:7.1f}{now.rss / 1e6:9.1f}{now.fds:6}{now.tasks:7}{now.threads:9}"
        f"{now.refreshes:11}{faults:8}",
        flush=True,
    )


def _judge(soaked: Soak, complained: Complaints) -> int:
    warm = soaked.samples[int(len(soaked.samples) * WARM_UP) :]
    part = max(1, len(warm) // 5)
    bad = False
    for name in ("rss", "fds", "tasks", "threads"):
        first, last = (median(getattr(s, name) for s in group) for group in (warm[:part], warm[-part:]))
        flat = last <= first * (1 + FLAT)
        bad |= not flat
        word = "flat" if flat else "NOT FLAT"
        print(f"{name:8} {first:14.0f} -> {last:14.0f}  {last / first - 1:+.1%}  {word}")
    missed = [wait for wait in soaked.waits() if wait > soaked.watch + LATE]
    words = dict.fromkeys(complained.words)
    print(f"refreshes {len(soaked.ended)}, missed {len(missed)} (longest pause {max(soaked.waits()):.2f} s)")
    print(f"faults without a listing {soaked.failed} (each node was listed again once all was well)")
    print("faults   ", ", ".join(f"{name} {count}" for name, count in sorted(soaked.faults.items())))
    slow = f"slow callbacks {len(complained.slow)}, longest {max(complained.slow, default=0)} s"
    print(f"complaints {len(complained.words)}; {slow}")
    for word in list(words)[:20]:
        print("  ", word)
    return 1 if bad or missed or words else 0


if __name__ == "__main__":
    raise SystemExit(main())
