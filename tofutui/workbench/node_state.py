"""The transitions of a node's view: the only module that assigns to one. Others ask for a transition."""

from datetime import datetime

from tofutui.appliance.errors import ApplianceError, may_be_retried
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.cli_output.status import HaState, VersionInfo, parse_ha_status, parse_version
from tofutui.tofu.cli_output.transcript import Recording
from tofutui.tofu.judgement.comparison import NodeView, Phase
from tofutui.tofu.site.session import Role, Session


def new_view(session: Session, role: Role) -> NodeView:
    """A node of which nothing is known yet."""
    node = session.nodes[role]
    return NodeView(role=role, host=node.host, shown_address=node.shown_address, legacy_ssh=node.legacy_ssh)


def from_transcript(view: NodeView, recording: Recording) -> None:
    """The node is read from a transcript, which also says what it can about the node itself."""
    view.recorded = True
    view.hostname = recording.host
    version_read(view, parse_version(recording.version))
    view.ha = parse_ha_status(recording.ha)
    view.host = view.host or recording.host or recording.source
    view.shown_address = view.shown_address or f"transcript {recording.source}"


def connecting(view: NodeView, at: datetime) -> None:
    """A refresh begins."""
    view.phase, view.since = Phase.CONNECTING, at
    view.error = None


def met(view: NodeView, hostname: str | None, *, replaced: bool) -> None:
    """A login succeeded; ``replaced``: another machine than before answered."""
    if replaced:
        view.ha = None
    view.hostname = hostname or view.hostname
    answered(view)


def listing(view: NodeView, at: datetime, patience: float) -> None:
    """The table was asked for; after ``patience`` seconds the listing is given up."""
    view.phase, view.since, view.patience = Phase.LISTING, at, patience


def listed(view: NodeView, listing: Listing, at: datetime | None) -> None:
    """A listing ended at that time (None: not known)."""
    view.complete = listing.complete
    view.error = None if listing.complete else "; ".join(listing.problems)
    view.listed_at = at
    view.phase = Phase.LISTED if listing.complete else Phase.PARTIAL


def failed(view: NodeView, error: ApplianceError, lost_at: datetime | None) -> None:
    """There is no complete listing; ``lost_at`` is the time if the connection is gone as well.

    Call it once the entries that the listing lacks are marked as older.
    """
    view.complete = False
    view.error = str(error)
    unanswered(view, error, lost_at)
    seen = any(not entry.unseen for entry in view.entries.values())
    view.phase = Phase.PARTIAL if seen else Phase.FAILED


def unanswered(view: NodeView, error: ApplianceError, lost_at: datetime | None) -> None:
    """The node did not answer a command; the listing shown remains valid."""
    view.lost_at = (view.lost_at or lost_at) if lost_at else None
    view.barred = not may_be_retried(error)
    if view.barred:
        view.error = str(error)


def answered(view: NodeView) -> None:
    """The node answered."""
    view.lost_at, view.barred = None, False


def lost(view: NodeView, at: datetime) -> bool:
    """The connection was lost while nothing was read; the listing shown remains, as of its own time.

    Returns whether that is news: a read that is under way reports its own error.
    """
    if view.phase.is_busy or view.lost_at is not None:
        return False
    view.lost_at = at
    return True


def clock_read(view: NodeView, skew_s: float) -> None:
    """The node's clock was read; what a transcript's clock showed cannot be compared with this machine's."""
    view.clock_skew_s = None if view.recorded else skew_s


def version_read(view: NodeView, said: VersionInfo) -> None:
    """The node's version was read."""
    view.version, view.other_product = said.version, said.other_product


def weigh_emptiness(view: NodeView) -> None:
    """Of another product than Prime Infrastructure nothing is concluded from an empty table."""
    if view.other_product and view.complete and not any(entry.is_stored for entry in view.entries.values()):
        view.complete, view.phase = False, Phase.PARTIAL
        view.error = f"{other_product(view)}, so its empty table proves nothing"


def other_product(view: NodeView) -> str:
    """What this node is instead of Prime Infrastructure, in a sentence; "" for Prime Infrastructure."""
    return f"this is {safe(view.other_product)}, not Prime Infrastructure" if view.other_product else ""


def ha_read(view: NodeView, state: HaState | None) -> None:
    """The node's part in the pair was read, or (None) is no longer known."""
    view.ha = state


def printed_unknown(view: NodeView, lines: tuple[str, ...]) -> None:
    """What the node printed in its newest answers that no parser knows."""
    view.unknown = lines


def noted(view: NodeView, notices: tuple[str, ...]) -> None:
    """What stays on the screen beside the listing."""
    view.notices = notices


def noted_too(view: NodeView, trouble: str | None) -> None:
    """One more notice, if it is not shown already."""
    if trouble and trouble not in view.notices:
        view.notices = (*view.notices, trouble)
