"""Rows about remote hosts of which it is not known whether they are stale: what is not judged is not good."""

from collections.abc import Collection, Iterable, Sequence

from tofutui.tofu.base.text import safe
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role

Place = tuple[Role, str]
"""A row: the node whose table it is in, and its key."""

_JUDGED = frozenset({Verdict.MISMATCH, Verdict.PROVEN, Verdict.NOT_STORED})
_MOST = 20
"""Rows that are named; of more the number is given."""


def unjudged_of(comparison: Comparison, role: Role, learned: Collection[Place]) -> list[str]:
    """What is not judged of one node: its rows, and its table where that is not seen as it is now."""
    view = comparison.nodes[role]
    return [*unjudged_rows(view.entries.values(), learned), *_table(view)]


def unjudged_rows(entries: Iterable[Entry], learned: Collection[Place]) -> list[str]:
    """Each row about a remote host that is neither stale nor proven, with its verdict.

    Args:
        entries: The rows of any table.
        learned: Rows that were deleted and seen to be gone: what has the same name now was learned since.
    """
    return [
        f"{entry.role.word} {safe(entry.key or entry.raw)}: "
        + ("not in the newest listing" if entry.unseen else str(entry.verdict))
        for entry in entries
        if _is_unjudged(entry, learned)
    ]


def unjudged_table(role: Role) -> str:
    """A node's table that is not seen as it is now."""
    return f"{role.word}: the rest of its table"


def not_judged(which: Sequence[str]) -> str:
    """``not judged: 2: …`` with each of them; "" when there is none."""
    if not which:
        return ""
    more = f", and {len(which) - _MOST} more" if len(which) > _MOST else ""
    return f"not judged: {len(which)}: {', '.join(which[:_MOST])}{more}"


def _table(view: NodeView) -> list[str]:
    return [] if view.complete and view.lost_at is None else [unjudged_table(view.role)]


def _is_unjudged(entry: Entry, learned: Collection[Place]) -> bool:
    if not entry.who.is_remote or not entry.is_stored:
        return False
    if entry.verdict is Verdict.SAME_NAME and (entry.role, entry.key) in learned:
        return entry.unseen
    return entry.unseen or entry.verdict not in _JUDGED
