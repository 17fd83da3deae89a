"""A question of the app itself: no by default."""

from collections.abc import Sequence

from tofutui.ui.actions.catalogue import CONFIRM
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import Line, line, wrap


class ConfirmScreen(Dialog[bool]):
    """Gives True only for a yes, pressed after the question could be read."""

    BINDINGS = bindings_of(CONFIRM)

    def __init__(self, title: str, words: Sequence[str], yes: str, no: str = "leave it") -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._yes = yes
        self._no = no

    def heading(self) -> str:
        """What it is about."""
        return self._title

    def text(self, width: int) -> list[Line]:
        """What is asked."""
        return [line(part) for text in map(self.shown, self._words) for part in wrap(text, width)]

    def keys(self) -> Line:
        """No, then yes."""
        return self.keys_line(("confirm.no", self._no), ("confirm.yes", self._yes))

    @does("confirm.no")
    def refuse(self) -> None:
        """No."""
        self.answer(False)

    @does("confirm.yes")
    def agree(self) -> None:
        """Yes, if the key is one."""
        self.when_yes(self.owner.keys.of("confirm.yes").keys, lambda: self.answer(True))

    @moves("confirm")
    def move(self, name: str) -> None:
        """Show another part of a long question."""
        super().move(name)
