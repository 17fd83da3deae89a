"""``ncs ha status``, ``show version`` and ``show clock``: free text, read leniently.

No literal output of ``ncs ha status`` or ``show clock`` is confirmed (docs/appliance.md): whatever is
not understood is None, and nothing here raises.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tofutui.tofu.base.text import BLANKS
from tofutui.tofu.base.timestamps import MONTHS
from tofutui.tofu.site.role import Role

_PAIR = re.compile(r"\[([A-Za-z][^\[\]\n]{0,60})\]([^\[\n]{0,300})")
_TITLE = re.compile(
    r"^[ \t]*Cisco (?:Prime Infrastructure|Evolved Programmable|EPN)[^\n]*$", re.IGNORECASE | re.MULTILINE
)
_OTHER_PRODUCT = re.compile(
    r"^[ \t]*(?P<name>Cisco (?![^\n]*\bPatch)[^\n]{2,80}?)[ \t]*\n[ \t]*-{5,}[ \t]*\n\s*Version[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""A title over a version, as all products of this shell print it (docs/appliance.md, Other products)."""
_OURS = "prime infrastructure"
_VERSION = re.compile(r"^[ \t]*Version[ \t]*:[ \t]*([0-9][0-9A-Za-z.]{0,40})", re.MULTILINE)
_BUILD = re.compile(r"^[ \t]*Build[ \t]*:[ \t]*([0-9][0-9A-Za-z.]{0,40})", re.MULTILINE)
_HOSTNAME = re.compile(r"^[ \t]*Hostname[ \t]*:[ \t]*(\S{1,255})", re.IGNORECASE | re.MULTILINE)
_FIXES = re.compile(r"[A-Za-z ]{0,60}(?:Fixes|Patches|Updates)\s*:", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![0-9:])([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?(?:\s*([AaPp][Mm])\b)?"
)
_ISO_DATE = re.compile(r"\b([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?=\D|$)T?")
_WORD = re.compile(r"[A-Za-z]+(?:/[A-Za-z_]+)?|[+-][0-9]{2}(?::?[0-9]{2})?|[0-9]+")
_LONGEST = 4000
"""Characters of an answer that are looked at."""
_SERVICE = re.compile(
    r"[A-Za-z][A-Za-z ]{0,40} (?:[Ss]erver|[Ss]ervice|Daemon)(?: Instance \d+)? is running[ .]*"
)
_BEFORE_PAIRS = ("", "Health Monitor Server is running. (")
_SERVER = r"[^\s()]+(?:\([^\s()]+\))?"
_KNOWN_PAIRS = {
    "Role": re.compile(".*"),
    "State": re.compile(".*"),
    "Primary Server": re.compile(_SERVER),
    "Secondary Server": re.compile(_SERVER),
    "Failover Type": re.compile("Manual|Automatic"),
}
"""What may be printed beside role and state without a word about how the pair is."""

_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class HaState:
    """What a node says about its part in the pair."""

    role: str | None
    """``Primary`` or ``Secondary`` as the node prints it."""
    state: str | None
    """Free text, for example ``HA not Configured`` or ``Primary Active``."""
    pairs: tuple[tuple[str, str], ...]
    """Every ``[Key] value`` in the order printed."""
    other: tuple[str, ...] = field(default=(), compare=False)
    """Whatever else was printed and is not known to be harmless, as printed."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role printed, each once; several contradict one another."""
        return self._values("role", self.role)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state printed, each once; several contradict one another."""
        return self._values("state", self.state)

    def says_only(self, role: Role, state: str) -> bool:
        """Whether the answer gives exactly this state, no other role than this one, and nothing unknown."""
        return self.states == (state,) and self.roles in ((), (role.value.title(),)) and not self.other

    def _values(self, name: str, first: str | None) -> tuple[str, ...]:
        printed = [value for key, value in self.pairs if key.casefold() == name]
        return tuple(dict.fromkeys(printed if first is None else [first, *printed]))


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """The product part of ``show version``."""

    version: str | None
    build: str | None
    hostname: str | None
    fixes: tuple[str, ...]
    """The installed fixes as printed, in their order."""
    other_product: str = ""
    """What it is, as printed, if not Prime Infrastructure."""


def parse_ha_status(text: str) -> HaState | None:
    """``[Key] value`` pairs (docs/appliance.md, High availability); None if there is none."""
    pairs = tuple((key.strip(), _unbalanced(value)) for key, value in _PAIR.findall(text[:_LONGEST]))
    if not pairs:
        return None
    named = {key.casefold(): value for key, value in reversed(pairs) if value}
    return HaState(named.get("role"), named.get("state"), pairs, tuple(_unknown(text)))


def parse_version(text: str) -> VersionInfo:
    """Version, build, host name and fixes; those of Prime Infrastructure or EPN Manager where both are named.

    The frame is that of ``show version`` in docs/appliance.md; ADE-OS's own version does not match.
    """
    text = text[: 10 * _LONGEST].replace("\r", "")
    title = _TITLE.search(text)
    other = None if title and _OURS in title.group().lower() else _OTHER_PRODUCT.search(text)
    start = other.start() if other else title.end() if title else 0
    return VersionInfo(
        _first(_VERSION, text, start),
        _first(_BUILD, text, start),
        _first(_HOSTNAME, text, 0),
        _fixes(text),
        " ".join(other["name"].split()) if other else "",
    )


def parse_clock(text: str) -> tuple[datetime, str] | None:
    """Local time without a zone, and the zone's name ("" if none is printed); None if it is not understood.

    Understands ``Mon Nov 23 14:02:38 UTC 2026`` and the same parts in another order, with ``.mmm``, with
    AM/PM, and ISO dates. Neither form is confirmed for Prime Infrastructure.
    """
    for line in text[:_LONGEST].splitlines():
        time = _TIME.search(line)
        clock = _clock_line(line, time) if time else None
        if clock:
            return clock
    return None


def _clock_line(line: str, time: re.Match[str]) -> tuple[datetime, str] | None:
    rest = line[: time.start()] + " " + line[time.end() :]
    iso = _ISO_DATE.search(rest)
    if iso:
        date: tuple[int, ...] | None = tuple(int(part) for part in iso.groups())
        words = _WORD.findall(rest[: iso.start()] + " " + rest[iso.end() :])
    else:
        words = _WORD.findall(rest)
        date = _date_of(words)
    if date is None:
        return None
    moment = _moment((date[0], date[1], date[2]), time)
    return (moment, _zone_of(words)) if moment else None


def _moment(date: tuple[int, int, int], time: re.Match[str]) -> datetime | None:
    """A date with the time of a `_TIME` match; None if there is no such moment."""
    hour = int(time[1])
    if time[5]:
        hour = hour % 12 + (12 if time[5].lower() == "pm" else 0)
    fraction = int((time[4] or "0")[:6].ljust(6, "0"))
    try:
        return datetime(*date, hour, int(time[2]), int(time[3]), fraction)
    except ValueError:
        return None


def _date_of(words: list[str]) -> tuple[int, int, int] | None:
    month = next((MONTHS[w[:3].lower()] for w in words if _is_short_for(w, _MONTH_NAMES)), None)
    year = next((int(w) for w in words if w.isdecimal() and len(w) == 4), None)
    day = next((int(w) for w in words if w.isdecimal() and len(w) <= 2), None)
    return (year, month, day) if year and month and day else None


def _zone_of(words: list[str]) -> str:
    for word in words:
        is_date = _is_short_for(word, _DAY_NAMES) or _is_short_for(word, _MONTH_NAMES)
        if not word.isdecimal() and not is_date:
            return word
    return ""


def _is_short_for(word: str, names: Sequence[str]) -> bool:
    return len(word) >= 3 and any(name.startswith(word.lower()) for name in names)


def _unknown(text: str) -> Iterator[str]:
    """What an answer holds beside pairs and services that are known."""
    for printed in text[:_LONGEST].splitlines():
        before = _PAIR.sub("", printed).strip(BLANKS)
        if before not in _BEFORE_PAIRS and not _SERVICE.fullmatch(before):
            yield printed.strip(BLANKS)
            continue
        for key, value in _PAIR.findall(printed):
            known = _KNOWN_PAIRS.get(key.strip())
            if known is None or not known.fullmatch(_unbalanced(value)):
                yield f"[{key}] {value.strip(BLANKS)}"
    if len(text) > _LONGEST:
        yield f"more than {_LONGEST} characters"


def _unbalanced(value: str) -> str:
    """The value without the bracket that closes the line's own ``( … )``."""
    value = value.strip(BLANKS)
    while value.endswith(")") and value.count(")") > value.count("("):
        value = value[:-1].rstrip(BLANKS)
    return value


def _first(pattern: re.Pattern[str], text: str, start: int) -> str | None:
    match = pattern.search(text, start) or pattern.search(text)
    return match[1] if match else None


def _fixes(text: str) -> tuple[str, ...]:
    fixes: list[str] = []
    inside = False
    for line in text.split("\n"):
        stripped = line.strip()
        if _FIXES.fullmatch(stripped):
            inside = True
        elif not stripped or not line[0].isspace():
            inside = False
        elif inside:
            fixes.append(stripped)
    return tuple(fixes)
