"""The fields of a session's form, declared once: its place, label, its help, its kind.

A form holds text; the raw table of sessions.toml is made from it. A field (or a line of one) that was not
touched keeps its value as it was, so that what the form cannot show survives. Loads no Textual.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from tofutui.tofu.site.endpoint import EndpointError, parse_endpoint
from tofutui.tofu.site.session import Role, Via

Raw = dict[str, Any]


class Kind(Enum):
    """How a field is typed, and what it becomes."""

    TEXT = auto()
    NUMBER = auto()
    FLAG = auto()
    CHOICE = auto()
    LIST = auto()
    """Values with commas between them."""
    REMOTES = auto()
    MAP = auto()

    @property
    def has_lines(self) -> bool:
        """Whether it is a field of several lines."""
        return self in (Kind.REMOTES, Kind.MAP)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``id`` is the dotted path of its key below ``[sessions.NAME]``."""

    id: str
    label: str
    help: str
    kind: Kind = Kind.TEXT
    shadow: str = ""
    """What holds while it is empty."""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]
    note: str = ""


NAME = Field("name", "name", "How the session is called on the command line: letters, digits, '.', '_', '-'.")
YES_NO = ("no", "yes")


def groups(themes: Iterable[str]) -> tuple[Group, ...]:
    """All fields; the themes are those to choose from."""
    return (
        Group("Session", (NAME, *_session_fields(tuple(themes)))),
        Group("PRIMARY", _node_fields("primary"), _LOGIN),
        Group("SECONDARY, empty for a stand-alone server", _node_fields("secondary"), _LOGIN),
        Group("Remotes: servers with an expected row, one per line", (_REMOTES,)),
        Group("Probing: how certificates are fetched", _PROBE),
    )


_LOGIN = (
    "A password is never stored: name a command that prints it, or a variable, or a key file. With none of "
    "them the keys of your SSH agent are tried, and you are asked."
)
_REMOTES = Field(
    "remotes", "remotes",
    "NAME, ise|dnac|other, HOST:PORT, primary secondary (the nodes that should hold a row; default: "
    "primary).",
    Kind.REMOTES,
)  # fmt: skip
_PROBE = (
    Field("probe.via", "via", "From where: directly, through the node's jump host, or not at all.",
          Kind.CHOICE, str(Via.DIRECT), tuple(map(str, Via))),
    Field("probe.timeout", "timeout", "Seconds for one attempt; an endpoint takes at most three times that.",
          Kind.NUMBER, "5"),
    Field("probe.concurrency", "at once", "Endpoints asked at once.", Kind.NUMBER, "32"),
    Field("probe.map", "map", "For NAT, one per line: address in the table = where to connect, HOST:PORT "
          "= HOST:PORT.", Kind.MAP),
)  # fmt: skip


def _session_fields(themes: tuple[str, ...]) -> tuple[Field, ...]:
    return (
        Field("title", "title", "Shown in the title line and in reports, for example a change number."),
        Field("theme", "theme", "This session's colours: production may look different from the lab.",
              Kind.CHOICE, "", ("", *themes)),
        Field("watch", "watch", "Seconds between automatic refreshes; 0 = off.", Kind.NUMBER, "0"),
        Field("virtual_ip", "virtual IP", "Addresses that either node may answer on, separated by commas.",
              Kind.LIST),
    )  # fmt: skip


def _node_fields(role: str) -> tuple[Field, ...]:
    def field(key: str, label: str, text: str, kind: Kind = Kind.TEXT, shadow: str = "") -> Field:
        choices = YES_NO if kind is Kind.FLAG else ()
        return Field(f"{role}.{key}", label, text, kind, shadow, choices)

    return (
        field("host", "host", "Name or address for SSH."),
        field("port", "port", "Its SSH port.", Kind.NUMBER, "22, or as ~/.ssh/config says"),
        field("username", "user", "The account that logs in.", shadow="admin, or as ~/.ssh/config says"),
        field("password_command", "pw command", "Run without a shell; its first line is the password: pass "
              "show prime/site-a"),
        field("password_env", "pw variable", "The environment variable that holds the password."),
        field("key_file", "key file", "A private SSH key."),
        field("jump", "jump", "As ssh -J: [user@]host[:port]."),
        field("legacy_ssh", "legacy SSH", "Also offer the SHA-1 and CBC algorithms that old appliances need.",
              Kind.FLAG, "no"),
        field("read_only", "read-only", "Never change anything on this node.", Kind.FLAG, "no"),
        field("addresses", "addresses", "Other names and addresses the tables may hold for this node; "
              "separated by commas.", Kind.LIST),
        field("hm_port", "HM port", "The port of its Health Monitor.", Kind.NUMBER, "8082"),
        field("logs", "logs", "This node's logs, files or globs, read at each refresh; separated by commas.",
              Kind.LIST),
        field("known", "known", "Certificates exported from this node's store; separated by commas.",
              Kind.LIST),
        field("known_hosts", "known hosts", "The file of known SSH host keys.", shadow="~/.ssh/known_hosts"),
        field("command_timeout", "timeout", "Seconds allowed for one slow ncs command.", Kind.NUMBER, "120"),
    )  # fmt: skip


