"""The day that keytool prints as an entry's creation date, in whatever language, where only one day is meant.

Java prints it in the format of the user's locale (``DateFormat.getDateInstance``). Day and month as two
numbers with slashes or dashes mean different days in different countries: such a date says nothing unless
one of the numbers cannot be a month. So do month names that two languages use for different months (``lis``,
``lip``); where a language in which hardly any server is run has a common name for another month (``may`` in
Duala), the common meaning counts.
"""

# ruff: noqa: RUF001  (names of months in other scripts)

import re
from datetime import UTC, date, datetime, time, timedelta

_EASTERNMOST = timedelta(hours=14)
"""No zone is further ahead of UTC: the day may have begun that much earlier."""
_YEARS = range(1995, 2101)
"""From the first Java on; other calendars count other years."""
_MONTHS = {
    word: month
    for month, words in enumerate(
        (
            "jan january januar januari janv janvier gen ene ian jaan oca sty ιαν січ янв",
            "feb february februar febr februari fev fév févr février veebr velj şub lut φεβ лют фев февр",
            "mar march mars marts märz marz març mrt márc märts ožu μαρ бер мар марта",
            "apr april avr avril abr ápr kwi nis tra απρ апр квіт",
            "may mai maj mag maig mei máj maijs svi μαΐ μαϊ май мая трав",
            "jun june juni juny juin jui jún jūn giu iun juuni cze haz ιουν июн июня черв",
            "jul july juli juil juill juillet júl jūl lug iul juuli tem ιουλ июл июля",
            "aug august août ago agu agt ag avg ağu kol sie αυγ авг серп",
            "sep sept september set szept eyl ruj wrz σεπ сен сент вер",
            "oct okt october oktober ott out eki paź οκτ окт жовт",
            "nov november stu νοε нояб ноя лист",
            "dec des dez dic déc december dezember décembre dets ara gru δεκ дек груд",
        ),
        1,
    )
    for word in words.split()
}
_GAP = r"[^\w]{1,4}"
_YEAR_FIRST = re.compile(
    rf"(?P<y>\d{{4}})(?:{_GAP}|年)(?P<m>\d{{1,2}})(?:{_GAP}|月)(?P<d>\d{{1,2}})\W{{0,2}}日?"
)
_DOTTED = re.compile(r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})\W{0,2}(?:\w\.?)?")
_TWO_NUMBERS = re.compile(r"(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>\d{4})")
_WORD = r"(?P<word>[^\W\d_]{2,10})"
_OF = r"(?:de\W)?"
_NAMED = (
    re.compile(rf"(?P<d>\d{{1,2}}){_GAP}{_OF}{_WORD}{_GAP}{_OF}(?P<y>\d{{4}})\W{{0,2}}(?:\w\.?)?"),
    re.compile(rf"{_WORD}{_GAP}(?P<d>\d{{1,2}}){_GAP}(?P<y>\d{{4}})"),
    re.compile(rf"(?P<y>\d{{4}}){_GAP}{_WORD}{_GAP}(?P<d>\d{{1,2}})\.?"),
)


def earliest_on(printed: str) -> datetime | None:
    """The first moment (UTC) that may belong to the day printed; None where it may be another day."""
    day = _day(printed.strip("\u200e\u200f \t\u00a0").replace("\u200f", ""))
    if day is None or day.year not in _YEARS:
        return None
    return datetime.combine(day, time(), UTC) - _EASTERNMOST


def _day(text: str) -> date | None:
    if numbers := _YEAR_FIRST.fullmatch(text) or _DOTTED.fullmatch(text):
        return _date(numbers["y"], int(numbers["m"]), numbers["d"])
    if numbers := _TWO_NUMBERS.fullmatch(text):
        return _only_reading(numbers["y"], int(numbers["a"]), int(numbers["b"]))
    for form in _NAMED:
        if named := form.fullmatch(text):
            month = _MONTHS.get(named["word"].lower())
            return _date(named["y"], month, named["d"]) if month else None
    return None


def _only_reading(year: str, first: int, second: int) -> date | None:
    readings = {_date(year, first, second), _date(year, second, first)} - {None}
    return readings.pop() if len(readings) == 1 else None


def _date(year: str, month: int, day: str | int) -> date | None:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
