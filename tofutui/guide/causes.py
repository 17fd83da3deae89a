"""Why a registration fails, the likeliest cause first: by what was typed, is seen now or is in a log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tofutui.guide.engine import FAILED
from tofutui.guide.open_rows import open_words
from tofutui.guide.playbook import RegistrationCause, causes
from tofutui.tofu.guide_run import OpenRow, Progress, Result, Run
from tofutui.tofu.logs.failures import OtherCause

_SEEN = {Result.FAIL: 3, Result.WARN: 2}
_TYPED, _OPEN, _LOGGED = 8, 2, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a cause is looked for in."""

    run: Run
    others: Sequence[OtherCause] = ()
    """Causes other than TOFU that a log shows."""
    rows: Sequence[OpenRow] = ()
    """Rows that are open now."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A cause with what points to it."""

    cause: RegistrationCause
    signs: tuple[str, ...] = ()
    weight: int = 0


def likely_causes(signs: Signs) -> list[Likely]:
    """Every known cause, most likely first; those that nothing points to follow in their usual order."""
    return sorted((_likely(cause, signs) for cause in causes()), key=lambda likely: -likely.weight)


def last_words(run: Run) -> str:
    """What was typed or seen when the last step failed that has not been done since; "" if none did."""
    current = run.current
    if current is not None and current.progress is Progress.FAILED:
        return current.reason
    said = [r for s in run.steps if not s.progress.is_over for r in s.evidence if r.text.startswith(FAILED)]
    return max(said, key=lambda remark: remark.at).text.removeprefix(FAILED) if said else ""


def mending_step(cause: RegistrationCause, run: Run) -> str:
    """The step of this run that mends the cause; "" where the failed step is only to be tried again."""
    ids = [step.id for step in run.steps]
    fitting = [id_ for id_ in ids if id_.partition(":")[0] == cause.step]
    current = run.current
    at = ids.index(current.id) if current else len(ids)
    return next((id_ for id_ in fitting if ids.index(id_) <= at), "")


def _likely(cause: RegistrationCause, signs: Signs) -> Likely:
    weighed = [*_typed(cause, signs.run), *_seen(cause, signs), *_logged(cause, signs.others)]
    weight = sum(weight for weight, _ in weighed)
    return Likely(cause=cause, signs=tuple(text for _, text in weighed), weight=weight)


def _typed(cause: RegistrationCause, run: Run) -> list[tuple[int, str]]:
    text = last_words(run)
    plain = " ".join(text.casefold().split())
    return (
        [(_TYPED, f"reported when it failed: {text}")] if any(words in plain for words in cause.words) else []
    )


def _seen(cause: RegistrationCause, signs: Signs) -> list[tuple[int, str]]:
    seen = [
        (_SEEN[check.result], f"{check.title}: {check.seen}")
        for check in signs.run.checks
        if check.id in cause.checks and check.result in _SEEN
    ]
    if cause.by_rows and signs.rows:
        seen.append((_OPEN, open_words(signs.rows, signs.now)))
    return seen[:2]


def _logged(cause: RegistrationCause, others: Sequence[OtherCause]) -> list[tuple[int, str]]:
    return [(_LOGGED, f"in a log: {o.text}") for o in others if cause.log and cause.log in o.text][:1]
