"""One row of the tables, full size: it follows the table, and acts on the row."""

from dataclasses import replace

from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.actions.catalogue import DETAIL, VIEW, Scope, State
from tofutui.ui.actions.handlers import does, steps
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.tables.copy_flow import CopyFlow
from tofutui.ui.tables.deletion_flow import DeletionFlow
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.row_facts import ShownFacts
from tofutui.ui.text.spans import Line, Tone
from tofutui.ui.text.vocabulary import node_name, place, value_of


class DetailScreen(ViewScreen):
    """Everything about the row under the cursor of the tables, as it is now."""

    BINDINGS = bindings_of(DETAIL)
    bar = (*DETAIL, *VIEW)

    def __init__(self, tables: Tables, entry: Entry) -> None:
        super().__init__()
        self._tables = tables
        self._entry = entry

    def on_mount(self) -> None:
        """Look once a second whether something changed."""
        self.set_interval(1.0, self.redraw)

    @property
    def _is_there(self) -> bool:
        return self._entry.id in self._tables.pane.view.entries

    def redraw(self) -> None:
        """The row as it is now; one that has gone stays as it was last seen."""
        view = self._tables.pane.view
        self._entry = view.entries.get(self._entry.id, self._entry)
        gone = "" if self._is_there else ", no longer in the table: as last seen"
        number, count = self._tables.pane.rows.cursor + 1, len(self._tables.pane.rows.shown)
        self.heading = f"Row {number} of {count}, {node_name(view)}{gone}"
        super().redraw()
        self.query_one(KeyBar).tell(self.state())

    def state(self) -> State:
        """As that of the tables; nothing is deleted that has gone."""
        state = self._tables.state()
        if not self._is_there:
            state = replace(state, locked="this row is no longer in the table")
        return state

    def content(self, width: int) -> list[Line]:
        """All facts."""
        pane = self._tables.pane
        return ShownFacts(
            entry=self.shown(self._entry),
            view=self.owner.privacy.head(pane.view),
            now=self.owner.clock(),
            width=width,
            glyphs=self.owner.glyphs,
            changed=pane.changes.words(self._entry.id),
        ).full()

    def value_to_copy(self) -> tuple[str, str]:
        """The fingerprint of the row, else its key."""
        return value_of(self.shown(self._entry))

    def row_to_copy(self) -> tuple[str, str]:
        """Everything about the row."""
        return self._tables.flow(CopyFlow).row(self._entry), f"row {place(self._entry)}"

    @steps("detail.next", "detail.previous")
    def step(self, by: int) -> None:
        """The row below in the table, or the one above."""
        pane = self._tables.pane
        before = pane.rows.cursor
        pane.go(before + by)
        if pane.rows.current is None or (self._is_there and pane.rows.cursor == before):
            self.say("there is no further row", Tone.WARNING)
            return
        self._entry = pane.rows.current
        self._tables.follow()
        self.move("first")
        self.redraw()

    @does("detail.delete")
    def delete(self) -> None:
        """The delete dialog for this row."""
        self._tables.flow(DeletionFlow).propose([self._entry], over=self)

    @does("detail.evidence")
    def open_evidence(self) -> None:
        """What was seen of the row over time, and what to add."""
        from tofutui.ui.evidence.screen import EvidenceScreen

        if self._tables.link is not None:
            evidence = EvidenceScreen(self._tables.link.bench, self._tables.armed, self._entry)
            self.owner.push_screen(evidence, lambda _: self.redraw())

    @does("view.help")
    def open_help(self) -> None:
        """All keys, those of this screen first."""
        self.show_help(Scope.DETAIL)
