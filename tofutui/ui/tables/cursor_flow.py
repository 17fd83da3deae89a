"""The cursor of the tables: from row to row and from pane to pane; marks, order, and what is filtered."""

import asyncio

from textual.widgets import Input

from tofutui.tofu.site.session import Role
from tofutui.ui.actions.handlers import does, moves, steps
from tofutui.ui.kit.screen import Flow
from tofutui.ui.tables.rows.columns import HEIGHTS
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import place
from tofutui.ui.text.vocabulary import rows as count_of

_READ_AHEAD = 250
"""Rows whose texts are made in one go: no key waits for more than these."""


class CursorFlow(Flow[Tables]):
    """Nothing here leaves the screen."""

    @does("pane.next")
    def other_pane(self) -> None:
        """Arm the other pane."""
        self.screen.arm(self.screen.armed.other)

    @does("pane.primary")
    def primary_pane(self) -> None:
        """Make the primary's pane active."""
        self.screen.arm(Role.PRIMARY)

    @does("pane.secondary")
    def secondary_pane(self) -> None:
        """Make the secondary's pane active."""
        self.screen.arm(Role.SECONDARY)

    @moves("move")
    def move(self, name: str) -> None:
        """Move the cursor of the armed pane."""
        self.screen.pane.move(name)
        self.screen.follow()

    @does("row.mark")
    def mark(self) -> None:
        """Mark the row, or take its mark away; the cursor stays, as after every key but those that move."""
        self.screen.pane.rows.toggle_mark()
        self._show_marks()

    @does("row.mark_all")
    def mark_all(self) -> None:
        """Mark all rows that are shown, but those about the node itself."""
        rows = self.screen.pane.rows
        count = rows.mark_all()
        self._show_marks()
        own = "; rows about the node itself are not marked" if rows.remote < len(rows.shown) else ""
        self.screen.say(f"{count_of(count)} marked{own}")

    @does("row.mark_none")
    def mark_none(self) -> None:
        """Take every mark away."""
        self.screen.pane.rows.mark_none()
        self._show_marks()

    def _show_marks(self) -> None:
        self.screen.pane.draw()
        self.screen.follow()

    @steps("stale.next", "stale.previous")
    def to_stale(self, step: int) -> None:
        """The next stale row, or the one before."""
        index = self.screen.pane.rows.next_stale(step)
        if index is not None:
            self.screen.pane.go(index)
            self.screen.follow()

    @does("row.counterpart")
    def counterpart(self) -> None:
        """The other node's row about the same host and port."""
        here, other = self.screen.current, self.screen.panes[self.screen.armed.other]
        same = [e for e in other.rows.shown if here and e.endpoint and e.endpoint == here.endpoint]
        if not same:
            name = place(here) if here else "this row"
            self.screen.say(f"{other.role.word} shows no row for {name}", Tone.WARNING)
            return
        other.go(other.rows.find(same[0].id) or 0)
        self.screen.arm(other.role)

    @does("table.sort")
    def sort(self) -> None:
        """The next order."""
        order = self.screen.pane.rows.order.following
        for pane in self.screen.panes.values():
            pane.set_order(order)
        self.screen.follow()
        self.screen.say(
            f"sorted by {order.value}" if order.value != "as listed" else "in the order of the node"
        )

    @does("table.filter")
    def begin_filter(self) -> None:
        """Type a filter; it works while it is typed."""
        self.screen.add_class("-filtering")
        self.screen.query_one("#filter", Input).focus()
        self.owner.run_guarded(self._read_ahead())

    async def _read_ahead(self) -> None:
        """Make the texts of all rows while the first letter is awaited."""
        for pane in self.screen.panes.values():
            for _ in pane.rows.read_ahead(_READ_AHEAD):
                await asyncio.sleep(0)

    @does("table.row_height")
    def next_row_height(self) -> None:
        """As many lines a row as there is room for, or one, two, three."""
        chosen = [None, *HEIGHTS]
        self.screen.row_height = chosen[(chosen.index(self.screen.row_height) + 1) % len(chosen)]
        self.screen.share_room()
        self.screen.follow()
        lines = {None: "as many lines a row as there is room for", 1: "1 line a row"}
        self.screen.say(lines.get(self.screen.row_height, f"{self.screen.row_height} lines a row"))

    @does("pane.zoom")
    def toggle_zoom(self) -> None:
        """Show the active pane at full width, or both panes again."""
        self.screen.zoom(not self.screen.has_class("-zoomed"))
