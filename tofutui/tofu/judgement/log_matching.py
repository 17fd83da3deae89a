"""Which rows the failures in a node's log speak of, and what they are worth."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tofutui.tofu.base.text import safe
from tofutui.tofu.base.timestamps import Stamp
from tofutui.tofu.judgement.evidence import LogHit, RowFacts, Strength
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import Failure
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import Fit, fit_log_name, fold
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.row_owner import Who

RECENT = timedelta(minutes=15)
"""How old a failure in a log may be at the listing to prove something."""
REPEATED = timedelta(minutes=2)
"""How old the last of several failures may be to prove something of a row whose beginning is not known."""
RETRY = timedelta(seconds=5)
"""How far apart two failures are at least to count as two: a node tries again after 30 s or more."""
CLOCK_STEP = timedelta(seconds=1)
"""``show clock`` prints whole seconds: a dated event may be that much older than it looks."""
FUTURE = timedelta(minutes=2)
"""How far ahead of the node's clock a stamp may be before it counts as no date."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The listing that failures are held against."""

    ended: datetime
    """By this machine's clock (UTC)."""
    began: datetime | None = None
    """When ``listcerts`` was sent; None: when it ended."""
    complete: bool = True


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
    listed: Listed,
    named_node: bool,
    now: datetime | None = None,
) -> Ties:
    """Which rows of one node the failures in its log speak of.

    Args:
        failures: what `read_log` found.
        rows: all rows of the node's table; those of other rows decide whether a name is unique.
        clock: the node's clock; without it nothing in a log is dated.
        listed: the listing that showed the rows.
        named_node: whether it is known that the log is this node's.
        now: this machine's time, where it is later than the listing: what was logged since is not ahead.
    """
    if not named_node:
        rows = [row for row in rows if row.who not in (Who.SELF, Who.LOOPBACK)]
    index = _Index(rows)
    dating = _Dating(clock, listed, max(listed.ended, now or listed.ended))
    named = [(failure, index.fitting(failure)) for failure in failures]
    claims = [_Claim(failure, tuple(rows), dating.events(failure)) for failure, rows in named if rows]
    scale = _Scale(dating, named_node, index.silent, _moments(claims))
    hits: dict[str, list[LogHit]] = {}
    for claim in claims:
        for fitting in claim.fitting:
            hit = scale.hit(claim, fitting)
            if hit is not None:
                hits.setdefault(fitting.row.id, []).append(hit)
    unmatched = tuple(failure for failure, rows in named if not rows)
    return Ties({id_: tuple(sorted(of_row, key=_rank)) for id_, of_row in hits.items()}, unmatched)


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
        self.silent = frozenset(row.id for row in rows if not _is_seen(row))

    def fitting(self, failure: Failure) -> list[_Fitting]:
        """The rows that a failure names; those it fits in full only, unless it may be cut down to its CN."""
        names = readings(failure.name)
        numbers = sorted({number for name in names for number in self._candidates(name)})
        fits = [fit for number in numbers if (fit := _fit_row(failure, self._rows[number]))]
        is_bare = all(len(name.pairs()) < 2 for name in names)
        in_full = [fitting for fitting in fits if fitting.fit is Fit.FULL]
        return fits if is_bare or not in_full else in_full

    def _candidates(self, name: DistinguishedName) -> Iterable[int]:
        """Rows that hold the rarest value of a name: a name that fits has all its values in the subject."""
        holders = (self._by_value.get(fold(value), {}) for _, value in name.pairs())
        return min(holders, key=len, default={})


def _is_seen(row: RowFacts) -> bool:
    """Whether the name that the row's endpoint presents is known."""
    certificate = row.presented.certificate
    return certificate is not None and certificate.subject is not None


def _subjects(row: RowFacts) -> Iterator[tuple[str, DistinguishedName, bool]]:
    """What a failure may name: the presented subjects (and whether it is the leaf's), else the stored one."""
    certificate = row.presented.certificate
    if certificate is None:
        if row.stored and row.stored.subject and not row.stored.more:
            yield "stored", row.stored.subject, True
        return
    for leaf in (certificate, *row.presented.also):
        if leaf.subject:
            yield "presented", leaf.subject, leaf is certificate


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
class _Event:
    """One of the times at which a failure happened."""

    stamp: Stamp | None
    at: datetime | None
    """By this machine's clock (UTC)."""
    undated: str
    """Why that is not known."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A failure, the rows that it names, and when it happened."""

    failure: Failure
    fitting: tuple[_Fitting, ...]
    events: tuple[_Event, ...]


@dataclass(frozen=True, slots=True)
class _Dating:
    """The dates of a log's stamps by this machine's clock."""

    clock: NodeClock | None
    listed: Listed
    now: datetime

    def events(self, failure: Failure) -> tuple[_Event, ...]:
        """All events of a failure, the last in the log first, those without a time as one."""
        undated = [_Event(None, None, "it is undated")] if failure.has_undated else []
        return (*map(self._event, reversed(failure.times)), *undated)

    def _event(self, stamp: Stamp) -> _Event:
        if self.clock is None:
            return _Event(stamp, None, "the node's clock is not known, so it is undated")
        at, why = self.clock.dated(stamp)
        if at is not None and at > self.now + FUTURE:
            return _Event(stamp, None, "its time is in the future by the node's clock")
        return _Event(stamp, at, why)


