"""Random stories of the guide: two operators, a pair that changes behind their backs, and the judge."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from tests.support.guide_endings import to_the_end
from tests.support.guide_judge import Broken, Judge
from tests.support.guide_world import KEYS, STALE, UNJUDGED, GuideWorld, Operator
from tests.support.guided import SHEET
from tofutui.guide.causes import Signs, likely_causes, mending_step
from tofutui.guide.engine import NotNow
from tofutui.guide.playbook import text_of
from tofutui.history.runs import LeaseLost
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.guide_run import Progress, Result, StepState
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role

STEPS_PER_STORY = 80
PLAYBOOKS = ("ha-and-ise", "ha-reregister", "ha-and-ise", "ise-readd")
PAIRS = (
    ("good", "good"), ("good", "good"), ("none", "none"), ("none", "none"), ("begun", "begun"),
    ("good", "none"), ("good", "unknown"), ("unknown", "good"), ("none", "newer"), ("good", "newer"),
    ("unknown", "unknown"), ("silent", "good"), ("good", "silent"), ("newer", "good"), ("none", "unknown"),
)  # fmt: skip
ENDS = (Outcome.GONE, Outcome.GONE, Outcome.CAME_BACK, Outcome.CANNOT_TELL, Outcome.UNKNOWN, Outcome.REFUSED)
SAID = (
    "it said no", "TOFU failed on primary for 192.0.2.11_8082", "Authentication key does not match",
    "connection timed out", "Unknown host prime-sec", "certificate expired",
)  # fmt: skip
"""What the browser may say of a failure."""
LOOKS = ("take over", "resume", "verify")
"""Actions after which everything was looked at again."""


class Story:
    """One run of the guide (or several), recorded step by step."""

    def __init__(self, world: GuideWorld, seed: int) -> None:
        self.world, self.random, self.judge = world, random.Random(seed), Judge(world)
        self.told: list[str] = [f"seed {seed}"]
        self.world.begin()
        self.operator: Operator = self.random.choice(world.operators)

    def go(self, steps: int) -> None:
        """Tell so many steps.

        Raises:
            Broken: the guide claimed more than was seen; the message holds the story.
        """
        for _ in range(steps):
            try:
                self._step()
            except Broken as broken:
                raise self._shown(broken) from None
        try:
            to_the_end(self)
        except Broken as broken:
            raise self._shown(broken) from None

    def _shown(self, broken: Broken) -> Broken:
        return Broken("\n".join([*self.told[-40:], str(broken)]))

    def _step(self) -> None:
        if self.random.random() < 0.35:
            self._event()
            return
        operator = self.operator
        self.judge.before(operator)
        name, action = self._action(operator)
        self.told.append(f"{operator.name}: {name}")
        self.world.counts[name] += 1
        refused = False
        try:
            self.world.do(action)
        except (NotNow, LeaseLost) as error:
            refused = True
            self.told.append(f"   {error}")
            self.world.counts["refused"] += 1
        self.judge.after(self.operator, looked=name in LOOKS and not refused)

    def _event(self) -> None:
        """Something happens to the pair."""
        truth = self.world.truth[self.random.choice(list(Role))]
        what = self.random.choice(
            ("pair", "pair", "say", "row", "row", "clear", "reach", "complete", "other")
        )
        self.world.counts[f"event: {what}"] += 1
        if what == "pair":
            pair = self.random.choice(PAIRS)
            for node, meaning in zip(self.world.truth.values(), pair, strict=True):
                node.say(meaning, self.random.randrange(100))
        elif what == "say":
            choices = ("good", "none", "begun", "newer", "unknown", "silent")
            truth.say(self.random.choice(choices), self.random.randrange(100))
        elif what == "row":
            key = self.random.choice(KEYS[truth.role])
            truth.rows[key] = self.random.choice((*STALE, *UNJUDGED, Verdict.PROVEN, Verdict.PROVEN))
        elif what == "other":
            truth.rows.pop(self.random.choice(KEYS[truth.role]), None)
        elif what == "clear":
            for node in self.world.truth.values():
                node.rows = dict.fromkeys(node.rows, Verdict.PROVEN)
        else:
            self._seen_or_not(what)
        self.told.append(f"{what}: " + "; ".join(map(str, self.world.truth.values())))

    def _seen_or_not(self, what: str) -> None:
        for node in self.world.truth.values():
            is_good = self.random.random() < 0.8
            if what == "reach":
                node.reachable = is_good
            else:
                node.complete = is_good

    def _action(self, operator: Operator) -> tuple[str, Coroutine[Any, Any, None]]:
        guide = operator.guide
        if guide.run is None or (guide.is_mine and guide.held.current is None):
            return "begin", self._begin(operator)
        if not guide.is_mine:
            return "take over", self.take(operator)
        step = guide.held.current
        assert step is not None
        if self.random.random() < 0.6:
            return f"do {text_of(step.id).kind}", self.do(operator, step)
        return self._other(operator, step)

    def _other(self, operator: Operator, step: StepState) -> tuple[str, Coroutine[Any, Any, None]]:
        guide, some = operator.guide, self.random.choice(operator.guide.held.steps)
        ways: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "tick": lambda: guide.tick(step),
            "tick on an old word": lambda: guide.tick(step, vouched_for=operator.word),
            "skip": lambda: guide.skip(step, "not needed"),
            "fail": lambda: guide.fail(step, self.random.choice(SAID)),
            "again": lambda: guide.again(step),
            "reopen": lambda: guide.reopen(some),
            "verify": guide.verify,
            "wait": self._wait,
            "resume": lambda: self._resume(operator),
            "take over": lambda: self._other_takes(operator),
            "nothing open": guide.nothing_open,
            "go on": lambda: self._leave_open(operator, step),
            "go on over old rows": lambda: guide.leave_open(step, operator.rows),
            "mend": lambda: self._mend(operator),
        }
        if text_of(step.id).kind in ("preflight", "form", "delete", "verify"):
            del ways["tick"], ways["tick on an old word"]
        if step.id != "delete":
            del ways["nothing open"]
        if step.id not in ("delete", "verify"):
            del ways["go on"], ways["go on over old rows"]
        name = self.random.choice(list(ways))
        return name, ways[name]()

    async def _begin(self, operator: Operator) -> None:
        held = await operator.guide.stored()
        if held is not None:
            await operator.guide.take(held)
            return
        await operator.guide.close()
        self.world.learned.clear()
        await operator.bench.refresh()
        await operator.guide.begin(self.random.choice(PLAYBOOKS))

    async def take(self, operator: Operator) -> None:
        """Hold the run that is stored, or begin another."""
        held = await operator.guide.stored()
        if held is None:
            await self._begin(operator)
        else:
            await operator.guide.take(held)

    async def _resume(self, operator: Operator) -> None:
        await operator.guide.close()
        await self.take(operator)

    async def _other_takes(self, operator: Operator) -> None:
        """The other operator takes the run over, as it is stored; the first only watches from then on."""
        self.operator = next(person for person in self.world.operators if person is not operator)
        self.judge.before(self.operator)
        await self.take(self.operator)
        await operator.guide.look_again()

    async def _wait(self) -> None:
        await asyncio.sleep(self.random.choice((20, 200)))

    async def do(self, operator: Operator, step: StepState) -> None:
        """What an operator does with this step."""
        guide, kind = operator.guide, text_of(step.id).kind
        if step.progress is Progress.FAILED:
            await guide.again(step)
        if kind == "preflight":
            await guide.preflight()
        elif kind == "form":
            await self._fill(operator, step)
        elif kind == "delete":
            await self._delete(operator)
        elif kind in ("acknowledge", "register"):
            await self._overwrite(operator, step)
        elif kind == "active":
            await guide.tick(step, "seen in the browser: Primary Active")
        elif kind == "reconnect":
            await guide.stay_apart(step)
        elif kind == "verify":
            await guide.verify()
        else:
            await guide.tick(step)

    async def _fill(self, operator: Operator, step: StepState) -> None:
        if step.id == "restarted":
            for name in ("primary", "secondary", "ise01"):
                await operator.guide.enter(f"restarted:{name}", "yes")
        else:
            for name, value in SHEET.items():
                await operator.guide.enter(name, value)
        await operator.guide.form_done(step)

    async def _delete(self, operator: Operator) -> None:
        if operator.guide.survey.stale():
            await self.world.delete(operator, [self.random.choice(ENDS) for _ in range(6)])
        else:
            await self._leave_open(operator, operator.guide.held.step("delete"))

    async def _leave_open(self, operator: Operator, step: StepState) -> None:
        """Go on over the rows that are shown; the tables may change between."""
        operator.rows = await operator.guide.undecided()
        if self.random.random() < 0.3:
            self._event()
            await operator.bench.refresh()
        if step.id == "delete" and not operator.rows:
            await operator.guide.nothing_open()
        else:
            await operator.guide.leave_open(step, operator.rows)

    async def _mend(self, operator: Operator) -> None:
        """As the screen of the causes does."""
        guide = operator.guide
        rows, now = await guide.open_rows(), self.world.clock()
        likely = likely_causes(Signs(run=guide.held, rows=rows, now=now))
        await guide.mend(mending_step(self.random.choice(likely[:3]).cause, guide.held))

    async def _overwrite(self, operator: Operator, step: StepState) -> None:
        """As the screen does: ask, let it be answered, tick; the pair may change between."""
        direction = await operator.guide.direction()
        word = ""
        if direction.result not in (Result.PASS, Result.FAIL):
            word = operator.word = direction.seen
        if self.random.random() < 0.4:
            self._event()
        await operator.guide.tick(step, vouched_for=word if self.random.random() < 0.8 else "")


def tell_stories(world: GuideWorld, wanted: int, *, first_seed: int = 1) -> int:
    """Tell stories until so many steps were made; the number of steps.

    Raises:
        Broken: with the story that shows it.
    """
    made = 0
    while made < wanted:
        Story(world, first_seed + made // STEPS_PER_STORY).go(STEPS_PER_STORY)
        made += STEPS_PER_STORY
    return made
