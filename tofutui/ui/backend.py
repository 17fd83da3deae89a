"""What the app is connected to: a comparison and an executor; opened late, closed on every way out.

The modules behind it pull in SSH and TLS; they are imported in a thread, after the first paint.
"""

from __future__ import annotations

import asyncio
import getpass
import importlib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tofutui.system.clock import utc_now
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.session import Role, Session

HISTORY_WITHIN = 15.0
"""Seconds in which the history is opened while another program writes to it; then the app goes without."""

if TYPE_CHECKING:
    from tofutui.appliance.questions import Asker
    from tofutui.capture.making import Material
    from tofutui.executor import Executor
    from tofutui.guide.run_controller import Guide
    from tofutui.history.database import Database
    from tofutui.tofu.cli_output.transcript import Recording
    from tofutui.tofu.deletion.plan import Plan, Step
    from tofutui.workbench import Change, Workbench
    from tofutui.workbench.forecasting import Forecasting

Bench: TypeAlias = "Workbench"
"""What screens follow: a live comparison, or that of a transcript."""
Runner: TypeAlias = "Executor | NoRunner"
"""What runs plans, or says why none can be run."""


@dataclass(frozen=True, slots=True)
class Link:
    """An open session."""

    bench: Bench
    runner: Runner
    notice: str = ""
    """What the user should know about the journal."""
    guide: Guide | None = None
    """None without a history to keep runs in."""
    forecasts: Forecasting | None = None
    """None without a history to keep them in."""
    end: Callable[[], None] = lambda: None
    """Closes what the runner writes to; called once the nodes were left."""

    async def close(self) -> None:
        """Let go of the guide's run and leave the nodes side by side, then close the journal."""
        guide = [self.guide.close()] if self.guide is not None else []
        try:
            await asyncio.gather(self.bench.close(), *guide)
        finally:
            await asyncio.to_thread(self.end)


Opener = Callable[[Session, "Asker", "Callable[[Change], None]"], Awaitable[Link]]
"""Opens a session; nothing is connected yet when it returns."""


Clock = Callable[[], datetime]


def opener(
    data_dir: Path, clock: Clock = utc_now, waiting: Callable[[str], None] = lambda text: None
) -> Opener:
    """Opens real sessions, with the journal in ``data_dir``.

    Without a journal nothing is deleted; the comparison works nevertheless. ``waiting`` gets what is
    waited for.
    """

    async def open_link(session: Session, asker: Asker, on_change: Callable[[Change], None]) -> Link:
        await asyncio.to_thread(_load)
        from tofutui.executor import Executor
        from tofutui.guide.run_controller import Guide
        from tofutui.guide.run_lease import Me, Tools
        from tofutui.history.database import FILE, HistoryError
        from tofutui.history.journal import Journal
        from tofutui.history.row_history import Sightings
        from tofutui.history.runs import Runs
        from tofutui.workbench import Workbench
        from tofutui.workbench.forecasting import Forecasting

        try:
            database, left = await opened_history(data_dir / FILE, session.name, waiting)
        except HistoryError as error:
            bench = Workbench(session, asker, on_change=on_change, clock=clock)
            return Link(bench, NoRunner(f"no journal: {error}"), notice=f"working without history: {error}")
        sightings = Sightings(database)
        bench = Workbench(session, asker, on_change=on_change, clock=clock, sightings=sightings)
        journal, me = Journal(database), Me(socket.gethostname(), _operator(), os.getpid())
        bench.statements.operator = me.user
        runner = Executor(bench, journal, operator=me.user, clock=clock)
        tools = Tools(
            bench=bench, executor=runner, runs=Runs(database), journal=journal, me=me, clock=clock,
            token=_token,
        )  # fmt: skip
        notice = database.message or _left_open(left)
        forecasts = Forecasting(database, me.user)
        return Link(bench, runner, notice=notice, guide=Guide(tools), forecasts=forecasts, end=database.close)

    return open_link


