"""A confirmed plan while it runs: each step, and how it ended as a second listing shows it."""

from datetime import datetime

from tofutui.tofu.deletion.plan import WAITING, Plan, Step
from tofutui.ui.actions.catalogue import RUN
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.backend import Runner
from tofutui.ui.deletion import wording
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.painted import Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import WIDE, Line, Tone, line, plain


class RunScreen(Dialog[None]):
    """Runs the plan it is given, once, and stays until the user has read how it ended."""

    BINDINGS = bindings_of(RUN)
    asks = False

    def __init__(self, plan: Plan, runner: Runner) -> None:
        super().__init__()
        self._plan = plan
        self._runner = runner
        self._steps = [Step(deletion=deletion, text=WAITING) for deletion in plan.deletions]
        self._done = False
        self._stopping = ""
        """What was said of stopping; "" while it is not asked for."""
        self._begun: datetime | None = None

    def on_mount(self) -> None:
        """Begin."""
        roles = self._plan.roles
        self.add_class("-changes", f"-{roles[0].value}" if len(roles) == 1 else "-both")
        self._begun = self.owner.clock()
        self.redraw()
        self.owner.running_plan = True
        self.owner.run_guarded(self._run())

    async def _run(self) -> None:
        try:
            self._steps = list(await self._runner.run(self._plan, self._stepped))
        finally:
            self._done = True
            self.owner.running_plan = False
            self.owner.jobs.row_ended()
            if self.is_attached:
                self.redraw()

    def _stepped(self, number: int, step: Step) -> None:
        self._steps[number] = step
        if step.outcome is not None:
            self.owner.jobs.row_ended()
        if self.is_attached:
            self.redraw()

    def heading(self) -> str:
        """The node or nodes, and what is done there."""
        return wording.framed_title(self.shown(self._plan), ascii_only=self.has_class("-ascii"))

    def text(self, width: int) -> list[Line]:
        """Each step as far as it went."""
        return [piece for part in self._parts(width) for piece in part]

    def _parts(self, width: int) -> list[list[Line]]:
        glyphs = self.owner.glyphs
        return [
            [tuple((glyphs.plain(text), tone) for text, tone in piece) for piece in part]
            for part in wording.progress(self.shown(self._steps), width)
        ]

    def redraw(self) -> None:
        """Draw everything again; the row under way is kept in view."""
        super().redraw()
        if not self._done:
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        for body in self.query("#body").results(Scroller):
            lengths = [len(part) for part in self._parts(body.size.width)]
            end = sum(lengths[: self._under_way + 1])
            body.scroll_lines(max(0, end - body.size.height) - body.top)

    @property
    def _under_way(self) -> int:
        """The index of the row that runs; of the last one when all have ended."""
        ended = sum(1 for step in self._steps if step.outcome is not None)
        return min(ended, len(self._steps) - 1)

    def keys(self) -> Line:
        """How far it is and how to stop it; then how it ended, and the way back."""
        if self._done:
            return (
                (wording.summary(self._steps) or "It did not complete", Tone.STRONG),
                (".  ", Tone.STRONG),
                *self.keys_line(("run.back", "back")),
            )
        if self.owner.jobs.is_waiting:
            words = f"suspends after row {self._under_way + 1} of {len(self._steps)}; fg resumes"
            return line(words, Tone.WARNING)
        if self._stopping:
            return line(self._stopping, Tone.WARNING)
        seconds = (self.owner.clock() - self._begun).total_seconds() if self._begun else 0.0
        far = (f"{wording.how_far(self._steps, seconds)}.  ", Tone.MUTED)
        is_last = self._under_way == len(self._steps) - 1
        return (far, *(() if is_last else self.keys_line(("run.stop", "stops after this row"))))

    def as_text(self) -> str:
        """Each step as far as it went."""
        plan, steps = self.shown(self._plan), self.shown(self._steps)
        lines = [piece for part in wording.progress(steps, WIDE) for piece in part]
        return f"{wording.title(plan)}\n{plain(lines)}"

    @does("run.stop")
    def stop(self) -> None:
        """Begin no further row; once everything has ended, close."""
        if self._done:
            self.answer(None)
            return
        self._runner.stop(self._plan)
        index, count = self._under_way, len(self._steps)
        number = index + int(self._steps[index].is_begun)
        where = f"after row {number} of {count}" if number else "before the first row"
        self._stopping = f"stopping {where}; the deletion already sent is still verified"
        self.redraw()

    @does("run.back")
    def close_when_done(self) -> None:
        """Close, once everything has ended."""
        if self._done:
            self.answer(None)

    @moves("run")
    def move(self, name: str) -> None:
        """Show another part of a long run."""
        super().move(name)
