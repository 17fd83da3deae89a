"""What was seen of each row over time: its incarnations, and what its endpoint presented at each change.

It grows with changes, not with looks: a look at which nothing changed moves two times forward.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime

from tofutui.history.database import Database, stamp, storable
from tofutui.history.record_listing import take_over
from tofutui.history.row_mapping import (
    LASTING,
    LIFE,
    SPAN,
    insert_life,
    life,
    lives_of,
    optional_time,
    span,
    with_shown,
)
from tofutui.tofu.judgement.row_history import (
    Beginning,
    Incarnation,
    Look,
    NodeSeen,
    Past,
    Remembered,
    Shown,
    WhatChanged,
)

SPANS_READ = 4
"""How many changes of certificate within one incarnation are read for a verdict; the newest always is."""


class Sightings:
    """The history of rows in an open database. Every call is one transaction and may come from any thread.

    Keys, texts and names are kept as `storable` makes them. Every method raises
    `tofutui.history.database.HistoryError` when the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def record(self, look: Look, since: datetime | None = None) -> WhatChanged:
        """Take a complete listing over; one that is older than the newest is dropped.

        Returns what is `remembered` differently since the listing of that time, but for that time itself.
        """
        with self.database.transaction() as connection:
            node = _node_id(connection, look.session, look.role, look.address)
            return take_over(connection, node, look, since)

    def remembered(
        self,
        session: str,
        role: str,
        address: str,
        baseline_of: Callable[[str], str],
        keys: Collection[str] | None = None,
    ) -> Remembered:
        """What verdicts over a node's rows need; presentations only of the baseline that a key has.

        With ``keys``, of these rows only.
        """
        with self.database.snapshot() as connection:
            node = _find_node(connection, session, role, address)
            return Remembered() if node is None else _remembered(connection, node, baseline_of, keys)

    def pasts(self, session: str, role: str, address: str) -> dict[str, Past]:
        """Everything remembered of a node's rows, by key."""
        with self.database.snapshot() as connection:
            node = _find_node(connection, session, role, address)
            return {} if node is None else _pasts(connection, node, None)

    def past(self, session: str, role: str, address: str, key: str) -> Past:
        """Everything remembered of one row."""
        with self.database.snapshot() as connection:
            node = _find_node(connection, session, role, address)
            pasts = {} if node is None else _pasts(connection, node, storable(key))
            return pasts.get(storable(key), Past())

    def learned(self, session: str, role: str, address: str, key: str, at: datetime, text: str = "") -> None:
        """The operator says that the node learned this row again at that time: a new incarnation.

        A time before what listings have shown of this incarnation's beginning says nothing new. ``text`` is
        the stored subject, for a row that no listing is remembered of.
        """
        with self.database.transaction() as connection:
            node = _node_id(connection, session, role, address)
            lives = lives_of(connection, node, storable(key))
            lasting = next((life for life in lives if life.ended is None), None)
            if lasting is None and text:
                new = Incarnation(
                    key=storable(key), text=storable(text), beginning=Beginning.LEARNED, began=at, last=at
                )
                insert_life(connection, node, new)
            elif lasting is not None:
                _begin_again(connection, node, lasting, at)

    def nodes(self, session: str) -> list[NodeSeen]:
        """The nodes of the session that there is a history of, the primary's first."""
        with self.database.snapshot() as connection:
            stored = connection.execute(
                "SELECT role, address, listed FROM node WHERE session = ? ORDER BY role, id",
                (storable(session),),
            )
            return [NodeSeen(role, address, optional_time(listed)) for role, address, listed in stored]

    def forget(self, session: str, *, role: str | None = None, key: str | None = None) -> int:
        """Remove what is remembered of a session, of one node or of one row of them.

        Returns how many incarnations went. The journal of deletions stays as it is.
        """
        with self.database.transaction() as connection:
            if role is None and key is None:
                connection.execute("DELETE FROM result WHERE session = ?", (storable(session),))
                connection.execute("DELETE FROM statement WHERE session = ?", (storable(session),))
                connection.execute("DELETE FROM forecast WHERE session = ?", (storable(session),))
            nodes = connection.execute(
                "SELECT id FROM node WHERE session = ? AND role = coalesce(?, role)",
                (storable(session), role),
            )
            return sum(_forget(connection, node, key) for (node,) in nodes.fetchall())


def _find_node(connection: sqlite3.Connection, session: str, role: str, address: str) -> int | None:
    row = connection.execute(
        "SELECT id FROM node WHERE session = ? AND role = ? AND address = ?",
        (storable(session), role, storable(address)),
    ).fetchone()
    return int(row[0]) if row else None


def _node_id(connection: sqlite3.Connection, session: str, role: str, address: str) -> int:
    connection.execute(
        "INSERT OR IGNORE INTO node (session, role, address) VALUES (?, ?, ?)",
        (storable(session), role, storable(address)),
    )
    node = _find_node(connection, session, role, address)
    assert node is not None
    return node


