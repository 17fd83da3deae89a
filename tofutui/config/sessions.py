"""sessions.toml and sessions.d/*.toml -> sessions, checked strictly."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tofutui.config.checks import check_session
from tofutui.config.errors import ConfigError, NoSessionsFile, nearest
from tofutui.config.fields import (
    Check,
    Faults,
    any_text,
    as_table,
    command_line,
    flag,
    host,
    list_of,
    not_negative,
    one_of,
    path_from,
    port,
    positive,
    read_table,
    show,
    text,
    variable,
    whole,
    word,
)
from tofutui.system.file_permissions import why_exposed, why_not_trusted
from tofutui.system.files import check_regular
from tofutui.system.toml_files import TomlFault, read_toml
from tofutui.tofu.site.endpoint import Endpoint, EndpointError, normalise_host, parse_endpoint
from tofutui.tofu.site.session import REMOTE_SETTINGS, NodeSettings, ProbeSettings, Remote, Role, Session, Via
from tofutui.tofu.site.setting import Rule, Setting, settings_of

COMMANDS = (
    "check", "offline", "history", "record", "lab", "sessions", "themes", "keys", "doctor", "completion",
)  # fmt: skip
"""Words that the command line reads as a command, now or later: no session can be called so."""

_NAME = re.compile(r"[^\W_][\w.-]*")


@dataclass(frozen=True, slots=True)
class SessionsReport:
    """What the files hold: the sessions that are right, every fault, every warning."""

    sessions: dict[str, Session]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    origin: dict[str, Path]
    """The file that defines each session."""
    exposed: tuple[str, ...] = ()
    """Those of the warnings about a way for others to get a password."""
    left_out: tuple[str, ...] = ()
    """Those of the errors that cost only the sessions of one file in ``sessions.d``."""

    @property
    def fatal(self) -> tuple[str, ...]:
        """The errors with which no session is opened: of the user's own file, and all where none is right."""
        if not self.sessions:
            return self.errors
        return tuple(error for error in self.errors if error not in self.left_out)


def load_sessions(path: Path) -> dict[str, Session]:
    """The sessions of ``path`` and of ``sessions.d`` beside it, by name.

    Raises:
        ConfigError: a file is missing, unreadable or wrong; ``errors`` lists every fault of all files. A
            program that can go on without the sessions of a faulty file in ``sessions.d`` reads the report.
    """
    report = read_sessions(path)
    if report.errors:
        raise ConfigError(report.errors)
    return report.sessions


def read_sessions(path: Path) -> SessionsReport:
    """Like `load_sessions`, but with the warnings, and the faults as a value.

    Raises:
        NoSessionsFile: there is no file at all.
    """
    drop_ins = sessions_d(path)
    others = sorted(drop_ins.glob("*.toml")) if drop_ins.is_dir() else []
    files = ([path] if path.exists() else []) + others
    if not files:
        raise NoSessionsFile(path, how_to_make_one(path))
    all_faults: list[Faults] = []
    origin: dict[str, Path] = {}
    sessions: dict[str, Session] = {}
    for file in files:
        built, faults = read_file(file)
        all_faults.append(faults)
        for session in built:
            if session.name in origin:
                first = origin[session.name]
                faults.add(f"sessions.{session.name}", f"{first} already defines a session with this name")
                continue
            origin[session.name] = file
            sessions[session.name] = session
    errors = [error for faults in all_faults for error in faults.errors]
    if not errors and not sessions:
        errors = [f"{path}: contains no session; a session starts with [sessions.NAME.primary]"]
    warnings = [warning for faults in all_faults for warning in faults.warnings]
    exposed = [warning for faults in all_faults for warning in faults.exposed]
    left_out = [error for file, faults in zip(files, all_faults, strict=True) if file != path
                for error in faults.errors]  # fmt: skip
    said = (*warnings, *exposed)
    return SessionsReport(sessions, tuple(errors), said, origin, tuple(exposed), tuple(left_out))


def sessions_d(path: Path) -> Path:
    """The folder of the sessions made in the app, beside the user's own file."""
    return path.parent / "sessions.d"


