"""Running comparisons to their end, or to a signal, with every connection closed either way."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tofutui.cli.argument_types import Reissued
from tofutui.cli.asking import TerminalAsker
from tofutui.cli.order import CheckOrder
from tofutui.cli.progress import CheckProgress
from tofutui.history.database import FILE, Database, HistoryError
from tofutui.history.row_history import Sightings
from tofutui.report.many_form import SessionLine, line_of
from tofutui.system import background
from tofutui.system.leaving import Deadline
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import Session
from tofutui.workbench import Workbench
from tofutui.workbench.forecasting import Forecasting
from tofutui.workbench.recorded import RecordedWorkbench

Form = Callable[[Comparison], str]
"""Renders one comparison."""


@dataclass(frozen=True, slots=True)
class Done:
    """What is kept of one session's comparison; the comparison itself is dropped once it is rendered."""

    line: SessionLine
    report: str
    unfinished: tuple[str, ...]
    """Of each node whose listing is not complete, which and why."""
    remarks: tuple[str, ...]
    """What was stated beforehand to no effect, and what could not be read or written."""
    unused: Mapping[str, tuple[str, ...]]
    """Files of known certificates that are not used, and why."""
    unheard: frozenset[Reissued]
    """The re-issued hosts that no row of it is about."""


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """Every session's result in the order requested, and remarks on what was stated beforehand."""

    done: tuple[Done, ...] = ()
    remarks: tuple[str, ...] = ()
    signal: int = 0
    """The number of the signal that ended the work; 0 if it came to its end."""


def until_signal(work: Coroutine[Any, Any, CheckOutcome]) -> CheckOutcome:
    """Run the work; Ctrl-C, SIGTERM and SIGHUP end it in order, every connection closed."""
    got: list[int] = []
    deadline = Deadline()

    async def watched() -> CheckOutcome:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            deadline.start(128 + number)
            got.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop, number)
        return await task

    try:
        return background.run(watched())
    except asyncio.CancelledError:
        return CheckOutcome(signal=got[0] if got else signal.SIGTERM)
    finally:
        deadline.stop()


async def compare_all(
    order: CheckOrder, form: Form, progress: CheckProgress, *, keep_forecast: tuple[str, str] | None = None
) -> CheckOutcome:
    """All sessions side by side, a few at a time, each rendered in its form as soon as it has ended.

    ``keep_forecast``: the server whose renewal is forecast, and who asks; it is kept for the next comparison.
    """
    asker = TerminalAsker(progress.hidden, order.mask.text if order.mask else str)
    database, trouble = await asyncio.to_thread(_open, order.data) if order.data else (None, [])
    sightings = Sightings(database) if database else None
    places = asyncio.Semaphore(order.at_once)

    async def compare(session: Session) -> Done:
        async with places:
            return await _compare(session, order, asker, sightings, form, progress, keep_forecast)

    try:
        with progress:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(compare(session)) for session in order.sessions]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    finally:
        if database is not None:
            database.close()
    done = tuple(task.result() for task in tasks)
    said = dict.fromkeys(remark for session in done for remark in session.remarks)
    remarks = (*trouble, *said, *_of_unused_files(order, done), *_of_unknown_hosts(order, done))
    return CheckOutcome(done, remarks)


def _open(folder: Path) -> tuple[Database | None, list[str]]:
    """The history, and what to say about it; a comparison works without."""
    try:
        database = Database(folder / FILE)
    except HistoryError as error:
        return None, [f"without history: {error.message}"]
    return database, [database.message] if database.message else []


async def _compare(
    session: Session,
    order: CheckOrder,
    asker: TerminalAsker,
    sightings: Sightings | None,
    form: Form,
    progress: CheckProgress,
    keep_forecast: tuple[str, str] | None = None,
) -> Done:
    bench = _bench(session, order, asker, sightings, progress)
    progress.begin(bench.comparison)
    try:
        tell(bench, order)
        await bench.refresh()
    finally:
        await bench.close()
    done = _done(bench, order, form)
    if sightings is not None:
        said = await _forecast(sightings.database, bench.comparison, keep_forecast)
        shown = [order.mask.text(said) if order.mask else said] if said else []
        done = replace(done, remarks=(*done.remarks, *shown))
    progress.end(bench.comparison, f"{done.line.words}, exit {done.line.code}")
    return done


async def _forecast(database: Database, comparison: Comparison, keep: tuple[str, str] | None) -> str:
    """Keep a forecast, or say what became of the one that was kept; "" if there is nothing to say."""
    if keep is None:
        return (await Forecasting(database).outcome(comparison)).text
    of, operator = keep
    return await Forecasting(database, operator).keep(comparison, of)


def _done(bench: Workbench, order: CheckOrder, form: Form) -> Done:
    comparison = order.mask(bench.comparison) if order.mask else bench.comparison
    trouble = [bench.memory.trouble] if bench.memory.trouble is not None else []
    return Done(
        line=line_of(comparison, strict=order.strict),
        report=form(comparison),
        unfinished=tuple(_unfinished(comparison)),
        remarks=(*_about_logs(bench, order), *trouble),
        unused=bench.known.unused(),
        unheard=_unheard(order, comparison),
    )


def _unfinished(comparison: Comparison) -> Iterator[str]:
    for node in comparison.nodes.values():
        if not node.complete:
            why = node.error or "the listing is not complete"
            yield f"{comparison.session.name}, {node.role} {node.shown_address}: {why}"


def tell(bench: Workbench, order: CheckOrder) -> None:
    """Give a bench the logs, certificates and words of the command line."""
    for log in order.logs:
        bench.logs.watch([str(log.path)], log.role)
    for known in order.known:
        bench.add_known(known.export.certificates, known.role)
    for said in order.reissued:
        bench.statements.reissued(said.host, said.port, keep=False)


def _bench(
    session: Session,
    order: CheckOrder,
    asker: TerminalAsker,
    sightings: Sightings | None,
    progress: CheckProgress,
) -> Workbench:
    if order.recordings is not None:
        return RecordedWorkbench(session, order.recordings, on_change=progress.heard)
    return Workbench(session, asker, on_change=progress.heard, sightings=sightings, timings=order.timings)


def _of_unused_files(order: CheckOrder, done: Sequence[Done]) -> Iterator[str]:
    """What could not be read of the known certificates, and the files that no session can use."""
    for known in order.known:
        yield from known.export.remarks
    for file, reasons in done[0].unused.items():
        if all(file in session.unused for session in done):
            yield from reasons


def _about_logs(bench: Workbench, order: CheckOrder) -> Iterator[str]:
    """What could not be read of any log, and each ``--log`` without a failure in it."""
    for role in (*bench.session.roles, None):
        yield from bench.logs.troubles(role)
    for log in order.logs:
        if str(log.path) in bench.logs.silent:
            yield f"{log.path}: no TOFU failure in it"


def _unheard(order: CheckOrder, comparison: Comparison) -> frozenset[Reissued]:
    endpoints = {entry.endpoint for entry in comparison.entries() if entry.endpoint is not None}
    return frozenset(
        said
        for said in order.reissued
        if not any(said.host == e.host and said.port in (None, e.port) for e in endpoints)
    )


def _of_unknown_hosts(order: CheckOrder, done: Sequence[Done]) -> Iterator[str]:
    """A word about a host that no table holds is probably mistyped."""
    for said in order.reissued:
        if all(said in session.unheard for session in done):
            where = said.host if said.port is None else f"{said.host}:{said.port}"
            yield f"--reissued {where}: no row is about this host"
