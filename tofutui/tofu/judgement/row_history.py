"""What earlier comparisons saw of a row."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.judgement.evidence import Observation, Sighting


class Beginning(StrEnum):
    """Why an incarnation of a row began."""

    FIRST = "first seen"
    """In the first complete listing there is: how old the row was then is not known."""
    APPEARED = "appeared"
    """In a complete listing after one without it."""
    TEXT = "text changed"
    REDEPLOYED = "host key changed"
    LEARNED = "learned again"
    """The operator stated it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate that an endpoint presented for as long as nothing else was seen."""

    sha256: str
    first: datetime
    last: datetime
    not_before: datetime | None
    sole: bool
    """Whether the endpoint was asked for other certificates as well, and had none."""
    silent: datetime | None = None
    """The newest look since ``last`` at which nothing was presented."""
    baseline: str = ""
    """How and where the endpoint was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incarnation:
    """One life of a row: from when a listing shows it until one does not."""

    key: str
    text: str
    beginning: Beginning
    began: datetime
    last: datetime
    """Of the listings that show it, the last so far."""
    ended: datetime | None = None
    known_sha256: str | None = None
    """The certificate that the node must have learned, if it could be watched."""
    absent_at: datetime | None = None
    """The listing without it before it appeared."""
    shown: tuple[Shown, ...] = ()
    """What its endpoint presented meanwhile, oldest first."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of one row, oldest incarnation first."""

    incarnations: tuple[Incarnation, ...] = ()

    @property
    def current(self) -> Incarnation | None:
        """The incarnation that lasts."""
        for life in reversed(self.incarnations):
            if life.ended is None:
                return life
        return None

    @property
    def began(self) -> datetime | None:
        """Since when evidence counts; None where the beginning was not seen."""
        now = self.current
        return None if now is None or now.beginning is Beginning.FIRST else now.began

    @property
    def first_sighting(self) -> Sighting | None:
        """What was presented when the incarnation was first seen."""
        now = self.current
        if now is None:
            return None
        if not now.shown:
            return Sighting(None, now.began)
        first = now.shown[0]
        since: dict[str, datetime] = {}
        for span in now.shown:
            since.setdefault(span.sha256, span.first)
        return Sighting(
            first.sha256,
            first.first,
            first.not_before,
            silent_since=now.began if now.began < first.first else None,
            since=tuple(since.items()),
        )

    @property
    def observation(self) -> Observation | None:
        """The certificate watched while the node learned it."""
        now = self.current
        if now is None or now.known_sha256 is None or now.absent_at is None:
            return None
        return Observation(now.known_sha256, now.absent_at, now.began)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSeen:
    """One row of a complete listing beside what its endpoint presented."""

    key: str
    text: str
    """The stored subject as the node prints it; "" for a remote that has no row."""
    stored: bool
    baseline: str
    """How and where the endpoint was asked; what was seen elsewhere is not comparable."""
    sha256: str | None = None
    not_before: datetime | None = None
    sole: bool = False
    asked_at: datetime | None = None
    """When the endpoint was asked; without it and a certificate, nothing is known of it at this listing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One complete listing of one node with what its rows' endpoints presented."""

    session: str
    role: str
    address: str
    """Where this machine connects to the node: ``host:port``."""
    host_key: str | None
    at: datetime
    rows: tuple[RowSeen, ...]


@dataclass(frozen=True, slots=True)
class WhatChanged:
    """Of which rows a look changed what is remembered; true if of any."""

    keys: frozenset[str] = frozenset()
    others: bool = False
    """Whether it may be any row: another program listed the node, or the node or a clock is another one."""

    def __bool__(self) -> bool:
        return self.others or bool(self.keys)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What verdicts need of a node's history: the rows that last, without their earlier incarnations."""

    listed: datetime | None = None
    """When the newest complete listing was; None if there was none."""
    rows: dict[str, Past] = field(default_factory=dict)
    """By key; presentations only of the baseline that the key has."""
    host_key: str | None = None
    """``SHA256:…`` of the SSH host key at that listing."""


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """A node that there is a history of."""

    role: str
    address: str
    """Where this machine connected to it: ``host:port``."""
    listed: datetime | None
    """When the newest complete listing was."""
