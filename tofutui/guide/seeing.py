"""What the states, logs and answers of a run mean for it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tofutui.guide.logs import failures_of
from tofutui.guide.playbook import Cause, causes
from tofutui.guide.preflight import NodeFacts, direction_check, is_connected
from tofutui.guide.rules import Sheet
from tofutui.guide.verify import Failures
from tofutui.guide.worksheet import RESTARTED, fields_of
from tofutui.history.journal import JournalEntry
from tofutui.tofu.failures import OtherCause
from tofutui.tofu.guided import Check, Result, Run
from tofutui.tofu.session import Role
from tofutui.tofu.text import safe
from tofutui.workbench import Workbench

_WRONG = re.compile(r"copy\s+failed|registration\s+failed", re.IGNORECASE)
_RESTART_RESULTS = {
    "yes": Result.PASS,
    "unchanged": Result.PASS,
    "no": Result.FAIL,
    "unknown": Result.WARN,
}


def state_line(nodes: Sequence[NodeFacts]) -> str:
    """The states of both nodes as printed, or why one was not read."""
    return "; ".join(
        f"{safe(node.name)}: {safe(node.state or node.ha_error or node.error or 'no state printed')}"
        for node in nodes
    )


def active_line(nodes: Sequence[NodeFacts]) -> str | None:
    """The line that shows Primary Active; None as long as the primary does not say so."""
    if not is_connected(nodes):
        return None
    for node in nodes:
        if node.role is Role.PRIMARY and node.ha is not None:
            pairs = " ".join(f"[{key}] {value}" for key, value in node.ha.pairs)
            return safe(f"{node.hostname or node.role.word}: {pairs}")
    return None


def connected_since(nodes: Sequence[NodeFacts]) -> str | None:
    """The states, when the two found each other again."""
    return state_line(nodes) if is_connected(nodes) and all(node.state for node in nodes) else None


def goes_wrong(nodes: Sequence[NodeFacts]) -> bool:
    """Whether a state says that the registration failed."""
    return any(_WRONG.search(node.state) for node in nodes)


def with_direction(run: Run, nodes: Sequence[NodeFacts], now: datetime) -> Run:
    """The run with its blocking check as it stands now; a state that was not read leaves it as it was."""
    if len(nodes) < 2:
        return run
    check = direction_check(nodes, now)
    if check.result is Result.UNKNOWN or not any(one.id == check.id for one in run.checks):
        return run
    old = next(one for one in run.checks if one.id == check.id)
    if (old.result, old.seen) == (check.result, check.seen):
        return run
    return replace(run, checks=tuple(check if one.id == check.id else one for one in run.checks))


def restart_checks(run: Run, sheet: Sheet, now: datetime) -> list[Check]:
    """The answers about restarts as checks."""
    found = []
    for one in fields_of("restarted", sheet):
        answer = run.answer(one.id)
        result = _RESTART_RESULTS.get(answer, Result.UNKNOWN)
        title, seen = f"{one.label}: restarted", RESTARTED.get(answer, "not answered")
        found.append(Check(id="restarted", title=title, result=result, seen=seen, at=now, step="restarted"))
    return found


def failure_reports(bench: Workbench, run: Run, deletions: Sequence[JournalEntry]) -> tuple[Failures, ...]:
    """TOFU failures of each node since its last deletion in this run, as far as logs are at hand."""
    found = []
    for role in bench.session.roles:
        logs = [log for log in bench.testimony.every_log if log.role is role]
        ended = [e.settled_at or e.at for e in deletions if e.role is role]
        found.append(
            failures_of(
                role,
                ", ".join(dict.fromkeys(log.source for log in logs)) or None,
                [log.digest for log in logs],
                clock=bench.clock_of(role),
                started=run.started,
                since=max([run.started, *ended]),
            )
        )
    return tuple(found)


def likely_causes(run: Run, others: Sequence[OtherCause]) -> list[tuple[Cause, str]]:
    """Every known cause, those that something points to first, with what that is."""
    found = [(cause, _pointer(cause, run, others)) for cause in causes()]
    return sorted(found, key=lambda one: not one[1])


def _pointer(cause: Cause, run: Run, others: Sequence[OtherCause]) -> str:
    for check in run.checks:
        if check.id in cause.checks and check.result in (Result.FAIL, Result.WARN):
            return f"{check.title}: {check.seen}"
    if cause.log:
        for other in others:
            if cause.log in other.text:
                return f"in a log: {other.text}"
    return ""
