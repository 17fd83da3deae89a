"""A node of the pair as typed commands over one connection and one shell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tofutui.appliance.questions import Asker
from tofutui.appliance.timings import Timings
from tofutui.tofu.session import NodeSettings, Role


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the command log. It never holds a secret, and its text is safe to show."""

    at: datetime
    role: Role
    kind: Literal["sent", "answer", "note", "error"]
    text: str


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """What a command printed: no echo, no prompt, no control sequences, lines ended by line feeds."""

    command: str
    text: str
    started: datetime
    ended: datetime


class Node:
    """One node: one login, one shell, one command at a time, deletions first.

    Every method raises a subclass of `tofutui.appliance.errors.ApplianceError` when it fails.
    """

    def __init__(
        self,
        settings: NodeSettings,
        asker: Asker,
        *,
        log: Callable[[LogLine], None],
        clock: Callable[[], datetime],
        timings: Timings | None = None,
    ) -> None:
        self.settings = settings
        self.hostname: str | None = None
        self.host_key: str | None = None
        self.notices: tuple[str, ...] = ()

    @property
    def connected(self) -> bool:
        """Whether a shell stands that has not gone away."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Log in and wait for the first prompt; nothing happens if that was done."""
        raise NotImplementedError

    async def listcerts(
        self, on_text: Callable[[str], None] | None = None, *, urgent: bool = False
    ) -> CommandOutput:
        """The table; ``on_text`` gets whole lines of it as they arrive. ``urgent`` goes before other reads."""
        raise NotImplementedError

    async def show_clock(self) -> CommandOutput:
        """The node's own time."""
        raise NotImplementedError

    async def show_version(self) -> CommandOutput:
        """Product and version."""
        raise NotImplementedError

    async def ha_status(self) -> CommandOutput:
        """Role and state of the pair as this node sees it."""
        raise NotImplementedError

    async def deletecert(self, key: str) -> CommandOutput:
        """Delete a row; sent at most once.

        Raises:
            ValueError: the key is not a plain one (DESIGN.md part 8.2).
            LinkLost: ``sent`` tells whether the node got the command.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Leave with `exit` and close; may be called at any time, and again."""
        raise NotImplementedError
