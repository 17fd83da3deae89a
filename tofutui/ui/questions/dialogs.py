"""What a node, or the login to it, asks: a secret, a host key, an unknown question."""

from typing import TYPE_CHECKING

from tofutui.ui.actions.catalogue import ASK, ASK_KEY, ASK_PASSWORD
from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.dialogs.question import Question, paragraphs
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import EMPTY, Line, Tone

if TYPE_CHECKING:
    from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion


class PasswordScreen(Question[str | None]):
    """A secret; what is typed is not shown. Whoever types it may say that the other node's is the same."""

    BINDINGS = bindings_of(ASK_PASSWORD)

    def __init__(self, question: "PasswordQuestion") -> None:
        purpose = {"password": "Password", "passphrase": "Passphrase", "answer": "Question"}[question.purpose]
        super().__init__(
            question.role, f"{purpose}: {question.role.word} {question.host}", typed=True, masked=True
        )
        self._question = question

    def question(self, width: int) -> list[Line]:
        """Who gets it, and the server's own words."""
        question = self.shown(self._question)
        whom = f"for {question.username} on {question.host} ({question.role.word})"
        said = [f'It says: "{question.prompt.strip()}"'] if question.prompt.strip() else []
        notes = ["Sent to that host only; not stored, not logged."]
        if typed := self._question.typed_for_other():
            key = self.owner.keys.name("ask.reuse")
            notes.append(f"{key} sends what you typed for {typed.role.word}, if both share a password.")
        return paragraphs([whom, *said], width) + paragraphs(notes, width, Tone.MUTED)

    def choices(self) -> Line:
        """Enter and Esc, and the key that uses the other node's password."""
        typed = self._question.typed_for_other()
        reuse = (("ask.reuse", f"use {typed.role.word}'s"),) if typed else ()
        return self.keys_line(("Enter", "log in"), *reuse, ("ask.no", "cancel"))

    def typed(self, text: str) -> None:
        """The secret."""
        self.answer(text)

    @does("ask.reuse")
    def reuse(self) -> None:
        """What was typed for the other node, if the key is a yes."""
        typed = self._question.typed_for_other()
        if typed is None:
            self.say("no password was typed for the other node", Tone.WARNING)
            return
        self.when_yes(self.owner.keys.of("ask.reuse").keys, lambda: self.answer(typed.password.reveal()))

    @does("ask.no")
    def refuse(self) -> None:
        """No secret."""
        self.answer(None)


class HostKeyScreen(Question[bool]):
    """An unknown SSH host key; no by default."""

    BINDINGS = bindings_of(ASK_KEY)

    def __init__(self, question: "HostKeyQuestion") -> None:
        super().__init__(question.role, f"Unknown SSH host key: {question.role.word}", typed=False)
        self._question = question

    def question(self, width: int) -> list[Line]:
        """The fingerprint, and what yes means."""
        question = self.shown(self._question)
        asked = paragraphs(
            [f"{question.host}, port {question.port}, shows a host key that no known_hosts file knows:"],
            width,
        )
        key = paragraphs([f"{question.algorithm} {question.fingerprint}"], width - 2, Tone.STRONG)
        key = [EMPTY, *((("  ", Tone.STRONG), *part) for part in key), EMPTY]
        others = ""
        if question.others:
            others = f"Other keys of this host are known: {', '.join(question.others)}. "
        meaning = (
            f"{others}Compare it with what the server's owner says. Yes adds it to {question.known_hosts} "
            "and logs in; no leaves this node alone."
        )
        return [*asked, *key, *paragraphs([meaning], width)]

    def choices(self) -> Line:
        """``y`` adds, everything else does not."""
        return self.keys_line(("ask_key.no", "no"), ("ask_key.yes", "yes, it is this server's key"))

    @does("ask.no")
    def refuse(self) -> None:
        """Not this key."""
        self.answer(False)

    @does("ask_key.yes")
    def agree(self) -> None:
        """It is the server's own, if the key is a yes."""
        self.when_yes(self.owner.keys.of("ask_key.yes").keys, lambda: self.answer(True))


class DialogueScreen(Question[str | None]):
    """A question of the node that the program does not know."""

    BINDINGS = bindings_of(ASK)
    needs_yes = True

    def __init__(self, question: "DialogueQuestion") -> None:
        name = f" {question.hostname}" if question.hostname else ""
        title, masked = f"{question.role.word}{name} asks", question.hides_answer
        super().__init__(question.role, title, typed=True, masked=masked)
        self._question = question

    def question(self, width: int) -> list[Line]:
        """The node's words, line by line."""
        question, no = self.shown(self._question), self.owner.keys.name("ask.no")
        when = f"After: {question.command}" if question.command else "Before the first prompt:"
        return [
            *paragraphs([when], width, Tone.COMMAND),
            *paragraphs([question.text], width),
            *paragraphs([f"What you type is sent unchanged. {no} sends no answer."], width, Tone.MUTED),
        ]

    def choices(self) -> Line:
        """Enter and Esc."""
        return self.keys_line(("Enter", "send"), ("ask.no", "no answer"))

    def typed(self, text: str) -> None:
        """What to send."""
        self.answer(text)

    @does("ask.no")
    def refuse(self) -> None:
        """No answer."""
        self.answer(None)
