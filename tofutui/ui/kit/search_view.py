"""A full-size view that shows only what holds the words typed."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.view import ViewScreen


class SearchView(ViewScreen):
    """A heading, lines that `content` chooses by `words`, and a line to type them in."""

    placeholder = ""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = ""
        """As typed."""

    @property
    def words(self) -> list[str]:
        """What is looked for, in lower case."""
        return self.wanted.lower().split()

    def compose(self) -> ComposeResult:
        """Heading, lines, the line to type, keys."""
        yield Painted(id="heading")
        yield Scroller(id="text")
        yield Input(id="search", placeholder=self.placeholder, select_on_focus=False)
        yield KeyBar(self.bar, id="keys")

    def on_mount(self) -> None:
        """No search yet."""
        self.query_one("#search").display = False

    @does("view.back")
    def go_back(self) -> None:
        """End the search, else close."""
        if self.query_one("#search").display or self.wanted:
            self.query_one("#search", Input).value = ""
            self._end_typing()
        else:
            super().go_back()

    @does("help.search", "log.search")
    def begin_search(self) -> None:
        """Type what to look for; it works while it is typed."""
        self.query_one("#search").display = True
        self.query_one("#search").focus()

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        self.wanted = event.value
        self.query_one("#text", Scroller).move("first")
        self.redraw()

    @on(Input.Submitted, "#search")
    def _end_typing(self) -> None:
        self.query_one("#search").display = False
        self.set_focus(None)
        self.call_after_refresh(self.redraw)
