"""Sessions made in the app, saved one file each; the user's own file is never written."""

from pathlib import Path
from typing import Any

import tomli_w

from tofutui.config.errors import ConfigError, NoSessionsFile
from tofutui.config.sessions import read_file, read_sessions, sessions_d
from tofutui.system.private_files import private_folder, write_draft
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Remote, Role, Session, Via
from tofutui.tofu.site.setting import settings_of

_FOR_SSH = ("port", "username")


def save_session(session: Session, sessions_path: Path) -> Path:
    """Write ``sessions.d/NAME.toml`` beside ``sessions_path`` (0600, whole or not at all) and give its path.

    Raises:
        ConfigError: the session would not be read back, its name is taken by another file, or the folder
            cannot be written.
    """
    folder = sessions_d(sessions_path)
    target = folder / f"{session.name}.toml"
    try:
        private_folder(folder)
        draft = write_draft(target, tomli_w.dumps(as_toml(session)))
    except OSError as error:
        raise ConfigError([f"{target}: cannot be written: {error.strerror or error}"]) from error
    try:
        _refuse_unreadable(session, draft, target, sessions_path)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def as_toml(session: Session) -> dict[str, Any]:
    """The document that reads back as this session."""
    table: dict[str, Any] = {}
    for key in settings_of(session):
        if value := getattr(session, key):
            table[key] = _plain(value)
    table |= {str(role): _node(session.nodes[role]) for role in session.roles}
    if session.remotes:
        table["remotes"] = [_remote(remote) for remote in session.remotes]
    table["probe"] = _probe(session.probe)
    return {"sessions": {session.name: table}}


def _node(node: NodeSettings) -> dict[str, Any]:
    plain = NodeSettings(role=node.role, host=node.host)
    table: dict[str, Any] = {"host": node.host}  # be it empty
    for key in settings_of(node):
        value = getattr(node, key)
        # What was written, be it the default, is not left to the user's SSH configuration.
        written = key in _FOR_SSH and key not in node.left_to_ssh
        if written or value != getattr(plain, key):
            table[key] = _plain(value)
    return table


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path | Endpoint | Via) else value


def _remote(remote: Remote) -> dict[str, Any]:
    return {
        "name": remote.name,
        "kind": remote.kind,
        "host": remote.endpoint.host,
        "port": remote.endpoint.port,
        "nodes": [str(role) for role in Role if role in remote.nodes],
    }


def _probe(probe: ProbeSettings) -> dict[str, Any]:
    return {key: _plain(getattr(probe, key)) for key in settings_of(probe)}


def _refuse_unreadable(session: Session, draft: Path, target: Path, sessions_path: Path) -> None:
    """Nothing is saved that would not be read back, or whose name another file already defines."""
    _, faults = read_file(draft)
    if faults.errors:
        raise ConfigError([error.replace(str(draft), str(target)) for error in faults.errors])
    taken = _origins(sessions_path).get(session.name, target)
    if taken != target:
        raise ConfigError([f"{taken}: already holds a session {session.name}"])


def _origins(sessions_path: Path) -> dict[str, Path]:
    try:
        return read_sessions(sessions_path).origin
    except NoSessionsFile:
        return {}
