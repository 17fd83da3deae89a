"""What is known about a row, and since when."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tofutui.tofu.endpoint import Endpoint, normalise_host
from tofutui.tofu.failures import Failure
from tofutui.tofu.listing import StoredSubject
from tofutui.tofu.name_match import fold
from tofutui.tofu.names import DistinguishedName, Fit, NameComparison, fit_log_name, readings
from tofutui.tofu.presented import Presented
from tofutui.tofu.site import Who
from tofutui.tofu.text import safe

RECENT = timedelta(minutes=15)
"""How old a failure in a log may be at the listing to prove something (rule 4 of the design)."""
FUTURE = timedelta(minutes=2)
"""How far ahead of the node's clock a stamp may be before it counts as no date."""
_QUARTER = timedelta(minutes=15)
_ZONES = {
    **dict.fromkeys(("UTC", "GMT", "UCT", "Z", "WET"), 0),
    **dict.fromkeys(("CET", "MET", "WEST"), 1),
    **dict.fromkeys(("CEST", "MEST", "EET", "SAST"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **dict.fromkeys(("HKT", "SGT", "AWST"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    **{"AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
    **{"BRT": -3, "EDT": -4, "EST": -5, "CDT": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKST": -9},
}
"""Hours east of Greenwich of common abbreviations; CST, IST and BST mean too many things."""


@dataclass(frozen=True, slots=True)
class NodeClock:
    """The node's clock (``show clock``) beside this machine's."""

    local: datetime
    """What the node said, without a zone."""
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
        ahead = self.local.replace(tzinfo=UTC) - self.at
        offset = zone_offset(self.zone)
        if offset is None:
            offset = round(ahead / _QUARTER) * _QUARTER
        return (ahead - offset).total_seconds()

    def utc_of(self, local: datetime) -> datetime:
        """When this machine's clock showed what the node's showed as ``local``.

        By age, so that neither the node's zone nor its skew matters; a stamp with an offset of its own needs
        the skew.
        """
        if local.tzinfo is not None:
            return local.astimezone(UTC) - timedelta(seconds=self.skew_s)
        return self.at + (local - self.local)


def zone_offset(zone: str) -> timedelta | None:
    """How far east of Greenwich a zone lies by its printed name (``UTC``, ``CEST``, ``+02``, ``-0330``).

    None if the name does not say it.
    """
    hours = _ZONES.get(zone.upper())
    if hours is not None:
        return timedelta(hours=hours)
    digits = zone[1:].replace(":", "")
    if (
        zone[:1] not in ("+", "-")
        or len(digits) not in (2, 4)
        or not (digits.isascii() and digits.isdecimal())
    ):
        return None
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -size if zone[0] == "-" else size


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """One row as far as evidence and judgement care."""

    id: str
    who: Who
    stored: StoredSubject | None
    presented: Presented
    names: NameComparison | None
    """None while there is no certificate to compare with."""
    incarnation: datetime | None
    """When the row as it stands began (UTC); evidence older than this never counts. None: not known."""


@dataclass(frozen=True, slots=True)
class OperatorWord:
    """The operator said that this host's certificate was re-issued."""

    host: str
    port: int | None
    """None: all ports of the host."""
    at: datetime
    """When it was said (UTC)."""

    def concerns(self, endpoint: Endpoint) -> bool:
        """Whether it is about this endpoint."""
        return normalise_host(self.host) == endpoint.host and self.port in (None, endpoint.port)


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """An imported certificate that was assigned to a row: what the node's store holds."""

    sha256: str
    """64 lower-case hex digits."""
    source: str
    """The file it came from, for the reader."""
    subject: DistinguishedName | None


@dataclass(frozen=True, slots=True)
class Observation:
    """A certificate that was watched while the node learned it (rule 5 of the design).

    The row was absent in one complete listing and present in the next, the last probe before and the first
    after saw this certificate, and the endpoint showed no other to the extra probes.
    """

    sha256: str
    absent_at: datetime
    present_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was presented when this incarnation of a row was first seen (rule 6 of the design)."""

    sha256: str | None
    """None if nothing was presented so far."""
    at: datetime
    """When that was; without a certificate, when the row was first seen."""
    not_before: datetime | None = None
    silent_since: datetime | None = None
    """When the row was first seen, if its endpoint presented nothing then."""
    since: tuple[tuple[str, datetime], ...] = ()
    """The certificates presented in this incarnation, by SHA-256, and when each was first seen."""


class Strength(StrEnum):
    """What a failure in a log is worth."""

    PROOF = "proof"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class LogHit:
    """A failure in a node's log that names a row of this node."""

    strength: Strength
    at: datetime | None
    """When it happened by this machine's clock (UTC); None if undated."""
    text: str
    """One sentence; says why it is only a hint."""
    fits: str
    """``presented`` or ``stored``: the subject it names."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Failures tied to rows."""

    hits: dict[str, tuple[LogHit, ...]] = field(default_factory=dict)
    """By the row's id, strongest and newest first; rows without a hit have no place."""
    unmatched: tuple[Failure, ...] = ()
    """Failures that fit no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitting:
    """A failure that names a row's subject."""

    row: RowFacts
    fit: Fit
    fits: str
    is_leaf: bool = True


def tie_failures(
    failures: Iterable[Failure],
    rows: Sequence[RowFacts],
    *,
    clock: NodeClock | None,
    listed_at: datetime,
    named_node: bool,
    now: datetime | None = None,
) -> Ties:
    """Which rows of one node the failures in its log speak of (rules 1 and 4 of the design).

    Args:
        failures: what `read_log` found.
        rows: all rows of the node's table; those of other rows decide whether a name is unique.
        clock: the node's clock; without it nothing in a log is dated.
        listed_at: when the listing ended (UTC).
        named_node: whether it is known that the log is this node's.
        now: this machine's time, where it is later than the listing: what was logged since is no future.
    """
    hits: dict[str, list[LogHit]] = {}
    unmatched = []
    if not named_node:
        rows = [row for row in rows if row.who not in (Who.SELF, Who.LOOPBACK)]
    index = _Index(rows)
    dating = _Dating(clock, listed_at, max(listed_at, now or listed_at))
    for failure in failures:
        found = index.fitting(failure)
        if not found:
            unmatched.append(failure)
        for one in found:
            hit = _hit(failure, one, found, dating, named_node)
            if hit is not None:
                hits.setdefault(one.row.id, []).append(hit)
    return Ties({id_: tuple(sorted(of_row, key=_rank)) for id_, of_row in hits.items()}, tuple(unmatched))


def _rank(hit: LogHit) -> tuple[bool, float]:
    return hit.strength is not Strength.PROOF, -hit.at.timestamp() if hit.at else 0.0


class _Index:
    """The rows by the values in their names, so that many failures and many rows do not multiply."""

    def __init__(self, rows: Sequence[RowFacts]) -> None:
        self._rows = rows
        self._by_value: dict[str, dict[int, None]] = {}
        for number, row in enumerate(rows):
            for _, subject, _ in _subjects(row):
                for _, value in subject.pairs():
                    self._by_value.setdefault(fold(value), {})[number] = None

    def fitting(self, failure: Failure) -> list[_Fitting]:
        """The rows that a failure names; those it fits in full only, unless it may be cut down to its CN."""
        found = readings(failure.name)
        numbers = sorted({number for name in found for number in self._candidates(name)})
        fits = [fit for number in numbers if (fit := _fit_row(failure, self._rows[number]))]
        is_bare = all(len(name.pairs()) < 2 for name in found)
        in_full = [one for one in fits if one.fit is Fit.FULL]
        return fits if is_bare or not in_full else in_full

    def _candidates(self, name: DistinguishedName) -> Iterable[int]:
        """Rows that hold the rarest value of a name: a name that fits has all its values in the subject."""
        holders = (self._by_value.get(fold(value), {}) for _, value in name.pairs())
        return min(holders, key=len, default={})


def _subjects(row: RowFacts) -> Iterator[tuple[str, DistinguishedName, bool]]:
    """What a failure may name: the presented subjects (and whether it is the leaf's), else the stored one."""
    certificate = row.presented.certificate
    if certificate is None:
        if row.stored and row.stored.subject and not row.stored.more:
            yield "stored", row.stored.subject, True
        return
    for one in (certificate, *row.presented.also):
        if one.subject:
            yield "presented", one.subject, one is certificate


def _fit_row(failure: Failure, row: RowFacts) -> _Fitting | None:
    """The best fit of a row, the leaf's first."""
    best = None
    for fits, subject, is_leaf in _subjects(row):
        fit = fit_log_name(failure.name, subject)
        if fit is Fit.FULL:
            return _Fitting(row=row, fit=fit, fits=fits, is_leaf=is_leaf)
        if fit is not Fit.NONE and best is None:
            best = _Fitting(row=row, fit=fit, fits=fits, is_leaf=is_leaf)
    return best


@dataclass(frozen=True, slots=True)
class _Dating:
    clock: NodeClock | None
    listed_at: datetime
    now: datetime

    def of(self, failure: Failure) -> tuple[datetime | None, str]:
        """When a failure last happened (UTC), and why that is not known."""
        if failure.last is None:
            return None, "it is undated"
        if self.clock is None:
            return None, "the node's clock is not known, so it is undated"
        at = self.clock.utc_of(failure.last)
        if at > self.now + FUTURE:
            return None, "its time is in the future by the node's clock"
        return at, ""


def _hit(
    failure: Failure, one: _Fitting, found: list[_Fitting], dating: _Dating, named_node: bool
) -> LogHit | None:
    at, undated = dating.of(failure)
    if at is not None and one.row.incarnation is not None and at < one.row.incarnation:
        return None
    doubts = [undated] if undated else []
    if not named_node:
        doubts.append("nobody said whose log it is")
    if at is not None and dating.listed_at - at > RECENT:
        doubts.append(f"it is {_age(dating.listed_at - at)} older than this listing")
    if one.fit is not Fit.FULL:
        doubts.append("only the CN fits")
    if len(found) > 1:
        doubts.append(f"{len(found)} rows fit")
    doubts += _certificate_doubts(one, at)
    text = _sentence(failure, one)
    if one.fits == "stored" or doubts:
        text += f" (no proof: {', '.join(doubts)})" if doubts else ""
        return LogHit(Strength.HINT, at, text, one.fits)
    return LogHit(Strength.PROOF, at, text, one.fits)


def _certificate_doubts(one: _Fitting, at: datetime | None) -> list[str]:
    certificate = one.row.presented.certificate
    if certificate is None:
        return []
    if not one.is_leaf:
        return ["it names another certificate of this endpoint"]
    if certificate.not_before is None:
        return ["the presented certificate's begin cannot be read"]
    if at is not None and at < certificate.not_before:
        return ["it is older than the presented certificate"]
    return []


def _sentence(failure: Failure, one: _Fitting) -> str:
    when = f" at {failure.last:%Y-%m-%d %H:%M:%S}" if failure.last else ""
    times = f", {failure.count} times" if failure.count > 1 else ""
    return f"the node's log says TOFU failed{when} for the {one.fits} name {safe(failure.name)}{times}"


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
