"""A comparison as plain lines: one line a row, made to be searched by ``grep ^primary``."""

from collections.abc import Iterator

from tofutui.report.phrases import (
    NAMES_PROVE_NOTHING,
    failure_line,
    has_only_names,
    incomplete,
    node_line,
    reason,
    summary_line,
    utc,
)
from tofutui.report.trust_form import trust_lines
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.presented import SEEN_ONLY
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict

_VERDICT_WIDTH = max(len(verdict) for verdict in Verdict)
_ROLE_WIDTH = len("secondary")


def to_text(comparison: Comparison) -> str:
    """The whole report. Only row lines begin with a role in lower case."""
    return "".join(safe(line).rstrip() + "\n" for line in _lines(comparison))


def _lines(comparison: Comparison) -> Iterator[str]:
    session = comparison.session
    title = f"  {session.title}" if session.title else ""
    yield f"SESSION {session.name}{title}"
    if comparison.taken_at:
        yield f"taken {utc(comparison.taken_at)}, certificates seen from {comparison.seen_from}"
    for role in session.roles:
        yield from _node(comparison.nodes[role])
    yield ""
    trust = list(trust_lines(comparison))
    yield from (*trust, "") if trust else ()
    for tied in comparison.failures:
        yield failure_line(tied)
    for cause in comparison.not_tofu:
        yield f"{cause.text} | {cause.line}"
    if has_only_names(comparison):
        yield NAMES_PROVE_NOTHING
    yield f"SUMMARY {summary_line(comparison)}"


def _node(node: NodeView) -> Iterator[str]:
    yield ""
    yield f"{node.role.word} {node.hostname or '(host name not seen)'}  {node_line(node)}"
    if not node.complete:
        yield f"! {incomplete(node)}"
    for notice in node.notices:
        yield f"! {notice}"
    rows = node.ordered()
    width = min(max((len(safe(row.key or "-")) for row in rows), default=0), 50)
    for row in rows:
        yield _row(row, width)


def _row(entry: Entry, key_width: int) -> str:
    key = safe(entry.key or "-")
    own = "" if entry.who.is_remote else f"  (own: {entry.who})"
    old = "  (not in the newest listing)" if entry.unseen else ""
    old += f"  ({SEEN_ONLY})" if entry.presented.is_seen_only else ""
    columns = (entry.role.ljust(_ROLE_WIDTH), entry.verdict.ljust(_VERDICT_WIDTH), key.ljust(key_width))
    return "  ".join((*columns, reason(entry))) + own + old
