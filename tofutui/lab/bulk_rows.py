"""Many more rows for a site, most of them sharing a few servers: the table of a large network."""

from collections.abc import Mapping
from datetime import timedelta

from tofutui.lab.site_model import Address, CertificatePlan, EndpointPlan, NodePlan

_OLD = timedelta(days=400)
_NEW = timedelta(days=20)


def add_crowd(
    nodes: Mapping[str, NodePlan], endpoints: list[EndpointPlan], crowd: Mapping[str, int]
) -> tuple[dict[str, NodePlan], list[EndpointPlan]]:
    """Add ``rows`` rows to each node, spread over ``servers`` servers.

    The first server presents another name than is stored, the second refuses, the third speaks no TLS; the
    others are as stored.
    """
    servers = [_server(number, crowd) for number in range(min(crowd["servers"], crowd["rows"]))]
    return {role: _with_rows(node, servers) for role, node in nodes.items()}, [*endpoints, *servers]


def _server(number: int, crowd: Mapping[str, int]) -> EndpointPlan:
    name = f"farm-{number + 1:02d}"
    at = tuple(_address(row) for row in range(crowd["rows"]) if row % crowd["servers"] == number)
    return EndpointPlan(
        at=at,
        name=name,
        presented=_plan(f"{name}-new" if number == 0 else name, _NEW),
        stored=_plan(name, _OLD) if number == 0 else None,
        key="ec",
        mode={1: "refused", 2: "not-tls"}.get(number, "ok"),
    )


def _plan(name: str, age: timedelta) -> CertificatePlan:
    return CertificatePlan((("C", "US"), ("O", "Example"), ("OU", "Devices"), ("CN", name)), age)


def _address(row: int) -> Address:
    """Every tenth by name, every tenth IPv6, the others in 203.0.113.0/24."""
    if row % 10 == 4:
        return Address(f"sw_{row:03d}.example.net", 443)
    if row % 10 == 9:
        return Address(f"2001:db8::{row:x}", 443)
    port = 443 + row // 250 * 8000
    return Address(f"203.0.113.{row % 250 + 1}", port if port < 65536 else 10_000 + row // 250)


def _with_rows(node: NodePlan, servers: list[EndpointPlan]) -> NodePlan:
    rows = [address for server in servers for address in server.at]
    return NodePlan(
        hostname=node.hostname,
        address=node.address,
        rows=(*node.rows, *sorted(rows, key=str)),
        contacts=node.contacts,
        settings=node.settings,
    )
