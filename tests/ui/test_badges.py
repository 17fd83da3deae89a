"""What the title shows about how the nodes are reached."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.fake_bench import session
from tofutui.tofu.site.session import Role

Start = Callable[..., Any]


@pytest.mark.parametrize(
    ("roles", "badge"),
    [(tuple(Role), "LEGACY SSH"), ((Role.SECONDARY,), "LEGACY SSH SECONDARY"), ((), "")],
)
async def test_legacy_ssh_shows_its_badge_and_on_which_node(
    desk: Start, roles: tuple[Role, ...], badge: str
) -> None:
    chosen = session()
    nodes = {role: replace(node, legacy_ssh=role in roles) for role, node in chosen.nodes.items()}
    async with desk(sessions=[replace(chosen, nodes=nodes)], size=(140, 36)) as d:
        title = d.text.splitlines()[0]
        assert title.rstrip().endswith(badge) if badge else "LEGACY" not in title
