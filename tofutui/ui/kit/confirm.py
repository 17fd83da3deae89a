"""A question of the app itself: no by default."""

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical

from tofutui.tofu.base.text import safe
from tofutui.ui.actions.catalogue import CONFIRM
from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.dialog import Dialog, title_of
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import Line, line, wrap


class ConfirmScreen(Dialog[bool]):
    """Gives True only for ``y``, pressed after the question could be read."""

    CSS_PATH = Path(__file__).with_name("box.tcss")
    BINDINGS = bindings_of(CONFIRM)
    AUTO_FOCUS = ""

    def __init__(self, title: str, words: Sequence[str], yes: str, no: str = "leave it") -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """The words, and what the keys do."""
        with Vertical(id="box"):
            yield Scroller(id="body")
            yield Painted(id="ends")

    def on_mount(self) -> None:
        """The title."""
        title_of(self.query_one("#box"), safe(self.shown(self._title)))

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        cells = max(20, min(104, int(self.size.width * 0.96)) - 4)
        lines = [line(part) for text in map(self.shown, self._words) for part in wrap(text, cells)]
        body = self.query_one("#body", Scroller)
        body.styles.height = max(1, min(len(lines), self.size.height - 5))
        body.show(lines)
        self.query_one("#ends", Painted).show([self._keys()])

    def _keys(self) -> Line:
        return self.keys_line(("confirm.no", self._no), ("confirm.yes", self._yes))

    @does("confirm.no")
    def do_confirm_no(self) -> None:
        """No."""
        self.answer(False)

    @does("confirm.yes")
    def do_confirm_yes(self) -> None:
        """Yes, if the key is one."""
        self.when_yes(self.owner.keys.of("confirm.yes").keys, lambda: self.answer(True))

    @does("confirm.down")
    def do_confirm_down(self) -> None:
        """Show more of a long question."""
        self.query_one("#body", Scroller).move("down")

    @does("confirm.up")
    def do_confirm_up(self) -> None:
        """Show what is above."""
        self.query_one("#body", Scroller).move("up")
