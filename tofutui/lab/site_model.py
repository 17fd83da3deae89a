"""What a simulated site is made of, before any of it runs: the values that a scenario file holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tofutui.lab.cert import Subject

HM_PORT = 8082
"""Where the health monitor of every node listens (docs/appliance.md, High availability)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port as a table shows them."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def key(self) -> str:
        """The key of the row: ``<address>_<port>``."""
        return f"{self.host}_{self.port}"


LOOPBACKS = (Address("127.0.0.1", HM_PORT), Address("::1", HM_PORT))
"""A node's own health monitor, as the secondary lists it."""


@dataclass(frozen=True, slots=True)
class CertificatePlan:
    """A certificate to be made at start."""

    subject: Subject
    age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPlan:
    """A TLS endpoint; several addresses may share one."""

    at: tuple[Address, ...]
    name: str
    kind: str = "other"
    """``node``, ``ise``, ``dnac`` or ``other``."""
    presented: CertificatePlan
    stored: CertificatePlan | None = None
    """What the tables hold; None: the presented one."""
    key: str = "ec"
    """``ec``, which is made in no time, or ``rsa``."""
    mode: str = "ok"
    """``ok``, ``refused``, ``silent``, ``reset`` or ``not-tls``."""
    old_tls: bool = False
    """TLS 1.0 only."""
    client_certificate: bool = False
    """Demands one, and TLS 1.2 at most: the handshake fails for whoever has none."""
    replay: str = ""
    """A server that is only played back: ``3des``, ``rc4`` or ``ssl3``."""
    expected: bool = False
    """Whether the session lists it as a remote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """One appliance."""

    hostname: str
    address: str
    rows: tuple[Address, ...]
    contacts: tuple[Address, ...] = ()
    """What it connects to besides its rows."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `tofutui.lab.appliance.behaviour.Behaviour`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole site."""

    name: str
    title: str
    primary: NodePlan
    secondary: NodePlan
    endpoints: tuple[EndpointPlan, ...]
    rejecting: bool = False
    """Whether stale rows are being logged from the start."""
    registered: bool = False
    old_ssh: bool = False
    same_host_key: bool = False
    listen: str = "127.0.0.1"
    """The address of this machine where everything listens: another of 127.0.0.0/8, or ``::1``."""
    probe_timeout: float | None = None
    """Written into sessions.toml; None: the client's own."""
    sightings: timedelta | None = None
    """How long ago the stored certificates were last seen presented."""
