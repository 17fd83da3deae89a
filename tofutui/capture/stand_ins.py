"""Stand-ins of the same length and grammar: the n-th new value of a shape always gets the n-th of that shape.

For that reason a capture of a replayed capture gets the same ones again. They are made by a hash and have no
vowels, so that they are recognised as what they are; none is a value that was really printed.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import count

from tofutui.privacy.common_words import OWN_WORDS

_LETTERS = "bcdfghjklmnpqrstvwxz"
_HEX = "0123456789abcdef"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TWO_BYTES = "àáâãäåæçèéêëìíîïñòóôõöøùúûüý"
"""Letters of Latin-1: old strings of certificates hold no others."""
_MORE_BYTES = {3: "天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏", 4: "𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻"}
_ROOM = 50
"""Tries for each value before a shape counts as used up: then the first free one, or none, is taken."""
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
    """Whether a word, or each part of a compound such as ``NullPointerException``, may stay in a capture.

    A list of what is allowed, of what appliances, this program and plain English print: any other word may
    name a site and gets a stand-in, wherever it is printed.
    """
    if word.isascii() and (len(word) == 1 or (word.isdecimal() and len(word) <= _LONGEST_NUMBER)):
        return True
    if word.lower() in _words() or _MASKED.fullmatch(word) or _AMOUNT.fullmatch(word):
        return True
    parts = _CAMEL.findall(word)
    return len(parts) > 1 and "".join(parts) == word and all(part.lower() in _words() for part in parts)


class CaptureStandIns:
    """The stand-ins that were given, by kind and shape; ``real`` values are never given to another one."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._numbers: dict[tuple[str, str], Iterator[int]] = {}
        self._used: set[tuple[str, str]] = set()
        self._real: set[str] = set()

    def note_real(self, value: str) -> None:
        """A value that was printed: it must not be the stand-in of another."""
        self._real.add(value)

    @property
    def given(self) -> dict[str, list[str]]:
        """The values that were replaced, by kind."""
        by_kind: dict[str, list[str]] = {}
        for kind, value in self._given:
            by_kind.setdefault(kind, []).append(value)
        return by_kind

    def word(self, lower: str) -> str:
        """For a word in lower case: letters for letters, digits for digits, the same bytes for each."""
        shape = "".join(map(_shape, lower))
        return self._give("word", lower, shape, lambda n: _word(shape, n))

    def hexadecimal(self, digits: str, lead: str = "") -> str:
        """For lower-case hex digits; ``lead`` is what the stand-in begins with."""
        shape = f"{len(digits)} {lead}"
        return self._give("fingerprint or serial", digits, shape, lambda n: _hex(len(digits), lead, n))

    def base64(self, text: str) -> str:
        """For a key or a fingerprint in base64."""
        made = _chosen(_BASE64, len(text.rstrip("=")))
        return self._give("key", text, str(len(text)), lambda n: made(n).ljust(len(text), "="))

    def address(self, text: str) -> str:
        """For an IPv4 address: each number has as many digits as before."""
        lengths = [len(part) for part in text.split(".")]
        return self._give("address", text, str(lengths), lambda n: _address(lengths, n))

    def group(self, digits: str) -> str:
        """For a group of an IPv6 address, without leading zeros, in lower case."""
        return self._give("address group", digits, str(len(digits)), lambda n: _group(len(digits), n))

    def _give(self, kind: str, value: str, shape: str, made: Callable[[int], str]) -> str:
        known = self._given.get((kind, value))
        if known is None:
            numbers = self._numbers.setdefault((kind, shape), count())
            known = self._given[kind, value] = self._free(kind, value, numbers, made)
            self._used.add((kind, known))
        return known

    def _free(self, kind: str, value: str, numbers: Iterator[int], made: Callable[[int], str]) -> str:
        candidate = value
        for _, number in zip(range(_ROOM), numbers, strict=False):
            candidate = made(number)
            is_taken = (kind, candidate) in self._used or (candidate in self._real and candidate != value)
            if not is_taken and not is_plain(candidate):
                break
        return candidate


def lowered(word: str) -> str:
    """In lower case, but for capitals whose small letter takes other bytes, such as the Kelvin sign."""
    if word.isascii():
        return word.lower()
    return "".join(small if _is_alike(small := char.lower(), char) else char for char in word)


def _is_alike(recased: str, char: str) -> bool:
    return len(recased) == 1 and _shape(recased) == _shape(char)


def recased(stand_in: str, like: str) -> str:
    """A stand-in, given in lower case, with the capitals of the text that it replaces."""
    pairs = zip(stand_in, like, strict=True)
    return "".join(
        new.upper() if old.isupper() and _is_alike(new.upper(), new) else new for new, old in pairs
    )


def _shape(char: str) -> str:
    if char.isascii():
        return "9" if char.isdecimal() else "a"
    if 0xDC80 <= ord(char) <= 0xDCFF:
        return "?"
    size = len(char.encode("utf-8", "surrogatepass"))
    wide = unicodedata.east_asian_width(char) in "WF"
    return "2" if size == 2 else "4" if size == 4 else "3" if wide else "n"


def _word(shape: str, number: int) -> str:
    picks = _picks(f"word {shape}", number, len(shape))
    return "".join(_of_shape(kind, pick) for kind, pick in zip(shape, picks, strict=True))


def _of_shape(kind: str, pick: int) -> str:
    if kind == "a":
        return _LETTERS[pick % len(_LETTERS)]
    if kind == "9":
        return str(pick % 10)
    if kind == "?":
        return chr(0xDCE0 + pick % 16)
    if kind == "2":
        return _TWO_BYTES[pick % len(_TWO_BYTES)]
    if kind == "n":
        return chr(0x1E21 + pick % 30 * 2)
    return _MORE_BYTES[int(kind)][pick % len(_MORE_BYTES[int(kind)])]


def _hex(length: int, lead: str, number: int) -> str:
    digits = "".join(_HEX[pick % 16] for pick in _picks(f"hex {length} {lead}", number, length))
    return lead + digits[len(lead) :]


def _chosen(alphabet: str, length: int) -> Callable[[int], str]:
    return lambda n: "".join(alphabet[pick % len(alphabet)] for pick in _picks(f"base64 {length}", n, length))


def _address(lengths: list[int], number: int) -> str:
    picks = _picks(f"address {lengths}", number, len(lengths))
    places = ((1, 9), (11, 89), (101, 119))
    parts = (
        low + pick % size for (low, size), pick in zip((places[n - 1] for n in lengths), picks, strict=True)
    )
    return ".".join(map(str, parts))


def _group(length: int, number: int) -> str:
    picks = _picks(f"group {length}", number, length)
    return _HEX[1 + picks[0] % 15] + "".join(_HEX[pick % 16] for pick in picks[1:])


def _picks(seed: str, number: int, length: int) -> list[int]:
    """As many numbers as asked for, always the same for the same seed and number."""
    stream = b""
    while len(stream) < 2 * length:
        stream += hashlib.sha256(f"{seed} {number} {len(stream)}".encode()).digest()
    return [int.from_bytes(stream[at : at + 2], "big") for at in range(0, 2 * length, 2)]
