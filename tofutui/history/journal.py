"""What was sent to change a node: written before it is sent, completed after (SQLite).

One row per deletion. Whatever happens to the program in between, the next start finds what was not settled.
"""

from dataclasses import dataclass
from datetime import datetime

from tofutui.history.database import Database, HistoryError, stamp, storable, time_of
from tofutui.tofu.plan import Outcome
from tofutui.tofu.session import Role

_COLUMNS = (
    "id, session, role, host, hostname, key, command, operator, sha256, at,"
    " words, answered_at, outcome, text, settled_at"
)


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
    """The deletions in an open database; each call is one short transaction and may come from any thread.

    Every method raises `tofutui.history.database.HistoryError` when the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

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
        values = (session, str(role), host, hostname, key, command, operator, sha256, stamp(at))
        columns = "session, role, host, hostname, key, command, operator, sha256, at"
        sql = f"INSERT INTO deletion ({columns}) VALUES ({', '.join('?' * len(values))})"  # noqa: S608
        with self._database.transaction() as connection:
            row_id = connection.execute(sql, tuple(_storable(value) for value in values)).lastrowid
        if row_id is None:
            raise HistoryError("the journal entry was not written")
        return row_id

    def answered(self, entry_id: int, words: str, at: datetime) -> None:
        """What the appliance answered."""
        self._update("words = ?, answered_at = ?", (words, stamp(at)), entry_id)

    def outcome(self, entry_id: int, outcome: Outcome, text: str, at: datetime) -> None:
        """How it ended; `Outcome.UNKNOWN` leaves it unsettled."""
        self._update("outcome = ?, text = ?, settled_at = ?", (str(outcome), text, stamp(at)), entry_id)

    def unsettled(self, session: str) -> list[JournalEntry]:
        """The deletions of this session of which no listing has shown the end, oldest first."""
        return [entry for entry in self.entries(session) if not entry.is_settled]

    def entries(self, session: str) -> list[JournalEntry]:
        """All deletions of this session, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM deletion WHERE session = ? ORDER BY id"  # noqa: S608
        with self._database.transaction() as connection:
            rows = connection.execute(sql, (_storable(session),)).fetchall()
        return [_entry(row) for row in rows]

    def _update(self, assignments: str, values: tuple[str, ...], entry_id: int) -> None:
        sql = f"UPDATE deletion SET {assignments} WHERE id = ?"  # noqa: S608
        with self._database.transaction() as connection:
            done = connection.execute(sql, (*(_storable(value) for value in values), entry_id))
            if done.rowcount != 1:
                raise HistoryError(f"the journal has no entry {entry_id}")


def _time(text: str | None) -> datetime | None:
    return time_of(text) if text else None


def _storable(value: str | None) -> str | None:
    return None if value is None else storable(value)


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
