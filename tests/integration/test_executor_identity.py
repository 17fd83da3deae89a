"""Another machine answers at the node's address while a confirmed deletion is on its way: nothing is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.live import ISE, Live, live
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.site.session import Role

PLACES = {
    "the last listing": ("bench", "list_rows"),
    "the last probe": ("bench", "probe"),
    "the journal": ("executor", "_write_down"),
    "the command's turn": ("node", "deletecert"),
}


def after(owner: Any, name: str, meanwhile: Callable[[], Awaitable[None]], patch: pytest.MonkeyPatch) -> None:
    """Let something happen once, behind one step (before it, where the step is the command)."""
    step, done = getattr(owner, name), False

    async def stepped(*arguments: Any, **options: Any) -> Any:
        nonlocal done
        first, done = not done, True
        if first and name == "deletecert":
            await meanwhile()
        result = await step(*arguments, **options)
        if first and name != "deletecert":
            await meanwhile()
        return result

    patch.setattr(owner, name, stepped)


async def other_machine(pair: Live, hostname: str, *, reconnect: bool) -> None:
    """The link drops, and another machine answers; another task may reconnect."""
    server, node = pair.lab.servers[Role.PRIMARY], pair.bench.node(Role.PRIMARY)
    await server.stop()
    async with asyncio.timeout(10):
        while node.connected:
            await asyncio.sleep(0.005)
    pair.lab.nodes[Role.PRIMARY].hostname = hostname
    await server.start()
    if reconnect:
        await node.connect()


@pytest.mark.parametrize("hostname", ["elsewhere", "prime-pri"])
@pytest.mark.parametrize("reconnect", [True, False])
@pytest.mark.parametrize("place", PLACES)
async def test_a_deletion_belongs_to_the_link_it_was_checked_on(
    tmp_path: Path, place: str, reconnect: bool, hostname: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live("renamed", tmp_path) as pair:
        owner, name = PLACES[place]
        owners = {"bench": pair.bench, "executor": pair.executor, "node": pair.bench.node(Role.PRIMARY)}
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        after(owners[owner], name, lambda: other_machine(pair, hostname, reconnect=reconnect), monkeypatch)
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "not sent" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == []
