"""A comparison for scripts: one line a row, and nothing else."""

from collections.abc import Iterator

from tofutui.report.phrases import reason
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.presented import SEEN_ONLY
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role

_VERDICT_WIDTH = max(map(len, Verdict))
_ROLE_WIDTH = max(map(len, Role))
_KEY_WIDTH = 50
"""Cells; a longer key pushes its reason to the right."""


def to_lines(comparison: Comparison) -> str:
    """Role in lower case, verdict as in the JSON, key (``-`` for a line that has none) and first reason.

    The columns are two spaces or more apart. Marks in parentheses end the line of a row that is the node's
    own, that is older than the newest listing, or whose listing is not complete.
    """
    return "".join(f"{line}\n" for role in comparison.session.roles for line in _node(comparison.nodes[role]))


def marks(entry: Entry) -> tuple[str, ...]:
    """What a reader has to know of a row beside its verdict, each in a few words."""
    own = () if entry.who.is_remote else (f"own: {entry.who}",)
    old = ("not in the newest listing",) if entry.unseen else ()
    return (*own, *old, *((SEEN_ONLY,) if entry.presented.is_seen_only else ()))


def _node(node: NodeView) -> Iterator[str]:
    rows = node.ordered()
    width = min(max((len(safe(row.key or "-")) for row in rows), default=0), _KEY_WIDTH)
    for row in rows:
        said = marks(row) if node.complete else (*marks(row), "listing not complete")
        columns = (
            row.role.ljust(_ROLE_WIDTH),
            row.verdict.ljust(_VERDICT_WIDTH),
            safe(row.key or "-").ljust(width),
            safe(reason(row)),
        )
        yield "  ".join((*columns, *(f"({mark})" for mark in said))).rstrip()
