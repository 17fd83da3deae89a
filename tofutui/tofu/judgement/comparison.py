"""One live comparison as data: what both tables hold, beside what is presented now.

The workbench writes it, screens and reports read it. Node views are changed in place while rows arrive;
an `Entry` never changes, it is replaced.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tofutui.tofu.certificates.presented import PENDING, Presented
from tofutui.tofu.judgement.verdict import Judgement, Verdict
from tofutui.tofu.site.endpoint import DELETE_COMMAND, Endpoint, is_plain_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role, Session

if TYPE_CHECKING:
    from tofutui.tofu.cli_output.listing import StoredSubject
    from tofutui.tofu.cli_output.status import HaState
    from tofutui.tofu.logs.failures import Failure, OtherCause
    from tofutui.tofu.names.match import NameComparison

UNJUDGED = Judgement(Verdict.PENDING, ())


class Phase(StrEnum):
    """How far a node's listing is."""

    IDLE = "idle"
    CONNECTING = "connecting"
    LISTING = "listing"
    LISTED = "listed"
    """The last listing is complete."""
    PARTIAL = "partial"
    """The last listing arrived, but is not complete."""
    FAILED = "failed"
    """No listing was read; rows of an earlier one may still be shown, as old."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self in (Phase.CONNECTING, Phase.LISTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a node's table (or an expected one that is not there) with everything known about it."""

    id: str
    """Stable within its table over refreshes: the key, or a stand-in for unreadable and doubled lines."""
    role: Role
    key: str | None
    raw: str
    endpoint: Endpoint | None
    who: Who
    name: str
    stored: "StoredSubject | None"
    presented: Presented = PENDING
    names: "NameComparison | None" = None
    judgement: Judgement = UNJUDGED
    doubled: bool = False
    """The key appears twice in the list: never deleted."""
    incarnation: datetime | None = None
    """When a listing of this run showed the row as it is for the first time; another one is another row."""
    unseen: bool = False
    """Not in the newest listing, which is not complete: what is shown is older."""

    @property
    def verdict(self) -> Verdict:
        """The verdict of the judgement."""
        return self.judgement.verdict

    @property
    def is_stored(self) -> bool:
        """Whether the node holds a row for it (an unreadable line included)."""
        return bool(self.raw)

    @property
    def delete_command(self) -> str | None:
        """The exact command that deletes this row; None where the key is missing or not plain."""
        if self.key is None or not self.is_stored or not is_plain_key(self.key):
            return None
        return DELETE_COMMAND + self.key

    @property
    def is_stale_remote(self) -> bool:
        """Whether it belongs into a plan: stale and about another server."""
        return self.verdict.is_stale and self.who.is_remote

    @property
    def sha256(self) -> str | None:
        """Fingerprint of the certificate presented now, if one was seen."""
        return self.presented.certificate.sha256 if self.presented.certificate else None


@dataclass(slots=True, kw_only=True)
class NodeView:
    """One node as it was last seen."""

    role: Role
    host: str
    shown_address: str
    hostname: str | None = None
    """As the prompt shows it."""
    version: str | None = None
    other_product: str = ""
    """What it is, in its own words, if not Prime Infrastructure."""
    ha: "HaState | None" = None
    clock_skew_s: float | None = None
    """Seconds that the node's clock is ahead of this machine's."""
    phase: Phase = Phase.IDLE
    since: datetime | None = None
    """When the phase under way began (UTC)."""
    patience: float | None = None
    """Seconds after which a listing under way is given up; None: not known."""
    complete: bool = False
    """Whether the rows shown are a complete listing."""
    error: str | None = None
    lost_at: datetime | None = None
    """Since when there is no link to it (UTC); None while there is one, or before the first."""
    barred: bool = False
    """Whether only the operator may try again: it refused the login, or its question was not answered."""
    listed_at: datetime | None = None
    """When the listing shown ended (UTC)."""
    notices: tuple[str, ...] = ()
    """What stays on the screen: another user is logged in, a role contrary to the pane …"""
    unknown: tuple[str, ...] = ()
    """Lines that it printed and no parser knows, bounded."""
    legacy_ssh: bool = False
    recorded: bool = False
    """As a transcript shows it: its times are the node's own, and nothing is known of it since."""
    entries: dict[str, Entry] = field(default_factory=dict)

    def ordered(self) -> list[Entry]:
        """The entries in the order of the screen and of reports: by verdict, then as the node lists them."""
        return sorted(self.entries.values(), key=lambda entry: entry.verdict.look.rank)


@dataclass(frozen=True, slots=True)
class TiedFailure:
    """A TOFU failure that fits no row, and the node whose log held it (None: not known)."""

    role: Role | None
    failure: "Failure"
    meaning: str


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Both tables beside the certificates presented."""

    session: Session
    nodes: dict[Role, NodeView]
    seen_from: str
    taken_at: datetime | None = None
    failures: tuple[TiedFailure, ...] = ()
    """TOFU failures in logs that fit no row."""
    not_tofu: "tuple[OtherCause, ...]" = ()
    unread: tuple[str, ...] = ()
    """What was named as evidence (logs, exports) and not read, or not whole: one sentence each."""

    @property
    def complete(self) -> bool:
        """Whether every node's listing is complete."""
        return all(node.complete for node in self.nodes.values())

    def entries(self) -> Iterator[Entry]:
        """All entries of all nodes, the primary's first."""
        for role in Role:
            if role in self.nodes:
                yield from self.nodes[role].entries.values()

    def counts(self) -> dict[Verdict, int]:
        """Remote rows by verdict."""
        return count(entry for entry in self.entries() if entry.who.is_remote)

    def own_stale(self) -> int:
        """Stale rows that nodes hold about themselves or the virtual IP."""
        return sum(1 for e in self.entries() if e.verdict.is_stale and not e.who.is_remote)

    def exit_code(self, *, strict: bool = False) -> int:
        """The exit code of `check`: 0, 1, 3 or 4; ``strict``: what is not known counts as not complete."""
        counts = self.counts()
        if not self.complete or (strict and any(node.unknown for node in self.nodes.values())):
            return 3
        if counts[Verdict.MISMATCH] or counts[Verdict.SUSPECT]:
            return 1
        if self.unread:
            return 3
        unjudged = counts[Verdict.NO_ANSWER] + counts[Verdict.UNREADABLE]
        return 4 if unjudged and self.session.probe.via != "off" else 0


def count(entries: Iterable[Entry]) -> dict[Verdict, int]:
    """How many entries carry each verdict; every verdict is there."""
    counted = Counter(entry.verdict for entry in entries)
    return {verdict: counted[verdict] for verdict in Verdict}
