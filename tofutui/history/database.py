"""The one SQLite file in the data folder: opening it, its layout, and transactions over it.

Several programs may have it open at once (WAL, a busy time-out, short transactions).
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tofutui.system.files import read_regular
from tofutui.system.private_files import claim, write_private
from tofutui.tofu.base.errors import TofutuiError

MIGRATIONS = (
    """
    CREATE TABLE deletion (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session TEXT NOT NULL, role TEXT NOT NULL, host TEXT NOT NULL, hostname TEXT,
        key TEXT NOT NULL, command TEXT NOT NULL, operator TEXT NOT NULL, sha256 TEXT, at TEXT NOT NULL,
        words TEXT, answered_at TEXT,
        outcome TEXT, text TEXT, settled_at TEXT
    );
    CREATE INDEX deletion_by_session ON deletion (session, id);
    """,
    """
    CREATE TABLE node (
        id INTEGER PRIMARY KEY,
        session TEXT NOT NULL, role TEXT NOT NULL, address TEXT NOT NULL,
        listed TEXT, host_key TEXT,
        UNIQUE (session, role, address)
    );
    CREATE TABLE incarnation (
        id INTEGER PRIMARY KEY,
        node INTEGER NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,
        beginning TEXT NOT NULL, began TEXT NOT NULL, last TEXT NOT NULL, ended TEXT,
        known_sha256 TEXT, absent_at TEXT
    );
    CREATE INDEX incarnation_by_row ON incarnation (node, key, ended);
    CREATE TABLE shown (
        id INTEGER PRIMARY KEY,
        node INTEGER NOT NULL, key TEXT NOT NULL, baseline TEXT NOT NULL,
        sha256 TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, not_before TEXT, sole INTEGER NOT NULL
    );
    CREATE INDEX shown_by_row ON shown (node, key, baseline, id);
    """,
    """
    ALTER TABLE node ADD COLUMN recent TEXT NOT NULL DEFAULT '';
    ALTER TABLE shown ADD COLUMN silent TEXT;
    DROP INDEX shown_by_row;
    CREATE INDEX shown_by_row ON shown (node, key, baseline, first);
    CREATE INDEX incarnation_lasting ON incarnation (node, key) WHERE ended IS NULL;
    """,
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, revision INTEGER NOT NULL,
        state TEXT NOT NULL, lease TEXT
    );
    CREATE INDEX run_by_session ON run (session, id);
    CREATE TABLE run_event (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, step TEXT NOT NULL, text TEXT NOT NULL
    );
    CREATE INDEX run_event_by_run ON run_event (run, id);
    """,
    """
    CREATE TABLE result (
        session TEXT PRIMARY KEY, at TEXT NOT NULL, complete INTEGER NOT NULL, counts TEXT NOT NULL,
        own_stale INTEGER NOT NULL
    );
    """,
    """
    ALTER TABLE deletion ADD COLUMN host_key TEXT;
    ALTER TABLE deletion ADD COLUMN owner TEXT;
    ALTER TABLE deletion ADD COLUMN beat INTEGER NOT NULL DEFAULT 0;
    """,
    """
    CREATE TABLE statement (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session TEXT NOT NULL, kind TEXT NOT NULL, role TEXT, host TEXT, port INTEGER, text TEXT NOT NULL,
        by TEXT NOT NULL, at TEXT NOT NULL, taken_back_at TEXT, taken_back_by TEXT
    );
    CREATE INDEX statement_by_session ON statement (session, id);
    """,
    """
    ALTER TABLE deletion ADD COLUMN evidence TEXT;
    CREATE TABLE forecast (
        session TEXT PRIMARY KEY, of TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, rows TEXT NOT NULL
    );
    """,
)
"""What each version of the layout adds; the version is kept in SQLite's ``user_version``."""

TABLES = ("deletion", "node", "incarnation", "shown", "run", "run_event", "result", "statement", "forecast")


_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_WITHOUT_JOURNAL = "nothing is deleted without a journal; see --data"
_LONGEST_MARK = 1000
FILE = "history.db"
"""Its name in the data folder."""


class HistoryError(TofutuiError):
    """The file cannot be opened, read or written."""


class HistoryBusy(HistoryError):
    """Another program writes to the file, longer than was waited for: it may work later."""


