"""What a lab leaves on disk for its user: login, known hosts, and a sessions.toml."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tofutui.lab.appliance.node import LabNode
from tofutui.lab.endpoint import TlsEndpoint
from tofutui.lab.site_model import Address, Scenario


@dataclass(frozen=True, slots=True)
class Access:
    """Paths of the login files."""

    key_file: Path
    password_file: Path
    known_hosts: Path


def private_file(path: Path, content: str | bytes) -> Path:
    """Write a file that only its owner can read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sessions_toml(
    scenario: Scenario, nodes: Sequence[LabNode], endpoints: Iterable[TlsEndpoint], access: Access
) -> str:
    """The whole file: one session that is named like the scenario."""
    parts = [toml_table(["sessions", scenario.name], title=scenario.title)]
    parts += [_node(scenario, node, access) for node in nodes]
    listed = list(endpoints)
    parts += [_remote(scenario, nodes, endpoint) for endpoint in listed if endpoint.plan.expected]
    timeout = {} if scenario.probe_timeout is None else {"timeout": scenario.probe_timeout}
    parts.append(toml_table(["sessions", scenario.name, "probe"], via="direct", **timeout))
    targets = {str(at): str(Address(e.address, e.port)) for e in listed for at in e.plan.at}
    parts.append(toml_table(["sessions", scenario.name, "probe", "map"], **targets))
    return "\n".join(parts)


def _node(scenario: Scenario, node: LabNode, access: Access) -> str:
    keys: dict[str, object] = {
        "host": scenario.listen,
        "port": node.port,
        "username": "admin",
        "key_file": str(access.key_file),
        "known_hosts": str(access.known_hosts),
        "addresses": [node.address, node.hostname],
    }
    if scenario.old_ssh:
        keys["legacy_ssh"] = True
    return toml_table(["sessions", scenario.name, node.role], **keys)


def _remote(scenario: Scenario, nodes: Sequence[LabNode], endpoint: TlsEndpoint) -> str:
    at = endpoint.plan.at[0]
    expected_by = [node.role for node in nodes if at.key in node.contacts]
    kind = endpoint.plan.kind
    body = {"name": endpoint.plan.name, "kind": kind, "host": at.host, "port": at.port, "nodes": expected_by}
    return "[" + toml_table(["sessions", scenario.name, "remotes"], **body).replace("]\n", "]]\n", 1)


def toml_table(path: Sequence[str], **keys: object) -> str:
    """One TOML table; strings are written as JSON strings, which TOML reads alike."""
    lines = ["[" + ".".join(_key(part) for part in path) + "]"]
    lines += [f"{_key(key)} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def _key(text: str) -> str:
    bare = text.replace("_", "").replace("-", "")
    return text if bare.isascii() and bare.isalnum() else json.dumps(text)
