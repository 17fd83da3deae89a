"""What the keys of the guide do with the step that is to be done now."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from tofutui.guide.causes import Signs, mending_step
from tofutui.guide.open_rows import open_words
from tofutui.guide.playbook import text_of, title_of
from tofutui.guide.run_controller import Guide
from tofutui.guide.worksheet import WorksheetField, fields_of, problem
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import in_groups
from tofutui.tofu.deletion.plan import Plan, Step
from tofutui.tofu.guide_run import Progress, Result, StepState
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Link, Runner
from tofutui.ui.kit.prompts import ChoiceScreen, LineScreen
from tofutui.ui.kit.screen import Acting
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import place

OVERWRITE = "overwrite"
"""What has to be typed before registering."""
ACTIVE = "Primary Active"
"""What Configuration Mode shows after a good registration."""
_NEWER = (
    ("back", "not known, or the secondary's: nothing is ticked"),
    ("primary", "the primary's; that of the secondary may be overwritten (written down with your name)"),
)
_GO_ON = (
    ("back", "back: judge them first"),
    ("on", "go on without a judgement of these rows (written down with your name)"),
)


class RecordingRunner:
    """Runs a plan as the executor does, and tells the guide what came of it."""

    def __init__(self, runner: Runner, guide: Guide) -> None:
        self._runner = runner
        self._guide = guide

    def why_not(self, role: Role, entry: Entry | None = None) -> str | None:
        """Why nothing (or this row) can be deleted there now."""
        return self._runner.why_not(role, entry)

    def freeze(self, entries: Sequence[Entry]) -> Plan:
        """The plan for these rows."""
        return self._runner.freeze(entries)

    async def run(self, plan: Plan, on_step: Callable[[int, Step], None]) -> tuple[Step, ...]:
        """Run a confirmed plan."""
        steps = await self._runner.run(plan, on_step)
        await self._guide.deleted(steps)
        return steps

    def stop(self, plan: Plan) -> None:
        """Begin no further row of a running plan."""
        self._runner.stop(plan)

    async def settle(self, role: Role) -> tuple[str, ...]:
        """Decide journalled deletions whose outcome is unknown."""
        return await self._runner.settle(role)


class GuideActs(Acting[None]):
    """The flows of the steps; the screen itself is in `guide`."""

    link: Link
    guide: Guide
    working: str | None
    """What is being done just now."""

    @abstractmethod
    def draw(self) -> None:
        """Show how things stand."""

    def work(self, what: str, flow: Coroutine[Any, Any, None]) -> None:
        """Run a flow in the background, one at a time."""
        if self.working is not None:
            flow.close()
            self.say(f"{self.working} …", Tone.WARNING)
            return
        self.working = what
        self.draw()
        self.owner.run_guarded(self._worked(flow))

    async def _worked(self, flow: Coroutine[Any, Any, None]) -> None:
        try:
            await flow
        finally:
            self.working = None
            if self.is_attached:
                self.draw()

    @does("guide.act")
    def do_guide_act(self) -> None:
        """What the current step says."""
        step = self.guide.run.current if self.guide.run else None
        if step is None:
            ended = "the run has ended; {guide.record} writes its record, {guide.new} begins another"
            self.say(self.owner.keys.text(ended))
            return
        self.work("under way", self._act(step))

    async def _act(self, step: StepState) -> None:
        kind = text_of(step.id).kind
        if step.progress is Progress.FAILED:
            await self.guide.again(step)
            step = self.guide.held.step(step.id)
            if kind not in ("preflight", "verify", "delete", "form"):
                self.say(f"{title_of(step.id)}: to be done again")
                return
        if kind == "preflight":
            self.say("reading both nodes …")
            await self.guide.preflight()
        elif kind == "verify":
            self.say("listing both nodes again …")
            await self.guide.verify()
        elif kind == "delete":
            await self._delete()
        elif kind == "form":
            await self._fill(step)
        else:
            await self._by_hand(step, kind)

    async def _by_hand(self, step: StepState, kind: str) -> None:
        if kind == "reconnect":
            await self.guide.stay_apart(step)
        elif kind == "acknowledge":
            await self._acknowledge(step)
        elif kind == "register":
            await self._tick_overwriting(step, "")
        elif kind == "active":
            await self._seen_in_browser(step)
        else:
            await self.guide.tick(step)

    async def _acknowledge(self, step: StepState) -> None:
        text = "Registering overwrites the secondary's database. Type the word overwrite to go on."
        typed = await self.ask(LineScreen(title_of(step.id), [text], check=_is_overwrite))
        if typed is not None:
            await self._tick_overwriting(step, "acknowledged that the secondary's database is overwritten")

    async def _tick_overwriting(self, step: StepState, seen: str) -> None:
        """Tick what lets the secondary be overwritten; what the states do not show has to be answered."""
        self.say("asking both nodes which database is the newer one …")
        direction = await self.guide.direction()
        if direction.result in (Result.PASS, Result.FAIL):
            await self.guide.tick(step, seen)
            return
        texts = [direction.seen, "These states do not show which database is the newer one. Which is it?"]
        answer = await self.ask(ChoiceScreen(title_of(step.id), texts, _NEWER))
        if answer == "primary":
            await self.guide.tick(step, seen, vouched_for=direction.seen)
        else:
            self.say("not ticked: nothing is to be registered before this is known", Tone.WARNING)

    async def _seen_in_browser(self, step: StepState) -> None:
        text = (
            "This step is ticked automatically when both nodes say that they are connected. If a state "
            f"cannot be read: type what Configuration Mode shows in the browser. Only {ACTIVE} counts."
        )
        typed = await self.ask(LineScreen(title_of(step.id), [text], check=_is_active))
        if typed:
            await self.guide.tick(step, f"seen in the browser, not by tofutui: {typed}")

    async def ask(self, screen: "LineScreen | ChoiceScreen") -> str | None:
        """Show a dialog and wait for its answer."""
        return await self.app.push_screen_wait(screen)

    async def _fill(self, step: StepState) -> None:
        """Ask for every field of a form, those that follow from an answer too."""
        asked: set[str] = set()
        while field := next((f for f in fields_of(step.id, self.guide.sheet) if f.id not in asked), None):
            asked.add(field.id)
            answer = await self._field(field)
            if answer is None:
                return
            await self.guide.enter(field.id, answer)
        wrong = await self.guide.form_done(step)
        if wrong:
            self.say(wrong[0], Tone.DANGER)

    async def _field(self, field: WorksheetField) -> str | None:
        now = self.guide.held.answer(field.id)
        if field.choices:
            return await self.ask(ChoiceScreen(field.label, [field.ask], field.choices, now))
        sheet = self.guide.sheet
        value = now or field.default(self.guide.session)
        return await self.ask(
            LineScreen(field.label, [field.ask], value, lambda text: problem(field, text, sheet))
        )

    async def _delete(self) -> None:
        """The plan, who compared the fingerprints, the delete dialog, the run: none of them is left out."""
        from tofutui.ui.deletion.dialog import DeleteScreen
        from tofutui.ui.deletion.plan_screen import PlanScreen
        from tofutui.ui.deletion.progress import RunScreen

        comparison = self.link.bench.comparison
        if not self.guide.survey.stale():
            if not comparison.complete:
                again = "the tables are not complete: {table.refresh} in the tables lists them again"
                self.say(self.owner.keys.text(again), Tone.WARNING)
            else:
                await self._nothing_stale()
            return
        chosen = await self.app.push_screen_wait(PlanScreen(comparison, self.link.runner))
        if not chosen or not await self._compared(chosen):
            self.say("nothing was sent")
            return
        runner = RecordingRunner(self.link.runner, self.guide)
        try:
            plan = runner.freeze(chosen)
        except TofutuiError as error:
            self.say(f"nothing was sent: {error}", Tone.WARNING)
            return
        if not plan.deletions:
            return
        if await self.app.push_screen_wait(DeleteScreen(plan, 0, comparison.seen_from)):
            await self.app.push_screen_wait(RunScreen(plan, runner))
        else:
            self.say("kept; nothing was sent")

    async def _nothing_stale(self) -> None:
        """End the step; over rows that are not judged only if the operator decides so."""
        rows = await self.guide.undecided()
        if not rows:
            await self.guide.nothing_open()
            return
        unjudged = open_words(rows, self.owner.clock())
        texts = [f"No row is known to be stale, but that is not seen of every row: {unjudged}"]
        if await self.ask(ChoiceScreen("Rows that are not judged", texts, _GO_ON)) == "on":
            await self.guide.leave_open(self.guide.held.step("delete"), rows)
        else:
            self.say(self.owner.keys.text("{guide.evidence} adds evidence, {guide.back} leads to the tables"))

    async def _compared(self, chosen: Sequence[Entry]) -> bool:
        """Ask for each row who compared its SHA-256; False when that was broken off."""
        for entry in chosen:
            key, sha256 = entry.key or "", entry.sha256 or ""
            about = (entry.role, key, sha256)
            said = self.guide.held.confirmations
            if any((old.role, old.key, old.sha256) == about and old.text for old in said):
                continue
            texts = [
                f"{place(entry)} in the table of {entry.role.word} presents the SHA-256",
                in_groups(sha256) if sha256 else "(nothing: no certificate is presented)",
                "Who compared it with what the remote's owner says, and how? Empty: nobody did, and the "
                "record says so.",
            ]
            typed = await self.ask(LineScreen(f"SHA-256 of {place(entry)}", texts))
            if typed is None:
                return False
            await self.guide.confirm(entry.role, key, sha256, typed)
        return True

    async def skip(self, step: StepState) -> None:
        """Ask for the reason, then leave the step out."""
        typed = await self.ask(LineScreen(f"Skip: {title_of(step.id)}", ["Why is it left out?"], check=_some))
        if typed:
            await self.guide.skip(step, typed)

    async def fail(self, step: StepState) -> None:
        """Ask what was seen, then show the known causes."""
        text = "What did the page or the log say?"
        typed = await self.ask(LineScreen(f"Failed: {title_of(step.id)}", [text], check=_some))
        if typed:
            await self.guide.fail(step, typed)
            await self.mend()

    async def mend(self) -> None:
        """Show the known causes, then go to the step that mends the one chosen."""
        from tofutui.ui.guide.causes import CausesScreen

        others = self.link.bench.comparison.not_tofu
        rows, now = await self.guide.open_rows(), self.owner.clock()
        signs = Signs(run=self.guide.held, others=others, rows=rows, now=now)
        chosen = await self.app.push_screen_wait(CausesScreen(signs))
        if chosen is not None:
            await self.guide.mend(mending_step(chosen.cause, self.guide.held))
            self.say(f"{chosen.cause.title}: mend it here, then go on")

    async def note(self, step: StepState) -> None:
        """Write something beside a step."""
        text = "Kept in the record. No secrets."
        typed = await self.ask(LineScreen(f"Note: {title_of(step.id)}", [text], check=_some))
        if typed:
            await self.guide.note(step, typed)

    async def simulate(self, command: str, words: str) -> None:
        """Operate the simulated pair in place of a browser."""
        tell = self.owner.options.lab_command
        if tell is None:
            self.say("there is no simulated pair to operate", Tone.WARNING)
            return
        answer = await asyncio.to_thread(tell, command)
        good = answer == "ok"
        text = f"simulated browser: {words}" if good else f"simulated browser: {answer}"
        self.say(text, Tone.TEXT if good else Tone.DANGER)


def _is_overwrite(text: str) -> str | None:
    return None if text.strip().lower() == OVERWRITE else f"type {OVERWRITE}, or leave with {{ask.no}}"


def _is_active(text: str) -> str | None:
    if " ".join(text.split()).casefold() == ACTIVE.casefold():
        return None
    return f"only {ACTIVE} ticks this step; leave with {{ask.no}}, then say what is shown with {{guide.fail}}"


def _some(text: str) -> str | None:
    return None if text.strip() else "nothing was typed"
