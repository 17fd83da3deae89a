"""From a fresh shell to its first prompt: banners, menus and questions first."""

from tofutui.appliance.cli.console import Patience, ShellEnded
from tofutui.appliance.cli.shell_context import Talk, quoted
from tofutui.appliance.dialogues import (
    NOT_SHOWN,
    Dialogue,
    Then,
    find_dialogue,
    loggable,
    looks_like_question,
    says_expired,
    says_too_many,
)
from tofutui.appliance.errors import (
    ApplianceError,
    CommandTimeout,
    LinkLost,
    NotAnAdminCli,
    OutputTooLong,
    PasswordExpired,
    TooManySessions,
    UnknownDialogue,
)
from tofutui.appliance.questions import DialogueQuestion
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.grammar import OTHER_PROMPT, PROMPT

_LONGEST_PROMPT = 110
_KEPT = 20_000
_NOTICE = 400
"""Characters of a notice."""


class Opening:
    """One run from the shell's start to the prompt, which `prompt` and `hostname` hold afterwards."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._console = talk.console
        self._settings = talk.settings
        self._timings = talk.timings
        self._patience = Patience(talk.timings.first_prompt)
        self._seen = ""
        self._silence = 0.0
        self._rounds: dict[str, int] = {}
        self._typed: list[Secret] = []
        """Answers that may be secrets: a node that echoes them must not put them into a message."""
        self.notices: list[str] = []
        self.prompt = ""
        self.hostname = ""

    async def run(self) -> None:
        """Answer what is known, ask for the rest, and learn the prompt.

        Raises:
            ApplianceError: no admin CLI, an unanswered dialogue, a full or an expired account, no prompt.
        """
        self._console.may_vanish = is_prompt
        try:
            while not self.prompt:
                await self._step()
        except ShellEnded:
            raise self._ended() from None

    async def _step(self) -> None:
        wait = min(self._quiet(), self._patience.left)
        lines = await self._console.hear(wait)
        if lines is None:
            self._silence += wait
            await self._consider(self._console.screen.line)
            return
        self._silence = 0.0
        self._seen = ("".join((self._seen, *(f"{line}\n" for line in lines))))[-_KEPT:]
        if self._console.received > self._talk.cap:
            raise OutputTooLong(f"{self._settings.host} keeps printing and has shown no prompt", sent=False)

    def _quiet(self) -> float:
        """The silence that makes the last line count: short where the prompt is there to its last blank."""
        line = self._console.screen.tail
        return self._timings.first_settle if line.endswith(" ") and is_prompt(line) else self._timings.quiet

    async def _consider(self, line: str) -> None:
        """A silence: what is the node waiting for?"""
        prompt_match = PROMPT.fullmatch(line)
        known = None if prompt_match else find_dialogue(self._seen + line)
        if prompt_match:
            self.prompt, self.hostname = line, prompt_match["host"]
        elif known:
            if not known.slow or self._silence >= self._timings.menu_quiet:
                self._answer(known, line)
        elif self._patience.left <= 0:
            await self._give_up_or_ask(line)
        elif self._silence >= self._timings.unknown_quiet:
            self._refuse_other_prompts(line)
            if looks_like_question(line):
                await self._ask(line)

    def _answer(self, known: Dialogue, line: str) -> None:
        text = self._without_typed(self._seen + line)
        self._rounds[known.name] = rounds = self._rounds.get(known.name, 0) + 1
        if known.then is Then.EXPIRED:
            raise self._expired()
        if rounds > known.limit:
            raise self._unanswered(text)
        if known.notice:
            kept = (line.strip() for line in text.splitlines() if known.notice.search(line))
            self.notices += [line[:_NOTICE] for line in kept]
        if known.name != "banner pager" or rounds == 1:
            self._talk.say("answer", f"{known.answer or 'Enter'} ({known.name})")
        self._type(known.answer)

    def _type(self, answer: str) -> None:
        self._seen = ""
        self._silence = 0.0
        self._console.screen.wipe()
        self._console.type(answer)

    async def _give_up_or_ask(self, line: str) -> None:
        if not (self._seen + line).strip():
            seconds = self._timings.first_prompt
            raise CommandTimeout(f"{self._settings.host} showed no prompt within {seconds:g} s", sent=False)
        self._refuse_other_prompts(line)
        await self._ask(line)

    async def _ask(self, line: str) -> None:
        text = self._without_typed(self._seen + line).strip("\n")
        self._talk.note_unknown(text)
        question = DialogueQuestion(self._settings.role, None, text, None)
        answer = await self._patience.outside(self._talk.asker.dialogue(question))
        if answer is None:
            raise self._expired() if says_expired(text) else self._unanswered(text)
        logged = loggable(text, answer)
        if logged == NOT_SHOWN:
            self._typed.append(Secret(answer))
        self._talk.say("answer", logged)
        self._patience.renew()
        self._type(answer)

    def _refuse_other_prompts(self, line: str) -> None:
        if _is_other_prompt(line):
            self._talk.note_unknown(self._without_typed(self._seen + line))
            raise NotAnAdminCli(
                f"{self._settings.host} shows the prompt {safe(line.strip())!r}, not one of the admin CLI",
                "log in as a user of the admin CLI, whose prompt is host/user#",
            )

    def _unanswered(self, text: str) -> ApplianceError:
        return UnknownDialogue(
            f"{self._settings.host} asks an unknown question before its prompt: {quoted(text)}",
            "answer it in the app, or log in manually once",
            sent=False,
        )

    def _expired(self) -> ApplianceError:
        return PasswordExpired(
            f"the password of {self._settings.username} on {self._settings.host} has expired",
            "log in with ssh once and change it",
        )

    def _without_typed(self, text: str) -> str:
        for secret in self._typed:
            text = secret.hidden_in(text)
        return text

    def _ended(self) -> ApplianceError:
        text = self._without_typed(self._seen + self._console.screen.line)
        where = self._settings.host
        if says_too_many(text):
            return TooManySessions(
                f"{where} has no free session: {quoted(text)}", "close another login there"
            )
        if says_expired(text):
            return self._expired()
        self._talk.note_unknown(text)
        said = f"; it said {quoted(text)}" if text.strip() else ""
        return LinkLost(f"{where} closed the session before its first prompt{said}", sent=False)


def _is_other_prompt(line: str) -> bool:
    """Whether a line is a prompt of another command line; its sign may be alone or after a blank."""
    *_, before, last = ("", "", *line.split())
    word = last if len(last) > 1 else before + last
    return len(line) <= _LONGEST_PROMPT and OTHER_PROMPT.fullmatch(word) is not None


def is_prompt(line: str) -> bool:
    """Whether a line is nothing but a prompt of the admin CLI."""
    return PROMPT.fullmatch(line) is not None
