"""Answers a login's questions as a test says, and remembers them."""

from dataclasses import dataclass, field

from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion


@dataclass
class ScriptedAsker:
    """Answers from lists; None and False once they are used up."""

    passwords: list[str | None] = field(default_factory=list)
    host_keys: list[bool] = field(default_factory=list)
    dialogues: list[str | None] = field(default_factory=list)
    password_questions: list[PasswordQuestion] = field(default_factory=list)
    host_key_questions: list[HostKeyQuestion] = field(default_factory=list)
    dialogue_questions: list[DialogueQuestion] = field(default_factory=list)

    async def password(self, question: PasswordQuestion, /) -> str | None:
        self.password_questions.append(question)
        return self.passwords.pop(0) if self.passwords else None

    async def accept_host_key(self, question: HostKeyQuestion, /) -> bool:
        self.host_key_questions.append(question)
        return self.host_keys.pop(0) if self.host_keys else False

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        self.dialogue_questions.append(question)
        return self.dialogues.pop(0) if self.dialogues else None
