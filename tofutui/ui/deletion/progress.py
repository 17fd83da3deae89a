"""A confirmed plan while it runs: each step, and how it ended as a second listing shows it."""

from textual.app import ComposeResult
from textual.containers import Vertical

from tofutui.tofu.deletion.plan import Plan, Step
from tofutui.ui.actions.catalogue import RUN
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Runner
from tofutui.ui.deletion import wording
from tofutui.ui.kit.dialog import Dialog, title_of
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import WIDE, Tone, line, plain


class RunScreen(Dialog[None]):
    """Runs the plan it is given, once, and stays until the user has read how it ended."""

    CSS_PATH = "progress.tcss"
    BINDINGS = bindings_of(RUN)
    AUTO_FOCUS = ""
    asks = False

    def __init__(self, plan: Plan, runner: Runner) -> None:
        super().__init__()
        self._plan = plan
        self._runner = runner
        self._steps = [Step(deletion=deletion, text="waiting") for deletion in plan.deletions]
        self._done = False

    def compose(self) -> ComposeResult:
        """The steps, and a line below them."""
        with Vertical(id="box"):
            yield Scroller(id="body")
            yield Painted(id="ends")

    def on_mount(self) -> None:
        """Begin."""
        roles = self._plan.roles
        self.add_class(f"-{roles[0].value}" if len(roles) == 1 else "-both")
        self._draw()
        self.owner.running_plan = True
        self.owner.run_guarded(self._run())

    async def _run(self) -> None:
        try:
            self._steps = list(await self._runner.run(self._plan, self._stepped))
        finally:
            self._done = True
            self.owner.running_plan = False
            if self.is_attached:
                self._draw()

    def _stepped(self, number: int, step: Step) -> None:
        self._steps[number] = step
        if self.is_attached:
            self._draw()

    def redraw(self) -> None:
        """Show everything again."""
        self._draw()

    def _draw(self) -> None:
        title_of(self.query_one("#box"), wording.title(self.shown(self._plan)))
        width = max(20, min(104, int(self.size.width * 0.96)) - 4)
        lines = [
            tuple((self.owner.glyphs.plain(text), tone) for text, tone in part)
            for part in wording.progress(self.shown(self._steps), width)
        ]
        body = self.query_one("#body", Scroller)
        height = max(1, min(len(lines), self.size.height - 4))
        if body.size.height != height:
            body.styles.height = height
        body.show(lines)
        self.query_one("#ends", Painted).show([self._last_line()])

    def _last_line(self) -> tuple[tuple[str, Tone], ...]:
        if not self._done:
            return line(
                "Each deletion is proven by listing again. A step under way is not stopped.", Tone.MUTED
            )
        return (
            (wording.summary(self._steps) or "It did not run to the end", Tone.STRONG),
            (".  ", Tone.STRONG),
            *self.keys_line(("run.back", "back")),
        )

    def on_resize(self) -> None:
        """Wrap again at the new width."""
        self.call_after_refresh(self._draw)

    def as_text(self) -> str:
        """Each step as far as it went."""
        plan, steps = self.shown(self._plan), self.shown(self._steps)
        return f"{wording.title(plan)}\n{plain(wording.progress(steps, WIDE))}"

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """There is no key bar: below the dialog."""
        title_of(self.query_one("#box"), wording.title(self.shown(self._plan)), text)

    @does("run.back")
    def do_run_back(self) -> None:
        """Close, once everything has ended."""
        if self._done:
            self.answer(None)

    @does("run.down")
    def do_run_down(self) -> None:
        """Show more of a long run."""
        self.query_one("#body", Scroller).move("down")

    @does("run.up")
    def do_run_up(self) -> None:
        """Show what is above."""
        self.query_one("#body", Scroller).move("up")
