"""Full-size screens of lines that scroll: to read (one row, the command log, help), or to choose from."""

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult

from tofutui.ui.actions.catalogue import VIEW, Action
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Acting, Result, bindings_of
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, plain


class FullSize(Acting[Result]):
    """A heading, lines that scroll, and keys; `redraw` fills in the lines."""

    CSS_PATH = Path(__file__).with_name("view.tcss")
    AUTO_FOCUS = ""

    bar: Sequence[Action] = VIEW
    """What the key bar offers."""
    picks = False
    """Whether there is a cursor on one of the lines."""

    def compose(self) -> ComposeResult:
        """Heading, lines, keys."""
        yield Painted(id="heading")
        yield Scroller(id="text", picks=self.picks)
        yield KeyBar(self.bar, id="keys")

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self.call_after_refresh(self.redraw)

    @does("view.back", "causes.back")
    def go_back(self) -> None:
        """Close."""
        if self.is_current:
            self.dismiss(None)


class PickView(FullSize[Result]):
    """One with a cursor on one of several choices."""

    picks = True

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0
        """Which choice."""


class ViewScreen(FullSize[None]):
    """One with lines to read; `content` gives them for a width."""

    BINDINGS = bindings_of(VIEW)

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
