"""Watching: the timer, what changed since the listing before, messages that stay, and keys held down."""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_bench import Fakes, certificate, entry, renamed
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.confirmation import HeldKey
from tofutui.ui.shell import gc_tuning

Start = Callable[..., Any]
MINUS = "\N{MINUS SIGN}"
SIZES = [(120, 36), (80, 24), (60, 20)]


def lead_of(d: Any, row: str) -> str:
    """The signs before a row of the armed pane: cursor, mark or change, verdict."""
    pane = d.pane
    y = pane.region.y + 1 + len(pane._top_lines()) + pane.body.start(pane.rows.find(row)) - pane.body.top
    return d.text.splitlines()[y][pane.region.x + 1 :][:3]


async def refreshed(d: Any, key: str = "R") -> None:
    count = len(d.fakes.bench.refreshed)
    await d.press(key)
    await d.until(lambda: len(d.fakes.bench.refreshed) > count and not d.main.refreshing.watch._running)
    await d.pilot.pause()


def changed_table() -> list[Any]:
    """The primary's table with one row new, one gone, one whose endpoint presents something else."""
    self_row, ise, _peer = renamed(Role.PRIMARY)
    other = replace(ise, presented=replace(ise.presented, certificate=certificate("ise01", salt="2")))
    new = entry(
        Role.PRIMARY, "203.0.113.7_443", Verdict.SUSPECT, who=Who.OTHER, presented="prime-pri", why=()
    )
    return [self_row, other, new]


@pytest.mark.parametrize("size", SIZES)
async def test_what_changed_since_the_listing_before_carries_a_sign(desk: Start, size: Any) -> None:
    async with desk(size=size) as d:
        await refreshed(d)
        assert "since" not in d.text
        d.fakes.bench.table[Role.PRIMARY] = changed_table()
        await refreshed(d)
        assert "~" in lead_of(d, "198.51.100.20_443")
        assert "+" in lead_of(d, "203.0.113.7_443")
        assert f"{MINUS} gone: 192.0.2.11:8082" in d.text
        assert f"+1 {MINUS}1 ~1" in d.text
        assert "since 14:02:38" in d.text or size[0] == 60
        d.fakes.bench.put(Role.PRIMARY, changed_table())
        await d.press("j", "k", "space", "space")
        assert f"+1 {MINUS}1 ~1" in d.text
        await refreshed(d)
        assert MINUS not in d.text
        assert "+" not in lead_of(d, "203.0.113.7_443")


async def test_the_signs_meet_cursor_and_mark(desk: Start) -> None:
    async with desk() as d:
        d.fakes.bench.table[Role.PRIMARY] = changed_table()
        await refreshed(d)
        assert lead_of(d, "198.51.100.20_443") == "▸~✗"
        await d.press("space", "j")
        assert lead_of(d, "198.51.100.20_443") == "~●✗"
        assert "another certificate presented" not in d.detail
        await d.press("k")
        assert "another certificate presented" in d.detail
        await d.press("enter")
        assert "another certificate presented" in d.text


async def test_the_signs_are_ascii_where_only_that_may_be_used(desk: Start) -> None:
    async with desk(ascii=True) as d:
        d.fakes.bench.table[Role.PRIMARY] = changed_table()
        await refreshed(d)
        assert "+1 -1 ~1" in d.text
        assert MINUS not in d.text


async def test_a_listing_that_is_not_complete_concludes_nothing(desk: Start) -> None:
    async with desk() as d:
        bench = d.fakes.bench
        refresh = bench.refresh

        async def partial(*args: Any, **more: Any) -> None:
            await refresh(*args, **more)
            bench.comparison.nodes[Role.PRIMARY].phase = Phase.PARTIAL

        bench.refresh, bench.table[Role.PRIMARY] = partial, []
        await refreshed(d)
        assert MINUS not in d.text
        bench.refresh, bench.table[Role.PRIMARY] = refresh, renamed(Role.PRIMARY)[:2]
        await refreshed(d)
        assert f"{MINUS} gone: 192.0.2.11:8082" in d.text


async def test_cursor_marks_and_filter_stay_with_their_rows_over_a_refresh(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "space", "slash", *"192", "enter")
        row, marks = d.current, set(d.pane.rows.marks)
        d.fakes.bench.table[Role.PRIMARY] = [*reversed(renamed(Role.PRIMARY)), *changed_table()[2:]]
        await refreshed(d)
        assert d.current == row
        assert d.pane.rows.marks == marks
        assert d.pane.rows.filter == "192"


async def test_the_timer_waits_for_the_last_refresh_under_way(desk: Start) -> None:
    async with desk(watch=1.0) as d:
        bench, gates = d.fakes.bench, []
        refresh = bench.refresh

        async def slow(*args: Any, **more: Any) -> None:
            gate = asyncio.Event()
            gates.append(gate)
            await gate.wait()
            await refresh(*args, **more)

        bench.refresh = slow
        await d.press("r", "tab", "r")
        await d.until(lambda: len(gates) == 2)
        gates[0].set()
        await d.until(lambda: d.main.refreshing.watch._running == 1)
        assert d.main.refreshing.watch._timer is None
        gates[1].set()
        await d.until(lambda: d.main.refreshing.watch._timer is not None)


