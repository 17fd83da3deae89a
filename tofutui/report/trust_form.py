"""The trust map as lines of the text and Markdown reports."""

from collections.abc import Iterator

from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.trust_map import Arrow, trust_map
from tofutui.tofu.site.row_owner import Who


def trust_lines(comparison: Comparison) -> Iterator[str]:
    """For the text report: who -> whom, and the worst verdict; nothing if no node holds a row."""
    arrows = trust_map(comparison)
    sides = [f"{whose(comparison, arrow)} -> {whom(comparison, arrow)}" for arrow in arrows]
    width = min(max(map(len, sides), default=0), 70)
    for arrow, side in zip(arrows, sides, strict=True):
        yield f"TRUST  {side.ljust(width)}  {arrow.verdict}{own(arrow)}"


def whose(comparison: Comparison, arrow: Arrow) -> str:
    """The node that holds the rows."""
    return _node(arrow.role.word, comparison.nodes[arrow.role].hostname)


def whom(comparison: Comparison, arrow: Arrow) -> str:
    """Whom the rows are about."""
    if arrow.hosts > 1:
        return f"{arrow.hosts} other servers"
    if arrow.who is Who.PEER:
        return _node(arrow.role.other.word, arrow.name)
    words = {Who.SELF: "itself", Who.LOOPBACK: "itself by loopback", Who.VIP: "the virtual IP"}
    return words.get(arrow.who) or arrow.name or "another server"


def own(arrow: Arrow) -> str:
    """A mark for rows that do not count."""
    return "" if arrow.who.is_remote else " (own)"


def _node(role: str, hostname: str | None) -> str:
    return f"{role} {hostname}" if hostname else role
