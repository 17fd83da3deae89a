"""The state of one simulated appliance: its table, its clock, its logs, and how it misbehaves."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tofutui.lab.appliance.behaviour import Behaviour
from tofutui.lab.appliance.healthlog import NodeLogs
from tofutui.lab.cert import LabCertificate
from tofutui.lab.endpoint import TlsEndpoint
from tofutui.lab.site_model import HM_PORT, Address, NodePlan

Clock = Callable[[], datetime]


class Contact(StrEnum):
    """What came of one connection of a node to a server."""

    LEARNED = "learned"
    SAME = "same"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"


class LabNode(Behaviour):
    """One appliance.

    Args:
        role: ``primary`` or ``secondary``.
        plan: Its part of the scenario.
        servers: Every server of the site by table key, this node's own loopback row included.
        logs: Folder for its log files (made here).
        clock: The real time, UTC.
    """

    def __init__(
        self, role: str, plan: NodePlan, servers: Mapping[str, TlsEndpoint], logs: Path, clock: Clock
    ) -> None:
        super().__init__(**plan.settings)
        self.role = role
        self.hostname = plan.hostname
        self.address = plan.address
        self.table: dict[str, LabCertificate] = {}
        self.contacts = [address.key for address in (*plan.rows, *plan.contacts)]
        self.rejected: set[str] = set()
        self.sent: list[str] = []
        self.answers: list[str] = []
        self.reached: Callable[[str], Awaitable[None]] | None = None
        """Awaited at each place of `faults.PLACES`, before its fault: for whoever acts just then."""
        self.struck = 0
        """How often its fault has struck."""
        self.passwords = 0
        """How many passwords it was sent."""
        self.codes: list[str] = []
        """The one-time codes that it was sent."""
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

    def leave(self, number: int, *, orderly: bool) -> None:
        """Forget a shell; one that was cut off may be resumed at the next login."""
        started = self.shells.pop(number, None)
        if started is not None:
            self.last_login = f"Last login: {self.now():%a %b %d %H:%M:%S %Y} from 127.0.0.1"
            if not orderly:
                self.dropped.append(started)

    def server(self, key: str) -> TlsEndpoint:
        """The server behind a table key."""
        return self._servers[key]

    def printed(self, key: str) -> str:
        """A key as this appliance prints it."""
        host, _, port = key.rpartition("_")
        return f"[{host}]_{port}" if self.bracket_keys and ":" in host else key

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
        key = next((own for own in self.table if self.printed(own) == key), "")
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
        self, key: str, presented: LabCertificate, at: datetime, *, wrapped: bool = False
    ) -> None:
        is_peer = self._servers[key].plan.kind == "node"
        self.logs.rejected(self.local(at), presented, is_peer=is_peer, wrapped=wrapped)
