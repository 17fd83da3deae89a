"""Whatever is pressed, pasted, asked and withdrawn: a yes counts for the question it was meant for.

``TOFUTUI_MODEL_STORIES`` sets how many stories of the screen are played.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import tofutui.ui.kit.confirmation
from tests.support.depth import amount
from tests.support.model_screen import Hands, own_time, play
from tests.support.model_site import Broken
from tofutui.ui.kit.confirmation import Arrivals
from tofutui.ui.questions.dialogs import Question
from tofutui.ui.shell.questioning import Questioning

STORIES = int(os.environ.get("TOFUTUI_MODEL_STORIES", amount(3, 8)))
ACTIONS = 40
"""In one story."""
KEYS = ("y", "y", "n", "D", "p", "enter", "escape", "tab", "j", "space", "e", "1", "question_mark")
KINDS = ("host key", "password", "dialogue")

Action = tuple[object, ...]
Patch = pytest.MonkeyPatch

waits = st.sampled_from([0.02, 0.1, 0.3, 0.4, 0.6, 1.2, 3.0])
keys = st.sampled_from(KEYS)
kinds = st.sampled_from(KINDS)
simple = st.one_of(
    st.tuples(st.just("wait"), waits),
    st.tuples(st.just("press"), keys),
    st.tuples(st.just("press"), keys),
    st.tuples(st.just("burst"), st.lists(keys, min_size=2, max_size=6)),
    st.tuples(st.just("hold"), keys, st.integers(2, 40)),
    st.tuples(st.just("paste"), st.sampled_from(["y", "yes\n", "y\ny\n", "192.0.2.11_8082\ty"])),
    st.tuples(st.just("ask"), kinds),
    st.tuples(st.just("withdraw"), st.integers(0, 3)),
    st.tuples(st.just("resize"), st.sampled_from([(100, 30), (60, 18), (12, 1)])),
)
meetings = st.one_of(
    st.tuples(st.just("delete while asked"), kinds, waits, waits),
    st.tuples(st.just("type while withdrawn"), kinds, waits, st.sampled_from(["secretDy", "Dy", "eee", "y"])),
    st.tuples(st.just("delete"), waits),
    st.tuples(st.just("answer"), kinds, waits),
)
stories = st.lists(st.one_of(simple, meetings), min_size=ACTIONS, max_size=ACTIONS)


async def act(hands: Hands, action: Action) -> None:
    """Do one thing."""
    hands.steps += 1
    match action:
        case ("wait", float(seconds)):
            await hands.wait(seconds)
        case ("press", str(key)):
            await hands.press(key)
        case ("burst", list(pressed)):
            await hands.press(*pressed)
        case ("hold", str(key), int(number)):
            await hands.hold(key, number)
        case ("paste", str(text)):
            await hands.paste(text)
        case ("ask", str(kind)):
            await hands.ask(kind)
        case ("withdraw", int(number)):
            await hands.withdraw(number)
        case ("resize", (int(width), int(height))):
            await hands.resize(width, height)
        case _:
            await meet(hands, action)


async def meet(hands: Hands, action: Action) -> None:
    """Two things meet as they would on a bad day."""
    match action:
        case ("delete while asked", str(kind), float(before), float(after)):
            await open_delete_dialog(hands)
            await hands.wait(before)
            await hands.ask(kind)
            await hands.wait(after)
            await hands.press("y")
        case ("type while withdrawn", str(kind), float(before), str(text)):
            await hands.ask(kind)
            await hands.wait(1.2)
            await hands.press(*text[:1])
            await hands.withdraw(0)
            await hands.wait(before)
            await hands.press(*text[1:], gap=0.2)
        case ("delete", float(before)):
            await open_delete_dialog(hands)
            await hands.wait(before)
            await hands.press("y")
        case ("answer", str(kind), float(before)):
            await hands.ask(kind)
            await hands.wait(1.2 + before)
            await hands.press("y")
            await hands.wait(before)
            await hands.press("enter")


async def open_delete_dialog(hands: Hands) -> None:
    """From wherever the operator is."""
    for _ in range(3):
        await hands.press("escape")
        await hands.wait(0.3)
    await hands.press("D")


def run_story(story: Sequence[Action], folder: Path) -> Hands:
    """Play a story from a fresh start of the app."""

    async def whole(hands: Hands) -> None:
        for action in story:
            await act(hands, action)

    with Patch.context() as patch, own_time(patch) as loop:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(play(whole, loop, folder))


def run_stories(number: int, folder: Path, first_seed: int = 1) -> dict[str, int]:
    """Play so many stories.

    Raises:
        Broken: something came of a key that must not.
    """
    figures = {"steps": 0, "deletions confirmed": 0, "questions answered": 0}

    @seed(first_seed)
    @settings(
        max_examples=number, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(story=stories)
    def each(story: list[Action]) -> None:
        hands = run_story(story, folder)
        figures["steps"] += hands.steps
        figures["deletions confirmed"] += hands.deleted
        figures["questions answered"] += hands.answered

    each()
    return figures


@pytest.mark.timeout(max(240, STORIES * 10))
def test_a_yes_counts_for_the_question_it_was_meant_for(tmp_path: Path) -> None:
    figures = run_stories(STORIES, tmp_path)
    print(figures)
    assert figures["steps"] >= STORIES * ACTIONS
    assert figures["deletions confirmed"] >= STORIES // 8
    assert figures["questions answered"] >= STORIES // 8


def questions_go_away_under_the_fingers(patch: Patch) -> None:
    def gone(self: Question[object]) -> None:
        if self.is_attached and self.is_current:
            self.dismiss()

    patch.setattr(Question, "withdraw", gone)


def questions_open_over_others(patch: Patch) -> None:
    patch.setattr(Questioning, "may_open_in", lambda _: 0.0)


def a_yes_counts_at_once(patch: Patch) -> None:
    patch.setattr(tofutui.ui.kit.confirmation, "DWELL", 0.0)


def a_yes_counts_in_a_burst(patch: Patch) -> None:
    patch.setattr(Arrivals, "is_alone", lambda *_: True)


PLANTS = (
    questions_open_over_others,
    a_yes_counts_at_once,
    a_yes_counts_in_a_burst,
)
"""Ways to break the dialogs; the stories show each."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_dialog_that_takes_more_is_found(
    plant: Callable[[Patch], None], tmp_path: Path, monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Broken) as broken:
        run_stories(60, tmp_path)
    print(broken.value)


def test_a_question_that_goes_away_under_the_fingers_is_found(tmp_path: Path, monkeypatch: Patch) -> None:
    story: list[Action] = [("ask", "password"), ("wait", 3.0), ("press", "j"), ("withdraw", 0), ("wait", 0.6)]
    run_story(story, tmp_path)
    questions_go_away_under_the_fingers(monkeypatch)
    with pytest.raises(Broken, match="went away"):
        run_story(story, tmp_path)
