"""Full-size views that scroll: one row, the command log, help."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from textual.app import ComposeResult

from tofutui.ui.actions.catalogue import VIEW, Action
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Acting, bindings_of
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, plain

Picked = TypeVar("Picked")


class ViewScreen(Acting[None]):
    """A heading and lines that scroll; `content` gives them for a width."""

    CSS_PATH = Path(__file__).with_name("view.tcss")
    BINDINGS = bindings_of(VIEW)
    AUTO_FOCUS = ""

    bar: Sequence[Action] = VIEW
    """What the key bar offers."""
    heading = ""
    indent = " "
    """Before each line."""

    def as_text(self) -> str:
        """Heading and lines."""
        return f"{self.shown(self.heading)}\n\n{plain(self.content(WIDE))}"

    @property
    def called(self) -> str:
        """By its heading."""
        return f'"{self.shown(self.heading)}"'

    def content(self, width: int) -> list[Line]:
        """The lines, wrapped to that many cells."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Heading, lines, keys."""
        yield Painted(id="heading")
        yield Scroller(id="text")
        yield KeyBar(self.bar, id="keys")

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Fill in the lines."""
        text = self.query_one("#text", Scroller)
        self.query_one("#heading", Painted).show([self.headline(self.shown(self.heading))])
        content = self.content(max(20, text.size.width - 2))
        text.show([((self.indent, Tone.TEXT), *part) if part else EMPTY for part in content])

    @moves("view")
    def move(self, name: str) -> None:
        """Show another part of the text."""
        self.query_one("#text", Scroller).move(name)

    @does("view.back")
    def go_back(self) -> None:
        """Close."""
        if self.is_current:
            self.dismiss(None)


class PickView(Acting[Picked]):
    """A heading and lines that scroll, with a cursor on one of several choices."""

    CSS_PATH = Path(__file__).with_name("view.tcss")
    AUTO_FOCUS = ""

    bar: Sequence[Action] = ()
    """What the key bar offers."""

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0
        """Which choice."""

    def compose(self) -> ComposeResult:
        """Heading, lines, keys."""
        yield Painted(id="heading")
        yield Scroller(id="text", picks=True)
        yield KeyBar(self.bar, id="keys")

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Fill in heading and lines, and put the cursor on its choice."""
        raise NotImplementedError
