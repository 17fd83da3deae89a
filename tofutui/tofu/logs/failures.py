"""TOFU failures, and other causes of a broken connection, in logs of any size."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from tofutui.tofu.base.text import decode, encode
from tofutui.tofu.base.timestamps import Stamp
from tofutui.tofu.logs.causes import CauseFinder, OtherCause
from tofutui.tofu.logs.messages import AHEAD, END_BONES, LONGEST, REACH, Message, read_message, sentence_ends
from tofutui.tofu.logs.sifting import skeleton, whole_characters, without_blanks

__all__ = ["Failure", "LogDigest", "LogReader", "OtherCause", "merged", "read_log"]

_BLOCK = 256 * 1024
"""Bytes that are looked at together."""
_MENTION = b"TOFU failed"
_KEPT = REACH + LONGEST
"""Characters of what was read that a message may reach back to."""
_NAMES = 1000
"""Distinct names that are kept."""
_STAMPS = 32
"""Times that are kept of the events of one name."""
_FIRST_STAMPS = 8
"""How many of them are the first."""
_ONE_EVENT = timedelta(seconds=60)
"""A message and its exception belong together when their times are no further apart."""
_CN = re.compile(r"(?:^|[,+/]\s*)CN\s*=\s*(\"[^\"]*\"|(?:\\.|[^,+\\])*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Failure:
    """All events of one name and one kind of peer in a log."""

    name: str
    """As printed, in Java's order (CN first); the fullest form of the event."""
    thread: str | None
    """The thread of the newest event that names one."""
    first: datetime | None
    """By the node's clock, without a zone; with one only where the log prints an offset or ``Z``.

    None if no event is dated.
    """
    last: datetime | None
    """The one that the log holds last: where its stamps run backwards the clock was set, or summer ended."""
    count: int
    stamps: tuple[Stamp, ...] = ()
    """The times of its events in the order of the log: of very many only some of the first and the last."""
    undated: int = 0
    """Events without a time."""

    @property
    def times(self) -> tuple[Stamp, ...]:
        """The times that are known of it; none if no event is dated."""
        ends = dict.fromkeys(at for at in (self.first, self.last) if at is not None)
        return self.stamps or tuple(map(Stamp, ends))

    @property
    def has_undated(self) -> bool:
        """Whether any of its events has no time."""
        return self.undated > 0 or not self.times

    @property
    def peer(self) -> str | None:
        """What kind of peer the thread speaks of (a rule drawn from two samples, docs/appliance.md, Logs)."""
        return _peer(self.thread)


@dataclass(frozen=True, slots=True)
class LogDigest:
    """What a log says about refused connections."""

    failures: tuple[Failure, ...]
    """In the order in which their names came up."""
    other: tuple[OtherCause, ...]
    dropped: int = 0
    """Events not counted by name because there were more than 1,000 different names."""


def read_log(lines: Iterable[str], *, around: datetime | None = None) -> LogDigest:
    """The TOFU failures and other causes in a log's lines.

    The two messages of one event count once. Takes time in proportion to the text, and memory for the longest
    line. ``around`` is the node's local time when the log was taken: a stamp without a year (syslog) gets the
    one that puts it before that; without it such an event is undated.
    """
    reader = LogReader(around)
    for line in lines:
        reader.feed(encode(line) + b"\n")
    return reader.finish()


def merged(digests: Iterable[LogDigest]) -> LogDigest:
    """What several logs of one node say together, such as the files of a rotated set in any order."""
    events = _Events()
    other: dict[str, OtherCause] = {}
    for digest in digests:
        events.dropped += digest.dropped
        for failure in digest.failures:
            events.count(failure)
        for cause in digest.other:
            other.setdefault(cause.text, cause)
    return LogDigest(tuple(events.groups.values()), tuple(other.values()), events.dropped)


