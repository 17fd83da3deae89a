"""Signs that a node is not the one a session says."""

from collections.abc import Mapping

from tofutui.appliance.node import Node
from tofutui.tofu.comparison import NodeView
from tofutui.tofu.session import Role


def twins(nodes: Mapping[Role, Node], role: Role) -> str | None:
    """A sentence when both roles turn out to be one machine: same host name or same SSH host key."""
    this, other = nodes[role], nodes.get(role.other)
    if other is None:
        return None
    if this.hostname and this.hostname == other.hostname:
        return f"both nodes call themselves {this.hostname}: is this one machine twice?"
    if this.host_key and this.host_key == other.host_key:
        return "both nodes show the same SSH host key: is this one machine twice?"
    return None


def contrary_role(view: NodeView) -> str | None:
    """A sentence when `ncs ha status` gives the node another role than the session does."""
    said = (view.ha.role or "").strip().lower() if view.ha else ""
    if not said.startswith(tuple(Role)) or said.startswith(view.role.value):
        return None
    return f"its HA role is {said.upper()}, contrary to this pane"
