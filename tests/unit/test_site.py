"""Who a row is about, and where its certificate is fetched."""

from dataclasses import replace

import pytest

from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import Who, expected, identify, probe_target, satisfies
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Remote, Role, Session

PRIMARY = NodeSettings(
    role=Role.PRIMARY, host="192.0.2.10", addresses=("prime-pri.example.net", "2001:db8::10")
)
SECONDARY = NodeSettings(role=Role.SECONDARY, host="192.0.2.11")
ISE = Remote(name="ISE-server", kind="ise", endpoint=Endpoint("198.51.100.20", 443))
DNAC = Remote(name="kong", kind="dnac", endpoint=Endpoint("198.51.100.30", 443), nodes=(Role.SECONDARY,))
SESSION = Session(
    name="site-a",
    nodes={Role.PRIMARY: PRIMARY, Role.SECONDARY: SECONDARY},
    virtual_ip=("192.0.2.9",),
    remotes=(ISE, DNAC),
)


@pytest.mark.parametrize(
    ("host", "port", "who", "name"),
    [
        ("192.0.2.9", 8082, Who.VIP, ""),
        ("127.0.0.1", 8082, Who.LOOPBACK, ""),
        ("localhost", 8082, Who.LOOPBACK, ""),
        ("192.0.2.10", 8082, Who.SELF, ""),
        ("prime-pri.example.net", 443, Who.SELF, ""),
        ("2001:db8::10", 443, Who.SELF, ""),
        ("192.0.2.11", 8082, Who.PEER, ""),
        ("192.0.2.11", 443, Who.PEER, ""),
        ("198.51.100.20", 443, Who.ISE, "ISE-server"),
        ("198.51.100.20", 8443, Who.OTHER, ""),
        ("198.51.100.30", 443, Who.DNAC, "kong"),
        ("203.0.113.5", 443, Who.OTHER, ""),
    ],
)
def test_who_a_row_of_the_primary_is(host: str, port: int, who: Who, name: str) -> None:
    assert identify(SESSION, Role.PRIMARY, Endpoint(host, port)) == (who, name)


def test_self_and_peer_change_places_on_the_other_node() -> None:
    assert identify(SESSION, Role.SECONDARY, Endpoint("192.0.2.10", 8082))[0] is Who.PEER
    assert identify(SESSION, Role.SECONDARY, Endpoint("192.0.2.11", 8082))[0] is Who.SELF


def test_the_first_match_counts() -> None:
    session = replace(SESSION, virtual_ip=("127.0.0.1", "192.0.2.10"))
    assert identify(session, Role.PRIMARY, Endpoint("127.0.0.1", 1))[0] is Who.VIP
    assert identify(session, Role.PRIMARY, Endpoint("192.0.2.10", 1))[0] is Who.VIP


def test_own_rows_are_not_remote() -> None:
    assert [who for who in Who if not who.is_remote] == [Who.VIP, Who.LOOPBACK, Who.SELF]


def test_a_loopback_row_is_asked_at_the_nodes_own_address() -> None:
    row = Endpoint("127.0.0.1", 8082)
    assert probe_target(SESSION, Role.PRIMARY, row) == Endpoint("prime-pri.example.net", 8082)
    assert probe_target(SESSION, Role.SECONDARY, row) == Endpoint("192.0.2.11", 8082)


def test_a_loopback_row_of_a_node_behind_a_forwarded_port_is_not_asked_at_this_machine() -> None:
    node = replace(SECONDARY, host="127.0.0.1")
    session = replace(SESSION, nodes={Role.PRIMARY: PRIMARY, Role.SECONDARY: node})
    row = Endpoint("127.0.0.1", 8082)
    assert probe_target(session, Role.SECONDARY, row) is None
    named = replace(node, addresses=("127.0.0.2", "192.0.2.11"))
    session = replace(session, nodes={Role.PRIMARY: PRIMARY, Role.SECONDARY: named})
    assert probe_target(session, Role.SECONDARY, row) == Endpoint("192.0.2.11", 8082)


def test_a_masked_address_is_asked_only_where_the_map_knows_it() -> None:
    row = Endpoint("1x.xx.xx.xx", 8082)
    assert probe_target(SESSION, Role.PRIMARY, row) is None
    mapped = replace(SESSION, probe=ProbeSettings(map={row: Endpoint("192.0.2.10", 8082)}))
    assert probe_target(mapped, Role.PRIMARY, row) == row


def test_every_other_row_is_asked_at_its_own_address() -> None:
    row = Endpoint("198.51.100.20", 443)
    assert probe_target(SESSION, Role.PRIMARY, row) == row


def test_each_node_expects_its_peer_and_its_remotes() -> None:
    primary = [(e.key, e.who, e.name) for e in expected(SESSION, Role.PRIMARY)]
    assert primary == [
        ("192.0.2.11_8082", Who.PEER, ""),
        ("198.51.100.20_443", Who.ISE, "ISE-server"),
    ]
    secondary = [(e.key, e.who, e.name) for e in expected(SESSION, Role.SECONDARY)]
    assert secondary == [
        ("prime-pri.example.net_8082", Who.PEER, ""),
        ("198.51.100.30_443", Who.DNAC, "kong"),
    ]


def test_a_stand_alone_server_expects_no_peer() -> None:
    session = replace(SESSION, nodes={Role.PRIMARY: PRIMARY})
    assert [e.who for e in expected(session, Role.PRIMARY)] == [Who.ISE]


def test_the_peer_is_there_under_any_of_its_addresses_at_its_port() -> None:
    (peer, _) = expected(SESSION, Role.SECONDARY)
    assert satisfies(SESSION, Role.SECONDARY, peer, Endpoint("192.0.2.10", 8082))
    assert satisfies(SESSION, Role.SECONDARY, peer, Endpoint("2001:db8::10", 8082))
    assert not satisfies(SESSION, Role.SECONDARY, peer, Endpoint("192.0.2.10", 443))
    assert not satisfies(SESSION, Role.SECONDARY, peer, Endpoint("192.0.2.11", 8082))


def test_a_remote_is_there_under_its_own_endpoint_only() -> None:
    ise = expected(SESSION, Role.PRIMARY)[1]
    assert satisfies(SESSION, Role.PRIMARY, ise, ISE.endpoint)
    assert not satisfies(SESSION, Role.PRIMARY, ise, Endpoint("198.51.100.20", 8443))


def test_a_loopback_row_is_not_the_peer_although_the_peer_is_reached_through_a_forwarded_port():
    nodes = {
        role: NodeSettings(role=role, host="127.0.0.1", port=port, addresses=(address,))
        for role, port, address in ((Role.PRIMARY, 2201, "192.0.2.10"), (Role.SECONDARY, 2202, "192.0.2.11"))
    }
    session = Session(name="lab", nodes=nodes)
    (wanted,) = expected(session, Role.SECONDARY)
    assert wanted.key == "192.0.2.10_8082"
    assert not satisfies(session, Role.SECONDARY, wanted, Endpoint("127.0.0.1", 8082))
