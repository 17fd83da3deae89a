"""TOFU failures, and other causes of a broken connection, in a log.

The message is that of DOMAIN.md part 6 (three samples): ``[system] [THREAD] TOFU failed. … different from
what was used earlier - NAME``, followed by an exception with the same sentence and often only the CN. In a
file each is probably one long line; pasted from a document or a terminal it is broken anywhere, also inside a
word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tofutui.tofu.stamps import last_stamp, moment_of_stamp
from tofutui.tofu.wrapping import Wrap, message_lines, name_after

_BLOCK = 64 * 1024
"""Characters that are looked at together; a longer line is looked at whole."""
_AHEAD = 4200
"""Characters after a message's sentence that may hold its name."""
_BEFORE = 2000
"""Characters before the end of that sentence that may belong to the message."""
_HEAD = 240
"""Characters before a message that may hold its time and thread."""
_GAP = 160
"""Characters that may stand between its time and the message."""
_NAMES = 1000
"""Distinct names that are kept."""
_ONE_EVENT = timedelta(seconds=60)
"""A message and its exception belong together when their times are no further apart."""


def _loose(phrase: str) -> re.Pattern[str]:
    """A phrase with white space anywhere or nowhere between its characters, in any case."""
    return re.compile(r"\s*".join(re.escape(c) for c in phrase if not c.isspace()), re.IGNORECASE)


_END = _loose("different from what was used earlier")
_SQUEEZED_END = "differentfromwhatwasusedearlier"
_TOFU = _loose("TOFU failed")
_EXCEPTION = _loose("Exception")
_JAVA = re.compile(r"javax?\s*\.\s*(?:net|security)")
_BRACKETS = re.compile(r"\[([^\[\]]{1,80})\]")
_OTHER_RECORD = re.compile(r"\.\s*\n|\]\s*[^\[\]\s][^\[\]\n]*\n")
_LONG_BLANK = re.compile(r"\s{65,}")
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
    count: int

    @property
    def peer(self) -> str | None:
        """What kind of peer the thread speaks of (a rule drawn from two samples, DOMAIN.md part 6)."""
        thread = (self.thread or "").casefold()
        if "healthmonitor" in thread:
            return "HA peer"
        return "ISE or another service" if "seqtaskexecutor" in thread else None


@dataclass(frozen=True, slots=True)
class OtherCause:
    """Something else that breaks connections."""

    text: str
    """Starts with ``not TOFU:``."""
    line: str
    """The first line that says so, cut at 500 characters."""


@dataclass(frozen=True, slots=True)
class LogDigest:
    """What a log says about refused connections."""

    failures: tuple[Failure, ...]
    """In the order in which their names came up."""
    other: tuple[OtherCause, ...]
    dropped: int = 0
    """Events left out because there were more than 1,000 different names."""


@dataclass(frozen=True, slots=True)
class _Cause:
    text: str
    words: tuple[str, ...]
    """One of them stands in every text that the pattern fits: a fast way to say no."""
    pattern: re.Pattern[str]


def _cause(text: str, words: tuple[str, ...], pattern: str) -> _Cause:
    return _Cause(f"not TOFU: {text}", words, re.compile(pattern, re.IGNORECASE))


