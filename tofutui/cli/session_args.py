"""Finding the sessions that a command line names."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tofutui.cli.output import complain
from tofutui.cli.parsers import COMMANDS
from tofutui.config.errors import ConfigError
from tofutui.config.paths import sessions_file
from tofutui.config.sessions import read_sessions
from tofutui.tofu.site.session import Session


def load(
    option: Path | None,
    *,
    read_only: bool,
    tell: Callable[[str], None] = complain,
    leave_out: Callable[[str], None] | None = None,
) -> tuple[Path, dict[str, Session]]:
    """The sessions file in force and its sessions; ``tell`` gets each way for others to get a password.

    A faulty file in ``sessions.d`` costs its own sessions only; ``leave_out`` (by default ``tell``) gets each
    of its faults.

    Every variable that a session names as a password leaves the environment here, before any other program
    is started.

    Raises:
        ConfigError: it is missing or wrong.
    """
    path = sessions_file(option, os.environ)
    report = read_sessions(path)
    if report.fatal:
        raise ConfigError(report.errors)
    for fault in report.left_out:
        (leave_out or tell)(f"ignored: {fault}")
    for warning in report.exposed:
        tell(f"warning: {warning}")
    _take_variables(report.sessions.values())
    return path, {name: replace(session, read_only=read_only) for name, session in report.sessions.items()}


def _take_variables(sessions: Iterable[Session]) -> None:
    nodes = [node for session in sessions for node in session.nodes.values()]
    names = [node.password_env for node in nodes if node.password_env]
    if names:
        from tofutui.appliance.ssh.credentials import take_variables

        take_variables(names)


def pick(names: Iterable[str], sessions: Mapping[str, Session], path: Path) -> list[Session]:
    """The named sessions, each once, in the order given.

    Raises:
        ConfigError: there is no such session; each is named with the nearest there is.
    """
    wanted = list(dict.fromkeys(names))
    errors = [_unknown(name, sessions, path) for name in wanted if name not in sessions]
    if errors:
        raise ConfigError(errors)
    return [sessions[name] for name in wanted]


def _unknown(name: str, sessions: Mapping[str, Session], path: Path) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [*sessions, *COMMANDS], n=1, cutoff=0.5)
    known = ", ".join(sessions)
    cure = f"did you mean {close[0]}?" if close else f"available: {known}"
    return f"no session {name} in {path}, {cure}"
