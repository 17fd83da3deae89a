"""Whether a widget is a field that text is typed into, without loading what only some screens show."""

from typing import TYPE_CHECKING, TypeGuard

from textual.widget import Widget
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.widgets import TextArea


def is_field(widget: Widget | None) -> "TypeGuard[Input | TextArea]":
    """Whether this is an `Input` or a `TextArea`, which takes a tenth of the start to load."""
    return isinstance(widget, Input) or any(kind.__name__ == "TextArea" for kind in type(widget).__mro__)
