"""What `tofutui doctor` finds out, as values: versions, paths, settings with their source, terminal, history.

Nothing here connects to anything, and no secret is read: of a command or variable that gives a password only
that it is set is shown.
"""

import argparse
import os
import platform
import shutil
import sqlite3
import ssl
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tofutui import __version__
from tofutui.config.errors import ConfigError
from tofutui.config.keymap_file import keys_file
from tofutui.config.paths import config_dir, data_dir, sessions_file
from tofutui.config.sessions import SessionsReport, read_sessions, sessions_d
from tofutui.config.themes import load_themes
from tofutui.history.database import FILE, MIGRATIONS
from tofutui.system.toml_files import TomlFault, read_toml
from tofutui.tofu.site.session import Session
from tofutui.tofu.site.setting import Rule, settings_of
from tofutui.ui.actions.keymap import KeyBook, load_keybook

_LIBRARIES = ("textual", "asyncssh", "cryptography", "platformdirs", "tomli-w")
_TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "TERM_PROGRAM", "LANG", "LC_ALL", "PYTHONIOENCODING")
_PRESENT = {"tmux": "TMUX", "screen": "STY", "SSH": "SSH_CONNECTION"}
"""Fields of a session and its nodes that are not a plain key of the file; a node's ``read_only`` is."""


FAILED = "failed: "
"""How the value of a step begins that did not work out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found; ``source`` is where it is set, "" where that means nothing."""

    name: str
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Findings that belong together."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the user's files hold, and everything that is wrong with them."""

    path: Path
    sessions: Mapping[str, Session]
    origin: Mapping[str, Path]
    keys: KeyBook
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    """Warnings, and what is merely missing."""


def configuration(options: argparse.Namespace) -> Configuration:
    """Read all of it; what is wrong is kept, none of it stops the reading."""
    path = sessions_file(options.sessions, os.environ)
    report = SessionsReport({}, (), (), {})
    faults: list[str] = []
    notes: list[str] = []
    try:
        report = read_sessions(path)
        faults += report.errors
        notes += report.warnings
    except ConfigError as error:
        notes.append(f"{error.errors[0]}; {error.hint}")
    keys = KeyBook()
    try:
        keys = load_keybook()
    except ConfigError as error:
        faults += error.errors
    faults += load_themes(config_dir() / "themes").errors
    return Configuration(path, report.sessions, report.origin, keys, tuple(faults), tuple(notes))


def versions() -> Section:
    """Of the program, of its libraries, and of the system."""
    items = [Finding("tofutui", __version__), Finding("Python", sys.version.split()[0], sys.executable)]
    items += [Finding(name, _version(name)) for name in _LIBRARIES]
    items += [Finding("OpenSSL", ssl.OPENSSL_VERSION), Finding("SQLite", sqlite3.sqlite_version)]
    return Section("Versions", (*items, Finding("system", platform.platform())))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def paths(options: argparse.Namespace, setup: Configuration) -> Section:
    """Where things lie, whether they are there, and who may read them."""
    data = data_dir(options.data, os.environ)
    return Section(
        "Paths",
        (
            _place("sessions file", setup.path, _source(options.sessions, "TOFUTUI_SESSIONS", "--sessions")),
            _place("sessions made in the app", sessions_d(setup.path)),
            _place("data", data, _source(options.data, "TOFUTUI_DATA", "--data")),
            _place("history", data / FILE),
            _place("config", config_dir()),
            _place("keys", keys_file()),
            _place("own themes", config_dir() / "themes"),
        ),
    )


def _source(option: Path | None, variable: str, name: str) -> str:
    if option is not None:
        return f"option {name}"
    return f"${variable}" if os.environ.get(variable) else "default"


def _place(name: str, path: Path, source: str = "") -> Finding:
    try:
        mode = f"{path.stat().st_mode & 0o777:03o}"
    except FileNotFoundError:
        state = "does not exist"
    except OSError as error:
        state = str(error.strerror)
    else:
        state = f"mode {mode}" + ("" if os.access(path, os.R_OK) else ", cannot be read")
    return Finding(name, f"{path} ({state})", source)


