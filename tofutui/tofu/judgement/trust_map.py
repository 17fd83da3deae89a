"""Who trusts whom: each node's rows as arrows to whom they are about, with the worst verdict on each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

OTHERS_SHOWN = 4
"""Servers that no session names have arrows of their own; of more than this, only so many stale ones."""

WORST_FIRST = (
    Verdict.MISMATCH,
    Verdict.SUSPECT,
    Verdict.UNREADABLE,
    Verdict.NO_ANSWER,
    Verdict.PENDING,
    Verdict.SAME_NAME,
    Verdict.PROVEN,
    Verdict.NOT_STORED,
)
"""As the exit codes have it: stale, then what could not be judged, then what nothing speaks against."""


_ORDER = (Who.PEER, Who.ISE, Who.DNAC, Who.OTHER, Who.SELF, Who.LOOPBACK, Who.VIP)


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one node holds about one server."""

    role: Role
    who: Who
    """Whom the rows are about; those of one server on several ports are one arrow."""
    name: str
    """The server's configured name or its host, the peer's or own host name; "" where nothing is known."""
    verdict: Verdict
    """The worst of its rows, by `WORST_FIRST`."""
    ids: tuple[str, ...]
    """The entries behind it."""
    hosts: int = 1
    """How many servers it represents; several have no name."""


def trust_map(comparison: Comparison) -> tuple[Arrow, ...]:
    """The arrows of all nodes, the primary's first: the peer, the servers, the node itself.

    Empty where no node holds a row.
    """
    nodes = [comparison.nodes[role] for role in Role if role in comparison.nodes]
    if not any(entry.is_stored for node in nodes for entry in node.entries.values()):
        return ()
    return tuple(arrow for node in nodes for arrow in _arrows(comparison, node))


def _arrows(comparison: Comparison, node: NodeView) -> Iterator[Arrow]:
    peer = comparison.nodes.get(node.role.other)
    names = {Who.PEER: peer.hostname if peer else None, Who.SELF: node.hostname}
    named: dict[tuple[Who, str], list[Entry]] = defaultdict(list)
    others: dict[tuple[Who, str], list[Entry]] = defaultdict(list)
    for entry in node.entries.values():
        configured = entry.who is not Who.OTHER or entry.name
        (named if configured else others)[entry.who, _server(entry)].append(entry)
    arrows = [_arrow(node.role, who, name or names.get(who) or "", of) for (who, name), of in named.items()]
    arrows += _condensed([_arrow(node.role, who, name, of) for (who, name), of in others.items()])
    yield from sorted(arrows, key=lambda arrow: _ORDER.index(arrow.who))


def _server(entry: Entry) -> str:
    """What distinguishes the servers of one kind; "" for the nodes, and for a line that cannot be read."""
    if entry.who not in (Who.ISE, Who.DNAC, Who.OTHER):
        return ""
    if entry.name:
        return entry.name
    return entry.endpoint.host if entry.endpoint else entry.key or ""


def _arrow(role: Role, who: Who, name: str, entries: Sequence[Entry]) -> Arrow:
    verdict = worst(entry.verdict for entry in entries)
    return Arrow(role, who, name, verdict, tuple(entry.id for entry in entries))


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The one to name among several; of none, nothing is stored."""
    return min(verdicts, key=WORST_FIRST.index, default=Verdict.NOT_STORED)


def _condensed(arrows: list[Arrow]) -> Iterator[Arrow]:
    """Servers that no session names, worst first; of many, all but some stale ones by their verdict."""
    arrows = sorted(arrows, key=lambda arrow: WORST_FIRST.index(arrow.verdict))
    shown = len(arrows)
    if shown > OTHERS_SHOWN:
        shown = min(sum(arrow.verdict.is_stale for arrow in arrows), OTHERS_SHOWN)
    yield from arrows[:shown]
    rest: dict[Verdict, list[Arrow]] = defaultdict(list)
    for arrow in arrows[shown:]:
        rest[arrow.verdict].append(arrow)
    for verdict, same in rest.items():
        ids = tuple(id_ for arrow in same for id_ in arrow.ids)
        yield Arrow(same[0].role, Who.OTHER, "", verdict, ids, len(same))
