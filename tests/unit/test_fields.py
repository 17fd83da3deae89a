"""What counts as a field that text is typed into."""

import pytest
from textual.widget import Widget
from textual.widgets import Input, MaskedInput, Static, TextArea

from tofutui.ui.terminal.fields import is_field, is_text_area
from tofutui.ui.terminal.text_area import UndoableTextArea


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Input, True), (MaskedInput, True), (TextArea, True), (UndoableTextArea, True),
        (Static, False), (Widget, False),
    ],
)  # fmt: skip
def test_fields_are_inputs_and_text_areas(kind, expected):
    widget = kind.__new__(kind)
    assert is_field(widget) is expected
    assert is_text_area(widget) is (expected and not isinstance(widget, Input))


def test_no_widget_is_no_field():
    assert is_field(None) is False