def settings(
    options: argparse.Namespace, setup: Configuration, shown: Mapping[str, Session]
) -> list[Section]:
    """Every setting with its source; ``shown`` is what may be printed of each session."""
    given = [("read-only", options.read_only), ("ascii", options.ascii)]
    general = [Finding(name, _word(on), "option" if on else "default") for name, on in given]
    general += [
        Finding(f"key of {id_}", setup.keys.of(id_).shown_keys or "none", place)
        for id_, place in setup.keys.places.items()
    ]
    sections = [Section("Settings", tuple(general))]
    for name, session in shown.items():
        raw = _raw(setup.origin[name])
        sections.append(Section(f"Session {session.name}", tuple(_of_session(name, session, raw))))
    return sections


def _of_session(name: str, session: Session, raw: Mapping[str, Any]) -> Iterator[Finding]:
    own = raw.get("sessions", {}).get(name, {})
    defaults = raw.get("defaults", {})
    yield from _values("", session, own, {})
    for role, node in session.nodes.items():
        yield from _values(f"{role}.", node, own.get(role.value, {}), defaults)
    yield from _values("probe.", session.probe, own.get("probe", {}), {})
    for number, remote in enumerate(session.remotes, 1):
        words = f"{remote.name} ({remote.kind}) {remote.endpoint}, on {', '.join(remote.nodes)}"
        yield Finding(f"remotes.{number}", words, "file")


def _values(lead: str, holder: Any, own: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Finding]:
    for key, setting in settings_of(holder).items():
        value = getattr(holder, key)
        if setting.is_secret:
            words = "set" if value else "not set"
        elif setting.rule is Rule.VARIABLE and value:
            words = f"${value}, which is {'set' if os.environ.get(str(value)) else 'not set'}"
        else:
            words = _word(value)
        source = "file" if key in own else "file, [defaults]" if key in defaults else "default"
        yield Finding(lead + key, words, source)


def _word(value: object) -> str:
    if value is None or value in ("", (), {}):
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{source} -> {target}" for source, target in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _raw(path: Path) -> Mapping[str, Any]:
    """The file itself: only it says which keys are written."""
    try:
        return read_toml(path)[0]
    except (OSError, TomlFault):
        return {}


def terminal() -> Section:
    """What the terminal says that it can do."""
    size = shutil.get_terminal_size()
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    items = [
        Finding("a terminal", _word(tty), "" if tty else "the app needs one"),
        Finding("size", f"{size.columns}x{size.lines}", "" if tty else "not queried"),
        Finding("encoding", str(sys.stdout.encoding)),
    ]
    items += [Finding(name, os.environ.get(name, "not set")) for name in _TERMINAL]
    items += [Finding(name, _word(bool(os.environ.get(name_of)))) for name, name_of in _PRESENT.items()]
    return Section("Terminal", (*items, Finding("clipboard (OSC 52)", "cannot be determined from here")))


def history(options: argparse.Namespace) -> Section:
    """The state of the history's file; it is only read."""
    path = data_dir(options.data, os.environ) / FILE
    if not path.exists():
        return Section("History", (Finding("file", "none yet"),))
    sizes = [file.stat().st_size for file in (path, path.with_name(f"{FILE}-wal")) if file.exists()]
    items = [Finding("size", f"{sum(sizes) / 1024:.0f} KiB")]
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            (checked,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            (layout,) = database.execute("PRAGMA user_version").fetchone()
        items += [Finding("integrity", str(checked)), Finding("layout", f"{layout} of {len(MIGRATIONS)}")]
    except sqlite3.Error as error:
        items.append(Finding("integrity", f"cannot be read: {error}"))
    return Section("History", tuple(items))


def clock() -> Section:
    """Which time this machine has: the nodes' clocks are compared with it."""
    now = datetime.now().astimezone()
    zone = os.environ.get("TZ") or time.tzname[time.localtime().tm_isdst > 0]
    return Section(
        "Clock", (Finding("now", now.isoformat(timespec="seconds")), Finding("time zone", zone or "unknown"))
    )
