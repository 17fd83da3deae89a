"""The step that deletes: the plan, who compared, the dialog, the run; and the ways on over what is open."""

from collections.abc import Sequence

from tofutui.guide.worksheet import WorksheetField
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import in_groups
from tofutui.tofu.guide_run import OpenRow, StepState
from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.guide.form import Form, SheetScreen
from tofutui.ui.guide.state import Guided
from tofutui.ui.kit.confirmation import KEPT
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen
from tofutui.ui.kit.screen import Flow
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import place

OPEN = "Rows that are neither proven nor deleted"
NOTHING = "nothing was sent"


class DeleteFlow(Flow[Guided]):
    """Nothing is sent but through the delete dialog; over what stays open the operator decides."""

    async def delete(self) -> None:
        """Carry out the step that deletes, as far as the operator goes."""
        guide = self.screen.guide
        if guide.survey.stale() and not await self._planned():
            return
        step = guide.held.current
        if step is None or step.id != "delete" or step.reason:
            return
        if await guide.undecided():
            await self.ways_on(step)
        else:
            await guide.nothing_open()

    async def _planned(self) -> bool:
        """The plan, and the dialog for what was chosen in it; keeping leads back to the plan.

        Returns:
            Whether the step continues: rows were deleted, or the plan was left at once.
        """
        from tofutui.ui.deletion.plan_screen import PlanScreen

        link, kept = self.screen.link, ""
        while chosen := await self.screen.app.push_screen_wait(
            PlanScreen(link.bench.comparison, link.runner, kept)
        ):
            kept = await self._propose(chosen)
            if not kept:
                return True
        if kept:
            self.screen.say(kept)
        return not kept

    async def ways_on(self, step: StepState) -> None:
        """Prove the rows that are open, delete them too, or go on and have that written down."""
        guide, now = self.screen.guide, self.owner.clock()
        rows = await guide.undecided()
        choices = (
            ("prove", "prove them: evidence, logs and exported certificates"),
            ("delete", "delete them too: the dialog asks for the key of a row that is not stale"),
            ("on", f"go on anyway; recorded with your name ({guide.tools.me.user})"),
            ("back", "back to the guide"),
        )
        answer = await self.screen.ask(ChoiceScreen(OPEN, [row.words(now) for row in rows], choices))
        if answer == "prove":
            await self._prove(rows)
        elif answer == "delete":
            await self._delete_too(step, rows)
        elif answer == "on":
            await guide.leave_open(step, rows)
        else:
            self.screen.say("nothing was sent, and nothing was decided")

    async def _prove(self, rows: Sequence[OpenRow]) -> None:
        from tofutui.ui.evidence.screen import EvidenceScreen

        bench = self.screen.link.bench
        entries = self._entries(rows)
        role = entries[0].role if entries else self.screen.guide.session.roles[0]
        await self.screen.app.push_screen_wait(EvidenceScreen(bench, role, entries[0] if entries else None))
        await self.screen.guide.look_at_ticks()
        begin = self.owner.keys.name("guide.act")
        left = len(await self.screen.guide.undecided())
        self.screen.say(f"{left} rows are still open; {begin} goes on" if left else f"{begin} goes on")

    async def _delete_too(self, step: StepState, rows: Sequence[OpenRow]) -> None:
        entries = self._entries(rows)
        if not entries:
            self.screen.say("none of these rows has a key by which it can be deleted", Tone.WARNING)
            return
        if step.id != "delete":
            await self.screen.guide.mend("delete")
        kept = await self._propose(entries)
        if kept:
            self.screen.say(kept)

    def _entries(self, rows: Sequence[OpenRow]) -> list[Entry]:
        places = {(row.role, row.key) for row in rows}
        entries = self.screen.link.bench.comparison.entries()
        return [entry for entry in entries if entry.key and (entry.role, entry.key) in places]

    async def _propose(self, entries: Sequence[Entry]) -> str:
        """Who compared, the dialog, the run; what to say where it was not run, "" where it was."""
        from tofutui.ui.deletion.dialog import DeleteScreen, RunScreen

        if not await self._compared(entries):
            return NOTHING
        runner = self.screen.link.runner
        try:
            plan = runner.freeze(entries)
        except TofutuiError as error:
            return f"{NOTHING}: {error}"
        seen_from = self.screen.link.bench.comparison.seen_from
        app = self.screen.app
        if not plan.deletions or not await app.push_screen_wait(DeleteScreen(plan, 0, seen_from)):
            return KEPT
        await app.push_screen_wait(RunScreen(plan, runner, self.screen.guide.deleted))
        return ""

    async def _compared(self, entries: Sequence[Entry]) -> bool:
        """Ask in one form who compared the SHA-256 of each row; False when it was left."""
        guide = self.screen.guide
        said = {(old.role, old.key, old.sha256) for old in guide.held.confirmations if old.text}
        asked = [e for e in entries if (e.role, e.key or "", e.sha256 or "") not in said]
        if not asked:
            return True
        fields = [_comparing(entry, number) for number, entry in enumerate(asked)]
        form = Form(
            title="SHA-256 of the rows",
            fields=lambda _values: fields,
            problem=lambda _field, _values: None,
            values={},
        )
        answers = await self.screen.app.push_screen_wait(SheetScreen(form))
        if answers is None:
            return False
        for number, entry in enumerate(asked):
            await guide.confirm(entry.role, entry.key or "", entry.sha256 or "", answers[str(number)])
        return True


def _comparing(entry: Entry, number: int) -> WorksheetField:
    presented = in_groups(entry.sha256) if entry.sha256 else "nothing: no certificate is presented"
    ask = (
        f"{place(entry)} in the table of {entry.role.word} presents {presented}\n"
        "Who compared it with what the owner of that server says, and how? Leave empty if it was not "
        "compared; the record then says so."
    )
    return WorksheetField(id=str(number), label=f"{entry.role.word} {place(entry)}", ask=ask, needed=False)
