"""A question with a line to type: what all questions of a login and of the app are made of."""

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from tofutui.tofu.site.session import Role
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.screen import Result
from tofutui.ui.text.spans import WIDE, Line, Tone, line, plain, wrap


class Answer(Input):
    """A line to type; keys from before the dialog was seen do not count."""

    def on_key(self, event: events.Key) -> None:
        """Swallow what does not count, before the line takes it."""
        screen = self.screen
        if not isinstance(screen, Dialog):
            return
        screen.cover(event.key)
        ends = event.key in ("enter", "escape")
        if screen.was_seen(event) and (ends or not screen.withdrawn):
            screen.owner.presses.spent.note(event.key, screen.owner.presses.ticks.of(event.time))
        else:
            event.stop()
            event.prevent_default()
            if event.key == "enter" and not screen.withdrawn:
                screen.say_again(event.key)

    def on_paste(self, event: events.Paste) -> None:
        """Nothing is pasted into a question that was withdrawn."""
        if isinstance(self.screen, Dialog) and self.screen.withdrawn:
            event.stop()
            event.prevent_default()

    def action_copy(self) -> None:
        """A masked line is not copied."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Nor cut."""
        if not self.password:
            super().action_cut()


WITHDRAWN = (
    "This question is closed: the server hung up, or the login or command that asked it was stopped.",
    "Nothing typed here is sent or kept.",
)


class Question(Dialog[Result]):
    """A text, maybe a line to type, and what the keys do.

    One that is withdrawn stays, and takes what is typed to nowhere, until it is closed.
    """

    needs_yes = False
    """Whether Enter sends something that can change a node, and is a yes."""

    def __init__(self, role: Role, title: str, *, typed: bool, masked: bool = False) -> None:
        super().__init__()
        self._role = role
        self._title = title
        self._typed = typed
        self._masked = masked

    def fields(self) -> ComposeResult:
        """The line to type, if there is one."""
        if self._typed:
            yield Answer(id="answer", password=self._masked, select_on_focus=False)

    def on_mount(self) -> None:
        """Colour of the role, focus."""
        self.add_class(f"-{self._role.value}")
        if self._typed:
            self.query_one("#answer").focus()

    def heading(self) -> str:
        """What is asked about."""
        return self._title

    def text(self, width: int) -> list[Line]:
        """What is asked; of a question that was withdrawn, that it is no longer asked."""
        return paragraphs(WITHDRAWN, width, Tone.WARNING) if self.withdrawn else self.question(width)

    def question(self, width: int) -> list[Line]:
        """What is asked, wrapped."""
        raise NotImplementedError

    def keys(self) -> Line:
        """What the keys do."""
        if self.withdrawn:
            return self.keys_line(("Enter", "close"), ("Esc", "close"))
        return self.choices()

    def choices(self) -> Line:
        """What the keys of this question do."""
        raise NotImplementedError

    def on_descendant_blur(self) -> None:
        """A click beside the line leaves the focus in it: what is typed next belongs there."""
        if self.is_current:
            for field in self.query(Answer):
                field.focus()

    def withdraw(self) -> None:
        """Stay, without what was typed: a key that is on its way must not reach the screen below."""
        for field in self.query(Answer):
            field.clear()
        super().withdraw()

    @on(Input.Submitted, "#answer")
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value
        if self.withdrawn or not self.needs_yes:
            self._take(text)
        else:
            self.when_yes(("enter",), lambda: self._take(text))

    def _take(self, text: str) -> None:
        if self.withdrawn:
            self.dismiss()
            return
        self.query_one("#answer", Answer).clear()
        self.typed(text)

    def typed(self, text: str) -> None:
        """Enter was pressed in the line."""
        raise NotImplementedError

    def as_text(self) -> str:
        """What is asked; never what is typed."""
        return f"{self.shown(self._title)}\n{plain(self.question(WIDE))}"

    @does("ask.no", "ask_key.no")
    def refuse(self) -> None:
        """No answer."""
        raise NotImplementedError

    @moves("ask", "ask_key")
    def move(self, name: str) -> None:
        """Show another part of a long question."""
        super().move(name)


def paragraphs(texts: Sequence[str], width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    """Texts of several lines, wrapped."""
    return [line(part, tone) for text in texts for piece in text.splitlines() for part in wrap(piece, width)]
