"""The main screen: both tables side by side, the row under the cursor below, the keys at the bottom."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widgets import Input

from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role, Session
from tofutui.ui.actions.catalogue import MAIN, State
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Link
from tofutui.ui.kit.confirmation import SMALLEST
from tofutui.ui.kit.desk import Simulation
from tofutui.ui.kit.filter_line import FilterLine
from tofutui.ui.kit.key_bar import KeyBar, TitleBar
from tofutui.ui.kit.painted import Painted
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.tables.auto_reconnect import ReconnectPatience
from tofutui.ui.tables.capture_flow import CaptureFlow
from tofutui.ui.tables.copy_flow import CopyFlow, ExportFlow
from tofutui.ui.tables.cursor_flow import CursorFlow
from tofutui.ui.tables.deletion_flow import DeletionFlow
from tofutui.ui.tables.detail_pane import DetailPane
from tofutui.ui.tables.other_screens import OtherScreens
from tofutui.ui.tables.pane import Pane
from tofutui.ui.tables.refresh_flow import RefreshFlow
from tofutui.ui.tables.rows.arrangement import SharedRoom, arranged
from tofutui.ui.tables.rows.row_list import is_spoken_of
from tofutui.ui.tables.simulation import SimulationFlow
from tofutui.ui.tables.state import Tables, before_connecting
from tofutui.ui.text.last_command import last_command
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap
from tofutui.ui.text.title_line import Tally, stale
from tofutui.ui.text.vocabulary import place, value_of

if TYPE_CHECKING:
    from tofutui.workbench import Change

FRAME = 0.05
"""Seconds in which changes are gathered before they are shown."""
_ROOMY = 30
"""Lines from which there is room for the last command."""
TWO_PANES = 76
"""Columns below which only the armed pane is shown: host and verdict would not fit beside another one."""


class MainScreen(Tables):
    """Both tables of one session."""

    CSS_PATH = "screen.tcss"
    BINDINGS = bindings_of(MAIN)
    AUTO_FOCUS = ""
    flows = (
        CursorFlow,
        DeletionFlow,
        RefreshFlow,
        CopyFlow,
        ExportFlow,
        CaptureFlow,
        SimulationFlow,
        OtherScreens,
    )

    def __init__(self, session: Session, watch: float, patience: ReconnectPatience | None = None) -> None:
        super().__init__()
        self.session = session
        self.link: Link | None = None
        self.armed = Role.PRIMARY if Role.PRIMARY in session.nodes else session.roles[0]
        self.comparison = before_connecting(session)
        self.panes = {}
        self.title_bar, self.detail = TitleBar(id="title"), DetailPane(id="detail")
        self.key_bar = KeyBar(MAIN, id="keys")
        self.refreshing = self.flow(RefreshFlow)
        self.refreshing.set_up(watch, patience or ReconnectPatience())
        self.copies = self.flow(CopyFlow)
        self.row_height: int | None = None
        """The lines of a row that the user chose; None: as many as there is room for."""
        self._dirty: set[Role] = set()
        self._frame: Timer | None = None
        self._planned = 0
        self._tally = Tally.of(self.comparison)
        self._hint = False
        self._left = False

    def capture(self) -> None:
        """A capture of the pair, for a report."""
        self.flow(CaptureFlow).begin()

    def simulations(self) -> Iterable[Simulation]:
        """What can be done to the simulated pair; nothing on a real one."""
        return self.flow(SimulationFlow).offered()

    def compose(self) -> ComposeResult:
        """Title, panes, detail, filter, keys."""
        alone = len(self.session.roles) == 1
        for role in self.session.roles:
            self.panes[role] = Pane(self.comparison.nodes[role], self.owner.clock, alone=alone)
        yield self.title_bar
        with Container(id="middle"):
            with Horizontal(id="panes"):
                yield from self.panes.values()
            yield self.detail
        yield Painted(id="last")
        yield FilterLine(id="filter", placeholder="filter: host, port, key, name, subject, verdict")
        yield self.key_bar
        yield Painted(id="small")

    def on_mount(self) -> None:
        """Show the frame at once; connect after it was painted."""
        self.pane.arm(True)
        self.watch(self.query_one(FilterLine), "value", self._filter_typed, init=False)  # painted at once
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._begin)

    def _tick(self) -> None:
        """Once a second: for how long what is under way has been so."""
        for pane in self.panes.values():
            if pane.view.phase.is_busy:
                pane.draw()

    def _begin(self) -> None:
        self.show_all()
        self.owner.tell_of_themes()
        self.owner.run_guarded(self._open())

    async def _open(self) -> None:
        self.link = await self.owner.opener(self.session, self.owner.asker, self.heard)
        if self._left:
            await self.close()
            return
        self.comparison = self.link.bench.comparison
        for role, pane in self.panes.items():
            pane.view, pane.starting = self.comparison.nodes[role], False
        self.show_all()
        if self.link.notice:
            self.say(self.link.notice, Tone.WARNING, stays=True)
        await self.refreshing.run(None)

    async def close(self) -> None:
        """Leave the nodes; safe at any time."""
        self._left = True
        self.refreshing.stop()
        link, self.link = self.link, None
        if link is not None:
            await link.close()

    def heard(self, change: "Change") -> None:
        """The workbench reports a change: show it with the others of this frame."""
        role = getattr(change, "role", None)
        if not self.is_attached:
            return
        if role is None:
            self._show_last_command()
            return
        self._dirty.add(role)
        if self._frame is None:
            self._frame = self.set_timer(FRAME, self._show_changes)

    def redraw(self) -> None:
        """Draw everything again."""
        self.show_all()

    def show_changes(self, *roles: Role) -> None:
        """Draw what changed on these nodes, and what was reported meanwhile."""
        self._dirty.update(roles)
        self._show_changes()

    def _show_changes(self) -> None:
        self._frame = None
        if self.owner.privacy.learn(self.comparison):
            self.owner.redraw_all()
        dirty, self._dirty = self._dirty, set()
        self.refreshing.look_for_lost(*(self.panes.keys() & dirty))
        for role in dirty & self.panes.keys():
            row = self.panes[role].rows.current
            kept = self.panes[role].take() or role is not self.armed
            if not kept and row is not None and not self.owner.running_plan:  # the user deletes it
                self.say(f"the row under the cursor ({row.id}) is no longer in the table", Tone.WARNING)
        self._show_rest()

    def show_all(self) -> None:
        """Draw all of it again."""
        for pane in self.panes.values():
            pane.take()
        self._show_rest()

    def _show_rest(self) -> None:
        shown = [pane.rows for pane in self.panes.values()]
        remote = sum((rows.verdicts for rows in shown), Counter[Verdict]())
        own = sum((rows.own_verdicts for rows in shown), Counter[Verdict]())
        self._tally, self._planned = Tally.counted(remote, own), stale(remote)
        undecided = (remote + own)[Verdict.SAME_NAME] > 0
        self._hint = undecided and not any(map(is_spoken_of, self.comparison.entries()))
        self._tell_title()
        self.key_bar.suggest(self._next_line(self.state()))
        self._show_last_command()
        if not self.has_class("-filtering"):  # rows keep their height while a filter is typed
            self.share_room()
        self.follow()

    def _show_last_command(self) -> None:
        log = self.link.bench.command_log if self.link else ()
        self.query_one("#last", Painted).show([self.shown(last_command(log, self.owner.glyphs))])

    def share_room(self) -> None:
        """Share the room between tables and detail as the rows need it."""
        middle = self.query_one("#middle").size
        shown = [pane for pane in self.panes.values() if pane.display]
        if not middle.height or not shown:
            return
        arrangement = arranged(
            SharedRoom(
                width=middle.width,
                height=middle.height,
                panes=len(shown),
                wanted=self.row_height,
                settled=all(pane.settled for pane in shown),
                needs=lambda height, cells: max(pane.needs(height, cells) for pane in shown),
            )
        )
        self.set_class(arrangement.beside, "-wide")
        self.query_one("#panes").styles.height = arrangement.tables
        for pane in self.panes.values():
            pane.set_row_height(arrangement.row_height)

    def _tell_title(self) -> None:
        both = len(self.panes) > 1
        self.title_bar.tell(self.comparison, self._tally, self._badges(), both=both)

    def _badges(self) -> list[tuple[str, Tone]]:
        """The most important first: where room is short the others are only counted."""
        session, badges = self.session, []
        if self.owner.privacy.on:
            badges.append(("PRIVACY", Tone.PRIVACY))
        locked = [role for role in session.roles if not session.may_change(role)]
        if locked:
            which = "" if len(locked) == len(session.roles) else f" {locked[0].word}"
            badges.append((f"READ-ONLY{which}", Tone.READ_ONLY))
        if session.demo:
            badges.append(("DEMO", Tone.DEMO))
        old = [role for role in session.roles if session.nodes[role].legacy_ssh]
        if old:
            which = "" if len(old) == len(session.roles) else f" {old[0].word}"
            badges.append((f"LEGACY SSH{which}", Tone.BADGE))
        if self.refreshing.watch.on:
            badges.append((f"WATCH {self.refreshing.watch.pause:g} s", Tone.BADGE))
        if any(view.recorded for view in self.comparison.nodes.values()):
            badges.append(("TRANSCRIPT", Tone.BADGE))
        return badges

    def follow(self) -> None:
        """Bring detail area and key bar up to date with the cursor."""
        row = self.current
        is_undecided = row is not None and row.verdict is Verdict.SAME_NAME
        self.detail.tell(self.pane, row, hint=self._hint and is_undecided)
        self.key_bar.tell(self.state())

    def _next_line(self, state: State) -> Line:
        """What to do next, with the key that does it."""
        if not state.ready:
            return EMPTY
        from tofutui.ui.text.next_step import next_step  # it reads names and HA states: after the first paint

        step = next_step(self.comparison, can_guide=state.guideless is None)
        if step is None:
            return EMPTY
        if step.action is None:
            return line(f" {step.text}", Tone.PROVEN)
        key = self.owner.keys.name(step.action)
        return (" next: ", Tone.MUTED), (f"{key}  ", Tone.KEY), (self.shown(step.text), Tone.STRONG)

    def state(self) -> State:
        """What the registry's rules need to know now."""
        pane = self.pane
        return State(
            ready=self.link is not None,
            panes=len(self.panes),
            rows=len(pane.rows.shown),
            marks=len(pane.rows.marks),
            stale=pane.rows.stale,
            planned=self._planned,
            busy=pane.view.phase.is_busy,
            retried=bool(self.refreshing.reconnects.waiting),
            locked=self.link.runner.why_not(self.armed) if self.link else None,
            guideless=None
            if self.link and self.link.guide
            else "a run needs the history, which is not available",
        )

    def arm(self, role: Role) -> None:
        """Make another pane the armed one."""
        if role not in self.panes or role is self.armed:
            return
        self.pane.arm(False)
        self.armed = role
        self.pane.arm(True)
        if not all(pane.display for pane in self.panes.values()):
            self.zoom(self.has_class("-zoomed"))
        self._tell_title()
        self.follow()

    def zoom(self, on: bool) -> None:
        """One pane over the whole width, or both."""
        self.set_class(on, "-zoomed")
        single = on or self.has_class("-narrow")
        for role, pane in self.panes.items():
            pane.display = not single or role is self.armed
            pane.hides = role.other.word if single and len(self.panes) > 1 else ""
        self.share_room()

    def _filter_typed(self, text: str) -> None:
        for pane in self.panes.values():
            pane.set_filter(text.strip())
        self.follow()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self._end_filter()

    def _end_filter(self) -> None:
        self.remove_class("-filtering")
        self.set_focus(None)
        self.share_room()

    @does("app.back")
    def go_back(self) -> None:
        """Close the filter line, else clear filter, marks, zoom: one of them."""
        rows = self.pane.rows
        if self.has_class("-filtering") or rows.filter:
            self.query_one("#filter", Input).value = ""
            self._end_filter()
        elif rows.marks:
            rows.marks.clear()
            self.pane.draw()
        elif self.has_class("-zoomed"):
            self.zoom(False)
        elif self.refreshing.reconnects.waiting:
            self.refreshing.stop_reconnecting()

    def as_text(self) -> str:
        """The row under the cursor, then both tables."""
        return self.copies.everything()

    def row_to_copy(self) -> tuple[str, str] | None:
        """Everything about the row under the cursor."""
        row = self.current
        return (self.copies.row(row), f"row {place(row)}") if row else None

    def value_to_copy(self) -> tuple[str, str] | None:
        """The fingerprint of the row under the cursor, else its key."""
        return value_of(self.shown(self.current)) if self.current else None

    @does("app.theme")
    def next_theme(self) -> None:
        """The next theme."""
        self.say(f"theme {self.owner.next_theme()}")

    @on(DetailPane.Resized)
    def _detail_resized(self) -> None:
        self.follow()

    @on(Pane.Picked)
    def _clicked(self, event: Pane.Picked) -> None:
        self.arm(event.pane.role)
        self.follow()
        self.owner.echo.tell(f"pane {event.pane.role.word}", by="click")
        if event.opens:
            self.flow(OtherScreens).open_detail()

    def on_resize(self, event: events.Resize) -> None:
        """Share the height between tables and detail, or say that there is too little."""
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        roomy, narrow = height >= _ROOMY, width < TWO_PANES
        for name, is_so in (("-small", small), ("-roomy", roomy), ("-narrow", narrow)):
            self.set_class(is_so, name)
        quits = self.owner.keys.name("app.quit")
        least = f"{SMALLEST[0]}x{SMALLEST[1]}"
        text = f"tofutui needs a terminal of at least {least}; this one has {width}x{height}. {quits} quits."
        self.query_one("#small", Painted).show([line(part) for part in wrap(text, width)])
        self.zoom(self.has_class("-zoomed"))
        self.call_after_refresh(self._show_rest)

    def on_screen_resume(self) -> None:
        """Back from another screen: what changed meanwhile is shown."""
        if self.is_mounted:
            self._show_rest()
