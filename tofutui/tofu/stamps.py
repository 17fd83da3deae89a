"""Time stamps in front of log lines, in the forms that appliances and syslog servers print."""

import re
from datetime import UTC, datetime, timedelta, timezone

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
        [ T] (?P<iso_time>{_TIME}) (?P<offset>\s?Z\b|\s?[+-][0-9]{{2}}:?[0-9]{{2}}\b)?
    | (?P<dmy>[0-9]{{1,2}}[-/ ]{_MONTH}[-/ ][0-9]{{4}}) [ T:,]{{1,2}} (?P<dmy_time>{_TIME})
    | (?<![A-Za-z])(?P<md>{_MONTH}\s{{1,2}}[0-9]{{1,2}}) (?:,?\s(?P<y1>[0-9]{{4}}),?)?
        \s(?P<md_time>{_TIME}) (?:\s?(?P<md_half>[AP]M)\b)?
        (?:\s[A-Z]{{3,5}})? (?:\s(?P<y2>(?:19|20)[0-9]{{2}})\b)?
    )""",
    re.VERBOSE,
)


def find_stamp(text: str) -> re.Match[str] | None:
    """The first stamp of any known form in a text."""
    return _STAMP.search(text)


def last_stamp(text: str) -> re.Match[str] | None:
    """The last one."""
    found = None
    for match in _STAMP.finditer(text):
        found = match
    return found


def moment_of_stamp(match: re.Match[str], around: datetime | None) -> datetime | None:
    """The node-local time that a stamp says; None if there is no such moment.

    Known are ``MM/DD/YY HH:MM:SS.mmm``, ``YYYY-MM-DD HH:MM:SS,mmm``, ISO with ``T``, ``DD/Mon/YYYY:HH:MM:SS``
    and ``Tue Dec 21 18:10:15 2021``, ``Nov 23, 2026 2:02:11 PM`` and syslog's ``Nov 23 14:02:11``. Names of
    zones are left out: a log is in its node's zone. Only an offset or ``Z`` is kept, as the zone of the
    result. A stamp without a year gets the one that puts it at most a day after ``around``; without that it
    is no date.
    """
    try:
        if match["us"]:
            month, day, year = (int(part) for part in match["us"].split("/"))
            return _at((year if year > 99 else 2000 + year, month, day), match["us_time"], match["us_half"])
        if match["iso"]:
            year, month, day = (int(part) for part in re.split("[-/]", match["iso"]))
            return _with_offset(_at((year, month, day), match["iso_time"], None), match["offset"])
        if match["dmy"]:
            day_text, name, year_text = re.split("[-/ ]", match["dmy"])
            return _at((int(year_text), _month(name), int(day_text)), match["dmy_time"], None)
        return _month_first(match, around)
    except (ValueError, OverflowError):
        return None


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


def _with_offset(moment: datetime, offset: str | None) -> datetime:
    if not offset:
        return moment
    offset = offset.strip().replace(":", "")
    if offset == "Z":
        return moment.replace(tzinfo=UTC)
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
    return moment.replace(tzinfo=timezone(-size if offset[0] == "-" else size))
