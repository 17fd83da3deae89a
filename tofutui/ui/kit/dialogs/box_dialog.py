"""A dialog that is a box with a text, fields if it has any, and a line with what the keys do."""

from collections.abc import Callable, Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size

from tofutui.tofu.base.text import safe
from tofutui.ui.kit.dialogs.dialog import Dialog, title_of
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Result
from tofutui.ui.text.spans import EMPTY, Line, Tone


class BoxBody(Scroller):
    """The text of a box: as wide as the style sheet says, as high as its lines are then, if there is room."""

    def __init__(self, text: Callable[[int], Sequence[Line]]) -> None:
        super().__init__(id="body")
        self._text = text

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Wrap the text to this width; Textual asks whenever it lays the dialog out."""
        self.show(self._text(width))
        return self._height(viewport.height)

    def update(self) -> None:
        """The text has changed: the dialog is laid out again only if it needs another height."""
        if self.size.width:
            self.show(self._text(self.size.width))
        if self._height(self.screen.size.height) != self.size.height:
            self.refresh(layout=True)

    def _height(self, available: int) -> int:
        """The lines of the text, as far as the frame and what is below leave room."""
        box = self.parent
        beside = [child.styles for child in box.children if child is not self] if box else []
        taken = sum(int(s.height.value if s.height else 1) + s.margin.height for s in beside)
        frame = self.screen.query_one("#box").gutter.height
        return max(1, min(len(self.lines), available - frame - taken))


class BoxDialog(Dialog[Result]):
    """Its text, its fields, what its keys do; its width is in the style sheet alone."""

    CSS_PATH = Path(__file__).with_name("box.tcss")
    AUTO_FOCUS = ""

    def heading(self) -> str:
        """The title in the frame."""
        raise NotImplementedError

    def text(self, width: int) -> list[Line]:
        """The text, wrapped to that many cells."""
        raise NotImplementedError

    def keys(self) -> Line:
        """What the keys do, for the line below all."""
        return EMPTY

    def fields(self) -> ComposeResult:
        """What is between the text and the keys."""
        yield from ()

    def ends(self) -> ComposeResult:
        """What is below all: the line with the keys."""
        yield Painted(id="ends")

    def compose(self) -> ComposeResult:
        """The text, the fields, the keys."""
        with Vertical(id="box"):
            yield BoxBody(self.text)
            yield from self.fields()
            yield from self.ends()

    def on_mount(self) -> None:
        """The title; the text comes with the layout."""
        self.redraw()

    def on_resize(self) -> None:
        """The keys, once their line has its width."""
        self.call_after_refresh(self._show_keys)

    def redraw(self) -> None:
        """Draw everything again."""
        title_of(self.query_one("#box"), safe(self.shown(self.heading())))
        for body in self.query("#body").results(BoxBody):
            body.update()
        self._show_keys()

    def _show_keys(self) -> None:
        for ends in self.query("#ends").results(Painted):
            ends.show([self.keys()])

    def put_message(self, text: str, tone: Tone, *, stays: bool) -> None:
        """A dialog has no key bar: the message is shown in the lower edge."""
        title_of(self.query_one("#box"), safe(self.shown(self.heading())), self.shown(text))

    def move(self, name: str) -> None:
        """Show another part of a long text."""
        self.query_one("#body", Scroller).move(name)
