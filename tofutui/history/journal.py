"""What was sent to change a node: written before it is sent, completed after (SQLite).

One row per deletion. Whatever happens to the program in between, the next start finds what was not settled.
An entry belongs to the program that wrote it (`tofutui.history.owners`) until that ends or lets go of it.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tofutui.history.database import Database, HistoryError, stamp, storable, time_of
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.site.session import Role

_COLUMNS = (
    "id, session, role, host, hostname, key, command, operator, sha256, at,"
    " words, answered_at, outcome, text, settled_at, host_key, owner, beat, evidence"
)
_LET_GO = -1
"""The heartbeat of an entry that its owner has finished with."""
Veto = Callable[[Sequence["JournalEntry"]], str | None]
"""Looks at what is journalled about a node; a sentence means that nothing may be written, and sent."""


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
    host_key: str | None = None
    """SHA-256 fingerprint of the SSH host key of the node that it was confirmed for."""
    owner: str | None = None
    """The program that wrote it; see `tofutui.history.owners.Owner`."""
    evidence: str | None = None
    """The verdict that was confirmed, and why; None in entries of older versions."""
    beat: int = 0
    """Counts up while the owner works on it; negative once it has finished."""

    @property
    def is_let_go(self) -> bool:
        """Whether its owner has finished with it."""
        return self.owner is None or self.beat < 0

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the node may have got the command, as far as is written here."""
        return self.outcome is None or self.outcome.was_sent

    @property
    def newest_time(self) -> datetime:
        """The last moment known of the command itself: written down, or answered."""
        return max(self.at, self.answered_at or self.at)

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
        host_key: str | None = None,
        owner: str | None = None,
        evidence: str | None = None,
        veto: Veto | None = None,
    ) -> int:
        """Write down a deletion that is about to be sent, and give its id. On disk when this returns.

        ``veto`` sees what is journalled about the node in the same transaction: of two programs that want
        to send, the second one sees the entry of the first.

        Raises:
            HistoryError: ``veto`` objected (its sentence), or the file does not hold the entry.
        """
        known = (session, str(role), host, hostname, key, command, operator, sha256, stamp(at))
        values = (*known, host_key, owner, evidence)
        columns = (
            "session, role, host, hostname, key, command, operator, sha256, at, host_key, owner, evidence"
        )
        sql = f"INSERT INTO deletion ({columns}) VALUES ({', '.join('?' * len(values))})"  # noqa: S608
        with self._database.transaction() as connection:
            refusal = veto(_about_node(connection, session, role, host_key)) if veto else None
            if refusal is not None:
                raise HistoryError(refusal)
            row_id = connection.execute(sql, tuple(_storable(value) for value in values)).lastrowid
        if row_id is None or not self._is_found(row_id, command):
            raise HistoryError("the journal entry was not written")
        return row_id

    def _is_found(self, row_id: int, command: str) -> bool:
        """Whether the next start will find the entry in the file of this name."""
        sql = "SELECT 1 FROM deletion WHERE id = ? AND command = ?"
        return self._database.shows_others(sql, (row_id, _storable(command)))

    def answered(self, entry_id: int, words: str, at: datetime) -> None:
        """What the appliance answered."""
        self._update("words = ?, answered_at = ?", (words, stamp(at)), entry_id)

    def outcome(
        self, entry_id: int, outcome: Outcome, text: str, at: datetime, *, by: str | None = None
    ) -> bool:
        """How it ended; `Outcome.UNKNOWN` leaves it unsettled. Whether it was written.

        What is settled already may be changed by its owner only (``by``): no other program knows better.
        """
        sql = (
            "UPDATE deletion SET outcome = ?, text = ?, settled_at = ? WHERE id = ?"
            " AND (outcome IS NULL OR outcome = ? OR owner IS ?)"
        )
        values = (str(outcome), _storable(text), stamp(at), entry_id, str(Outcome.UNKNOWN), _storable(by))
        with self._database.transaction() as connection:
            if connection.execute(sql, values).rowcount == 1:
                return True
            if connection.execute("SELECT 1 FROM deletion WHERE id = ?", (entry_id,)).fetchone() is None:
                raise HistoryError(f"the journal has no entry {entry_id}")
            return False

    def beat(self, entry_id: int) -> None:
        """Its owner is at work on it still."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE deletion SET beat = beat + 1 WHERE id = ? AND beat >= 0", (entry_id,))

    def let_go(self, entry_id: int) -> None:
        """Its owner has finished with it: whoever lists the node next may settle it."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE deletion SET beat = ? WHERE id = ?", (_LET_GO, entry_id))

    def unsettled(self, session: str) -> list[JournalEntry]:
        """The deletions of this session of which no listing has shown the end, oldest first."""
        return [entry for entry in self.entries(session) if not entry.is_settled]

    def entries(self, session: str) -> list[JournalEntry]:
        """All deletions of this session, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM deletion WHERE session = ? ORDER BY id"  # noqa: S608
        with self._database.transaction() as connection:
            rows = connection.execute(sql, (_storable(session),)).fetchall()
        return [_entry(row) for row in rows]

    def about_node(self, session: str, role: Role, host_key: str | None) -> list[JournalEntry]:
        """The deletions on this node, also those of other sessions that met its host key; oldest first."""
        with self._database.transaction() as connection:
            return _about_node(connection, session, role, host_key)

    def _update(self, assignments: str, values: tuple[str, ...], entry_id: int) -> None:
        sql = f"UPDATE deletion SET {assignments} WHERE id = ?"  # noqa: S608
        with self._database.transaction() as connection:
            done = connection.execute(sql, (*(_storable(value) for value in values), entry_id))
            if done.rowcount != 1:
                raise HistoryError(f"the journal has no entry {entry_id}")


def _about_node(
    connection: sqlite3.Connection, session: str, role: Role, host_key: str | None
) -> list[JournalEntry]:
    sql = (
        f"SELECT {_COLUMNS} FROM deletion"  # noqa: S608
        " WHERE session = ? AND role = ? OR host_key = ? ORDER BY id"
    )
    rows = connection.execute(sql, (_storable(session), str(role), host_key)).fetchall()
    return [_entry(row) for row in rows]


def _time(text: str | None) -> datetime | None:
    return time_of(text) if text else None


def _storable(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    (row_id, session, role, host, hostname, key, command, operator, sha256, at, *rest) = row
    words, answered_at, outcome, text, settled_at, host_key, owner, beat, evidence = rest
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
        host_key=host_key,
        owner=owner,
        beat=int(beat),
        evidence=evidence,
    )
