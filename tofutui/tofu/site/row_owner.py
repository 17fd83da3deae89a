"""Who a row is about, and where its certificate can be fetched."""

from dataclasses import dataclass
from enum import StrEnum

from tofutui.tofu.site.endpoint import Endpoint, is_loopback, is_masked, normalise_host
from tofutui.tofu.site.session import NodeSettings, Role, Session


class Who(StrEnum):
    """Whose certificate a row holds, seen from the node that lists it."""

    VIP = "vip"
    LOOPBACK = "loopback"
    SELF = "self"
    PEER = "peer"
    ISE = "ise"
    DNAC = "dnac"
    OTHER = "other"

    @property
    def is_remote(self) -> bool:
        """Whether the row counts; own rows (vip, loopback, self) are never planned and decide no exit."""
        return self not in _OWN


_OWN = (Who.VIP, Who.LOOPBACK, Who.SELF)
"""Asked of thousands of rows for each frame: members of an enumeration are slow to look up (Python 3.11)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A remote that a node should hold a row for."""

    endpoint: Endpoint
    key: str
    who: Who
    name: str


def identify(session: Session, role: Role, endpoint: Endpoint) -> tuple[Who, str]:
    """Who a row of ``role``'s table is about, and the configured name of a remote ("" if there is none)."""
    host = endpoint.host
    if host in map(normalise_host, session.virtual_ip):
        return Who.VIP, ""
    if is_loopback(host):
        return Who.LOOPBACK, ""
    if _is_node(session.nodes.get(role), host):
        return Who.SELF, ""
    if _is_node(session.nodes.get(role.other), host):
        return Who.PEER, ""
    for remote in session.remotes:
        if remote.endpoint == endpoint:
            return Who(remote.kind), remote.name
    return Who.OTHER, ""


def probe_target(session: Session, role: Role, endpoint: Endpoint) -> Endpoint | None:
    """Where to connect for this row before ``probe.map``; None if its address cannot be probed.

    A loopback row is the node's own: it is asked at the node's own address, never at this machine's.
    """
    if is_loopback(endpoint.host):
        node = session.nodes[role]
        own = next((a for a in (*node.addresses, node.host) if a and not is_loopback(a)), None)
        return Endpoint(normalise_host(own), endpoint.port) if own else None
    if is_masked(endpoint.host) and endpoint not in session.probe.map:
        return None
    return endpoint


def expected(session: Session, role: Role) -> tuple[Expected, ...]:
    """The remotes that this node's table should hold: the peer first, then the configured ones."""
    rows = []
    peer = session.nodes.get(role.other)
    if peer is not None and peer.host:
        endpoint = Endpoint(normalise_host(peer.table_address), peer.hm_port)
        rows.append(Expected(endpoint, f"{peer.table_address}_{peer.hm_port}", Who.PEER, ""))
    for remote in session.remotes:
        if role in remote.nodes:
            rows.append(Expected(remote.endpoint, remote.endpoint.key, Who(remote.kind), remote.name))
    return tuple(rows)


def satisfies(session: Session, role: Role, wanted: Expected, present: Endpoint) -> bool:
    """Whether a row for ``present`` is the expected one; the peer may be there under any of its addresses."""
    if wanted.who is not Who.PEER:
        return wanted.endpoint == present
    return _is_node(session.nodes.get(role.other), present.host) and present.port == wanted.endpoint.port


def _is_node(node: NodeSettings | None, host: str) -> bool:
    """Whether a row's host is this node; a loopback address names whoever lists it, never another node."""
    return node is not None and not is_loopback(host) and host in map(normalise_host, node.names)
