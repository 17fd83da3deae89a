"""Time stamps in front of log lines, in the forms that appliances and syslog servers print."""

import re
from datetime import UTC, datetime, timedelta, timezone

from tofutui.tofu.ha import MONTHS

_TIME = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
STAMP = re.compile(
    r"(?<![0-9A-Za-z/:.-])(?:"
    rf"(?P<us>[0-9]{{1,2}}/[0-9]{{1,2}}/(?:[0-9]{{4}}|[0-9]{{2}}))[ T,]{{1,2}}(?P<us_time>{_TIME}(?:[.,][0-9]{{1,9}})?)(?:\s?(?P<us_half>[AP]M)\b)?"
    rf"|(?P<iso>[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}})[ T](?P<iso_time>{_TIME}(?:[.,][0-9]{{1,9}})?)(?P<offset>\s?Z\b|\s?[+-][0-9]{{2}}:?[0-9]{{2}}\b)?"
    rf"|(?P<dmy>[0-9]{{1,2}}[-/ ]{_MONTH}[-/ ][0-9]{{4}})[ T:,]{{1,2}}(?P<dmy_time>{_TIME}(?:[.,][0-9]{{1,9}})?)"
    rf"|(?P<md>{_MONTH}\s{{1,2}}[0-9]{{1,2}})(?:,?\s(?P<y1>[0-9]{{4}}),?)?\s(?P<md_time>{_TIME}(?:[.,][0-9]{{1,9}})?)(?:\s?(?P<md_half>[AP]M)\b)?(?:\s[A-Z]{{3,5}})?(?:\s(?P<y2>(?:19|20)[0-9]{{2}})\b)?"
    r")",
)
"""One stamp of any known form, anywhere in a text."""


def read_stamp(head: str, around: datetime | None) -> datetime | None:
    """The last stamp in the text before a message, as the node's local time; None if there is none.

    ``MM/DD/YY HH:MM:SS.mmm``, ``YYYY-MM-DD HH:MM:SS,mmm`` and ISO with ``T``, ``DD/Mon/YYYY:HH:MM:SS``,
    ``Tue Dec 21 18:10:15 2021``, ``Nov 23, 2026 2:02:11 PM`` and syslog's ``Nov 23 14:02:11``. The names of zones are
    left out: a log is in the node's zone. Only an offset or ``Z`` is kept, as the zone of the result. A stamp
    without a year gets the one that puts it at most a day after ``around``; without ``around`` it is no date.
    """
    found = None
    for match in STAMP.finditer(head):
        found = match
    return _moment(found, around) if found else None


def _moment(match: re.Match[str], around: datetime | None) -> datetime | None:
    try:
        if match["us"]:
            month, day, year = map(int, match["us"].split("/"))
            return _at((year if year > 99 else 2000 + year, month, day), match["us_time"], match["us_half"])
        if match["iso"]:
            year, month, day = map(int, re.split("[-/]", match["iso"]))
            return _with_offset(_at((year, month, day), match["iso_time"], None), match["offset"])
        if match["dmy"]:
            day_text, month_text, year_text = re.split("[-/ ]", match["dmy"])
            date = (int(year_text), MONTHS[month_text[:3].lower()], int(day_text))
            return _at(date, match["dmy_time"], None)
        return _month_first(match, around)
    except ValueError:
        return None


def _month_first(match: re.Match[str], around: datetime | None) -> datetime | None:
    month_text, day = match["md"].split()
    month = MONTHS[month_text[:3].lower()]
    year = match["y1"] or match["y2"]
    if year:
        return _at((int(year), month, int(day)), match["md_time"], match["md_half"])
    if around is None:
        return None
    for candidate in (around.year + 1, around.year, around.year - 1):
        try:
            moment = _at((candidate, month, int(day)), match["md_time"], match["md_half"])
        except ValueError:  # 29 February
            continue
        if moment <= around.replace(tzinfo=None) + timedelta(days=1):
            return moment
    return None


def _at(date: tuple[int, int, int], time: str, half: str | None) -> datetime:
    clock, _, fraction = time.replace(",", ".").partition(".")
    hour, minute, second = map(int, clock.split(":"))
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    return datetime(*date, hour, minute, second, int((fraction or "0")[:6].ljust(6, "0")))


def _with_offset(moment: datetime, offset: str | None) -> datetime:
    if not offset:
        return moment
    offset = offset.strip().replace(":", "")
    if offset == "Z":
        return moment.replace(tzinfo=UTC)
    sign = -1 if offset[0] == "-" else 1
    return moment.replace(tzinfo=timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))))
