"""Runs of the guide: every change on disk before the screen shows it, one process at a time (SQLite)."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

from tofutui.history.codec import from_json, to_json
from tofutui.history.database import Database, HistoryError, stamp, storable, time_of
from tofutui.tofu.guide_run import Lease, Run, RunEvent


class LeaseLost(HistoryError):
    """Another process holds the run now; nothing was written."""


@dataclass(frozen=True, slots=True)
class Held:
    """A run as it is stored, and who holds it."""

    run: Run
    revision: int
    """Grows with every change."""
    lease: Lease | None


class Runs:
    """The runs in an open database; each call is one short transaction and may come from any thread.

    Every method raises `tofutui.history.database.HistoryError` when the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, run: Run, lease: Lease, event: RunEvent) -> Run:
        """Write a new run down, held by this lease; the run with its id."""
        with self._database.transaction() as connection:
            added = connection.execute(
                "INSERT INTO run (session, started, revision, state, lease) VALUES (?, ?, 1, ?, ?)",
                (storable(run.session), stamp(run.started), to_json(run), to_json(lease)),
            )
            run = replace(run, id=added.lastrowid or 0)
            connection.execute("UPDATE run SET state = ? WHERE id = ?", (to_json(run), run.id))
            _write(connection, run.id, event)
        return run

    def save(self, run: Run, lease: Lease, event: RunEvent) -> int:
        """Write a change down; the new revision.

        Raises:
            LeaseLost: another program took the run over meanwhile.
        """
        with self._database.transaction() as connection:
            held = _held(connection, run.id)
            if held is None or held.lease is None or held.lease.token != lease.token:
                raise LeaseLost(_lost(held))
            connection.execute(
                "UPDATE run SET state = ?, ended = ?, revision = revision + 1 WHERE id = ?",
                (to_json(run), stamp(run.ended) if run.ended else None, run.id),
            )
            _write(connection, run.id, event)
            return held.revision + 1

    def take(self, run_id: int, lease: Lease, seen: Lease | None, event: RunEvent) -> Held:
        """Hold a run from now on, if it is still held by whom the caller saw (``seen``, None: no one).

        Raises:
            LeaseLost: another program was faster.
        """
        with self._database.transaction() as connection:
            held = _held(connection, run_id)
            if held is None:
                raise HistoryError(f"there is no run {run_id}")
            if (held.lease.token if held.lease else None) != (seen.token if seen else None):
                raise LeaseLost(_lost(held))
            connection.execute(
                "UPDATE run SET lease = ?, revision = revision + 1 WHERE id = ?", (to_json(lease), run_id)
            )
            _write(connection, run_id, event)
            return Held(held.run, held.revision + 1, lease)

    def release(self, run_id: int, lease: Lease) -> None:
        """Let go of a run; nothing happens if another program holds it."""
        with self._database.transaction() as connection:
            held = _held(connection, run_id)
            if held is not None and held.lease is not None and held.lease.token == lease.token:
                connection.execute("UPDATE run SET lease = NULL WHERE id = ?", (run_id,))

    def get(self, run_id: int) -> Held | None:
        """A run by its id."""
        with self._database.snapshot() as connection:
            return _held(connection, run_id)

    def open_run(self, session: str) -> Held | None:
        """The newest run of a session that has not ended."""
        return self._newest("session = ? AND ended IS NULL", session)

    def newest(self, session: str) -> Held | None:
        """The newest run of a session, ended or not."""
        return self._newest("session = ?", session)

    def ids(self, session: str) -> list[tuple[int, datetime]]:
        """The runs of a session and when they began, oldest first."""
        with self._database.snapshot() as connection:
            sql = "SELECT id, started FROM run WHERE session = ? ORDER BY id"
            rows = connection.execute(sql, (storable(session),)).fetchall()
        return [(int(id_), time_of(started)) for id_, started in rows]

    def events(self, run_id: int) -> list[RunEvent]:
        """Every change of a run, oldest first."""
        with self._database.snapshot() as connection:
            sql = "SELECT at, by, step, text FROM run_event WHERE run = ? ORDER BY id"
            rows = connection.execute(sql, (run_id,)).fetchall()
        return [RunEvent(time_of(at), by, step, text) for at, by, step, text in rows]

    def _newest(self, where: str, session: str) -> Held | None:
        sql = f"SELECT id FROM run WHERE {where} ORDER BY id DESC LIMIT 1"  # noqa: S608
        with self._database.snapshot() as connection:
            row = connection.execute(sql, (storable(session),)).fetchone()
            return _held(connection, row[0]) if row else None


def _held(connection: sqlite3.Connection, run_id: int) -> Held | None:
    sql = "SELECT state, revision, lease FROM run WHERE id = ?"
    row = connection.execute(sql, (run_id,)).fetchone()
    if row is None:
        return None
    state, revision, lease = row
    return Held(from_json(Run, state), int(revision), from_json(Lease, lease) if lease else None)


def _write(connection: sqlite3.Connection, run_id: int, event: RunEvent) -> None:
    connection.execute(
        "INSERT INTO run_event (run, at, by, step, text) VALUES (?, ?, ?, ?, ?)",
        (run_id, stamp(event.at), storable(event.by), storable(event.step), storable(event.text)),
    )


def _lost(held: Held | None) -> str:
    if held is None:
        return "the run no longer exists"
    if held.lease is None:
        return "the run was released"
    lease = held.lease
    since = f"{lease.since:%Y-%m-%d %H:%M}Z"
    return f"the run is held by {lease.user} on {lease.host} (process {lease.pid}) since {since}"
