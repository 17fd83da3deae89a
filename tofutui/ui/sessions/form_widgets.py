"""The widgets of a form: a label with something to type or choose, and what is wrong with it below."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tofutui.ui.kit.painted import Painted
from tofutui.ui.sessions.form_fields import Field, FieldKind
from tofutui.ui.terminal.text_area import UndoableTextArea
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap


class Toggle(Painted, can_focus=True):
    """One of a few words; Space and the arrow keys go through them, so does a click."""

    class Changed(Message):
        """Another word is chosen."""

    def __init__(self, choices: Sequence[str], value: str) -> None:
        super().__init__(classes="control")
        self._choices = list(dict.fromkeys([*choices, value]))
        self.value = value

    def on_key(self, event: events.Key) -> None:
        """Go through the words."""
        by = {"space": 1, "right": 1, "enter": 1, "left": -1}.get(event.key)
        if by is not None:
            event.stop()
            event.prevent_default()
            self._step(by)

    def on_click(self, event: events.Click) -> None:
        """The next word."""
        event.stop()
        self.focus()
        self._step(1)

    def _step(self, by: int) -> None:
        self.value = self._choices[(self._choices.index(self.value) + by) % len(self._choices)]
        self.refresh()
        self.post_message(self.Changed())

    def on_focus(self) -> None:
        """Show the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that the focus is elsewhere."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The word between the signs of a choice."""
        text = line(f" < {self.value or 'none'} >") if y == 0 else ()
        return self.strip(text, self.size.width, reverse=self.has_focus)


class FieldRow(Painted):
    """A field of a form: it draws label and faults itself, beside and below its control."""

    def __init__(self, field: Field, text: str) -> None:
        super().__init__(classes="-lines" if field.kind.has_lines else "")
        self.field = field
        self.control: Input | TextArea | Toggle = _control(field, text)
        self.faults: tuple[str, ...] = ()
        """The message about what is wrong with it."""
        self._label: Line = ((f" {field.label}", Tone.HEAD), (" *" if field.is_needed else "", Tone.WARNING))

    def compose(self) -> ComposeResult:
        """The control; a style sheet leaves room for the label."""
        yield self.control

    def on_mount(self) -> None:
        """Nothing blinks."""
        if not isinstance(self.control, Toggle):
            self.control.cursor_blink = False
        self.show([self._label])

    @property
    def text(self) -> str:
        """The text in it."""
        return self.control.text if isinstance(self.control, TextArea) else self.control.value

    def blame(self, texts: Sequence[str], tone: Tone) -> None:
        """Say what is wrong with it; nothing is, where there are no texts."""
        self.faults = tuple(texts)
        cells, high = max(20, self.size.width - 4), LINES if self.field.kind.has_lines else 1
        lines = [line(f"   {part}", tone) for text in texts for part in wrap(text, cells)]
        self.styles.height = high + len(lines)
        self.show([self._label, *[EMPTY] * (high - 1), *lines])
        self.refresh()


LINES = 5
"""How high a field of several lines is; the style sheet says so too."""


def _control(field: Field, text: str) -> Input | TextArea | Toggle:
    if field.kind in (FieldKind.FLAG, FieldKind.CHOICE):
        return Toggle(field.choices, text)
    if field.kind.has_lines:
        return UndoableTextArea(text, classes="control")
    return Input(text, placeholder=field.shadow, select_on_focus=False, classes="control")


class Note(Painted):
    """A heading or a sentence of a form, wrapped to its width."""

    def __init__(self, text: str, tone: Tone, classes: str) -> None:
        super().__init__(classes=classes)
        self._text = text
        self._tone = tone

    def on_resize(self) -> None:
        """Wrap again at the new width."""
        lines = [line(f" {part}", self._tone) for part in wrap(self._text, max(20, self.size.width - 2))]
        self.styles.height = len(lines)
        self.show(lines)
        self.refresh()


def row_of(widget: Widget | None) -> FieldRow | None:
    """The row that a focused widget belongs to."""
    while widget is not None and not isinstance(widget, FieldRow):
        parent = widget.parent
        widget = parent if isinstance(parent, Widget) else None
    return widget
