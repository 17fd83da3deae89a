"""No tick of the guide is green that the states and rows seen do not bear out: random stories, and a judge.

``TOFUTUI_MODEL_GUIDE_STEPS`` sets the steps, ``TOFUTUI_MODEL_SEED`` the first seed (``random`` for another
one each time). ``-s`` shows the figures.
"""

import asyncio
import operator
import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import tofutui.guide
from tests.support.depth import amount, short_first
from tests.support.guide_judge import Broken
from tests.support.guide_stories import tell_stories
from tests.support.guide_world import GuideWorld, Operator
from tofutui.guide import engine
from tofutui.guide.looking import Looking
from tofutui.guide.open_rows import Place, stale_rows
from tofutui.guide.playbook import text_of
from tofutui.guide.polling import PairWatch
from tofutui.guide.run_controller import Guide
from tofutui.tofu.guide_run import Check, OpenRow, Result, Run, StepState, Vouched
from tofutui.tofu.site.session import Role

STEPS = int(os.environ.get("TOFUTUI_MODEL_GUIDE_STEPS", amount(1000, 3000)))

Patch = pytest.MonkeyPatch


def first_seed() -> int:
    wanted = os.environ.get("TOFUTUI_MODEL_SEED", "1")
    return random.SystemRandom().randrange(10**6) if wanted == "random" else int(wanted)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GuideWorld]:
    world = GuideWorld(tmp_path)
    yield world
    world.end()


REACHED = (
    "done: acknowledge", "done: acknowledge with doubt", "done: register", "done: register with doubt",
    "done: active", "done: active with doubt", "done: delete", "done: delete with doubt", "done: preflight",
    "done: preflight with doubt", "done: verify", "done: verify with doubt", "reconnected on their own",
    "vouched", "refused", "take over", "resume", "skip", "event: other", "go on", "mend", "reached the end",
)  # fmt: skip


