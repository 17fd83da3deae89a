"""The guide: the steps of a run on the left, the step under the cursor on the right."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from tofutui.guide.playbook import playbooks
from tofutui.guide.run_controller import Guide
from tofutui.guide.run_lease import lease_words
from tofutui.guide.worksheet import values_of
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.guide_run import Run, StepState
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import GUIDE, State
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.actions.movement import moved
from tofutui.ui.backend import Link
from tofutui.ui.guide import wording
from tofutui.ui.guide.delete_flow import DeleteFlow
from tofutui.ui.guide.flows import StepFlow
from tofutui.ui.guide.other_flows import DemoFlow, RecordFlow, RunFlow
from tofutui.ui.guide.state import Guided
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, line, plain, wrap
from tofutui.ui.text.vocabulary import node_name

LOOK_AGAIN = 1.0
"""Seconds between two looks at a run that another process holds."""
NARROW = 100
"""Columns below which the list of steps is narrower."""


class Banner(Painted):
    """Lines that are not missed: what was reached, over the whole width, reversed."""

    def render_line(self, y: int) -> Strip:
        """The line, reversed."""
        return self.strip(self.lines[y] if y < len(self.lines) else EMPTY, self.size.width, reverse=True)


class GuideScreen(Guided):
    """One run of the guide."""

    CSS_PATH = "screen.tcss"
    BINDINGS = bindings_of(GUIDE)
    AUTO_FOCUS = ""
    flows = (StepFlow, DeleteFlow, RunFlow, RecordFlow, DemoFlow)

    def __init__(self, link: Link, guide: Guide) -> None:
        super().__init__()
        self.link = link
        self.guide = guide
        self.working = None
        self._cursor = 0
        self._shown: str | None = None
        """The step that was the current one when last drawn: the cursor follows it."""
        self._unfolded = False
        """Whether the checks that passed are shown."""

    def compose(self) -> ComposeResult:
        """Heading, what was reached, steps, step, keys."""
        yield Painted(id="heading")
        yield Banner(id="banner")
        with Horizontal(id="both"):
            yield Scroller(id="steps", picks=True)
            yield Scroller(id="step")
        yield KeyBar(GUIDE, id="keys")

    def on_mount(self) -> None:
        """Find the run that is open, or let a playbook be chosen."""
        self.guide.on_change = self._changed
        self.set_interval(LOOK_AGAIN, self._look_again)
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Nothing more is drawn."""
        self.guide.on_change = lambda: None

    def _begin(self) -> None:
        if self.guide.run is None or not self.guide.is_mine:
            self.work("opening a run", self.flow(RunFlow).open())
        self.redraw()

    def _changed(self) -> None:
        if self.is_attached:
            self.redraw()

    async def _look_again(self) -> None:
        if self.guide.run is None or self.working is not None:
            return
        try:
            await self.guide.look_again()
        except TofutuiError as error:  # a history that is busy now may be readable at the next look
            self.say(str(error), Tone.WARNING)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap to the new width."""
        self.set_class(event.size.width < NARROW, "-narrow")
        self.call_after_refresh(self.redraw)

    def state(self) -> State:
        """What the registry's rules need to know now."""
        run, holder = self.guide.run, self.guide.holder
        watching = None
        if run is not None and not self.guide.is_mine:
            watching = lease_words(holder) if holder else "another process"
        return State(
            watching=watching,
            ended=run is not None and run.ended is not None,
            demo=self.guide.session.demo,
            working=self.working,
            private=self.owner.privacy.on,
        )

    @property
    def chosen(self) -> StepState | None:
        """The step under the cursor."""
        run = self.guide.run
        return run.steps[min(self._cursor, len(run.steps) - 1)] if run else None

    def redraw(self) -> None:
        """Show the run as it is now; the cursor goes along with the step to be done now."""
        run = self.guide.run
        if run is None or self.chosen is None:
            self._draw_nothing()
            return
        self._follow(run)
        self.query_one("#heading", Painted).show(self._heading(run))
        self._draw_banner(run)
        steps, step = self.query_one("#steps", Scroller), self.query_one("#step", Scroller)
        steps.show(wording.step_lines(run, max(10, steps.size.width - 1), self.owner.glyphs, self.shown))
        steps.choose(self._cursor)
        lines = self._about(self.chosen, max(20, step.size.width - 2))
        step.show([((" ", Tone.TEXT), *part) if part else EMPTY for part in lines])
        self.query_one(KeyBar).tell(self.state())

    def _heading(self, run: Run) -> list[Line]:
        title = wording.heading(self.shown(run), playbooks()[run.playbook].title)
        heading: Line = self.headline(title.lstrip())
        if not self.guide.is_mine and self.guide.holder:
            heading = ((f" WATCHING {lease_words(self.shown(self.guide.holder))} ", Tone.WARNING), *heading)
        if self.working is not None:
            heading = ((f" {self.shown(self.working)} … ", Tone.WARNING), *heading)
        return [heading, wording.parts_line(run, self.owner.glyphs)]

    def _draw_banner(self, run: Run) -> None:
        banner, lines = (
            self.query_one("#banner", Banner),
            wording.reached(run, self._names(), self.owner.keys),
        )
        banner.display = bool(lines)
        banner.styles.height = len(lines)
        banner.show(lines)

    def _draw_nothing(self) -> None:
        self.query_one("#heading", Painted).show([self.headline("Guided re-registration")])
        self.query_one("#banner", Banner).display = False
        step = self.query_one("#step", Scroller)
        text = f"{self.working} …" if self.working else "no run"
        step.show([line(" " + part) for part in wrap(text, max(20, step.size.width - 2))])
        self.query_one(KeyBar).tell(self.state())

    def _follow(self, run: Run) -> None:
        current = run.current
        if current is not None and current.id != self._shown:
            self._shown = current.id
            self._cursor = run.steps.index(current)
            self.query_one("#step", Scroller).move("first")

    def follow(self) -> None:
        """Put the cursor on the step to do now."""
        self._shown = None
        self.redraw()

    def stay(self, step_id: str) -> None:
        """Leave the cursor on a step that has just ended, so that its result can be read."""
        run = self.guide.run
        if run is not None and run.current is not None:
            self._shown = run.current.id
            self._cursor = run.steps.index(run.step(step_id))
            self.redraw()

    @moves("guide")
    def move(self, name: str) -> None:
        """Another step, or another part of the step shown."""
        run = self.guide.run
        if name not in ("up", "down"):
            self.query_one("#step", Scroller).move(name)
        elif run is not None:
            self._cursor = moved(name, self._cursor, len(run.steps))
            self.redraw()
            self.query_one("#step", Scroller).move("first")

    @does("guide.now")
    def show_current(self) -> None:
        """The step to be done now."""
        self.follow()

    @does("guide.passed")
    def unfold(self) -> None:
        """Show or hide the checks that passed."""
        self._unfolded = not self._unfolded
        self.redraw()

    @does("guide.copy")
    def copy_value(self) -> None:
        """The value with the number of the key."""
        step = self.chosen
        values = values_of(self.guide.held, step.id, self.guide.session) if step else []
        keys = self.owner.keys.of("guide.copy").keys
        number = keys.index(self.owner.presses.key) + 1 if self.owner.presses.key in keys else 0
        if not 1 <= number <= len(values):
            self.say("no value has this number here", Tone.WARNING)
            return
        label, value = values[number - 1]
        self.send(value, label)

    def as_text(self) -> str:
        """Everything about the step shown, its values one below the other."""
        step = self.chosen
        return plain(self._about(step, WIDE)) if step else ""

    def _names(self) -> dict[Role, str]:
        """Each node as ``PRIMARY prime-pri``, as it may be shown."""
        head, nodes = self.owner.privacy.head, self.link.bench.comparison.nodes
        return {role: node_name(head(view)) for role, view in nodes.items()}

    def _about(self, step: StepState, cells: int) -> list[Line]:
        look = wording.StepLook(
            width=cells, hide=self.shown, keys=self.owner.keys, names=self._names(), unfolded=self._unfolded
        )
        return wording.about(self.guide, step, look)

    @does("guide.evidence")
    def show_evidence(self) -> None:
        """Add log lines."""
        from tofutui.ui.evidence.screen import EvidenceScreen

        role = self.guide.session.roles[0]
        self.app.push_screen(EvidenceScreen(self.link.bench, role, None), lambda _: self.redraw())

    @does("guide.log")
    def show_log(self) -> None:
        """The commands that were sent."""
        from tofutui.ui.help.command_log import LogScreen

        self.app.push_screen(LogScreen(self.link.bench))

    @does("guide.back")
    def go_back(self) -> None:
        """To the tables."""
        if self.is_current:
            self.dismiss(None)
