"""The user's own keys on the screen, help and palette, the line for followers, the mouse on the key bar."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, TextArea

from tests.support.fake_bench import session
from tofutui.appliance.questions import PasswordQuestion
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import ACTIONS, MAIN, Scope
from tofutui.ui.actions.key_names import key_of
from tofutui.ui.actions.keymap import KeyBook, load_keybook
from tofutui.ui.deletion.dialog import DeleteScreen
from tofutui.ui.deletion.plan_screen import PlanScreen
from tofutui.ui.help.screen import ExplainScreen, HelpScreen
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.options import START_DEMO
from tofutui.ui.sessions.form import FormScreen
from tofutui.ui.text.spans import plain

Start = Callable[..., Any]


@pytest.fixture
def book(tmp_path: Path) -> Callable[[str], KeyBook]:
    """The keys in force with this keys.toml."""

    def load(text: str) -> KeyBook:
        path = tmp_path / "keys.toml"
        path.write_text(text, "utf-8")
        return load_keybook(path)

    return load


async def test_own_keys_act_and_the_old_ones_do_not(desk: Start, book: Any) -> None:
    keys = book('"row.delete" = "X"\n"table.sort" = "r"\n"table.refresh" = "s"\n"move.down" = "t"\n')
    async with desk(keys=keys) as d:
        await d.press("D")
        assert d.app.screen is d.main
        assert "X delete" in d.text
        first = d.current
        await d.press("j")
        assert d.current == first
        await d.press("t")
        assert d.current != first
        await d.press("r")
        assert "sorted by" in d.message
        await d.press("X")
        assert isinstance(d.app.screen, DeleteScreen)


async def test_the_delete_dialog_follows_the_keys(desk: Start, book: Any) -> None:
    async with desk(keys=book('"row.delete" = "X"\n"delete.confirm" = ["!", "F9"]\n')) as d:
        await d.press("X")
        assert "!  Delete on PRIMARY" in d.text
        await d.press("y", "D", "d", "X", "space")
        assert isinstance(d.app.screen, DeleteScreen)
        assert not d.fakes.runner.ran
        await d.press("enter")
        assert d.app.screen is d.main
        await d.until(lambda: "kept" in d.message)
        await d.press("escape", "X")
        await d.until(lambda: isinstance(d.app.screen, DeleteScreen))
        await d.until(lambda: d.app.screen.gate.is_shown)
        await d.press("!")
        await d.until(lambda: bool(d.fakes.runner.ran))


async def test_a_key_taken_away_is_gone_and_the_palette_still_does_it(desk: Start, book: Any) -> None:
    async with desk(keys=book('"trust.open" = "none"\n')) as d:
        await d.press("m")
        assert d.app.screen is d.main
        assert "map" not in d.text.splitlines()[-1]
        await d.press("ctrl+p", *"trust map")
        await d.until(lambda: "Trust map" in d.text)
        await d.press("enter")
        await d.until(lambda: "Who trusts whom" in d.text or "trust" in d.text.splitlines()[0].lower())


async def test_hints_name_the_keys_in_force(desk: Start, book: Any) -> None:
    keys = book(
        '"evidence.open" = "E"\n"app.back" = "F2"\n"evidence.role" = "Ctrl+O"\n"evidence.add" = "Ctrl+R"\n'
    )
    async with desk(keys=keys) as d:
        await d.press("slash", *"nothing")
        assert "F2 clears the filter" in d.text
        await d.press("f2", "E")
        assert "Add (Ctrl+R)" in d.text
        assert "Ctrl+O changes" in d.text


async def test_help_shows_the_keys_in_force_and_why_not_now(desk: Start, book: Any) -> None:
    async with desk(size=(120, 250), keys=book('"row.delete" = "X"\n"trust.open" = []\n')) as d:
        await d.press("slash", *"no such row", "enter", "question_mark")
        assert "  X " in d.text
        assert "(no key)" in d.text
        assert "not now: there is no row here" in d.text


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_help_begins_where_it_was_opened_and_is_searched_live(
    desk: Start, size: tuple[int, int]
) -> None:
    async with desk(size=size) as d:
        await d.press("p", "question_mark")
        assert d.text.splitlines()[1].strip() == "The plan"
        await d.press("slash", *"counterpart")
        assert "Counterpart in the other pane" in d.text
        assert "One row down" not in d.text
        await d.press(*" zzz")
        assert "nothing here contains 'counterpart zzz'" in d.text
        await d.press("escape")
        assert isinstance(d.app.screen, HelpScreen)
        assert "The plan" in d.text
        await d.press("slash", *"same name", "enter")
        assert "SAME NAME" in d.text
        await d.press("escape", "escape")
        assert isinstance(d.app.screen, PlanScreen)


@pytest.mark.parametrize("size", [(120, 36), (60, 20)])
async def test_one_page_explains_it(desk: Start, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        for keys in (("i",), ("question_mark", "i")):
            await d.press(*keys)
            assert isinstance(d.app.screen, ExplainScreen)
            seen = ""
            for _ in range(12):
                seen += " ".join(d.text.split())
                await d.press("pagedown")
            for words in (
                "trust on first use", "stale", "equal names prove nothing", "MISMATCH", "NOT STORED",
                "does not do", "cannot be undone",
            ):  # fmt: skip
                assert words.lower() in seen.lower(), words
            await d.press("escape")
        await d.press("escape")
        assert d.app.screen is d.main


async def test_the_palette_offers_this_screen_the_tables_sessions_and_themes(desk: Start) -> None:
    async with desk(size=(120, 250), sessions=[session(), session(name="other")], initial="site-a") as d:
        await d.press("p", "colon")
        await d.until(lambda: "Copy the commands" in d.text)
        for words in (
            "Select or deselect",
            "Refresh both panes",
            "Session: other",
            "Theme: dark",
            "TOFU explained",
        ):
            assert words in d.text, words
        for action in MAIN:
            assert not action.palette or action.title in d.text, action.id
        assert d.text.count("Copy the row (") == 1
        await d.press(*"refresh both")
        await d.until(lambda: "Copy the commands" not in d.text)
        await d.press("enter")
        await d.until(lambda: d.app.screen is d.main)


async def test_the_palette_switches_the_session(desk: Start) -> None:
    async with desk(sessions=[session(), session(name="other")], initial="site-a") as d:
        await d.press("colon", *"session: other")
        await d.until(lambda: "Session: other" in d.text)
        await d.press("enter")
        await d.until(lambda: d.app.main is not None and d.app.main.session.name == "other")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_followers_see_the_last_key_and_what_it_did(desk: Start, size: tuple[int, int]) -> None:
    async with desk(size=size, last_key=True) as d:

        def line() -> str:
            return d.text.splitlines()[-2].strip()

        await d.press("j")
        assert line() == "j  One row down"
        await d.press("F")
        assert line() == "F  nothing here"
        await d.press("D")
        assert isinstance(d.app.screen, DeleteScreen)
        assert d.app.echo.line == "D  Delete the row or the marked rows → delete dialog"
        await d.press("n")
        assert line().startswith("n  Keep")
        await d.press("L")
        assert "L  Command log" in line()
        await d.press("Z", "escape", "K")
        assert d.app.echo.line is None
        assert "Esc" not in d.text.splitlines()[-2]
        await d.press("j", "K")
        assert d.app.echo.line == ""


async def test_followers_see_why_not(desk: Start) -> None:
    async with desk(last_key=True) as d:
        await d.press("slash", *"no such row", "enter", "D")
        assert d.app.echo.line == "D  Delete the row or the marked rows: not now, there is no row here"


async def test_followers_never_see_what_is_typed(desk: Start) -> None:
    async with desk(last_key=True) as d:
        seen = []
        await d.press("slash")
        for key in "s3":
            await d.press(key)
            seen.append(d.app.echo.line)
        await d.press("backspace")
        seen.append(d.app.echo.line)
        assert seen == ["typing"] * 3
        await d.press("escape")
        question = PasswordQuestion(Role.PRIMARY, "192.0.2.10", "admin", "Password: ", "password")
        asked = d.app.run_worker(d.app.asker.password(question))
        await d.until(lambda: bool(d.app.screen.query("#answer")))
        await d.until(lambda: d.app.screen.gate.is_shown)
        for key in ("q", "question_mark", "2"):
            await d.press(key)
            assert d.app.echo.line == "typing"
        assert d.app.screen.query_one("#answer", Input).value == "q?2"
        await d.press("enter")
        assert await asked.wait() is not None
        assert "q?2" not in d.app.echo.line


async def test_a_line_for_followers_is_painted_only_when_it_changes(desk: Start) -> None:
    async with desk(last_key=True) as d:
        await d.press("j", "k")
        bar = d.main.query_one(KeyBar)
        painted: list[object] = []
        bar.refresh = lambda *regions, **_: painted.extend(regions)  # type: ignore[method-assign,assignment]
        await d.press("k")
        assert painted == []
        await d.press("j")
        assert len(painted) == 1


async def test_keys_of_the_footer_can_be_clicked(desk: Start) -> None:
    async with desk() as d:
        bar = d.text.splitlines()[-1]
        await d.pilot.click(KeyBar, offset=(bar.index("plan"), 1))
        await d.until(lambda: isinstance(d.app.screen, PlanScreen))
        bar = d.text.splitlines()[-1]
        await d.pilot.click(KeyBar, offset=(bar.rindex("?"), 0))
        await d.until(lambda: isinstance(d.app.screen, HelpScreen))
        await d.pilot.click(KeyBar, offset=(0, 0))


async def test_a_click_arms_the_pane_and_the_wheel_scrolls(desk: Start) -> None:
    async with desk(last_key=True) as d:
        await d.pilot.click("#pane-secondary", offset=(10, 5))
        assert d.main.armed is Role.SECONDARY
        assert d.app.echo.line == "click  pane SECONDARY"
        await d.press("question_mark")
        text = d.app.screen.query_one("#text")
        for turn, top in (
            (events.MouseScrollDown, 3),
            (events.MouseScrollDown, 6),
            (events.MouseScrollUp, 3),
        ):
            x, y = text.region.x + 5, text.region.y + 5
            d.app.screen._forward_event(
                turn(text, x, y, 0, 0, 0, False, False, False, screen_x=x, screen_y=y)
            )
            await d.until(lambda top=top: text.top == top)
        assert d.text.splitlines()[1].rstrip().endswith("▴")
        assert d.text.splitlines()[-3].rstrip().endswith("▾")


async def test_the_palette_starts_a_scenario_of_the_simulated_pair(desk: Start) -> None:
    asked: list[str] = []
    scenarios = {"seed": "ISE redeployed", "renamed": "Under other names"}
    async with desk(scenarios=scenarios, ask_for_demo=asked.append) as d:
        await d.press("ctrl+p", *"demo: ren")
        await d.until(lambda: "Under other names" in d.text)
        await d.press("enter")
        assert await d.ended() == START_DEMO
    assert asked == ["renamed"]


async def test_a_row_that_the_user_deletes_goes_without_a_warning(desk: Start) -> None:
    async with desk() as d:
        bench, role = d.fakes.bench, Role.PRIMARY
        await d.press("j")
        for running in (True, False):
            d.app.running_plan = running
            rows = [entry for entry in bench.comparison.nodes[role].entries.values() if entry.id != d.current]
            shown = len(d.pane.rows.shown)
            bench.put(role, rows)
            await d.until(lambda before=shown: len(d.pane.rows.shown) < before)
            if running:
                await d.pilot.pause()
                assert d.message == ""
            else:
                await d.until(lambda: "no longer in the table" in d.message)


@pytest.mark.parametrize("scope", [Scope.EVIDENCE, Scope.FORM])
async def test_the_second_keys_act_where_a_field_has_the_focus(desk: Start, scope: Scope) -> None:
    async with desk(size=(160, 45)) as d:
        if scope is Scope.EVIDENCE:
            await d.press("e")
        else:
            await d.app.push_screen(FormScreen(None, is_new=True))
            await d.pilot.pause()
        screen = d.app.screen
        assert isinstance(d.app.focused, Input | TextArea)
        typed = d.app.focused.text if isinstance(d.app.focused, TextArea) else d.app.focused.value
        bar = d.text.splitlines()[-1]
        actions = [
            action for action in ACTIONS if action.scope in (scope, Scope.SHARED) and action.second_key
        ]
        assert len(actions) >= 6
        for action in actions:
            await d.press(key_of(action.second_key))
            await d.until(lambda id_=action.id: d.app.actions[-1] == id_)
            while d.app.screen is not screen:
                await d.press("escape")
            assert not action.footer or f"{action.shown_key} {action.second_key} " in bar or action.is_help
        field = screen.focused
        assert typed == (field.text if isinstance(field, TextArea) else field.value)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_help_begins_with_the_deeds_and_has_two_columns_where_there_is_room(
    desk: Start, size: tuple[int, int]
) -> None:
    deeds = ("row.detail", "row.delete", "plan.open", "evidence.open", "guide.open", "table.export")
    async with desk(size=size) as d:
        await d.press("question_mark")
        first = d.text.splitlines()
        assert first[1].strip() == "The two tables"
        titles = [d.app.keys.of(id_).title for id_ in deeds]
        at = [next(y for y, text in enumerate(first) if f" {title}." in text) for title in titles]
        assert at == sorted(at)
        assert at[0] == 2
        assert all(first[y].index(title) < size[0] // 2 for y, title in zip(at, titles, strict=True))
        everything = plain(d.app.screen.query_one("#text").lines)
        assert everything.index("One row down") > everything.index("Messages.")
        beside = [text for text in first[2:-2] if text[size[0] // 2 :].strip() and text[:50].strip()]
        assert (len(beside) > 20) is (size[0] >= 120)
        missing = [a.title for a in ACTIONS if not a.demo and a.title not in " ".join(everything.split())]
        assert size[0] >= 120 or not missing
        copied = d.app.screen.as_text()
        assert [a.title for a in ACTIONS if not a.demo and a.title not in " ".join(copied.split())] == []
