"""What the text and Markdown forms say in the same words."""

from datetime import UTC, datetime

from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, TiedFailure
from tofutui.tofu.judgement.verdict import Verdict


def utc(at: datetime) -> str:
    """A time as ``2026-11-23T14:02:11Z``."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def node_line(node: NodeView) -> str:
    """Who a node is and what it reports of itself, on one line."""
    parts = [node.shown_address]
    if node.version:
        parts.append(f"{node.other_product} version {node.version}".strip())
    if node.ha and node.ha.state:
        parts.append(" ".join(word for word in (node.ha.role, node.ha.state) if word))
    if node.clock_skew_s is not None and abs(node.clock_skew_s) >= 2:
        ahead = "ahead" if node.clock_skew_s > 0 else "behind"
        parts.append(f"clock {abs(node.clock_skew_s):.0f} s {ahead}")
    if node.legacy_ssh:
        parts.append("legacy SSH allowed (legacy_ssh)")
    if node.listed_at:
        parts.append(f"listed {utc(node.listed_at)}")
    return ", ".join(parts)


def incomplete(node: NodeView) -> str:
    """Why a node's listing is not complete; empty if it is."""
    if node.complete:
        return ""
    return f"listing not complete: {node.error or 'no reason is known'}"


def reason(entry: Entry) -> str:
    """The strongest reason of a verdict; the line itself for one that is not a readable row."""
    why = entry.judgement.why[0] if entry.judgement.why else entry.verdict.look.meaning
    return f"{why}: {entry.raw}" if entry.key is None else why


def failure_line(tied: TiedFailure) -> str:
    """A TOFU failure that fits no row."""
    failure = tied.failure
    whose = f" in the log of {tied.role.word}" if tied.role else ""
    times = f"{failure.count} times" if failure.count != 1 else "once"
    last = f", last {_of_node(failure.last)}" if failure.last else ""
    return f"TOFU failed for {failure.name}{whose} ({times}{last}): {tied.meaning}"


def _of_node(at: datetime) -> str:
    return utc(at) if at.tzinfo else f"{at.isoformat(sep=' ', timespec='seconds')} by the node's clock"


def summary_line(comparison: Comparison) -> str:
    """How many remote rows carry which verdict, and how many own rows are stale."""
    counts = comparison.counts()
    parts = [f"{counts[v]} {v}" for v in Verdict if counts[v]] or ["no remote row"]
    own = comparison.own_stale()
    if own:
        parts.append(f"own rows: {own} stale")
    if comparison.unread:
        parts.append("evidence not read whole")
    if not comparison.complete:
        parts.append("not complete")
    return ", ".join(parts)


def has_only_names(comparison: Comparison) -> bool:
    """Whether some row's only evidence is that the names are equal, which proves nothing."""
    return bool(comparison.counts()[Verdict.SAME_NAME])


NAMES_PROVE_NOTHING = (
    "SAME NAME proves nothing: a re-issued certificate usually keeps its subject. "
    "Add the node's log with --log, or say what was re-issued with --reissued HOST[:PORT]."
)
