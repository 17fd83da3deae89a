"""What the keys of the two tables do."""

import asyncio
from abc import abstractmethod

from tofutui import __version__
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.deletion.plan import Plan
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import Scope
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.backend import Link
from tofutui.ui.kit.screen import Acting
from tofutui.ui.tables.pane import Pane
from tofutui.ui.text.row_facts import Facts
from tofutui.ui.text.spans import WIDE, Tone, plain
from tofutui.ui.text.vocabulary import UNICODE, place, rows, value_of


class TableKeys(Acting[None]):
    """The ``do_…`` methods of the main screen; the screen itself is in `main`."""

    panes: dict[Role, Pane]
    armed: Role
    link: Link | None
    comparison: Comparison

    @property
    def pane(self) -> Pane:
        """The armed pane."""
        return self.panes[self.armed]

    @property
    def current(self) -> Entry | None:
        """The row under the cursor."""
        return self.pane.rows.current

    @abstractmethod
    def arm(self, role: Role) -> None:
        """Make another pane the armed one."""

    @abstractmethod
    def follow(self) -> None:
        """Bring detail area and key bar up to date with the cursor."""

    @abstractmethod
    def zoom(self, on: bool) -> None:
        """One pane over the whole width, or both."""

    @abstractmethod
    def start_refresh(self, roles: tuple[Role, ...] | None) -> None:
        """List these nodes (None: all) in the background."""

    @does("pane.next")
    def do_pane_next(self) -> None:
        """Arm the other pane."""
        self.arm(self.armed.other)

    @does("pane.primary")
    def do_pane_primary(self) -> None:
        """Arm the primary's pane."""
        self.arm(Role.PRIMARY)

    @does("pane.secondary")
    def do_pane_secondary(self) -> None:
        """Arm the secondary's pane."""
        self.arm(Role.SECONDARY)

    @moves("move")
    def move(self, name: str) -> None:
        """Move the cursor of the armed pane."""
        self.pane.move(name)
        self.follow()

    @does("row.detail")
    def do_row_detail(self) -> None:
        """Everything about the row, full size."""
        from tofutui.ui.kit.view import DetailScreen

        if self.current is not None:
            self.app.push_screen(DetailScreen(self.current, self.pane.view))

    @does("row.mark")
    def do_row_mark(self) -> None:
        """Mark the row, or take its mark away; the cursor stays, as after every key but those that move."""
        self.pane.rows.toggle_mark()
        self.pane.draw()
        self.follow()

    @does("row.delete")
    def do_row_delete(self) -> None:
        """The dialog for the marked rows that are shown, else for the row under the cursor."""
        shown = self.pane.rows
        if not shown.marks:
            self.propose([shown.current] if shown.current else [])
            return
        marked = shown.marked()
        if marked:
            self.propose(marked, hidden=shown.hidden_marks)
        else:
            count = rows(shown.hidden_marks)
            clears = self.owner.keys.name("app.back")
            self.say(f"{count} marked, hidden by the filter; {clears} clears the filter", Tone.WARNING)

    def propose(self, entries: list[Entry], hidden: int = 0) -> None:
        """Freeze a plan for these rows and show the delete dialog for it."""
        from tofutui.ui.deletion.dialog import DeleteScreen

        if self.link is None:
            return
        try:
            plan = self.link.runner.freeze(entries)
        except TofutuiError as error:
            self.say(str(error), Tone.WARNING)
            return
        if not plan.deletions:
            return
        seen_from = self.link.bench.comparison.seen_from
        self.app.push_screen(DeleteScreen(plan, hidden, seen_from), lambda yes: self._decided(plan, yes))

    def _decided(self, plan: Plan, confirmed: bool | None) -> None:
        from tofutui.ui.deletion.progress import RunScreen

        if confirmed is not True or self.link is None:
            self.say("kept; nothing was sent")
            return
        for pane in self.panes.values():
            pane.rows.marks.clear()
            pane.draw()
        self.app.push_screen(RunScreen(plan, self.link.runner))

    @does("plan.open")
    def do_plan_open(self) -> None:
        """Every stale remote row of both nodes."""
        from tofutui.ui.deletion.plan_screen import PlanScreen

        if self.link is not None:
            screen = PlanScreen(self.comparison, self.link.runner)
            self.app.push_screen(screen, lambda chosen: self.propose(chosen) if chosen else None)

    @does("table.refresh")
    def do_table_refresh(self) -> None:
        """List the armed pane's node."""
        self.start_refresh((self.armed,))

    @does("table.refresh_all")
    def do_table_refresh_all(self) -> None:
        """List both nodes."""
        self.start_refresh(None)

    @does("stale.next")
    def do_stale_next(self) -> None:
        """The next stale row."""
        self._to_stale(1)

    @does("stale.previous")
    def do_stale_previous(self) -> None:
        """The stale row before."""
        self._to_stale(-1)

    def _to_stale(self, step: int) -> None:
        index = self.pane.rows.next_stale(step)
        if index is not None:
            self.pane.go(index)
            self.follow()

    @does("row.counterpart")
    def do_row_counterpart(self) -> None:
        """The other node's row about the same host and port."""
        here, other = self.current, self.panes[self.armed.other]
        same = [e for e in other.rows.shown if here and e.endpoint and e.endpoint == here.endpoint]
        if not same:
            name = place(here) if here else "this row"
            self.say(f"{other.role.word} shows no row for {name}", Tone.WARNING)
            return
        other.go(other.rows.find(same[0].id) or 0)
        self.arm(other.role)

    @does("table.sort")
    def do_table_sort(self) -> None:
        """The next order."""
        order = self.pane.rows.order.following
        for pane in self.panes.values():
            pane.set_order(order)
        self.follow()
        self.say(f"sorted by {order.value}" if order.value != "as listed" else "in the order of the node")

    @does("pane.zoom")
    def do_pane_zoom(self) -> None:
        """The armed pane over the whole width, and back."""
        self.zoom(not self.has_class("-zoomed"))

    @does("evidence.open")
    def do_evidence_open(self) -> None:
        """Paste log lines, say what was re-issued."""
        from tofutui.ui.evidence.screen import EvidenceScreen

        if self.link is not None:
            screen = EvidenceScreen(self.link.bench, self.armed, self.current)
            self.app.push_screen(screen, lambda _: self.follow())

    @does("trust.open")
    def do_trust_open(self) -> None:
        """Who trusts whom."""
        from tofutui.ui.tables.trust_map import TrustScreen

        self.app.push_screen(TrustScreen(self.comparison))

    @does("guide.open")
    def do_guide_open(self) -> None:
        """The guide, with the run that is open if there is one."""
        from tofutui.ui.guide.screen import GuideScreen

        if self.link is not None and self.link.guide is not None:
            self.app.push_screen(GuideScreen(self.link, self.link.guide), lambda _: self.follow())

    @does("log.open")
    def do_log_open(self) -> None:
        """The commands that were sent."""
        from tofutui.ui.kit.view import LogScreen

        self.app.push_screen(LogScreen(self.link.bench if self.link else None))

    @does("copy.row")
    def do_copy_row(self) -> None:
        """Everything about the row."""
        row = self.current
        if row is None:
            self.say("there is no row here", Tone.WARNING)
        else:
            self.send(self._row_text(row), f"row {place(row)}")

    def _row_text(self, row: Entry) -> str:
        view = self.owner.privacy.head(self.pane.view)
        facts = Facts(entry=self.shown(row), view=view, now=self.owner.clock(), width=WIDE, glyphs=UNICODE)
        return plain(facts.full())

    @does("screen.copy")
    def do_screen_copy(self) -> None:
        """The fingerprint of the row under the cursor, else its key."""
        row = self.current
        if row is None:
            self.say("there is no row here", Tone.WARNING)
        else:
            self.send(*value_of(self.shown(row)))

    def as_text(self) -> str:
        """The row under the cursor, then both tables."""
        from tofutui.report import render

        row = self.current
        tables = render(self.shown(self.comparison), "text", "")
        return f"{self._row_text(row)}\n\n{tables}" if row else tables

    @does("table.export")
    def do_table_export(self) -> None:
        """The comparison or the screen into a file."""
        self.owner.run_guarded(self._export())

    async def _export(self) -> None:
        """Ask for the form and the path."""
        from tofutui.ui.kit.export import CHOICES
        from tofutui.ui.kit.prompts import ChoiceScreen

        form = await self.app.push_screen_wait(ChoiceScreen("Export", ["In which form?"], CHOICES))
        if form is not None:
            await self.write_file("Export", form, await self._exported(form))

    async def _exported(self, form: str) -> str:
        from tofutui.report import render
        from tofutui.ui.kit.export import held_still

        if form == "svg":
            return self.picture()
        text = await asyncio.to_thread(render, held_still(self.shown(self.comparison)), form, __version__)
        return self.owner.outgoing(text)

    @does("app.theme")
    def do_app_theme(self) -> None:
        """The next theme."""
        self.say(f"theme {self.owner.next_theme()}")

    @does("app.sessions")
    def do_app_sessions(self) -> None:
        """Choose another session."""
        self.owner.pick_session()

    @does("app.help")
    def do_app_help(self) -> None:
        """All keys, and what the verdicts mean."""
        self.show_help(Scope.MAIN)

    @does("app.quit")
    async def do_app_quit(self) -> None:
        """Leave the nodes and end."""
        self.owner.leave()