class Database:
    """The file, opened once; any thread may use it.

    A file that is not (or no longer) a database is set aside, never deleted; ``message`` then says so.
    """

    def __init__(self, path: Path, *, busy: float = 5.0) -> None:
        """Open or make the file (0600) and its folder (0700); wait ``busy`` seconds for other programs.

        Raises:
            HistoryBusy: another program did not let go of it in time.
            HistoryError: it cannot be opened or made, or a newer version of the program wrote it.
        """
        self.path = path
        self.message = ""
        self._busy = busy
        self._lock = threading.Lock()
        with _told(path):
            claim(path)
            self._connection = self._opened(path)
            self._inode = path.stat().st_ino

    def _opened(self, path: Path) -> sqlite3.Connection:
        try:
            if _is_marked(path):
                raise sqlite3.DatabaseError("found when it was last used")
            return _open(path, self._busy)
        except sqlite3.OperationalError:
            raise  # locked, or no permission: not damaged
        except sqlite3.DatabaseError as error:
            aside = _set_aside(path)
            self.message = (
                f"the history was damaged ({error}); it was kept as {aside}, and a new one was started"
            )
            return _open(path, self._busy)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone on the file from its first statement; undone when the block raises.

        Raises:
            HistoryError: SQLite or the file system refused.
        """
        with self._begun("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """One state of the file to read from, however long that takes; writers are not kept waiting.

        Raises:
            HistoryError: SQLite or the file system refused.
        """
        with self._begun("BEGIN") as connection:
            yield connection

    @contextmanager
    def _begun(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, _told(self.path), self._connection as connection:
            self._still_there()
            connection.execute(begin)
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", None) in _DAMAGE:
                    # It is set aside by the next start: now the journal may be in use.
                    write_private(_damage_mark(self.path), str(self._inode))
                raise

    def shows_others(self, sql: str, values: tuple[object, ...]) -> bool:
        """Whether whoever opens the file by its name now reads a row for this query.

        Raises:
            HistoryError: the file cannot be opened or read by its name.
        """
        with _told(self.path):
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw", timeout=self._busy, uri=True
            )
            try:
                return connection.execute(sql, values).fetchone() is not None
            finally:
                connection.close()

    def _still_there(self) -> None:
        """The open file is still the one of that name: what is written is found by the next start.

        Raises:
            HistoryError: it was removed, or another one is in its place.
        """
        try:
            is_same = self.path.stat().st_ino == self._inode
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise HistoryError(
                f"{self.path}: was removed or replaced while tofutui was running",
                "nothing is deleted without a journal; restart tofutui",
            )

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self._lock:
            self._connection.close()


def stamp(at: datetime) -> str:
    """A time as it is stored: UTC, so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """A stored time."""
    return datetime.fromisoformat(text)


def storable(value: str) -> str:
    """Undecodable bytes are surrogates in our text; SQLite takes none."""
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the file system and of SQLite, with the file's name."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _BUSY:  # the low byte: the kind of error
            raise HistoryBusy(f"{path}: another program is writing to it", _WITHOUT_JOURNAL) from error
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise HistoryError(f"{path}: {reason}", _WITHOUT_JOURNAL) from error


def _open(path: Path, busy: float) -> sqlite3.Connection:
    claim(path)
    connection = sqlite3.connect(path, timeout=busy, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {round(busy * 1000)}")
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an entry is on disk before its command is sent
    if _version(connection, path) < len(MIGRATIONS):
        _migrate(connection, path)
    for table in TABLES:
        connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()  # noqa: S608


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise HistoryError(f"{path}: was written by a newer tofutui", "use that one, or another --data")
    return version


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # two programs may start on a new file at once
        for migration in MIGRATIONS[_version(connection, path) :]:
            for statement in migration.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _damage_mark(path: Path) -> Path:
    """The file that names the database's inode once damage was found inside."""
    return path.with_name(f"{path.name}.is-damaged")


def _is_marked(path: Path) -> bool:
    try:
        mark = read_regular(_damage_mark(path), most=_LONGEST_MARK)
        return mark == str(path.stat().st_ino).encode()
    except FileNotFoundError:
        return False


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
    _damage_mark(path).unlink(missing_ok=True)
    return aside
