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
_LIKE_A_KEY = r"(?!omitted\))(?!\S*://)(?=\S*[0-9!#$%&*+?@^~])(?=\S*[^\W\d])\S{6,}"
"""A word with a letter, and with a digit or a sign that words do not hold."""
_WORDS = (
    r"(?:pass(?:word|[ -]?phrase|wd|code|wort|ord)|pwd?|secret|auth(?:entication)?[ _-]?key|ha[ _-]?key"
    r"|community|token|bearer|otp|kennwort|mot de passe|contrase[n\u00f1]a|clave|senha|wachtwoord"
    r"|l[o\u00f6]senord|adgangskode|salasana|has[l\u0142]o|heslo|jelsz[o\u00f3]|parola"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c|\u30d1\u30b9\u30ef\u30fc\u30c9|\u5bc6\u7801|\u5bc6\u78bc|\u53e3\u4ee4"
    r"|\ube44\ubc00\ubc88\ud638|\uc554\ud638)"
)
"""What announces a secret, in the languages in which notes are taken."""
_VALUE = r"(?!\()(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|\S+)"
_SIGN = r"[ \t]*(?:[:=\uff1a]|->|\u2192|\b(?:is|was|set to|changed to)\b)"
_NAMED = re.compile(rf"(\b(?:{_WORDS}\b{_SIGN}|pass[ \t]*=)[ \t]*){_VALUE}", re.IGNORECASE)
_BARE = re.compile(rf"(\b{_WORDS}[ \t\r\n]+|\bsshpass[ \t]+-p[ \t]*)(?={_LIKE_A_KEY})\S+", re.IGNORECASE)
"""The same without a sign in between, where what follows is hardly a word."""
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:)(?!\()[^\s/]{1,200}(?=@)", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text without what follows ``ncs ha authkey`` and the words that announce a secret.

    The key is in clear on the command line (docs/appliance.md), so it would be in transcripts too.
    """
    for pattern in (_AUTHKEY, _NAMED, _BARE, _URL):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text
