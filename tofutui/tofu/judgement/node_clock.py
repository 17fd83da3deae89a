"""The node's clock beside this machine's, and what printed names of time zones say."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tofutui.tofu.base.timestamps import Stamp
from tofutui.tofu.base.zones import may_be_doubled, summer_shift, zone_offset

_QUARTER = timedelta(minutes=15)

DOUBLED = "it is in the hour that the end of summer time repeats, so it is undated"
"""Why a time without a zone may not be one moment."""


@dataclass(frozen=True, slots=True)
class NodeClock:
    """The node's clock (``show clock``) beside this machine's."""

    local: datetime
    """What the node printed, without a zone."""
    zone: str
    """The zone's name as printed; "" if none was."""
    at: datetime
    """When it was read, by this machine (UTC)."""

    @property
    def skew_s(self) -> float:
        """Seconds that the node's clock is ahead of this machine's.

        Exact where the zone's name says its offset. Elsewhere the offset is taken to be the nearest quarter
        of an hour, so that a clock wrong by more than 7.5 minutes looks better than it is.
        """
        return _skew_s(self.local, self.zone, self.at)

    def utc_of(self, moment: datetime) -> datetime | None:
        """When this machine's clock showed what the node's showed as ``moment``; None if that is not known.

        A moment without a zone is dated by its age, so that neither the node's zone nor its skew matters. One
        with an offset needs the skew, and so a zone of the clock that says its own.
        """
        if moment.tzinfo is not None:
            known = zone_offset(self.zone) is not None
            return moment.astimezone(UTC) - timedelta(seconds=self.skew_s) if known else None
        if may_be_doubled(moment, self.local, self.zone):
            return None
        return self.at + (moment - self.local) - summer_shift(moment, self.local, self.zone)

    def dated(self, stamp: Stamp) -> tuple[datetime | None, str]:
        """When an event of a log happened (UTC), or why that is not known."""
        if stamp.zone and stamp.zone.upper() != self.zone.upper():
            return None, f"its time zone {stamp.zone} is not known, so it is undated"
        at = self.utc_of(stamp.at)
        if at is not None:
            return at, ""
        if stamp.at.tzinfo is not None:
            return None, "its time has an offset and the node's clock shows none, so it is undated"
        return None, DOUBLED


@lru_cache(maxsize=8)
def _skew_s(local: datetime, zone: str, at: datetime) -> float:
    """Asked for each row of both nodes."""
    ahead = local.replace(tzinfo=UTC) - at
    offset = zone_offset(zone)
    if offset is None:
        offset = round(ahead / _QUARTER) * _QUARTER
    return (ahead - offset).total_seconds()