@dataclass(slots=True)
class _Events:
    """Pairs each message with its exception and adds the events up."""

    groups: dict[tuple[str, str | None], Failure] = field(default_factory=dict)
    waiting: dict[str, Message] = field(default_factory=dict)
    """Messages whose exception has not come, by CN."""
    dropped: int = 0

    def add(self, message: Message) -> None:
        """Takes the next message of a log."""
        cn = _common_name(message.name)
        earlier = self.waiting.pop(cn, None)
        if earlier is not None and message.is_exception and _together(earlier, message):
            self._count_event(max(earlier.name, message.name, key=len), earlier, message)
            return
        if earlier is not None:
            self._count_event(earlier.name, earlier)
        if message.is_exception:
            self._count_event(message.name, message)
            return
        self.waiting[cn] = message
        if len(self.waiting) > 64:
            self._first_waiting()

    def flush(self) -> None:
        """Counts the messages that are still without an exception."""
        while self.waiting:
            self._first_waiting()

    def count(self, new: Failure) -> None:
        """Adds events to those of the same name and kind of peer."""
        key = (new.name.casefold(), new.peer)
        known = self.groups.get(key)
        if known is None and len(self.groups) >= _NAMES:
            self.dropped += new.count
            return
        self.groups[key] = new if known is None else _merged(known, new)

    def _first_waiting(self) -> None:
        message = self.waiting.pop(next(iter(self.waiting)))
        self._count_event(message.name, message)

    def _count_event(self, name: str, message: Message, exception: Message | None = None) -> None:
        """Adds the next event of the log."""
        key = (name.casefold(), _peer(message.thread))
        known = self.groups.get(key)
        if known is None and len(self.groups) >= _NAMES:
            self.dropped += 1
            return
        stamp = message.at or (exception.at if exception else None)
        at = stamp.at if stamp else None
        new = Failure(name, message.thread, at, at, 1, (stamp,) if stamp else (), int(stamp is None))
        self.groups[key] = new if known is None else _followed(known, new)


class LogReader:
    """Reads one log of any size piece by piece, in bounded memory.

    Most of a log has nothing to do with TOFU. A block whose `skeleton` lacks that of the message is passed
    over, save its end, to which a message in the next block may reach back. With ``is_sifting`` false every
    block is read thoroughly, which finds the same.
    """

    def __init__(self, around: datetime | None = None, *, is_sifting: bool = True) -> None:
        self._around = around
        self._is_sifting = is_sifting
        self._events = _Events()
        self._causes = CauseFinder()
        self._pieces: list[bytes] = []
        self._size = 0
        self._kept = ""
        """The end of what was read, without blank lines."""
        self._done = 0
        """Where in it the last message that was read ends."""
        self._next = 0
        """From where on in it the sentence of another message may end."""
        self.mentions = 0
        """How often the log says "TOFU failed", whether or not a name could be read after it."""

    def feed(self, raw: bytes) -> None:
        """Takes the next bytes of the log, however many."""
        self.mentions += raw.count(_MENTION)
        self._pieces.append(raw)
        self._size += len(raw)
        if self._size < _BLOCK:
            return
        joined, begin = b"".join(self._pieces), 0
        while len(joined) - begin >= _BLOCK:
            block = whole_characters(joined[begin : begin + _BLOCK])
            self._read(block, is_end=False)
            begin += len(block)
        self._pieces = [joined[begin:]]
        self._size = len(joined) - begin

    def finish(self) -> LogDigest:
        """What all of it said; nothing more can be fed."""
        self._read(b"".join(self._pieces), is_end=True)
        self._events.flush()
        return LogDigest(tuple(self._events.groups.values()), self._causes.causes, self._events.dropped)

    def _read(self, raw: bytes, *, is_end: bool) -> None:
        fresh = _bones(self._kept[self._next :]) + skeleton(raw)
        most = fresh.count(END_BONES) if self._is_sifting else None
        causes = self._causes.open
        if self._is_sifting and causes:
            causes = self._causes.hinted(_bones(self._kept[: self._next]) + fresh)
        if most == 0 and not causes:
            self._pass_over(raw)
            return
        text = self._joined(raw, is_end)
        self._causes.search(text, causes, is_end=is_end)
        self._messages(text, most, is_end)

    def _messages(self, text: str, most: int | None, is_end: bool) -> None:
        """Reads the messages; one that may go on in the next block waits for it."""
        done = self._done
        sentences = sentence_ends(text, self._next, most)
        for sentence, (limit, _) in pairwise([*sentences, (len(text), 0)]):
            if not is_end and sentence[1] + AHEAD > len(text):
                self._keep(text, done, sentence[0])
                return
            message, done = read_message(text, done, sentence, limit, self._around)
            if message is not None:
                self._events.add(message)
        self._keep(text, done, max(done, len(text) - LONGEST))

    def _pass_over(self, raw: bytes) -> None:
        end = without_blanks(decode(raw[-4 * _KEPT :]), is_end=False)
        done = 0
        if len(end) < _KEPT + 100:  # a short block, or a rather blank one
            end, done = self._joined(raw, is_end=False), self._done
        self._keep(end, done, max(done, len(end) - LONGEST))

    def _keep(self, text: str, done: int, following: int) -> None:
        cut = max(0, following - REACH)
        self._kept, self._done, self._next = text[cut:], max(0, done - cut), following - cut

    def _joined(self, raw: bytes, is_end: bool) -> str:
        """What was kept and the block after it; what was kept stays as it is, save its last line."""
        whole = self._kept.rfind("\n") + 1
        text = self._kept[:whole] + without_blanks(self._kept[whole:] + decode(raw), is_end=is_end)
        return text.rstrip("\n") if is_end else text


