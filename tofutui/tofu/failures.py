"""TOFU failures, and other causes of a broken connection, in a log.

The message is that of DOMAIN.md part 6 (three samples): ``[system] [THREAD] TOFU failed. … different from what
was used earlier - NAME``, followed by an exception with the same sentence and often only the CN. In a file each
is probably one long line; pasted from a document or a terminal it is broken anywhere, also inside a word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from tofutui.tofu.stamps import STAMP, read_stamp

_BLOCK = 64 * 1024
"""Characters that are looked at together; a longer line is looked at whole."""
_LONGEST_NAME = 4096
_BEFORE = 2000
"""Characters before the end of a message that may belong to it."""
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
_BRACKETS = re.compile(r"\[([^\[\]]{1,80})\]")
_STOP_IN_NAME = re.compile(
    r"\s*\bjavax?(?=\s*\.\s*(?:net|security|io|lang|util)\b|\s*$)"
    r"|(?<=[A-Z]{2})javax?(?=\s*\.\s*(?:net|security|io|lang|util)\b)"
    r"|\s*\[[^\[\]]{1,60}\]\s*(?:\[|TOFU\b)|\s+TOFU failed|\s+Caused by\b|;\s*nested exception|\s+at [\w.$]{1,200}\("
)
_STOP_LINE = re.compile(
    r"[\[<#*]|javax?\s*\.|at\s+[\w.$]+\(|Caused by|\.\.\. \d+ more|TOFU failed|host\s*="
    r"|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|SEVERE|FATAL)\b",
    re.IGNORECASE,
)
_BEGINS_NAME = re.compile(r"[A-Za-z0-9.]{1,40}\s*=")
_HOLDS_ATTRIBUTE = re.compile(r"[^=\[\]]{0,64}[,+]\s?[A-Za-z0-9.]{1,40}\s?=")
_FRAGMENT = re.compile(r"[A-Za-z0-9.]{1,40}\s?=?")
_CN = re.compile(r"(?:^|[,+/]\s*)CN\s*=\s*(\"[^\"]*\"|(?:\\.|[^,+\\])*)", re.IGNORECASE)
_WORDS = frozenset(
    ["TOFU", "failed.", "Check", "local", "trust", "Trust-on-first-use", "is", "configure", "for", "this", "connection.", "Current", "certificate", "of", "the", "remote", "host", "different", "from", "what", "was", "used", "earlier", "javax.net.ssl.SSLHandshakeException:"]
)

_OTHER: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (f"not TOFU: {text}", re.compile(pattern, re.IGNORECASE))
    for text, pattern in (
        (
            "the authentication keys of the two servers differ (ncs ha authkey on both)",
            r"authentication\s+key\s+does\s+not\s+match",
        ),
        (
            "the two servers run different versions or patches",
            r"\b(?:version|patch|build)(?:es|s)?\b[^\n]{0,60}(?:\bmismatch|\bdo(?:es)? not match|\bnot the same)"
            r"|\bversion[_ ]?mismatch",
        ),
        ("a certificate has expired", r"CertificateExpiredException|certificate (?:has |is )?expired"),
        (
            "a certificate is not valid yet; compare the clocks",
            r"CertificateNotYetValidException|certificate is not yet valid",
        ),
        (
            "the issuer is not in the trust store (PKIX path building)",
            r"PKIX\s+path\s+(?:building|validation)\s+failed|SunCertPathBuilderException"
            r"|unable to find valid certification path",
        ),
        (
            "a port is closed or the service behind it is down (connection refused)",
            r"connection\s+(?:was\s+)?refused|ConnectException",
        ),
        ("no route to the host", r"no\s+route\s+to\s+host|NoRouteToHostException"),
        ("a host name is not known (DNS)", r"UnknownHostException"),
        ("the other side did not answer in time", r"SocketTimeoutException|connect(?:ion)? timed out"),
    )
)


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


def read_log(lines: Iterable[str], *, around: datetime | None = None) -> LogDigest:
    """The TOFU failures and other causes in a log's lines.

    The two messages of one event count once. Takes time in proportion to the text, and memory for the longest
    line. ``around`` is the node's local time when the log was taken: a stamp without a year (syslog) gets the
    one that puts it before that; without it such an event is undated.
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
class _Reader:
    around: datetime | None
    parts: list[str] = field(default_factory=list)
    size: int = 0
    other: dict[str, OtherCause] = field(default_factory=dict)
    events: "_Events" = field(default_factory=lambda: _Events())

    def add(self, line: str) -> None:
        if line and not line.isspace():
            self.parts.append(line.rstrip("\r"))
            self.size += len(line)
            if self.size > _BLOCK:
                self.scan(final=False)

    def finish(self) -> LogDigest:
        self.scan(final=True)
        self.events.flush()
        return LogDigest(tuple(self.events.groups.values()), tuple(self.other.values()), self.events.dropped)

    def scan(self, *, final: bool) -> None:
        text = "\n".join(self.parts)
        self.other_causes(text)
        keep = max(0, len(text) - _BEFORE)
        if _SQUEEZED_END in "".join(text.split()).casefold():
            keep = max(keep, self.messages(text, final))
        self.parts = [text[keep:]]
        self.size = len(text) - keep

    def messages(self, text: str, final: bool) -> int:
        """Reads the messages in a block; returns up to where it is done with."""
        done = 0
        for match in _END.finditer(text):
            if not final and match.end() + _LONGEST_NAME > len(text):
                return max(done, match.start() - _BEFORE)
            done = self.message(text, done, match)
        return done

    def message(self, text: str, done: int, match: re.Match[str]) -> int:
        start = max(done, match.start() - _BEFORE)
        before = text[start : match.start()]
        marker = _last(_TOFU, before)
        exception = _last(_EXCEPTION, before)
        is_first = marker is not None and (exception is None or marker.start() > exception.start())
        begin = start + _begin(marker if is_first else exception, before)
        name, end = _name_after(text, begin, match.end())
        if name:
            head = text[max(done, begin - 200) : begin]
            self.events.add(
                _Event(name, _thread(head) if is_first else None, read_stamp(head, self.around)), is_first
            )
        return end

    def other_causes(self, text: str) -> None:
        for cause, pattern in _OTHER:
            match = None if cause in self.other else pattern.search(text)
            if match:
                start = text.rfind("\n", 0, match.start()) + 1
                start = max(start, match.start() - 250)
                line = text[start : start + 500].split("\n", 1)[0]
                self.other[cause] = OtherCause(cause, line.strip())


