"""Where rows are seen: the node whose history it is, and how and from where its endpoints are asked."""

from tofutui.tofu.site.endpoint import Endpoint, split_key
from tofutui.tofu.site.row_owner import probe_target
from tofutui.tofu.site.session import Role, Session, Via


def address_of(session: Session, role: Role) -> str:
    """Where this machine connects to a node: with session and role, whose history it is."""
    node = session.nodes[role]
    return str(Endpoint(node.host, node.port))


def baseline_of(session: Session, role: Role, key: str) -> str:
    """How and where a row's endpoint is asked; what was seen another way is not comparable."""
    return baseline_at(session, role, split_key(key))


def baseline_at(session: Session, role: Role, endpoint: Endpoint | None) -> str:
    """The same of a row about this endpoint."""
    target = probe_target(session, role, endpoint) if endpoint else None
    if target is None:
        return ""
    jump = f" {session.nodes[role].jump}" if session.probe.via is Via.JUMP else ""
    return f"{session.probe.via}{jump} {session.probe.map.get(target, target)}"
