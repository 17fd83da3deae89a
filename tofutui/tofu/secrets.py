"""Secrets that people type in clear: taken out of every text that is kept or leaves the program."""

import re

HIDDEN = "(secret left out)"

_AUTHKEY = re.compile(r"(\bncs\s+ha\s+authkey[ \t]+)\S[^\r\n]*", re.IGNORECASE)
_NAMED = re.compile(
    r"(\b(?:pass(?:word|phrase|wd)?|secret|auth(?:entication)?[ _-]?key|ha[ _-]?key|community|token)\b"
    r"[ \t]*(?:[:=]|\bis\b)[ \t]*)(?!\()(\"[^\"\r\n]*\"|'[^'\r\n]*'|\S+)",
    re.IGNORECASE,
)
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:)[^\s/@]{1,200}(?=@)", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text without what follows ``ncs ha authkey`` and the words that announce a secret.

    The key stands in clear on the command line (DOMAIN.md part 4), so it would stand in transcripts too.
    """
    for pattern in (_AUTHKEY, _NAMED, _URL):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text
