"""Deletions, frozen when they are proposed: what a dialog shows is what runs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.comparison import Entry
from tofutui.tofu.session import Role


class Outcome(StrEnum):
    """How a deletion ended, as a second listing shows it (part 8.4 of the design)."""

    GONE = "gone"
    """Absent in a complete listing."""
    CAME_BACK = "came back"
    """Present again with the certificate presented now, after it was absent or had another text."""
    STILL_THERE = "still there"
    """Present with the same text, which differs from the presented subject: it did not work."""
    CANNOT_TELL = "cannot tell"
    """Present with the same text, which equals the presented subject: ignored, or learned again at once."""
    UNKNOWN = "unknown"
    """The link was lost after sending; the next listing decides."""
    REFUSED = "refused"
    """Not sent: something was not as it was when the plan was made."""
    NOT_RUN = "not run"
    """Not sent: an earlier step of the batch ended otherwise than gone or came back."""

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

    The key of a row that is not stale or is the node's own; the host name too where the node's role is
    contrary to the pane."""
    notices: tuple[str, ...] = ()
    """What the node said that the operator should know: another user is logged in …"""
    incarnation: datetime | None = None
    """When the row confirmed was seen to be learned, if that was seen; another one is another row."""


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
