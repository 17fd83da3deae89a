"""What `ncs ha status` says against the pane, and what a change in it means."""

import pytest

from tofutui.tofu.cli_output.status import parse_ha_status
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.site.session import Role
from tofutui.workbench.identity_checks import contrary_role, failover, unknown_role


def view(answer: str | None, role: Role = Role.PRIMARY) -> NodeView:
    state = parse_ha_status(answer) if answer is not None else None
    return NodeView(role=role, host="192.0.2.10", shown_address="192.0.2.10", ha=state)


@pytest.mark.parametrize(
    "answer",
    [None, "", "[State] HA not Configured", "% Error: busy", "[Role] Standalone", "[Role]  [State] x"],
)
def test_no_role_is_an_unknown_role(answer):
    assert unknown_role(view(answer)) is not None
    assert contrary_role(view(answer)) is None


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("form", ["[Role] {} [State] HA not Configured", "[role] {}\n[state] x"])
def test_a_role_is_known_and_may_be_contrary(role, form):
    for said in Role:
        for word in (said.value, said.value.upper(), said.value.title() + " Server"):
            asked = view(form.format(word), role)
            assert unknown_role(asked) is None
            assert (contrary_role(asked) is not None) is (said is not role)


FAILED = "[Role] Primary [State] Primary Failed"
ACTIVE = "[Role] Primary [State] Primary Active"
NOT_YET = "[Role] Primary [State] HA not Configured"
SYNCING = "[Role] Secondary [State] Secondary Syncing"
TOOK_OVER = "[Role] Secondary [State] Secondary Active"


@pytest.mark.parametrize(
    ("role", "before", "now", "words"),
    [
        (Role.PRIMARY, ACTIVE, SYNCING, "changed from"),
        (Role.PRIMARY, ACTIVE, FAILED, "failover"),
        (Role.SECONDARY, SYNCING, TOOK_OVER, "failover"),
        (Role.PRIMARY, NOT_YET, ACTIVE, None),
        (Role.PRIMARY, ACTIVE, ACTIVE.replace("Primary Active", "primary active"), None),
        (Role.SECONDARY, "[Role] Secondary [State] a", "[Role] Secondary [State] b", None),
        (Role.PRIMARY, "", ACTIVE, None),
        (Role.PRIMARY, ACTIVE, "", None),
    ],
)
def test_a_failover_is_a_change_of_who_is_in_charge(role, before, now, words):
    sentence = failover(role, parse_ha_status(before), parse_ha_status(now))
    assert sentence is None if words is None else words in sentence
