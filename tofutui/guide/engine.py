"""What may happen to a run, and what it is then: values in, values out, no clock and no I/O."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tofutui.guide.playbook import Playbook, step_ids, text_of, title_of
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.secret import without_secrets
from tofutui.tofu.guide_run import (
    Check,
    Confirmation,
    Decision,
    GuideAnswer,
    NodeShot,
    Progress,
    Remark,
    Result,
    Run,
    StepState,
    Vouched,
)
from tofutui.tofu.site.session import Session

_FOLLOWS_REGISTER = ("register", "milestone", "active")
_MEANS_REGISTERING = ("overwrite", "register")
FAILED = "failed: "
"""How the evidence of a failure begins."""
PROGRAM = "tofutui"
"""Who ends a step that was seen to be over."""


class NotNow(TofutuiError):
    """The step does not allow that now; the message says why."""


def begin(playbook: Playbook, session: Session, *, operator: str, seen_from: str, now: datetime) -> Run:
    """A new run, its first step to be done now."""
    run = Run(
        session=session.name,
        title=session.title,
        playbook=playbook.id,
        procedure=playbook.title,
        operator=operator,
        operators=(operator,),
        seen_from=seen_from,
        started=now,
        steps=tuple(StepState(id=id_, title=title_of(id_)) for id_ in step_ids(playbook, session)),
    )
    return onward(run, now)


def onward(run: Run, now: datetime) -> Run:
    """The first step that is not over is the one to do now; the run has ended when there is none."""
    current = run.current
    if current is None:
        return run if run.ended else replace(run, ended=now)
    if current.progress is Progress.TODO:
        run = run.with_step(replace(current, progress=Progress.NOW, started=current.started or now))
    return replace(run, ended=None) if run.ended else run


def done(run: Run, id_: str, *, by: str, now: datetime, seen: str = "", doubt: str = "") -> Run:
    """The step is done; ``seen`` is what showed it, ``doubt`` what was not seen of what it rests on.

    Raises:
        NotNow: another step comes first, or it must not be done now.
    """
    step = _current(run, id_)
    refused = refusal(run, id_)
    if refused:
        raise NotNow(refused)
    if seen:
        step = with_evidence(step, seen, by, now)
    step = replace(
        step, progress=Progress.DONE, ended=now, by=by, reason="", doubt=without_secrets(doubt), outdated=""
    )
    return onward(run.with_step(step), now)


def overwriting(
    run: Run, id_: str, direction: Check, vouched: Vouched | None, *, by: str, now: datetime, seen: str = ""
) -> Run:
    """A step is done that lets the secondary's database be overwritten.

    Args:
        run: The run.
        id_: The step.
        direction: Which database is the newer one, as both nodes showed it a moment ago.
        vouched: What the operator said because the states do not show it.
        by: Who ends the step.
        now: When.
        seen: What showed that it is done.

    Raises:
        NotNow: the newer database would be overwritten; or the states do not show it, and this operator did
            not answer for exactly these states.
    """
    run, doubt = directed(run, direction), ""
    if direction.result is Result.FAIL:
        raise NotNow(_refused(direction))
    if direction.result is not Result.PASS:
        if vouched is None or (vouched.by, vouched.states) != (by, direction.seen):
            raise NotNow(
                "the states do not show which database is newer; the operator must say which: "
                f"{direction.seen}"
            )
        doubt = f"{vouched.text}, said by {by}; {direction.seen}"
        run = replace(run, vouched=(*run.vouched, vouched))
    return done(run, id_, by=by, now=now, seen=seen, doubt=doubt)


def directed(run: Run, direction: Check) -> Run:
    """The run with its blocking check as it is now, until the pair is registered."""
    over = [step.progress.is_over for step in run.steps if text_of(step.id).kind == "register"]
    old = next((check for check in run.checks if check.id == direction.id), None)
    if over != [False] or (old and (old.result, old.seen) == (direction.result, direction.seen)):
        return run
    if old is None:
        return replace(run, checks=(*run.checks, direction))
    return replace(run, checks=tuple(direction if check is old else check for check in run.checks))


def doubted(run: Run, id_: str, doubt: str) -> Run:
    """A step that is done, with what is not (or no longer) seen of what it rests on; "" for nothing."""
    step = next((step for step in run.steps if step.id == id_), None)
    if step is None or step.progress is not Progress.DONE:
        return run
    return run.with_step(replace(step, doubt=without_secrets(doubt)))


def outdated(run: Run, id_: str, change: str) -> Run:
    """A step that is done, with what has changed since: it has to be looked at again; "" for nothing."""
    step = next((step for step in run.steps if step.id == id_), None)
    if step is None or step.progress is not Progress.DONE:
        return run
    return run.with_step(replace(step, outdated=without_secrets(change)))


def decided(run: Run, decision: Decision) -> Run:
    """The operator goes on with these rows open."""
    return replace(run, decisions=(*run.decisions, decision))


def waiting(run: Run, id_: str) -> Run:
    """The step was begun and waits for something outside."""
    return run.with_step(replace(_current(run, id_), progress=Progress.WAITING))


def failed(run: Run, id_: str, *, by: str, now: datetime, reason: str) -> Run:
    """The step failed; it stays the current one, and what was reported of it stays in its evidence."""
    reason = _words(reason, "say what was seen: a failure needs a description")
    step = with_evidence(_current(run, id_), f"{FAILED}{reason}", by, now)
    return run.with_step(replace(step, progress=Progress.FAILED, ended=now, by=by, reason=reason))


def again(run: Run, id_: str) -> Run:
    """A failed or waiting step becomes the one to do now."""
    return run.with_step(replace(_current(run, id_), progress=Progress.NOW, ended=None, reason=""))


def skipped(run: Run, id_: str, *, by: str, now: datetime, reason: str) -> Run:
    """The step is skipped.

    Raises:
        NotNow: no reason was given, another step comes first, or it must not be skipped.
    """
    reason = _words(reason, "skipping a step needs a reason")
    step = _current(run, id_)
    if text_of(id_).kind == "acknowledge" and by != PROGRAM:
        raise NotNow("this step cannot be skipped: acknowledge that registering overwrites the secondary")
    return onward(run.with_step(_skip(step, by, now, reason)), now)


def group_skipped(run: Run, group: str, *, by: str, now: datetime, reason: str) -> Run:
    """Every step of the group that is not over is skipped."""
    for step in run.steps:
        if text_of(step.id).group == group and not step.progress.is_over:
            run = run.with_step(_skip(step, by, now, reason))
    return onward(run, now)


def reopened(run: Run, id_: str, now: datetime) -> Run:
    """A step that is over has to be done again; so is what rests on it.

    Registering again means acknowledging and passing each milestone again, and everything is verified again.
    """
    at = [step.id for step in run.steps].index(id_)
    if not run.steps[at].progress.is_over:
        raise NotNow("this step has not ended")
    kind = text_of(id_).kind
    for number, step in enumerate(run.steps):
        if step.id == id_ or _rests_on(text_of(step.id).kind, kind, later=number > at):
            run = run.with_step(
                replace(
                    step,
                    progress=Progress.TODO,
                    started=None,
                    ended=None,
                    by="",
                    reason="",
                    doubt="",
                    outdated="",
                )
            )
    current = run.current
    for step in run.steps:
        if step is not current and not step.progress.is_over and step.progress is not Progress.TODO:
            run = run.with_step(replace(step, progress=Progress.TODO, started=None))
    return onward(run, now)


def mended(run: Run, id_: str, now: datetime) -> Run:
    """Go back to the step that mends a failure; a registration that had begun is registered again.

    Raises:
        NotNow: the step lies ahead.
    """
    if not run.step(id_).progress.is_over and run.current is not None and run.current.id != id_:
        raise NotNow(f"first: {title_of(run.current.id)}")
    current = run.current
    broken = current is not None and text_of(current.id).kind in _FOLLOWS_REGISTER
    acknowledged = next((s for s in run.steps if text_of(s.id).kind == "acknowledge"), None)
    if broken and acknowledged is not None and acknowledged.progress.is_over:
        run = reopened(run, acknowledged.id, now)
    step = run.step(id_)
    if step.progress.is_over:
        return reopened(run, id_, now)
    return again(run, id_) if step.progress is Progress.FAILED else run


def refusal(run: Run, id_: str) -> str | None:
    """Why this step must not be done now: registering would destroy something."""
    if text_of(id_).id not in _MEANS_REGISTERING:
        return None
    bad = [check for check in run.checks if check.blocks and check.result is Result.FAIL]
    return _refused(bad[0]) if bad else None


def noted(run: Run, id_: str, text: str, *, by: str, now: datetime) -> Run:
    """A note on a step, whatever its progress."""
    step = run.step(id_)
    text = _words(text, "the note is empty")
    return run.with_step(replace(step, notes=(*step.notes, Remark(now, by, text))))


def seen(run: Run, id_: str, text: str, *, by: str, now: datetime) -> Run:
    """Something that speaks for (or against) a step; the newest entry is not repeated."""
    return run.with_step(with_evidence(run.step(id_), text, by, now))


def with_evidence(step: StepState, text: str, by: str, now: datetime) -> StepState:
    """The step with one more thing seen."""
    text = without_secrets(text)
    if step.evidence and step.evidence[-1].text == text:
        return step
    return replace(step, evidence=(*step.evidence, Remark(now, by, text)))


def checked(run: Run, step: str, checks: Sequence[Check]) -> Run:
    """The newest checks of this kind of step, in place of the ones before."""
    others = tuple(check for check in run.checks if check.step != step)
    return replace(run, checks=(*others, *checks))


def confirmed(run: Run, confirmation: Confirmation) -> Run:
    """Who compared a fingerprint; the newest word about a row counts."""
    about = (confirmation.role, confirmation.key, confirmation.sha256)
    kept = tuple(old for old in run.confirmations if (old.role, old.key, old.sha256) != about)
    text = without_secrets(confirmation.text.strip())
    return replace(run, confirmations=(*kept, replace(confirmation, text=text)))


def entered(run: Run, answer: GuideAnswer) -> Run:
    """A field with what was entered, no secret in it."""
    value = without_secrets(answer.value.strip())
    answer = replace(answer, value=value)
    return run if answer in run.answers else run.with_answer(answer)


def shot(run: Run, shots: tuple[NodeShot, ...], *, after: bool) -> Run:
    """The tables as they were before, or are after."""
    return replace(run, after=shots) if after else replace(run, before=shots)


def held_by(run: Run, operator: str) -> Run:
    """Another operator continues the run."""
    if run.operators and run.operators[-1] == operator:
        return run
    return replace(run, operators=(*run.operators, operator))


def failing(checks: Sequence[Check], step: str) -> list[Check]:
    """The checks of this step that fail."""
    return [check for check in checks if check.step == step and check.result is Result.FAIL]


def _refused(direction: Check) -> str:
    return f"registering is refused: {direction.seen}"


def _skip(step: StepState, by: str, now: datetime, reason: str) -> StepState:
    started = step.started or now
    return replace(step, progress=Progress.SKIPPED, started=started, ended=now, by=by, reason=reason)


def _current(run: Run, id_: str) -> StepState:
    current = run.current
    if current is None:
        raise NotNow("the run has ended")
    if current.id != id_:
        raise NotNow(f"first: {title_of(current.id)}")
    return current


def _rests_on(kind: str, on: str, *, later: bool) -> bool:
    """Whether a step of one kind has to be done again when one of another is, before or after it."""
    if not later:
        return kind == "acknowledge" and on == "register"
    return kind == "verify" or (kind in _FOLLOWS_REGISTER and on in ("acknowledge", *_FOLLOWS_REGISTER))


def _words(text: str, missing: str) -> str:
    text = without_secrets(text.strip())
    if not text:
        raise NotNow(missing)
    return text
