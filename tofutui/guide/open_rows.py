"""Rows about remote hosts that are neither proven nor deleted and learned again: what is open is not good."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from tofutui.tofu.base.text import safe
from tofutui.tofu.guide_run import OpenRow
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

Place = tuple[Role, str]
"""A row: the node whose table it is in, and its key."""

_SETTLED = frozenset({Verdict.PROVEN, Verdict.NOT_STORED})
_MOST = 20
"""Rows that are named; of more the number is given."""
_KINDS = ((Who.PEER, "of the pair"), (Who.ISE, "of ISE"))


def open_rows_of(comparison: Comparison, role: Role, learned: Collection[Place]) -> list[OpenRow]:
    """What is open on one node: its rows, and its table where that is not seen as it is now."""
    view = comparison.nodes[role]
    return [*open_rows(view.entries.values(), learned), *_table(view)]


def open_rows(entries: Iterable[Entry], learned: Collection[Place]) -> list[OpenRow]:
    """The rows about remote hosts that are open.

    Args:
        entries: The rows of any table.
        learned: Rows that were deleted and seen to be gone: what has the same name now was learned since.
    """
    return [_open_row(entry) for entry in entries if _is_open(entry, learned)]


def rest_of_table(role: Role) -> OpenRow:
    """What is not seen of a table that was not listed to its end."""
    return OpenRow(role=role, key="", who=Who.OTHER, verdict="the rest of its table")


def stale_rows(rows: Iterable[OpenRow]) -> list[OpenRow]:
    """Those that are stale."""
    return [row for row in rows if row.is_stale]


def open_words(rows: Sequence[OpenRow], now: datetime) -> str:
    """``1 row of ISE is stale: …; 2 rows of the pair are not judged: …``; "" when nothing is open."""
    texts = (
        _words(stale_rows(rows), "stale", now),
        _words([row for row in rows if not row.is_stale], "not judged", now),
    )
    return "; ".join(filter(None, texts))


def _words(rows: Sequence[OpenRow], what: str, now: datetime) -> str:
    if not rows:
        return ""
    more = f", and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
    verb = "is" if len(rows) == 1 else "are"
    ranks = [who for who, _ in _KINDS]
    ordered = sorted(rows, key=lambda row: ranks.index(row.who) if row.who in ranks else len(ranks))
    named = ", ".join(row.words(now) for row in ordered[:_MOST])
    return f"{_count(rows)} {verb} {what}: {named}{more}"


def _count(rows: Sequence[OpenRow]) -> str:
    """``2 rows of the pair and 1 row of ISE``."""
    listed = [row for row in rows if row.key]
    known = [who for who, _ in _KINDS]
    groups = [(sum(row.who is who for row in listed), words) for who, words in _KINDS]
    groups.append((sum(row.who not in known for row in listed), "of other hosts"))
    parts = [f"{number} {'row' if number == 1 else 'rows'} {words}" for number, words in groups if number]
    tables = len(rows) - len(listed)
    parts += [f"the rest of {tables} {'table' if tables == 1 else 'tables'}"] if tables else []
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _table(view: NodeView) -> list[OpenRow]:
    return [] if view.complete and view.lost_at is None else [rest_of_table(view.role)]


def _open_row(entry: Entry) -> OpenRow:
    certificate = entry.presented.certificate
    return OpenRow(
        role=entry.role,
        key=safe(entry.key or entry.raw),
        who=entry.who,
        verdict="not in the newest listing" if entry.unseen else str(entry.verdict),
        is_stale=entry.verdict.is_stale,
        issued=certificate.not_before if certificate else None,
    )


def _is_open(entry: Entry, learned: Collection[Place]) -> bool:
    if not entry.who.is_remote or not entry.is_stored:
        return False
    if entry.verdict is Verdict.SAME_NAME and (entry.role, entry.key) in learned:
        return entry.unseen
    return entry.unseen or entry.verdict not in _SETTLED