_CAUSES = (
    _cause(
        "the authentication keys of the two servers differ (ncs ha authkey on both)",
        ("authentication",),
        r"authentication\s+key\s+does\s+not\s+match",
    ),
    _cause(
        "the two servers run different versions or patches",
        ("mismatch", "not match", "not the same"),
        r"\b(?:version|patch|build)(?:es|s)?\b[^\n]{0,60}(?:\bmismatch|\bdo(?:es)? not match|\bnot the same)",
    ),
    _cause("a certificate has expired", ("expired",), r"CertificateExpired|certificate (?:has |is )?expired"),
    _cause(
        "a certificate is not valid yet; compare the clocks",
        ("notyetvalid", "not yet valid"),
        r"CertificateNotYetValid|certificate is not yet valid",
    ),
    _cause(
        "the issuer is not in the trust store (PKIX path building)",
        ("pkix", "certpathbuilder", "certification path"),
        r"PKIX\s+path\s+(?:building|validation)\s+failed|CertPathBuilderException"
        r"|unable to find valid certification path",
    ),
    _cause(
        "a port is closed or the service behind it is down (connection refused)",
        ("refused", "connectexception"),
        r"connection\s+(?:was\s+)?refused|\bConnectException",
    ),
    _cause("no route to the host", ("route",), r"no\s+route\s+to\s+host|NoRouteToHostException"),
    _cause("a host name is not known (DNS)", ("unknownhost",), r"UnknownHostException"),
    _cause(
        "the other side did not answer in time",
        ("timeoutexception", "timed out"),
        r"SocketTimeoutException|connect(?:ion)? timed out",
    ),
)


def read_log(lines: Iterable[str], *, around: datetime | None = None) -> LogDigest:
    """The TOFU failures and other causes in a log's lines.

    The two messages of one event count once. Takes time in proportion to the text, and memory for the longest
    line. ``around`` is the node's local time when the log was taken: a stamp without a year (syslog) gets the
    one that puts it before that; without it such an event is undated. A printed zone name is left out, as a
    log is in its node's zone; an offset or ``Z`` is kept as the zone of ``first`` and ``last``.
    """
    reader = _Reader(around)
    for line in lines:
        for part in line.split("\n"):
            reader.add(part)
    return reader.finish()


@dataclass(slots=True)
class _Event:
    name: str
    thread: str | None
    at: datetime | None


@dataclass(slots=True)
class _Events:
    """Pairs each message with its exception and adds the events up."""

    groups: dict[tuple[str, str | None], Failure] = field(default_factory=dict)
    waiting: dict[str, _Event] = field(default_factory=dict)
    """Messages whose exception has not come, by CN."""
    dropped: int = 0

    def add(self, event: _Event, *, is_exception: bool) -> None:
        """Takes the next message of a log."""
        cn = _common_name(event.name)
        earlier = self.waiting.pop(cn, None)
        if earlier is not None and is_exception and _together(earlier, event):
            name = max(earlier.name, event.name, key=len)
            self._count(_Event(name, earlier.thread, earlier.at or event.at))
            return
        if earlier is not None:
            self._count(earlier)
        if is_exception:
            self._count(event)
            return
        self.waiting[cn] = event
        if len(self.waiting) > 64:
            self._count(self.waiting.pop(next(iter(self.waiting))))

    def flush(self) -> None:
        """Counts the messages that are still without an exception."""
        for event in self.waiting.values():
            self._count(event)
        self.waiting.clear()

    def _count(self, event: _Event) -> None:
        one = Failure(event.name, event.thread, event.at, event.at, 1)
        key = (event.name.casefold(), one.peer)
        known = self.groups.get(key)
        if known is None and len(self.groups) >= _NAMES:
            self.dropped += 1
            return
        self.groups[key] = one if known is None else _merged(known, one)


