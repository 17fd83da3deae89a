"""Which sessions the app may change: those that are alone in a file of ``sessions.d`` named after them."""

import re
from collections.abc import Mapping
from pathlib import Path

from tofutui.config.errors import ConfigError, NoSessionsFile
from tofutui.config.sessions import read_sessions, sessions_d
from tofutui.system.toml_files import TomlFault, read_toml

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def why_kept(sessions_path: Path) -> Mapping[str, str]:
    """Why a session cannot be changed by the app, by its name; those that can are not there.

    Reads every file: for a worker thread.
    """
    try:
        origin = read_sessions(sessions_path).origin
    except NoSessionsFile:
        return {}
    reasons = {name: _why(name, file, sessions_path) for name, file in origin.items()}
    return {name: why for name, why in reasons.items() if why}


def delete_session(name: str, sessions_path: Path) -> Path:
    """Remove a session that the app made; the file that went.

    Raises:
        ConfigError: it is not one of those, or its file cannot be removed.
    """
    file = sessions_d(sessions_path) / f"{name}.toml"
    why = why_kept(sessions_path).get(name)
    if why:
        raise ConfigError([f"session {name} cannot be deleted: {why}"])
    try:
        file.unlink()
    except OSError as error:
        raise ConfigError([f"{file}: cannot be deleted: {error.strerror or error}"]) from error
    return file


def _why(name: str, file: Path, sessions_path: Path) -> str:
    own = sessions_d(sessions_path) / f"{name}.toml"
    if file != own:
        return f"{file} is your own and never rewritten"
    try:
        document, text = read_toml(file)
    except (OSError, TomlFault) as error:
        return f"{file} cannot be read: {error}"
    if set(document) != {"sessions"} or set(document["sessions"]) != {name}:
        return f"{file} holds more than this session"
    return f"{file} holds comments, which would be lost" if _has_comment(text) else ""


def _has_comment(text: str) -> bool:
    """Whether there is a comment (or what looks like one in a string of several lines)."""
    return any("#" in _STRING.sub("", line) for line in text.splitlines())
