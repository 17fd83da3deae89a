"""What a tick may rest on, decided by the meanings of the world alone; nothing here reads a node's words."""

from datetime import datetime

from tests.support.guide_answers import BEGUN, SAFE
from tests.support.guide_world import FRESH, STALE, UNJUDGED, GuideWorld, Operator
from tofutui.guide.playbook import text_of
from tofutui.report.record.model import Record, left_over
from tofutui.tofu.guide_run import Progress, Run, StepState
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role

CLICKED = BEGUN | {("good", "good")}
"""What both nodes say once Register was clicked."""


class Broken(AssertionError):
    """The guide claims more than was seen."""


class Judge:
    """Looks at every change of a run, beside what the program that made it was shown."""

    def __init__(self, world: GuideWorld) -> None:
        self._world = world
        self.last: Run | None = None
        self._asked: dict[Role, int] = {}

    def before(self, operator: Operator) -> None:
        """An action of this operator begins."""
        self._asked = {role: node.asked for role, node in operator.bench.nodes.items()}

    def after(self, operator: Operator, *, looked: bool = False) -> None:
        """It has ended; ``looked``: everything was looked at again, so that older ticks have to hold too.

        Raises:
            Broken: something in the run is not borne out.
        """
        new = operator.guide.run
        if new is None or not operator.guide.is_mine:
            return
        old = self.last if self.last is not None and self.last.id == new.id else None
        was = {step.id: step for step in old.steps} if old else {}
        for step in new.steps:
            if step != was.get(step.id):
                self._changed(operator, step, was.get(step.id), old, new)
        for decision in new.decisions[len(old.decisions) if old else 0 :]:
            self._need(set(decision.rows) <= set(operator.rows), new.step(decision.step), "rows not shown")
        if looked:
            self._still_holds(operator, new)
        self._record(new)
        self.last = new

    def _changed(
        self, operator: Operator, step: StepState, was: StepState | None, old: Run | None, new: Run
    ) -> None:
        begun = step.progress is Progress.DONE and (was is None or was.progress is not Progress.DONE)
        if begun:
            kind = text_of(step.id).kind
            self._world.counts[f"done: {kind}{' with doubt' if step.is_doubtful else ''}"] += 1
            if kind in ("acknowledge", "register"):
                self._overwritten(operator, step, old, new)
            elif kind in ("active", "milestone"):
                self._active(operator, step)
            elif kind == "delete":
                self._deleted(operator, step, new)
            elif kind in ("preflight", "verify"):
                self._checked(operator, step, new)
        if "reconnected on their own" in step.reason and (was is None or was.reason != step.reason):
            self._world.counts["reconnected on their own"] += 1
            self._need(self._connected(operator), step, "the two are not connected")
        if "HA is not configured" in step.reason and (was is None or was.reason != step.reason):
            self._need(self._meanings(operator) == ("none", "none"), step, "HA is configured, or may be")

    def _overwritten(self, operator: Operator, step: StepState, old: Run | None, new: Run) -> None:
        if step.by == "tofutui":
            self._need(self._heard(operator, step) in CLICKED, step, "Register was not seen to be clicked")
            return
        meanings = self._meanings(operator)
        for role, truth in self._world.truth.items():
            fresh = operator.bench.nodes[role].asked > self._asked.get(role, 0)
            self._need(fresh, step, "the states were not asked at the tick")
            self._need(
                truth.meaning != "newer" or not truth.reachable, step, "the newer database is overwritten"
            )
        if meanings in SAFE or (text_of(step.id).kind == "register" and meanings in BEGUN):
            return
        said = new.vouched[len(old.vouched) if old else 0 :]
        self._world.counts["vouched"] += len(said)
        mine = [vouched for vouched in said if (vouched.by, vouched.step) == (operator.name, step.id)]
        self._need(bool(mine), step, "the direction was neither seen nor said")
        self._need(step.is_doubtful, step, "green on an operator's word")
        self._need(self._fresh(mine[-1].at), step, "on an older word")

    def _active(self, operator: Operator, step: StepState) -> None:
        if step.by == "tofutui":
            self._need(self._connected(operator), step, "not connected")
        elif text_of(step.id).kind == "active":
            contrary = set(self._meanings(operator)) - {"good", "unread", "silent"}
            self._need(not contrary, step, "a node says otherwise")
            self._need(step.is_doubtful, step, "green on an operator's word")

    def _deleted(self, operator: Operator, step: StepState, run: Run) -> None:
        if not step.is_doubtful:
            self._need(not self._rows(operator, STALE), step, "a stale row is left")
            self._need(not self._unjudged(operator), step, "a row is not judged")
            return
        decided = {(row.role, row.key) for decision in run.decisions for row in decision.rows}
        stale = set(self._rows(operator, STALE))
        self._need(stale <= decided, step, "no one went on over a stale row")

    def _checked(self, operator: Operator, step: StepState, run: Run) -> None:
        meanings, registers = self._meanings(operator), any(s.id == "register" for s in run.steps)
        if step.id == "verify" and step.is_doubtful and self._open_rows(operator):
            self._need(bool(run.decisions), step, "no one went on over an open row")
        if step.id == "preflight":
            self._need("newer" not in meanings or not registers, step, "a failover is under way")
            bears_out = not registers or meanings in SAFE
        else:
            self._need(not self._rows(operator, STALE), step, "a stale row is left")
            unread = {"unread", "silent"} & set(meanings)
            good = {"good", "none", "unread", "silent"} if unread else {"good"}
            self._need(not registers or set(meanings) <= good, step, "the states are not good")
            bears_out = not registers or meanings == ("good", "good")
        if not step.is_doubtful:
            self._need(bears_out, step, "green on states that are not good")
            self._need(not self._open_rows(operator), step, "green over rows that are open")

    def _still_holds(self, operator: Operator, run: Run) -> None:
        for step in run.steps:
            if step.progress is not Progress.DONE or step.is_doubtful:
                continue
            if step.id == "delete":
                doubtful = self._open_rows(operator)
                self._need(not doubtful, step, "stays green over rows that are stale or not judged")
            elif step.id == "primary-active":
                contrary = set(self._meanings(operator)) - {"good", "unread", "silent"}
                self._need(not contrary, step, "stays green on states that are not good")

    def _record(self, run: Run) -> None:
        left = "\n".join(left_over(Record(run=run, deletions=(), events=(), written=run.started)))
        for step in run.steps:
            if step.is_doubtful and step.id not in ("preflight", "verify"):
                self._need(step.left in left, step, "the record does not say what was not seen")

    def _open_rows(self, operator: Operator) -> bool:
        return bool(self._rows(operator, STALE)) or self._unjudged(operator)

    def _meanings(self, operator: Operator) -> tuple[str, str]:
        nodes = operator.bench.nodes
        return nodes[Role.PRIMARY].meaning, nodes[Role.SECONDARY].meaning

    def _heard(self, operator: Operator, step: StepState) -> tuple[str, str]:
        """What both nodes had said when a step ended that the program ticked; they may say more since."""
        assert step.ended is not None
        nodes = operator.bench.nodes
        return nodes[Role.PRIMARY].heard_by(step.ended), nodes[Role.SECONDARY].heard_by(step.ended)

    def _connected(self, operator: Operator) -> bool:
        return self._meanings(operator) == ("good", "good")

    def _rows(self, operator: Operator, verdicts: tuple[object, ...]) -> list[tuple[Role, str | None]]:
        return [(e.role, e.key) for e in operator.bench.comparison.entries() if e.verdict in verdicts]

    def _unjudged(self, operator: Operator) -> bool:
        """Whether a row that this program was shown is not judged, or a table not shown to its end."""
        rows = [
            (e.role, e.key) for e in operator.bench.comparison.entries()
            if e.verdict in UNJUDGED
            and not (e.verdict == "same-name" and (e.role, e.key) in self._world.learned)
        ]  # fmt: skip
        views = operator.bench.comparison.nodes.values()
        return bool(rows) or any(view.phase is not Phase.LISTED for view in views)

    def _fresh(self, at: datetime) -> bool:
        return (self._world.clock() - at).total_seconds() < FRESH

    def _need(self, holds: bool, step: StepState, why: str) -> None:
        if not holds:
            raise Broken(f"{step.id} {step.progress} by {step.by}: {why} ({step.reason or step.doubt})")
