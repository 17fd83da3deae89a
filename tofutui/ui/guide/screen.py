"""The guide: the steps of a run on the left, the step under the cursor on the right."""

import asyncio

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from tofutui import __version__
from tofutui.guide.playbook import offered, playbooks, title_of
from tofutui.guide.run_controller import Guide
from tofutui.guide.run_lease import lease_words
from tofutui.guide.worksheet import values_of
from tofutui.report.record import FORMATS, collect, render_record
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.guide_run import Run, StepState
from tofutui.ui.actions.catalogue import GUIDE, Scope, State
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Link
from tofutui.ui.guide import wording
from tofutui.ui.guide.flows import GuideActs
from tofutui.ui.kit.export import ask_and_write
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.prompts import ChoiceScreen
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, line, plain, wrap

LOOK_AGAIN = 1.0
"""Seconds between two looks at a run that another process holds."""
NARROW = 100
"""Columns below which the list of steps is narrower."""


class GuideScreen(GuideActs):
    """One run of the guide."""

    CSS_PATH = "screen.tcss"
    BINDINGS = bindings_of(GUIDE)
    AUTO_FOCUS = ""

    def __init__(self, link: Link, guide: Guide) -> None:
        super().__init__()
        self.link = link
        self.guide = guide
        self.working = None
        self._cursor = 0
        self._shown: str | None = None
        """The step that was the current one when last drawn: the cursor follows it."""

    def compose(self) -> ComposeResult:
        """Heading, steps, step, keys."""
        yield Painted(id="heading")
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
        """Nobody draws any more."""
        self.guide.on_change = lambda: None

    def _begin(self) -> None:
        if self.guide.run is None or not self.guide.is_mine:
            self.work("looking for an open run", self._open())
        self.draw()

    async def _open(self) -> None:
        held = await self.guide.stored()
        if held is None:
            await self._choose()
        elif self.guide.is_free(held):
            self.say("reading both nodes again: the run goes on where it was …")
            await self.guide.take(held)
            self.say(f"resumed run {held.run.id}; what can have changed was looked at again")
        else:
            assert held.lease is not None
            session, lease = self.shown(self.guide.session).name, self.shown(held.lease)
            text = f"Run {held.run.id} of {session} is in use: {lease_words(lease)}."
            choices = [
                ("watch", "watch it"),
                ("take", "take it over: the other process watches from then on"),
            ]
            answer = await self.ask(ChoiceScreen("In use", [text], choices))
            if answer == "take":
                await self.guide.take(held)
            elif answer == "watch":
                await self.guide.watch(held)
            else:
                self.dismiss(None)

    async def _choose(self) -> None:
        choices = [(book.id, f"{book.title}: {book.summary}") for book in offered(self.guide.session)]
        if not choices:
            self.say(
                "this session names neither a secondary nor an ISE server: nothing to guide", Tone.WARNING
            )
            return
        text = "Nothing is sent by beginning. Registration happens in the browser; this leads and checks."
        playbook = await self.ask(ChoiceScreen("Which procedure?", [text], choices))
        if playbook is None:
            self.dismiss(None)
        else:
            await self.guide.begin(playbook)

    def _changed(self) -> None:
        if self.is_attached:
            self.draw()

    async def _look_again(self) -> None:
        if self.guide.run is None or self.working is not None:
            return
        try:
            await self.guide.look_again()
        except TofutuiError as error:  # a history that is busy now may be readable at the next look
            self.say(str(error), Tone.WARNING)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew."""
        self.set_class(event.size.width < NARROW, "-narrow")
        self.call_after_refresh(self.draw)

    def state(self) -> State:
        """What the registry's rules need to know now."""
        run, holder = self.guide.run, self.guide.holder
        watching = None
        if run is not None and not self.guide.is_mine:
            watching = lease_words(holder) if holder else "nobody"
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
        """Show everything anew."""
        self.draw()

    def draw(self) -> None:
        """Show how things stand; the cursor goes along with the step to be done now."""
        run = self.guide.run
        if run is None or self.chosen is None:
            self._draw_nothing()
            return
        self._follow(run)
        title = wording.heading(self.shown(run), playbooks()[run.playbook].title)
        steps, step = self.query_one("#steps", Scroller), self.query_one("#step", Scroller)
        heading: Line = self.headline(title.lstrip())
        if not self.guide.is_mine and self.guide.holder:
            heading = ((f" WATCHING {lease_words(self.shown(self.guide.holder))} ", Tone.WARNING), *heading)
        if self.working is not None:
            heading = ((f" {self.shown(self.working)} … ", Tone.WARNING), *heading)
        self.query_one("#heading", Painted).show([heading])
        steps.show(wording.step_lines(run, max(10, steps.size.width - 1), self.owner.glyphs, self.shown))
        steps.choose(self._cursor)
        lines = self._about(self.chosen, max(20, step.size.width - 2))
        if run.ended is not None:
            ended = f"The run has ended. {self.owner.keys.name('guide.record')} writes the change record."
            lines = [line(ended, Tone.STRONG), EMPTY, *lines]
        step.show([((" ", Tone.TEXT), *part) if part else EMPTY for part in lines])
        self.query_one(KeyBar).tell(self.state())

    def _draw_nothing(self) -> None:
        self.query_one("#heading", Painted).show([self.headline("Guided re-registration")])
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

    def _move(self, by: int) -> None:
        run = self.guide.run
        if run is not None:
            self._cursor = max(0, min(self._cursor + by, len(run.steps) - 1))
            self.draw()
            self.query_one("#step", Scroller).move("first")

    @does("guide.down")
    def do_guide_down(self) -> None:
        """The next step."""
        self._move(1)

    @does("guide.up")
    def do_guide_up(self) -> None:
        """The step before."""
        self._move(-1)

    @does("guide.now")
    def do_guide_now(self) -> None:
        """The step to be done now."""
        self._shown = None
        self.draw()

    @does("guide.page_down")
    def do_guide_page_down(self) -> None:
        """More of the step."""
        self.query_one("#step", Scroller).move("page_down")

    @does("guide.page_up")
    def do_guide_page_up(self) -> None:
        """What is above in the step."""
        self.query_one("#step", Scroller).move("page_up")

    @does("guide.copy")
    def do_guide_copy(self) -> None:
        """The value with the number of the key."""
        step = self.chosen
        values = values_of(self.guide.held, step.id, self.guide.session) if step else []
        keys = self.owner.keys.of("guide.copy").keys
        number = keys.index(self.owner.presses.key) + 1 if self.owner.presses.key in keys else 0
        if not 1 <= number <= len(values):
            self.say("there is no value with this number here", Tone.WARNING)
            return
        label, value = values[number - 1]
        self.send(value, label)

    def as_text(self) -> str:
        """Everything about the step shown, its values one below the other."""
        step = self.chosen
        return plain(self._about(step, WIDE)) if step else ""

    def _about(self, step: StepState, cells: int) -> list[Line]:
        return wording.about(self.guide, step, cells, self.shown, self.owner.keys)

    def _current(self) -> StepState | None:
        step = self.guide.run.current if self.guide.run else None
        if step is None:
            self.say("the run has ended", Tone.WARNING)
        return step

    @does("guide.skip")
    def do_guide_skip(self) -> None:
        """Leave the current step out."""
        if step := self._current():
            self.work("skipping", self.skip(step))

    @does("guide.fail")
    def do_guide_fail(self) -> None:
        """The current step failed."""
        if step := self._current():
            self.work("failed", self.fail(step))

    @does("guide.reopen")
    def do_guide_reopen(self) -> None:
        """The step under the cursor is to be done again."""
        if step := self.chosen:
            self.work(f"{title_of(step.id)}: again", self.guide.reopen(step))

    @does("guide.note")
    def do_guide_note(self) -> None:
        """A note on the step under the cursor."""
        if step := self.chosen:
            self.work("note", self.note(step))

    @does("guide.causes")
    def do_guide_causes(self) -> None:
        """Why a registration fails."""
        if self.guide.run is not None:
            self.work("known causes", self.mend())

    @does("guide.evidence")
    def do_guide_evidence(self) -> None:
        """Add log lines."""
        from tofutui.ui.evidence.screen import EvidenceScreen

        role = self.guide.session.roles[0]
        self.app.push_screen(EvidenceScreen(self.link.bench, role, None), lambda _: self.draw())

    @does("guide.log")
    def do_guide_log(self) -> None:
        """The commands that were sent."""
        from tofutui.ui.help.command_log import LogScreen

        self.app.push_screen(LogScreen(self.link.bench))

    @does("guide.new")
    def do_guide_new(self) -> None:
        """Another run."""
        self.work("choosing a procedure", self._new())

    async def _new(self) -> None:
        await self.guide.close()
        await self._choose()

    @does("guide.take")
    def do_guide_take(self) -> None:
        """Hold the run that is watched."""
        self.work("taking the run over", self._take())

    async def _take(self) -> None:
        held = await self.guide.stored()
        if held is not None:
            self.say("reading both nodes again …")
            await self.guide.take(held)

    @does("guide.demo_register")
    def do_guide_demo_register(self) -> None:
        """In place of the browser."""
        self.work("simulating the browser", self.simulate("register", "Register was clicked"))

    @does("guide.demo_ise")
    def do_guide_demo_ise(self) -> None:
        """In place of the browser."""
        self.work("simulating the browser", self.simulate("ise-add", "the ISE servers were added and saved"))

    @does("guide.record")
    def do_guide_record(self) -> None:
        """Write the record."""
        if self.guide.run is not None:
            self.work("writing the record", self._record(self.guide.run))

    async def _record(self, run: Run) -> None:
        choices = [(fmt, fmt.upper() if fmt != "markdown" else "Markdown") for fmt in FORMATS]
        fmt = await self.ask(ChoiceScreen("Change record", ["In which form?"], choices))
        if fmt is None:
            return
        suffix = {"markdown": "md"}.get(fmt, fmt)
        default = f"~/tofutui-{self.shown(run).session}-run{run.id}.{suffix}"
        runs, journal = self.guide.tools.runs, self.guide.tools.journal
        record = await asyncio.to_thread(collect, runs, journal, run.id, self.owner.clock())
        mask = self.owner.privacy.mask if self.owner.privacy.on else None
        text = render_record(record, fmt, __version__, mask=mask)
        path = await ask_and_write(self.owner, "Change record", default, text)
        if path is not None:
            self.say(f"record of run {run.id} written to {path}")

    @does("guide.help")
    def do_guide_help(self) -> None:
        """All keys, those of the guide first."""
        self.show_help(Scope.GUIDE)

    @does("guide.back")
    def do_guide_back(self) -> None:
        """To the tables."""
        if self.is_current:
            self.dismiss(None)