def how_to_make_one(path: Path) -> str:
    """The cure for a missing sessions file: one line for a shell."""
    folder, file = shlex.quote(str(path.parent)), shlex.quote(str(path))
    content = r"[sessions.site-a.primary]\nhost = \"192.0.2.10\"\n"
    return (
        f'make one: mkdir -p {folder} && printf "{content}" > {file}; '
        "tofutui sessions example prints one with every key; tofutui --demo needs none"
    )


def read_file(file: Path) -> tuple[list[Session], Faults]:
    """The sessions of one file that could be built, and what is wrong with the others."""
    faults = Faults(str(file))
    document = _parse(file, faults)
    if document is None:
        return [], faults
    tables = {"defaults": _anything, "sessions": _anything}
    values = read_table(document, tables, "", faults)
    base = file.absolute().parent
    defaults = read_table(
        values.get("defaults", {}), _checks(settings_of(NodeSettings), base), "defaults", faults
    )
    sessions = as_table(values.get("sessions", {}), "sessions", faults)
    built = [read_session(name, raw, defaults, base, faults) for name, raw in sessions.items()]
    result = [session for session in built if session is not None]
    _check_mode(file, result, faults)
    return result, faults


def _parse(file: Path, faults: Faults) -> dict[str, Any] | None:
    try:
        check_regular(file)
        if reason := why_not_trusted(file):
            raise TomlFault(reason)
        return read_toml(file)[0]
    except TomlFault as fault:
        faults.add("", str(fault))
    except OSError as error:
        faults.add("", f"cannot be read: {error.strerror or error}")
    return None


def _anything(value: object) -> object:
    return value


_CHECKS: dict[Rule, Check] = {
    Rule.ANY_TEXT: any_text,
    Rule.TEXT: text,
    Rule.WORD: word,
    Rule.HOST: host,
    Rule.HOSTS: list_of(host),
    Rule.PORT: port,
    Rule.FLAG: flag,
    Rule.VARIABLE: variable,
    Rule.COMMAND_LINE: command_line,
    Rule.SECONDS: positive,
    Rule.SECONDS_OR_ZERO: not_negative,
    Rule.COUNT: whole(1, 1024),
    Rule.ENDPOINTS: _anything,
}
"""Those that need nothing but the value."""


def read_session(
    name: str, raw: object, defaults: dict[str, Any], base: Path, faults: Faults
) -> Session | None:
    """One session, or None if a fault was found in it; relative paths of it start at ``base``."""
    before = len(faults.errors)
    place = place_of(name)
    _check_name(name, place, faults)
    tables = dict.fromkeys((*Role, "remotes", "probe"), _anything)
    checks = {**_checks(settings_of(Session), base), **tables}
    values = read_table(raw, checks, place, faults, required=["primary"])
    nodes = {
        role: node
        for role in Role
        if role in values and (node := _read_node(role, values[role], defaults, base, place, faults))
    }
    remotes = tuple(_read_remotes(values.get("remotes", []), place, base, faults))
    probe = _read_probe(values.get("probe", {}), f"{place}.probe", base, faults)
    plain = {key: values[key] for key in settings_of(Session) if key in values}
    session = Session(name=name, nodes=nodes, remotes=remotes, probe=probe, **plain)
    check_session(session, place, faults, has_secondary="secondary" in values)
    return session if len(faults.errors) == before else None


def place_of(name: str) -> str:
    """How the faults of a session name its place."""
    return f"sessions.{name}" if _NAME.fullmatch(name) else f"sessions.{show(name)}"


def _check_name(name: str, place: str, faults: Faults) -> None:
    if name in COMMANDS:
        faults.add(place, f"{name} is a command of tofutui: choose another name for the session")
    elif not _NAME.fullmatch(name):
        faults.add(
            place, "a session's name has letters, digits, '.', '_' and '-', and starts with a letter or digit"
        )


