"""The fields of a session's form, declared once: its place, label, its help, its kind.

A form holds text; the raw table of sessions.toml is made from it. A field (or a line of one) that was not
touched keeps its value as it was, so that what the form cannot show survives. Loads no Textual.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from tofutui.tofu.site.endpoint import EndpointError, parse_endpoint
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Role, Session
from tofutui.tofu.site.setting import Rule, Setting, default_of, is_needed, settings_of

Raw = dict[str, Any]


class FieldKind(Enum):
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
        return self in (FieldKind.REMOTES, FieldKind.MAP)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``id`` is the dotted path of its key below ``[sessions.NAME]``."""

    id: str
    label: str
    help: str
    kind: FieldKind = FieldKind.TEXT
    shadow: str = ""
    """What holds while it is empty."""
    choices: tuple[str, ...] = ()
    is_needed: bool = False
    """Whether a session cannot be saved without it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]
    note: str = ""


NEEDED = "needed"
"""What an empty field shows that a session cannot do without."""
NAME = Field(
    "name", "name", "The name of the session on the command line: letters, digits, '.', '_', '-'.",
    shadow=NEEDED, is_needed=True,
)  # fmt: skip
YES_NO = ("no", "yes")


def groups(themes: Iterable[str]) -> tuple[Group, ...]:
    """All fields; the themes are those to choose from."""
    return (
        Group("Session", (NAME, *_session_fields(tuple(themes)))),
        Group("PRIMARY", tuple(map(_needing, _fields_of(NodeSettings, "primary."))), _LOGIN),
        Group("SECONDARY, empty for a stand-alone server", _fields_of(NodeSettings, "secondary."), _LOGIN),
        Group("Remotes: servers with an expected row, one per line", (_REMOTES,)),
        Group("Probing: how certificates are fetched", _fields_of(ProbeSettings, "probe.")),
    )


_LOGIN = (
    "A password is never stored: name a command that prints it, or a variable, or a key file. With none of "
    "them the keys of your SSH agent are tried, and you are asked."
)
_REMOTES = Field(
    "remotes", "remotes",
    "NAME, ise|dnac|other, HOST:PORT, primary secondary (the nodes that should hold a row; default: "
    "primary).",
    FieldKind.REMOTES,
)  # fmt: skip
_KINDS = {
    **dict.fromkeys((Rule.PORT, Rule.COUNT, Rule.SECONDS, Rule.SECONDS_OR_ZERO), FieldKind.NUMBER),
    **dict.fromkeys((Rule.HOSTS, Rule.PATHS), FieldKind.LIST),
    Rule.FLAG: FieldKind.FLAG,
    Rule.CHOICE: FieldKind.CHOICE,
    Rule.ENDPOINTS: FieldKind.MAP,
}
"""How a rule's value is typed, where not as a text."""


def _needing(field: Field) -> Field:
    """The same, marked where its setting has no default."""
    needed = is_needed(NodeSettings, field.id.rpartition(".")[2])
    return replace(field, shadow=NEEDED, is_needed=True) if needed else field


def _session_fields(themes: tuple[str, ...]) -> tuple[Field, ...]:
    every = _fields_of(Session, "")
    chosen = ("", *themes)
    return tuple(
        replace(field, kind=FieldKind.CHOICE, choices=chosen) if field.id == "theme" else field
        for field in every
    )


def _fields_of(kind: type, above: str) -> tuple[Field, ...]:
    return tuple(
        _field(f"{above}{key}", key, setting, default_of(kind, key))
        for key, setting in settings_of(kind).items()
    )


def _field(id_: str, key: str, setting: Setting, default: object) -> Field:
    kind = _KINDS.get(setting.rule, FieldKind.TEXT)
    words = f"{setting.meaning[0].upper()}{setting.meaning[1:]}".replace("`", "")
    more = _TYPED.get(kind, "")
    choices = YES_NO if kind is FieldKind.FLAG else tuple(map(str, setting.choices))
    shadow = _shown(kind, default) if setting.unset is None else setting.unset
    return Field(id_, setting.label or key.replace("_", " "), f"{words}{more}.", kind, shadow, choices)


_TYPED = {FieldKind.LIST: "; separated by commas", FieldKind.MAP: ", one per line"}


def text_of(field: Field, raw: Mapping[str, Any]) -> str:
    """The text of a field for this table."""
    value = _get(raw, field.id)
    if field.kind is FieldKind.REMOTES:
        return "\n".join(map(_remote_line, value or ()))
    if field.kind is FieldKind.MAP:
        return "\n".join(f"{source} = {target}" for source, target in (value or {}).items())
    if value is None:
        return field.shadow if field.kind in (FieldKind.FLAG, FieldKind.CHOICE) else ""
    return _shown(field.kind, value)


def _shown(kind: FieldKind, value: Any) -> str:
    if kind is FieldKind.FLAG:
        return YES_NO[bool(value)]
    if not value and value != 0:
        return ""
    if kind is FieldKind.LIST:
        return ", ".join(value)
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
    if field.kind is FieldKind.REMOTES:
        known = {_remote_line(remote): remote for remote in before.get("remotes", ())}
        return [known.get(line, _remote(line)) for line in _lines(text)] or None
    if field.kind is FieldKind.MAP:
        return dict(_pair(line) for line in _lines(text)) or None
    if not text or (field.kind in (FieldKind.FLAG, FieldKind.CHOICE) and text == field.shadow):
        return None
    if field.kind is FieldKind.FLAG:
        return text == YES_NO[True]
    if field.kind is FieldKind.LIST:
        return [part.strip() for part in text.split(",") if part.strip()]
    return _number(text) if field.kind is FieldKind.NUMBER else text


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
