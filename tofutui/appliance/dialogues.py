"""What a node may ask, and what is answered by itself: before the first prompt, and after `deletecert`.

Every pattern is held against the end of what the node printed since the last answer, after a silence: a
question in the middle of a banner is none. Anything that no entry fits is a person's to answer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


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
    """Where it was seen: DOMAIN.md part 3 and the source there."""
    notice: re.Pattern[str] | None = None
    """The line to keep on the screen."""
    slow: bool = False
    """Wait for the longer silence first."""
    limit: int = 3
    """More rounds than this are a loop."""
    then: Then = Then.ANSWER


def _ends(pattern: str, tail: str = r"[\s.…:?]*\Z") -> re.Pattern[str]:
    return re.compile(pattern + tail, re.IGNORECASE | re.DOTALL)


PAGER = re.compile(r"\s*-{1,3} ?\(?more\)? ?-{1,3}[^\r\n]{0,60}", re.IGNORECASE)
"""A pager waiting in a line of its own."""

PRESS_ENTER = re.compile(r"press\s+<?(?:enter|return)>?\s+(?:key\s+)?to\s+continue[\s.…:?]*", re.IGNORECASE)
"""The other kind of pager."""

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
        notice=re.compile(r"[^\n]*another user is logged[^\n]*", re.IGNORECASE),
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
_ASKS_PASSWORD = re.compile(
    r"pass(?:word|code|wort)|kennwort|mot de passe|contrase[nñ]a|\bsenha\b", re.IGNORECASE
)
_CHANGES_PASSWORD = re.compile(
    r"\b(?:new|current|old|retype|re-enter|repeat|confirm|change)\b", re.IGNORECASE
)
_YES_NO = re.compile(
    r"(?:[(\[<]\s*|\b)(?P<yes>yes|y)(?:\s*[/|]\s*|\s+or\s+)no?\b\s*[)\]>]?"
    r"(?:[\s?:]|[(\[]\s*(?:default\W*)?\w*\s*[)\]])*\Z",
    re.IGNORECASE,
)
_FAR_REACHING = re.compile(r"restart|reload|stop|\ball\b", re.IGNORECASE)
_PLAIN_QUESTION = re.compile(r"(?:\?|\b(?:yes/no|y/n)\s*[)\]]?\s*:?)\s*\Z", re.IGNORECASE)
_QUESTION = re.compile(r"[?:)\]>]\s*\Z")
_SECRET = re.compile(r"pass|secret|\bkey\b|\bpin\b|token|kennwort", re.IGNORECASE)
_TOO_MANY = re.compile(
    r"(?:too many|maximum (?:number of )?|max\w* |limit of )[^\n]{0,40}(?:session|login|user|connection)",
    re.IGNORECASE,
)


def find_dialogue(text: str, dialogues: Iterable[Dialogue] = DIALOGUES) -> Dialogue | None:
    """The known dialogue that ``text`` (all since the last answer) ends with; the first entry wins."""
    end = text[-4000:]
    return next((entry for entry in dialogues if entry.pattern.search(end)), None)


def yes_to(text: str) -> str | None:
    """What to answer to a question after `deletecert`, if it may be answered without asking anybody.

    ``text`` is all that the node printed since the command. It must end with a yes/no form and say nothing
    of restart, reload, stop or all (DESIGN.md part 8.3).
    """
    form = _YES_NO.search(text[-400:])
    if form is None or _FAR_REACHING.search(text):
        return None
    return "yes" if len(form["yes"]) == 3 else "y"


def looks_like_question(line: str) -> bool:
    """Whether an unfinished line seems to wait for an answer."""
    return _QUESTION.search(line) is not None


def is_plain_question(line: str) -> bool:
    """The same, more strictly: for commands that print much and ask nothing."""
    return _PLAIN_QUESTION.search(line) is not None


def asks_password(prompt: str) -> bool:
    """Whether a keyboard-interactive prompt asks for the login password itself, and not for a new one."""
    return bool(_ASKS_PASSWORD.search(prompt)) and not _CHANGES_PASSWORD.search(prompt)


def asks_new_password(prompt: str) -> bool:
    """Whether a prompt belongs to a change of the password."""
    return bool(_ASKS_PASSWORD.search(prompt) and _CHANGES_PASSWORD.search(prompt))


def says_expired(text: str) -> bool:
    """Whether a server's words say that the password must be changed."""
    return _EXPIRED.search(text) is not None


def says_too_many(text: str) -> bool:
    """Whether a server's words say that no session is free."""
    return _TOO_MANY.search(text) is not None


def wants_secret(text: str) -> bool:
    """Whether the answer to this question should not be written down."""
    return _SECRET.search(text[-400:]) is not None
