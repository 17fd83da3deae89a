"""From wherever a story has left a run, an operator with a pair that does its part comes to the end."""

from typing import TYPE_CHECKING

from tests.support.guide_judge import Broken
from tests.support.guide_world import GuideWorld, Operator
from tofutui.guide.engine import NotNow
from tofutui.guide.playbook import text_of
from tofutui.history.runs import LeaseLost
from tofutui.tofu.guide_run import Progress, StepState
from tofutui.tofu.judgement.verdict import Verdict

if TYPE_CHECKING:
    from tests.support.guide_stories import Story

ENOUGH = 60
"""Acts after which a run has to be over."""
PAIRS = (("none", "good"), ("silent", "silent"), ("good", "good"))
"""What both nodes say before and after Register is clicked."""
ROWS = (Verdict.PROVEN, Verdict.SAME_NAME, Verdict.SUSPECT, Verdict.NO_ANSWER)
"""What all rows come to."""


async def _act(story: "Story", operator: Operator, step: StepState, tried: int) -> None:
    """What the step asks for; left out with a reason where it fails again, as the screen allows."""
    if tried > 1 and step.progress is Progress.FAILED:
        await operator.guide.skip(step, "it cannot be done here")
    elif step.id == "delete" or (step.id == "verify" and step.progress is Progress.WAITING):
        operator.rows = await operator.guide.open_rows()
        await operator.guide.leave_open(step, operator.rows)
    else:
        await story.do(operator, step)


def _calm(world: GuideWorld, before: str, verdict: Verdict) -> None:
    for truth in world.truth.values():
        truth.reachable = truth.complete = True
        truth.say(before, 0)
        truth.rows = dict.fromkeys(truth.rows, verdict)


def to_the_end(story: "Story") -> None:
    """Take the story's run to its end.

    Raises:
        Broken: there is no way to it.
    """
    world, random = story.world, story.random
    (before, after), verdict = random.choice(PAIRS), random.choice(ROWS)
    _calm(world, before, verdict)
    story.told.append(f"to the end: {before}, {after}, {verdict}")
    tries: dict[str, int] = {}
    for _ in range(ENOUGH):
        operator = story.operator
        run = operator.guide.run
        if run is None or (operator.guide.is_mine and run.current is None):
            world.counts["reached the end"] += run is not None
            return
        if run.current is not None and text_of(run.current.id).kind in ("milestone", "active", "verify"):
            for truth in world.truth.values():
                truth.say(after, 0)
        _one_act(story, operator, tries)
    raise Broken(f"no way to the end: {story.operator.guide.held.current}")


def _one_act(story: "Story", operator: Operator, tries: dict[str, int]) -> None:
    guide = operator.guide
    step = guide.held.current if guide.is_mine else None
    story.judge.before(operator)
    id_ = step.id if step else "take over"
    story.told.append(f"{operator.name}: {id_}")
    try:
        if step is None:
            story.world.do(story.take(operator))
        else:
            story.world.do(_act(story, operator, step, tries.get(id_, 0)))
    except (NotNow, LeaseLost) as error:
        story.told.append(f"   {error}")
    tries[id_] = tries.get(id_, 0) + 1
    story.judge.after(operator)
