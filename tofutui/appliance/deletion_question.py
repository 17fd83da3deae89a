"""Which question after `deletecert` may be answered without a person: a small grammar of what it may say.

The grammar is a list of what is allowed. A text that holds one word, digit or sign more is left to the
operator, in whatever language it is: what it announces (a restart, another row, the whole store) need not
be known to be refused.
"""

import re
from functools import cache

_LONGEST = 4_000
"""Characters of echo and question at most; the longest wording that the grammar allows is far shorter."""

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
