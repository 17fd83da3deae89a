"""``tofutui check``: one comparison of one or several sessions, and its exit code.

What compares is imported after the command line and the files are found right: an error there comes at once.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tofutui import __version__
from tofutui.cli.argument_types import KnownFile, LogFile
from tofutui.cli.output import OutputError, check_writable, complain, complain_of, write, write_file
from tofutui.cli.session_args import load, pick
from tofutui.config.paths import data_dir
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.site.session import Role, Session, Via

if TYPE_CHECKING:
    from tofutui.cli.order import CheckOrder
    from tofutui.tofu.cli_output.transcript import Recording

_WORST_FIRST = (2, 3, 1, 4, 0)


class CheckError(TofutuiError):
    """The options of ``check`` contradict each other, or a file that they name cannot be read."""


def run(options: argparse.Namespace) -> int:
    """Compare, print the report and give the exit code (128 + its number after a signal)."""
    return carry_out(_order(options), options, as_list=options.all)


def carry_out(order: "CheckOrder", options: argparse.Namespace, *, as_list: bool = False) -> int:
    """Compare and report; the exit code. One session is reported ``as_list`` too where all were asked for."""
    if options.output:
        check_writable(options.output)
    if order.recordings is None:
        from tofutui.appliance.loading import begin_loading

        begin_loading()
    from tofutui.cli.check_runner import compare_all, until_signal
    from tofutui.cli.progress import CheckProgress
    from tofutui.cli.text_style import style_here
    from tofutui.report import render
    from tofutui.report.many_form import joined, session_table

    many = as_list or len(order.sessions) > 1
    progress = CheckProgress(
        len(order.sessions), sys.stderr, many=many, ascii_=options.ascii, mask=order.mask
    )
    form = partial(render, fmt=options.format, version=__version__, style=style_here(options))
    outcome = until_signal(compare_all(order, form, progress))
    if outcome.signal:
        return 128 + outcome.signal
    done = outcome.done
    for line in (*outcome.remarks, *(line for session in done for line in session.unfinished)):
        complain(line)
    code = worst([*(session.line.code for session in done), *(2 for _ in order.left_out)])
    if code in (0, 4) and any(known.export.remarks for known in order.known):
        code = 3
    reports = [(session.line.name, session.report) for session in done]
    report = joined(reports, options.format) if many else done[0].report
    if many and options.format == "text":
        report += "\n" + session_table([session.line for session in done], code)
    if order.mask is not None:
        report = order.mask.text(report)
    return _deliver(report, options) or code


def worst(codes: Sequence[int]) -> int:
    """The exit code for several sessions: 2 over 3 over 1 over 4 over 0."""
    return next(code for code in _WORST_FIRST if code in codes)


def _order(options: argparse.Namespace) -> "CheckOrder":
    if options.all == bool(options.names):
        raise CheckError(
            "check needs one or more SESSION, or --all"
            if not options.all
            else "check takes SESSION or --all, not both"
        )
    left_out: list[str] = []
    path, sessions = load(options.sessions, read_only=True, leave_out=left_out.append)
    for fault in left_out:
        complain(fault)
    chosen = list(sessions.values()) if options.all else pick(options.names, sessions, path)
    if len(chosen) > 1:
        _refuse_roles("--log", options.logs)
        _refuse_roles("--known", options.known)
    order = order_of(chosen, options, data=data_dir(options.data, os.environ))
    missed = tuple(left_out) if options.all else ()
    return replace(order, at_once=options.at_once, left_out=missed)


def order_of(
    sessions: Sequence[Session],
    options: argparse.Namespace,
    *,
    data: Path | None,
    recordings: "Mapping[Role, Recording] | None" = None,
) -> "CheckOrder":
    """The order to compare these sessions with all that the options say.

    Raises:
        TofutuiError: a file that they name cannot be read.
    """
    from tofutui.cli.order import CheckOrder, Known
    from tofutui.config.export_files import read_export_at

    if options.mask is not None:
        options.mask.learn(*sessions)
    for log in options.logs:
        _check_log(log, sessions)
    known = tuple(Known(file.role, read_export_at(file.path)) for file in options.known)
    if options.no_probe:
        sessions = [replace(session, probe=replace(session.probe, via=Via.OFF)) for session in sessions]
    said = tuple(options.logs), tuple(options.reissued), known
    return CheckOrder(tuple(sessions), *said, data, recordings, strict=options.strict, mask=options.mask)


def _refuse_roles(option: str, files: Sequence[LogFile | KnownFile]) -> None:
    if any(file.role for file in files):
        raise CheckError(f"{option} primary=/secondary= needs exactly one session", "name one session")


def _check_log(log: LogFile, sessions: Sequence[Session]) -> None:
    """Whether there is such a file; it is read when the node's clock is known."""
    from tofutui.config.archives import NotRead
    from tofutui.config.logfiles import find_logs

    if log.role and not all(log.role in session.roles for session in sessions):
        raise CheckError(f"--log {log.role}={log.path}: {sessions[0].name} has no {log.role}")
    try:
        paths = find_logs(log.path).paths
    except NotRead as error:
        raise CheckError(f"--log {error.message}", error.hint) from error
    for path in paths:
        if not os.access(path, os.R_OK):
            raise CheckError(f"--log {path}: cannot be read: Permission denied")


def _deliver(report: str, options: argparse.Namespace) -> int:
    """Print or save the report; 2 if it could not be saved (then it is printed: the work is not lost)."""
    if options.ascii:
        report = report.encode("ascii", "backslashreplace").decode("ascii")
    if options.output is None:
        write(report)
        return 0
    try:
        write_file(options.output, report)
    except OutputError as error:
        write(report)
        complain_of(error)
        return 2
    return 0
