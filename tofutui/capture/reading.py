"""How the tool reads a pair, without what is different at each look: times, ports of this machine, skews."""

from collections.abc import Mapping
from typing import Any

from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.site.endpoint import is_loopback
from tofutui.tofu.site.session import NodeSettings, Session

Json = dict[str, Any]


def reading_of(comparison: Comparison) -> Json:
    """Rows, verdicts, reasons and warnings, and the exit code of `check`."""
    settings = comparison.session.nodes
    nodes = {role.value: _node(view, _own_port(settings[role])) for role, view in comparison.nodes.items()}
    return {"nodes": nodes, "exit_code": comparison.exit_code()}


def session_of(session: Session) -> Json:
    """What the session says beforehand that decides how rows are read."""
    return {
        "nodes": {
            role.value: {
                "addresses": [name for name in node.names if name and not is_loopback(name)],
                "hm_port": node.hm_port,
                "legacy_ssh": node.legacy_ssh,
            }
            for role, node in session.nodes.items()
            if role in session.roles
        },
        "virtual_ip": list(session.virtual_ip),
        "remotes": [
            {
                "name": remote.name,
                "kind": remote.kind,
                "host": remote.endpoint.host,
                "port": remote.endpoint.port,
                "nodes": [role.value for role in remote.nodes],
            }
            for remote in session.remotes
        ],
        "probe": {"via": session.probe.via.value, "timeout": session.probe.timeout},
    }


def texts(value: Any) -> list[str]:
    """Every text in a value, in its order."""
    if isinstance(value, str):
        return [value]
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    )
    return [text for item in items for text in texts(item)]


def _own_port(node: NodeSettings) -> str:
    """How messages name a node behind a port of this machine; "" for any other."""
    host = f"[{node.host}]" if ":" in node.host else node.host
    return f"{host}:{node.port}" if is_loopback(node.host) else ""


def _node(view: NodeView, own: str) -> Json:
    """``own`` is how this machine reaches the node, where that is a port of its own."""
    return {
        "hostname": view.hostname,
        "version": view.version,
        "ha": {"role": view.ha.role, "state": view.ha.state} if view.ha else None,
        "complete": view.complete,
        "error": view.error.replace(own, view.shown_address) if view.error and own else view.error,
        "warnings": list(view.notices),
        "unknown": list(view.unknown),
        "rows": [_row(entry) for entry in view.entries.values()],
    }


def _row(entry: Entry) -> Json:
    presented = entry.presented
    return {
        "key": entry.key,
        "raw": entry.raw if entry.is_stored else None,
        "who": entry.who.value,
        "name": entry.name,
        "verdict": entry.verdict.value,
        "why": list(entry.judgement.why),
        "status": presented.status.value,
        "error": presented.error,
        "subject": str(presented.certificate.subject) if presented.certificate else None,
    }
