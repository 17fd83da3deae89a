"""High availability: what registration does, what `ncs ha status` says meanwhile (docs/appliance.md)."""

import asyncio
from collections.abc import Mapping

from tofutui.lab.appliance.node import Contact, LabNode
from tofutui.lab.site_model import HM_PORT, Address

MILESTONES = ("Pre-HA Registration", "Database Replication", "Post HA Registration")
_NOT_CONFIGURED = "HA not Configured"


class HaPair:
    """The state machine of both nodes.

    Args:
        nodes: ``primary`` and ``secondary``.
        pace: Seconds of one milestone.
        registered: Whether the pair begins registered.
    """

    def __init__(self, nodes: Mapping[str, LabNode], pace: float, *, registered: bool):
        self._primary, self._secondary = nodes["primary"], nodes["secondary"]
        self._pace = pace
        self._task: asyncio.Task[None] | None = None
        self.registered = registered
        self.milestones: list[str] = []
        """Those that are complete."""
        if registered:
            self._show_registered()
        else:
            self._show(_NOT_CONFIGURED, _NOT_CONFIGURED)

    @property
    def registering(self) -> bool:
        """Whether a registration is under way."""
        return self._task is not None and not self._task.done()

    def register(self) -> str | None:
        """Begin a registration; None when it is under way, else why it failed at once.

        Both nodes connect to each other first, which is where a stale row stops it.
        """
        if self.registered or self.registering:
            return "the pair is registered already" if self.registered else "a registration is under way"
        failed = [text for text in (self._reach(self._primary), self._reach(self._secondary)) if text]
        if failed:
            return "; ".join(failed)
        self.milestones = []
        self._show("HA Initializing", "HA Initializing")
        self._task = asyncio.create_task(self._advance())
        return None

    def contact_all(self) -> None:
        """Both nodes connect to everything they know; a rejected peer shows in the state.

        Connections already rejected are left to the slower retry, which logs them.
        """
        for node in (self._primary, self._secondary):
            for key in node.contacts:
                if key not in node.rejected or key not in node.table:
                    node.contact(key)
        self._show_registered()

    async def stop(self) -> None:
        """End a registration that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _advance(self) -> None:
        for milestone in MILESTONES:
            await asyncio.sleep(self._pace)
            self.milestones.append(milestone)
        self.registered = True
        self.contact_all()

    def _reach(self, node: LabNode) -> str | None:
        key = self._peer_key(node)
        outcome = node.contact(key)
        if outcome is Contact.REJECTED:
            return f"TOFU failed on {node.role} for {key}"
        return f"{node.role} cannot connect to {key}" if outcome is Contact.UNREACHABLE else None

    def _peer_key(self, node: LabNode) -> str:
        peer = self._secondary if node is self._primary else self._primary
        return Address(peer.address, HM_PORT).key

    def _show_registered(self) -> None:
        primary_lost = self._peer_key(self._primary) in self._primary.rejected
        secondary_lost = self._peer_key(self._secondary) in self._secondary.rejected
        self._show(
            "Primary Lost Secondary" if primary_lost else "Primary Active",
            "Secondary Lost Primary" if secondary_lost else "Secondary Syncing",
        )

    def _show(self, primary: str, secondary: str) -> None:
        first, second = self._primary, self._secondary
        first.ha, second.ha = {"Role": "Primary"}, {"Role": "Secondary"}
        if primary != _NOT_CONFIGURED:
            first.ha["Secondary Server"] = f"{second.hostname}({second.address})"
            second.ha["Primary Server"] = f"{first.hostname}({first.address})"
        first.ha["State"], second.ha["State"] = primary, secondary
        if primary != _NOT_CONFIGURED:
            first.ha["Failover Type"] = second.ha["Failover Type"] = "Manual"
