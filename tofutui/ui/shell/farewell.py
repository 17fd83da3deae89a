"""What the terminal keeps after the app: what was done, what is open, and the command for the record."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tofutui.history.database import FILE, Database, HistoryError
from tofutui.history.journal import Journal, JournalEntry
from tofutui.history.owners import owner_of
from tofutui.tofu.base.text import safe
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import Role
from tofutui.ui.text.next_step import next_step
from tofutui.ui.text.vocabulary import rows

_MOST_KEYS = 3
"""How many rows of a node are named; more are only counted."""


def say_farewell(
    comparison: Comparison, data_dir: Path, since: datetime, shown: Callable[[str], str]
) -> None:
    """Write `farewell` to the terminal that the app has given back; ``shown`` masks what is hidden."""
    for text in farewell(comparison, data_dir, since):
        sys.stdout.write(shown(safe(text)) + "\n")
    sys.stdout.flush()


def farewell(comparison: Comparison, data_dir: Path, since: datetime) -> list[str]:
    """The lines about the session that was open last, not yet made safe or masked.

    Args:
        comparison: As it was when its nodes were left.
        data_dir: Where the journal is.
        since: When this process began (UTC).
    """
    session = comparison.session
    entries = [entry for entry in _journalled(data_dir, session.name) if _is_of_this_run(entry, since)]
    lines = [
        f"{session.name}: {'; '.join(_done(entries)) or 'no row was deleted'}",
        f"open: {_open(comparison, entries)}",
    ]
    if any(entry.may_have_been_sent for entry in entries) and not session.demo:
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
        lines.append(f"record: tofutui record {session.name} --since {start}")
    return lines


def _journalled(data_dir: Path, session: str) -> Sequence[JournalEntry]:
    """The deletions of a session; none where there is no journal, for then nothing could be deleted."""
    if not (data_dir / FILE).is_file():
        return ()
    try:
        database = Database(data_dir / FILE)
    except HistoryError:
        return ()
    try:
        return Journal(database).entries(session)
    except HistoryError:
        return ()
    finally:
        database.close()


def _is_of_this_run(entry: JournalEntry, since: datetime) -> bool:
    owner = owner_of(entry.owner) if entry.owner else None
    return entry.at >= since and owner is not None and owner.pid == os.getpid()


def _done(entries: Sequence[JournalEntry]) -> Iterator[str]:
    for role in Role:
        sent = [entry for entry in entries if entry.role is role and entry.may_have_been_sent]
        if sent:
            yield f"{_node(sent[-1])}: {_ends(sent)}"


def _node(entry: JournalEntry) -> str:
    return f"{entry.role.word} {entry.hostname}" if entry.hostname else entry.role.word


def _ends(entries: Sequence[JournalEntry]) -> str:
    """Each row with how its deletion ended, or how many ended in which way."""
    if len(entries) <= _MOST_KEYS:
        return ", ".join(f"{entry.key} {_end(entry)}" for entry in entries)
    counts = [(end, sum(1 for entry in entries if _end(entry) is end)) for end in Outcome]
    return f"{rows(len(entries))}, " + ", ".join(f"{count} {end}" for end, count in counts if count)


def _end(entry: JournalEntry) -> Outcome:
    return entry.outcome or Outcome.UNKNOWN


def _open(comparison: Comparison, entries: Sequence[JournalEntry]) -> str:
    unknown = sum(1 for entry in entries if _end(entry) is Outcome.UNKNOWN)
    parts = (
        [f"{unknown} outcome{'' if unknown == 1 else 's'} unknown, the next listing decides"]
        if unknown
        else []
    )
    step = next_step(comparison, can_guide=True)
    if step is None:
        parts.append("the comparison was not complete")
    elif step.action is not None:
        parts.append(step.text)
    return "; ".join(parts) or "nothing"
