"""What the states of both nodes together mean: exact pairs are good, everything else is shown and is not."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_bench import NOW
from tofutui.guide.facts import NodeFacts
from tofutui.guide.ha_meaning import (
    contradicts_active,
    direction_check,
    is_connected,
    is_unconfigured,
    state_line,
)
from tofutui.guide.verify import VerifiedState, verification
from tofutui.tofu.cli_output.status import parse_ha_status
from tofutui.tofu.guide_run import Result
from tofutui.tofu.site.session import Role

ACTIVE = (
    "[Role] Primary [Secondary Server] prime-sec(192.0.2.11) [State] Primary Active [Failover Type] Manual"
)
SYNCING = (
    "[Role] Secondary [Primary Server] prime-pri(192.0.2.10) [State] Secondary Syncing [Failover Type] Manual"
)

MONITOR = "Health Monitor Server is running. ( [Role] Primary [State] Primary Active )"


def node(role: Role, printed: str | None) -> NodeFacts:
    return NodeFacts(
        role=role, hostname="prime", complete=True, ha=parse_ha_status(printed) if printed else None
    )


def pair(primary: str | None, secondary: str | None) -> tuple[NodeFacts, NodeFacts]:
    return node(Role.PRIMARY, primary), node(Role.SECONDARY, secondary)


def states(primary: str, secondary: str) -> tuple[NodeFacts, NodeFacts]:
    return pair(f"[Role] Primary [State] {primary}", f"[Role] Secondary [State] {secondary}")


@pytest.mark.parametrize(
    ("primary", "secondary"),
    [
        (ACTIVE, SYNCING),
        (f"{ACTIVE}\r\n", f"\r\n{SYNCING}\r\n"),
        ("[State] Primary Active", "[State] Secondary Syncing"),
        (f"{MONITOR}\nFTP Service is running\n{ACTIVE}", SYNCING),
        (f"Database server is running\nNMS Server is running.\n{ACTIVE}", SYNCING),
        (f"Matlab Server Instance 1 is running ...\n{ACTIVE}", SYNCING),
    ],
)  # fmt: skip
def test_a_connected_pair(primary: str, secondary: str) -> None:
    assert is_connected(pair(primary, secondary))
    assert not contradicts_active(pair(primary, secondary))


BAD_PRIMARY = [
    "Not Primary Active", "not Primary Active", "Primary Not Active", "Primary Active?", "Primary Inactive",
    "waiting to become Primary Active", "Primary Active (split brain)", "Primary Active, secondary lost",
    "Primary Active - Failed", "Was Primary Active", "primary active", "PRIMARY ACTIVE", "Primary  Active",
    "Primary\u00a0Active", "Primary Active\u200b", "Primary active", "Primary-Active", "Primary Uncertain",
    "Primary Failed", "Disconnected", "Split Brain", "Primary Alone", "Primary Lost Secondary", "Unknown", "",
    "HA Initializing", "HA not Configured", "Secondary Active", "Primary Syncing", "Active", "Primary Activ",
    "Primary Active Primary Active", "Primario activo", "Primary Active\x00", "\x1b[32mPrimary Active",
]  # fmt: skip
BAD_SECONDARY = [
    "Secondary Active", "Secondary Uncertain", "Secondary Failed", "Secondary Lost Primary",
    "Secondary Alone",
    "secondary syncing", "SECONDARY SYNCING", "Secondary  Syncing", "Not Secondary Syncing", "Split Brain",
    "Secondary Syncing failed", "Secondary Syncing (stopped)", "Disconnected", "Primary Active", "",
    "waiting to become Secondary Syncing", "Secondary Synced", "Secondary Failover", "HA not Configured",
    "Secondary not Syncing", "Uncertain", "Failed",
]  # fmt: skip


def check_not_good(nodes: tuple[NodeFacts, ...]) -> None:
    assert not is_connected(nodes)
    outcome = VerifiedState(
        now=NOW, nodes=nodes, rows={}, deleted=(), wanted=(), failures=(), registered=True
    )
    (check,) = [check for check in verification(outcome) if check.id == "ha-state"]
    assert check.result is not Result.PASS
    for shown in nodes:
        assert state_line([shown]) in check.seen


@pytest.mark.parametrize("bad", BAD_PRIMARY)
def test_any_other_word_of_the_primary_is_not_known_to_be_good(bad: str) -> None:
    nodes = states(bad, "Secondary Syncing")
    check_not_good(nodes)
    assert contradicts_active(nodes)


@pytest.mark.parametrize("bad", BAD_SECONDARY)
def test_any_other_word_of_the_secondary_is_not_known_to_be_good(bad: str) -> None:
    nodes = states("Primary Active", bad)
    check_not_good(nodes)
    assert contradicts_active(nodes)


@pytest.mark.parametrize(
    ("primary", "secondary"),
    [
        (f"{ACTIVE}\n[Role] Primary [State] Primary Lost Secondary", SYNCING),
        (f"[Role] Primary [State] Primary Uncertain\n{ACTIVE}", SYNCING),
        (ACTIVE, f"{SYNCING}\n[Role] Secondary [State] Secondary Active"),
        (f"{ACTIVE}\n[State]", SYNCING),
        (ACTIVE, ACTIVE),
        (SYNCING, SYNCING),
        (SYNCING, ACTIVE),
        ("[Role] Secondary [State] Primary Active", SYNCING),
        ("[Role] Primary [Role] Secondary [State] Primary Active", SYNCING),
        ("[Role] Standby [State] Primary Active", SYNCING),
        (f"{ACTIVE}\nWARNING: split brain detected", SYNCING),
        (f"NOT connected: {ACTIVE}", SYNCING),
        (f"{ACTIVE} [Link] down", SYNCING),
        (f"{ACTIVE}, degraded", SYNCING),
        ("[Role] Primary [State] Primary Active [Secondary Server] lost since 03:10", SYNCING),
        ("[Role] Primary [State] Primary Active [weird] (failed)", SYNCING),
        (ACTIVE, "[Role] Secondary"),
        (ACTIVE, None),
        (None, SYNCING),
        (None, None),
        (ACTIVE + "\n" * 4000 + "split brain", SYNCING),
        ("NMS Server is not running\n" + ACTIVE, SYNCING),
    ],
)  # fmt: skip
def test_answers_that_contradict_themselves_or_say_more_are_not_good(
    primary: str | None, secondary: str | None
) -> None:
    check_not_good(pair(primary, secondary))


@pytest.mark.parametrize(
    ("primary", "secondary", "result"),
    [
        ("[State] Split Brain", None, Result.FAIL),
        (None, "[State] Secondary Active", Result.FAIL),
        ("[State] Primary Lost Secondary", "[State]", Result.FAIL),
        (ACTIVE, None, Result.UNKNOWN),
        (None, SYNCING, Result.UNKNOWN),
        (None, "[State] HA not Configured", Result.UNKNOWN),
    ],
)
def test_what_was_read_of_one_node_counts_where_the_other_is_silent(
    primary: str | None, secondary: str | None, result: Result
) -> None:
    outcome = VerifiedState(
        now=NOW, nodes=pair(primary, secondary), rows={}, deleted=(), wanted=(), failures=(), registered=True
    )
    assert [check.result for check in verification(outcome) if check.id == "ha-state"] == [result]


def test_one_node_or_twice_the_same_is_not_a_pair() -> None:
    first, second = pair(ACTIVE, SYNCING)
    for nodes in ((), (first,), (second,), (first, first), (second, second), (second, first)):
        assert not is_connected(nodes)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_around_it_makes_a_state_good(before: str, after: str) -> None:
    printed = f"[State] {before}Primary Active{after}"
    known = parse_ha_status(printed)
    assert known is not None
    if is_connected(pair(printed, SYNCING)):
        assert (before + after).replace(")", "").strip(" \t\r\n") == ""


NO_HA = ("HA not Configured", "Stand Alone")


@pytest.mark.parametrize(
    ("primary", "secondary"),
    [
        *product(NO_HA, NO_HA),
        ("Primary Active", "Secondary Syncing"),
        ("Primary Active", "HA not Configured"),
    ],
)
def test_pairs_in_which_the_primary_is_in_charge(primary: str, secondary: str) -> None:
    assert direction_check(states(primary, secondary), NOW).result is Result.PASS
    assert is_unconfigured(states(primary, secondary)) is (primary in NO_HA)


@pytest.mark.parametrize(
    ("primary", "secondary"),
    [
        ("HA not Configured", "Secondary Active"),
        ("Primary Alone", "Secondary Active"),
        ("Primary Failover", "Secondary Syncing"),
        ("Primary Preparing for Failback", "Secondary Active"),
        ("HA not Configured", "secondary  active"),
        ("Primary Active", "Secondary Prep Failback"),
        ("Primary Active", "Primary Active"),
        ("Secondary Syncing", "Primary Active"),
        ("Secondary Syncing", "HA not Configured"),
    ],
)
@pytest.mark.parametrize("begun", [False, True])
def test_pairs_in_which_the_secondary_may_be_newer(primary: str, secondary: str, begun: bool) -> None:
    check = direction_check(states(primary, secondary), NOW, begun=begun)
    assert (check.result, check.blocks) == (Result.FAIL, True)
    assert "overwrite the newer database" in check.seen


@pytest.mark.parametrize(
    ("primary", "secondary", "result"),
    [
        ("Primary Uncertain", "Secondary Syncing", Result.WARN),
        ("Primary Lost Secondary", "Secondary Lost Primary", Result.WARN),
        ("Primary Alone", "HA not Configured", Result.WARN),
        ("Split Brain", "Split Brain", Result.WARN),
        ("Primary Active", "Disconnected", Result.WARN),
        ("HA not Configured", "Not HA not Configured", Result.WARN),
        ("ha not configured", "HA not Configured", Result.WARN),
        ("HA not Configured", "", Result.UNKNOWN),
    ],
)
def test_pairs_that_do_not_show_which_is_newer(primary: str, secondary: str, result: Result) -> None:
    check = direction_check(states(primary, secondary), NOW)
    assert check.result is result
    assert state_line(states(primary, secondary)) in check.seen


def test_a_registration_that_has_begun_is_good_where_register_was_clicked_and_only_there() -> None:
    begun = states("HA Initializing", "HA Initializing")
    assert direction_check(begun, NOW, begun=True).result is Result.PASS
    assert direction_check(begun, NOW).result is Result.WARN


def test_unregistered_servers_of_the_same_role_are_not_known() -> None:
    both = pair("[Role] Primary [State] HA not Configured", "[Role] Primary [State] HA not Configured")
    check = direction_check(both, NOW)
    assert check.result is Result.WARN
    assert "[Role] Primary" in check.seen