@pytest.mark.timeout(max(240, STEPS // 20))
def test_no_tick_is_green_that_was_not_seen(world: GuideWorld) -> None:
    assert tell_stories(world, STEPS, first_seed=first_seed()) >= STEPS
    for name, number in sorted(world.counts.items()):
        print(f"  {number:8,}  {name}")
    if STEPS >= 8000:  # the rarest of them come about once in 2,000 steps
        assert [name for name in REACHED if not world.counts[name]] == []


async def _up_to(operator: Operator, id_: str) -> None:
    """Skip what may be skipped, acknowledge what may not; nothing is asked any more then."""
    guide = operator.guide
    await operator.bench.refresh()
    await guide.begin("ha-reregister")
    while (step := guide.held.current) is not None and step.id != id_:
        if text_of(step.id).kind == "acknowledge":
            await guide.tick(step)
        else:
            await guide.skip(step, "not needed")
    await asyncio.sleep(1)


@pytest.mark.parametrize("id_", ["register", "replication", "primary-active"])
@pytest.mark.parametrize("since", ["newer", "unknown", "silent"])
def test_states_read_while_a_tick_waits_to_be_written_decide_it(
    world: GuideWorld, id_: str, since: str
) -> None:
    world.begin()
    operator = world.operators[0]
    guide = operator.guide

    async def story() -> None:
        await _up_to(operator, id_)
        for node in world.truth.values():
            node.say("good", 0)
        guide.nodes = await guide.survey.ha()
        async with guide._writing:
            judging = asyncio.create_task(guide._watch.judge_states())
            await asyncio.sleep(0)
            world.truth[Role.SECONDARY].say(since, 0)
            guide.nodes = await guide.survey.ha()
        with pytest.raises(engine.NotNow, match="the states have changed"):
            await judging
        assert guide.held.current is not None
        assert guide.held.current.id == id_

    world.do(story())


def direction_of_the_preflight_only(patch: Patch) -> None:
    """Whoever left the preflight out is not asked, and a state that is not read leaves the old check."""

    def directed(run: Run, direction: Check) -> Run:
        known = any(check.id == direction.id for check in run.checks)
        if not known or direction.result is Result.UNKNOWN:
            return run
        kept = tuple(direction if check.id == direction.id else check for check in run.checks)
        return replace(run, checks=kept)

    def overwriting(
        run: Run,
        id_: str,
        direction: Check,
        vouched: Vouched | None,
        *,
        by: str,
        now: datetime,
        seen: str = "",
    ) -> Run:
        return engine.done(run, id_, by=by, now=now, seen=seen)

    patch.setattr(engine, "directed", directed)
    patch.setattr(engine, "overwriting", overwriting)


def direction_not_asked_at_the_tick(patch: Patch) -> None:
    async def as_last_asked(self: Looking) -> Check:
        return self.last_direction()

    patch.setattr(Looking, "direction", as_last_asked)


def any_word_counts(patch: Patch) -> None:
    """What was answered about other states counts too."""
    strict = engine.overwriting

    def lenient(
        run: Run, id_: str, direction: Check, vouched: Vouched | None, *, by: str, **rest: Any
    ) -> Run:
        said = replace(vouched, states=direction.seen, step="overwrite") if vouched else None
        return strict(run, id_, direction, said, by=by, **rest)

    patch.setattr(engine, "overwriting", lenient)


def no_word_needed(patch: Patch) -> None:
    strict = engine.overwriting

    def silent(run: Run, id_: str, direction: Check, vouched: Vouched | None, *, by: str, **rest: Any) -> Run:
        if direction.result is not Result.FAIL:
            direction = replace(direction, result=Result.PASS)
        return strict(run, id_, direction, vouched, by=by, **rest)

    patch.setattr(engine, "overwriting", silent)


def states_by_search(patch: Patch) -> None:
    """Words of a good state anywhere in what is printed, and no word that is known to be bad."""

    def connected(nodes: Any) -> bool:
        states = {node.role.value: node.state for node in nodes}
        lost = re.search(r"lost|alone|not\s+configured", states.get("secondary", ""), re.IGNORECASE)
        return bool(re.search(r"primary\s+active", states.get("primary", ""), re.IGNORECASE)) and not lost

    for module in ("run_controller", "polling", "looking", "verify", "preflight"):
        patch.setattr(f"tofutui.guide.{module}.is_connected", connected)


def register_is_ticked_unseen(patch: Patch) -> None:
    """The program takes Register for clicked whatever both nodes say."""
    patch.setattr(PairWatch, "_was_clicked", lambda _: True)


def anybody_ticks_primary_active(patch: Patch) -> None:
    patch.setattr("tofutui.guide.run_controller.contradicts_active", lambda nodes: False)


def unjudged_is_none(patch: Patch) -> None:
    """Only stale rows are open."""
    for name in ("survey.open_rows_of", "verify.open_rows"):
        strict = operator.attrgetter(name)(tofutui.guide)
        patch.setattr(f"tofutui.guide.{name}", lambda *a, strict=strict: stale_rows(strict(*a)))


def tables_cut_off_are_whole(patch: Patch) -> None:
    patch.setattr("tofutui.guide.open_rows._table", lambda _: [])


def ticks_never_looked_at_again(patch: Patch) -> None:
    async def nothing(_: Guide) -> None:
        return None

    patch.setattr(Looking, "look_at_ticks", nothing)


def everything_is_decided(patch: Patch) -> None:
    """Rows that no operator went on over count as decided."""

    class Everything(set[OpenRow]):
        def __contains__(self, _: object) -> bool:
            return True

    patch.setattr(Looking, "_decided_rows", lambda _: Everything())


def nobody_is_asked(patch: Patch) -> None:
    async def none(_: Looking) -> list[OpenRow]:
        return []

    patch.setattr(Looking, "undecided", none)


def gone_on_over_rows_not_shown(patch: Patch) -> None:
    strict = Guide.leave_open

    async def lenient(self: Guide, step: StepState, rows: Sequence[OpenRow]) -> None:
        await strict(self, step, await self.undecided())

    patch.setattr(Guide, "leave_open", lenient)


def sent_is_learned(patch: Patch) -> None:
    """A deletion that was sent counts as one that was seen to be gone."""

    async def learned(self: Looking) -> set[Place]:
        return set(await self._endings())

    patch.setattr(Looking, "_learned", learned)


def open_rows_are_a_dead_end(patch: Patch) -> None:
    async def refused(self: Guide, step: StepState, rows: Sequence[OpenRow]) -> None:
        raise engine.NotNow("judge them first")

    patch.setattr(Guide, "leave_open", refused)


PLANTS = (
    everything_is_decided,
    nobody_is_asked,
    gone_on_over_rows_not_shown,
    sent_is_learned,
    open_rows_are_a_dead_end,
    direction_of_the_preflight_only,
    direction_not_asked_at_the_tick,
    any_word_counts,
    no_word_needed,
    states_by_search,
    register_is_ticked_unseen,
    anybody_ticks_primary_active,
    unjudged_is_none,
    tables_cut_off_are_whole,
    ticks_never_looked_at_again,
)
"""Ways to break the guide; the stories show each."""


@pytest.mark.parametrize("plant", short_first(PLANTS, 4), ids=lambda plant: plant.__name__)
def test_a_guide_that_claims_more_is_found(
    plant: Callable[[Patch], None], world: GuideWorld, monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Broken) as broken:
        tell_stories(world, 20_000)
    print(broken.value)
