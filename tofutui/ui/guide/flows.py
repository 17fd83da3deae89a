"""What the keys of the guide do with its steps."""

from tofutui.guide.causes import Signs, mending_step
from tofutui.guide.playbook import text_of, title_of
from tofutui.guide.rules import Sheet
from tofutui.guide.worksheet import WorksheetField, all_fields, direction_words, fields_of, problem
from tofutui.tofu.guide_run import GuideAnswer, Progress, Result, StepState
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.handlers import does
from tofutui.ui.guide.delete_flow import DeleteFlow
from tofutui.ui.guide.form import Form, SheetScreen, Values
from tofutui.ui.guide.state import Guided
from tofutui.ui.kit.dialogs.confirm import ConfirmScreen
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen, LineScreen
from tofutui.ui.kit.screen import Flow
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import node_name

ACTIVE = "Primary Active"
"""What Configuration Mode shows after a good registration."""
_NEWER = (
    ("back", "not known, or the secondary's: nothing is ticked"),
    ("primary", "the primary's; that of the secondary may be overwritten (recorded with your name)"),
)
_BEGUN_HERE = ("preflight", "form", "delete", "reconnect", "acknowledge", "verify")
"""Kinds of steps that the program carries out."""
_FOLLOWS_ON = ("form", "delete", "acknowledge", "verify")
"""Those that begin as soon as the step before them is ended by a key."""


