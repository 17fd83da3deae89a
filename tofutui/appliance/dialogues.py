"""What a node may ask before its first prompt, what is answered automatically, and which answers are secret.

Every pattern is held against the end of what the node printed since the last answer, after a silence: a
question in the middle of a banner is none. Anything that no entry fits is a person's to answer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from tofutui.appliance.deletion_question import YES_NO_FORM
from tofutui.tofu.cli_output.grammar import PAGER, PRESS_ENTER


class Then(Enum):
    """What follows from a dialogue."""

    ANSWER = "answer"
    EXPIRED = "expired"
    """Ends the login: the password has to be changed first."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One known dialogue before the first prompt."""

    name: str
    pattern: re.Pattern[str]
    answer: str
    """Typed, and Enter after it."""
    source: str
    """Where it was seen: docs/appliance.md, Login and the source there."""
    notice: re.Pattern[str] | None = None
    """What the lines hold that are kept on the screen."""
    slow: bool = False
    """Wait for the longer silence first."""
    limit: int = 3
    """More rounds than this are a loop."""
    then: Then = Then.ANSWER


def _ends(pattern: str, tail: str = r"[\s.…:?]*\Z") -> re.Pattern[str]:
    return re.compile(pattern + tail, re.IGNORECASE | re.DOTALL)


DIALOGUES = (
    Dialogue(
        "resume menu",
        _ends(r"session number to resume or press\s+<?enter>?[^\n]{0,60}"),
        "",
        "S4, S6, S7: ISE 2.6 and later; other text gives `% Error: Invalid session` and asks again",
        slow=True,
    ),
    Dialogue(
        "another user",
        _ends(r"another user is logged.*are you sure you want to continue[^\n]{0,60}"),
        "Yes",
        "S5: anything else gives `ERROR : Please enter Yes or No`",
        notice=re.compile("another user is logged", re.IGNORECASE),
    ),
    Dialogue("press Enter", _ends(PRESS_ENTER.pattern, r"\Z"), "", "S4"),
    Dialogue(
        "banner pager",
        _ends(rf"(?:\A|\n){PAGER.pattern}", r"\s*\Z"),
        "",
        "S5: the scanner sends Enter (S4 sends q)",
        limit=1000,
    ),
    Dialogue(
        "expired password",
        _ends(r"(?:new|current|old|change|retype|re-enter)[^\n]{0,40}pass(?:word|phrase)[^\n]{0,20}"),
        "",
        "not found in any source; the words of Linux PAM and of common CLIs",
        then=Then.EXPIRED,
    ),
)

_EXPIRED = re.compile(
    r"password (?:has |is )?(?:been )?expired"
    r"|(?:must|required to|need to|have to) change (?:your|the) password"
    r"|change your password (?:immediately|now)",
    re.IGNORECASE,
)
_ACCOUNT_CLOSED = re.compile(
    r"\b(?:account|user(?:name)?|login|konto|benutzer|compte|cuenta|conta)\b[^\n]{0,60}"
    r"\b(?:lock|expir|disabl|suspend|inactiv|blocked|closed|revoked|not (?:available|permitted|allowed)"
    r"|gesperrt|abgelaufen|deaktiviert|verrouill|bloqu|caduc|expirad)"
    r"|\b(?:locked|blocked|disabled) (?:account|user|out)"
    r"|not (?:permitted|allowed) to log ?in|logins? (?:are )?(?:currently )?(?:disabled|not allowed)"
    r"|permission denied by (?:account|pam)|access denied[^\n]{0,40}\b(?:time|hours|host)\b",
    re.IGNORECASE,
)
_PLAIN_QUESTION = re.compile(r"(?:\?|\b(?:yes/no|y/n)\s*[)\]]?\s*:?)\s*\Z", re.IGNORECASE)
_QUESTION = re.compile(r"[?:)\]>\uff1f\uff1a\uff09\u061f\u037e]\s*\Z")
"""Also the question marks and colons of Chinese, Japanese, Arabic and Greek."""
_HARMLESS = (
    re.compile(rf"\A(?:[^:]|:(?=\S)){{0,300}}?{YES_NO_FORM.pattern}", re.IGNORECASE),
    _ends(r"session number to resume or press\s+<?enter>?[^\n:]{0,60}"),
    _ends(PRESS_ENTER.pattern, r"\Z"),
)
"""The last lines of questions whose answers are not secret."""
NOT_SHOWN = "(not shown)"
_HARMLESS_ANSWERS = re.compile(r"(?:yes|no|y|n|[0-9]{0,2})", re.IGNORECASE)
_TOO_MANY = re.compile(
    r"(?:too many|maximum (?:number of )?|max\w{0,12} |limit of )"
    r"[^\n]{0,40}(?:session|login|user|connection)",
    re.IGNORECASE,
)


def find_dialogue(text: str, dialogues: Iterable[Dialogue] = DIALOGUES) -> Dialogue | None:
    """The known dialogue that ``text`` (all since the last answer) ends with; the first entry wins."""
    end = text[-4000:]
    return next((entry for entry in dialogues if entry.pattern.search(end)), None)


def looks_like_question(line: str) -> bool:
    """Whether an unfinished line seems to wait for an answer."""
    return _QUESTION.search(line) is not None


def is_plain_question(line: str) -> bool:
    """The same, more strictly: for commands that print much and ask nothing."""
    return _PLAIN_QUESTION.search(line) is not None


def says_expired(text: str) -> bool:
    """Whether a server's words say that the password must be changed."""
    return _EXPIRED.search(text) is not None


def says_account_closed(text: str) -> bool:
    """Whether a server's words say that the account is locked, expired or not let in now."""
    return _ACCOUNT_CLOSED.search(text) is not None


def says_too_many(text: str) -> bool:
    """Whether a server's words say that no session is free."""
    return _TOO_MANY.search(text) is not None


def is_harmless(question: str) -> bool:
    """Whether the answer to this question is known to be no secret, by how its last line ends.

    A yes/no form, the resume menu, a wait for Enter. Any other answer is hidden, in whatever language the
    question is.
    """
    last = next((line for line in reversed(question[-4000:].splitlines()) if line.strip()), "")
    return any(pattern.search(last.strip()[-400:]) for pattern in _HARMLESS)


def loggable(question: str, answer: str) -> str:
    """A person's answer as the command log may hold it: only yes, no, Enter or a number of the menu."""
    if not is_harmless(question) or not _HARMLESS_ANSWERS.fullmatch(answer.strip()):
        return NOT_SHOWN
    return answer.strip() or "Enter"


def asks_yes_or_no(line: str) -> bool:
    """Whether a line ends in a yes/no form, or in a question mark."""
    return YES_NO_FORM.search(line[-400:]) is not None or line.rstrip()[-1:] in ("?", "\uff1f", "\u061f")
