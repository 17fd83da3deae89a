"""From the command `tofutui --demo seed` to its first judged row, in a real terminal of 120x36.

Beside it: Python that only loads what the demo cannot do without. Run: python tests/benchmarks/bench_demo.py
"""

import sys
import tempfile
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import PYTHON, ROOT, Figure, in_turn, markdown, seconds, spread
from tests.support.terminal import terminal
from tofutui.tofu.judgement.verdict import Verdict

JUDGED = [verdict.look.glyph for verdict in Verdict if verdict is not Verdict.PENDING]
LEAST = "import textual.app, asyncssh, cryptography.x509"


def judged() -> float:
    """Seconds until the glyph of a verdict is on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with terminal(
            [PYTHON, "-m", "tofutui", "--demo"], Path(folder), fresh=True, PYTHONPATH=str(ROOT)
        ) as app:
            app.wait_for(lambda screen: any(f"{glyph} " in screen for glyph in JUDGED), 60)
            took = time.perf_counter() - started
            app.press("q")
            app.wait_end(30)
    return took


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 17 of the table."""
    ways = {"ours": judged, "least": lambda: seconds([PYTHON, "-c", LEAST])}
    times = in_turn(ways, 3 if quick else 9)
    ours = sorted(times["ours"])
    beside = f"python -c '{LEAST}': {spread(times['least'], 's', 2)}"
    what = "demo, from the command to the first judged row"
    return [Figure(17, what, "1.2 s", spread(ours, "s", 2), beside, ours[len(ours) // 2] <= 1.2)]


if __name__ == "__main__":
    print(markdown(figures()))