@dataclass(slots=True)
class _Events:
    """Pairs each message with its exception and adds the events up."""

    groups: dict[tuple[str, str | None], Failure] = field(default_factory=dict)
    waiting: dict[str, _Event] = field(default_factory=dict)
    dropped: int = 0

    def add(self, event: _Event, is_first: bool) -> None:
        cn = _common_name(event.name)
        earlier = self.waiting.pop(cn, None)
        if earlier is not None and not is_first and _together(earlier, event):
            fullest = max(earlier.name, event.name, key=len)
            self.count(_Event(fullest, earlier.thread, earlier.at or event.at))
            return
        if earlier is not None:
            self.count(earlier)
        if is_first:
            self.waiting[cn] = event
            if len(self.waiting) > 64:
                self.count(self.waiting.pop(next(iter(self.waiting))))
        else:
            self.count(event)

    def flush(self) -> None:
        for event in self.waiting.values():
            self.count(event)
        self.waiting.clear()

    def count(self, event: _Event) -> None:
        one = Failure(event.name, event.thread, event.at, event.at, 1)
        key = (event.name.casefold(), one.peer)
        known = self.groups.get(key)
        if known is None and len(self.groups) >= _NAMES:
            self.dropped += 1
            return
        self.groups[key] = one if known is None else _merged(known, one)


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


