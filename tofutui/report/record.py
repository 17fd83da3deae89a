"""The change record of a guide run: who did what when, what was seen before and after, what is left.

Everything comes from the history, so that it can be written long after; no secret is in it.
"""

from dataclasses import dataclass
from datetime import datetime

from tofutui.history.journal import Journal, JournalEntry
from tofutui.history.runs import Runs
from tofutui.privacy.mask import Mask
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.guide_run import Check, Event, Progress, Result, Run

FORMATS = ("markdown", "json", "html")


class RecordError(TofutuiError):
    """The record cannot be made or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that a record is made of."""

    run: Run
    deletions: tuple[JournalEntry, ...]
    events: tuple[Event, ...]
    written: datetime


def collect(runs: Runs, journal: Journal, run_id: int, now: datetime) -> Record:
    """Read a run and what was sent while it lasted.

    Raises:
        RecordError: there is no such run.
        HistoryError: the history cannot be read.
    """
    held = runs.get(run_id)
    if held is None:
        raise RecordError(f"there is no run {run_id}")
    run = held.run
    sent = [
        entry
        for entry in journal.entries(run.session)
        if entry.at >= run.started and (run.ended is None or entry.at <= run.ended)
    ]
    return Record(run=run, deletions=tuple(sent), events=tuple(runs.events(run_id)), written=now)


def run_of(runs: Runs, session: str, wanted: int | None) -> int:
    """The run to write about: the one asked for, else the session's newest.

    Raises:
        RecordError: the session has no run, or no such one.
    """
    known = runs.ids(session)
    if not known:
        raise RecordError(f"session {session} has no guide run in this history", "c in the app begins one")
    if wanted is None:
        return known[-1][0]
    if wanted not in dict(known):
        listed = ", ".join(f"{id_} ({started:%Y-%m-%d %H:%M}Z)" for id_, started in known[-10:])
        raise RecordError(f"session {session} has no run {wanted}", f"there is: {listed}")
    return wanted


def render_record(record: Record, fmt: str, version: str, *, mask: Mask | None = None) -> str:
    """The record in one of `FORMATS`, with a final line feed; a mask puts stand-ins for names in it.

    The texts that are made of the masked values pass the mask once more.
    """
    from tofutui.report.record_html import to_html
    from tofutui.report.record_json import to_json
    from tofutui.report.record_markdown import to_markdown
    from tofutui.report.record_sections import sections

    if mask is not None:
        record = mask(record)
    shown = mask.text if mask is not None else str
    if fmt == "json":
        return to_json(record, version, shown)
    parts = [part.mapped(shown) for part in sections(record, version)]
    return to_html(parts) if fmt == "html" else to_markdown(parts)


def left_over(record: Record) -> list[str]:
    """What is still to be done or to be known, one sentence each."""
    run = record.run
    found = [
        f"{step.title}: {step.progress.value}"
        for step in run.steps
        if step.progress not in (Progress.DONE, Progress.SKIPPED)
    ]
    found += [f"{step.title}: skipped, {step.reason}" for step in run.steps if _by_somebody(run, step.by)
              and step.progress is Progress.SKIPPED]  # fmt: skip
    found += [
        f"{step.title}: done, {step.doubt}"
        for step in run.steps
        if step.is_doubtful and step.id not in ("preflight", "verify")
    ]
    found += [
        f"{check.title}: {check.result.value}, {check.seen}" for check in run.checks if _is_open(check, run)
    ]
    found += [
        f"{entry.role.word} {entry.key}: outcome unknown"
        for entry in record.deletions
        if not entry.is_settled
    ]
    return found


def _is_open(check: Check, run: Run) -> bool:
    """Whether a check leaves something open; the verification has the last word about rows."""
    if check.result is not Result.WARN or check.step == "verify":
        return check.result is not Result.PASS
    verified = any(other.step == "verify" for other in run.checks)
    return check.id == "stale-rows" and not verified


def _by_somebody(run: Run, by: str) -> bool:
    return by in run.operators
