"""Secrets: a value that no text form shows, and texts without what people type in clear."""

import hmac
import re
from typing import NoReturn
from weakref import WeakValueDictionary

HIDDEN = "(secret omitted)"
_TELLING = 4


class Secret:
    """A password or the like. Neither `str` nor `repr` shows it, so no log, message or traceback can.

    It cannot be pickled or copied; `reveal` is called where it is sent, and nowhere else.
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _LIVE[id(self)] = self

    def reveal(self) -> str:
        """The secret itself."""
        return self._value

    def hidden_in(self, text: str) -> str:
        """The text with `HIDDEN` wherever the secret was in it; one of a few letters could be anywhere."""
        return text.replace(self._value, HIDDEN) if len(self._value.strip()) >= _TELLING else text

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self._value), _bytes(other._value))

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied")


_LIVE: WeakValueDictionary[int, Secret] = WeakValueDictionary()
"""Those in use now: what leaves the program in an emergency is searched for them."""


def without_live_secrets(text: str) -> str:
    """The text without any secret that is held at this moment, and without what looks like one."""
    for secret in tuple(_LIVE.values()):
        text = secret.hidden_in(text)
    return without_secrets(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_AUTHKEY = re.compile(r"(\bncs\s+ha\s+authkey[ \t]+)\S[^\r\n]*", re.IGNORECASE)
_NAMED = re.compile(
    r"(\b(?:pass(?:word|phrase|wd)?|secret|auth(?:entication)?[ _-]?key|ha[ _-]?key|community|token)\b"
    r"[ \t]*(?:[:=]|\bis\b)[ \t]*)(?!\()(\"[^\"\r\n]*\"|'[^'\r\n]*'|\S+)",
    re.IGNORECASE,
)
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text without what follows ``ncs ha authkey`` and the words that announce a secret.

    The key is in clear on the command line (docs/appliance.md), so it would be in transcripts too.
    """
    for pattern in (_AUTHKEY, _NAMED, _URL):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text
