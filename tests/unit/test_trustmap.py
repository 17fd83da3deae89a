"""Who trusts whom: one arrow for each that a node holds rows about, with the worst verdict on it."""

from dataclasses import replace
from itertools import combinations

import pytest

from tofutui.report import render
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.trust_map import OTHERS_SHOWN, WORST_FIRST, trust_map, worst
from tofutui.tofu.judgement.verdict import Judgement, Verdict
from tofutui.tofu.site.endpoint import split_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, Role, Session


def entry(role: Role, key: str, verdict: Verdict, who: Who = Who.OTHER, name: str = "") -> Entry:
    return Entry(
        id=key,
        role=role,
        key=key,
        raw="" if verdict is Verdict.NOT_STORED else f"host={key}; subject= /CN=x",
        endpoint=split_key(key),
        who=who,
        name=name,
        stored=None,
        judgement=Judgement(verdict, ("a reason",)),
    )


def pair(*entries: Entry) -> Comparison:
    nodes = {role: NodeSettings(role=role, host=f"192.0.2.{n}") for n, role in enumerate(Role, 10)}
    names = {Role.PRIMARY: "prime-pri", Role.SECONDARY: "prime-sec"}
    views = {
        role: NodeView(
            role=role,
            host=node.host,
            shown_address=node.host,
            hostname=names[role],
            complete=True,
            entries={row.id: row for row in entries if row.role is role},
        )
        for role, node in nodes.items()
    }
    return Comparison(session=Session(name="site-a", nodes=nodes), nodes=views, seen_from="jump01")


SITE = pair(
    entry(Role.PRIMARY, "192.0.2.10_8082", Verdict.MISMATCH, Who.SELF, "prime-pri"),
    entry(Role.PRIMARY, "198.51.100.20_443", Verdict.SAME_NAME, Who.ISE, "ISE-server"),
    entry(Role.PRIMARY, "198.51.100.20_9060", Verdict.SUSPECT, Who.ISE, "ISE-server"),
    entry(Role.PRIMARY, "192.0.2.11_8082", Verdict.SUSPECT, Who.PEER, "prime-sec"),
    entry(Role.PRIMARY, "192.0.2.9_443", Verdict.SAME_NAME, Who.VIP),
    entry(Role.SECONDARY, "127.0.0.1_8082", Verdict.SAME_NAME, Who.LOOPBACK, "prime-sec"),
    entry(Role.SECONDARY, "203.0.113.7_443", Verdict.NO_ANSWER),
    entry(Role.SECONDARY, "192.0.2.10_8082", Verdict.NOT_STORED, Who.PEER, "prime-pri"),
)


def test_every_one_that_rows_are_about_has_an_arrow_in_a_fixed_order():
    assert [(a.role, a.who, a.name, a.verdict) for a in trust_map(SITE)] == [
        (Role.PRIMARY, Who.PEER, "prime-sec", Verdict.SUSPECT),
        (Role.PRIMARY, Who.ISE, "ISE-server", Verdict.SUSPECT),
        (Role.PRIMARY, Who.SELF, "prime-pri", Verdict.MISMATCH),
        (Role.PRIMARY, Who.VIP, "", Verdict.SAME_NAME),
        (Role.SECONDARY, Who.PEER, "prime-pri", Verdict.NOT_STORED),
        (Role.SECONDARY, Who.OTHER, "203.0.113.7", Verdict.NO_ANSWER),
        (Role.SECONDARY, Who.LOOPBACK, "", Verdict.SAME_NAME),
    ]


def test_an_arrow_knows_the_entries_behind_it():
    assert trust_map(SITE)[1].ids == ("198.51.100.20_443", "198.51.100.20_9060")
    every = [id_ for arrow in trust_map(SITE) for id_ in arrow.ids]
    assert sorted(every) == sorted(row.id for row in SITE.entries())


def test_two_servers_of_one_kind_have_two_arrows():
    compared = pair(
        entry(Role.PRIMARY, "a_1", Verdict.SAME_NAME, Who.ISE, "ise-a"),
        entry(Role.PRIMARY, "b_1", Verdict.MISMATCH, Who.ISE, "ise-b"),
        entry(Role.PRIMARY, "c_1", Verdict.MISMATCH, Who.OTHER, "ise-b"),
    )
    assert [(a.who, a.name) for a in trust_map(compared)] == [
        (Who.ISE, "ise-a"),
        (Who.ISE, "ise-b"),
        (Who.OTHER, "ise-b"),
    ]


def test_where_no_row_is_stored_there_is_no_map():
    assert trust_map(pair()) == ()
    assert trust_map(pair(entry(Role.PRIMARY, "a_1", Verdict.NOT_STORED, Who.ISE, "ise"))) == ()


