"""What a node, or the login to it, asks: a secret, a host key, an unknown question."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import ASK, ASK_KEY
from tofutui.ui.kit.dialog import Dialog, title_of
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Result, bindings_of
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, line, plain, wrap

if TYPE_CHECKING:
    from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion


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

    CSS_PATH = "../kit/box.tcss"
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
        """Wrap anew; the size may come before there is anything to draw on."""
        if self.is_mounted:
            self._draw()

    def redraw(self) -> None:
        """Show everything anew."""
        self._draw()

    def do_ask_reveal(self) -> None:
        """Everything as it is, until the next key."""
        self.reveal()

    def _draw(self) -> None:
        title_of(self.query_one("#box"), safe(self.shown(self._title)))
        """The line to type and the keys stay visible."""
        width = max(20, min(104, int(self.size.width * 0.96)) - 4)
        lines = _paragraphs(WITHDRAWN, width, Tone.WARNING) if self.withdrawn else self.text(width)
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
        """There is no key bar: below the dialog."""
        title_of(self.query_one("#box"), safe(self.shown(self._title)), self.shown(text))

    def do_ask_no(self) -> None:
        """No answer."""
        raise NotImplementedError

    def do_ask_down(self) -> None:
        """Show more of a long question."""
        self.query_one("#body", Scroller).move("down")

    def do_ask_up(self) -> None:
        """Show what is above."""
        self.query_one("#body", Scroller).move("up")


def _paragraphs(texts: Sequence[str], width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    return [line(part, tone) for text in texts for piece in text.splitlines() for part in wrap(piece, width)]


class PasswordScreen(Question[str | None]):
    """A secret; what is typed is not shown and not kept."""

    BINDINGS = bindings_of(ASK)

    def __init__(self, question: "PasswordQuestion") -> None:
        purpose = {"password": "Password", "passphrase": "Passphrase", "answer": "Question"}[question.purpose]
        super().__init__(
            question.role, f"{purpose}: {question.role.word} {question.host}", typed=True, masked=True
        )
        self._question = question

    def text(self, width: int) -> list[Line]:
        """Who gets it, and the server's own words."""
        question = self.shown(self._question)
        whom = f"for {question.username} on {question.host} ({question.role.word})"
        said = [f'It says: "{question.prompt.strip()}"'] if question.prompt.strip() else []
        notes = ["Sent to that host only; not stored, not logged."]
        return _paragraphs([whom, *said], width) + _paragraphs(notes, width, Tone.MUTED)

    def keys(self) -> Line:
        """Enter and Esc."""
        return self.keys_line(("Enter", "log in"), ("ask.no", "do not"))

    def typed(self, text: str) -> None:
        """The secret."""
        self.answer(text)

    def do_ask_no(self) -> None:
        """No secret."""
        self.answer(None)


class HostKeyScreen(Question[bool]):
    """An unknown SSH host key; no by default."""

    BINDINGS = bindings_of(ASK_KEY)

    def __init__(self, question: "HostKeyQuestion") -> None:
        super().__init__(question.role, f"Unknown SSH host key: {question.role.word}", typed=False)
        self._question = question

    def text(self, width: int) -> list[Line]:
        """The fingerprint, and what yes means."""
        question = self.shown(self._question)
        asked = _paragraphs(
            [f"{question.host}, port {question.port}, shows a host key that no known_hosts file knows:"],
            width,
        )
        key = _paragraphs([f"{question.algorithm} {question.fingerprint}"], width - 2, Tone.STRONG)
        key = [EMPTY, *((("  ", Tone.STRONG), *part) for part in key), EMPTY]
        others = ""
        if question.others:
            others = f"Other keys of this host are known: {', '.join(question.others)}. "
        meaning = (
            f"{others}Compare it with what the server's owner says. Yes adds it to {question.known_hosts} "
            "and goes on to log in; no leaves this node alone."
        )
        return [*asked, *key, *_paragraphs([meaning], width)]

    def keys(self) -> Line:
        """``y`` adds, everything else does not."""
        return self.keys_line(("ask_key.no", "no"), ("ask_key.yes", "yes, it is this server's key"))

    def do_ask_no(self) -> None:
        """Not this key."""
        self.answer(False)

    def do_ask_key_reveal(self) -> None:
        """Everything as it is, until the next key."""
        self.reveal()

    def do_ask_key_no(self) -> None:
        """Not this key."""
        self.answer(False)

    def do_ask_key_yes(self) -> None:
        """It is the server's own, if the key is a yes."""
        self.when_yes(self.owner.keys.of("ask_key.yes").keys, lambda: self.answer(True))

    def do_ask_key_down(self) -> None:
        """Show more of a long question."""
        self.do_ask_down()

    def do_ask_key_up(self) -> None:
        """Show what is above."""
        self.do_ask_up()


class DialogueScreen(Question[str | None]):
    """A question of the node that nobody foresaw."""

    BINDINGS = bindings_of(ASK)
    needs_yes = True

    def __init__(self, question: "DialogueQuestion") -> None:
        name = f" {question.hostname}" if question.hostname else ""
        title, masked = f"{question.role.word}{name} asks", question.hides_answer
        super().__init__(question.role, title, typed=True, masked=masked)
        self._question = question

    def text(self, width: int) -> list[Line]:
        """The node's words, line by line."""
        question, no = self.shown(self._question), self.owner.keys.name("ask.no")
        when = f"After: {question.command}" if question.command else "Before the first prompt:"
        return [
            *_paragraphs([when], width, Tone.COMMAND),
            *_paragraphs([question.text], width),
            *_paragraphs([f"What you type is sent as it stands. {no} does not answer."], width, Tone.MUTED),
        ]

    def keys(self) -> Line:
        """Enter and Esc."""
        return self.keys_line(("Enter", "send"), ("ask.no", "no answer"))

    def typed(self, text: str) -> None:
        """What to send."""
        self.answer(text)

    def do_ask_no(self) -> None:
        """No answer."""
        self.answer(None)
