"""Whether a widget is a field that text is typed into, without loading what only some screens show."""

from typing import TYPE_CHECKING, TypeGuard

from textual.widget import Widget
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.widgets import TextArea


def is_field(widget: Widget | None) -> "TypeGuard[Input | TextArea]":
    """Whether this is a field of one line or of several."""
    return isinstance(widget, Input) or is_text_area(widget)


def is_text_area(widget: Widget | None) -> "TypeGuard[TextArea]":
    """Whether this is a field of several lines, which takes a tenth of the start to load."""
    return any(kind.__name__ == "TextArea" for kind in type(widget).__mro__)
