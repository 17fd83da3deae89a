"""What the session picker reads and changes on disk; every function is for a worker thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tofutui.history.results import LastResult
    from tofutui.tofu.site.session import Session


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is known of the sessions beside their settings."""

    results: "Mapping[str, LastResult]" = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    """Why a session cannot be changed here."""
    trouble: str = ""
    was_read: bool = False
    """Whether anything was looked at yet."""


def look(sessions_path: Path, data_dir: Path) -> Shelf:
    """The last results, and which sessions cannot be changed here; what cannot be read is reported."""
    from tofutui.config.editable_sessions import why_kept
    from tofutui.config.errors import ConfigError
    from tofutui.history.database import HistoryError

    trouble, results, kept = "", {}, {}
    try:
        results = _results(data_dir)
    except HistoryError as error:
        trouble = str(error)
    try:
        kept = dict(why_kept(sessions_path))
    except ConfigError as error:
        trouble = str(error)
    return Shelf(results, kept, trouble, was_read=True)


def _results(data_dir: Path) -> "dict[str, LastResult]":
    from tofutui.history.database import FILE, Database
    from tofutui.history.results import Results

    path = data_dir / FILE
    if not path.exists():
        return {}
    database = Database(path)
    try:
        return Results(database).every()
    finally:
        database.close()


def keep(session: "Session", before: str | None, sessions_path: Path) -> Path:
    """Save a session; if its name was another ``before``, that file goes once the new file is there.

    Raises:
        ConfigError: it cannot be saved, or the old file cannot be removed.
    """
    from tofutui.config.editable_sessions import delete_session
    from tofutui.config.saving import save_session

    path = save_session(session, sessions_path)
    if before is not None and before != session.name:
        delete_session(before, sessions_path)
    return path