def _token() -> str:
    import secrets

    return secrets.token_hex(8)


async def opened_history(
    path: Path, session: str, waiting: Callable[[str], None]
) -> tuple[Database, list[str]]:
    """The database, and the rows (for the user) of deletions of this session whose outcome is unknown.

    While another program holds the file it is tried again, for `HISTORY_WITHIN` seconds in all; ``waiting``
    gets a message after the first second.

    Raises:
        HistoryError: it cannot be used.
    """
    from tofutui.history.database import HistoryBusy

    loop = asyncio.get_running_loop()
    end = loop.time() + HISTORY_WITHIN
    busy = HistoryBusy(f"{path}: not opened within {HISTORY_WITHIN:g} s", "see --data")
    while True:
        opening = asyncio.ensure_future(asyncio.to_thread(_open_history, path, session))
        await asyncio.wait([opening], timeout=1.0)
        if not opening.done():
            waiting("waiting for the history, another tofutui is writing")
            await asyncio.wait([opening], timeout=max(1.0, end - loop.time()))
        if not opening.done():
            raise busy
        error = opening.exception()
        if not isinstance(error, HistoryBusy) or loop.time() >= end:
            return opening.result()
        busy = error


def _open_history(path: Path, session: str) -> tuple[Database, list[str]]:
    from tofutui.history.database import Database
    from tofutui.history.journal import Journal
    from tofutui.history.owners import OwnerWatch, this_process

    database = Database(path)
    watch = OwnerWatch(this_process("start"))
    try:
        left = [
            f"{entry.role.word} {entry.key}"
            for entry in Journal(database).unsettled(session)
            if entry.is_let_go or not watch.is_alive(entry.id, entry.owner, entry.beat)
        ]
    except BaseException:
        database.close()
        raise
    return database, left


def _left_open(rows: Sequence[str]) -> str:
    """What to say of deletions that an earlier run sent, and of which it saw no end."""
    return f"sent earlier, outcome unknown: {', '.join(rows)}; the next listing decides" if rows else ""


def recorded_opener(
    recordings: Mapping[Role, Recording], tell: Callable[[Workbench], object], clock: Clock = utc_now
) -> Opener:
    """Opens what transcripts show: nothing can be sent, no history is read or written.

    ``tell`` hands a new bench what was given on the command line.
    """

    async def open_link(session: Session, asker: Asker, on_change: Callable[[Change], None]) -> Link:
        await asyncio.to_thread(_load)
        from tofutui.workbench.recorded import NEVER_SENT, RecordedWorkbench

        bench = RecordedWorkbench(session, recordings, on_change=on_change, clock=clock)
        tell(bench)
        return Link(bench, NoRunner(NEVER_SENT))

    return open_link


def _load() -> None:
    import tofutui.executor
    import tofutui.guide.run_controller
    import tofutui.workbench  # noqa: F401


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class NoRunner:
    """Used where nothing can be deleted; says why."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def why_not(self, role: Role, entry: Entry | None = None) -> str | None:
        """The reason, whatever is asked."""
        return self._reason

    def freeze(self, entries: Sequence[Entry]) -> Plan:
        """An empty plan: there is nothing that could run."""
        from tofutui.tofu.deletion.plan import Plan

        return Plan(())

    async def run(self, plan: Plan, on_step: Callable[[int, Step], None]) -> tuple[Step, ...]:
        """Nothing runs."""
        return ()

    def stop(self, plan: Plan) -> None:
        """Nothing runs."""

    async def settle(self, role: Role) -> tuple[str, ...]:
        """Nothing is known."""
        return ()


async def captured(session: Session, asker: Asker, tool: str) -> Material:
    """A capture of the pair of a session, by logins of its own; see `tofutui.capture.taking`."""
    taking = await asyncio.to_thread(importlib.import_module, "tofutui.capture.taking")
    material: Material = await taking.take(session, asker, tool)
    return material
