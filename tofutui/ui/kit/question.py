"""A question with a line to type: what all questions of a login and of the app are made of."""

from collections.abc import Sequence
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.dialog import Dialog, title_of
from tofutui.ui.kit.painted import Painted, Scroller
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
            screen.owner.spent.note(event.key, screen.owner.ticks.of(event.time))
        else:
            event.stop()
            event.prevent_default()

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
    "This is not asked any more: the server hung up, or the login or command that asked was stopped.",
    "Nothing that is typed here is sent or kept.",
)


class Question(Dialog[Result]):
    """A text, maybe a line to type, and what the keys do.

    One that is withdrawn stays, and takes what is typed to nowhere, until it is closed.
    """

    CSS_PATH = Path(__file__).with_name("box.tcss")
    AUTO_FOCUS = ""
    needs_yes = False
    """Whether Enter sends something that can change a node, and is a yes."""

    def __init__(self, role: Role, title: str, *, typed: bool, masked: bool = False) -> None:
        super().__init__()
        self._role = role
        self._title = title
        self._typed = typed
        self._masked = masked

    def text(self, width: int) -> list[Line]:
        """What is asked, wrapped."""
        raise NotImplementedError

    def keys(self) -> Line:
        """What the keys do."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The text, the line, the keys."""
        with Vertical(id="box"):
            yield Scroller(id="body")
            if self._typed:
                yield Answer(id="answer", password=self._masked, select_on_focus=False)
            yield Painted(id="ends")

    def on_mount(self) -> None:
        """Title, colour of the role, focus."""
        self.add_class(f"-{self._role.value}")
        if self._typed:
            self.query_one("#answer").focus()
        self._draw()

    def on_descendant_blur(self) -> None:
        """A click beside the line leaves the focus in it: what is typed next belongs there."""
        if self.is_current:
            for field in self.query(Answer):
                field.focus()

    def on_resize(self) -> None:
        """Wrap to the new width; the size may come before there is anything to draw on."""
        if self.is_mounted:
            self._draw()

    def redraw(self) -> None:
        """Draw everything again."""
        self._draw()

    @does("ask.reveal")
    def do_ask_reveal(self) -> None:
        """Everything as it is, until the next key."""
        self.reveal()

    def _draw(self) -> None:
        title_of(self.query_one("#box"), safe(self.shown(self._title)))
        width = max(20, min(104, int(self.size.width * 0.96)) - 4)
        lines = paragraphs(WITHDRAWN, width, Tone.WARNING) if self.withdrawn else self.text(width)
        body = self.query_one("#body", Scroller)
        body.styles.height = max(1, min(len(lines), self.size.height - 5))
        body.show(lines)
        self.call_after_refresh(self._draw_keys)

    def _draw_keys(self) -> None:
        closes = self.keys_line(("Enter", "close"), ("Esc", "close"))
        for ends in self.query("#ends").results(Painted):
            ends.show([closes if self.withdrawn else self.keys()])

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
        return f"{self.shown(self._title)}\n{plain(self.text(WIDE))}"

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A dialog has no key bar: below the dialog."""
        title_of(self.query_one("#box"), safe(self.shown(self._title)), self.shown(text))

    @does("ask.no")
    def do_ask_no(self) -> None:
        """No answer."""
        raise NotImplementedError

    @does("ask.down")
    def do_ask_down(self) -> None:
        """Show more of a long question."""
        self.query_one("#body", Scroller).move("down")

    @does("ask.up")
    def do_ask_up(self) -> None:
        """Show what is above."""
        self.query_one("#body", Scroller).move("up")


def paragraphs(texts: Sequence[str], width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    """Texts of several lines, wrapped."""
    return [line(part, tone) for text in texts for piece in text.splitlines() for part in wrap(piece, width)]
