"""What a node says beside its table: clock, version, its part in the pair, and what no parser knows."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version
from tofutui.tofu.cli_output.unknown import (
    bounded,
    is_empty_answer,
    unknown_in_clock,
    unknown_in_ha_status,
    unknown_in_version,
    unknown_notice,
)
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.site.session import Role
from tofutui.workbench import identity_checks, node_state


class OutputSource(StrEnum):
    """Where a node printed it."""

    SHELL = "shell"
    """Before the first prompt, as a question, or unasked between two commands."""
    LISTING = "listing"
    CLOCK = "clock"
    VERSION = "version"
    HA = "ha"


class UnknownOutput:
    """Keeps the unknown lines of one node in its view; a new answer of a source replaces the old one."""

    def __init__(self, view: NodeView, node: Node) -> None:
        self._view = view
        self._node = node
        self._lines: dict[OutputSource, tuple[str, ...]] = {}

    def keep(self, source: OutputSource, lines: tuple[str, ...]) -> None:
        """Take over what the newest answer of a source holds; a transcript need not hold every answer."""
        if self._view.recorded and source is not OutputSource.LISTING:
            lines = tuple(line for line in lines if not is_empty_answer(line))
        self._lines[source] = lines
        kept = bounded(line for place in OutputSource for line in self._lines.get(place, ()))
        node_state.printed_unknown(self._view, kept)

    def notice(self) -> str:
        """What a person is shown about the node, as of now; "" where everything is known."""
        self.keep(OutputSource.SHELL, tuple(self._node.unknown))
        return unknown_notice(self._view.unknown)


class NodeDetails:
    """Asks one node after each listing and keeps the answers in its view and in ``clocks``."""

    def __init__(
        self,
        view: NodeView,
        node: Node,
        clocks: dict[Role, NodeClock],
        clock: Callable[[], datetime],
        unknown: UnknownOutput,
    ) -> None:
        self.failover: str | None = None
        """A sentence once the node's part in the pair has changed during this session."""
        self._view = view
        self._node = node
        self._clocks = clocks
        self._clock = clock
        self._unknown = unknown

    async def ask(self) -> None:
        """Ask for clock and HA role each time, for the version once.

        The role comes first while it is not known: until then a deletion needs the host name typed.

        Raises:
            ApplianceError: the node did not answer one of them.
        """
        if identity_checks.role_of(self._view.ha) is not None:
            questions = (self._ask_clock, self._ask_version, self._ask_role)
        else:
            questions = (self._ask_role, self._ask_clock, self._ask_version)
        failure: ApplianceError | None = None
        for question in questions:
            try:
                await question()
            except ApplianceError as error:
                failure = failure or error
                if not self._node.connected:  # the next question would log in again
                    node_state.ha_read(self._view, None)
                    break
        if failure is not None:
            raise failure

    async def _ask_clock(self) -> None:
        answer = await self._node.show_clock()
        self._unknown.keep(OutputSource.CLOCK, unknown_in_clock(answer.text))
        shown = parse_clock(answer.text)
        if shown is not None:
            clock = NodeClock(local=shown[0], zone=shown[1], at=answer.ended)
            self._clocks[self._view.role] = clock
            node_state.clock_read(self._view, clock.skew_s)

    async def _ask_version(self) -> None:
        if self._view.version is None:
            text = (await self._node.show_version()).text
            self._unknown.keep(OutputSource.VERSION, unknown_in_version(text))
            node_state.version_read(self._view, parse_version(text))
        node_state.weigh_emptiness(self._view)

    async def _ask_role(self) -> None:
        """Asked each time: a failover changes it. Without an answer it is no longer known."""
        before = self._view.ha
        try:
            text = (await self._node.ha_status()).text
        except ApplianceError:
            node_state.ha_read(self._view, None)
            raise
        self._unknown.keep(OutputSource.HA, unknown_in_ha_status(text))
        node_state.ha_read(self._view, parse_ha_status(text))
        changed = identity_checks.failover(self._view.role, before, self._view.ha)
        if changed is not None:
            self.failover = f"{changed} (seen at {self._clock():%H:%M}Z)"