def _remembered(
    connection: sqlite3.Connection,
    node: int,
    baseline_of: Callable[[str], str],
    keys: Collection[str] | None,
) -> Remembered:
    listed, host_key = connection.execute(
        "SELECT listed, host_key FROM node WHERE id = ?", (node,)
    ).fetchone()
    rows = {}
    for incarnation in _lasting(connection, node, keys):
        spans = _spans_since(connection, node, incarnation, storable(baseline_of(incarnation.key)))
        rows[incarnation.key] = Past(tuple(with_shown([incarnation], spans)))
    return Remembered(optional_time(listed), rows, host_key)


def _lasting(
    connection: sqlite3.Connection, node: int, keys: Collection[str] | None
) -> Iterator[Incarnation]:
    """The incarnations that last, of all rows or of some, in the order in which they began."""
    lasting = f"SELECT {LIFE} FROM {LASTING} WHERE node = ? AND ended IS NULL"  # noqa: S608
    if keys is None:
        stored = connection.execute(f"{lasting} ORDER BY id", (node,)).fetchall()
    else:
        one_by_one = (connection.execute(f"{lasting} AND key = ?", (node, key)) for key in sorted(keys))
        stored = [row for rows in one_by_one for row in rows.fetchall()]
    return map(life, stored)


def _spans_since(connection: sqlite3.Connection, node: int, life: Incarnation, baseline: str) -> list[Shown]:
    """What was presented since the incarnation began: the first `SPANS_READ` changes and the newest."""
    row, began = (node, life.key, baseline), stamp(life.began)
    stored = connection.execute(
        f"SELECT {SPAN} FROM shown WHERE node = ? AND key = ? AND baseline = ? AND first >= coalesce("  # noqa: S608
        "(SELECT max(first) FROM shown WHERE node = ? AND key = ? AND baseline = ? AND first <= ?), '')"
        f" ORDER BY first LIMIT {SPANS_READ}",
        (*row, *row, began),
    ).fetchall()
    spans = [span(columns) for columns in stored]
    if len(spans) < SPANS_READ:
        return spans
    newest = connection.execute(
        f"SELECT {SPAN} FROM shown WHERE node = ? AND key = ? AND baseline = ?"  # noqa: S608
        " ORDER BY first DESC LIMIT 1",
        row,
    ).fetchone()
    return spans if span(newest) == spans[-1] else [*spans, span(newest)]


def _pasts(connection: sqlite3.Connection, node: int, key: str | None) -> dict[str, Past]:
    """Of all rows, or of one."""
    only = "node = ?" if key is None else "node = ? AND key = ?"
    values = (node,) if key is None else (node, key)
    spans: dict[str, list[Shown]] = defaultdict(list)
    stored = connection.execute(f"SELECT key, {SPAN} FROM shown WHERE {only} ORDER BY first, id", values)  # noqa: S608
    for row_key, *columns in stored:
        spans[row_key].append(span(tuple(columns)))
    lives: dict[str, list[Incarnation]] = defaultdict(list)
    stored = connection.execute(f"SELECT {LIFE} FROM incarnation WHERE {only} ORDER BY began, id", values)  # noqa: S608
    for incarnation in map(life, stored):
        lives[incarnation.key].append(incarnation)
    return {key: Past(tuple(with_shown(of_row, spans[key]))) for key, of_row in lives.items()}


def _begin_again(connection: sqlite3.Connection, node: int, lasting: Incarnation, at: datetime) -> None:
    """End what lasts at this time, and begin it again; a first sighting may have begun before it was seen."""
    if at <= lasting.began and lasting.beginning is not Beginning.FIRST:
        return
    connection.execute(
        "DELETE FROM incarnation WHERE node = ? AND key = ? AND ended IS NULL", (node, lasting.key)
    )
    if at > lasting.began:
        insert_life(connection, node, replace(lasting, last=min(lasting.last, at), ended=at))
    new = Incarnation(
        key=lasting.key,
        text=lasting.text,
        beginning=Beginning.LEARNED,
        began=at,
        last=max(lasting.last, at),
    )
    insert_life(connection, node, new)


def _forget(connection: sqlite3.Connection, node: int, key: str | None) -> int:
    only = "node = ?" if key is None else "node = ? AND key = ?"
    values = (node,) if key is None else (node, storable(key))
    gone = connection.execute(f"DELETE FROM incarnation WHERE {only}", values).rowcount  # noqa: S608
    shown = connection.execute(f"DELETE FROM shown WHERE {only}", values).rowcount  # noqa: S608
    if key is None:
        connection.execute("DELETE FROM node WHERE id = ?", (node,))
    elif gone or shown:
        # It is no longer known whether the listings so far showed the row: the next one counts as the first.
        connection.execute("UPDATE node SET listed = NULL WHERE id = ?", (node,))
    return gone
