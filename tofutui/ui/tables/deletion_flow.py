"""From a row or the plan to the delete dialog, and from its yes to the run."""

from typing import TYPE_CHECKING, Any

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.confirmation import KEPT
from tofutui.ui.kit.screen import Acting, Flow
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import rows

if TYPE_CHECKING:
    from tofutui.tofu.deletion.plan import Plan


class DeletionFlow(Flow[Tables]):
    """What is proposed is frozen into a plan; only what the dialog showed and was answered yes is run."""

    @does("row.delete")
    def delete(self) -> None:
        """The dialog for the marked rows that are shown, else for the row under the cursor."""
        shown = self.screen.pane.rows
        if not shown.marks:
            self.propose([shown.current] if shown.current else [])
            return
        marked = shown.marked()
        if marked:
            self.propose(marked, hidden=shown.hidden_marks)
        else:
            count = rows(shown.hidden_marks)
            clears = self.owner.keys.name("app.back")
            self.screen.say(f"{count} marked, hidden by the filter; {clears} clears the filter", Tone.WARNING)

    @does("plan.open")
    def open_plan(self) -> None:
        """Every stale remote row of both nodes."""
        self._show_plan()

    def _show_plan(self, said: str = "") -> None:
        from tofutui.ui.deletion.plan_screen import PlanScreen

        def propose(chosen: list[Entry] | None) -> None:
            if chosen:
                self.propose(chosen, from_plan=True)

        if self.screen.link is not None:
            plan = PlanScreen(self.screen.comparison, self.screen.link.runner, said)
            self.owner.push_screen(plan, propose)

    def propose(
        self,
        entries: list[Entry],
        hidden: int = 0,
        *,
        from_plan: bool = False,
        over: Acting[Any] | None = None,
    ) -> None:
        """Freeze a plan for these rows and show the delete dialog for it, over the tables or another screen.

        Keeping leads back to where it was opened, the plan among them.
        """
        from tofutui.ui.deletion.dialog import DeleteScreen

        link, asked_by = self.screen.link, over or self.screen
        if link is None:
            return
        try:
            plan = link.runner.freeze(entries)
        except TofutuiError as error:
            asked_by.say(str(error), Tone.WARNING)
            return
        if plan.deletions:
            dialog = DeleteScreen(plan, hidden, link.bench.comparison.seen_from)
            self.owner.push_screen(dialog, lambda yes: self._decided(plan, yes, from_plan, asked_by))

    def _decided(self, plan: "Plan", confirmed: bool | None, from_plan: bool, asked_by: Acting[Any]) -> None:
        from tofutui.ui.deletion.dialog import RunScreen

        if confirmed is not True or self.screen.link is None:
            asked_by.say(KEPT)
            if from_plan:
                self._show_plan(KEPT)
            return
        for pane in self.screen.panes.values():
            pane.rows.marks.clear()
            pane.draw()
        self.owner.push_screen(RunScreen(plan, self.screen.link.runner), lambda _: None)