def _moments(claims: Iterable[_Claim]) -> dict[str, list[datetime]]:
    """When the failures happened that name a row's leaf in full, by the row's id, oldest first."""
    moments: dict[str, list[datetime]] = {}
    for claim in claims:
        for fitting in claim.fitting:
            if fitting.fit is Fit.FULL and fitting.is_leaf:
                dated = (event.at for event in claim.events if event.at is not None)
                moments.setdefault(fitting.row.id, []).extend(dated)
    for of_row in moments.values():
        of_row.sort()
    return moments


@dataclass(frozen=True, slots=True)
class _Scale:
    """Weighs what a failure says about a row."""

    dating: _Dating
    named_node: bool
    silent: frozenset[str]
    """The rows whose certificate was not seen: they may hold any name."""
    moments: dict[str, list[datetime]]

    def hit(self, claim: _Claim, fitting: _Fitting) -> LogHit | None:
        """What the strongest event of a failure says; None if all are older than the row."""
        doubts = self._doubts(claim, fitting)
        begun = fitting.row.incarnation
        hits = (
            self._weighed(claim, fitting, event, doubts)
            for event in claim.events
            if event.at is None or begun is None or event.at >= begun
        )
        return min(hits, key=_rank, default=None)

    def _weighed(self, claim: _Claim, fitting: _Fitting, event: _Event, doubts: list[str]) -> LogHit:
        own = [event.undated] if event.at is None else self._age_doubts(fitting.row, event.at)
        doubts = [*own, *doubts]
        text = _sentence(claim.failure, fitting, event)
        if doubts or fitting.fits == "stored":
            text += f" (no proof: {', '.join(doubts)})" if doubts else ""
            return LogHit(Strength.HINT, event.at, text, fitting.fits)
        return LogHit(Strength.PROOF, event.at, text, fitting.fits)

    def _age_doubts(self, row: RowFacts, at: datetime) -> list[str]:
        return age_doubts(row, at, self.dating.listed, self.moments.get(row.id, []))

    def _doubts(self, claim: _Claim, fitting: _Fitting) -> list[str]:
        """Why no event of a failure can prove anything of a row."""
        doubts = []
        if not self.dating.listed.complete:
            doubts.append("the listing is not complete")
        if not self.named_node:
            doubts.append("it is not known whose log it is")
        if fitting.fit is not Fit.FULL:
            doubts.append("only the CN fits")
        if len(claim.fitting) > 1:
            doubts.append(f"{len(claim.fitting)} rows fit")
        if self.silent - {fitting.row.id}:
            doubts.append("another row did not answer and may have this name")
        return [*doubts, *_certificate_doubts(fitting)]


def age_doubts(row: RowFacts, at: datetime, listed: Listed, moments: Sequence[datetime]) -> list[str]:
    """Why a refusal at that time (UTC) proves nothing of the row as it is now.

    ``moments`` are all refusals that name the row, oldest first.
    """
    doubts = []
    age = listed.ended - at
    if age > RECENT:
        doubts.append(f"it is {_age(age)} older than this listing")
    if row.deletion_sent_at is not None and at <= row.deletion_sent_at + CLOCK_STEP:
        doubts.append("a deletion of this row was sent after it")
    if row.incarnation is None and not _is_of_now(row, at, listed, moments):
        doubts.append("how long the row has been in the table is not known, and it did not happen again")
    begins = _not_before(row)
    if begins is not None and at < begins:
        doubts.append("it is older than the presented certificate")
    return doubts


def _is_of_now(row: RowFacts, at: datetime, listed: Listed, moments: Sequence[datetime]) -> bool:
    """Whether it happened since the listing began, or was the last of several just before."""
    if at >= (listed.began or listed.ended):
        return True
    if listed.ended - at > REPEATED:
        return False
    before = bisect_right(moments, at - RETRY)
    return before > 0 and not _is_void(row, moments[before - 1])


def _is_void(row: RowFacts, at: datetime) -> bool:
    """Whether an earlier event was about another life of the row, or another certificate."""
    begins, sent = _not_before(row), row.deletion_sent_at
    return (begins is not None and at <= begins) or (sent is not None and at <= sent + CLOCK_STEP)


def _certificate_doubts(fitting: _Fitting) -> list[str]:
    if fitting.row.presented.certificate is None:
        return []
    if not fitting.is_leaf:
        return ["it names another certificate of this endpoint"]
    return (
        []
        if _not_before(fitting.row)
        else ["the start of the presented certificate's validity cannot be read"]
    )


def _not_before(row: RowFacts) -> datetime | None:
    certificate = row.presented.certificate
    return certificate.not_before if certificate else None


def _sentence(failure: Failure, fitting: _Fitting, event: _Event) -> str:
    when = ""
    if event.stamp is not None:
        when = f" at {event.stamp.at:%Y-%m-%d %H:%M:%S}"
        when += " (date read as month/day)" if event.stamp.two_readings else ""
    times = f", {failure.count} times" if failure.count > 1 else ""
    return f"the node's log says TOFU failed{when} for the {fitting.fits} name {safe(failure.name)}{times}"


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
