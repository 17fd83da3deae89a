"""One complete listing on its way into the tables of the history."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from tofutui.history.database import stamp, storable
from tofutui.history.row_mapping import LASTING, begin, insert_span, optional_time
from tofutui.tofu.judgement.row_history import Beginning, Look, RowSeen, Shown, WhatChanged

SET_BACK = timedelta(hours=1)
"""A look that much older than the newest one is not late: the clock was set back in between."""


def take_over(connection: sqlite3.Connection, node: int, look: Look, since: datetime | None) -> WhatChanged:
    """Write down what a complete listing changes.

    A look that is older than the newest one (another process was faster) is dropped: it claims nothing.

    Args:
        connection: in a transaction.
        node: the id of the node listed.
        look: the listing.
        since: the newest listing that the caller knows of.

    Returns:
        What changed since then but the times of the last looks.
    """
    listed, host_key = connection.execute(
        "SELECT listed, host_key FROM node WHERE id = ?", (node,)
    ).fetchone()
    newest = optional_time(listed)
    others = newest != since
    look = replace(look, rows=tuple(_storable(row) for row in look.rows))
    if newest is not None and look.at < newest - SET_BACK:
        _set_back(connection, node, look.at)
        newest, others = look.at, True
    if newest is not None and look.at < newest:
        return WhatChanged(others=others)
    changed = _Newest(connection, node, look, newest, host_key).take_over()
    connection.execute(
        "UPDATE node SET listed = ?, host_key = ? WHERE id = ?",
        (stamp(look.at), look.host_key or host_key, node),
    )
    return replace(changed, others=changed.others or others)


def _storable(row: RowSeen) -> RowSeen:
    values = (row.key, row.text, row.baseline)
    key, text, baseline = map(storable, values)
    return row if (key, text, baseline) == values else replace(row, key=key, text=text, baseline=baseline)


def _set_back(connection: sqlite3.Connection, node: int, at: datetime) -> None:
    """What a clock that was fast has dated into the future was seen now at the latest."""
    now = {"at": stamp(at), "node": node}
    connection.execute(
        "UPDATE incarnation SET began = min(began, :at), last = min(last, :at), ended = min(ended, :at)"
        " WHERE node = :node AND max(began, last, coalesce(ended, '')) > :at",
        now,
    )
    connection.execute(
        "UPDATE shown SET first = min(first, :at), last = min(last, :at), silent = min(silent, :at)"
        " WHERE node = :node AND max(last, coalesce(silent, '')) > :at",
        now,
    )


class _Newest:
    """A look that no other is newer than; ``before`` is the newest one until now."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        node: int,
        look: Look,
        before: datetime | None,
        host_key: str | None,
    ) -> None:
        self._connection = connection
        self._node = node
        self._look = look
        self._before = before
        self._at = stamp(look.at)
        self._redeployed = None not in (host_key, look.host_key) and host_key != look.host_key

    def take_over(self) -> WhatChanged:
        spans = self._newest_spans()
        turned = self._turn_over(spans)
        self._connection.execute(
            f"UPDATE {LASTING} SET last = max(last, ?) WHERE node = ? AND ended IS NULL",  # noqa: S608
            (self._at, self._node),
        )
        return WhatChanged(frozenset(turned | self._show(spans)), others=self._redeployed)

    def _newest_spans(self) -> dict[str, tuple[int, str, bool]]:
        """Of each row that was asked, the newest span's id and certificate, and if it was silent since."""
        newest = {}
        for seen in self._look.rows:
            row = self._connection.execute(
                "SELECT id, sha256, coalesce(silent, '') > last FROM shown"
                " WHERE node = ? AND key = ? AND baseline = ? ORDER BY first DESC LIMIT 1",
                (self._node, seen.key, seen.baseline),
            ).fetchone()
            if row is not None:
                newest[seen.key] = (row[0], row[1], bool(row[2]))
        return newest

    def _turn_over(self, spans: dict[str, tuple[int, str, bool]]) -> set[str]:
        """End what the listing does not show as it was, begin what it shows now; the keys of both."""
        lasting = dict(
            self._connection.execute(
                f"SELECT key, text FROM {LASTING} WHERE node = ? AND ended IS NULL",  # noqa: S608
                (self._node,),
            ).fetchall()
        )
        stored = {seen.key: seen for seen in self._look.rows if seen.stored}
        ended = {
            key
            for key, text in lasting.items()
            if self._redeployed or key not in stored or stored[key].text != text
        }
        self._connection.executemany(  # one that the operator dated into the future begins now at the latest
            "UPDATE incarnation SET ended = ?, began = min(began, ?), last = min(last, ?)"
            " WHERE node = ? AND key = ? AND ended IS NULL",
            [(self._at, self._at, self._at, self._node, key) for key in ended],
        )
        new = [seen for key, seen in stored.items() if key not in lasting or key in ended]
        for seen in new:
            self._begin(seen, seen.key in lasting, spans.get(seen.key))
        return ended | {seen.key for seen in new}

    def _begin(self, seen: RowSeen, was_there: bool, span: tuple[int, str, bool] | None) -> None:
        beginning = self._beginning(was_there)
        appeared = beginning is Beginning.APPEARED
        # It was watched if it is the same certificate in the last probe before and, thoroughly, in this one.
        watched = appeared and seen.sole and span is not None and span[1:] == (seen.sha256, False)
        begin(
            self._connection,
            self._node,
            seen,
            beginning,
            self._look.at,
            absent_at=self._before if appeared else None,
            known=seen.sha256 if watched else None,
        )

    def _beginning(self, was_there: bool) -> Beginning:
        if self._redeployed:
            return Beginning.REDEPLOYED
        if was_there:
            return Beginning.TEXT
        return Beginning.FIRST if self._before is None else Beginning.APPEARED

    def _show(self, spans: dict[str, tuple[int, str, bool]]) -> set[str]:
        """Note what is presented; the keys of which that is new."""
        same, silent, new = [], [], []
        for seen in self._look.rows:
            span = spans.get(seen.key)
            if seen.sha256 is None:
                silent += [(self._at, span[0])] if span and seen.asked_at else []
            elif span is not None and span[1] == seen.sha256:
                same.append((self._at, seen.sole, span[0]))
            else:
                new.append(seen)
        self._connection.executemany(
            "UPDATE shown SET last = max(last, ?), sole = max(sole, ?) WHERE id = ?", same
        )
        self._connection.executemany("UPDATE shown SET silent = ? WHERE id = ?", silent)
        for seen in new:
            insert_span(self._connection, self._node, seen.key, _shown(seen, self._look.at))
        return {seen.key for seen in new}


def _shown(seen: RowSeen, at: datetime) -> Shown:
    """What a probe at that time begins."""
    assert seen.sha256 is not None
    return Shown(
        sha256=seen.sha256,
        first=at,
        last=at,
        not_before=seen.not_before,
        sole=seen.sole,
        baseline=seen.baseline,
    )
