"""Every rule of the worksheet: what is accepted, at least three bad values, and the message for each."""

import pytest

from tests.support.fake_bench import NOW, session
from tofutui.guide import engine
from tofutui.guide.playbook import playbooks
from tofutui.guide.rules import Sheet
from tofutui.guide.worksheet import WorksheetField, advices, all_fields, errors, fields_of, problem
from tofutui.tofu.guide_run import GuideAnswer
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings, Remote, Role, Session

PAIR = session(
    virtual_ip=("192.0.2.9",),
    remotes=(Remote(name="ISE-server", kind="ise", endpoint=Endpoint("198.51.100.20", 443)),),
    nodes={
        Role.PRIMARY: NodeSettings(
            role=Role.PRIMARY, host="192.0.2.10", addresses=("prime-pri.example.net", "2001:db8::10")
        ),
        Role.SECONDARY: NodeSettings(role=Role.SECONDARY, host="192.0.2.11", addresses=("2001:db8::11",)),
    },
)


def sheet(about: Session = PAIR, resolved: dict[str, tuple[str, ...]] | None = None, **answers: str) -> Sheet:
    run = engine.begin(playbooks()["ha-reregister"], about, operator="ops", seen_from="jump01", now=NOW)
    for field, value in answers.items():
        run = engine.entered(run, GuideAnswer(field, value))
    return Sheet(about, run, resolved or {})


def field(id_: str) -> WorksheetField:
    return next(asked for asked in all_fields(PAIR) if asked.id == id_)


@pytest.mark.parametrize(
    ("id_", "value", "answers"),
    [
        ("secondary_server", "192.0.2.11", {}),
        ("secondary_server", "prime-sec.example.net", {"names_by": "dns"}),
        ("secondary_server", "2001:db8::11", {"names_by": "hosts"}),
        ("emails", "", {}),
        ("emails", "a@example.net, b.c+d@mail.example.org", {}),
        ("failover", "manual", {}),
        ("failover", "automatic", {}),
        ("authkey", "have", {}),
        ("vip4", "192.0.2.9", {}),
        ("vip6", "", {}),
        ("vip6", "2001:db8::9", {}),
        ("prefix4", "24", {"vip4": "192.0.2.9"}),
        ("prefix4", "/24", {"vip4": "192.0.2.9"}),
        ("prefix6", "64", {"vip6": "2001:db8::9"}),
    ],
)
def test_what_is_accepted(id_: str, value: str, answers: dict[str, str]) -> None:
    assert problem(field(id_), value, sheet(**answers)) is None