async def test_an_error_does_not_end_watching_and_the_timer_says_it_is_one(desk: Start) -> None:
    async with desk(watch=1.0) as d:
        asked = []

        async def fails(roles: Any = None, *, by_itself: bool = False) -> None:
            asked.append(by_itself)
            raise TofutuiError("no luck")

        d.fakes.bench.refresh = fails
        await d.press("R")
        await d.until(lambda: len(asked) == 2)
        assert asked == [False, True]


async def test_nothing_is_refreshed_by_itself_while_rows_are_deleted(desk: Start) -> None:
    async with desk(watch=1.0) as d:
        count = len(d.fakes.bench.refreshed)
        d.app.running_plan = True
        d.main.refreshing._watch_again()
        assert d.main.refreshing.watch._timer is not None
        assert len(d.fakes.bench.refreshed) == count


async def test_leaving_a_session_ends_its_timer(desk: Start) -> None:
    async with desk(watch=1.0) as d:
        watch = d.main.refreshing.watch
        await d.press("q")
        assert await d.ended() == 0
        assert watch._timer is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2.0, "clock 2 s ahead"), (-75.4, "clock 75 s behind"), (4000.0, "clock 67 min ahead")],
)
async def test_a_clock_that_is_wrong_by_two_seconds_is_told(desk: Start, seconds: float, words: str) -> None:
    async with desk() as d:
        view = d.fakes.bench.comparison.nodes[Role.PRIMARY]
        view.clock_skew_s = 1.9
        await refreshed(d)
        assert "clock" not in d.text
        view.clock_skew_s = seconds
        await refreshed(d)
        assert words in d.text


async def test_an_error_of_background_work_stays_until_esc_or_another_message(desk: Start) -> None:
    async with desk() as d:

        async def fails(*_: Any, **__: Any) -> None:
            raise TofutuiError("the link is gone")

        refresh, d.fakes.bench.refresh = d.fakes.bench.refresh, fails
        await d.press("slash", *"192", "enter", "R")
        await d.until(lambda: "the link is gone" in d.message)
        await d.press("j", "k", "G", "tab", "pagedown", "space", "L", "escape")
        assert "the link is gone" in d.message
        await d.press("escape")
        assert not d.message
        assert d.pane.rows.filter == "192"
        await d.press("escape")
        assert not d.pane.rows.filter
        await d.press("R")
        await d.until(lambda: "the link is gone" in d.message)
        await d.press("ctrl+y")
        assert "clipboard" in d.message
        d.fakes.bench.refresh = refresh
        await d.press("j")
        assert not d.message


def test_a_spent_key_is_free_again_after_another_key_or_a_pause() -> None:
    spent = HeldKey()
    assert not spent.is_held("y", 0.0)
    spent.spend("y", 10.0)
    assert spent.is_held("y", 10.5)
    assert not spent.is_held("n", 10.5)
    spent.note("y", 10.7)
    assert spent.is_held("y", 11.6)
    spent.note("y", 13.0)
    assert not spent.is_held("y", 13.1)
    spent.spend("y", 20.0)
    spent.note("n", 20.1)
    assert not spent.is_held("y", 20.2)


@pytest.mark.parametrize("size", SIZES)
async def test_the_trust_map_shows_each_arrow_with_its_worst_verdict(desk: Start, size: Any) -> None:
    def table(role: Role) -> list[Any]:
        good = entry(
            role, "198.51.100.20_9060", Verdict.SAME_NAME, who=Who.ISE, presented="x", label="ISE-server"
        )
        return [*renamed(role), good]

    async with desk(size=size, fakes=Fakes(table)) as d:
        await d.press("m")
        text = " ".join(d.text.split())
        assert "PRIMARY prime-pri" in text
        assert "── ✗ MISMATCH ─▸ SECONDARY prime-sec" in text
        assert "── ✗ MISMATCH ─▸ ISE-server" in text
        assert "── ✗ MISMATCH ─▸ PRIMARY prime-pri" in text
        d.fakes.bench.put(Role.PRIMARY, [])
        await d.until(lambda: "has no known row" in d.text)
        await d.press("escape")
        assert d.app.screen is d.main


async def test_garbage_is_collected_again_once_the_app_is_painted(desk: Start) -> None:
    gc_tuning.hold()
    try:
        async with desk() as d:
            await d.until(gc.isenabled)
            assert gc.get_freeze_count() > 1000
            young, middle, old = gc.get_threshold()
            assert young * middle <= 10_000
            assert young * middle * old >= 1_000_000
    finally:
        gc.enable()
        gc.unfreeze()


async def test_an_unforeseen_error_of_background_work_is_written_down(desk: Start, tmp_path: Path) -> None:
    async with desk() as d:

        async def fails(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError("the reason")

        d.fakes.bench.refresh = fails
        await d.press("s", "R")
        await d.until(lambda: "internal error, ZeroDivisionError: the reason" in d.message)
        (file,) = tmp_path.glob("crash-*.txt")
        assert str(file) in d.message
        assert "table.sort table.refresh" in file.read_text()


async def test_what_is_to_be_said_at_the_start_stays(desk: Start) -> None:
    async with desk(warnings=("sessions.toml: everyone can read it",)) as d:
        await d.press("j", "k")
        assert "everyone can read it" in d.message
        await d.press("escape")
        assert not d.message
