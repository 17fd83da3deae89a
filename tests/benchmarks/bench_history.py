"""What the history adds to a comparison of 2 x 300 rows when a million sightings are in its file.

    .venv/bin/python tests/benchmarks/bench_history.py [--sightings 1000000] [--incarnations 50]

All sightings are of the two nodes compared, the worst case: each row has had many incarnations, each with
some changes of certificate. A comparison reads both nodes' rows, writes both listings down, and reads back
what that changed. Prints milliseconds: median, worst, and the
median of processor time, which other work on the machine does not change.
"""

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Figure, spread
from tofutui.history.database import FILE, Database, stamp
from tofutui.history.row_history import Sightings
from tofutui.tofu.judgement.row_history import Look, RowSeen

T = TypeVar("T")
SESSION, ROLES, ADDRESS = "site-a", ("primary", "secondary"), "192.0.2.10:22"
ROWS = 300
END = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEYS = [f"198.51.100.{number}_443" for number in range(ROWS)]


def baseline(key: str) -> str:
    """How each row's endpoint was asked."""
    return f"direct {key.replace('_', ':')}"


def certificate(key: str, number: int) -> str:
    """A fingerprint."""
    return f"{hash((key, number)) & (1 << 64) - 1:064x}"


def fill(path: Path, sightings: int, incarnations: int) -> None:
    """Write the file: what a year of comparisons would have left."""
    Database(path).close()
    changes = max(sightings // (len(ROLES) * ROWS), 1)
    step = timedelta(days=365) / changes
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        for node, role in enumerate(ROLES, 1):
            connection.execute(
                "INSERT INTO node (id, session, role, address, listed, host_key, recent)"
                " VALUES (?, ?, ?, ?, ?, 'SHA256:one', ?)",
                (node, SESSION, role, ADDRESS, stamp(END), stamp(END)),
            )
            connection.executemany(
                "INSERT INTO shown (node, key, baseline, sha256, first, last, sole)"
                " VALUES (?, ?, ?, ?, ?, ?, 0)",
                _shown(node, changes, step),
            )
            connection.executemany(
                "INSERT INTO incarnation (node, key, text, beginning, began, last, ended)"
                " VALUES (?, ?, '/CN=x', 'appeared', ?, ?, ?)",
                _incarnations(node, changes, step, incarnations),
            )
    connection.close()


def _shown(node: int, changes: int, step: timedelta) -> Iterator[tuple[object, ...]]:
    for number in range(changes):
        first = END - (changes - number) * step
        for key in KEYS:
            yield node, key, baseline(key), certificate(key, number), stamp(first), stamp(first + step / 2)


def _incarnations(node: int, changes: int, step: timedelta, number_of: int) -> Iterator[tuple[object, ...]]:
    each = max(changes // number_of, 1)
    for number in range(0, changes, each):
        began = END - (changes - number) * step
        ended = began + (each - 0.5) * step if number + each < changes else None
        for key in KEYS:
            yield node, key, stamp(began), stamp(ended or END), stamp(ended) if ended else None


def looks(at: datetime, mark: int) -> list[Look]:
    """The listings of one comparison."""
    rows = tuple(
        RowSeen(
            key=key,
            text="/CN=x",
            stored=True,
            baseline=baseline(key),
            sha256=certificate(key, mark),
            asked_at=at,
        )
        for key in KEYS
    )
    return [
        Look(session=SESSION, role=role, address=ADDRESS, host_key="SHA256:one", at=at, rows=rows)
        for role in ROLES
    ]


Took = tuple[float, float]
"""Milliseconds by the clock, and of processor time."""


class Timer:
    """How long each part took."""

    def __init__(self) -> None:
        self.took: dict[str, list[Took]] = {}

    def time(self, part: str, work: Callable[..., T], *about: object) -> T:
        """Do it and note how long it took."""
        started, busy = time.perf_counter(), time.process_time()
        figure = work(*about)
        took = (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000
        self.took.setdefault(part, []).append(took)
        return figure


def compare(store: Sightings, seen: list[Look], timer: Timer) -> Took:
    """What one comparison asks of the history, as `tofutui.workbench.evidence.memory` does."""
    started, busy = time.perf_counter(), time.process_time()
    for look in seen:
        place = (SESSION, look.role, ADDRESS, baseline)
        remembered = timer.time("read", store.remembered, *place)
        assert len(remembered.rows) == ROWS
        if timer.time("write", store.record, look, remembered.listed):
            timer.time("read", store.remembered, *place)
    return (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000


def show(what: str, times: list[Took]) -> None:
    """One line."""
    wall, busy = zip(*times, strict=True)
    print(f"{what:<44} {statistics.median(wall):8.1f} {max(wall):8.1f} {statistics.median(busy):10.1f}")


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 11 of the table."""
    sightings = 60_000 if quick else 1_000_000
    changes = max(sightings // (len(ROLES) * ROWS), 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, FILE)
        fill(path, sightings, 50)
        database = Database(path)
        store, timer = Sightings(database), Timer()
        compare(store, looks(END + timedelta(minutes=1), changes - 1), timer)
        before = path.stat().st_size
        same = [
            compare(store, looks(END + timedelta(minutes=2 + n), changes - 1), timer)[0] for n in range(21)
        ]
        grown = path.stat().st_size - before
        after = END + timedelta(hours=10)
        new = [compare(store, looks(after + timedelta(minutes=n), changes + n), timer)[0] for n in range(11)]
        database.close()
    what = f"history with {sightings:,} sightings, a comparison of 2 x {ROWS} rows"
    beside = f"with all {2 * ROWS} rows changed: {spread(new, 'ms')}"
    met = statistics.median(same) <= 50
    return [
        Figure(11, what, "50 ms more", spread(same, "ms"), beside, met),
        Figure(11, "growth of its file with 21 looks at which nothing changed", "0", f"{grown} bytes", "—",
               grown == 0),
    ]  # fmt: skip


def main() -> None:
    """Fill a file, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sightings", type=int, default=1_000_000)
    parser.add_argument(
        "--incarnations", type=int, default=50, help="of each row; the changes are spread over them"
    )
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--data", type=Path, help="where the file is made (else a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        path = Path(folder, FILE)
        fill(path, options.sightings, options.incarnations)
        timer = Timer()
        database = timer.time("open", Database, path)
        store = Sightings(database)
        changes = max(options.sightings // (len(ROLES) * ROWS), 1)
        first = compare(store, looks(END + timedelta(minutes=1), changes - 1), timer)
        timer.took = {"open": timer.took["open"]}
        same = [
            compare(store, looks(END + timedelta(minutes=2 + n), changes - 1), timer)
            for n in range(options.rounds)
        ]
        parts = {part: list(times) for part, times in timer.took.items()}
        after = END + timedelta(hours=10)
        changed = [
            compare(store, looks(after + timedelta(minutes=n), changes + n), timer)
            for n in range(options.rounds)
        ]
        timer.time("row", store.past, SESSION, ROLES[0], ADDRESS, KEYS[7])
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        print(f"{options.sightings} sightings of {len(ROLES)} x {ROWS} rows, {size:.0f} MB")
        print(f"{'ms':<44} {'median':>8} {'worst':>8} {'processor':>10}")
        show("opening the file", timer.took["open"])
        show("first comparison", [first])
        show("a comparison at which nothing changed", same)
        show("  of that: read one node", parts["read"])
        show("  of that: write one listing", parts["write"])
        show("a comparison at which all 600 rows changed", changed)
        show("everything remembered of one row", timer.took["row"])
        database.close()


if __name__ == "__main__":
    main()
