"""The app, watching a pair on which something goes wrong all the time; what it holds on to is counted."""

import asyncio
import gc
import logging
import os
import random
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.faulty_lab import ENDPOINT_FAULTS, FROZEN, NODE_FAULTS, UNREADABLE, FaultyLab, faulty_lab
from tests.support.waiting import until
from tofutui.config.sessions import load_sessions
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role, Session
from tofutui.ui.backend import opener
from tofutui.ui.options import AppOptions
from tofutui.ui.shell.app import TofutuiApp

COMMAND_TIMEOUT = 4.0
"""Seconds after which a hanging listing is given up."""
ENDPOINTS = (
    "198.51.100.20:443",
    "198.51.100.30:443",
    "192.0.2.11:8082",
    "203.0.113.4:443",
    "203.0.113.6:443",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds at one moment."""

    at: float
    """Seconds since the start."""
    rss: int
    """Bytes."""
    fds: int
    tasks: int
    threads: int
    refreshes: int


@dataclass
class Soak:
    """The app under way, and what was counted."""

    app: TofutuiApp
    lab: FaultyLab
    watch: float
    started: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    """When each refresh began."""
    ended: list[float] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    """Faults after which a node was shown without a listing of now."""

    def sample(self) -> Sample:
        """Count now."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        sample = Sample(
            time.monotonic() - self.started,
            pages * os.sysconf("SC_PAGE_SIZE"),
            sum(1 for _ in Path("/proc/self/fd").iterdir()),
            len(asyncio.all_tasks()),
            threading.active_count(),
            len(self.ended),
        )
        self.samples.append(sample)
        return sample

    def waits(self) -> list[float]:
        """Seconds from the end of each refresh to the beginning of the next."""
        return [began - ended for ended, began in zip(self.ended, self.began[1:], strict=False)]

    async def refreshed(self, times: int = 1) -> None:
        """Wait until so many more refreshes have ended."""
        wanted = len(self.ended) + times
        await until(lambda: len(self.ended) >= wanted)

    async def hurt(self, fault: str, where: str) -> None:
        """Let something go wrong, for one refresh; then everything is well again."""
        self.faults[fault] = self.faults.get(fault, 0) + 1
        running = len(self.began) > len(self.ended)
        self.lab.order(fault, where)
        if fault == FROZEN:
            await asyncio.sleep(2.0)  # a fault of this length, not a wait for anything
        else:
            await self.refreshed(2 if running else 1)
        if fault in UNREADABLE:
            await until(lambda: self._view(where).phase is not Phase.LISTED, fault)
            self.failed += 1
        self.lab.heal()

    async def well(self) -> None:
        """Wait until both nodes are listed again by a refresh that began when all was well."""
        await self.refreshed(2)
        await until(lambda: all(view.phase is Phase.LISTED for view in self._views()))

    async def quiet(self) -> None:
        """Wait for a moment between two refreshes."""
        await until(lambda: len(self.began) == len(self.ended))

    def _view(self, role: str) -> Any:
        return next(view for view in self._views() if view.role == role)

    def _views(self) -> list[Any]:
        assert self.app.main is not None
        return list(self.app.main.comparison.nodes.values())


def random_faults(seed: int) -> Iterator[tuple[str, str]]:
    """Faults and where they happen, the same for the same seed."""
    chance = random.Random(seed)
    while True:
        fault = chance.choice((*NODE_FAULTS, *ENDPOINT_FAULTS, FROZEN))
        yield fault, chance.choice(list(Role) if fault in NODE_FAULTS else ENDPOINTS)


@contextmanager
def _session(lab: FaultyLab, watch: float) -> Iterator[Session]:
    (session,) = load_sessions(lab.sessions).values()
    nodes = {role: replace(node, command_timeout=COMMAND_TIMEOUT) for role, node in session.nodes.items()}
    yield replace(session, watch=watch, nodes=nodes)


async def soak(
    folder: Path, watch: float, play: Callable[[Soak], Any], scenario: str = "large"
) -> tuple[Soak, Any]:
    """Run the app on a pair of its own while ``play`` does to it what it wants."""
    with faulty_lab(scenario, folder / "lab") as lab, _session(lab, watch) as session:
        data = folder / "data"
        options = AppOptions(
            sessions={session.name: session}, sessions_path=lab.sessions, data_dir=data, debug=False
        )
        running: list[Soak] = []
        open_real = opener(data)

        async def open_link(*arguments: Any) -> Any:
            link = await open_real(*arguments)
            _count_refreshes(link.bench, running[0])
            return link

        app = TofutuiApp(options, open_link=open_link)
        running.append(Soak(app, lab, watch))
        async with app.run_test(size=(120, 36)):
            result = await play(running[0])
            lab.heal()
            await app.leaving.close_nodes()
        return running[0], result


def _count_refreshes(bench: Any, soak: Soak) -> None:
    refresh = bench.refresh

    async def counted(*arguments: Any, **named: Any) -> None:
        soak.began.append(time.monotonic())
        try:
            await refresh(*arguments, **named)
        finally:
            soak.ended.append(time.monotonic())

    bench.refresh = counted


@dataclass
class Complaints:
    """What the run complained of: leaked or unawaited things, errors of callbacks, slow callbacks."""

    words: list[str] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    """Seconds that a callback held up the loop (only with the loop's debug mode)."""


@contextmanager
def complaints() -> Iterator[Complaints]:
    """Collect them while the block runs; everything left over is collected as garbage at its end."""
    complained = Complaints()
    handler = _Handler(complained)
    logger, hook = logging.getLogger("asyncio"), sys.unraisablehook
    logger.addHandler(handler)
    sys.unraisablehook = lambda bad: complained.words.append(
        f"{bad.err_msg or ''} {bad.exc_value!r} {bad.object!r}"
    )
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", ResourceWarning)
            warnings.simplefilter("always", RuntimeWarning)
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            yield complained
            gc.collect()
        complained.words += [f"{warning.category.__name__}: {warning.message}" for warning in warned]
    finally:
        sys.unraisablehook = hook
        logger.removeHandler(handler)


class _Handler(logging.Handler):
    """Takes up what asyncio logs: lost exceptions, tasks destroyed while pending, slow callbacks."""

    def __init__(self, complained: Complaints) -> None:
        super().__init__(logging.WARNING)
        self._found = complained

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        slow = re.search(r"took ([\d.]+) seconds", text)
        if slow:
            self._found.slow.append(float(slow[1]))
        else:
            self._found.words.append(text)
