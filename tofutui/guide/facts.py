"""What was seen of both nodes: what every check of the guide looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.cli_output.status import HaState, VersionInfo
from tofutui.tofu.guide_run import OpenRow
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """What was seen of one node; None where it was not."""

    role: Role
    hostname: str | None = None
    complete: bool = False
    error: str | None = None
    """Why the listing is not complete, or could not be read."""
    answered: bool = True
    rows: int = 0
    version: VersionInfo | None = None
    page_version: str | None = None
    """As its Health Monitor page shows it without a login."""
    ha: HaState | None = None
    ha_error: str | None = None
    skew_s: float | None = None
    """Ahead of this machine's clock."""
    locked: str | None = None
    """Why nothing could be deleted there."""
    stale: int = 0
    """Stale rows about remote hosts."""
    open_rows: tuple[OpenRow, ...] = ()
    """Rows about remote hosts that are neither proven nor deleted and learned again, the stale ones too."""
    monitor: str | None = None
    """Where its Health Monitor was asked; None: nowhere, probing is off or its address is not known."""
    monitor_error: str | None = None
    monitor_certificate: Certificate | None = None

    @property
    def name(self) -> str:
        """``PRIMARY prime-pri``."""
        return f"{self.role.word} {self.hostname}" if self.hostname else self.role.word

    @property
    def state(self) -> str:
        """Its HA state as printed, "" if none was seen; states that contradict one another are all in it."""
        return " and ".join(state for state in self.ha.states if state) if self.ha else ""

    @property
    def said(self) -> str:
        """Everything in its answer that says how the pair is, word for word; "" if there is nothing."""
        if self.ha is None:
            return ""
        usual = self.role.value.title()
        roles = [f"[Role] {role}" for role in self.ha.roles if role != usual]
        return "; ".join(part for part in (self.state, *roles, *self.ha.other) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks look at."""

    now: datetime
    seen_from: str
    nodes: tuple[NodeFacts, ...]
    others: Mapping[str, Certificate | None]
    """What the configured ISE servers present, by name."""
    unsettled: tuple[str, ...] = ()
    """Deletions whose outcome is unknown still."""
