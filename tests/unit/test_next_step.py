"""The line that says what to do next: from the state of both tables alone."""

from dataclasses import replace

import pytest

from tofutui.tofu.cli_output.status import parse_ha_status
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Judgement, Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.ui.text.next_step import NOTHING_LEFT, next_step

SESSION = Session(name="site-a", title="", nodes={role: NodeSettings(role=role, host=role) for role in Role})
STATES = {Role.PRIMARY: "Primary Active", Role.SECONDARY: "Secondary Syncing"}


def row(role: Role, verdict: Verdict, who: Who = Who.PEER, number: int = 1) -> Entry:
    key = f"192.0.2.{number}_443"
    return Entry(
        id=key, role=role, key=key, raw=key, endpoint=None, who=who, name="", stored=None,
        judgement=Judgement(verdict, ()),
    )  # fmt: skip


def pair(*entries: Entry, **changes: object) -> Comparison:
    nodes = {}
    for role in Role:
        rows = {entry.id: entry for entry in entries if entry.role is role}
        view = NodeView(role=role, host=role, shown_address=role, phase=Phase.LISTED, complete=True)
        nodes[role] = replace(view, entries=rows, **changes)
    return Comparison(session=SESSION, nodes=nodes, seen_from="jump01")


def say(comparison: Comparison, role: Role, state: str) -> None:
    ha = parse_ha_status(f"[Role] {role.word.title()} [State] {state}\n")
    comparison.nodes[role] = replace(comparison.nodes[role], ha=ha)


def said(comparison: Comparison, *, can_guide: bool = True) -> tuple[str | None, str] | None:
    step = next_step(comparison, can_guide=can_guide)
    return step and tuple(step)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(Role.PRIMARY, Verdict.MISMATCH)], ("plan.open", "1 stale row on PRIMARY")),
        (
            [
                row(Role.PRIMARY, Verdict.MISMATCH),
                row(Role.PRIMARY, Verdict.SUSPECT, Who.ISE, 2),
                row(Role.SECONDARY, Verdict.MISMATCH),
                row(Role.SECONDARY, Verdict.MISMATCH, Who.SELF, 3),
            ],
            ("plan.open", "3 stale rows on 2 nodes"),
        ),
        (
            [row(Role.PRIMARY, Verdict.SAME_NAME), row(Role.SECONDARY, Verdict.NO_ANSWER)],
            ("evidence.open", "2 rows of the pair cannot be judged"),
        ),
        ([row(Role.PRIMARY, Verdict.UNREADABLE, Who.ISE)],
         ("evidence.open", "1 row of other servers cannot be judged")),
        ([row(Role.PRIMARY, Verdict.SAME_NAME, Who.OTHER)], ("guide.open", "register HA again")),
        ([row(Role.PRIMARY, Verdict.PROVEN)], ("guide.open", "register HA again")),
        ([row(Role.PRIMARY, Verdict.MISMATCH, Who.SELF)], ("guide.open", "register HA again")),
        ([row(Role.PRIMARY, Verdict.PENDING), row(Role.SECONDARY, Verdict.MISMATCH)], None),
    ],
)  # fmt: skip
def test_the_next_step_follows_from_the_rows(rows, expected):
    assert said(pair(*rows)) == expected


def test_nothing_is_left_once_the_pair_is_connected_and_no_row_is_stale():
    comparison = pair(row(Role.PRIMARY, Verdict.SAME_NAME))
    for role, state in STATES.items():
        say(comparison, role, state)
    assert next_step(comparison, can_guide=True) == NOTHING_LEFT
    say(comparison, Role.SECONDARY, "Secondary Lost Primary")
    assert said(comparison) == ("evidence.open", "1 row of the pair cannot be judged")


def test_without_a_guide_or_a_second_node_registering_is_not_proposed():
    assert next_step(pair(), can_guide=False) == NOTHING_LEFT
    alone = pair()
    del alone.nodes[Role.SECONDARY]
    alone.session = replace(SESSION, nodes={Role.PRIMARY: SESSION.nodes[Role.PRIMARY]})
    assert next_step(alone, can_guide=True) == NOTHING_LEFT


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.CONNECTING, Phase.LISTING])
def test_while_a_node_is_read_nothing_is_said(phase):
    assert next_step(pair(row(Role.PRIMARY, Verdict.MISMATCH), phase=phase), can_guide=True) is None


@pytest.mark.parametrize(
    ("phase", "words"), [(Phase.FAILED, "could not be listed"), (Phase.PARTIAL, "was listed only in part")]
)
def test_a_node_that_was_not_read_whole_comes_before_its_rows(phase, words):
    comparison = pair(row(Role.PRIMARY, Verdict.MISMATCH))
    comparison.nodes[Role.SECONDARY] = replace(
        comparison.nodes[Role.SECONDARY], phase=phase, complete=False, hostname="prime-sec"
    )
    assert said(comparison) == ("table.refresh_all", f"SECONDARY prime-sec {words}: list it again")
