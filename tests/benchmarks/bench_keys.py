"""Milliseconds from a key to the last byte painted, and bytes, in a real terminal of 120x36.

Two panes of N rows and the detail area that follows the cursor: the app on canned rows, beside two stock
DataTables with a Static, and with the privacy mask on. Run: python tests/benchmarks/bench_keys.py [N ...]
"""

import os
import select
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.terminal import Terminal, terminal  # noqa: E402 - found only with the path above

APPS = ROOT / "tests" / "support" / "bench_apps.py"
PRESSES = 60
QUIET_S = 0.12
"""What comes later than this after the last byte belongs to something else."""


def settle(app: Terminal) -> None:
    """Read until nothing comes any more."""
    while select.select([app.master], [], [], QUIET_S)[0]:
        os.read(app.master, 1 << 16)


def press(app: Terminal, key: bytes) -> tuple[float, int]:
    """One key: milliseconds until the last byte, and how many bytes."""
    started = last = time.perf_counter()
    count = 0
    os.write(app.master, key)
    while select.select([app.master], [], [], QUIET_S)[0]:
        count += len(os.read(app.master, 1 << 16))
        last = time.perf_counter()
    return (last - started) * 1000, count


def measure(name: str, rows: int, keys: bytes) -> str:
    """Go 40 rows down, then press ``keys`` in turn: ``j`` scrolls with each press, ``kj`` never does."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(APPS), name, str(rows)]
        with terminal(command, Path(folder), PYTHONPATH=str(ROOT)) as app:
            app.wait_for("address-9:443" if name == "masked" else "198.51.0.3:443", 60)
            settle(app)
            for _ in range(40):
                press(app, b"j")
            turns = [keys[number % len(keys)] for number in range(PRESSES)]
            found = [press(app, bytes([key])) for key in turns]
            app.press("q")
            app.wait_end()
    times = [took for took, _ in found]
    size = median(count for _, count in found) / 1000
    return f"{median(times):6.1f} / {quantiles(times, n=20)[18]:6.1f} ms {size:6.1f} KB"


def main() -> None:
    """Print a line for each app and number of rows."""
    print(f"{'':10}{'rows':>6}  no scrolling: median / 95 %, bytes   scrolling")
    for rows in [int(text) for text in sys.argv[1:]] or [300, 5000]:
        for name in ("ours", "masked", "stock"):
            print(f"{name:10}{rows:>6}  {measure(name, rows, b'kj')}         {measure(name, rows, b'j')}")


if __name__ == "__main__":
    main()
