"""Which node answered at the virtual IP."""

from tests.support.rows import certificate, presenting
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.site.endpoint import split_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence.entry_facts import node_behind

PRI, SEC = certificate("CN=pri"), certificate("CN=sec")


def entry(role: Role, key: str, who: Who, leaf: Certificate) -> Entry:
    return Entry(
        id=key, role=role, key=key, raw="", endpoint=split_key(key), who=who, name="", stored=None,
        presented=presenting(leaf),
    )  # fmt: skip


def answered(leaf: Certificate, *others: Entry) -> str:
    vip = entry(Role.PRIMARY, "192.0.2.9_8082", Who.VIP, leaf)
    views = {
        role: NodeView(role=role, host=role.value, shown_address=role.value, hostname=f"prime-{role.value}")
        for role in Role
    }
    for other in (vip, *others):
        views[other.role].entries[other.id] = other
    return node_behind(vip, views.values())


def test_an_own_row_names_its_node() -> None:
    own = entry(Role.SECONDARY, "127.0.0.1_8082", Who.LOOPBACK, SEC)
    assert answered(SEC, own) == "SECONDARY prime-secondary"
    assert answered(PRI, own) == ""


def test_a_peer_row_names_the_other_node() -> None:
    peer = entry(Role.SECONDARY, "192.0.2.10_8082", Who.PEER, PRI)
    assert answered(PRI, peer) == "PRIMARY prime-primary"


def test_another_port_says_nothing() -> None:
    assert answered(PRI, entry(Role.PRIMARY, "192.0.2.10_443", Who.SELF, PRI)) == ""


def test_one_certificate_on_both_nodes_names_neither() -> None:
    both = [entry(role, f"192.0.2.1{n}_8082", Who.SELF, PRI) for n, role in enumerate(Role)]
    assert answered(PRI, *both) == ""


def test_a_remote_host_with_the_same_certificate_is_not_a_node() -> None:
    assert answered(PRI, entry(Role.PRIMARY, "192.0.2.50_8082", Who.OTHER, PRI)) == ""
