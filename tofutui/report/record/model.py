"""What a change record is made of, and what it says is left to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tofutui.history.journal import JournalEntry
from tofutui.tofu.guide_run import Check, Progress, Result, Run, RunEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that a record is made of."""

    run: Run
    deletions: tuple[JournalEntry, ...]
    events: tuple[RunEvent, ...]
    written: datetime


def left_over(record: Record) -> list[str]:
    """What is still to be done or to be known, one sentence each."""
    run = record.run
    open_points = [
        f"{step.title}: {step.progress.value}"
        for step in run.steps
        if step.progress not in (Progress.DONE, Progress.SKIPPED)
    ]
    open_points += [
        f"{step.title}: skipped, {step.reason}"
        for step in run.steps
        if _by_an_operator(run, step.by) and step.progress is Progress.SKIPPED
    ]
    open_points += [
        f"{step.title}: done, {step.left}"
        for step in run.steps
        if step.is_doubtful and step.id not in ("preflight", "verify")
    ]
    open_points += [
        f"{check.title}: {check.result.value}, {check.seen}" for check in run.checks if _is_open(check, run)
    ]
    return [*open_points, *open_deletions(record.deletions)]


def open_deletions(deletions: Sequence[JournalEntry]) -> Iterator[str]:
    """The deletions that did not end well, one sentence each; what a later one of the same row did counts."""
    newest = {(entry.role, entry.key): entry for entry in deletions if entry.may_have_been_sent}
    for entry in deletions:
        row, outcome = f"{entry.role.word} {entry.key}", entry.outcome
        if not entry.is_settled:
            yield f"{row}: outcome unknown"
        elif outcome is not None and not outcome.is_good and entry is newest.get((entry.role, entry.key)):
            yield f"{row}: {outcome}, {entry.text}"


def _is_open(check: Check, run: Run) -> bool:
    """Whether a check leaves something open; the verification has the last word about rows."""
    if check.result is not Result.WARN or check.step == "verify":
        return check.result is not Result.PASS
    verified = any(other.step == "verify" for other in run.checks)
    return check.id == "stale-rows" and not verified


def _by_an_operator(run: Run, by: str) -> bool:
    return by in run.operators
