"""The state of one simulated appliance: its table, its clock, its logs, and how it misbehaves."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tofutui.lab.cert import Certificate
from tofutui.lab.endpoint import TlsEndpoint
from tofutui.lab.healthlog import NodeLogs
from tofutui.lab.plans import Address, NodePlan

HM_PORT = 8082
"""Where the health monitor of every node listens (DOMAIN.md part 5)."""
Clock = Callable[[], datetime]


class Contact(StrEnum):
    """What came of one connection of a node to a server."""

    LEARNED = "learned"
    SAME = "same"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"


@dataclass(kw_only=True)
class Behaviour:
    """How a node misbehaves; settable in a scenario and, at any time, on a running node."""

    clock_offset: float = 0.0
    """Seconds by which its clock is ahead."""
    zone: str = "UTC"
    utc_offset: int = 0
    """Minutes of `zone` east of Greenwich."""
    ssh: str = "ok"
    """``ok``, ``refused`` (from the start), ``silent``, ``reset``."""
    banner: str = ""
    """Sent before the login."""
    motd: list[str] = field(default_factory=list)
    """Lines after the login, paged when they exceed `page`."""
    press_enter: bool = False
    resume_menu: bool = False
    """Show the menu of dropped sessions even without one."""
    other_user: bool = False
    """Say that another user is logged in even without one."""
    prompt_delay: float = 0.0
    """Seconds before the first prompt."""
    terminal_length: bool = True
    """Whether ``terminal length`` is a command here."""
    page: int = 0
    """Lines of one page whatever the window says; 0: the window's."""
    trickle: int = 0
    """Characters written at once, with `trickle_s` seconds between; 0: all."""
    trickle_s: float = 0.002
    delay_rows: float = 0.0
    """Seconds before each row of a listing."""
    list_seconds: float = 0.0
    """Seconds that a whole listing takes, spread over its rows."""
    cut_listing: int = 0
    """Characters of a listing after which the connection is reset; 0: never."""
    extra_lines: list[str] = field(default_factory=list)
    """Raw lines printed after the rows of a listing."""
    confirm_delete: bool = False
    ignore_delete: bool = False
    relearn_on_delete: bool = False
    drop_after_delete: bool = False
    drop_instead_of_delete: bool = False
    hang: str = ""
    """A command that contains this never answers."""
    ignore_interrupt: bool = False
    """Ctrl-C does not end a running command."""


class Node(Behaviour):
    """One appliance.

    Args:
        role: ``primary`` or ``secondary``.
        plan: Its part of the scenario.
        servers: Every server of the site by table key, this node's own loopback row included.
        logs: Folder for its log files (made here).
        clock: The real time, UTC.

    Raises:
        TypeError: the scenario sets something that is no behaviour.
    """

    def __init__(
        self, role: str, plan: NodePlan, servers: Mapping[str, TlsEndpoint], logs: Path, clock: Clock
    ) -> None:
        super().__init__(**plan.settings)
        self.role = role
        self.hostname = plan.hostname
        self.address = plan.address
        self.table: dict[str, Certificate] = {}
        self.contacts = [address.key for address in (*plan.rows, *plan.contacts)]
        self.rejected: set[str] = set()
        self.sent: list[str] = []
        self.answers: list[str] = []
        self.keys = bytearray()
        self.shells: dict[int, str] = {}
        self.dropped: list[str] = []
        self.last_login = ""
        self.logs = NodeLogs(logs)
        self.ha: dict[str, str] = {}
        self.port = 0
        self.close_ssh: Callable[[], Awaitable[None]] | None = None
        """Set by the SSH server that serves this node."""
        self._servers = servers
        self._own = servers[Address(plan.address, HM_PORT).key]
        self._clock = clock

    def now(self) -> datetime:
        """The node's own local time, naive."""
        return self.local(self._clock())

    def local(self, at: datetime) -> datetime:
        """A moment as this node's clock shows it, naive."""
        shifted = at.astimezone(UTC) + timedelta(seconds=self.clock_offset, minutes=self.utc_offset)
        return shifted.replace(tzinfo=None)

    async def stop(self) -> None:
        """Its SSH goes down: every login is cut, and the port refuses from now on."""
        if self.close_ssh is not None:
            await self.close_ssh()

    def server(self, key: str) -> TlsEndpoint:
        """The server behind a table key."""
        return self._servers[key]

    def remote_contacts(self) -> list[str]:
        """The keys of other servers that this node connects to."""
        return [key for key in self.contacts if not self.is_own(key)]

    def is_own(self, key: str) -> bool:
        """Whether this row is the node itself."""
        return self._servers[key] is self._own

    def contact(self, key: str) -> Contact:
        """Connect to one server now: learn it, accept it, or reject it and say so in the log.

        A rejection of the node's own certificate is not logged: the TAC document's logs name remotes only.
        """
        server = self._servers[key]
        presented = server.presented
        if presented is None:
            return Contact.UNREACHABLE
        stored = self.table.setdefault(key, presented)
        if stored is presented:
            self.rejected.discard(key)
            return Contact.LEARNED
        if stored.der == presented.der:
            self.rejected.discard(key)
            return Contact.SAME
        if not self.is_own(key):
            self.rejected.add(key)
            self._log_rejection(key, presented, self._clock())
        return Contact.REJECTED

    def retry_rejected(self) -> None:
        """Connect again to every server that was rejected; one whose row is gone since is left alone."""
        for key in sorted(self.rejected):
            if key in self.table:
                self.contact(key)
            else:
                self.rejected.discard(key)

    def delete(self, key: str) -> bool:
        """Delete a row; False if there is none."""
        if key not in self.table:
            return False
        if self.ignore_delete:
            return True
        del self.table[key]
        if self.relearn_on_delete:
            self.contact(key)
        return True

    def was_rejecting(self, since: datetime, until: datetime, every: timedelta) -> None:
        """Write the log of a node that has been rejecting for a while; the first events are wrapped."""
        self.logs.started(self.local(since))
        stale = [key for key in self.remote_contacts() if self._is_stale(key)]
        at = since
        while at <= until:
            for key in stale:
                self._log_rejection(key, self._servers[key].identity.certificate, at, wrapped=at == since)
            at += every
        self.rejected.update(stale)

    def _is_stale(self, key: str) -> bool:
        presented = self._servers[key].presented
        return presented is not None and key in self.table and self.table[key].der != presented.der

    def _log_rejection(
        self, key: str, presented: Certificate, at: datetime, *, wrapped: bool = False
    ) -> None:
        is_peer = self._servers[key].plan.kind == "node"
        self.logs.rejected(self.local(at), presented, is_peer=is_peer, wrapped=wrapped)
