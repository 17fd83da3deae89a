"""What the HA states of both nodes together mean: exact lists of pairs, everything else is not known."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import product

from tofutui.guide.facts import NodeFacts
from tofutui.tofu.base.text import safe
from tofutui.tofu.guide_run import Check, Result
from tofutui.tofu.site.session import Role

Pair = tuple[str, str]
"""The state of the primary and that of the secondary, as the administrator guide's table spells them."""

_NO_HA = ("HA not Configured", "Stand Alone")
_BEGUN = "HA Initializing"

CONNECTED: frozenset[Pair] = frozenset({("Primary Active", "Secondary Syncing")})
UNCONFIGURED: frozenset[Pair] = frozenset(product(_NO_HA, _NO_HA))
IN_CHARGE: frozenset[Pair] = UNCONFIGURED | CONNECTED | set(product(("Primary Active",), _NO_HA))
"""The primary holds the database to keep: nothing but the secondary's copy, or nothing, is overwritten."""
REGISTERING: frozenset[Pair] = frozenset(
    {*product((_BEGUN,), (_BEGUN, *_NO_HA)), *product(_NO_HA, (_BEGUN,)), (_BEGUN, "Secondary Syncing"),
     ("Primary Active", _BEGUN)}
)  # fmt: skip
"""While the primary copies its database: what both say once Register was clicked."""

DIRECTION = "no failover, no failback, primary in charge"
_NEWER = re.compile(r"secondary\s+active|fail\s*-?\s*over|fail\s*-?\s*back", re.IGNORECASE)
_WRONG = re.compile(r"copy\s+failed|registration\s+failed", re.IGNORECASE)


def is_connected(nodes: Sequence[NodeFacts]) -> bool:
    """Whether both nodes say, and say only, that the primary is active and the secondary follows it."""
    return _are_one_of(nodes, CONNECTED)


def is_registering(nodes: Sequence[NodeFacts]) -> bool:
    """Whether both nodes say, and say only, that the primary copies its database."""
    return _are_one_of(nodes, REGISTERING)


def is_unconfigured(nodes: Sequence[NodeFacts]) -> bool:
    """Whether both nodes say, and say only, that HA is not configured."""
    return _are_one_of(nodes, UNCONFIGURED)


def contradicts_active(nodes: Sequence[NodeFacts]) -> bool:
    """Whether a node that answered says anything else than its part of a connected pair."""
    return any(
        node.ha is not None and not any(_says(node, pair) for pair in CONNECTED) for node in nodes
    )  # fmt: skip


def is_out_of_order(nodes: Sequence[NodeFacts]) -> bool:
    """Whether a node that printed its state is neither part of a connected pair nor without HA."""
    return contradicts_active([node for node in nodes if node.state and not _is_without_ha(node)])


def not_known_good(nodes: Sequence[NodeFacts]) -> str:
    """The states of both nodes word for word, as states that no list of good ones holds."""
    return f"not known to be good: {state_line(nodes)}"


def state_line(nodes: Sequence[NodeFacts]) -> str:
    """The states of both nodes as printed, or why one was not read."""
    return "; ".join(
        f"{safe(node.name)}: {safe(node.said or node.ha_error or node.error or 'no state printed')}"
        for node in nodes
    )


def goes_wrong(nodes: Sequence[NodeFacts]) -> bool:
    """Whether a state says that the registration failed."""
    return any(_WRONG.search(node.state) for node in nodes)


def direction_check(nodes: Sequence[NodeFacts], now: datetime, *, begun: bool = False) -> Check:
    """Whether registering copies the newer database over the older one.

    FAIL: over the newer one. PASS: the states are known to allow it. WARN, UNKNOWN: they do not show it.

    Args:
        nodes: Both nodes, asked just now.
        now: When they were asked.
        begun: Register may have been clicked already, so that the states of a registration are good too.
    """
    result, seen = _direction(nodes, IN_CHARGE | REGISTERING if begun else IN_CHARGE)
    return Check(id="ha-direction", title=DIRECTION, result=result, seen=seen, at=now, blocks=True)


def _direction(nodes: Sequence[NodeFacts], good: Collection[Pair]) -> tuple[Result, str]:
    newer = [f"{safe(node.name)} says {safe(node.said)}" for node in nodes if _may_be_newer(node)]
    if newer:
        tail = "registering would overwrite the newer database: fail back first"
        return Result.FAIL, f"{'; '.join(newer)}; {tail}"
    if _are_one_of(nodes, good):
        return Result.PASS, state_line(nodes)
    silent = [role.word for role in Role if not any(node.role is role and node.state for node in nodes)]
    if silent:
        return Result.UNKNOWN, f"no HA state was read on {' and '.join(silent)}: {state_line(nodes)}"
    return Result.WARN, not_known_good(nodes)


def _may_be_newer(node: NodeFacts) -> bool:
    """Whether a state speaks of a failover, of a failback, or of the other node's part."""
    states = node.ha.states if node.ha else ()
    return any(_NEWER.search(state) or _begins_with(state, node.role.other) for state in states)


def _begins_with(state: str, role: Role) -> bool:
    return state.casefold().split()[:1] == [role.value]


def _are_one_of(nodes: Sequence[NodeFacts], pairs: Collection[Pair]) -> bool:
    both = [node.role for node in nodes] == list(Role)
    return both and any(all(_says(node, pair) for node in nodes) for pair in pairs)


def _is_without_ha(node: NodeFacts) -> bool:
    return any(_says(node, pair) for pair in UNCONFIGURED)


def _says(node: NodeFacts, pair: Pair) -> bool:
    state = pair[list(Role).index(node.role)]
    return node.answered and node.ha is not None and node.ha.says_only(node.role, state)
