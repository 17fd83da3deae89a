"""A plan on its way: what its steps have come to, which is shown, and the lists that they rest on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from tofutui.appliance.node import Login
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.deletion.plan import Outcome, Step
from tofutui.tofu.site.session import Role

OnStep = Callable[[int, Step], None]
"""Gets every change of a step: its number and the step."""


@dataclass(slots=True)
class PlanRun:
    """A plan on its way: the newest list of each node, and the journal entries of its steps."""

    on_step: OnStep
    steps: list[Step]
    lists: dict[Role, Listing] = field(default_factory=dict)
    read_at: dict[Role, datetime] = field(default_factory=dict)
    entries: dict[int, int] = field(default_factory=dict)
    """The journal's number of each step that was written down."""
    checked_on: dict[Role, Login | None] = field(default_factory=dict)
    """The link over which each node's last list was read: commands go over that one or not at all."""

    def report(self, number: int) -> "StepReport":
        """The step of this number."""
        return StepReport(number, self)


@dataclass(slots=True)
class StepReport:
    """One step on its way, shown to whoever watches."""

    number: int
    run: PlanRun

    @property
    def step(self) -> Step:
        """As far as it is."""
        return self.run.steps[self.number]

    def say(self, text: str) -> None:
        """What is going on."""
        self._show(replace(self.step, text=text))

    def answered(self, words: str) -> None:
        """The appliance's own answer."""
        self._show(replace(self.step, words=words.strip()))

    def end(self, outcome: Outcome, text: str, at: datetime) -> None:
        """How it ended, and what that rests on."""
        self._show(replace(self.step, outcome=outcome, text=text, at=at))

    def _show(self, step: Step) -> None:
        self.run.steps[self.number] = step
        self.run.on_step(self.number, step)
