"""Deleting: what the dialog says, what keeps, what deletes, and what cannot happen."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual import events
from textual.app import App

from tests.support.fake_bench import NOW, Fakes, entry, renamed, session
from tofutui.tofu.deletion.plan import Outcome, Step
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen, RunScreen
from tofutui.ui.deletion.plan_screen import PlanScreen
from tofutui.ui.text.spans import plain

Start = Callable[..., Any]
SIZES = [(120, 36), (80, 24), (60, 20)]


def flat(text: str) -> str:
    for char in "┃━┏┓┗┛│─║═╔╗╚╝":
        text = text.replace(char, " ")
    return " ".join(text.split())


@pytest.mark.parametrize("size", SIZES)
async def test_the_dialog_says_what_where_why_and_what_it_means(desk: Start, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        await d.press("j", "D")
        assert isinstance(d.app.screen, DeleteScreen)
        body = d.app.screen.query_one("#body")
        seen = flat(d.text) + " " + " ".join(plain(body.lines).split())
        await d.press(*["down"] * 20)
        assert body.lines[-1][0][0] in d.text
        row = d.pane.rows.current
        groups = " ".join(row.sha256[i : i + 4] for i in range(0, 32, 4)).upper()
        for words in (
            "Delete 1 row on PRIMARY prime-pri (192.0.2.10)", "198.51.100.20_443", "ISE-server", "MISMATCH",
            "CN differs: stored ISE-server, presented ise01", "CN=ISE-server", "CN=ise01", groups,
            "seen from jump01", "cannot be undone",
            "the node trusts whatever 198.51.100.20:443 presents next",
            "$ ncs certvalidation tofu-certs deletecert host 198.51.100.20_443", "[ Keep row ]",
            "y Delete on PRIMARY prime-pri",
        ):  # fmt: skip
            assert words in seen, words


@pytest.mark.parametrize("size", SIZES)
async def test_title_and_buttons_stay_while_a_long_plan_scrolls(desk: Start, size: tuple[int, int]) -> None:
    def table(role: Role) -> list[Any]:
        return [
            entry(role, f"203.0.113.{n}_443", Verdict.MISMATCH, who=Who.OTHER, presented="x")
            for n in range(30)
        ]

    async with desk(size=size, fakes=Fakes(table)) as d:
        for _ in range(30):
            await d.press("space", "j")
        await d.press("D")
        for _ in range(3):
            assert "Delete 30 rows on PRIMARY prime-pri" in d.text
            assert "[ Keep rows ]" in d.text
            assert "y  Delete on PRIMARY" in d.text
            await d.press("pagedown")


@pytest.mark.parametrize("key", ["enter", "escape", "n", "q"])
async def test_these_keys_keep(desk: Start, key: str) -> None:
    async with desk() as d:
        row = d.current
        await d.press("D", key)
        assert d.app.screen is d.main
        assert d.main.armed is Role.PRIMARY
        assert d.current == row
        assert "nothing was sent" in d.message
        assert not d.fakes.runner.ran


@pytest.mark.parametrize("key", ["D", "d", "space", "tab", "j", "p", "r", "Y", "1", "delete", "ctrl+d", "f5"])
async def test_these_keys_are_inert_in_the_dialog(desk: Start, key: str) -> None:
    async with desk() as d:
        await d.press("D")
        dialog = d.app.screen
        await d.press(key, key)
        assert d.app.screen is dialog
        assert d.fakes.bench.refreshed == [None]
        assert not d.fakes.runner.ran


@pytest.mark.parametrize(
    "keys", [["D"] * 20, ["D", "enter"] * 10, ["D", "space"] * 10, ["enter"] * 20, ["space"] * 9 + ["D"] * 9]
)
async def test_held_keys_never_delete(desk: Start, keys: list[str]) -> None:
    async with desk() as d:
        await d.press(*keys)
        assert not d.fakes.runner.ran


async def test_y_deletes_exactly_what_was_shown_once(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "D")
        plan = d.app.screen.plan
        await d.press("y", "y", "y")
        await d.until(lambda: bool(d.fakes.runner.ran))
        assert d.fakes.runner.ran == [plan]
        assert [x.key for x in plan.deletions] == ["198.51.100.20_443"]


async def test_y_typed_before_the_dialog_was_painted_does_not_count(desk: Start) -> None:
    async with desk() as d:
        for key in ("D", "y", "y"):
            d.app.post_message(events.Key(key, key))
        await d.until(lambda: isinstance(d.app.screen, DeleteScreen))
        await d.pilot.pause()
        assert not d.fakes.runner.ran
        await d.press("y")
        assert len(d.fakes.runner.ran) == 1


async def test_the_dialog_does_not_change_with_the_table(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "D")
        before = flat(d.text.split("━┓")[0])
        plan = d.app.screen.plan
        d.fakes.bench.put(Role.PRIMARY, renamed(Role.PRIMARY)[:1])
        await d.pilot.pause(0.1)
        assert "198.51.100.20_443" in d.text
        assert d.app.screen.plan is plan
        await d.press("y")
        assert d.fakes.runner.ran == [plan]
        assert before


@pytest.mark.parametrize("row", ["G", "own"])
async def test_a_row_that_is_not_stale_or_the_nodes_own_needs_its_key_typed(desk: Start, row: str) -> None:
    async with desk() as d:
        if row == "own":
            await d.press("j", "j")
        else:
            await d.press("2", "G")
        key = d.current
        await d.press("D")
        assert f"type {key}" in flat(d.text)
        await d.press("y", "n", "q", "D")
        assert isinstance(d.app.screen, DeleteScreen)
        await d.press(*["backspace"] * 5, *key)
        await d.press("y")
        assert isinstance(d.app.screen, DeleteScreen)
        await d.press("backspace")
        assert not d.fakes.runner.ran
        await d.press("tab", "y")
        assert [x.key for plan in d.fakes.runner.ran for x in plan.deletions] == [key]


@pytest.mark.parametrize(
    "typed", ["", "192.0.2.10_808", "192.0.2.10_80822", "192.0.2.10:8082", " 192.0.2.10_8082"]
)
async def test_anything_but_the_exact_key_does_not_enable_delete(desk: Start, typed: str) -> None:
    async with desk() as d:
        await d.press("j", "j", "D")
        d.app.screen.query_one("#typed-0").value = typed
        await d.press("tab", "y", "tab", "y")
        assert not d.fakes.runner.ran
        assert isinstance(d.app.screen, DeleteScreen)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_enter_and_esc_keep_while_the_key_is_typed(desk: Start, key: str) -> None:
    async with desk() as d:
        await d.press("j", "j")
        typed = d.current
        await d.press("D", *typed, key)
        assert d.app.screen is d.main
        assert not d.fakes.runner.ran


async def test_the_opening_key_held_down_does_not_get_into_what_is_typed(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "j", "D", "D", "D", "D")
        assert d.app.screen.query_one("#typed-0").value == ""


async def test_marked_rows_hidden_by_the_filter_are_not_included_and_said(desk: Start) -> None:
    async with desk() as d:
        await d.press("space", "j", "space")
        await d.press("slash", *"ise01", "enter", "D")
        assert "1 row marked and hidden by the filter: not included" in flat(d.text)
        assert [x.key for x in d.app.screen.plan.deletions] == ["198.51.100.20_443"]
        await d.press("escape", "slash", *"kong", "enter", "D")
        assert d.app.screen is d.main
        assert "hidden by the filter" in d.message


async def test_keep_leaves_the_marks(desk: Start) -> None:
    async with desk() as d:
        await d.press("space", "j", "space", "D")
        assert "Delete 2 rows on PRIMARY" in d.text
        await d.press("enter")
        assert len(d.pane.rows.marks) == 2


async def test_the_title_names_the_role_and_its_colour_class(desk: Start) -> None:
    async with desk() as d:
        await d.press("2", "D")
        assert "Delete 1 row on SECONDARY prime-sec (192.0.2.11)" in d.text
        assert d.app.screen.has_class("-secondary")


async def test_another_user_logged_in_is_said_in_the_dialog(desk: Start) -> None:
    async with desk() as d:
        d.fakes.runner.notices = ("another user is logged in",)
        await d.press("D")
        assert "another user is logged in" in flat(d.text)


async def test_where_nothing_can_be_deleted_the_key_says_why(desk: Start) -> None:
    async with desk() as d:
        d.fakes.runner.locked[Role.PRIMARY] = "read-only: started with --read-only"
        await d.press("D")
        assert d.app.screen is d.main
        assert "read-only" in d.message


async def test_a_row_that_cannot_be_deleted_is_refused_with_a_word(desk: Start) -> None:
    def table(role: Role) -> list[Any]:
        return [entry(role, "bad key;_443", Verdict.MISMATCH, who=Who.OTHER, presented="x")]

    async with desk(fakes=Fakes(table)) as d:
        await d.press("D")
        assert d.app.screen is d.main
        assert "no row to delete" in d.message


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_the_end_of_a_step_is_said_in_the_words_of_the_design(desk: Start, outcome: Outcome) -> None:
    async with desk() as d:
        d.fakes.runner.outcome = outcome
        await d.press("D", "y")
        await d.until(lambda: outcome.value.upper() in d.text)
        assert f"1 {outcome.value}" in d.text
        assert " deleted" not in d.text.lower()
        await d.press("enter")
        assert d.app.screen is d.main


async def test_while_it_runs_the_view_stays_and_no_second_plan_starts(desk: Start) -> None:
    async with desk() as d:
        gate = asyncio.Event()
        real = d.fakes.runner.run

        async def slow(plan: Any, on_step: Any) -> Any:
            await gate.wait()
            return await real(plan, on_step)

        d.fakes.runner.run = slow
        await d.press("D", "y", "escape", "q", "enter", "D", "y")
        assert isinstance(d.app.screen, RunScreen)
        await d.press("ctrl+c")
        assert not d.fakes.bench.closed
        gate.set()
        await d.until(lambda: "1 gone" in d.text)
        assert len(d.fakes.runner.ran) == 1


def many(number: int) -> Callable[[Role], list[Any]]:
    """So many stale rows on the primary."""

    def table(role: Role) -> list[Any]:
        return [
            entry(role, f"203.0.113.{n}_443", Verdict.MISMATCH, who=Who.OTHER, presented=f"host{n}")
            for n in range(1, number + 1)
            if role is Role.PRIMARY
        ]

    return table


async def mark_all(d: Any, number: int) -> None:
    for _ in range(number):
        await d.press("space", "j")


async def test_three_rows_what_is_sent_is_first_and_seen_before_y_counts(desk: Start) -> None:
    async with desk(size=(80, 24), fakes=Fakes(many(3))) as d:
        await mark_all(d, 3)
        await d.press("D")
        body = d.app.screen.query_one("#body")
        head, *commands = plain(body.lines).splitlines()[:4]
        assert head == "PRIMARY prime-pri"
        assert [c.strip() for c in commands] == [
            f"$ ncs certvalidation tofu-certs deletecert host 203.0.113.{n}_443" for n in (1, 2, 3)
        ]
        assert "Delete 3 rows on PRIMARY" in d.text
        assert all(command.strip() in d.text for command in commands)
        after = " ".join(plain(body.lines).split(commands[-1])[1].split())
        assert after.index("cannot be undone") < after.index("SHA-256") < after.index("MISMATCH")
        await d.press("y")
        assert len(d.fakes.runner.ran) == 1


async def test_from_six_rows_on_their_number_is_typed_and_every_command_seen(desk: Start) -> None:
    async with desk(size=(80, 24), fakes=Fakes(many(53))) as d:
        await mark_all(d, 53)
        await d.press("D")
        assert "Delete 53 rows on PRIMARY" in d.text
        assert "type 53" in d.text
        assert "53 rowsare deleted at once" in d.text
        await d.press("5", "4")
        assert "Does not match 53, asked for because 53 rowsare deleted at once" in flat(d.text)
        await d.press("tab", "y")
        assert not d.fakes.runner.ran
        await d.press("shift+tab", "backspace", "3", "tab", "y")
        assert not d.fakes.runner.ran
        assert "commands not seen yet" in d.text
        while "not seen yet" in d.text:
            await d.press("pagedown")
        await d.press("y")
        assert [len(plan.deletions) for plan in d.fakes.runner.ran] == [53]


async def test_esc_stops_after_the_row_under_way_and_says_so_at_once(desk: Start) -> None:
    async with desk(size=(80, 24), fakes=Fakes(many(53))) as d:
        at_seven, go_on = asyncio.Event(), asyncio.Event()
        runner = d.fakes.runner

        async def run(plan: Any, on_step: Any) -> Any:
            steps = []
            for number, deletion in enumerate(plan.deletions):
                if runner.stopped:
                    step = Step(deletion=deletion, outcome=Outcome.NOT_RUN, text="stopped by the operator")
                else:
                    on_step(number, Step(deletion=deletion, text="sent"))
                    if number == 6:
                        at_seven.set()
                        await go_on.wait()
                    step = Step(deletion=deletion, outcome=Outcome.GONE, text="absent")
                on_step(number, step)
                steps.append(step)
            return tuple(steps)

        runner.run = run
        await mark_all(d, 53)
        await d.press("D", "5", "3", "tab")
        while "not seen yet" in d.text:
            await d.press("pagedown")
        await d.press("y")
        await d.until(at_seven.is_set)
        await d.until(lambda: "row 7 of 53" in d.text)
        assert "203.0.113.7_443" in d.text
        assert "Esc stops after this row" in d.text
        await d.press("escape")
        assert "stopping after row 7 of 53" in d.text
        assert isinstance(d.app.screen, RunScreen)
        go_on.set()
        await d.until(lambda: "7 gone and 46 not sent" in d.text)
        await d.press("escape")
        assert d.app.screen is d.main


async def test_ctrl_z_waits_for_the_end_of_the_row_and_says_so(
    desk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    given_away_after: list[int] = []
    monkeypatch.setattr(App, "action_suspend_process", lambda app: given_away_after.append(len(ended)))
    async with desk(size=(80, 24), fakes=Fakes(many(3))) as d:
        await d.press("ctrl+z")
        assert given_away_after == [0]
        at_two, go_on = asyncio.Event(), asyncio.Event()

        async def run(plan: Any, on_step: Any) -> Any:
            steps = [Step(deletion=deletion, outcome=Outcome.GONE) for deletion in plan.deletions]
            for number, step in enumerate(steps):
                on_step(number, Step(deletion=step.deletion, text="sent"))
                if number == 1:
                    at_two.set()
                    await go_on.wait()
                ended.append(number)
                on_step(number, step)
            return tuple(steps)

        d.fakes.runner.run = run
        await mark_all(d, 3)
        await d.press("D", "y")
        await d.until(at_two.is_set)
        await d.press("ctrl+z", "ctrl+z")
        assert "suspends after row 2 of 3; fg resumes" in d.text
        assert given_away_after == [0]
        go_on.set()
        await d.until(lambda: "3 gone" in d.text)
        assert given_away_after == [0, 2]


async def test_keep_leads_back_to_the_plan_with_its_choices(desk: Start) -> None:
    async with desk() as d:
        await d.press("p", "j", "space", "D")
        assert isinstance(d.app.screen, DeleteScreen)
        assert len(d.app.screen.plan.deletions) == 2
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, PlanScreen))
        await d.until(lambda: "kept; nothing was sent" in d.message)
        screen = d.app.screen
        assert len(screen.chosen) == 2
        assert f"deselected by you, {NOW.astimezone():%H:%M}" in d.text
        await d.press("escape", "p")
        assert len(d.app.screen.chosen) == 2
        await d.press("space")
        assert len(d.app.screen.chosen) == 3
        assert "deselected by you" not in d.text


async def test_the_plan_says_what_was_not_listed_and_which_own_rows_are_not_in_it(desk: Start) -> None:
    async with desk() as d:
        view = d.fakes.bench.comparison.nodes[Role.SECONDARY]
        view.entries.clear()
        view.complete, view.error = False, "connection refused"
        await d.press("p")
        assert "SECONDARY prime-sec: could not be listed" in d.text
        assert "Rows may be missing here: connection refused" in d.text
        assert "0 rows" not in d.text
        assert "Not in the plan: 192.0.2.10:8082 (the node itself)" in flat(d.text)


async def test_a_proven_row_needs_no_deletion_and_the_dialog_says_so(desk: Start) -> None:
    def table(role: Role) -> list[Any]:
        return [entry(role, "203.0.113.5_443", Verdict.PROVEN, who=Who.OTHER, presented="x", stored="x")]

    async with desk(size=(80, 24), fakes=Fakes(table)) as d:
        await d.press("D")
        assert "Deleting it is not needed" in flat(d.text)
        assert "type 203.0.113.5_443, then Tab: it is not stale" in flat(d.text)
        assert "\u2554" in d.text  # a frame that nothing else has


async def test_ctrl_y_copies_in_the_dialog_and_y_does_not(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "D", "ctrl+y")
        assert "deletecert host 198.51.100.20_443" in d.copied[0]
        assert "PRIMARY prime-pri" in d.copied[0]
        await d.press("y")
        assert len(d.copied) == 1


async def test_clicking_delete_does_not_delete_and_clicking_keep_keeps(desk: Start) -> None:
    async with desk() as d:
        await d.press("D")
        await d.pilot.click("#delete")
        assert isinstance(d.app.screen, DeleteScreen)
        await d.press("enter")
        assert d.app.screen is d.main
        await d.press("D")
        await d.pilot.click("#keep")
        assert d.app.screen is d.main
        assert not d.fakes.runner.ran


async def test_the_plan_holds_every_stale_remote_row_with_mismatch_preselected(desk: Start) -> None:
    def table(role: Role) -> list[Any]:
        more = entry(role, "203.0.113.5_443", Verdict.SUSPECT, who=Who.OTHER, presented="x", why=("log",))
        return [*renamed(role), more]

    async with desk(fakes=Fakes(table)) as d:
        await d.press("p")
        screen = d.app.screen
        assert isinstance(screen, PlanScreen)
        assert {e.id for e in screen._entries} == {
            "198.51.100.20_443", "192.0.2.11_8082", "203.0.113.5_443", "192.0.2.10_8082",
        }  # fmt: skip
        assert all(e.verdict is Verdict.MISMATCH for e in screen.chosen)
        assert len(screen.chosen) == 3
        assert d.text.index("PRIMARY prime-pri") < d.text.index("SECONDARY prime-sec")
        await d.press("enter")
        assert d.app.screen is screen
        await d.press("j", "j", "space")
        assert len(screen.chosen) == 4
        await d.press("ctrl+y")
        assert len(d.copied[0].splitlines()) == 4
        await d.press("D")
        assert isinstance(d.app.screen, DeleteScreen)
        assert "Delete 4 rows: 3 on PRIMARY prime-pri and 1 on SECONDARY prime-sec" in flat(d.text)
        assert not d.fakes.runner.ran
        while "not seen yet" in d.text:
            await d.press("pagedown")
        await d.press("y")
        assert [x.role for x in d.fakes.runner.ran[0].deletions] == [Role.PRIMARY] * 3 + [Role.SECONDARY]


async def test_the_plan_without_stale_rows_says_so(desk: Start) -> None:
    def table(role: Role) -> list[Any]:
        return [entry(role, "203.0.113.5_443", Verdict.SAME_NAME, who=Who.OTHER, presented="prime-pri")]

    async with desk(fakes=Fakes(table)) as d:
        await d.press("p")
        assert d.app.screen is d.main
        assert "no stale row" in d.message


async def test_the_plan_takes_rows_of_a_read_only_node_only_to_copy_their_commands(desk: Start) -> None:
    async with desk(sessions=[session()]) as d:
        d.fakes.runner.locked[Role.SECONDARY] = "read-only: this node"
        await d.press("p")
        assert len(d.app.screen.chosen) == 2
        await d.press("G", "j", "j", "space")
        assert "selected for Ctrl+Y only: read-only" in d.message
        await d.press("ctrl+y")
        commands = d.copied[-1].splitlines()
        assert commands[-1].endswith("deletecert host 192.0.2.10_8082")
        assert len(commands) == 3
        await d.press("D")
        assert isinstance(d.app.screen, DeleteScreen)
        assert [deletion.role for deletion in d.app.screen.plan.deletions] == [Role.PRIMARY] * 2


async def test_the_plan_has_the_commands_to_paste_where_nothing_can_be_sent(desk: Start) -> None:
    async with desk() as d:
        for role in Role:
            d.fakes.runner.locked[role] = "this is a transcript"
        await d.press("p")
        assert "$ ncs certvalidation tofu-certs deletecert host 198.51.100.20_443" in d.text
        assert "Ctrl+Y copies the commands" in " ".join(d.text.split())
        await d.press("D")
        assert isinstance(d.app.screen, PlanScreen)
        assert "D: this is a transcript" in d.message
        await d.press("ctrl+y")
        assert len(d.copied[-1].splitlines()) == 3


def _judged(verdict: Verdict) -> Callable[[Any], Any]:
    return lambda row: replace(row, judgement=replace(row.judgement, verdict=verdict))


@pytest.mark.parametrize(
    "change",
    [
        _judged(Verdict.PROVEN),
        _judged(Verdict.SAME_NAME),
        lambda row: entry(row.role, row.key, Verdict.MISMATCH, stored="prime-sec", presented="sec-3"),
        lambda row: entry(row.role, row.key, Verdict.MISMATCH, stored="other", presented="sec-2"),
        lambda row: None,
    ],
    ids=["proven", "same name", "another certificate", "another text", "gone"],
)
async def test_a_plan_gives_the_rows_of_the_moment_when_delete_is_pressed(
    desk: Start, change: Callable[[Any], Any]
) -> None:
    async with desk() as d:
        await d.press("p")
        chosen = d.app.screen.chosen
        role, key = Role.PRIMARY, "192.0.2.11_8082"
        current = d.fakes.bench.comparison.nodes[role].entries.values()
        changed = [change(row) if row.key == key else row for row in current]
        d.fakes.bench.put(role, [row for row in changed if row is not None])
        await d.press("D")
        assert isinstance(d.app.screen, PlanScreen)
        assert "1 row changed since the plan was opened" in d.message
        assert [row.key for row in d.app.screen.chosen] == [
            row.key for row in chosen if (row.role, row.key) != (role, key)
        ]
        await d.press("D")
        await d.until(lambda: isinstance(d.app.screen, DeleteScreen))
        assert (role, key) not in [(deletion.role, deletion.key) for deletion in d.app.screen.plan.deletions]


async def test_a_plan_opens_the_dialog_over_the_current_rows(desk: Start) -> None:
    async with desk() as d:
        await d.press("p")
        suspect = _judged(Verdict.SUSPECT)
        for role, view in d.fakes.bench.comparison.nodes.items():
            current = list(view.entries.values())
            d.fakes.bench.put(role, [suspect(row) if row.is_stale_remote else row for row in current])
        await d.press("D")
        await d.until(lambda: isinstance(d.app.screen, DeleteScreen))
        assert {deletion.entry.verdict for deletion in d.app.screen.plan.deletions} == {Verdict.SUSPECT}
