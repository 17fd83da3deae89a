"""The messages of TOFU failures in the text of a log.

They are those of docs/appliance.md (three samples): ``[system] [THREAD] TOFU failed. … different from what
was used earlier - NAME``, followed by an exception with the same sentence and often only the CN. In a file
each is probably one long line; pasted from a document or a terminal it is broken anywhere, also inside words.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tofutui.tofu.base.timestamps import Stamp, last_stamp, read_stamp
from tofutui.tofu.logs.line_joining import SENTENCE, Wrap, message_lines, name_after
from tofutui.tofu.logs.sifting import skeleton

AHEAD = 8200
"""Characters after a message's sentence that may belong to it: the longest name, and a longest sentence."""
REACH = 6200
"""Characters before the end of that sentence that are looked at."""
LONGEST = 4000
"""The end of the sentence, with blanks of 64 characters and a line's end between any two letters."""
_BEFORE = 2000
"""Characters before the end of the sentence that may belong to the message."""
_HEAD = 240
"""Characters before a message that may hold its time and thread."""
_GAP = 160
"""Characters that may be between its time and the message."""

_LONGEST_PLAIN = 1500
"""Characters of a message on one line, and the line after it, that are remembered."""
_UNBROKEN = Wrap(0, hard=False)

_PLAIN_END = "different from what was used earlier"
END_BONES = skeleton(_PLAIN_END.encode())
"""The skeleton of the words that every message holds."""
_PLAIN_MESSAGE = SENTENCE.removesuffix(_PLAIN_END)
_PLAIN_EXCEPTION = "Exception: " + _PLAIN_MESSAGE.removeprefix("TOFU failed. Check local trust ")


def _loose(phrase: str) -> re.Pattern[str]:
    """A phrase with white space anywhere or nowhere between its characters, in any case."""
    letters = (f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in phrase if c != " ")
    return re.compile(r"\s*".join(letters))


_END = _loose(_PLAIN_END)
_TOFU = _loose("TOFU failed")
_EXCEPTION = _loose("Exception")
_JAVA = re.compile(r"javax?\s*\.\s*(?:net|security)")
_BRACKETS = re.compile(r"\[([^\[\]]{1,80})\]")
_OTHER_RECORD = re.compile(r"\.\s*\n|\]\s*[^\[\]\s][^\[\]\n]*\n")


@dataclass(slots=True, eq=False)
class Message:
    """One message of a TOFU failure.

    Its time is read when it is asked for: of a log with very many names only some times are kept.
    """

    name: str
    """As printed."""
    thread: str | None
    is_exception: bool
    """The second of the two messages of an event."""
    head: str
    """The text in front of it, which may hold its time."""
    wrap: Wrap
    around: datetime | None
    _at: Stamp | None = None
    _is_read: bool = False

    @property
    def at(self) -> Stamp | None:
        """Its time; None where it has none."""
        if not self._is_read:
            self._at, self._is_read = _time(self.head, self.wrap, self.around), True
        return self._at


def sentence_ends(text: str, begin: int, most: int | None) -> list[tuple[int, int]]:
    """Where the words are that every message holds, broken or not.

    ``most`` is how often they can be there, where that is known: if that many are unbroken, all are.
    """
    spans = []
    at = text.find(_PLAIN_END, begin) if most is not None else -1
    while at >= 0:
        spans.append((at, at + len(_PLAIN_END)))
        at = text.find(_PLAIN_END, at + len(_PLAIN_END))
    return spans if len(spans) == most else [match.span() for match in _END.finditer(text, begin)]


def read_message(
    text: str, done: int, sentence: tuple[int, int], limit: int, around: datetime | None
) -> tuple[Message | None, int]:
    """The message whose fixed sentence ends as given, and where its name ends; None if it has no name.

    Another message ends at ``done``. The name ends before ``limit``, where the next message's sentence does.
    """
    begin, is_exception = _begin(text, max(done, sentence[0] - _BEFORE), sentence[0])
    name, end, wrap = _name(text, begin, sentence[1], limit)
    if not name:
        return None, end
    head = text[max(done, begin - _HEAD) : begin]
    thread = None if is_exception else _thread(head)
    return Message(name, thread, is_exception, head, wrap, around), end


def _name(text: str, begin: int, end: int, limit: int) -> tuple[str, int, Wrap]:
    """The name of the message from ``begin``, where it ends, and how the message was broken."""
    first = text.find("\n", end, limit)
    second = text.find("\n", first + 1, limit) if first >= 0 else -1
    stop = second if second >= 0 else limit
    if stop - begin <= _LONGEST_PLAIN and "\n" not in text[begin:end]:
        name, used = _plain_name(text[begin:stop], end - begin)
        if name and (first < 0 or begin + used <= first + 1):
            return name, begin + used, _UNBROKEN
    lines = message_lines(text, begin, end)
    wrap = Wrap.seen(lines)
    return *name_after(text, end, limit, wrap, lines[-1]), wrap


@lru_cache(maxsize=256)
def _plain_name(text: str, end: int) -> tuple[str, int]:
    """The name in a message on one line and where it ends, seen from the message's line and the next.

    A log says the same thousands of times, so the last answers are kept. They hold where the name ends on the
    first line: what comes after the second was not looked at then.
    """
    return name_after(text, end, len(text), _UNBROKEN, text.partition("\n")[0])


def _begin(text: str, start: int, end: int) -> tuple[int, bool]:
    """Where a message begins, and whether it is an exception; it is between ``start`` and ``end``."""
    unbroken = end - len(_PLAIN_MESSAGE)
    if unbroken >= start and text.startswith(_PLAIN_MESSAGE, unbroken):
        return unbroken, False
    unbroken = end - len(_PLAIN_EXCEPTION)
    if unbroken >= start and text.startswith(_PLAIN_EXCEPTION, unbroken):
        return _exception_begin(text, start, unbroken), True
    before = text[start:end]
    tofu, exception = _last(_TOFU, before), _last(_EXCEPTION, before)
    if tofu is not None and (exception is None or exception < tofu):
        return start + tofu, False
    return end if exception is None else _exception_begin(text, start, start + exception), True


def _last(pattern: re.Pattern[str], text: str) -> int | None:
    start = None
    for match in pattern.finditer(text):
        start = match.start()
    return start


def _exception_begin(text: str, start: int, exception: int) -> int:
    """Where an exception's class names begin."""
    java = _JAVA.search(text, max(start, exception - 120), exception)
    return java.start() if java else exception


def _thread(head: str) -> str | None:
    names = [name.replace("\n", "").strip() for name in _BRACKETS.findall(head)]
    named = [name for name in names if "thread" in name.casefold() or "executor" in name.casefold()]
    candidates = named or names
    return candidates[-1] if candidates else None


def _time(head: str, wrap: Wrap, around: datetime | None) -> Stamp | None:
    """The time in front of a message; one that belongs to another record before it does not count."""
    text = wrap.mend(head)
    stamp = last_stamp(text.rpartition("\n")[2])
    if stamp is not None and len(stamp.string) - stamp.end() <= _GAP:
        return read_stamp(stamp, around)
    stamp = last_stamp(text)
    if stamp is None or len(text) - stamp.end() > _GAP or _OTHER_RECORD.search(text, stamp.end()):
        return None
    return read_stamp(stamp, around)
