"""Deletions, frozen when they are proposed: what a dialog shows is what runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

WAITING = "waiting"
READING = "reading the table again"
"""What a step says before it is begun: nothing of it was sent, and it can still be stopped."""
PROBING = "probing the endpoint again"
SENT = "sent; the node has not answered yet"
LISTING = "listing again"
"""What a step says next, in this order."""


class VerdictClass(StrEnum):
    """What of a verdict is confirmed with a deletion; within a class it may change meanwhile."""

    STALE = "stale"
    """Stale, about a remote host: deleted without typing its key."""
    OWN_STALE = "stale, about the node itself"
    PROVEN = "proven"
    OTHER = "not stale"

    @classmethod
    def of(cls, entry: Entry) -> "VerdictClass":
        """The class of a row's verdict."""
        if entry.verdict.is_stale:
            return cls.STALE if entry.is_stale_remote else cls.OWN_STALE
        return cls.PROVEN if entry.verdict is Verdict.PROVEN else cls.OTHER


class Outcome(StrEnum):
    """How a deletion ended, as later listings show it."""

    GONE = "gone"
    """Absent in a complete listing."""
    CAME_BACK = "came back"
    """Present again with the certificate presented now, after it was absent or had another text."""
    STILL_THERE = "still there"
    """The prompt came back, and two listings show the row: ignored, or learned again from what is seen."""
    CANNOT_TELL = "cannot tell"
    """Present with the same text, which equals the presented subject: ignored, or learned again at once."""
    UNKNOWN = "unknown"
    """The node did not finish the command, or no listing could be read since; a later listing decides."""
    REFUSED = "refused"
    """Not sent: something was not as it was when the plan was made."""
    NOT_RUN = "not sent"
    """An earlier step of the batch ended neither gone nor came back, or the operator stopped the batch."""

    @property
    def is_good(self) -> bool:
        """Whether a batch may go on after it."""
        return self in (Outcome.GONE, Outcome.CAME_BACK)

    @property
    def was_sent(self) -> bool:
        """Whether the command went to the node."""
        return self not in (Outcome.REFUSED, Outcome.NOT_RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """One row to delete on one node, with everything the operator was shown."""

    role: Role
    host: str
    shown_address: str
    hostname: str
    """The host name in the prompt when the plan was made; another one refuses the deletion."""
    host_key: str | None
    """SHA-256 fingerprint of the node's SSH host key."""
    entry: Entry
    key: str
    command: str
    must_type: tuple[str, ...] = ()
    """What has to be typed before deleting is enabled, nothing for a stale remote row.

    The key of a row that is not stale or is the node's own; the host name too where the node's HA role is
    contrary to the pane, or not known."""
    notices: tuple[str, ...] = ()
    """What the node printed that the operator should know: another user is logged in …"""
    journal_mark: int = 0
    """The newest journal entry about this node when the listing confirmed began; a deletion of this row with
    a higher number was sent since then."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Deletions in the order in which they will run."""

    deletions: tuple[Deletion, ...]
    number: int = 0
    """Which proposal of its executor it is; it stays with what is left of a plan, and each runs once."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """The nodes it touches."""
        return tuple(role for role in Role if any(d.role is role for d in self.deletions))


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Rows in the order in which a plan deletes them: the primary's first, the peer before others."""
    roles = list(Role)
    return sorted(entries, key=lambda entry: (roles.index(entry.role), entry.who is not Who.PEER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far one deletion of a running plan is."""

    deletion: Deletion
    outcome: Outcome | None = None
    """None while it waits or runs."""
    text: str = ""
    """What is going on, or what the outcome rests on, in one sentence."""
    words: str = ""
    """The appliance's own answer to the command."""
    at: datetime | None = None

    @property
    def is_begun(self) -> bool:
        """Whether it is too late to stop before it."""
        return self.outcome is not None or self.text not in ("", WAITING, READING)
