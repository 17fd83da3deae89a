"""A session: the two nodes, what they are expected to trust, and how to look at it.

These are plain values; `tofutui.config` reads them from sessions.toml and has checked them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tofutui.tofu.site.endpoint import Endpoint, is_loopback
from tofutui.tofu.site.role import Role


class Via(StrEnum):
    """From where endpoints are probed."""

    DIRECT = "direct"
    JUMP = "jump"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How one node is reached and what it is called."""

    role: Role
    host: str
    """"" where it is not known: a transcript says only the host name."""
    port: int = 22
    username: str = "admin"
    password_command: str | None = None
    """A command line split as a shell would, run without one; its first line of output is the password."""
    password_env: str | None = None
    key_file: Path | None = None
    legacy_ssh: bool = False
    jump: str | None = None
    known_hosts: Path = field(default_factory=lambda: Path("~/.ssh/known_hosts").expanduser())
    addresses: tuple[str, ...] = ()
    """Other names and addresses that the tables may hold for this node."""
    hm_port: int = 8082
    command_timeout: float = 120.0
    """Seconds for one `ncs` command."""
    read_only: bool = False
    logs: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    left_to_ssh: frozenset[str] = field(default=frozenset(), compare=False)
    """``port`` and ``username`` where nobody set them: then the user's SSH configuration may."""

    @property
    def shown_address(self) -> str:
        """The address to put on the screen: the host, unless that is a forwarded port on this machine."""
        return self.addresses[0] if is_loopback(self.host) and self.addresses else self.host

    @property
    def table_address(self) -> str:
        """The address under which the peer is expected to list this node."""
        return self.addresses[0] if self.addresses else self.host

    @property
    def names(self) -> tuple[str, ...]:
        """Every name and address of this node, the host first."""
        return (self.host, *self.addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A server that rows are expected for."""

    name: str
    kind: str
    """``ise``, ``dnac`` or ``other``."""
    endpoint: Endpoint
    nodes: tuple[Role, ...] = (Role.PRIMARY,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """How certificates are fetched."""

    via: Via = Via.DIRECT
    timeout: float = 5.0
    """Seconds for one attempt; a whole endpoint takes at most three times that."""
    concurrency: int = 32
    map: dict[Endpoint, Endpoint] = field(default_factory=dict)
    """What stands in the table -> where to connect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One pair (or one stand-alone server) with everything known about it beforehand."""

    name: str
    title: str = ""
    watch: float = 0.0
    theme: str | None = None
    virtual_ip: tuple[str, ...] = ()
    nodes: dict[Role, NodeSettings]
    remotes: tuple[Remote, ...] = ()
    probe: ProbeSettings = field(default_factory=ProbeSettings)
    read_only: bool = False
    """Set by --read-only for the whole session."""
    uncompared: frozenset[Role] = frozenset()
    """Nodes known by their addresses only, because nothing shows their tables (a transcript of one node)."""
    demo: bool = False
    """The simulated pair; a badge says so."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that are compared, the primary first."""
        return tuple(role for role in Role if role in self.nodes and role not in self.uncompared)

    def may_change(self, role: Role) -> bool:
        """Whether a command that changes this node may be sent at all."""
        return not (self.read_only or self.nodes[role].read_only)


__all__ = ["NodeSettings", "ProbeSettings", "Remote", "Role", "Session", "Via"]