def _bones(text: str) -> bytes:
    return skeleton(text.encode("utf-8", "surrogatepass"))


def _followed(known: Failure, new: Failure) -> Failure:
    """A failure with the event that comes next in the same log."""
    return Failure(
        known.name,
        new.thread or known.thread,
        known.first or new.first,
        new.last or known.last,
        known.count + 1,
        _some(known.stamps + new.stamps),
        known.undated + new.undated,
    )


def _some(stamps: tuple[Stamp, ...]) -> tuple[Stamp, ...]:
    """Not more than are kept: the newest are the last of a log, or the first of one in reverse."""
    if len(stamps) <= _STAMPS:
        return stamps
    return stamps[:_FIRST_STAMPS] + stamps[len(stamps) - _STAMPS + _FIRST_STAMPS :]


def _merged(known: Failure, new: Failure) -> Failure:
    """What two logs say of one failure, whichever is the older."""
    is_older = _is_before(new.last, known.last)
    thread = known.thread if is_older and known.thread else new.thread or known.thread
    stamps = (new.stamps + known.stamps) if is_older else (known.stamps + new.stamps)
    return replace(
        known,
        thread=thread,
        first=new.first if known.first is None or _is_before(new.first, known.first) else known.first,
        last=known.last if new.last is None or is_older else new.last,
        count=known.count + new.count,
        stamps=_some(stamps),
        undated=known.undated + new.undated,
    )


def _is_before(first: datetime | None, second: datetime | None) -> bool:
    return first is not None and second is not None and _comparable(first, second) and first < second


def _comparable(first: datetime, second: datetime) -> bool:
    return (first.tzinfo is None) == (second.tzinfo is None)


@lru_cache(maxsize=256)
def _peer(thread: str | None) -> str | None:
    folded = (thread or "").casefold()
    if "healthmonitor" in folded:
        return "HA peer"
    return "ISE or another service" if "seqtaskexecutor" in folded else None


def _together(message: Message, exception: Message) -> bool:
    if exception.at is None or message.at is None or not _comparable(message.at.at, exception.at.at):
        return True
    return abs(exception.at.at - message.at.at) <= _ONE_EVENT


@lru_cache(maxsize=256)
def _common_name(name: str) -> str:
    match = _CN.search(name)
    return "".join((match[1] if match else name).split()).casefold()
