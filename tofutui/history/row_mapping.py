"""Incarnations and presentations as rows of the tables, both ways."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tofutui.history.database import stamp, time_of
from tofutui.tofu.judgement.row_history import Beginning, Incarnation, RowSeen, Shown

LIFE = "key, text, beginning, began, last, ended, known_sha256, absent_at"
LASTING = "incarnation INDEXED BY incarnation_lasting"
"""The table where only incarnations that last are looked for; SQLite would walk through those that ended."""
SPAN = "baseline, sha256, first, last, not_before, sole, silent"


def lives_of(connection: sqlite3.Connection, node: int, key: str) -> list[Incarnation]:
    """All incarnations of a row, oldest first, without what was presented."""
    stored = connection.execute(
        f"SELECT {LIFE} FROM incarnation WHERE node = ? AND key = ? ORDER BY began, id",  # noqa: S608
        (node, key),
    )
    return [life(row) for row in stored]


def begin(
    connection: sqlite3.Connection,
    node: int,
    seen: RowSeen,
    beginning: Beginning,
    at: datetime,
    *,
    absent_at: datetime | None = None,
    known: str | None = None,
) -> None:
    """Write the beginning of an incarnation down."""
    new = Incarnation(
        key=seen.key,
        text=seen.text,
        beginning=beginning,
        began=at,
        last=at,
        known_sha256=known,
        absent_at=absent_at,
    )
    insert_life(connection, node, new)


def insert_life(connection: sqlite3.Connection, node: int, life: Incarnation) -> None:
    """Write an incarnation down, without what was presented."""
    connection.execute(
        f"INSERT INTO incarnation (node, {LIFE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            node,
            life.key,
            life.text,
            str(life.beginning),
            stamp(life.began),
            stamp(life.last),
            _stamp(life.ended),
            life.known_sha256,
            _stamp(life.absent_at),
        ),
    )


def insert_span(connection: sqlite3.Connection, node: int, key: str, span: Shown) -> None:
    """Write down what was presented."""
    connection.execute(
        f"INSERT INTO shown (node, key, {SPAN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            node,
            key,
            span.baseline,
            span.sha256,
            stamp(span.first),
            stamp(span.last),
            _stamp(span.not_before),
            span.sole,
            _stamp(span.silent),
        ),
    )


def life(row: tuple[Any, ...]) -> Incarnation:
    """An incarnation from the columns `LIFE`."""
    key, text, beginning, began, last, ended, known, absent = row
    return Incarnation(
        key=key,
        text=text,
        beginning=Beginning(beginning),
        began=time_of(began),
        last=time_of(last),
        ended=optional_time(ended),
        known_sha256=known,
        absent_at=optional_time(absent),
    )


def span(row: tuple[Any, ...]) -> Shown:
    """A presentation from the columns `SPAN`."""
    baseline, sha256, first, last, not_before, sole, silent = row
    return Shown(
        sha256=sha256,
        first=time_of(first),
        last=time_of(last),
        not_before=optional_time(not_before),
        sole=bool(sole),
        silent=optional_time(silent),
        baseline=baseline,
    )


def with_shown(lives: Iterable[Incarnation], spans: Sequence[Shown]) -> list[Incarnation]:
    """Each incarnation with what was presented meanwhile; what began before is cut off at its beginning.

    Both oldest first.
    """
    complete, start = [], 0
    for life in lives:
        while start < len(spans) and spans[start].last < life.began:
            start += 1
        complete.append(replace(life, shown=tuple(_within(spans, start, life))))
    return complete


def _within(spans: Sequence[Shown], start: int, life: Incarnation) -> Iterable[Shown]:
    for index in range(start, len(spans)):
        shown = spans[index]
        if life.ended is not None and shown.first >= life.ended:
            return
        if shown.last >= life.began:
            yield _cut(shown, life)


def _cut(shown: Shown, life: Incarnation) -> Shown:
    until = shown.last if life.ended is None else min(shown.last, life.ended)
    if shown.first >= life.began and until == shown.last:
        return shown
    return replace(shown, first=max(shown.first, life.began), last=until)


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def optional_time(text: str | None) -> datetime | None:
    """A stored time, where there is one."""
    return time_of(text) if text else None
