"""What the logs and answers of a run mean for it."""

from collections.abc import Sequence
from datetime import datetime

from tofutui.guide.logs import failures_of
from tofutui.guide.playbook import Cause, causes
from tofutui.guide.rules import Sheet
from tofutui.guide.verify import Failures
from tofutui.guide.worksheet import RESTARTED, fields_of
from tofutui.history.journal import JournalEntry
from tofutui.tofu.guide_run import Check, Result, Run
from tofutui.tofu.logs.failures import OtherCause
from tofutui.workbench import Workbench

_RESTART_RESULTS = {
    "yes": Result.PASS,
    "unchanged": Result.PASS,
    "no": Result.FAIL,
    "unknown": Result.WARN,
}


def restart_checks(run: Run, sheet: Sheet, now: datetime) -> list[Check]:
    """The answers about restarts as checks."""
    checks = []
    for field in fields_of("restarted", sheet):
        answer = run.answer(field.id)
        result = _RESTART_RESULTS.get(answer, Result.UNKNOWN)
        title, seen = f"{field.label}: restarted", RESTARTED.get(answer, "not answered")
        checks.append(Check(id="restarted", title=title, result=result, seen=seen, at=now, step="restarted"))
    return checks


def failure_reports(bench: Workbench, run: Run, deletions: Sequence[JournalEntry]) -> tuple[Failures, ...]:
    """TOFU failures of each node since its last deletion in this run, as far as logs are at hand."""
    reports = []
    for role in bench.session.roles:
        logs = [log for log in bench.testimony.every_log if log.role is role]
        ended = [e.settled_at or e.at for e in deletions if e.role is role]
        reports.append(
            failures_of(
                role,
                ", ".join(dict.fromkeys(log.source for log in logs)) or None,
                [log.digest for log in logs],
                clock=bench.clock_of(role),
                started=run.started,
                since=max([run.started, *ended]),
            )
        )
    return tuple(reports)


def likely_causes(run: Run, others: Sequence[OtherCause]) -> list[tuple[Cause, str]]:
    """Every known cause, those that something points to first, with what that is."""
    pointers = [(cause, _pointer(cause, run, others)) for cause in causes()]
    return sorted(pointers, key=lambda pair: not pair[1])


def _pointer(cause: Cause, run: Run, others: Sequence[OtherCause]) -> str:
    for check in run.checks:
        if check.id in cause.checks and check.result in (Result.FAIL, Result.WARN):
            return f"{check.title}: {check.seen}"
    if cause.log:
        for other in others:
            if cause.log in other.text:
                return f"in a log: {other.text}"
    return ""
