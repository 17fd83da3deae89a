"""The guide's screen without nodes: what it refuses, how its small dialogs behave, what a step looks like."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_bench import NOW, session
from tests.support.guided import guided
from tests.support.shown_guide import guide_screen, run_at
from tofutui.guide import engine
from tofutui.guide.causes import Signs, likely_causes
from tofutui.guide.worksheet import WorksheetField
from tofutui.history.database import HistoryBusy, HistoryError
from tofutui.tofu.guide_run import Check, Progress, Result, StepState
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen
from tofutui.ui.deletion.plan_screen import PlanScreen
from tofutui.ui.guide import wording
from tofutui.ui.guide.form import Form, SheetScreen
from tofutui.ui.guide.screen import GuideScreen
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen, LineScreen
from tofutui.ui.text.spans import Tone, plain, width
from tofutui.ui.text.vocabulary import Glyphs

Start = Callable[..., Any]


def _as_it_is(value: Any) -> Any:
    return value


async def test_without_a_history_there_is_no_guide_and_it_says_so(desk: Start) -> None:
    async with desk() as d:
        await d.press("c")
        assert "a run needs the history" in d.message
        assert d.app.screen is d.main


class Refusing:
    """A look at the stored run that the history refuses, until it is available again."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.later = 0

    async def look_again(self) -> None:
        if self.error is not None:
            raise self.error
        self.later += 1


@pytest.mark.parametrize(
    "error",
    [HistoryBusy("history.db: another program is writing to it"), HistoryError("history.db: was removed")],
)
async def test_a_history_that_refuses_is_reported_and_ends_nothing(desk: Start, error: Exception) -> None:
    refusing = Refusing(error)
    async with desk() as d:
        screen = guide_screen(d, "worksheet", "seen")
        guide: Any = screen.guide
        guide.look_again = refusing.look_again
        await d.app.push_screen(screen)
        await d.until(lambda: str(error) in d.text)
        refusing.error = None
        await d.until(lambda: refusing.later > 0)
        assert d.app.screen is screen


@pytest.mark.parametrize("wrong", ["", "x", "overwrit"])
async def test_a_line_that_is_not_right_stays_and_says_why(desk: Start, wrong: str) -> None:
    answers: list[str | None] = []
    check = lambda text: None if text == "overwrite" else "not that word"  # noqa: E731
    async with desk() as d:
        await d.app.push_screen(LineScreen("Title", ["asked"], check=check), answers.append)
        await d.pilot.pause()
        await d.until(lambda: "Enter accept" in d.text)
        await d.press(*wrong, "enter")
        await d.until(lambda: "not that word" in d.text)
        assert answers == []
        await d.press(*["backspace"] * 9, *"overwrite", "enter")
        await d.until(lambda: answers == ["overwrite"])


async def test_escape_leaves_a_line_and_a_choice(desk: Start) -> None:
    answers: list[str | None] = []
    async with desk() as d:
        await d.app.push_screen(LineScreen("Title", ["asked"], "value"), answers.append)
        await d.pilot.pause()
        await d.until(lambda: "Enter accept" in d.text)
        await d.press("escape")
        await d.app.push_screen(ChoiceScreen("Title", [], [("a", "A"), ("b", "B")]), answers.append)
        await d.pilot.pause()
        await d.until(lambda: "back" in d.text)
        await d.press("escape")
        await d.until(lambda: answers == [None, None])


async def test_a_choice_begins_at_the_current_value(desk: Start) -> None:
    answers: list[str | None] = []
    async with desk() as d:
        await d.app.push_screen(
            ChoiceScreen("Title", ["?"], [("a", "A"), ("b", "B"), ("c", "C")], "b"), answers.append
        )
        await d.pilot.pause()
        await d.until(lambda: "Enter select" in d.text)
        await d.press("j", "j", "k", "enter")
        await d.until(lambda: answers == ["b"])


@pytest.mark.parametrize("cells", [36, 76])
async def test_every_step_fits_its_width_and_shows_state_in_words(tmp_path: Path, cells: int) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ha-and-ise")
        await run.to_the_end(until="worksheet")
        for step in run.guide.held.steps:
            lines = wording.about(
                run.guide, step, wording.StepLook(width=cells, hide=_as_it_is, unfolded=True)
            )
            assert [plain([spans]) for spans in lines if width(spans) > cells] == []
            assert step.progress.value in plain(lines)
        listed = wording.step_lines(run.guide.held, 40, Glyphs(ascii=True), _as_it_is)
        assert all(width(spans) <= 40 for spans in listed)
        assert plain(listed).isascii()
        assert run.progress["delete"] is Progress.DONE
        known = likely_causes(Signs(run=run.guide.held, rows=await run.guide.open_rows(), now=NOW))
        shown = [part for each in known for part in wording.cause(each, run.guide.held, cells, _as_it_is)]
        assert all(width(part) <= cells for part in shown)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_step_that_rests_on_what_was_not_seen_is_not_green(ascii_only: bool) -> None:
    run = run_at(session(), "worksheet", "seen")
    run = engine.doubted(run, "delete", "not judged: 3: a, b, c")
    rows = wording.step_lines(run, 60, Glyphs(ascii=ascii_only), _as_it_is)
    marks = {step.id: row for step, row in zip(run.steps, rows, strict=True)}
    assert {tone for _, tone in marks["delete"]} == {Tone.WARNING}
    assert plain([marks["delete"]]).split()[0] == "!"
    assert "open points" in plain([marks["delete"]])
    assert {tone for _, tone in marks["preflight"]} == {Tone.PROVEN}


