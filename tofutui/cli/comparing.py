"""Running comparisons to their end, or to a signal, with every connection closed either way."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tofutui.cli.asking import TerminalAsker
from tofutui.cli.check import Order
from tofutui.cli.parsers import Reissued
from tofutui.history.database import FILE, Database, HistoryError
from tofutui.history.sightings import Sightings
from tofutui.tofu.comparison import Comparison
from tofutui.tofu.session import Session
from tofutui.workbench import Workbench
from tofutui.workbench.recorded import RecordedWorkbench

SESSIONS_AT_ONCE = 8

Outcome = tuple[list[Comparison], list[str]]
"""The comparisons in the order of the sessions, and remarks on what was said beforehand."""


def until_signal(work: Coroutine[Any, Any, Outcome]) -> tuple[list[Comparison], list[str], int]:
    """Run the work; Ctrl-C, SIGTERM and SIGHUP end it in order, and their number is the third value."""
    got: list[int] = []

    async def watched() -> Outcome:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            got.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop, number)
        return await task

    try:
        done, remarks = asyncio.run(watched())
    except asyncio.CancelledError:
        return [], [], got[0] if got else signal.SIGTERM
    return done, remarks, 0


async def compare_all(order: Order) -> Outcome:
    """All sessions side by side, a few at a time."""
    asker = TerminalAsker()
    database, trouble = await asyncio.to_thread(_open, order.data) if order.data else (None, [])
    sightings = Sightings(database) if database else None
    places = asyncio.Semaphore(SESSIONS_AT_ONCE)

    async def one(session: Session) -> _Done:
        async with places:
            return await _compare(session, order, asker, sightings)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(session)) for session in order.sessions]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    finally:
        if database is not None:
            database.close()
    results = [task.result() for task in tasks]
    comparisons = [done.comparison for done in results]
    said = dict.fromkeys(remark for done in results for remark in done.remarks)
    remarks = [*trouble, *said, *_of_nobody(order, results)]
    return comparisons, remarks + list(_about_nobody(order.reissued, comparisons))


def _open(folder: Path) -> tuple[Database | None, list[str]]:
    """The history, and what is to be said about it; a comparison works without."""
    try:
        database = Database(folder / FILE)
    except HistoryError as error:
        return None, [f"without history: {error.message}"]
    return database, [database.message] if database.message else []


@dataclass(frozen=True, slots=True)
class _Done:
    """One session's comparison, and what was said beforehand to no effect."""

    comparison: Comparison
    remarks: list[str]
    unused: dict[str, tuple[str, ...]]
    """Files of known certificates that are not used, and why."""


async def _compare(
    session: Session, order: Order, asker: TerminalAsker, sightings: Sightings | None
) -> _Done:
    bench = _bench(session, order, asker, sightings)
    try:
        tell(bench, order)
        await bench.refresh()
    finally:
        await bench.close()
    remarks = list(_about_logs(bench, order))
    if bench.memory.trouble is not None:
        remarks.append(bench.memory.trouble)
    return _Done(bench.comparison, remarks, bench.known.unused())


def tell(bench: Workbench, order: Order) -> None:
    """Give a bench the logs, certificates and words of the command line."""
    for log in order.logs:
        bench.logs.watch([str(log.path)], log.role)
    for known in order.known:
        bench.add_known(known.export.certificates, known.role)
    for said in order.reissued:
        bench.say_reissued(said.host, said.port)


def _bench(session: Session, order: Order, asker: TerminalAsker, sightings: Sightings | None) -> Workbench:
    if order.recordings is not None:
        return RecordedWorkbench(session, order.recordings)
    return Workbench(session, asker, sightings=sightings)


def _of_nobody(order: Order, results: Sequence[_Done]) -> Iterator[str]:
    """What could not be read of the known certificates, and the files that no session can use."""
    for known in order.known:
        yield from known.export.remarks
    for file, reasons in results[0].unused.items():
        if all(file in done.unused for done in results):
            yield from reasons


def _about_logs(bench: Workbench, order: Order) -> Iterator[str]:
    """What could not be read of any log, and the ``--log`` that tell of nothing."""
    for role in (*bench.session.roles, None):
        yield from bench.logs.troubles(role)
    for log in order.logs:
        if str(log.path) in bench.logs.silent:
            yield f"{log.path}: no TOFU failure in it"


def _about_nobody(reissued: Sequence[Reissued], comparisons: Sequence[Comparison]) -> Iterator[str]:
    """A word about a host that no table holds is probably mistyped."""
    endpoints = {e.endpoint for c in comparisons for e in c.entries() if e.endpoint is not None}
    for said in reissued:
        if not any(said.host == e.host and said.port in (None, e.port) for e in endpoints):
            where = said.host if said.port is None else f"{said.host}:{said.port}"
            yield f"--reissued {where}: no row is about it"
