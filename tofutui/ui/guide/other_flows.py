"""What the keys of the guide do beside its steps: which run is shown, its record, the simulated browser."""

import asyncio

from tofutui.guide.playbook import offered
from tofutui.guide.run_lease import lease_words
from tofutui.report.record import FORMATS, collect, render_record
from tofutui.tofu.guide_run import Run
from tofutui.ui.actions.handlers import does
from tofutui.ui.guide.flows import StepFlow
from tofutui.ui.guide.state import Guided
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen
from tofutui.ui.kit.export import ask_and_write
from tofutui.ui.kit.screen import Flow
from tofutui.ui.text.spans import Tone


class RunFlow(Flow[Guided]):
    """Which run is shown: one that is open is resumed or watched, else a procedure is chosen."""

    async def open(self) -> None:
        """Find the run that is open, or let a playbook be chosen."""
        guide = self.screen.guide
        held = await guide.stored()
        if held is None:
            await self._choose()
        elif guide.is_free(held):
            self.screen.say("reading both nodes again: the run continues where it was …")
            await guide.take(held)
            self.screen.say(f"resumed run {held.run.id}; what can have changed was checked again")
        else:
            assert held.lease is not None
            session, lease = self.screen.shown(guide.session).name, self.screen.shown(held.lease)
            text = f"Run {held.run.id} of {session} is in use: {lease_words(lease)}."
            choices = [
                ("watch", "watch it"),
                ("take", "take it over: the other process watches from then on"),
            ]
            answer = await self.screen.ask(ChoiceScreen("In use", [text], choices))
            if answer == "take":
                await guide.take(held)
            elif answer == "watch":
                await guide.watch(held)
            else:
                self.screen.dismiss(None)

    async def _choose(self) -> None:
        guide = self.screen.guide
        choices = [(book.id, f"{book.title}: {book.summary}") for book in offered(guide.session)]
        if not choices:
            text = "this session names neither a secondary nor an ISE server: there is nothing to guide"
            self.screen.say(text, Tone.WARNING)
            return
        text = (
            "It begins with the preflight, which only reads. Registration happens in the browser; the guide "
            "gives the steps and checks them."
        )
        playbook = await self.screen.ask(ChoiceScreen("Which procedure?", [text], choices))
        if playbook is None:
            self.screen.dismiss(None)
        else:
            await guide.begin(playbook)
            await self.screen.flow(StepFlow).begin_preflight()

    @does("guide.new")
    def new(self) -> None:
        """Another run."""
        self.screen.work("choosing a procedure", self._new())

    async def _new(self) -> None:
        await self.screen.guide.close()
        await self._choose()

    @does("guide.take")
    def take(self) -> None:
        """Hold the run that is watched."""
        self.screen.work("taking the run over", self._take())

    async def _take(self) -> None:
        held = await self.screen.guide.stored()
        if held is not None:
            self.screen.say("reading both nodes again …")
            await self.screen.guide.take(held)


class RecordFlow(Flow[Guided]):
    """The record of the run that is shown."""

    @does("guide.record")
    def record(self) -> None:
        """Write the record."""
        if self.screen.guide.run is not None:
            self.screen.work("change record", self._record(self.screen.guide.run))

    async def _record(self, run: Run) -> None:
        from tofutui import __version__

        choices = [(fmt, fmt.upper() if fmt != "markdown" else "Markdown") for fmt in FORMATS]
        fmt = await self.screen.ask(ChoiceScreen("Change record", ["In which format?"], choices))
        if fmt is None:
            return
        suffix = {"markdown": "md"}.get(fmt, fmt)
        default = f"~/tofutui-{self.screen.shown(run).session}-run{run.id}.{suffix}"
        runs, journal = self.screen.guide.tools.runs, self.screen.guide.tools.journal
        record = await asyncio.to_thread(collect, runs, journal, run.id, self.owner.clock())
        mask = self.owner.privacy.mask if self.owner.privacy.on else None
        text = render_record(record, fmt, __version__, mask=mask)
        path = await ask_and_write(self.owner, "Change record", default, text)
        if path is not None:
            self.screen.say(f"record of run {run.id} written to {path}")


class DemoFlow(Flow[Guided]):
    """Operates the simulated pair in place of a browser."""

    @does("guide.demo_register")
    def register(self) -> None:
        """Click Register."""
        self.screen.work("simulating the browser", self._simulate("register", "Register was clicked"))

    @does("guide.demo_ise")
    def add_ise(self) -> None:
        """Add the ISE servers."""
        words = "the ISE servers were added and saved"
        self.screen.work("simulating the browser", self._simulate("ise-add", words))

    async def _simulate(self, command: str, words: str) -> None:
        answer = await asyncio.to_thread(self.owner.options.simulate, command)
        good = answer == "ok"
        text = f"simulated browser: {words}" if good else f"simulated browser: {answer}"
        self.screen.say(text, Tone.TEXT if good else Tone.DANGER)
        self.screen.guide.look_now()
