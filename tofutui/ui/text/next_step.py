"""What to do next on the tables, from what they show: one line, with the action that does it."""

from collections.abc import Iterable
from typing import NamedTuple

from tofutui.guide.ha_meaning import CONNECTED
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.text.vocabulary import node_name, rows

_UNJUDGED = (Verdict.SAME_NAME, Verdict.NO_ANSWER, Verdict.UNREADABLE)
_AT_ONCE = (Verdict.PENDING, Verdict.MISMATCH, Verdict.SUSPECT)
"""Verdicts that decide, whoever the row is about."""
_CONSEQUENTIAL = (Who.PEER, Who.ISE, Who.DNAC)
"""Whose rows decide whether the pair and its integrations connect."""


class NextStep(NamedTuple):
    """A sentence, and the id of the action that does it; None where there is nothing to do."""

    action: str | None
    text: str


NOTHING_LEFT = NextStep(None, "nothing left to do: every remote row is proven or without evidence")


def next_step(comparison: Comparison, *, can_guide: bool) -> NextStep | None:
    """The next step; None while a node is being read or an endpoint asked, for then nothing is known yet.

    Args:
        comparison: Both tables.
        can_guide: Whether the guided re-registration can be opened.
    """
    views = [comparison.nodes[role] for role in comparison.session.roles]
    if any(view.phase.is_busy or view.phase is Phase.IDLE for view in views):
        return None
    failed = next((view for view in views if not view.complete), None)
    if failed is not None:
        return _read_again(failed)
    deciding = (e for e in comparison.entries() if e.judgement.verdict in _AT_ONCE or e.who in _CONSEQUENTIAL)
    entries = [entry for entry in deciding if entry.who.is_remote]
    if any(entry.verdict is Verdict.PENDING for entry in entries):
        return None
    return _of_rows(entries, connected=_is_connected(views), can_guide=can_guide and len(views) > 1)


def _read_again(view: NodeView) -> NextStep:
    what = "was listed only in part" if view.phase is Phase.PARTIAL else "could not be listed"
    return NextStep("table.refresh_all", f"{node_name(view)} {what}: list it again")


def _of_rows(entries: list[Entry], *, connected: bool, can_guide: bool) -> NextStep:
    stale = [entry for entry in entries if entry.is_stale_remote]
    if stale:
        return NextStep("plan.open", f"{len(stale)} stale {_noun(stale)} on {_nodes(stale)}")
    unjudged = [entry for entry in entries if entry.verdict in _UNJUDGED and entry.who in _CONSEQUENTIAL]
    if unjudged and not connected:
        return NextStep("evidence.open", f"{_whose(unjudged)} cannot be judged")
    if can_guide and not connected:
        return NextStep("guide.open", "register HA again")
    return NOTHING_LEFT


def _noun(entries: list[Entry]) -> str:
    return rows(len(entries)).partition(" ")[2]


def _nodes(entries: Iterable[Entry]) -> str:
    roles = {entry.role for entry in entries}
    return "2 nodes" if len(roles) > 1 else next(role.word for role in Role if role in roles)


def _whose(entries: list[Entry]) -> str:
    of_pair = [entry for entry in entries if entry.who is Who.PEER]
    if of_pair:
        return f"{rows(len(of_pair))} of the pair"
    return f"{rows(len(entries))} of other servers"


def _is_connected(views: list[NodeView]) -> bool:
    """Whether both nodes say, and say only, that the primary is active and the secondary follows it."""
    return len(views) == len(Role) and any(
        all(_says(view, state) for view, state in zip(views, pair, strict=True)) for pair in CONNECTED
    )


def _says(view: NodeView, state: str) -> bool:
    return view.ha is not None and view.ha.says_only(view.role, state)
