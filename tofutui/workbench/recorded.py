"""The comparison of what transcripts show: the same workbench, with nodes that are read from files."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import (
    CommandOutput,
    Login,
    LogLine,
    Node,
)
from tofutui.appliance.questions import Asker, NoAsker
from tofutui.system.clock import utc_now
from tofutui.tofu.base.text import safe
from tofutui.tofu.base.zones import zone_offset
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.status import parse_clock
from tofutui.tofu.cli_output.transcript import ADDRESSES_UNKNOWN, Recording
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.workbench import node_state
from tofutui.workbench.changes import Change
from tofutui.workbench.workbench import Workbench

NEVER_SENT = "this is a transcript: nothing can be sent to the node"


class NotRecorded(ApplianceError):
    """The transcript does not show what would be needed."""


class RecordedNode(Node):
    """A node that answers out of a transcript."""

    def __init__(
        self,
        settings: NodeSettings,
        recording: Recording,
        *,
        log: Callable[[LogLine], None],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(settings, NoAsker(), log=log, clock=clock)
        self._recording = recording
        self._now = clock
        self.hostname = recording.host
        unknown = [] if settings.host else [ADDRESSES_UNKNOWN]
        self.notices = (_origin(recording), *recording.notices, *unknown)

    @property
    def connected(self) -> bool:
        """A file is always there."""
        return True

    async def connect(self) -> None:
        """Nothing to do."""

    async def listcerts(
        self, on_text: Callable[[str], None] | None = None, *, urgent: bool = False
    ) -> CommandOutput:
        """The recorded table.

        Raises:
            NotRecorded: there is none, or it is not whole; what there is was given to ``on_text``.
        """
        listing, source = self._recording.listing, safe(self._recording.source)
        if listing is None:
            whose = f" of {self.hostname}" if self.hostname else ""
            raise NotRecorded(f"{source}: holds no answer to `{Command.LISTCERTS}`{whose}")
        text = listing.listing_text()
        if on_text is not None:
            on_text(text)
        table = listing.listing()
        if not table.complete:
            raise NotRecorded(f"{source}: {'; '.join(table.problems)}")
        return self._output(Command.LISTCERTS, text)

    async def show_clock(self) -> CommandOutput:
        """The node's clock beside the listing; empty where its zone is not known.

        What this machine's clock showed then is not known. The node's own time, in UTC by the name of its
        zone, is used instead.
        """
        at = clock_of(self._recording)
        if at is None:
            unread = "" if parse_clock(self._recording.clock) else self._recording.clock
            return self._output(Command.CLOCK, unread)
        return CommandOutput(Command.CLOCK, self._recording.clock, at, at)

    async def show_version(self) -> CommandOutput:
        """As recorded; empty if it was not."""
        return self._output(Command.VERSION, self._recording.version)

    async def ha_status(self) -> CommandOutput:
        """As recorded; empty if it was not."""
        return self._output(Command.HA_STATUS, self._recording.ha)

    async def deletecert(
        self, command: str, *, unless: Callable[[], str | None] | None = None, on: Login | None = None
    ) -> CommandOutput:
        """Never.

        Raises:
            NotRecorded: always.
        """
        raise NotRecorded(f"{NEVER_SENT} ({safe(command)})")

    def time_of_listing(self, now: datetime) -> datetime | None:
        """By the node's own clock; how far that clock was off cannot be known."""
        return clock_of(self._recording)

    async def close(self) -> None:
        """Nothing to do."""

    def _output(self, command: str, text: str) -> CommandOutput:
        now = self._now()
        return CommandOutput(command, text, now, now)


def clock_of(recording: Recording) -> datetime | None:
    """When a listing was recorded by the node's own clock, in UTC; None where the zone does not say it."""
    shown = parse_clock(recording.clock)
    offset = zone_offset(shown[1]) if shown else None
    if shown is None or offset is None:
        return None
    return (shown[0] - offset).replace(tzinfo=UTC)


def _origin(recording: Recording) -> str:
    when = "which does not say when" if clock_of(recording) is None else "at about this time by its own clock"
    return f"listed in the transcript {safe(recording.source)}, {when}"


class RecordedWorkbench(Workbench):
    """A comparison of recorded tables with what is presented now; it remembers nothing."""

    def __init__(
        self,
        session: Session,
        recordings: Mapping[Role, Recording],
        *,
        on_change: Callable[[Change], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._recordings = recordings
        super().__init__(session, NoAsker(), on_change=on_change or (lambda change: None), clock=clock)
        for role, view in self.comparison.nodes.items():
            node_state.from_transcript(view, recordings[role])

    def _make_node(self, settings: NodeSettings, asker: Asker, timings: Timings) -> Node:
        return RecordedNode(settings, self._recordings[settings.role], log=self._log, clock=self._clock)
