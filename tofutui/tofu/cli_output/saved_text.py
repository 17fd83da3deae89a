"""What terminal programs, editors and mail programs put before each line of a saved text, and its removal."""

import re
from collections.abc import Iterator, Sequence

from tofutui.tofu.base.damaged_text import plain

_LONGEST_PREFIX = 80
_CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: ?[AP]M)?(?:Z| ?[+-]\d{2}:?\d{2}| (?:UTC|GMT))?"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} {1,2}\d{1,2})"
)
_AFTER = r"[ \t:|>]{0,3}(?:-[ \t]+)?"
_BULLETS = "\u2022\u2023\u2043\u25aa\u25ab\u25cb\u25cf\u25e6\u00b7\u2013\u2192\u00bb"
_PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        r">[ \t]?",
        rf"[\[(<]?(?:{_DAY}[T ,]{{1,2}}(?:\d{{4}} )?)?{_CLOCK}(?: \d{{4}})?[\])>]?{_AFTER}",
        rf"[\[(]?\d{{1,10}}\.\d{{2,9}}[\])]?{_AFTER}",  # seconds since something
        r"[ \t]{0,8}[\[(]?\d{1,7}[\]).:|]{0,2}(?:[ \t]{1,4}|\Z)",
        rf"[ \t]{{0,8}}(?:[*+|{_BULLETS}-][ \t]{{1,4}}|[|\u2502])",
    )
)
"""What a program put before each line: a quotation mark, a time, a number, a bullet."""
_MOST_NESTED = 4


def without_prefixes(lines: Sequence[str], wanted: re.Pattern[str]) -> list[str]:
    """The lines without what a program put before each of them.

    A prefix is taken away where every line of a block has one of its kind, and the block has a line that
    ``wanted`` matches behind it. Blank lines need none.
    """
    given = list(lines)
    for _ in range(_MOST_NESTED):
        before = given
        for prefix in _PREFIXES:
            given = _stripped(given, prefix, wanted)
        if given == before:
            break
    return given


def _stripped(lines: list[str], prefix: re.Pattern[str], wanted: re.Pattern[str]) -> list[str]:
    """The lines with one kind of prefix taken away from every block that has it."""
    ends = [match.end() if (match := prefix.match(line, 0, _LONGEST_PREFIX)) else 0 for line in lines]
    if sum(map(bool, ends)) < 2:
        return lines
    result = list(lines)
    for first, last in _blocks(lines, ends):
        block = range(first, last)
        if any(ends[at] and _is_behind(lines[at][ends[at] :], wanted) for at in block):
            for at in block:
                result[at] = lines[at][ends[at] :]
    return result


def _is_behind(text: str, wanted: re.Pattern[str]) -> bool:
    """Whether the text is wanted as it is, or behind further prefixes."""
    for _ in range(_MOST_NESTED):
        if wanted.match(plain(text)):
            return True
        prefix = next(filter(None, (prefix.match(text, 0, _LONGEST_PREFIX) for prefix in _PREFIXES)), None)
        if prefix is None or not prefix.end():
            return False
        text = text[prefix.end() :]
    return False


def _blocks(lines: list[str], ends: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of at least two lines with a prefix; blank lines may be between them."""
    first, count = 0, 0
    for at, (line, end) in enumerate(zip(lines, ends, strict=True)):
        if end:
            first = first if count else at
            count += 1
        elif line.strip():
            if count > 1:
                yield first, at
            count = 0
    if count > 1:
        yield first, len(lines)