@pytest.mark.parametrize(
    ("id_", "value", "answers", "message"),
    [
        ("secondary_server", "", {}, "nothing was entered"),
        ("secondary_server", "   ", {}, "nothing was entered"),
        ("secondary_server", "https://192.0.2.11/", {}, "not a URL"),
        ("secondary_server", "192.0.2.11/24", {}, "not a URL"),
        ("secondary_server", "192.0.2.11:8082", {}, "without a port"),
        ("secondary_server", "prime-sec:8082", {}, "without a port"),
        ("secondary_server", "prime sec", {}, "one server only"),
        ("secondary_server", "192.0.2.11, 192.0.2.12", {}, "one server only"),
        ("secondary_server", "192.0.2.300", {}, "not an IPv4 address"),
        ("secondary_server", "192.0.2", {}, "not an IPv4 address"),
        ("secondary_server", "999", {}, "not an IPv4 address"),
        ("secondary_server", "-prime", {}, "neither an address nor a host name"),
        ("secondary_server", "prime..sec", {}, "neither an address nor a host name"),
        ("secondary_server", "a" * 64, {}, "neither an address nor a host name"),
        ("secondary_server", "localhost", {}, "this server itself"),
        ("secondary_server", "127.0.0.1", {}, "loopback"),
        ("secondary_server", "::1", {}, "loopback"),
        ("secondary_server", "127.8.8.8", {}, "loopback"),
        ("secondary_server", "0.0.0.0", {}, "not the address of a server"),
        ("secondary_server", "::", {}, "not the address of a server"),
        ("secondary_server", "224.0.0.5", {}, "multicast or broadcast"),
        ("secondary_server", "ff02::1", {}, "multicast or broadcast"),
        ("secondary_server", "255.255.255.255", {}, "multicast or broadcast"),
        ("secondary_server", "fe80::11", {}, "link-local"),
        ("secondary_server", "169.254.1.1", {}, "link-local"),
        ("secondary_server", "fe80::1%eth0", {}, "link-local"),
        ("secondary_server", "192.0.2.10", {}, "the primary itself"),
        ("secondary_server", "PRIME-PRI.example.net.", {}, "the primary itself"),
        ("secondary_server", "2001:db8:0::10", {}, "the primary itself"),
        ("secondary_server", "192.0.2.9", {}, "the virtual IP"),
        ("secondary_server", "prime-sec", {"names_by": "hosts"}, "the address is needed"),
        ("secondary_server", "prime-sec.example.net", {"names_by": "hosts"}, "the address is needed"),
        ("secondary_server", "sec", {"names_by": "hosts"}, "the address is needed"),
        ("secondary_server", "prime\x1b[2J", {}, "cannot be printed"),
        ("secondary_server", "x" * 1001, {}, "too long"),
        ("names_by", "", {}, "nothing was entered"),
        ("names_by", "wins", {}, "not one of dns, hosts"),
        ("names_by", "DNS", {}, "not one of dns, hosts"),
        ("authkey", "", {}, "nothing was entered"),
        ("authkey", "S3cret!", {}, "not one of have"),
        ("authkey", "yes", {}, "not one of have"),
        ("emails", "a@example.net,", {}, "missing between two commas"),
        ("emails", ",a@example.net", {}, "missing between two commas"),
        ("emails", "a@example.net,,b@example.net", {}, "missing between two commas"),
        ("emails", "a@example.net;b@example.net", {}, "separated by commas"),
        ("emails", "a@example.net b@example.net", {}, "separated by commas"),
        ("emails", "Ann <a@example.net>", {}, "separated by commas"),
        ("emails", "example.net", {}, "exactly one @"),
        ("emails", "a@b@example.net", {}, "exactly one @"),
        ("emails", "a", {}, "exactly one @"),
        ("emails", "a@example", {}, "not a mail domain"),
        ("emails", "a@192.0.2.1", {}, "not a mail domain"),
        ("emails", "a@-x.net", {}, "not a mail domain"),
        ("emails", "@example.net", {}, "before the @"),
        ("emails", ".a@example.net", {}, "before the @"),
        ("emails", "a..b@example.net", {}, "before the @"),
        ("emails", "a@example.net, A@example.net", {}, "appears twice"),
        ("emails", "a@example.net,a@example.net", {}, "appears twice"),
        ("emails", "b@x.org, a@x.org ,B@X.ORG", {}, "appears twice"),
        ("failover", "", {}, "nothing was entered"),
        ("failover", "Manual", {}, "not one of manual, automatic"),
        ("failover", "auto", {}, "not one of manual, automatic"),
        ("virtual_ip", "", {}, "nothing was entered"),
        ("virtual_ip", "maybe", {}, "not one of no, yes"),
        ("virtual_ip", "Y", {}, "not one of no, yes"),
        ("vip4", "", {}, "nothing was entered"),
        ("vip4", "192.0.2.9/24", {}, "without the prefix length"),
        ("vip4", "192.0.2.9/255.255.255.0", {}, "without the prefix length"),
        ("vip4", "/24", {}, "without the prefix length"),
        ("vip4", "2001:db8::9", {}, "not an IPv4 address"),
        ("vip4", "192.0.2", {}, "not an IPv4 address"),
        ("vip4", "prime-vip", {}, "not an IPv4 address"),
        ("vip4", "192.0.2.10", {}, "the primary's own address"),
        ("vip4", "192.0.2.11", {}, "the secondary's own address"),
        ("vip4", "127.0.0.1", {}, "loopback"),
        ("vip4", "224.0.0.1", {}, "multicast or broadcast"),
        ("vip4", "0.0.0.0", {}, "not the address of a server"),
        ("vip4", "169.254.0.9", {}, "cannot be a virtual IP"),
        ("vip4", "240.0.0.1", {}, "cannot be a virtual IP"),
        ("vip4", "255.255.255.255", {}, "cannot be a virtual IP"),
        ("prefix4", "", {"vip4": "192.0.2.9"}, "nothing was entered"),
        ("prefix4", "0", {"vip4": "192.0.2.9"}, "not a prefix length from 1 to 30"),
        ("prefix4", "31", {"vip4": "192.0.2.9"}, "not a prefix length from 1 to 30"),
        ("prefix4", "255.255.255.0", {"vip4": "192.0.2.9"}, "not a prefix length from 1 to 30"),
        ("prefix4", "-24", {"vip4": "192.0.2.9"}, "not a prefix length from 1 to 30"),
        ("prefix4", "\u0662\u0664", {"vip4": "192.0.2.9"}, "not a prefix length from 1 to 30"),
        ("prefix4", "24", {"vip4": "198.51.100.9"}, "the primary (192.0.2.10) is not in 198.51.100.0/24"),
        ("prefix4", "30", {"vip4": "192.0.2.17"}, "is not in"),
        ("prefix4", "29", {"vip4": "192.0.2.17"}, "is not in"),
        ("prefix4", "24", {"vip4": "192.0.2.0"}, "the network address"),
        ("prefix4", "29", {"vip4": "192.0.2.8"}, "the network address"),
        ("prefix4", "25", {"vip4": "192.0.2.128"}, "the network address"),
        ("prefix4", "24", {"vip4": "192.0.2.255"}, "the broadcast address"),
        ("prefix4", "29", {"vip4": "192.0.2.15"}, "the broadcast address"),
        ("prefix4", "25", {"vip4": "192.0.2.127"}, "the broadcast address"),
        ("vip6", "fe80::9", {}, "fe80::/10"),
        ("vip6", "fe80::1:2:3:4", {}, "fe80::/10"),
        ("vip6", "febf::1", {}, "fe80::/10"),
        ("vip6", "192.0.2.9", {}, "not an IPv6 address"),
        ("vip6", "2001:db8::g", {}, "not an IPv6 address"),
        ("vip6", "2001:db8", {}, "not an IPv6 address"),
        ("vip6", "2001:db8::9/64", {}, "without the prefix length"),
        ("vip6", "fe80::9%eth0", {}, "without a zone"),
        ("vip6", "::ffff:192.0.2.9", {}, "IPv4 address in IPv6 form"),
        ("vip6", "2001:db8::10", {}, "the primary's own address"),
        ("vip6", "2001:0db8:0:0::11", {}, "the secondary's own address"),
        ("vip6", "::1", {}, "loopback"),
        ("vip6", "ff02::1", {}, "multicast"),
        ("prefix6", "0", {"vip6": "2001:db8::9"}, "not a prefix length from 1 to 126"),
        ("prefix6", "127", {"vip6": "2001:db8::9"}, "not a prefix length from 1 to 126"),
        ("prefix6", "sixty-four", {"vip6": "2001:db8::9"}, "not a prefix length from 1 to 126"),
        ("prefix6", "64", {"vip6": "2001:db8:1::9"}, "is not in 2001:db8:1::/64"),
        ("prefix6", "126", {"vip6": "2001:db8::21"}, "is not in"),
        ("prefix6", "48", {"vip6": "2001:db8:2::9"}, "is not in"),
        ("prefix6", "64", {"vip6": "2001:db8::"}, "the network address"),
        ("restarted:primary", "", {}, "nothing was entered"),
        ("restarted:primary", "perhaps", {}, "not one of yes, unchanged, no, unknown"),
        ("restarted:secondary", "true", {}, "not one of yes, unchanged, no, unknown"),
    ],
)  # fmt: skip
def test_what_may_not_and_the_message(id_: str, value: str, answers: dict[str, str], message: str) -> None:
    said = problem(field(id_), value, sheet(**answers))
    assert said is not None
    assert message in said
    assert said.startswith(field(id_).label)


