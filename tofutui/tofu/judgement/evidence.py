"""What is known about a row, and since when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.judgement.verdict import Kind
from tofutui.tofu.names.match import NameComparison
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint, normalise_host
from tofutui.tofu.site.role import Role
from tofutui.tofu.site.row_owner import Who


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
    """When the current row began (UTC); evidence older than this never counts. None: not known."""
    deletion_sent_at: datetime | None = None
    """When a deletion of this row was sent last (UTC), by anyone: older evidence is a hint at most."""


@dataclass(frozen=True, slots=True)
class OperatorWord:
    """The operator stated that this host's certificate was re-issued."""

    host: str
    port: int | None
    """None: all ports of the host."""
    at: datetime
    """When it was stated (UTC)."""
    by: str = ""
    """Who stated it; "" where that is not known."""
    number: int = 0
    """Its number in the history; 0 where it counts for one run only."""

    def concerns(self, endpoint: Endpoint) -> bool:
        """Whether it is about this endpoint."""
        return normalise_host(self.host) == endpoint.host and self.port in (None, endpoint.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserWord:
    """What a page of Prime Infrastructure showed about a refused connection, as the operator entered it."""

    text: str
    role: Role | None
    """The node that refused the connection; None: not known."""
    at: datetime
    """When it was entered (UTC)."""
    by: str = ""
    number: int = 0
    """As those of an `OperatorWord`."""


Word = OperatorWord | BrowserWord


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """An imported certificate that was assigned to a row: what the node's store holds."""

    sha256: str
    """64 lower-case hex digits."""
    source: str
    """The file it came from, for the reader."""
    subject: DistinguishedName | None
    doubt: str = ""
    """Why it proves nothing about this row; "" if nothing speaks against it."""
    at: datetime | None = None
    """When it was exported at the earliest (UTC); None if nothing says when."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A certificate that was watched while the node learned it.

    The row was absent in one complete listing and present in the next, the last probe before and the first
    after saw this certificate, and the endpoint showed no other to the extra probes.
    """

    sha256: str
    absent_at: datetime
    present_at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was presented when this incarnation of a row was first seen."""

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
    """A failure in a node's log, or in the browser's words, that names a row of this node."""

    strength: Strength
    at: datetime | None
    """When it happened by this machine's clock (UTC); None if undated."""
    text: str
    """One sentence; says why it is only a hint."""
    fits: str
    """``presented`` or ``stored``: the subject it names."""
    kind: Kind = Kind.LOG
    """`Kind.LOG` or `Kind.BROWSER`."""
