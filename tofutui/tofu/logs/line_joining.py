"""Names at the end of log messages that a document or a terminal has broken into lines.

A line break in a name replaces a space, for nothing (broken at a column, inside a word) or for the end of
the message. Which one is seen from how the fixed sentence before the name was broken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tofutui.tofu.base.timestamps import find_stamp

SENTENCE = (
    "TOFU failed. Check local trust Trust-on-first-use is configure for this connection. "
    "Current certificate of the remote host is different from what was used earlier"
)
"""The message before the name, as in all samples of docs/appliance.md, Logs."""

_LONGEST_NAME = 4096
_LONGEST_LINE = 4096
_MOST_LINES = 200
_UNBROKEN = 100
"""A line at least this long that was not broken before its name may still have lost the last word of it."""
_DASHES = "-\u2013\u2014: \t"
_JAVA = r"\s*".join(
    ("j", "a", "v", "a", "x?", r"\.", r"(?:n\s*e\s*t|s\s*e\s*c\s*u|i\s*o\s*\.|l\s*a\s*n\s*g)")
)
_STOP = re.compile(
    rf"\s*\b{_JAVA}|(?<=[A-Z]){_JAVA}|\s+javax?\s*$"
    r"|\s*\[[^\[\]]{1,60}\]\s*(?:\[|TOFU\b)|\s+TOFU failed|\s+Caused by\b|;\s*nested exception"
    r"|\s+at [\w.$]{1,200}\("
)
_MAY_STOP = re.compile(r"[j\[;(]|TOFU|Caused")
"""What each of them holds; hardly any name does."""
_STOP_LINE = re.compile(
    r"[\[<#*]|javax?\s*\.|at\s+[\w.$]+\(|Caused by|\.\.\. \d+ more|TOFU failed|host\s*="
    r"|[^\s/]{1,255}/[^\s/#>]{1,255}[#>]"
    r"|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|SEVERE|FATAL)\b",
    re.IGNORECASE,
)
_BEGINS_NAME = re.compile(r"[A-Za-z0-9.]{1,40}\s*=")
_HOLDS_ATTRIBUTE = re.compile(r"[^=\[\]]{0,64}[,+]\s?[A-Za-z0-9.]{1,40}\s?=")
_FRAGMENT = re.compile(r"[A-Za-z0-9.]{1,40}\s?=?")


@dataclass(frozen=True, slots=True)
class Wrap:
    """How the text of a message was broken into lines."""

    width: int
    """The longest line; 0 if the message was not broken before its name."""
    hard: bool
    """Whether it was broken at a column, also inside words, and not at spaces."""

    @classmethod
    def seen(cls, lines: list[str]) -> "Wrap":
        """From the lines of the fixed sentence, the last being the one on which the name begins."""
        if len(lines) < 2:
            return cls(0, hard=False)
        width = max(len(line) for line in lines)
        full = lines[:-1] if len(lines) > 2 else lines
        equal = width >= 20 and all(len(line) == width for line in full)
        return cls(width, hard=equal or any(_is_mid_word(a, b) for a, b in pairwise(lines)))

    def goes_on(self, name: str, line: str, following: str) -> bool:
        """Whether the name so far, which ends with ``line``, continues on the line that follows."""
        if _STOP_LINE.match(following.lstrip()) or _is_stamp(following.strip()):
            return False
        text = following.strip()
        begun = name.strip().lstrip(_DASHES)
        if not begun or _FRAGMENT.fullmatch(begun):
            return _BEGINS_NAME.match(begun + text.lstrip(_DASHES)) is not None or not text.strip(_DASHES)
        return _must_go_on(begun, text) or self._was_broken(line, text)

    def _was_broken(self, line: str, text: str) -> bool:
        """Whether a line is so full that it was broken for its length."""
        if self.hard:
            return len(line) >= self.width - 1
        if self.width:
            return len(line) + 1 + len(text.split(None, 1)[0]) > self.width
        stop = _STOP.search(text)
        rest = text[: stop.start()] if stop else text
        return len(line) >= _UNBROKEN and len(rest) <= 16 and " " not in rest

    def join(self, name: str, line: str, following: str) -> str:
        """The name with the line that follows, with a space only where one was."""
        begun = name.strip().lstrip(_DASHES)
        if _FRAGMENT.fullmatch(begun) and _BEGINS_NAME.match(begun + following):
            return name + following
        return name + self.between(line, following) + following

    def between(self, line: str, following: str) -> str:
        """What was where a line was broken: a space or nothing."""
        is_full = len(line) >= (self.width if self.width else _UNBROKEN)
        is_closed = is_full and (self.hard or not self.width)
        spaced = line[-1:].isspace() or line[-1:] == "," or following[:1].isspace()
        return "" if is_closed and not spaced else " "

    def mend(self, text: str) -> str:
        """A text before the message with the lines put together that were broken at the same column."""
        if not self.hard:
            return text
        lines = text.split("\n")
        mended = lines[0]
        for line, following in pairwise(lines):
            is_broken = len(line) >= self.width - 1
            mended += (self.between(line, following) if is_broken else "\n") + following
        return mended


def message_lines(text: str, begin: int, end: int) -> list[str]:
    """The lines of a message, from the one of ``begin`` to the one of ``end``, whole."""
    floor = max(0, begin - _LONGEST_LINE)
    start = max(text.rfind("\n", floor, begin) + 1, floor)
    stop = text.find("\n", end, end + _LONGEST_NAME)
    return text[start : stop if stop >= 0 else end + _LONGEST_NAME].split("\n")


def name_after(text: str, end: int, limit: int, wrap: Wrap, line: str) -> tuple[str, int]:
    """The name behind a sentence that ends at ``end`` in ``line``, and where it ends; "" if there is none.

    It is before ``limit``.
    """
    following = _lines(text, end, min(limit, end + _LONGEST_NAME))
    name = next(following)
    used = end + len(name)
    cut = _cut(name, 0)
    for more in following:
        if cut is not None or not more.strip() or _is_stamp(more.strip()):
            break
        longer = wrap.join(name, line, more)
        cut = _cut(longer, max(0, len(name) - 80))
        if (cut is None or cut > len(name)) and not wrap.goes_on(name, line, more):
            cut = None
            break
        name, line, used = longer, more, used + 1 + len(more)
    if cut is not None:
        used -= len(name) - cut
        name = name[:cut]
    name = " ".join(name.split()).lstrip(_DASHES).rstrip(" ,;")
    return (name, used) if _BEGINS_NAME.match(name) else ("", end)


def _lines(text: str, begin: int, end: int) -> Iterator[str]:
    """The lines of a part of a text, the first ones of many."""
    for _ in range(_MOST_LINES):
        feed = text.find("\n", begin, end)
        yield text[begin : feed if feed >= 0 else end]
        if feed < 0:
            return
        begin = feed + 1


def _must_go_on(begun: str, text: str) -> bool:
    """Whether a name that begins so, or a line that continues so, is not whole."""
    _, comma, last = begun.rpartition(",")
    return (
        begun[-1] in ",+=\\"
        or begun.count('"') % 2 == 1
        or text[0] in ",+"
        or _HOLDS_ATTRIBUTE.match(text) is not None
        or (bool(comma) and "=" not in last and _BEGINS_NAME.match(last.strip() + text) is not None)
    )


def _cut(name: str, searched: int) -> int | None:
    """Where something that is not the name begins; what is before ``searched`` was looked at earlier."""
    stop = _STOP.search(name, searched) if _MAY_STOP.search(name, searched) else None
    if name.count(":", searched) < 2:  # of which every time has two
        return stop.start() if stop else None
    stamp = find_stamp(name[searched : stop.start() if stop else None])
    if stamp:
        return searched + stamp.start()
    return stop.start() if stop else None


def _is_stamp(text: str) -> bool:
    stamp = find_stamp(text[:80])
    return stamp is not None and stamp.start() <= 4


def _is_mid_word(line: str, following: str) -> bool:
    if line[-1:].isspace() or following[:1].isspace():
        return False
    head, tail = line.rsplit(maxsplit=1)[-1], following.split(None, 1)[0]
    return head + tail in SENTENCE and f"{head} {tail}" not in SENTENCE
