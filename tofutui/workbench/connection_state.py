"""What becomes of a node's view when it cannot be read, or its link goes away."""

from datetime import datetime

from tofutui.appliance.errors import ApplianceError, may_be_retried
from tofutui.tofu.judgement.comparison import NodeView, Phase
from tofutui.workbench.table import Table


def failed(view: NodeView, table: Table, error: ApplianceError, lost_at: datetime | None) -> None:
    """No listing could be had, or not the whole of it; ``lost_at`` is now where no link stands any more."""
    view.complete = False
    view.error = str(error)
    unanswered(view, error, lost_at)
    if view.phase not in (Phase.LISTING, Phase.PARTIAL):
        table.grow_old()
    seen = any(not entry.unseen for entry in view.entries.values())
    view.phase = Phase.PARTIAL if seen else Phase.FAILED


def unanswered(view: NodeView, error: ApplianceError, lost_at: datetime | None) -> None:
    """A node gave no answer to something; the listing shown stays as it is."""
    view.lost_at = (view.lost_at or lost_at) if lost_at else None
    view.barred = not may_be_retried(error)
    if view.barred:
        view.error = str(error)


def link_gone(view: NodeView, now: datetime) -> bool:
    """The link went away while nothing was read: the listing shown stays, as of its own time.

    Whether that is news; while something is read, its own error tells.
    """
    if view.phase.is_busy or view.lost_at is not None:
        return False
    view.lost_at = now
    return True


def regained(view: NodeView) -> None:
    """The node let us in."""
    view.lost_at, view.barred = None, False


def tell(view: NodeView, trouble: str | None) -> None:
    """What went wrong beside the listing stays on the screen, once."""
    if trouble and trouble not in view.notices:
        view.notices = (*view.notices, trouble)
