"""A field of several lines."""

from textual.widgets import TextArea
from textual.widgets.text_area import Selection


class UndoableTextArea(TextArea):
    """A text area that can undo whatever was pasted.

    Textual redraws before it moves the cursor back, and fails where the cursor's line has just gone.
    """

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(
            text, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False, id=id, classes=classes
        )
        self.cursor_blink = False

    def undo(self) -> None:
        """Take the last change back."""
        if self.history.undo_stack:
            self.selection = Selection()
            super().undo()

    def redo(self) -> None:
        """Make the change once more that was taken back."""
        if self.history.redo_stack:
            self.selection = Selection()
            super().redo()
