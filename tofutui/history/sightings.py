"""What was seen of each row over time: its incarnations, and what its endpoint presented at each change.

It grows with changes, not with looks: a look at which nothing changed moves two times forward.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from tofutui.history.database import Database, stamp, storable, time_of
from tofutui.tofu.past import Beginning, Incarnation, Look, Past, RowSeen, Shown

_LIFE = "id, key, text, beginning, began, last, ended, known_sha256, absent_at"
_SHOWN = "key, baseline, sha256, first, last, not_before, sole"


class Sightings:
    """The history of rows in an open database. Every call is one transaction and may come from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, look: Look) -> None:
        """Take a complete listing over.

        A look older than the newest one (another process was faster) ends and begins nothing.
        """
        with self._database.transaction() as connection:
            node = _node_id(connection, look.session, look.role, look.address)
            _Recorder(connection, node, look).record()

    def pasts(
        self, session: str, role: str, address: str, baseline_of: Callable[[str], str]
    ) -> dict[str, Past]:
        """What is remembered of a node's rows, by key; presentations only of the baseline that a key has."""
        with self._database.transaction() as connection:
            node = _find_node(connection, session, role, address)
            if node is None:
                return {}
            return _pasts(connection, node, baseline_of)

    def learned(self, session: str, role: str, address: str, key: str, at: datetime) -> None:
        """The operator says that the node learned this row again at that time: a new incarnation."""
        with self._database.transaction() as connection:
            node = _node_id(connection, session, role, address)
            row = connection.execute(
                f"SELECT {_LIFE} FROM incarnation WHERE node = ? AND key = ? AND ended IS NULL",  # noqa: S608
                (node, storable(key)),
            ).fetchone()
            text = row[2] if row else ""
            connection.execute(
                "UPDATE incarnation SET ended = ? WHERE node = ? AND key = ? AND ended IS NULL",
                (stamp(at), node, storable(key)),
            )
            _begin(connection, node, key, text, Beginning.LEARNED, at, None)

    def nodes(self, session: str) -> list[tuple[str, str]]:
        """Role and connect address of each node of the session that there is a history of."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "SELECT role, address FROM node WHERE session = ? ORDER BY role, id", (session,)
            )
            return [(str(role), str(address)) for role, address in found]

    def forget(self, session: str, *, key: str | None = None) -> int:
        """Remove what is remembered of a session, or of one row of it; returns how many incarnations went."""
        with self._database.transaction() as connection:
            nodes = [n for (n,) in connection.execute("SELECT id FROM node WHERE session = ?", (session,))]
            gone = 0
            for node in nodes:
                gone += _forget(connection, node, key)
            return gone


class _Recorder:
    """One look on its way into the tables."""

    def __init__(self, connection: sqlite3.Connection, node: int, look: Look) -> None:
        self._connection = connection
        self._node = node
        self._look = look
        self._at = stamp(look.at)
        row = connection.execute("SELECT listed, host_key FROM node WHERE id = ?", (node,)).fetchone()
        self._before: str | None = row[0]
        self._host_key: str | None = row[1]

    def record(self) -> None:
        late = self._before is not None and self._at < self._before
        open_ones = self._open_ones()
        stored = {seen.key: seen for seen in self._look.rows if seen.stored}
        if not late:
            self._turn_over(open_ones, stored)
            self._connection.execute(
                "UPDATE node SET listed = ?, host_key = coalesce(?, host_key) WHERE id = ?",
                (self._at, self._look.host_key, self._node),
            )
        self._still_there(open_ones, stored)
        self._show(self._look.rows)

    def _open_ones(self) -> dict[str, str]:
        found = self._connection.execute(
            "SELECT key, text FROM incarnation WHERE node = ? AND ended IS NULL", (self._node,)
        )
        return dict(found.fetchall())

    def _turn_over(self, open_ones: dict[str, str], stored: Mapping[str, RowSeen]) -> None:
        """End what the listing does not show as it was, begin what it shows anew."""
        keys = {storable(key): seen for key, seen in stored.items()}
        redeployed = (
            None not in (self._host_key, self._look.host_key) and self._host_key != self._look.host_key
        )
        ended = [
            key
            for key, text in open_ones.items()
            if redeployed or key not in keys or storable(keys[key].text) != text
        ]
        self._connection.executemany(
            "UPDATE incarnation SET ended = ? WHERE node = ? AND key = ? AND ended IS NULL",
            [(self._at, self._node, key) for key in ended],
        )
        for key, seen in keys.items():
            if key in open_ones and key not in ended:
                continue
            beginning = self._beginning(key, key in open_ones, redeployed)
            known = self._learned_now(seen) if beginning is Beginning.APPEARED else None
            absent = self._before if beginning is Beginning.APPEARED else None
            _begin(self._connection, self._node, seen.key, seen.text, beginning, self._look.at, absent, known)

    def _beginning(self, key: str | None, was_there: bool, redeployed: bool) -> Beginning:
        if redeployed:
            return Beginning.REDEPLOYED
        if was_there:
            return Beginning.TEXT
        return Beginning.FIRST if self._before is None else Beginning.APPEARED

    def _learned_now(self, seen: RowSeen) -> str | None:
        """The certificate that the node must have learned, where that could be watched (rule 5)."""
        if seen.sha256 is None or not seen.sole:
            return None
        last = self._connection.execute(
            "SELECT sha256 FROM shown WHERE node = ? AND key = ? AND baseline = ? ORDER BY last DESC LIMIT 1",
            (self._node, storable(seen.key), seen.baseline),
        ).fetchone()
        return seen.sha256 if last is not None and last[0] == seen.sha256 else None

    def _still_there(self, open_ones: dict[str, str], stored: Mapping[str, RowSeen]) -> None:
        self._connection.executemany(
            "UPDATE incarnation SET last = max(last, ?)"
            " WHERE node = ? AND key = ? AND text = ? AND ended IS NULL",
            [(self._at, self._node, storable(s.key), storable(s.text)) for s in stored.values()],
        )

    def _show(self, rows: Iterable[RowSeen]) -> None:
        latest = self._latest_shown()
        for seen in rows:
            if seen.sha256 is None:
                continue
            key = storable(seen.key)
            before = latest.get((key, seen.baseline))
            if before is not None and before[1] == seen.sha256:
                self._connection.execute(
                    "UPDATE shown SET last = max(last, ?), sole = max(sole, ?) WHERE id = ?",
                    (self._at, seen.sole, before[0]),
                )
            else:
                begin = stamp(seen.not_before) if seen.not_before else None
                self._connection.execute(
                    f"INSERT INTO shown (node, {_SHOWN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    (self._node, key, seen.baseline, seen.sha256, self._at, self._at, begin, seen.sole),
                )

    def _latest_shown(self) -> dict[tuple[str, str], tuple[int, str]]:
        found = self._connection.execute(
            "SELECT key, baseline, id, sha256 FROM shown WHERE node = ? "
            "AND id IN (SELECT max(id) FROM shown WHERE node = ? GROUP BY key, baseline)",
            (self._node, self._node),
        )
        return {(key, baseline): (row_id, sha256) for key, baseline, row_id, sha256 in found}


def _begin(
    connection: sqlite3.Connection,
    node: int,
    key: str,
    text: str,
    beginning: Beginning,
    at: datetime,
    absent: str | None,
    known: str | None = None,
) -> None:
    connection.execute(
        "INSERT INTO incarnation (node, key, text, beginning, began, last, known_sha256, absent_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (node, storable(key), storable(text), str(beginning), stamp(at), stamp(at), known, absent),
    )


def _find_node(connection: sqlite3.Connection, session: str, role: str, address: str) -> int | None:
    row = connection.execute(
        "SELECT id FROM node WHERE session = ? AND role = ? AND address = ?", (session, role, address)
    ).fetchone()
    return int(row[0]) if row else None


def _node_id(connection: sqlite3.Connection, session: str, role: str, address: str) -> int:
    connection.execute(
        "INSERT OR IGNORE INTO node (session, role, address) VALUES (?, ?, ?)", (session, role, address)
    )
    found = _find_node(connection, session, role, address)
    assert found is not None
    return found


def _pasts(connection: sqlite3.Connection, node: int, baseline_of: Callable[[str], str]) -> dict[str, Past]:
    shown: dict[str, list[Shown]] = defaultdict(list)
    rows = connection.execute(f"SELECT {_SHOWN} FROM shown WHERE node = ? ORDER BY id", (node,))  # noqa: S608
    for key, baseline, sha256, first, last, not_before, sole in rows:
        if baseline_of(key) == baseline:
            begin = time_of(not_before) if not_before else None
            shown[key].append(
                Shown(
                    sha256=sha256,
                    first=time_of(first),
                    last=time_of(last),
                    not_before=begin,
                    sole=bool(sole),
                )
            )
    lives: dict[str, list[Incarnation]] = defaultdict(list)
    found = connection.execute(f"SELECT {_LIFE} FROM incarnation WHERE node = ? ORDER BY id", (node,))  # noqa: S608
    for row in found:
        lives[row[1]].append(_incarnation(row, shown[row[1]]))
    return {key: Past(tuple(of_row)) for key, of_row in lives.items()}


def _incarnation(row: tuple[Any, ...], shown: Iterable[Shown]) -> Incarnation:
    _, key, text, beginning, began, last, ended, known, absent = row
    start, end = time_of(began), time_of(ended) if ended else None
    return Incarnation(
        key=key,
        text=text,
        beginning=Beginning(beginning),
        began=start,
        last=time_of(last),
        ended=end,
        known_sha256=known,
        absent_at=time_of(absent) if absent else None,
        shown=tuple(_within(shown, start, end)),
    )


def _within(shown: Iterable[Shown], start: datetime, end: datetime | None) -> Iterable[Shown]:
    """What was presented during an incarnation; what began before is cut off at its beginning."""
    for one in shown:
        if one.last >= start and (end is None or one.first < end):
            yield Shown(
                sha256=one.sha256,
                first=max(one.first, start),
                last=one.last if end is None else min(one.last, end),
                not_before=one.not_before,
                sole=one.sole,
            )


def _forget(connection: sqlite3.Connection, node: int, key: str | None) -> int:
    if key is None:
        gone = connection.execute("DELETE FROM incarnation WHERE node = ?", (node,)).rowcount
        connection.execute("DELETE FROM shown WHERE node = ?", (node,))
        connection.execute("DELETE FROM node WHERE id = ?", (node,))
        return gone
    stored = storable(key)
    gone = connection.execute("DELETE FROM incarnation WHERE node = ? AND key = ?", (node, stored)).rowcount
    connection.execute("DELETE FROM shown WHERE node = ? AND key = ?", (node, stored))
    return gone
