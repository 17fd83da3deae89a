"""What was sent to change a node: written before it is sent, completed after (SQLite).

One row per deletion. Whatever happens to the program in between, the next start finds what was not settled.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.plan import Outcome
from tofutui.tofu.session import Role

SCHEMA = 1
"""Version of the table layout, kept in SQLite's ``user_version``."""

_CREATE = """
CREATE TABLE deletion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL, role TEXT NOT NULL, host TEXT NOT NULL, hostname TEXT,
    key TEXT NOT NULL, command TEXT NOT NULL, operator TEXT NOT NULL, sha256 TEXT, at TEXT NOT NULL,
    words TEXT, answered_at TEXT,
    outcome TEXT, text TEXT, settled_at TEXT
);
CREATE INDEX deletion_by_session ON deletion (session, id);
"""
_COLUMNS = (
    "id, session, role, host, hostname, key, command, operator, sha256, at,"
    " words, answered_at, outcome, text, settled_at"
)


class JournalError(TofutuiError):
    """The journal cannot be opened, read or written; nothing may be deleted without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One deletion as journalled; times are UTC."""

    id: int
    session: str
    role: Role
    host: str
    hostname: str | None
    key: str
    command: str
    operator: str
    sha256: str | None
    """Fingerprint that the endpoint presented when the deletion was confirmed."""
    at: datetime
    """When it was written, before the command was sent."""
    words: str | None = None
    """The appliance's answer; None if none came."""
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    text: str | None = None
    settled_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Whether a listing has shown how it ended."""
        return self.outcome not in (None, Outcome.UNKNOWN)


class Journal:
    """The journal file, opened once; each call is one short transaction and may come from any thread.

    A file that is no journal (any more) is set aside, never deleted; ``message`` then says so.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file (0600) and its folder (0700).

        Raises:
            JournalError: it cannot be opened or made, or a newer version of the program wrote it.
        """
        self.path = path
        self.message = ""
        self._lock = threading.Lock()
        with _told(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._connection = _open(path)
            except sqlite3.OperationalError:
                raise  # locked, or no permission: not damaged
            except sqlite3.DatabaseError as error:
                aside = _set_aside(path)
                self.message = (
                    f"the journal was damaged ({error}); it is kept as {aside}, a new one was begun"
                )
                self._connection = _open(path)

    def open_entry(  # noqa: PLR0913
        self,
        *,
        session: str,
        role: Role,
        host: str,
        hostname: str | None,
        key: str,
        command: str,
        operator: str,
        sha256: str | None,
        at: datetime,
    ) -> int:
        """Write down a deletion that is about to be sent, and give its id. On disk when this returns."""
        values = (session, str(role), host, hostname, key, command, operator, sha256, _stamp(at))
        columns = "session, role, host, hostname, key, command, operator, sha256, at"
        sql = f"INSERT INTO deletion ({columns}) VALUES ({', '.join('?' * len(values))})"  # noqa: S608
        with self._transaction() as connection:
            row_id = connection.execute(sql, tuple(_storable(value) for value in values)).lastrowid
        if row_id is None:
            raise JournalError(f"{self.path}: the entry was not written")
        return row_id

    def answered(self, entry_id: int, words: str, at: datetime) -> None:
        """What the appliance answered."""
        self._update("words = ?, answered_at = ?", (words, _stamp(at)), entry_id)

    def outcome(self, entry_id: int, outcome: Outcome, text: str, at: datetime) -> None:
        """How it ended; `Outcome.UNKNOWN` leaves it unsettled."""
        self._update("outcome = ?, text = ?, settled_at = ?", (str(outcome), text, _stamp(at)), entry_id)

    def unsettled(self, session: str) -> list[JournalEntry]:
        """The deletions of this session of which no listing has shown the end, oldest first."""
        return [entry for entry in self.entries(session) if not entry.is_settled]

    def entries(self, session: str) -> list[JournalEntry]:
        """All deletions of this session, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM deletion WHERE session = ? ORDER BY id"  # noqa: S608
        with self._transaction() as connection:
            rows = connection.execute(sql, (_storable(session),)).fetchall()
        return [_entry(row) for row in rows]

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self._lock:
            self._connection.close()

    def _update(self, assignments: str, values: tuple[str, ...], entry_id: int) -> None:
        sql = f"UPDATE deletion SET {assignments} WHERE id = ?"  # noqa: S608
        with self._transaction() as connection:
            done = connection.execute(sql, (*(_storable(value) for value in values), entry_id))
            if done.rowcount != 1:
                raise JournalError(f"{self.path}: has no entry {entry_id}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _told(self.path), self._connection as connection:
            yield connection


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the file system and of SQLite, with the file's name."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise JournalError(f"{path}: {reason}", "nothing is deleted without a journal; see --data") from error


def _open(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an entry is on disk before its command is sent
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # two programs may start on a new file at once
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise JournalError(f"{path}: was written by a newer tofutui", "use that one, or another --data")
        if version == 0:
            for statement in _CREATE.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    connection.execute(f"SELECT {_COLUMNS} FROM deletion LIMIT 1")  # noqa: S608


def _set_aside(path: Path) -> Path:
    """Move the file and what SQLite keeps beside it to the first free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _storable(value: str | None) -> str | None:
    """Undecodable bytes are surrogates in our text; SQLite takes none."""
    return value if value is None else value.encode("utf-8", "backslashreplace").decode("utf-8")


def _entry(row: tuple[str, ...]) -> JournalEntry:
    (row_id, session, role, host, hostname, key, command, operator, sha256, at, *rest) = row
    words, answered_at, outcome, text, settled_at = rest
    return JournalEntry(
        id=int(row_id),
        session=session,
        role=Role(role),
        host=host,
        hostname=hostname,
        key=key,
        command=command,
        operator=operator,
        sha256=sha256,
        at=datetime.fromisoformat(at),
        words=words,
        answered_at=_time(answered_at),
        outcome=Outcome(outcome) if outcome else None,
        text=text,
        settled_at=_time(settled_at),
    )
