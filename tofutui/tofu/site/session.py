"""A session: the two nodes, what they are expected to trust, and how to look at it.

These are plain values; `tofutui.config` reads them from sessions.toml and has checked them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tofutui.tofu.site.endpoint import Endpoint, is_loopback
from tofutui.tofu.site.role import Role
from tofutui.tofu.site.setting import Rule, Setting, declared


class Via(StrEnum):
    """From where endpoints are probed."""

    DIRECT = "direct"
    JUMP = "jump"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How one node is reached and what it is called."""

    role: Role
    host: str = field(metadata=declared(Rule.HOST, "name or address for SSH"))
    """"" where it is not known: a transcript says only the host name."""
    port: int = field(
        default=22,
        metadata=declared(
            Rule.PORT, "SSH port; if unset, `~/.ssh/config` applies", unset="22, or as ~/.ssh/config says"
        ),
    )
    username: str = field(
        default="admin",
        metadata=declared(
            Rule.WORD,
            "the account that logs in; if unset, `~/.ssh/config` applies",
            label="user",
            unset="admin, or as ~/.ssh/config says",
        ),
    )
    password_command: str | None = field(
        default=None,
        metadata=declared(
            Rule.COMMAND_LINE,
            "a program (run without a shell) whose first line of output is the password, such as "
            "`pass show prime/site-a`",
            label="pw command",
            is_secret=True,
        ),
    )
    password_env: str | None = field(
        default=None,
        metadata=declared(
            Rule.VARIABLE, "the environment variable that holds the password", label="pw variable"
        ),
    )
    key_file: Path | None = field(
        default=None,
        metadata=declared(Rule.PATH, "a private key; if unset, the keys of your SSH agent are tried"),
    )
    jump: str | None = field(
        default=None,
        metadata=declared(Rule.WORD, "as `ssh -J`: `[user@]host[:port]`, several separated by commas"),
    )
    legacy_ssh: bool = field(
        default=False,
        metadata=declared(
            Rule.FLAG,
            "also offer the SHA-1 and CBC algorithms that old appliances need",
            label="legacy SSH",
        ),
    )
    read_only: bool = field(
        default=False,
        metadata=declared(Rule.FLAG, "if set, nothing on this node is ever changed", label="read-only"),
    )
    addresses: tuple[str, ...] = field(
        default=(),
        metadata=declared(Rule.HOSTS, "other names and addresses that the tables may hold for this node"),
    )
    hm_port: int = field(
        default=8082, metadata=declared(Rule.PORT, "the port of its Health Monitor", label="HM port")
    )
    logs: tuple[str, ...] = field(
        default=(),
        metadata=declared(
            Rule.PATHS, "logs of this node: files, globs, folders, archives; read at each refresh"
        ),
    )
    known: tuple[str, ...] = field(
        default=(), metadata=declared(Rule.PATHS, "certificates exported from this node's store")
    )
    known_hosts: Path = field(
        default_factory=lambda: Path("~/.ssh/known_hosts").expanduser(),
        metadata=declared(
            Rule.PATH,
            "where host keys are looked up, and added when you accept one",
            unset="~/.ssh/known_hosts",
        ),
    )
    command_timeout: float = field(
        default=120.0,
        metadata=declared(
            Rule.SECONDS, "seconds allowed for one `ncs` command; these commands are slow", label="timeout"
        ),
    )
    left_to_ssh: frozenset[str] = field(default=frozenset(), compare=False)
    """``port`` and ``username`` where they are not set: then the user's SSH configuration may."""

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


REMOTE_SETTINGS = {
    "name": Setting(Rule.TEXT, "a server for which rows are expected; one table each"),
    "host": Setting(Rule.HOST, "its name or address in the tables"),
    "port": Setting(Rule.PORT, "", unset="443"),
    "kind": Setting(Rule.CHOICE, "`ise`, `dnac` or `other`", unset="other", choices=("ise", "dnac", "other")),
    "nodes": Setting(
        Rule.CHOICES, "the nodes that should hold a row for it", unset='["primary"]', choices=tuple(Role)
    ),
}
"""The keys of a remote's table; host and port become its endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """How certificates are fetched."""

    via: Via = field(
        default=Via.DIRECT,
        metadata=declared(
            Rule.CHOICE,
            "where certificates are fetched from: `direct`, `jump` (the node's jump host) or `off`",
            choices=tuple(Via),
        ),
    )
    timeout: float = field(
        default=5.0,
        metadata=declared(
            Rule.SECONDS, "seconds for one attempt; one endpoint takes at most three times as long"
        ),
    )
    concurrency: int = field(
        default=32,
        metadata=declared(Rule.COUNT, "number of endpoints probed at the same time", label="at once"),
    )
    map: dict[Endpoint, Endpoint] = field(
        default_factory=dict,
        metadata=declared(Rule.ENDPOINTS, 'NAT: `"HOST:PORT"` in the table = `"HOST:PORT"` to connect to'),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One pair (or one stand-alone server) with everything known about it beforehand."""

    name: str
    title: str = field(default="", metadata=declared(Rule.ANY_TEXT, "shown in the title line and in reports"))
    theme: str | None = field(
        default=None,
        metadata=declared(
            Rule.TEXT, "theme of this session, so that production can look different from the lab"
        ),
    )
    watch: float = field(
        default=0.0,
        metadata=declared(
            Rule.SECONDS_OR_ZERO, "seconds between automatic refreshes in the app; 0 turns them off"
        ),
    )
    virtual_ip: tuple[str, ...] = field(
        default=(),
        metadata=declared(Rule.HOSTS, "addresses on which either node may answer", label="virtual IP"),
    )
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