@dataclass(slots=True)
class _Reader:
    around: datetime | None
    parts: list[str] = field(default_factory=list)
    size: int = 0
    other: dict[str, OtherCause] = field(default_factory=dict)
    events: _Events = field(default_factory=_Events)

    def add(self, line: str) -> None:
        if line and not line.isspace():
            self.parts.append(_LONG_BLANK.sub(" " * 64, line.rstrip("\r")))
            self.size += len(self.parts[-1]) + 1
            if self.size > _BLOCK:
                self.scan(final=False)

    def finish(self) -> LogDigest:
        self.scan(final=True)
        self.events.flush()
        return LogDigest(tuple(self.events.groups.values()), tuple(self.other.values()), self.events.dropped)

    def scan(self, *, final: bool) -> None:
        """Reads a block; keeps of its end what may belong to a message that goes on."""
        text = "\n".join(self.parts)
        self.other_causes(text)
        keep = len(text) - _BEFORE
        if _SQUEEZED_END in "".join(text.split()).casefold():
            keep = self.messages(text, final)
        self.parts = [text[max(0, keep) :]]
        self.size = len(self.parts[0])

    def messages(self, text: str, final: bool) -> int:
        """Reads the messages of a block; returns from where on it must be kept."""
        done = 0
        matches = list(_END.finditer(text))
        limits = [match.start() for match in matches[1:]]
        for match, limit in zip(matches, [*limits, len(text)], strict=True):
            if not final and match.end() + _AHEAD > len(text):
                return max(done, match.start() - _BEFORE)
            done = self.message(text, done, match, limit)
        return max(done, len(text) - _BEFORE)

    def message(self, text: str, done: int, match: re.Match[str], limit: int) -> int:
        """Reads one message whose fixed sentence ends with the match; returns where its name ends.

        The name ends before ``limit``, where the next message's sentence does.
        """
        start = max(done, match.start() - _BEFORE)
        before = text[start : match.start()]
        tofu, exception = _last(_TOFU, before), _last(_EXCEPTION, before)
        is_exception = tofu is None or (exception is not None and exception.start() > tofu.start())
        begin = start + (tofu.start() if tofu and not is_exception else _exception_begin(exception, before))
        lines = message_lines(text, begin, match.end())
        wrap = Wrap.seen(lines)
        name, end = name_after(text, match.end(), limit, wrap, lines[-1])
        if name:
            head = text[max(done, begin - _HEAD) : begin]
            thread = None if is_exception else _thread(head)
            event = _Event(name, thread, _time(head, wrap, self.around))
            self.events.add(event, is_exception=is_exception)
        return end

    def other_causes(self, text: str) -> None:
        lowered = text.casefold()
        for cause in _CAUSES:
            if cause.text in self.other or not any(word in lowered for word in cause.words):
                continue
            match = cause.pattern.search(text)
            if match:
                start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 250)
                line = text[start : start + 500].split("\n", 1)[0]
                self.other[cause.text] = OtherCause(cause.text, line.strip())


def _merged(known: Failure, new: Failure) -> Failure:
    first, last = known.first or new.first, new.last or known.last
    if known.first and new.first and _comparable(known.first, new.first):
        first = min(known.first, new.first)
    if known.last and new.last and _comparable(known.last, new.last):
        last = max(known.last, new.last)
    return Failure(known.name, new.thread or known.thread, first, last, known.count + 1)


def _comparable(one: datetime, other: datetime) -> bool:
    return (one.tzinfo is None) == (other.tzinfo is None)


def _together(message: _Event, exception: _Event) -> bool:
    if message.at is None or exception.at is None or not _comparable(message.at, exception.at):
        return True
    return abs(exception.at - message.at) <= _ONE_EVENT


def _common_name(name: str) -> str:
    match = _CN.search(name)
    return "".join((match[1] if match else name).split()).casefold()


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _exception_begin(exception: re.Match[str] | None, before: str) -> int:
    """Where an exception's class names begin, or the sentence if there are none."""
    if exception is None:
        return len(before)
    floor = max(0, exception.start() - 120)
    java = _JAVA.search(before, floor, exception.start())
    return java.start() if java else exception.start()


def _thread(head: str) -> str | None:
    names = [name.replace("\n", "").strip() for name in _BRACKETS.findall(head)]
    named = [name for name in names if "thread" in name.casefold() or "executor" in name.casefold()]
    found = named or names
    return found[-1] if found else None


def _time(head: str, wrap: Wrap, around: datetime | None) -> datetime | None:
    """The time in front of a message; one that belongs to another record before it does not count."""
    text = wrap.mend(head)
    stamp = last_stamp(text)
    if stamp is None or len(text) - stamp.end() > _GAP or _OTHER_RECORD.search(text, stamp.end()):
        return None
    return moment_of_stamp(stamp, around)