def _checks(settings: Mapping[str, Setting], base: Path) -> dict[str, Check]:
    """The check of each key; relative paths start at ``base``."""
    path = path_from(base)

    def path_text(value: object) -> str:
        absolute = path(value)
        return f"{absolute}/" if str(value).endswith("/") else str(absolute)

    def check_of(setting: Setting) -> Check:
        chosen = one_of(*setting.choices)
        return {
            **_CHECKS,
            Rule.PATH: path,
            Rule.PATHS: list_of(path_text),
            Rule.CHOICE: chosen,
            Rule.CHOICES: list_of(chosen),
        }[setting.rule]

    return {key: check_of(setting) for key, setting in settings.items()}


def _read_node(
    role: Role, raw: object, defaults: dict[str, Any], base: Path, place: str, faults: Faults
) -> NodeSettings | None:
    """One node. A faulty one is built of what is right in it, so that what holds between the two nodes is
    reported at once too; None where it is not clear which endpoint is meant.
    """
    checks = _checks(settings_of(NodeSettings), base)
    required = [] if "host" in defaults else ["host"]
    own = read_table(raw, checks, f"{place}.{role}", faults, required)
    values = {**defaults, **own}
    if "host" not in values or _is_endpoint_unclear(raw, own, list(checks)):
        return None
    return NodeSettings(role=role, left_to_ssh=frozenset({"port", "username"} - values.keys()), **values)


def _is_endpoint_unclear(raw: object, own: dict[str, Any], valid: list[str]) -> bool:
    """Whether the host or the port is written wrongly: what is in its place was not meant."""
    keys = raw if isinstance(raw, dict) else {}
    wrong = [key for key in keys if key not in own]
    meant = [key if key in valid else nearest(key, valid) for key in wrong]
    return any(word in meant for word in ("host", "port", "did you mean host?", "did you mean port?"))


def _read_remotes(raw: object, place: str, base: Path, faults: Faults) -> Iterator[Remote]:
    if not isinstance(raw, list):
        faults.add(place, f"remotes = {show(raw)}: not a list; write [[{place}.remotes]]")
        return
    checks = _checks(REMOTE_SETTINGS, base)
    for number, table in enumerate(raw, 1):
        before = len(faults.errors)
        values = read_table(table, checks, f"{place}.remotes.{number}", faults, required=["name", "host"])
        if len(faults.errors) == before:
            yield Remote(
                name=values["name"],
                kind=values.get("kind", "other"),
                endpoint=Endpoint(normalise_host(values["host"]), values.get("port", 443)),
                nodes=_roles(values.get("nodes", (Role.PRIMARY,))),
            )


def _roles(words: Iterable[str]) -> tuple[Role, ...]:
    wanted = set(words)
    return tuple(role for role in Role if role in wanted)


def _read_probe(raw: object, place: str, base: Path, faults: Faults) -> ProbeSettings:
    values = read_table(raw, _checks(settings_of(ProbeSettings), base), place, faults)
    if "via" in values:
        values["via"] = Via(values["via"])
    values["map"] = dict(_read_map(values.get("map", {}), f"{place}.map", faults))
    return ProbeSettings(**values)


def _read_map(raw: object, place: str, faults: Faults) -> Iterator[tuple[Endpoint, Endpoint]]:
    seen: dict[Endpoint, str] = {}
    for key, value in as_table(raw, place, faults).items():
        source, target = _endpoint(key), _endpoint(value)
        if source is None:
            faults.add(place, f'{show(key)}: not HOST:PORT (IPv6 as "[2001:db8::7]:443")')
        elif source in seen:
            faults.add(place, f"{show(key)}: the same endpoint as {show(seen[source])}")
        if target is None:
            faults.add(place, f'{show(key)} = {show(value)}: not HOST:PORT (IPv6 as "[2001:db8::7]:443")')
        if source and target:
            seen[source] = key
            yield source, target


def _endpoint(value: object) -> Endpoint | None:
    try:
        return parse_endpoint(value) if isinstance(value, str) else None
    except EndpointError:
        return None


def _check_mode(file: Path, sessions: list[Session], faults: Faults) -> None:
    """Anybody's eyes or hands on the way to a password are worth a warning."""
    reason = why_exposed(file.stat())
    if reason and any(node.password_command for s in sessions for node in s.nodes.values()):
        cure = f"chmod 600 {shlex.quote(str(file))}"
        faults.exposed.append(f"{faults.file}: names a password_command and {reason}: {cure}")
