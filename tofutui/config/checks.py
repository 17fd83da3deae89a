"""What has to hold between the values of one session."""

from tofutui.config.fields import Faults
from tofutui.tofu.site.endpoint import Endpoint, is_loopback, normalise_host
from tofutui.tofu.site.session import NodeSettings, Role, Session, Via


def check_session(session: Session, place: str, faults: Faults, *, has_secondary: bool) -> None:
    """Add a fault for everything that cannot be meant, a warning for what is only strange.

    ``has_secondary`` says whether one is written, even if it is faulty and therefore not in ``session``.
    """
    primary, secondary = (session.nodes.get(role) for role in Role)
    if primary and secondary:
        _check_pair(primary, secondary, place, faults)
    _check_remotes(session, place, faults, has_secondary)
    if session.probe.via is Via.JUMP and session.nodes and not any(n.jump for n in session.nodes.values()):
        words = "via = 'jump': neither node has a jump host (`jump`, or ProxyJump in ~/.ssh/config)"
        faults.warn(f"{place}.probe", words)
    own = {normalise_host(name) for node in session.nodes.values() for name in node.names}
    for address in session.virtual_ip:
        if normalise_host(address) in own:
            faults.warn(
                place,
                f"virtual_ip {address} is also an address of a node: rows about it count as rows of the "
                "virtual IP",
            )


def _check_pair(primary: NodeSettings, secondary: NodeSettings, place: str, faults: Faults) -> None:
    if (normalise_host(primary.host), primary.port) == (normalise_host(secondary.host), secondary.port):
        where = Endpoint(normalise_host(primary.host), primary.port)
        faults.add(f"{place}.secondary", f"host, port: the same {where} as the primary's")
    names = {normalise_host(name) for name in primary.addresses}
    for address in secondary.addresses:
        if normalise_host(address) in names:
            faults.add(f"{place}.secondary", f"addresses: {address} is also one of the primary's addresses")
    for node, other in ((primary, secondary), (secondary, primary)):
        if not is_loopback(node.host) and normalise_host(node.host) in map(normalise_host, other.addresses):
            faults.warn(f"{place}.{other.role}", f"addresses: {node.host} is the {node.role}'s host")


def _check_remotes(session: Session, place: str, faults: Faults, has_secondary: bool) -> None:
    seen: dict[Endpoint, str] = {}
    for number, remote in enumerate(session.remotes, 1):
        where = f"{place}.remotes.{number}"
        if remote.endpoint in seen:
            faults.add(where, f"host, port: {remote.endpoint} is already {seen[remote.endpoint]}")
        seen.setdefault(remote.endpoint, remote.name)
        if Role.SECONDARY in remote.nodes and not has_secondary:
            faults.add(where, "nodes: the session has no secondary")