def text_of(field: Field, raw: Mapping[str, Any]) -> str:
    """The text of a field for this table."""
    value = _get(raw, field.id)
    if field.kind is Kind.REMOTES:
        return "\n".join(map(_remote_line, value or ()))
    if field.kind is Kind.MAP:
        return "\n".join(f"{source} = {target}" for source, target in (value or {}).items())
    if value is None:
        return field.shadow if field.kind in (Kind.FLAG, Kind.CHOICE) else ""
    if field.kind is Kind.LIST:
        return ", ".join(value)
    if field.kind is Kind.FLAG:
        return YES_NO[bool(value)]
    return f"{value:g}" if isinstance(value, float) else str(value)


def table_of(fields: Iterable[Field], texts: Mapping[str, str], before: Raw) -> Raw:
    """The raw table of what is typed; what was not touched stays as in ``before``."""
    table = deepcopy(before)
    for field in fields:
        text = texts[field.id]
        if field is not NAME and text != text_of(field, before):
            _put(table, field.id, _value(field, text.strip(), before))
    if "secondary" in table and not table["secondary"]:
        del table["secondary"]
    table.setdefault("primary", {})
    return table


def _value(field: Field, text: str, before: Raw) -> object:
    """What a text becomes; None removes the key. What is not a number stays a text and is reported."""
    if field.kind is Kind.REMOTES:
        known = {_remote_line(remote): remote for remote in before.get("remotes", ())}
        return [known.get(line, _remote(line)) for line in _lines(text)] or None
    if field.kind is Kind.MAP:
        return dict(_pair(line) for line in _lines(text)) or None
    if not text or (field.kind in (Kind.FLAG, Kind.CHOICE) and text == field.shadow):
        return None
    if field.kind is Kind.FLAG:
        return text == YES_NO[True]
    if field.kind is Kind.LIST:
        return [part.strip() for part in text.split(",") if part.strip()]
    return _number(text) if field.kind is Kind.NUMBER else text


def _number(text: str) -> object:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _remote_line(remote: Mapping[str, Any]) -> str:
    host, port = remote.get("host", ""), remote.get("port", 443)
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    nodes = " ".join(remote.get("nodes", (Role.PRIMARY,)))
    return f"{remote.get('name', '')}, {remote.get('kind', 'other')}, {where}, {nodes}"


def _remote(line: str) -> Raw:
    """A line of the remotes as a table; a name may hold commas where all four columns are there."""
    parts = [part.strip() for part in line.split(",")]
    if len(parts) > 4:
        parts = [", ".join(parts[:-3]), *parts[-3:]]
    remote: Raw = dict(zip(("name", "kind", "host"), parts, strict=False))
    if "host" in remote:
        try:
            endpoint = parse_endpoint(remote["host"], default_port=443)
        except EndpointError:
            pass  # the checks say what is wrong with it
        else:
            remote |= {"host": endpoint.host, "port": endpoint.port}
    if len(parts) == 4:
        remote["nodes"] = parts[3].split()
    return remote


def _pair(line: str) -> tuple[str, str]:
    source, _, target = line.partition("=")
    return source.strip(), target.strip()


def _get(raw: Mapping[str, Any], path: str) -> Any:
    value: Any = raw
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put(table: Raw, path: str, value: object) -> None:
    *above, key = path.split(".")
    for name in above:
        table = table.setdefault(name, {})
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
