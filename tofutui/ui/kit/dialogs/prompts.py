"""Small dialogs of the guide: a line to type, one of several to choose."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.widgets import Input

from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import ASK, PICK, State
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.actions.movement import moved
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.dialogs.question import Question
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap

Check = Callable[[str], str | None]
"""Why a text cannot be taken (keys are written as ``{ask.no}``); None: it can."""


class LineScreen(Question[str | None]):
    """A line to type; it closes with a text that passes the check, or with None."""

    BINDINGS = bindings_of(ASK)

    def __init__(
        self, title: str, texts: Sequence[str], value: str = "", check: Check = lambda text: None
    ) -> None:
        super().__init__(Role.PRIMARY, title, typed=True)
        self._texts = tuple(texts)
        self._value = value
        self._check = check
        self._wrong = ""

    def on_mount(self) -> None:
        """The value that is there already."""
        field = self.query_one("#answer", Input)
        field.value = self._value
        field.cursor_position = len(self._value)

    def question(self, width: int) -> list[Line]:
        """What is asked, and what is wrong with the last answer."""
        asked = [line(part) for text in map(self.shown, self._texts) for part in wrap(text, width)]
        wrong = (
            [line(part, Tone.DANGER) for part in wrap(self.shown(self._wrong), width)] if self._wrong else []
        )
        return [*asked, *wrong]

    def choices(self) -> Line:
        """Enter and Esc."""
        return self.keys_line(("Enter", "accept"), ("ask.no", "cancel"))

    def typed(self, text: str) -> None:
        """Take it, or say what is wrong with it."""
        self._wrong = self.owner.keys.text(self._check(text) or "")
        if self._wrong:
            self.redraw()
        else:
            self.answer(text.strip())

    @does("ask.no")
    def refuse(self) -> None:
        """Nothing."""
        self.answer(None)


_CHOOSING = ("pick.down", "pick.up", "pick.open", "pick.back")


class ChoiceScreen(Dialog[str | None]):
    """One of several."""

    BINDINGS = bindings_of([action for action in PICK if action.id in _CHOOSING], everywhere=False)

    def __init__(
        self, title: str, texts: Sequence[str], choices: Sequence[tuple[str, str]], value: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._texts = tuple(texts)
        self._choices = tuple(choices)
        known = [choice for choice, _ in self._choices]
        self._cursor = known.index(value) if value in known else 0

    def state(self) -> State:
        """There is always something to choose."""
        return replace(super().state(), sessions=len(self._choices))

    def on_mount(self) -> None:
        """In the colour of the guide."""
        self.add_class("-primary")

    def heading(self) -> str:
        """What is asked about."""
        return self._title

    def text(self, width: int) -> list[Line]:
        """The question, then what can be chosen."""
        lines = [line(part) for text in map(self.shown, self._texts) for part in wrap(text, width)]
        lines += [EMPTY] if lines else []
        for number, (_, words) in enumerate(self._choices):
            here = number == self._cursor
            mark = self.owner.glyphs.cursor if here else " "
            parts = wrap(self.shown(words), width - 4)
            tone = Tone.STRONG if here else Tone.TEXT
            lines += [line(f" {mark if i == 0 else ' '} {part}", tone) for i, part in enumerate(parts)]
        return lines

    def keys(self) -> Line:
        """Take it, or not."""
        return self.keys_line(("pick.open", "select"), ("pick.back", "back"))

    def as_text(self) -> str:
        """The question and what can be chosen."""
        return "\n".join([self._title, *self._texts, *(words for _, words in self._choices)])

    @moves("pick")
    def move(self, name: str) -> None:
        """Put the cursor on another choice."""
        self._cursor = moved(name, self._cursor, len(self._choices))
        self.redraw()

    @does("pick.open")
    def choose(self) -> None:
        """This one, if the dialog could be read before the key was pressed."""
        self.when_pressed(lambda: self.answer(self._choices[self._cursor][0]))

    @does("pick.back")
    def go_back(self) -> None:
        """None of them."""
        self.answer(None)
