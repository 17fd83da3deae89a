"""What terminal programs, editors and mail programs put before each line of a saved text, and its removal."""

import re
from collections.abc import Iterator, Sequence

from tofutui.tofu.base.damaged_text import plain

_LONGEST_PREFIX = 80
_CLOCK = r"\d{1,2}:\d{2}[:.]\d{2}(?:[.,]\d{1,9})?(?: ?[AP]M)?(?:Z| ?[+-]\d{2}:?\d{2}| (?:UTC|GMT))?"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} {1,2}\d{1,2}|\d{1,2}[- ][A-Z][a-z]{2}[- ]\d{4})"
)
_SENDER = r"[\w.:-]{1,100} [\w./-]{1,60}"
"""A host and a program, as syslog and journalctl put them behind the time."""
_AFTER = r"[ \t:|>]{0,3}(?:-[ \t]+)?"
_BULLETS = "\u2022\u2023\u2043\u25aa\u25ab\u25cb\u25cf\u25e6\u00b7\u2013\u2192\u00bb"
_PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        r">[ \t]?",
        rf"(?:{_DAY}[T ]{{1,2}}{_CLOCK}) {_SENDER}(?:\[\d{{1,10}}\])?:[ \t]?",
        rf"<\d{{1,3}}>\d{{0,2}} ?{_DAY}[T ]{_CLOCK} {_SENDER} [\w.-]{{1,20}} [\w.-]{{1,32}} -[ \t]?",
        rf"[\[(<]?(?:{_DAY}[T ,]{{1,2}}(?:\d{{4}} )?)?{_CLOCK}(?: \d{{4}})?[\])>]?{_AFTER}",
        rf"[\[(]?\d{{1,10}}\.\d{{2,9}}[\])]?{_AFTER}",  # seconds since something
        rf"[\[(]?\d{{8}}[T_ -]?\d{{4,6}}(?:[.,]\d{{1,9}})?Z?[\])]?(?:{_AFTER}(?<=[ \t:|>])|\Z)",
        r"[ \t]{0,8}[\[(]?(?:\d{1,7}|1\d{9}|1\d{12})[\]).:|]{0,2}(?:[ \t]{1,4}|\Z)",
        rf"[ \t]{{0,8}}(?:[*+|{_BULLETS}-][ \t]{{1,4}}|[|\u2502])",
        r"[ \t]{9,80}",
    )
)
"""What a program put before each line: a quotation mark, a time, a number, a bullet."""
_MOST_NESTED = 4
_BLANK = r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_OTHER_BLANK = re.compile(
    rf"{_BLANK}[ \t]*(?:(?:host|subject)[ \t]*=|certvalidation|tofu-certs|listcerts|clock\b|version\b|ha\b)"
    rf"|^{_BLANK}|^[^\s/#>]{{1,100}}/[^\s/#>]{{1,100}}[#>]{_BLANK}",
    re.IGNORECASE | re.MULTILINE,
)
"""A blank of a word processor where the admin CLI prints or is typed a space."""
_INVISIBLE = re.compile(r"^[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+", re.MULTILINE)
"""Characters before a line that nothing shows."""
_TABBED = re.compile(r"ncs\t+certvalidation|certvalidation\t+tofu-certs", re.IGNORECASE)
_ENDS = r"[\x0b\x0c\x85\u2028\u2029]"
_OTHER_END = re.compile(
    rf"{_ENDS}(?=[ \t]{{0,8}}host[ \t]*=|[^\s/#>]{{1,100}}/[^\s/#>]{{1,100}}[#>])", re.IGNORECASE
)
"""What word processors and chats put at the end of a line."""
_SAME = re.compile(
    r"(?P<prefix>(?:[^\W\d_][\w.@-]{0,40}[ \t]{0,20}[:|>]|\[[\w.@ -]{1,40}\])[ \t]?)host[ \t]*=",
    re.IGNORECASE,
)
"""A name before a row, as programs that talk to several machines put it before each line."""


def as_printed(text: str) -> str:
    """The text with the blanks and ends of lines that a terminal prints, where they are other ones.

    They are changed only where those of the admin CLI itself are changed too: a name may hold such a blank.
    """
    if not text.isascii() and _OTHER_BLANK.search(text):
        text = re.sub(_BLANK, " ", text)
    if _TABBED.search(text):
        text = text.replace("\t", " ")
    text = re.sub(_ENDS, "\n", text) if _OTHER_END.search(text) else text
    return text if text.isascii() else _INVISIBLE.sub("", text)


def without_prefixes(lines: Sequence[str], wanted: re.Pattern[str]) -> list[str]:
    """The lines without what a program put before each of them.

    A prefix is taken away where every line of a block has one of its kind, and the block has a line that
    ``wanted`` matches behind it. Blank lines need none.
    """
    given = list(lines)
    same = {match["prefix"].rstrip() for line in lines if (match := _SAME.match(line))}
    names = [re.compile(rf"{re.escape(prefix)}(?:[ \t]|\Z)?") for prefix in sorted(same)[:_MOST_NESTED]]
    for _ in range(_MOST_NESTED):
        before = given
        for prefix in (*_PREFIXES, *names):
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
