"""What the benchmarks have in common: a figure, ratios within a round, a table."""

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles the program, as no user's does


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    number: int
    what: str
    target: str
    reached: str
    rival: str
    met: bool

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            str(self.number),
            self.what,
            self.target,
            self.reached,
            self.rival,
            "yes" if self.met else "no",
        )


def reaches(times: Sequence[float], limit: float) -> bool:
    """Whether the median of what was measured is within the limit; what took no time was not measured."""
    return is_measured(times) and statistics.median(times) <= limit


def is_measured(times: Sequence[float]) -> bool:
    """Whether something was measured, each time."""
    return bool(times) and min(times) > 0


def unmeasured(number: int, what: str, target: str, why: str) -> Figure:
    """A line of the table that says that there is no figure, and why."""
    return Figure(number, what, target, f"not measured: {why}", "—", met=False)


HEADS = ("#", "what", "must reach", "reached", "beside (the same run)", "met")


def markdown(figures: Sequence[Figure]) -> str:
    """The table."""
    rows = [HEADS, tuple("---" for _ in HEADS), *(figure.cells for figure in figures)]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


def figures_of(module: str, name: str, quick: bool) -> list[Figure]:
    """What one function of one benchmark measures."""
    measure: Callable[..., list[Figure]] = getattr(import_module(module), name)
    return measure(quick=quick)


def ratio(ours: Sequence[float], rivals: Sequence[float]) -> float:
    """The median of the ratios within each round: what slows a whole round does not count."""
    return statistics.median(ours_took / other for ours_took, other in zip(ours, rivals, strict=True))


def ratios(ours: Sequence[float], rivals: Sequence[float]) -> str:
    """The same with its spread: ``1.19 x (1.02-1.40)``."""
    ratios = sorted(took / other for took, other in zip(ours, rivals, strict=True))
    return f"{statistics.median(ratios):.2f} x ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """Median and range: ``351 ms (318-406)``."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} {unit} ({low:.{digits}f}-{high:.{digits}f})"


def in_turn(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Each way once a round, so that what changes on the machine meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            seconds[name].append(way())
    return seconds


def seconds(
    command: Sequence[str], *, code: int | None = 0, cwd: Path | None = None, **environ: str
) -> float:
    """Wall seconds of a program without a terminal; it has to end with this code (None: any)."""
    started = time.perf_counter()
    done = subprocess.run(
        command, check=False, capture_output=True, cwd=cwd, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )  # fmt: skip
    took = time.perf_counter() - started
    if code is not None and done.returncode != code:
        raise SystemExit(
            f"{command} ended with {done.returncode}:\n{done.stdout[-500:]!r}\n{done.stderr[-800:]!r}"
        )
    return took


def processor_seconds(command: Sequence[str], *, code: int | None = 0) -> float:
    """Processor seconds of a program and all that it started: other work on the machine counts little."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds(command, code=code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def machine() -> str:
    """Processor, cores, system, Python: what a figure was taken on."""
    model = "unknown processor"
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return f"{model}, {os.cpu_count()} cores, {system}, CPython {platform.python_version()}"


def tofutui() -> list[str]:
    """The installed command, where there is one beside this Python."""
    script = Path(PYTHON).with_name("tofutui")
    return [str(script)] if script.exists() else [PYTHON, "-m", "tofutui"]
