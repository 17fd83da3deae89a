"""A row beside what its endpoint presents: the names compared, and which node it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.cli_output.stored_names import compare_stored
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.evidence import RowFacts
from tofutui.tofu.judgement.verdict import Judgement
from tofutui.tofu.names.match import NameComparison, Relation
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role


def facts_of(
    entry: Entry, incarnation: datetime | None, deletion_sent_at: datetime | None = None
) -> RowFacts:
    """The part of an entry that evidence is tied to."""
    return RowFacts(
        id=entry.id,
        who=entry.who,
        stored=entry.stored,
        presented=entry.presented,
        names=entry.names,
        incarnation=incarnation,
        deletion_sent_at=deletion_sent_at,
    )


def with_presented(entry: Entry, presented: Presented) -> Entry:
    """The entry beside what its endpoint presents, names compared.

    The stored subject is then shown in the reading that the comparison chose.
    """
    leaf, stored = presented.certificate, entry.stored
    if leaf is None or stored is None:
        return replace(entry, presented=presented, names=None)
    before = entry.presented.certificate
    is_same = before is not None and before.sha256 == leaf.sha256
    if entry.names is not None and is_same and not stored.may_go_on:
        return entry if presented is entry.presented else replace(entry, presented=presented)
    names = _compare_all(stored, presented, leaf)
    if names.stored is not None:
        stored = replace(stored, subject=names.stored, ambiguous=names.ambiguous)
    return replace(entry, presented=presented, names=names, stored=stored)


def _compare_all(stored: StoredSubject, presented: Presented, leaf: Certificate) -> NameComparison:
    """The names compared; a row in doubt differs only if none of its endpoint's certificates may fit."""
    names = compare_stored(stored, leaf.subject)
    if names.relation is not Relation.DIFFERENT or not stored.may_go_on:
        return names
    others = (compare_stored(stored, other.subject) for other in presented.also)
    return next((other for other in others if other.relation is not Relation.DIFFERENT), names)


def name_of(entry: Entry, hostnames: dict[Role, str | None], vip_answered_by: str) -> str:
    """The name to show: the host name at the prompt for the nodes' own rows and the peer's."""
    if entry.who in (Who.SELF, Who.LOOPBACK):
        return hostnames.get(entry.role) or ""
    if entry.who is Who.PEER:
        return hostnames.get(entry.role.other) or ""
    return vip_answered_by if entry.who is Who.VIP else entry.name


def node_behind(entry: Entry, views: Iterable[NodeView]) -> str:
    """Which node answered at the virtual IP: the only one whose address presents the same bytes on that port.

    A node's address appears in its own rows and in the peer rows of the other one. "" if neither or both fit.
    """
    if entry.who is not Who.VIP or entry.sha256 is None or entry.endpoint is None:
        return ""
    by_role = {view.role: view for view in views}
    port = entry.endpoint.port
    fitting = {
        _node_of(other)
        for view in by_role.values()
        for other in view.entries.values()
        if other.sha256 == entry.sha256 and other.endpoint and other.endpoint.port == port
    }
    answering = [view for role, view in by_role.items() if role in fitting]
    if len(answering) != 1:
        return ""
    (view,) = answering
    return f"{view.role.word} {view.hostname or view.shown_address}"


def _node_of(entry: Entry) -> Role | None:
    """The node that a row is about; None for all but own and peer rows."""
    if entry.who in (Who.SELF, Who.LOOPBACK):
        return entry.role
    return entry.role.other if entry.who is Who.PEER else None


def noting_vip(entry: Entry, answered_by: str) -> Entry:
    """The entry with a word on which node the virtual IP led to."""
    if entry.who is not Who.VIP or entry.sha256 is None:
        return entry
    word = (
        f"the virtual IP was answered by {answered_by}"
        if answered_by
        else "which node answered at the virtual IP cannot be seen from what the nodes present themselves"
    )
    judgement = entry.judgement
    if word in judgement.why:
        return entry
    return replace(entry, judgement=Judgement(judgement.verdict, (*judgement.why, word), judgement.evidence))
