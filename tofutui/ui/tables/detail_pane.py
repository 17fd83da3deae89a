"""The row under the cursor, in the room that the tables leave."""

from textual.message import Message

from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.kit.painted import Painted
from tofutui.ui.tables.pane import Pane
from tofutui.ui.text.row_facts import ShownFacts
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap


class DetailPane(Painted):
    """What is known of one row; what has no room is counted."""

    class Resized(Message):
        """It has other room now, because the tables or the messages have."""

    def on_resize(self) -> None:
        """Ask for what fits now."""
        self.post_message(self.Resized())

    def tell(self, pane: Pane, row: Entry | None, *, hint: bool) -> None:
        """Show this row of a pane; ``hint`` says what proves more than names."""
        width, height = self.size.width - 2, self.size.height
        if row is None:
            self.show(self._without_row(pane, width)[:height])
        else:
            lines = self._facts(pane, row, width).compact(height, hint)
            self.show([((" ", Tone.TEXT), *text) if text else EMPTY for text in lines])

    def _facts(self, pane: Pane, row: Entry, width: int) -> ShownFacts:
        return ShownFacts(
            entry=self.privacy(row),
            view=self.privacy.head(pane.view),
            now=pane.now(),
            width=width,
            glyphs=self.glyphs,
            evidence_key=self.keys.name("evidence.open"),
            detail_key=self.keys.name("row.detail"),
            changed=pane.changes.words(row.id),
        )

    def _without_row(self, pane: Pane, width: int) -> list[Line]:
        """Of a node that could not be listed the whole reason: the pane is too narrow for its cure."""
        lines = [line(" no row under the cursor", Tone.MUTED)]
        error = self.privacy.head(pane.view).error
        return lines + [line(f" {part}", Tone.DANGER) for part in wrap(error, width)] if error else lines
