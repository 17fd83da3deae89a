"""What the operators of a session stated about its rows: who, when, and what was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tofutui.history.database import Database, stamp, storable, time_of
from tofutui.tofu.judgement.evidence import BrowserWord, OperatorWord, Word
from tofutui.tofu.judgement.verdict import Kind
from tofutui.tofu.site.role import Role

_COLUMNS = "id, kind, role, host, port, text, by, at, taken_back_at, taken_back_by"


@dataclass(frozen=True, slots=True)
class Statement:
    """A word as it is kept."""

    word: Word
    taken_back_at: datetime | None = None
    taken_back_by: str = ""

    @property
    def kind(self) -> Kind:
        """Whose word it is, as in the evidence of a row."""
        return Kind.BROWSER if isinstance(self.word, BrowserWord) else Kind.OPERATOR


class Statements:
    """The words about all sessions in an open database; each call is one transaction, from any thread.

    Every method raises `tofutui.history.database.HistoryError` when the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: str, word: Word) -> int:
        """Keep a word; its number."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO statement (session, kind, role, host, port, text, by, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (storable(session), *_values(word), storable(word.by), stamp(word.at)),
            )
            return int(cursor.lastrowid or 0)

    def take_back(self, number: int, *, by: str, at: datetime) -> None:
        """A statement no longer counts; who made it and who took it back is kept."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE statement SET taken_back_at = ?, taken_back_by = ?"
                " WHERE id = ? AND taken_back_at IS NULL",
                (stamp(at), storable(by), number),
            )

    def forget(self, session: str, host: str, port: int) -> int:
        """Remove operators' statements about exactly this server; how many there were.

        Words about all ports of a host, and those of a browser, may be about other rows too: they stay.
        """
        with self._database.transaction() as connection:
            return connection.execute(
                "DELETE FROM statement WHERE session = ? AND kind = ? AND host = ? AND port = ?",
                (storable(session), Kind.OPERATOR, storable(host), port),
            ).rowcount

    def every(self, session: str) -> list[Statement]:
        """All words about a session, the oldest first."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM statement WHERE session = ? ORDER BY id",  # noqa: S608
                (storable(session),),
            )
            return [_statement(row) for row in rows.fetchall()]

    def valid(self, session: str) -> list[Word]:
        """The words that were not taken back, the oldest first."""
        return [kept.word for kept in self.every(session) if kept.taken_back_at is None]


def _values(word: Word) -> tuple[str | int | None, ...]:
    if isinstance(word, BrowserWord):
        return Kind.BROWSER, word.role, None, None, storable(word.text)
    return Kind.OPERATOR, None, storable(word.host), word.port, ""


def _statement(row: Sequence[Any]) -> Statement:
    number, kind, role, host, port, text, by, at, back_at, back_by = row
    word: Word
    if kind == Kind.BROWSER:
        word = BrowserWord(text=text, role=Role(role) if role else None, at=time_of(at), by=by, number=number)
    else:
        word = OperatorWord(host, port, time_of(at), by, number)
    return Statement(word, time_of(back_at) if back_at else None, back_by or "")
