"""What a node says about itself beside its table: its clock, its version, its part in the pair."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version
from tofutui.tofu.cli_output.unknown import unknown_in_clock, unknown_in_ha_status, unknown_in_version
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.site.session import Role
from tofutui.workbench import identity_checks
from tofutui.workbench.unknown_output import Source, UnknownOutput


class About:
    """Asks the nodes after each listing and keeps what they said in their views."""

    def __init__(
        self,
        comparison: Comparison,
        nodes: Mapping[Role, Node],
        clocks: dict[Role, NodeClock],
        clock: Callable[[], datetime],
        unknown: UnknownOutput,
    ) -> None:
        self._comparison = comparison
        self._unknown = unknown
        self._nodes = nodes
        self._clocks = clocks
        self._clock = clock
        self._failovers: dict[Role, str] = {}

    async def ask(self, role: Role) -> None:
        """Ask for clock and HA role each time, for the version once.

        The role comes first while it is not known: until then a deletion needs the host name typed.

        Raises:
            ApplianceError: the node did not answer one of them.
        """
        if identity_checks.role_of(self._comparison.nodes[role].ha) is not None:
            questions = (self._ask_clock, self._ask_version, self._ask_role)
        else:
            questions = (self._ask_role, self._ask_clock, self._ask_version)
        failure: ApplianceError | None = None
        for question in questions:
            try:
                await question(role)
            except ApplianceError as error:
                failure = failure or error
                if not self._nodes[role].connected:  # the next question would log in again
                    self._comparison.nodes[role].ha = None
                    break
        if failure is not None:
            raise failure

    def failover(self, role: Role) -> str | None:
        """A sentence once the node's part in the pair has changed during this session."""
        return self._failovers.get(role)

    async def _ask_clock(self, role: Role) -> None:
        answer = await self._nodes[role].show_clock()
        self._unknown.keep(role, Source.CLOCK, unknown_in_clock(answer.text))
        shown = parse_clock(answer.text)
        if shown is not None:
            clock = NodeClock(local=shown[0], zone=shown[1], at=answer.ended)
            self._clocks[role] = clock
            self._comparison.nodes[role].clock_skew_s = clock.skew_s

    async def _ask_version(self, role: Role) -> None:
        view = self._comparison.nodes[role]
        if view.version is None:
            text = (await self._nodes[role].show_version()).text
            self._unknown.keep(role, Source.VERSION, unknown_in_version(text))
            view.version = parse_version(text).version

    async def _ask_role(self, role: Role) -> None:
        """Asked each time: a failover changes it. Without an answer it is not known any more."""
        view = self._comparison.nodes[role]
        before = view.ha
        try:
            text = (await self._nodes[role].ha_status()).text
        except ApplianceError:
            view.ha = None
            raise
        self._unknown.keep(role, Source.HA, unknown_in_ha_status(text))
        view.ha = parse_ha_status(text)
        changed = identity_checks.failover(role, before, view.ha)
        if changed is not None:
            self._failovers[role] = f"{changed} (seen at {self._clock():%H:%M}Z)"
