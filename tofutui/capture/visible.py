"""Printed text as the letters that a person would read: what is replaced keeps its length and place.

Control sequences are passed over; ``\\xC3\\xBC``, as OpenSSL prints it, is the letter that it means.
"""

import re
from collections.abc import Iterator, Sequence

_PIECE = re.compile(
    r"(?P<control>\x1b\[[0-?]{0,32}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|\x1b[ -/]?[0-~]"
    r"|[\x00\x07\x0e\x0f])"
    r"|(?P<escaped>(?:\\x[89A-Fa-f][0-9A-Fa-f])+|(?:\\[89A-F][0-9A-F])+)"
)
_ESCAPE = re.compile(r"(\\x?)([0-9A-Fa-f]{2})")


class Visible:
    """A text as it is read: `shown`, and how each of its letters was written."""

    def __init__(self, text: str) -> None:
        letters = list(_letters(text)) if _PIECE.search(text) else None
        self.shown = text if letters is None else "".join(char for char, _ in letters)
        self._letters = letters

    def written(self, changed: Sequence[str]) -> str:
        """The text with these letters in place of the ones shown, one for each, of as many bytes."""
        if self._letters is None:
            return "".join(changed)
        rest = iter(changed)
        return "".join(
            _written(char, source, next(rest)) if char else source for char, source in self._letters
        )


def shown(text: str) -> str:
    """A text as it is read."""
    return Visible(text).shown


def _letters(text: str) -> Iterator[tuple[str, str]]:
    """Each letter and its source; a control sequence is a source without a letter."""
    at = 0
    for piece in _PIECE.finditer(text):
        yield from ((char, char) for char in text[at : piece.start()])
        if piece.lastgroup == "control":
            yield "", piece.group()
        else:
            yield from _unescaped(piece.group())
        at = piece.end()
    yield from ((char, char) for char in text[at:])


def _unescaped(escaped: str) -> Iterator[tuple[str, str]]:
    """The letters that a run of escaped bytes means; a byte outside such a run is a letter of its own."""
    sources = [match.group() for match in _ESCAPE.finditer(escaped)]
    raw = bytes(int(source[-2:], 16) for source in sources)
    at = 0
    for char in raw.decode("utf-8", "surrogateescape"):
        size = len(char.encode("utf-8", "surrogateescape"))
        yield char, "".join(sources[at : at + size])
        at += size


def _written(before: str, source: str, char: str) -> str:
    if before == char:
        return source
    if source == before:
        return char
    lead = source[:2] if source.startswith("\\x") else "\\"
    is_lower = any("a" <= digit <= "f" for digit in source.replace("\\x", ""))
    form = "{}{:02x}" if is_lower else "{}{:02X}"
    return "".join(form.format(lead, byte) for byte in char.encode("utf-8", "surrogateescape"))