class StepFlow(Flow[Guided]):
    """Begins, ticks, skips and fails steps; a step that the program carries out follows straight on."""

    @does("guide.act")
    def act(self) -> None:
        """Begin what the program does in the current step."""
        if step := self.screen.current():
            self.screen.follow()
            self.screen.work("under way", self._act(step))

    @does("guide.done")
    def done(self) -> None:
        """Tick the current step, which a person did in the browser."""
        if step := self.screen.current():
            self.screen.follow()
            self.screen.work("ticking", self._done(step))

    async def begin_preflight(self) -> None:
        """Look at everything, and stay on the result."""
        self.screen.say("reading both nodes …")
        await self.screen.guide.preflight()
        self.screen.stay("preflight")
        results = [check.result for check in self.screen.guide.held.checks if check.step == "preflight"]
        words = [f"{results.count(result)} {result.value}" for result in Result if result in results]
        self.screen.say(f"preflight: {', '.join(words)}")

    async def _act(self, step: StepState) -> None:
        kind = text_of(step.id).kind
        if step.progress is Progress.FAILED:
            await self.screen.guide.again(step)
            step = self.screen.guide.held.step(step.id)
            if kind not in _BEGUN_HERE:
                self.screen.say(f"{title_of(step.id)}: to be done again")
                return
        if kind not in _BEGUN_HERE:
            self._say_where(step)
            return
        await self._begin(step, kind)
        if kind != "preflight":
            await self._follow_on(step)

    async def _begin(self, step: StepState, kind: str) -> None:
        guide = self.screen.guide
        if kind == "preflight":
            await self.begin_preflight()
        elif kind == "verify" and step.progress is Progress.WAITING:
            await self.screen.flow(DeleteFlow).ways_on(step)
        elif kind == "verify":
            await self._verify()
        elif kind == "delete":
            await self.screen.flow(DeleteFlow).delete()
        elif kind == "form":
            await self._fill(step)
        elif kind == "reconnect":
            await guide.stay_apart(step)
        else:
            await self._overwrite(step, "acknowledged that the secondary's database is overwritten")

    def _say_where(self, step: StepState) -> None:
        done = self.owner.keys.text("do this step in the browser; then {guide.done} ticks it")
        self.screen.say(f"{title_of(step.id)}: {done}", Tone.WARNING)

    async def _follow_on(self, before: StepState) -> None:
        """Begin the next step where it is the program's, so that no key is needed for it."""
        step = self.screen.guide.held.current
        if step is None or step.id == before.id or step.progress is Progress.FAILED:
            return
        kind = text_of(step.id).kind
        if kind in _FOLLOWS_ON:
            await self._begin(step, kind)
            await self._follow_on(step)

    async def _done(self, step: StepState) -> None:
        kind = text_of(step.id).kind
        if kind in _BEGUN_HERE:
            begins = self.owner.keys.text("{guide.act} begins it")
            self.screen.say(
                f"{title_of(step.id)}: there is nothing to do in the browser; {begins}", Tone.WARNING
            )
            return
        if step.progress is Progress.FAILED:
            await self.screen.guide.again(step)
            step = self.screen.guide.held.step(step.id)
        if kind == "register":
            await self._tick_overwriting(step, "")
        elif kind == "active":
            await self._seen_in_browser(step)
        else:
            await self.screen.guide.tick(step)
        await self._follow_on(step)

    async def _verify(self) -> None:
        self.screen.say("listing both nodes again …")
        await self.screen.guide.verify()
        step = self.screen.guide.held.current
        if step is not None and step.progress is Progress.WAITING:
            await self.screen.flow(DeleteFlow).ways_on(step)

    @property
    def _names(self) -> dict[Role, str]:
        views = self.screen.link.bench.comparison.nodes
        return {role: node_name(view) for role, view in views.items()}

    async def _overwrite(self, step: StepState, seen: str) -> None:
        """The question before registering: whose database is copied over whose."""
        self.screen.say("asking both nodes which database is the newer one …")
        direction = await self.screen.guide.direction()
        if direction.result is Result.FAIL:
            await self.screen.guide.tick(step, seen)
            return
        primary, secondary = (self._names[role] for role in Role)
        words = (
            direction_words(self.screen.guide.session, self._names),
            f"Registering copies the whole database of {primary} to {secondary}.",
            f"Everything in the database of {secondary} is overwritten and lost.",
            f"Both nodes say now: {direction.seen}",
        )
        question = ConfirmScreen(title_of(step.id), words, f"overwrite {secondary}", "keep both")
        if await self.screen.ask(question):
            await self._tick_overwriting(step, seen)
        else:
            self.screen.say("not ticked: do not register before this is resolved", Tone.WARNING)

    async def _tick_overwriting(self, step: StepState, seen: str) -> None:
        """Tick what lets the secondary be overwritten; what the states do not show has to be answered."""
        direction = await self.screen.guide.direction()
        if direction.result in (Result.PASS, Result.FAIL):
            await self.screen.guide.tick(step, seen)
            return
        texts = [direction.seen, "These states do not show which database is the newer one. Which is it?"]
        if await self.screen.ask(ChoiceScreen(title_of(step.id), texts, _NEWER)) == "primary":
            await self.screen.guide.tick(step, seen, vouched_for=direction.seen)
        else:
            self.screen.say("not ticked: do not register before this is known", Tone.WARNING)

    async def _seen_in_browser(self, step: StepState) -> None:
        text = (
            "This step is ticked automatically when both nodes report that they are connected. If a state "
            f"cannot be read: type what Configuration Mode shows in the browser. Only {ACTIVE} counts."
        )
        typed = await self.screen.ask(LineScreen(title_of(step.id), [text], check=_is_active))
        if typed:
            await self.screen.guide.tick(step, f"seen in the browser, not by tofutui: {typed}")

    async def _fill(self, step: StepState) -> None:
        """Ask everything of a form on one page."""
        guide = self.screen.guide
        values = {
            f.id: guide.held.answer(f.id) or f.default(guide.session) for f in all_fields(guide.session)
        }
        form = Form(
            title=title_of(step.id),
            fields=lambda answers: fields_of(step.id, self._sheet(answers)),
            problem=self._problem,
            values=values,
        )
        answers = await self.screen.ask(SheetScreen(form))
        if answers is None:
            return
        for field, value in answers.items():
            await guide.enter(field, value)
        wrong = await guide.form_done(step)
        if wrong:
            self.screen.say(wrong[0], Tone.DANGER)

    def _sheet(self, answers: Values) -> Sheet:
        """The form as it is with these answers."""
        guide = self.screen.guide
        run = guide.held
        for field, value in answers.items():
            run = run.with_answer(GuideAnswer(field, value.strip()))
        return Sheet(guide.session, run, guide.resolved)

    def _problem(self, field: WorksheetField, answers: Values) -> str | None:
        return problem(field, answers.get(field.id, ""), self._sheet(answers))

    @does("guide.skip")
    def skip(self) -> None:
        """Leave the current step out."""
        if step := self.screen.current():
            self.screen.work("skipping", self._skip(step))

    async def _skip(self, step: StepState) -> None:
        question = LineScreen(f"Skip: {title_of(step.id)}", ["Why is it skipped?"], check=_some)
        if typed := await self.screen.ask(question):
            await self.screen.guide.skip(step, typed)

    @does("guide.fail")
    def fail(self) -> None:
        """The current step failed."""
        if step := self.screen.current():
            self.screen.work("failed", self._fail(step))

    async def _fail(self, step: StepState) -> None:
        """Ask what was seen, then show the causes, most likely first."""
        text = "What does the page or the log say? Type or paste its words."
        typed = await self.screen.ask(LineScreen(f"Failed: {title_of(step.id)}", [text], check=_some))
        if typed:
            understood = await self.screen.guide.fail(step, typed)
            self.screen.say(understood, stays=True)
            await self._mend()

    @does("guide.causes")
    def causes(self) -> None:
        """Why a registration fails."""
        if self.screen.guide.run is not None:
            self.screen.work("known causes", self._mend())

    async def _mend(self) -> None:
        """Show the known causes, then go to the step that mends the one chosen, and begin it."""
        from tofutui.ui.guide.causes import CausesScreen

        guide, others = self.screen.guide, self.screen.link.bench.comparison.not_tofu
        rows, now = await guide.open_rows(), self.owner.clock()
        chosen = await self.screen.ask(CausesScreen(Signs(run=guide.held, others=others, rows=rows, now=now)))
        if chosen is None:
            return
        await guide.mend(mending_step(chosen.cause, guide.held))
        step = guide.held.current
        self.screen.say(f"to fix: {chosen.cause.title}")
        if step is not None and text_of(step.id).kind in ("delete", "form"):
            await self._begin(step, text_of(step.id).kind)
            await self._follow_on(step)

    @does("guide.reopen")
    def reopen(self) -> None:
        """The step under the cursor has to be done again."""
        if step := self.screen.chosen:
            self.screen.work(f"{title_of(step.id)}: again", self.screen.guide.reopen(step))

    @does("guide.note")
    def note(self) -> None:
        """A note on the step under the cursor."""
        if step := self.screen.chosen:
            self.screen.work("note", self._note(step))

    async def _note(self, step: StepState) -> None:
        text = "Kept in the record. No secrets."
        typed = await self.screen.ask(LineScreen(f"Note: {title_of(step.id)}", [text], check=_some))
        if typed:
            await self.screen.guide.note(step, typed)


def _is_active(text: str) -> str | None:
    if " ".join(text.split()).casefold() == ACTIVE.casefold():
        return None
    return (
        f"only {ACTIVE} ticks this step; leave with {{ask.no}}, then report what is shown with {{guide.fail}}"
    )


def _some(text: str) -> str | None:
    return None if text.strip() else "nothing was typed"
