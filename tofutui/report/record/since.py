"""The change record of everything that was changed since a time, with or without the guide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tofutui.history.journal import JournalEntry
from tofutui.history.statements import Statement
from tofutui.report.history_form import sentence
from tofutui.report.phrases import utc
from tofutui.report.record.json_document import as_json
from tofutui.report.record.model import open_deletions
from tofutui.report.record.sections import (
    Grid,
    Lines,
    RecordFacts,
    RecordSection,
    commands,
    decisions,
    fit_to_show,
    result_of,
)
from tofutui.tofu.guide_run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What the history holds of a session since a time."""

    session: str
    since: datetime
    deletions: tuple[JournalEntry, ...]
    statements: tuple[Statement, ...]
    runs: tuple[Run, ...]
    """The guide runs that had not ended by then."""
    written: datetime


def since_sections(record: Since, version: str) -> list[RecordSection]:
    """The record as sections, the result first."""
    pairs = [
        ("Session", record.session),
        ("Since", utc(record.since)),
        ("Guide runs", ", ".join(str(run.id) for run in record.runs) or "none"),
        ("Written", f"{utc(record.written)} by tofutui {version}"),
    ]
    confirmations = [said for run in record.runs for said in run.confirmations]
    return fit_to_show(
        [
            RecordSection(
                "Change record", (result_of(record.deletions, confirmations), RecordFacts(tuple(pairs)))
            ),
            RecordSection(
                "What is left",
                (Lines(tuple(open_deletions(record.deletions)) or ("Nothing that the journal knows of.",)),),
            ),
            RecordSection("Decisions", (decisions(record.runs, record.since),)),
            RecordSection("Commands that changed a node", (commands(record.deletions),)),
            RecordSection("Statements", (_said(record.statements),)),
        ]
    )


def since_document(record: Since, version: str) -> dict[str, Any]:
    """The same as JSON values."""
    document: dict[str, Any] = as_json(
        {
            "schema": 1,
            "tool": f"tofutui {version}",
            "written_at": record.written,
            "session": record.session,
            "since": record.since,
            "runs": [run.id for run in record.runs],
            "left": list(open_deletions(record.deletions)),
            "decisions": [said for run in record.runs for said in run.decisions if said.at >= record.since],
            "vouched": [said for run in record.runs for said in run.vouched if said.at >= record.since],
            "commands": record.deletions,
            "statements": record.statements,
        }
    )
    return document


def _said(statements: Sequence[Statement]) -> Grid:
    rows = tuple((utc(kept.word.at), kept.word.by, str(kept.kind), sentence(kept)) for kept in statements)
    return Grid(("At", "By", "Kind", "Words"), rows)
