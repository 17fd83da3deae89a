"""How long `check` takes against how long the nodes take to list.

Two nodes of the simulated pair each trickle 20 rows over T seconds; `check` is a program of its own. Prints
T, the wall time of `check`, and the difference. Run: python tests/benchmarks/bench_check.py [T ...]
"""

import asyncio
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from tofutui.lab.pair import Lab

ROWS = 20


def scenario_of(rows: int) -> str:
    """The large site with this many rows a node."""
    large = files("tofutui.lab").joinpath("scenarios", "large.toml").read_text("utf-8")
    return large.replace("rows = 296", f"rows = {rows - 4}")


async def measure(seconds: float) -> float:
    """Wall seconds of one `check` on a pair whose nodes need ``seconds`` for their listing."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder, "slow.toml")
        scenario.write_text(scenario_of(ROWS))
        lab = await Lab.start(str(scenario), Path(folder, "lab"))
        try:
            for node in lab.nodes.values():
                node.list_seconds = seconds
            started = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tofutui",
                "check",
                "--sessions",
                str(lab.sessions_path),
                "--all",
                stdout=asyncio.subprocess.DEVNULL,
            )
            await process.wait()
            return time.perf_counter() - started
        finally:
            await lab.stop()


async def main(times: list[float]) -> None:
    """Print one line for each T."""
    print(f"{'T s':>6}  {'check s':>8}  {'more s':>7}")
    for seconds in times:
        took = await measure(seconds)
        print(f"{seconds:6.1f}  {took:8.2f}  {took - seconds:7.2f}")


if __name__ == "__main__":
    asyncio.run(main([float(arg) for arg in sys.argv[1:]] or [0.0, 2.0, 5.0]))
