"""The change record of a guide run: who did what when, what was seen before and after, what is left.

Everything comes from the history, so that it can be written long after; no secret is in it.
"""

from datetime import datetime

from tofutui.history.database import Database
from tofutui.history.journal import Journal
from tofutui.history.runs import Runs
from tofutui.history.statements import Statements
from tofutui.privacy.mask import Mask
from tofutui.report.record.html_page import to_html
from tofutui.report.record.json_document import dumped, to_json
from tofutui.report.record.markdown_page import to_markdown
from tofutui.report.record.model import Record
from tofutui.report.record.sections import sections
from tofutui.report.record.since import Since, since_document, since_sections
from tofutui.tofu.base.errors import TofutuiError

FORMATS = ("markdown", "json", "html")


class RecordError(TofutuiError):
    """The record cannot be made or written."""


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
        raise RecordError(
            f"session {session} has no guide run in this history",
            "--since TIME covers what was changed without the guide",
        )
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
    if mask is not None:
        record = mask(record)
    shown = mask.text if mask is not None else str
    if fmt == "json":
        return to_json(record, version, shown)
    parts = [part.mapped(shown) for part in sections(record, version)]
    return to_html(parts) if fmt == "html" else to_markdown(parts)


def collect_since(database: Database, session: str, since: datetime, now: datetime) -> Since:
    """Read everything that was changed and stated since a time.

    Raises:
        HistoryError: the history cannot be read.
    """
    runs = Runs(database)
    known = [held.run for id_, _ in runs.ids(session) if (held := runs.get(id_)) is not None]
    return Since(
        session=session,
        since=since,
        deletions=tuple(entry for entry in Journal(database).entries(session) if entry.at >= since),
        statements=tuple(kept for kept in Statements(database).every(session) if kept.word.at >= since),
        runs=tuple(run for run in known if run.ended is None or run.ended >= since),
        written=now,
    )


def render_since(record: Since, fmt: str, version: str, *, mask: Mask | None = None) -> str:
    """The same as `render_record`, for everything since a time."""
    if mask is not None:
        record = mask(record)
    shown = mask.text if mask is not None else str
    if fmt == "json":
        return dumped(since_document(record, version), shown)
    parts = [part.mapped(shown) for part in since_sections(record, version)]
    return to_html(parts) if fmt == "html" else to_markdown(parts)
