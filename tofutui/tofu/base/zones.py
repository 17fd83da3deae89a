"""Printed names of time zones: their offsets, and when their summer time ends.

The rules are those in force since 2007 (European Union since 1996), from the IANA time zone database. They
only ever take a date away, so that a rule that changes makes evidence weaker and never stronger.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_HOUR = timedelta(hours=1)
_LONGEST_PROOF = timedelta(hours=3)
"""How long before a reading of the clock a change of the clock in between is looked for."""


@dataclass(frozen=True, slots=True)
class _Summer:
    """When summer time begins and ends: month, and which Sunday of it (-1: the last)."""

    begins: tuple[int, int]
    ends: tuple[int, int]
    hour: int
    """The hour on the wall at which the doubled hour begins."""

    def season(self, moment: datetime) -> bool | None:
        """Whether it is summer time; None in the hour that is doubled at its end."""
        begin, end = self._begin(moment.year), self.doubled(moment.year)
        if end <= moment < end + _HOUR:
            return None
        if begin < end:
            return begin <= moment < end
        return moment < end or moment >= begin

    def doubled(self, year: int) -> datetime:
        """When the doubled hour of a year begins, on the wall."""
        return _sunday(year, *self.ends).replace(hour=self.hour)

    def _begin(self, year: int) -> datetime:
        return _sunday(year, *self.begins).replace(hour=2)


_EUROPE = {hour: _Summer((3, -1), (10, -1), 1 + hour) for hour in range(3)}
"""By the standard offset: the whole of Europe changes at the same moment, 01:00 UTC."""
_AMERICA = _Summer((3, 2), (11, 1), 1)
_AUSTRALIA = _Summer((10, 1), (4, 1), 2)
_NEW_ZEALAND = _Summer((9, -1), (4, 1), 2)
_RULES = (*_EUROPE.values(), _AMERICA, _AUSTRALIA, _NEW_ZEALAND)


@dataclass(frozen=True, slots=True)
class _Zone:
    hours: float
    """East of Greenwich."""
    rule: _Summer | None = None
    summer: bool = False


def _pair(standard: str, summer: str, hours: float, rule: _Summer) -> dict[str, _Zone]:
    return {standard: _Zone(hours, rule), summer: _Zone(hours + 1, rule, summer=True)}


_FIXED = {
    "UTC": 0, "UCT": 0, "Z": 0, "SAST": 2, "MSK": 3, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "BRT": -3, "HST": -10,
}  # fmt: skip
_ZONES = {
    **{name: _Zone(hours) for name, hours in _FIXED.items()},
    "GMT": _Zone(0, _EUROPE[0]),
    **_pair("WET", "WEST", 0, _EUROPE[0]),
    **_pair("CET", "CEST", 1, _EUROPE[1]),
    **_pair("MET", "MEST", 1, _EUROPE[1]),
    **_pair("EET", "EEST", 2, _EUROPE[2]),
    **_pair("EST", "EDT", -5, _AMERICA),
    "CDT": _Zone(-5, _AMERICA, summer=True),
    **_pair("MST", "MDT", -7, _AMERICA),
    **_pair("PST", "PDT", -8, _AMERICA),
    **_pair("AKST", "AKDT", -9, _AMERICA),
    **_pair("AEST", "AEDT", 10, _AUSTRALIA),
    **_pair("ACST", "ACDT", 9.5, _AUSTRALIA),
    **_pair("NZST", "NZDT", 12, _NEW_ZEALAND),
}
"""Abbreviations that mean one offset; CST, IST and BST mean too many."""


@lru_cache(maxsize=256)
def zone_offset(zone: str) -> timedelta | None:
    """How far east of Greenwich a zone lies by its printed name (``UTC``, ``CEST``, ``+02``, ``GMT-03:30``).

    None if the name does not say it.
    """
    known = _ZONES.get(zone.upper())
    if known is not None:
        return timedelta(hours=known.hours)
    number = zone.upper().removeprefix("UTC").removeprefix("GMT")
    digits = number[1:].replace(":", "")
    if number[:1] not in ("+", "-") or not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) not in (2, 4) and (len(digits) != 1 or number == zone):
        return None
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        return None
    size = timedelta(hours=hours, minutes=minutes)
    return -size if number[0] == "-" else size


def summer_shift(moment: datetime, now: datetime, zone: str) -> timedelta:
    """How much greater the offset of a zone was at a moment on its wall than it is ``now``."""
    rule = _rule_in_force(now, zone)
    if rule is None:
        return timedelta()
    return _HOUR * (int(rule.season(moment) or False) - int(_ZONES[zone.upper()].summer))


def may_be_doubled(moment: datetime, now: datetime, zone: str) -> bool:
    """Whether a time without a zone may be two moments, or may lie on the other side of a change of clocks.

    Args:
        moment: on the wall of a node.
        now: what its clock shows.
        zone: the name of the zone that its clock prints.
    """
    if zone.upper() not in _ZONES:
        return any(_is_near(moment, now, rule.doubled(moment.year)) for rule in _RULES)
    rule = _rule_in_force(now, zone)
    return rule is not None and rule.season(moment) is None


def _rule_in_force(now: datetime, zone: str) -> _Summer | None:
    """The rule of a zone, unless its clock does not keep it: no summer time in the season for it."""
    known = _ZONES.get(zone.upper())
    if known is None or known.rule is None or known.rule.season(now) not in (None, known.summer):
        return None
    return known.rule


def _is_near(moment: datetime, now: datetime, doubled: datetime) -> bool:
    """Whether a time is in a doubled hour, or so shortly before that its age may be an hour more."""
    if doubled <= moment < doubled + _HOUR:
        return True
    return moment < doubled <= now and now - moment <= _LONGEST_PROOF


@lru_cache(maxsize=256)
def _sunday(year: int, month: int, number: int) -> datetime:
    days = (datetime(year, month, 1) + timedelta(days=day) for day in range(monthrange(year, month)[1]))
    sundays = [day for day in days if day.weekday() == 6]
    return sundays[number - 1 if number > 0 else number]