@pytest.mark.parametrize("two", list(combinations(Verdict, 2)), ids="-".join)
def test_the_worst_verdict_is_the_one_that_the_exit_code_is_about(two):
    """A remote row of each: 1 for a stale one, 4 for one that could not be judged, else 0."""
    codes = [pair(entry(Role.PRIMARY, "a_1", verdict)).exit_code() for verdict in two]
    told = worst(two)
    both = pair(entry(Role.PRIMARY, "a_1", two[0]), entry(Role.PRIMARY, "b_1", two[1])).exit_code()
    pending = Verdict.PENDING in two
    assert pending or codes[two.index(told)] == both
    assert worst(reversed(two)) is told
    assert set(WORST_FIRST) == set(Verdict)


def crowd(stale: int, silent: int, same: int) -> Comparison:
    verdicts = [Verdict.SAME_NAME] * same + [Verdict.NO_ANSWER] * silent + [Verdict.MISMATCH] * stale
    rows = (entry(Role.PRIMARY, f"203.0.113.{n}_443", verdict) for n, verdict in enumerate(verdicts))
    return pair(*rows, entry(Role.PRIMARY, "d_443", Verdict.SAME_NAME, Who.DNAC, "dnac"))


def summary(compared: Comparison) -> list[tuple[Verdict, int]]:
    return [(arrow.verdict, arrow.hosts) for arrow in trust_map(compared) if arrow.who is Who.OTHER]


def test_many_servers_are_reported_together_and_some_stale_ones_apart():
    assert summary(crowd(9, 3, 200)) == [
        *[(Verdict.MISMATCH, 1)] * OTHERS_SHOWN,
        (Verdict.MISMATCH, 9 - OTHERS_SHOWN),
        (Verdict.NO_ANSWER, 3),
        (Verdict.SAME_NAME, 200),
    ]
    assert summary(crowd(1, 0, 4)) == [(Verdict.MISMATCH, 1), (Verdict.SAME_NAME, 4)]
    assert summary(crowd(1, 1, 2)) == [
        (Verdict.MISMATCH, 1),
        (Verdict.NO_ANSWER, 1),
        *[(Verdict.SAME_NAME, 1)] * 2,
    ]
    assert {len(arrow.ids) for arrow in trust_map(crowd(9, 3, 200)) if arrow.hosts > 1} == {5, 3, 200}
    assert [arrow.name for arrow in trust_map(crowd(9, 3, 200)) if arrow.who is Who.DNAC] == ["dnac"]


def test_the_text_report_shows_it():
    lines = render(SITE, "text", "0.1.0").splitlines()
    assert [line for line in lines if line.startswith("TRUST")] == [
        "TRUST  PRIMARY prime-pri -> SECONDARY prime-sec   suspect",
        "TRUST  PRIMARY prime-pri -> ISE-server            suspect",
        "TRUST  PRIMARY prime-pri -> itself                mismatch (own)",
        "TRUST  PRIMARY prime-pri -> the virtual IP        same-name (own)",
        "TRUST  SECONDARY prime-sec -> PRIMARY prime-pri   not-stored",
        "TRUST  SECONDARY prime-sec -> 203.0.113.7         no-answer",
        "TRUST  SECONDARY prime-sec -> itself by loopback  same-name (own)",
    ]
    assert "TRUST" not in render(pair(), "text", "0.1.0")


def test_the_markdown_report_shows_it_as_a_list_that_nothing_breaks_out_of():
    hostile = "\x1b[2J\n## h <b>*a*|`@x\u202e"
    rows = (
        entry(Role.PRIMARY, "a_1", Verdict.MISMATCH, Who.ISE, hostile),
        replace(entry(Role.PRIMARY, "b_1", Verdict.UNREADABLE), key=None, endpoint=None),
    )
    output = render(pair(*rows), "markdown", "0.1.0")
    section = output.partition("## Who trusts whom")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("- ")]
    assert len(lines) == 2
    assert lines[0].startswith("- PRIMARY prime-pri → \\\\x1b")
    assert lines[0].endswith(": MISMATCH")
    assert lines[1] == "- PRIMARY prime-pri → another server: UNREADABLE"
    assert not [mark for mark in ("\x1b", "\u202e", "<b>", "|", "`") if mark in section]
    assert "Who trusts whom" not in render(pair(), "markdown", "0.1.0")


def test_a_server_with_a_hostile_name_stays_on_its_line_of_text():
    compared = pair(entry(Role.PRIMARY, "a_1", Verdict.MISMATCH, Who.ISE, "x\nprimary  proven\x1b[2J"))
    assert len(render(compared, "lines", "0.1.0").splitlines()) == 1
    assert not [line for line in render(compared, "text", "0.1.0").splitlines() if line.startswith("primary")]
