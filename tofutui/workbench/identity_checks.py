"""Signs that a node is not the one a session says."""

from collections.abc import Iterable
from typing import Protocol

from tofutui.tofu.cli_output.status import HaState
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.site.session import Role


class LoggedIn(Protocol):
    """A node as a login showed it; None for what the login did not get to."""

    @property
    def hostname(self) -> str | None:
        """The host name at the prompt."""

    @property
    def host_key(self) -> str | None:
        """``SHA256:…`` of the SSH host key."""


def same_machine(nodes: Iterable[LoggedIn]) -> str | None:
    """A sentence when both nodes of a pair are one machine: the same host name or the same SSH host key."""
    pair = tuple(nodes)
    if len(pair) != 2:
        return None
    this, other = pair
    if this.hostname and this.hostname == other.hostname:
        return f"both nodes call themselves {this.hostname}: is this the same machine twice?"
    if this.host_key and this.host_key == other.host_key:
        return "both nodes show the same SSH host key: is this the same machine twice?"
    return None


def contrary_role(view: NodeView) -> str | None:
    """A sentence when `ncs ha status` gives the node another role than the session does."""
    said = role_of(view.ha)
    if said is None or said is view.role:
        return None
    assert view.ha is not None
    return f"its HA role is {(view.ha.role or '').strip().upper()}, contrary to this pane"


def unknown_role(view: NodeView) -> str | None:
    """A sentence while `ncs ha status` has not shown which of the two the node is."""
    return None if role_of(view.ha) else "its HA role is not known: `ncs ha status` shows none"


def role_of(state: HaState | None) -> Role | None:
    """The role that a node gives itself; None if it gives none that is known."""
    said = (state.role or "").strip().lower() if state else ""
    return next((role for role in Role if said.startswith(role.value)), None)


def failover(role: Role, before: HaState | None, now: HaState | None) -> str | None:
    """A sentence when the node changed its part in the pair between two answers; None if it did not.

    Registering and removing HA change the state too; only who is in charge counts here.
    """
    if before is None or now is None:
        return None
    was, is_now = role_of(before), role_of(now)
    if was is not None and is_now is not None and was is not is_now:
        return f"its HA role changed from {was.word} to {is_now.word}"
    if _is_in_charge(before) == _is_in_charge(now):
        return None
    if is_now is Role.SECONDARY or _is_in_charge(before):
        return f"failover: its HA state changed from {_words(before)} to {_words(now)}"
    return None


def _is_in_charge(state: HaState) -> bool:
    """``Primary Active`` and ``Secondary Active``, in whatever case."""
    return (state.state or "").strip().lower() in {f"{role.value} active" for role in Role}


def _words(state: HaState) -> str:
    return (state.state or "").strip() or "no state"
