"""A confirmed plan while it runs: each step, and how it ended as a second listing shows it."""

from tofutui.tofu.deletion.plan import Plan, Step
from tofutui.ui.actions.catalogue import RUN
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.backend import Runner
from tofutui.ui.deletion import wording
from tofutui.ui.kit.box_dialog import BoxDialog
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import WIDE, Line, Tone, line, plain


class RunScreen(BoxDialog[None]):
    """Runs the plan it is given, once, and stays until the user has read how it ended."""

    BINDINGS = bindings_of(RUN)
    asks = False

    def __init__(self, plan: Plan, runner: Runner) -> None:
        super().__init__()
        self._plan = plan
        self._runner = runner
        self._steps = [Step(deletion=deletion, text="waiting") for deletion in plan.deletions]
        self._done = False

    def on_mount(self) -> None:
        """Begin."""
        roles = self._plan.roles
        self.add_class(f"-{roles[0].value}" if len(roles) == 1 else "-both")
        self.redraw()
        self.owner.running_plan = True
        self.owner.run_guarded(self._run())

    async def _run(self) -> None:
        try:
            self._steps = list(await self._runner.run(self._plan, self._stepped))
        finally:
            self._done = True
            self.owner.running_plan = False
            if self.is_attached:
                self.redraw()

    def _stepped(self, number: int, step: Step) -> None:
        self._steps[number] = step
        if self.is_attached:
            self.redraw()

    def heading(self) -> str:
        """The node or nodes, and what is done there."""
        return wording.title(self.shown(self._plan))

    def text(self, width: int) -> list[Line]:
        """Each step as far as it went."""
        return [
            tuple((self.owner.glyphs.plain(text), tone) for text, tone in part)
            for part in wording.progress(self.shown(self._steps), width)
        ]

    def keys(self) -> Line:
        """How it ended, and the way back."""
        if not self._done:
            return line(
                "Each deletion is proven by listing again. A step under way is not stopped.", Tone.MUTED
            )
        return (
            (wording.summary(self._steps) or "It did not run to the end", Tone.STRONG),
            (".  ", Tone.STRONG),
            *self.keys_line(("run.back", "back")),
        )

    def as_text(self) -> str:
        """Each step as far as it went."""
        plan, steps = self.shown(self._plan), self.shown(self._steps)
        return f"{wording.title(plan)}\n{plain(wording.progress(steps, WIDE))}"

    @does("run.back")
    def close_when_done(self) -> None:
        """Close, once everything has ended."""
        if self._done:
            self.answer(None)

    @moves("run")
    def move(self, name: str) -> None:
        """Show another part of a long run."""
        super().move(name)
