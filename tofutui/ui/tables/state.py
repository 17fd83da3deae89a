"""What the flows of the main screen use of it: the session, its two tables, the pane that is armed."""

from abc import abstractmethod

from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.site.session import Role, Session
from tofutui.ui.backend import Link
from tofutui.ui.kit.screen import Acting
from tofutui.ui.tables.pane import Pane


class Tables(Acting[None]):
    """Both tables of one session."""

    session: Session
    link: Link | None
    """The connections; None until they are set up, and once they are closed."""
    comparison: Comparison
    panes: dict[Role, Pane]
    armed: Role
    row_height: int | None
    """The lines of a row that the user chose; None: as many as there is room for."""

    @property
    def pane(self) -> Pane:
        """The armed pane."""
        return self.panes[self.armed]

    @property
    def current(self) -> Entry | None:
        """The row under the cursor."""
        return self.pane.rows.current

    @abstractmethod
    def arm(self, role: Role) -> None:
        """Make another pane the armed one."""

    @abstractmethod
    def zoom(self, on: bool) -> None:
        """One pane over the whole width, or both."""

    @abstractmethod
    def share_room(self) -> None:
        """Share the room between tables and detail as the rows need it."""

    @abstractmethod
    def follow(self) -> None:
        """Bring detail area and key bar up to date with the cursor."""

    @abstractmethod
    def show_changes(self, *roles: Role) -> None:
        """Draw what changed on these nodes, and what was reported meanwhile."""

    @abstractmethod
    def show_all(self) -> None:
        """Draw all of it again."""


def before_connecting(session: Session) -> Comparison:
    """What is shown until the nodes are connected: their names and nothing else."""
    nodes = session.nodes
    views = {
        role: NodeView(
            role=role,
            host=nodes[role].host,
            shown_address=nodes[role].shown_address,
            legacy_ssh=nodes[role].legacy_ssh,
        )
        for role in session.roles
    }
    return Comparison(session=session, nodes=views, seen_from="")
