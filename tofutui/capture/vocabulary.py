"""The words that stay as they are in a capture: what appliances, this program and plain English print.

A list of what is allowed: any other word may name a site and gets a stand-in, wherever it is printed.
"""

import re
from functools import cache
from importlib.resources import files

from tofutui.privacy.common_words import OWN_WORDS

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MASKED = re.compile(r"[0-9]?(?:[xX]+|[yY]+|[zZ]+)")
"""What documents write in place of a part of an address: ``1X.XX.XX.XX``."""
_AMOUNT = re.compile(r"[0-9]{1,5}(?:%|st|nd|rd|th|am|pm|ms|s|min|h|d|[kmgt]?b|[kmg])", re.IGNORECASE)
_LONGEST_NUMBER = 5
"""Digits: ports, years and counts stay, serial numbers do not."""


@cache
def _words() -> frozenset[str]:
    text = files("tofutui.capture").joinpath("words.txt").read_text(encoding="ascii")
    return OWN_WORDS.union(text.split())


def is_plain(word: str) -> bool:
    """Whether a word, or each part of a compound such as ``NullPointerException``, may stay."""
    if word.isascii() and (len(word) == 1 or (word.isdecimal() and len(word) <= _LONGEST_NUMBER)):
        return True
    if word.lower() in _words() or _MASKED.fullmatch(word) or _AMOUNT.fullmatch(word):
        return True
    parts = _CAMEL.findall(word)
    return len(parts) > 1 and "".join(parts) == word and all(part.lower() in _words() for part in parts)
