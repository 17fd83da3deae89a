"""Time stamps in front of log lines, in the forms that appliances and syslog servers print."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from tofutui.tofu.base.zones import zone_offset

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
"""The first three letters of an English month in lower case -> its number."""

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_TIME = "[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
_STAMP = re.compile(
    rf"""(?<![0-9/:])(?:
    (?P<us>[0-9]{{1,2}}/[0-9]{{1,2}}/(?:[0-9]{{4}}|[0-9]{{2}}))
        [ T,]{{1,2}} (?P<us_time>{_TIME}) (?:\s?(?P<us_half>[AP]M)\b)?
    | (?P<iso>[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}})
        [ T] (?P<iso_time>{_TIME}) (?:\s?Z\b|\s?[+-][0-9]{{2}}:?[0-9]{{2}}\b)?
    | (?P<dmy>[0-9]{{1,2}}[-/ ]{_MONTH}[-/ ][0-9]{{4}}) [ T:,]{{1,2}} (?P<dmy_time>{_TIME})
    | (?<![A-Za-z])(?P<md>{_MONTH}\s{{1,2}}[0-9]{{1,2}}) (?:,?\s(?P<y1>[0-9]{{4}}),?)?
        \s(?P<md_time>{_TIME}) (?:\s?(?P<md_half>[AP]M)\b)?
        (?:\s(?:[A-Z]{{2,5}}(?:[+-][0-9:]{{1,5}})?|[+-][0-9]{{4}}))?
        (?:\s(?P<y2>(?:19|20)[0-9]{{2}})\b)?
    )""",
    re.VERBOSE,
)


_ZONE = re.compile(
    r"""\s?(?:
    (?P<zulu>Z)(?!\w)
    | (?P<offset>(?:(?:UTC|GMT)[+-][0-9]{1,2}|[+-][0-9]{2})(?::?[0-9]{2})?)(?![\w:.-])
    | (?P<bracket>[(\[]?)(?P<word>[A-Z]{2,5})(?![\w-])
    | (?P<place>[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_]+){1,2})
    )""",
    re.VERBOSE,
)
_NO_ZONES = frozenset(
    {"ERROR", "ERR", "WARN", "INFO", "DEBUG", "FATAL", "TRACE", "FINE", "FINER", "CRIT", "ALERT", "EMERG"}
    | {"PANIC", "AUDIT", "ALL", "OFF", "AM", "PM", "TOFU"}
)
"""Words in capitals that may follow a time and are not a zone; any other may be one that is not known."""
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time in front of a log line."""

    at: datetime
    """On the node's wall; with an offset where the line prints one, or a zone that says it."""
    zone: str = ""
    """A zone that the line prints and that does not say its offset."""
    two_readings: bool = False
    """Whether it could be read as day and month too: it is read as month and day, as the appliance prints."""


def find_stamp(text: str) -> re.Match[str] | None:
    """The first stamp of any known form in a text."""
    return _STAMP.search(text)


def last_stamp(text: str) -> re.Match[str] | None:
    """The last one."""
    last = None
    for match in _STAMP.finditer(text):
        last = match
    return last


def read_stamp(match: re.Match[str], around: datetime | None) -> Stamp | None:
    """What a stamp says; None if there is no such moment.

    Known are ``MM/DD/YY HH:MM:SS.mmm``, ``YYYY-MM-DD HH:MM:SS,mmm``, ISO with ``T``, ``DD/Mon/YYYY:HH:MM:SS``
    and ``Tue Dec 21 18:10:15 2021``, ``Nov 23, 2026 2:02:11 PM`` and syslog's ``Nov 23 14:02:11``, each with
    a zone or an offset after the time or without. A stamp without a year gets the one that puts it at most a
    day after ``around`` (the node's local time); without that it is not a date.
    """
    try:
        moment = _moment(match, around)
        if moment is None:
            return None
        zone = _zone(match)
        offset = zone_offset(zone)
        if offset is not None:
            return Stamp(moment.replace(tzinfo=timezone(offset)), two_readings=_has_two_readings(match))
        return Stamp(moment, zone, _has_two_readings(match))
    except (ValueError, OverflowError):
        return None


def _moment(match: re.Match[str], around: datetime | None) -> datetime | None:
    """The time on the wall.

    Raises:
        ValueError: there is no such time.
    """
    if match["us"]:
        month, day, year = (int(part) for part in match["us"].split("/"))
        return _at((year if year > 99 else 2000 + year, month, day), match["us_time"], match["us_half"])
    if match["iso"]:
        year, month, day = (int(part) for part in re.split("[-/]", match["iso"]))
        return _at((year, month, day), match["iso_time"], None)
    if match["dmy"]:
        day_text, name, year_text = re.split("[-/ ]", match["dmy"])
        return _at((int(year_text), _month(name), int(day_text)), match["dmy_time"], None)
    return _month_first(match, around)


def _has_two_readings(match: re.Match[str]) -> bool:
    if not match["us"]:
        return False
    month, day, _ = (int(part) for part in match["us"].split("/"))
    return month != day and day <= _MONTHS_A_YEAR


def _zone(match: re.Match[str]) -> str:
    """The zone or offset printed after the time; "" if there is none."""
    parts = ("us_half", "us_time", "iso_time", "dmy_time", "md_half", "md_time")
    end = next(match.end(part) for part in parts if match[part])
    zone = _ZONE.match(match.string, end)
    if zone is None:
        return ""
    word = zone["word"]
    if word is None:
        return "UTC" if zone["zulu"] else zone["offset"] or zone["place"]
    is_zone = bool(match["y2"]) or zone_offset(word) is not None or _may_be_a_zone(word, zone["bracket"])
    return word if is_zone else ""


def _may_be_a_zone(word: str, bracket: str) -> bool:
    return bracket != "[" and len(word) > 2 and word not in _NO_ZONES


def _month_first(match: re.Match[str], around: datetime | None) -> datetime | None:
    name, day = match["md"].split()
    year = match["y1"] or match["y2"]
    if year:
        return _at((int(year), _month(name), int(day)), match["md_time"], match["md_half"])
    for candidate in (around.year + 1, around.year, around.year - 1) if around else ():
        try:
            moment = _at((candidate, _month(name), int(day)), match["md_time"], match["md_half"])
        except ValueError:  # 29 February
            continue
        if around and moment <= around.replace(tzinfo=None) + timedelta(days=1):
            return moment
    return None


def _month(name: str) -> int:
    return MONTHS[name[:3].lower()]


def _at(date: tuple[int, int, int], time: str, half: str | None) -> datetime:
    clock, _, fraction = time.replace(",", ".").partition(".")
    hour, minute, second = (int(part) for part in clock.split(":"))
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    return datetime(*date, hour, minute, second, int((fraction or "0")[:6].ljust(6, "0")))