def _begin(marker: re.Match[str] | None, before: str) -> int:
    """Where a message begins: its marker, for an exception the begin of its class name."""
    if marker is None:
        return len(before)
    start = marker.start()
    found = _last(re.compile(r"javax\s*\.\s*net|java\s*\.\s*security"), before[max(0, start - 200) : start])
    return max(0, start - 200) + found.start() if found else start


def _thread(head: str) -> str | None:
    names = [" ".join(name.replace("\n", "").split()) for name in _BRACKETS.findall(head)]
    for name in reversed(names):
        if "thread" in name.casefold() or "executor" in name.casefold():
            return name
    return names[-1] if names else None


def _name_after(text: str, begin: int, end: int) -> tuple[str, int]:
    """The name behind the sentence that ends at ``end``, and where it ends; "" if there is none."""
    line_start = text.rfind("\n", 0, begin) + 1
    lines = text[line_start : end + _LONGEST_NAME].split("\n")
    inside = text.count("\n", line_start, end)
    name = text[end : end + _LONGEST_NAME].split("\n", 1)[0]
    wrap = _Wrap.seen([line for line in lines[:inside]] + [lines[inside]] if inside else [])
    used = end + len(name)
    for line, following in pairwise(lines[inside:]):
        candidate = wrap.join(name, line, following)
        if not wrap.goes_on(name, line, following, candidate):
            break
        name = candidate
        used += 1 + len(following)
    return _trimmed(name), used


def _trimmed(name: str) -> str:
    name = " ".join(name.split()).lstrip("-–—: ")
    stop = _STOP_IN_NAME.search(name)
    stamp = STAMP.search(name)
    cut = min([len(name), *(m.start() for m in (stop, stamp) if m)])
    name = name[:cut].rstrip(" ,;")
    return name if _BEGINS_NAME.match(name) else ""


@dataclass(frozen=True, slots=True)
class _Wrap:
    """How the text of a message was broken into lines."""

    width: int
    """The longest line; 0 if the message was not broken before its name."""
    hard: bool
    """Whether it was broken at a column, also inside words, and not at spaces."""

    @classmethod
    def seen(cls, lines: list[str]) -> "_Wrap":
        """From the lines of the fixed sentence, the last one being that on which the name begins."""
        if not lines:
            return cls(0, hard=False)
        full = [len(line) for line in lines[:-1]]
        width = max(len(line) for line in lines)
        equal = len(full) > 1 and min(full) == max(full) >= 20
        return cls(width, hard=equal or any(_is_mid_word(a, b) for a, b in pairwise(lines)))

    def goes_on(self, name: str, line: str, following: str, candidate: str) -> bool:
        """Whether the name that ends ``line`` goes on in the line that follows."""
        text = following.strip()
        begun = name.strip().lstrip("-–—: ")
        if _STOP_LINE.match(text) or STAMP.match(text):
            return False
        if not begun or _FRAGMENT.fullmatch(begun):
            return _BEGINS_NAME.match(candidate.strip().lstrip("-–—: ")) is not None or text in "-–—"
        if begun[-1] in ",+=\\" or begun.count('"') % 2 or text[0] in ",+":
            return True
        if _HOLDS_ATTRIBUTE.match(text):
            return True
        if self.width:
            return len(line) + 1 + len(text.split(None, 1)[0]) > self.width
        return len(line) >= 100 and len(text) <= 16 and " " not in text

    def join(self, name: str, line: str, following: str) -> str:
        """The name with the line that follows: with a space only where one was."""
        spaced = line[-1:].isspace() or following[:1].isspace()
        closed = not spaced and (
            len(line) >= self.width if self.hard else not self.width and len(line) >= 100
        )
        return name + ("" if closed else " ") + following


def _is_mid_word(line: str, following: str) -> bool:
    if line[-1:].isspace() or following[:1].isspace():
        return False
    head, tail = line.rsplit(maxsplit=1)[-1], following.split(None, 1)[0]
    return head + tail in _WORDS and not (head in _WORDS and tail in _WORDS)