class Answering:
    """What a guide would see and do, in place of the nodes; ticks are only noted."""

    def __init__(self, screen: GuideScreen, result: Result) -> None:
        self.result = result
        self.ticked: list[tuple[str, str]] = []
        guide: Any = screen.guide
        guide.direction, guide.tick = self.direction, self.tick

    async def direction(self) -> Check:
        return Check(id="ha-direction", title="t", result=self.result, seen="SECONDARY: Split Brain", at=NOW)

    async def tick(self, step: StepState, seen: str = "", *, vouched_for: str = "") -> None:
        self.ticked.append((step.id, vouched_for))


@pytest.mark.parametrize(
    ("result", "answer", "vouched_for"),
    [
        (Result.PASS, (), ""),
        (Result.WARN, ("down", "enter"), "SECONDARY: Split Brain"),
        (Result.UNKNOWN, ("down", "enter"), "SECONDARY: Split Brain"),
        (Result.WARN, ("down", "up", "enter"), None),
        (Result.WARN, ("escape",), None),
    ],
)
async def test_before_register_is_ticked_the_operator_says_what_no_state_shows(
    desk: Start, result: Result, answer: tuple[str, ...], vouched_for: str | None
) -> None:
    async with desk() as d:
        screen = guide_screen(d, "register", "seen")
        answering = Answering(screen, result)
        await d.app.push_screen(screen)
        await d.until(lambda: "run 0" in d.text)
        await d.press("d")
        if answer:
            await d.until(lambda: "Split Brain" in d.text and "Enter select" in d.text)
            await d.press(*answer)
        await d.until(lambda: bool(answering.ticked) or "not ticked" in d.message)
        assert answering.ticked == ([] if vouched_for is None else [("register", vouched_for)])


async def test_one_of_several_is_chosen_and_the_pickers_other_keys_do_nothing(desk: Start) -> None:
    answers: list[str | None] = []
    async with desk() as d:
        await d.app.push_screen(
            ChoiceScreen("Title", ["asked"], [("a", "One"), ("b", "Two")]), answers.append
        )
        await d.until(lambda: "Enter select" in d.text)
        await d.press("n", "e", "c", "x", "delete", "slash", "j", "enter")
        assert answers == ["b"]


async def test_a_form_is_answered_by_numbers_and_taken_only_when_nothing_is_missing(desk: Start) -> None:
    answers: list[dict[str, str] | None] = []
    choices = (("yes", "restarted since"), ("no", "not restarted"))
    fields = [
        WorksheetField(id="a", label="PRIMARY", ask="Was PRIMARY restarted?", choices=choices),
        WorksheetField(id="b", label="SECONDARY", ask="Was SECONDARY restarted?", choices=choices),
        WorksheetField(id="c", label="Email", ask="Who is notified?", needed=False),
    ]
    missing = lambda field, values: "missing" if field.needed and not values.get(field.id) else None  # noqa: E731
    form = Form(title="Title", fields=lambda _values: fields, problem=missing, values={})
    async with desk() as d:
        await d.app.push_screen(SheetScreen(form), answers.append)
        await d.until(lambda: "Enter accept" in d.text)
        await d.press("2", "enter")
        await d.until(lambda: "missing" in d.text and "Was SECONDARY restarted?" in d.text)
        assert answers == []
        await d.press("9", "1", *"noc@example.net", "up", "up", "1", "enter")
        await d.until(lambda: answers == [{"a": "yes", "b": "yes", "c": "noc@example.net"}])


async def test_what_passed_is_one_line_until_it_is_unfolded(desk: Start) -> None:
    async with desk() as d:
        screen = guide_screen(d, "preflight", "seen")
        passed = [Check(id="x", title=f"clock {n}", result=Result.PASS, seen="1 s", at=NOW) for n in range(3)]
        run = engine.checked(screen.guide.held, "preflight", [*passed, *screen.guide.held.checks])
        screen.guide.run = run
        await d.app.push_screen(screen)
        await d.until(lambda: "3 passed" in d.text)
        assert d.text.index("WARN") < d.text.index("3 passed")
        assert "clock 1" not in d.text
        await d.press("space")
        await d.until(lambda: "clock 1" in d.text)


async def test_enter_ticks_no_step_of_the_browser(desk: Start) -> None:
    async with desk() as d:
        screen = guide_screen(d, "sign-in", "seen")
        answering = Answering(screen, Result.PASS)
        await d.app.push_screen(screen)
        await d.until(lambda: "run 0" in d.text)
        await d.press("enter")
        await d.until(lambda: "then d ticks it" in d.message)
        assert answering.ticked == []
        await d.press("d")
        await d.until(lambda: answering.ticked == [("sign-in", "")])


async def test_keep_leads_back_to_the_plan_in_the_guide_with_its_choices(desk: Start) -> None:
    async with desk() as d:
        screen = guide_screen(d, "delete", "seen")
        compared: list[str] = []

        async def confirm(role: Role, key: str, sha256: str, text: str) -> None:
            compared.append(key)

        guide: Any = screen.guide
        guide.confirm = confirm
        await d.app.push_screen(screen)
        await d.until(lambda: "run 0" in d.text)
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, PlanScreen))
        await d.press("j", "space", "D")
        await d.until(lambda: isinstance(d.app.screen, SheetScreen))
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, DeleteScreen))
        assert compared == [deletion.key for deletion in d.app.screen.plan.deletions]
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, PlanScreen))
        await d.until(lambda: "kept; nothing was sent" in d.message)
        assert [entry.key for entry in d.app.screen.chosen] == compared
        assert f"deselected by you, {NOW.astimezone():%H:%M}" in d.text
        await d.press("D")
        await d.until(lambda: isinstance(d.app.screen, SheetScreen))
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, PlanScreen))
        await d.press("escape")
        await d.until(lambda: d.app.screen is screen and screen.working is None)
        assert d.message == "nothing was sent"
        assert d.fakes.runner.ran == []