def test_the_secondarys_subnet_counts_as_well() -> None:
    nodes = {
        Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="192.0.2.10"),
        Role.SECONDARY: NodeSettings(role=Role.SECONDARY, host="198.51.100.11"),
    }
    said = problem(field("prefix4"), "24", sheet(session(nodes=nodes), vip4="192.0.2.9"))
    assert said is not None
    assert "the secondary (198.51.100.11) is not in 192.0.2.0/24: both have to be in the same subnet" in said


def test_where_no_address_is_known_the_subnet_is_said_not_to_be_compared() -> None:
    nodes = {
        Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="prime-pri"),
        Role.SECONDARY: NodeSettings(role=Role.SECONDARY, host="192.0.2.11"),
    }
    here = sheet(session(nodes=nodes), virtual_ip="yes", vip4="192.0.2.9", prefix4="24")
    assert any(
        "address of the primary is known: the subnet was not compared" in a
        for a in advices("worksheet", here)
    )


def test_automatic_failover_is_allowed_and_says_why_not() -> None:
    assert any("manual is recommended" in said for said in advices("worksheet", sheet(failover="automatic")))
    assert not any("manual is recommended" in said for said in advices("worksheet", sheet(failover="manual")))


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ((), "does not resolve from here"),
        (("192.0.2.11",), "resolves from here to 192.0.2.11"),
        (("203.0.113.7",), "which is not the secondary of this session"),
    ],
)
def test_a_name_is_looked_up(addresses: tuple[str, ...], said: str) -> None:
    here = sheet(resolved={"prime-sec": addresses}, secondary_server="prime-sec", names_by="dns")
    assert any(said in advice for advice in advices("worksheet", here))


def test_questions_that_follow_from_an_answer_are_asked_then_only() -> None:
    assert [f.id for f in fields_of("worksheet", sheet(virtual_ip="no"))][-1] == "virtual_ip"
    assert [f.id for f in fields_of("worksheet", sheet(virtual_ip="yes"))][-1] == "vip6"
    assert [f.id for f in fields_of("worksheet", sheet(virtual_ip="yes", vip6="2001:db8::9"))][
        -1
    ] == "prefix6"
    assert [f.id for f in fields_of("restarted", sheet())] == [
        "restarted:primary", "restarted:secondary", "restarted:ISE-server",
    ]  # fmt: skip


def test_a_form_has_all_its_errors_at_once() -> None:
    faults = errors("worksheet", sheet(secondary_server="192.0.2.10", emails="x"))
    assert len(faults) == 6


def test_a_secret_typed_into_a_field_is_not_kept() -> None:
    here = sheet(emails="ncs ha authkey S3cret!")
    assert "S3cret" not in here.answer("emails")
