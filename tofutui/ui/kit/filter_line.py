"""A field for letters each of which changes what is shown."""

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class FilterLine(Input):
    """As wide as its style sheet says, whatever is typed: no letter lays out the screen again."""

    virtual_size = Reactive(Size(0, 0))
