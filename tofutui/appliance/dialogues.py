"""What a node asks, what of it is answered automatically, and which answers are secret.

Before the first prompt a table of known dialogues is held against the end of what the node printed since the
last answer, after a silence: a question in the middle of a banner is none.

After `deletecert` a small grammar says which question may be answered: a list of what is allowed. A text that
holds one word, digit or sign more is left to the operator, in whatever language it is: what it announces (a
restart, another row, the whole store) need not be known to be refused.

Anything else is a person's to answer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from tofutui.tofu.cli_output.grammar import PAGER, PRESS_ENTER

_LONGEST = 4_000
"""Characters of echo and question of a deletion at most; the longest wording allowed is far shorter."""

_CSI = r"\x1b\[[0-?]{0,32}[ -/]{0,4}[@-~]"
_GAP = rf"(?:[\x00-\x1a\x1c-\x20\x7f]|{_CSI})*+"
"""What redrawing and wrapping put between the characters of an echo."""
_LINE_END = rf"(?:[\x00-\x09\x0b-\x1a\x1c-\x20\x7f]|{_CSI})*+\n"

_PLAIN = re.compile(r"(?:[\x20-\x7e\t]|\r*\n)*+")
"""Printable ASCII and line ends: a terminal shows exactly this, with nothing overwritten or hidden."""

_KEY = "\x00"
"""Replaces the row's key in a text that was searched for it: no remote text holds this character then."""

YES_NO_FORM = re.compile(
    r"(?:[(\[<]\s*|\b)(?P<yes>yes|y)(?:\s*[/|]\s*|\s+or\s+)no?\b\s*[)\]>]?"
    r"(?:[\s?:]|[(\[]\s?(?:default\b\W{0,3})?(?:yes|no|y|n)\s?[)\]])*\Z",
    re.IGNORECASE,
)
"""``(yes/no)``, ``[y/n]``, ``yes or no``, with a default behind it or without, at the end of a text."""


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


# Compiling it takes as long as loading many modules, and most runs are asked no such question.
@cache
def _grammar() -> re.Pattern[str]:
    """The sentences that may come before the yes/no form, in lower case, with single blanks."""
    kind = r"(?:(?:stored|trusted|tofu|tofu-certs|trust-on-first-use|host|server|peer|remote|tls|ssl) )*"
    thing = kind + _any("certificate", "cert") + "(?: entry)?"
    key = rf"(?:\"{_KEY}\"|'{_KEY}'|<{_KEY}>|\({_KEY}\)|{_KEY})"
    host_key = rf"(?:the )?(?:{_any('host', 'endpoint')}:? )?{key}"
    this = rf"this {thing}(?: {_any('of', 'for')} {host_key})?"
    named = rf"(?:the )?(?:{_any(thing, kind + 'entry')}:? )?(?:{_any('of', 'for', 'named')} )?{host_key}"
    behind = rf"(?:the )?(?:host )?{key} {_any(thing, kind + 'entry')}"
    store = r" from (?:the |this )?(?:(?:tofu|trust|trusted|trust-on-first-use|certificate|local) )*" + _any(
        "store", "list", "table", "truststore", "trust-store", "tofu-certs"
    )
    row = f"{_any(this, behind, named)}(?:{store})?"
    deletes, deletion = _any("delete", "remove"), _any("deletion", "removal")
    wish = (
        r"(?:are you (?:really |absolutely )?sure (?:that )?you (?:really )?(?:want|wish) to"
        r"|are you (?:really |absolutely )?sure to"
        r"|(?:do|would) you (?:really )?(?:want|wish|like) to"
        r"|(?:please )?confirm to|really|ok to)"
    )
    going_on = (
        r"(?:are you (?:really |absolutely )?sure(?: (?:that )?you (?:really )?(?:want|wish) to "
        r"(?:continue|proceed))?|(?:do you (?:really )?(?:want|wish) to )?(?:continue|proceed)"
        rf"(?: with (?:the |this )?{deletion})?|(?:please )?confirm|is this ok|ok)"
    )
    clause = _any(
        f"(?:{wish} )?{deletes} {row}",
        rf"(?:please )?confirm (?:the )?{deletion} of {row}",
        rf"(?:do you want to )?{_any('continue', 'proceed')} with (?:the )?{deletion} of {row}",
        f"{_any('this will', 'the command will', 'you are about to', 'about to')} {deletes} {row}",
        f"{_any('deleting', 'removing')} {row}",
        f"{_any(this, behind, named)} will be {_any('deleted', 'removed')}(?:{store})?",
    )
    mark = r" ?[.?!,:;]{0,3} ?"
    hint = rf"(?:(?:please )?{_any('enter', 'type', 'answer', 'reply')}(?: with)?:? ?)?"
    return re.compile(
        f"(?:{going_on}{mark})?{clause}{mark}(?:{clause}{mark})?(?:{going_on}{mark})?{hint}", re.IGNORECASE
    )


def answer_to(heard: bytes, *, typed: str, prompt: str, key: str) -> str | None:
    """``yes`` (``y`` where the form says so), or None where the question is the operator's.

    ``heard`` is every byte that arrived since ``typed`` was typed at ``prompt``. The text behind the echo
    must consist of plain characters, end with a yes/no form, speak of the deletion of this very key (or of
    "this certificate"), and say nothing else.
    """
    text = heard.decode("latin-1")
    if len(text) > _LONGEST or YES_NO_FORM.search(text) is None:
        return None
    text = _without_echo(text, typed, prompt)
    form = YES_NO_FORM.search(text)
    if form is None or _PLAIN.fullmatch(text) is None:
        return None
    said = _key_pattern(key).sub(_KEY, " ".join(text[: form.start()].split()))
    if _grammar().fullmatch(said) is None:
        return None
    return "yes" if len(form["yes"]) == 3 else "y"


def _without_echo(text: str, typed: str, prompt: str) -> str:
    """The text behind the echoes of what was typed; those name nothing.

    An echo is what was typed, or prompt and that, on a line of its own, possibly wrapped or redrawn.
    """
    echo = rf"{_GAP}(?:{_spread(prompt)}{_GAP})?{_spread(typed)}{_LINE_END}"
    return re.sub(rf"\A(?:{echo}){{1,2}}", "", text)


def _spread(text: str) -> str:
    """A pattern for this text with anything invisible between its characters."""
    return _GAP.join(re.escape(char) for char in text if char > " ")


def _key_pattern(key: str) -> re.Pattern[str]:
    """The key, and not as a part of a longer one: nothing around it may belong to a key."""
    return re.compile(rf"(?<![\w.:%\[\]@/\\-]){re.escape(key)}(?=[\s\"'>)?!,;]|[.:](?:\s|\Z)|\Z)")


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
