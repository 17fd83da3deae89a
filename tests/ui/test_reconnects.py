"""A lost link on the screen: since when, tried again when, stopped how; never where a person is needed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.fake_bench import NOW
from tofutui.tofu.base.backoff import Backoff
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role
from tofutui.ui.tables.auto_reconnect import ReconnectPatience
from tofutui.workbench.changes import NodeChanged

Start = Callable[..., Any]
SIZES = [(120, 36), (80, 24), (60, 20)]
HOUR = ReconnectPatience(Backoff(first=3600, longest=7200), lambda: 0.0)
"""No try comes during a test."""
AT_ONCE = ReconnectPatience(Backoff(first=0.01, longest=0.01), lambda: 0.0)
LOCAL = NOW.astimezone()


def clock(seconds: float = 0) -> str:
    return (LOCAL + timedelta(seconds=seconds)).strftime("%H:%M:%S")


def lose(d: Any, role: Role = Role.PRIMARY, *, barred: bool = False) -> None:
    """The link of a node goes away, as the workbench reports it."""
    view = d.fakes.bench.comparison.nodes[role]
    view.lost_at, view.barred = NOW, barred
    d.fakes.bench.on_change(NodeChanged(role))


def breaks(d: Any, role: Role = Role.PRIMARY) -> Callable[[], int]:
    """From now on this node cannot be reached; how often that was tried."""
    bench, tried = d.fakes.bench, []
    refresh = bench.refresh

    async def fails(roles: Any = None, *, by_itself: bool = False) -> None:
        wanted = list(bench.comparison.nodes if roles is None else roles)
        if role in wanted:
            tried.append(by_itself)
            view = bench.comparison.nodes[role]
            view.phase, view.lost_at, view.error = Phase.FAILED, view.lost_at or NOW, "no route"
            bench.on_change(NodeChanged(role))
        await refresh([r for r in wanted if r is not role], by_itself=by_itself)

    bench.refresh = fails
    return lambda: len(tried)


@pytest.mark.parametrize("size", SIZES)
async def test_a_lost_link_says_since_when_and_when_it_is_tried(desk: Start, size: Any) -> None:
    async with desk(size=size, watch=600.0, patience=HOUR) as d:
        lose(d)
        await d.until(lambda: "LOST" in d.text)
        text = " ".join(d.text.replace("┃", " ").replace("│", " ").split())
        assert f"LOST {clock()}, next try {clock(3600)} (1)" in text or size[0] < 120
        assert f"LOST {clock()}" in text
        assert clock(3600) in text
        assert d.text.count("LOST") == 1
        assert f"rows of {clock()}" in text or size[0] == 60


async def test_the_rows_of_a_lost_link_look_old(desk: Start) -> None:
    async with desk(patience=HOUR) as d:
        pane = d.pane_of(Role.PRIMARY)

        def looks_old() -> set[bool]:
            return {drawn.cell.old for drawn in pane._drawn if drawn.cell is not None}

        assert looks_old() == {False}
        lose(d)
        await d.until(lambda: looks_old() == {True})
        assert {drawn.cell.old for drawn in d.pane_of(Role.SECONDARY)._drawn if drawn.cell} == {False}


async def test_without_watch_nothing_is_tried_by_itself(desk: Start) -> None:
    async with desk(patience=AT_ONCE) as d:
        tried = breaks(d)
        lose(d)
        await d.until(lambda: "LOST" in d.text)
        await d.press("j", "k")
        assert "next try" not in d.text
        assert tried() == 0


async def test_with_watch_it_is_tried_until_it_is_back(desk: Start) -> None:
    async with desk(watch=600.0, patience=AT_ONCE) as d:
        refresh = d.fakes.bench.refresh
        tried = breaks(d)
        lose(d)
        await d.until(lambda: tried() >= 3)
        assert "PARTIAL" not in d.text

        async def back(roles: Any = None, *, by_itself: bool = False) -> None:
            d.fakes.bench.comparison.nodes[Role.PRIMARY].lost_at = None
            await refresh(roles, by_itself=by_itself)

        d.fakes.bench.refresh = back
        await d.until(lambda: "LOST" not in d.text and not d.main.refreshing.reconnects.waiting)
        assert f"listed {clock()}" in d.text


async def test_r_on_a_lost_link_goes_on_trying_and_the_number_grows(desk: Start) -> None:
    async with desk(size=(140, 36), patience=HOUR) as d:
        tried = breaks(d)
        lose(d)
        await d.until(lambda: "LOST" in d.text)
        await d.press("r")
        await d.until(lambda: "(1)" in d.text)
        await d.press("r")
        await d.until(lambda: "(2)" in d.text)
        assert f"next try {clock(7200)} (2)" in d.text
        assert tried() == 2


@pytest.mark.parametrize("key", ["escape", "b", "w"])
async def test_it_can_be_stopped(desk: Start, key: str) -> None:
    async with desk(watch=600.0, patience=HOUR) as d:
        lose(d)
        await d.until(lambda: "next try" in d.text)
        await d.press(key)
        await d.until(lambda: "next try" not in d.text)
        assert f"LOST {clock()}" in d.text
        assert not d.main.refreshing.reconnects._timers


async def test_b_says_why_it_does_nothing_where_nothing_is_tried(desk: Start) -> None:
    async with desk() as d:
        await d.press("b")
        assert "no automatic reconnect is running" in d.message


async def test_a_refused_login_is_never_tried_by_itself(desk: Start) -> None:
    async with desk(watch=600.0, patience=AT_ONCE) as d:
        tried = breaks(d)
        lose(d, barred=True)
        await d.until(lambda: "LOST" in d.text)
        await d.press("j", "k")
        assert not d.main.refreshing.reconnects.waiting
        await d.press("r")
        await d.until(lambda: tried() == 1)
        await d.press("j", "k")
        assert not d.main.refreshing.reconnects.waiting
        assert tried() == 1


async def test_while_rows_are_deleted_no_link_is_tried(desk: Start) -> None:
    async with desk(watch=600.0, patience=HOUR) as d:
        tried = breaks(d)
        lose(d)
        await d.until(lambda: bool(d.main.refreshing.reconnects.waiting))
        d.app.running_plan = True
        d.main.refreshing.reconnects._ring(Role.PRIMARY)
        assert d.main.refreshing.reconnects.waiting[Role.PRIMARY].number == 1
        assert tried() == 0


async def test_the_watch_leaves_a_node_that_is_waited_for_to_its_own_time(desk: Start) -> None:
    async with desk(watch=600.0, patience=HOUR) as d:
        lose(d)
        await d.until(lambda: bool(d.main.refreshing.reconnects.waiting))
        count = len(d.fakes.bench.refreshed)
        d.main.refreshing._watch_again()
        await d.until(lambda: len(d.fakes.bench.refreshed) > count)
        assert d.fakes.bench.refreshed[-1] == (Role.SECONDARY,)


async def test_leaving_ends_the_timers(desk: Start) -> None:
    async with desk(watch=600.0, patience=HOUR) as d:
        lose(d)
        await d.until(lambda: bool(d.main.refreshing.reconnects.waiting))
        reconnects = d.main.refreshing.reconnects
        await d.press("q")
        assert await d.ended() == 0
        assert not reconnects._timers
