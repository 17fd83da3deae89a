"""One complete listing on its way into the tables of the history."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tofutui.history import late
from tofutui.history.database import stamp, storable, time_of
from tofutui.history.row_mapping import LASTING, begin, insert_life, insert_span, lives_of, spans_of
from tofutui.tofu.judgement.row_history import Beginning, Look, RowSeen

LATE = timedelta(hours=1)
"""A look that much older than the newest one is not late: the clock was set back in between."""
REMEMBERED = 32
"""How many times of listings are kept, for looks that come late."""


def take_over(connection: sqlite3.Connection, node: int, look: Look, since: datetime | None) -> bool:
    """Write down what a complete listing changes.

    A look that is older than the newest one (another process was faster) finds its place among the others.

    Args:
        connection: in a transaction.
        node: the id of the node listed.
        look: the listing.
        since: the newest listing that the caller knows of.

    Returns:
        Whether anything changed since then but the times of the last looks.
    """
    known = _Known(connection, node)
    look = replace(look, rows=tuple(_storable(row) for row in look.rows))
    if known.listed is not None and look.at < known.listed - LATE:
        _set_back(connection, node, look.at)
        known = _Known(connection, node)
    if known.listed is None or look.at >= known.listed:
        changed = _Newest(connection, node, look, known).take_over() or known.listed != since
        newest, host_key = look.at, look.host_key or known.host_key
    else:
        _Late(connection, node, look, known).take_over()
        changed, newest, host_key = True, known.listed, known.host_key
    recent = sorted({*known.recent, look.at})[-REMEMBERED:]
    connection.execute(
        "UPDATE node SET listed = ?, host_key = ?, recent = ? WHERE id = ?",
        (stamp(newest), host_key, " ".join(map(stamp, recent)), node),
    )
    return changed


def _storable(row: RowSeen) -> RowSeen:
    values = (row.key, row.text, row.baseline)
    key, text, baseline = map(storable, values)
    return row if (key, text, baseline) == values else replace(row, key=key, text=text, baseline=baseline)


def _set_back(connection: sqlite3.Connection, node: int, at: datetime) -> None:
    """What a clock that was fast has dated into the future was seen now at the latest."""
    now = {"at": stamp(at), "node": node}
    connection.execute("UPDATE node SET listed = :at, recent = '' WHERE id = :node", now)
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


class _Known:
    """What is known of a node's listings so far."""

    def __init__(self, connection: sqlite3.Connection, node: int) -> None:
        listed, host_key, recent = connection.execute(
            "SELECT listed, host_key, recent FROM node WHERE id = ?", (node,)
        ).fetchone()
        self.listed: datetime | None = time_of(listed) if listed else None
        self.host_key: str | None = host_key
        self.recent: list[datetime] = [time_of(text) for text in recent.split()]


class _Newest:
    """A look that no other is newer than."""

    def __init__(self, connection: sqlite3.Connection, node: int, look: Look, known: _Known) -> None:
        self._connection = connection
        self._node = node
        self._look = look
        self._before = known.listed
        self._at = stamp(look.at)
        self._redeployed = None not in (known.host_key, look.host_key) and known.host_key != look.host_key

    def take_over(self) -> bool:
        spans = self._newest_spans()
        turned = self._turn_over(spans)
        self._connection.execute(
            f"UPDATE {LASTING} SET last = max(last, ?) WHERE node = ? AND ended IS NULL",  # noqa: S608
            (self._at, self._node),
        )
        return self._show(spans) or turned

    def _newest_spans(self) -> dict[str, tuple[int, str, bool]]:
        """Of each row that was asked, the newest span's id and certificate, and if it was silent since."""
        found = {}
        for seen in self._look.rows:
            row = self._connection.execute(
                "SELECT id, sha256, coalesce(silent, '') > last FROM shown"
                " WHERE node = ? AND key = ? AND baseline = ? ORDER BY first DESC LIMIT 1",
                (self._node, seen.key, seen.baseline),
            ).fetchone()
            if row is not None:
                found[seen.key] = (row[0], row[1], bool(row[2]))
        return found

    def _turn_over(self, spans: dict[str, tuple[int, str, bool]]) -> bool:
        """End what the listing does not show as it was, begin what it shows anew; whether there was any."""
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
            "UPDATE incarnation SET ended = ?1, began = min(began, ?1), last = min(last, ?1)"
            " WHERE node = ?2 AND key = ?3 AND ended IS NULL",
            [(self._at, self._node, key) for key in ended],
        )
        new = [seen for key, seen in stored.items() if key not in lasting or key in ended]
        for seen in new:
            self._begin(seen, seen.key in lasting, spans.get(seen.key))
        return bool(ended or new)

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

    def _show(self, spans: dict[str, tuple[int, str, bool]]) -> bool:
        """Note what is presented; whether that is new."""
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
            insert_span(self._connection, self._node, seen.key, late.shown(seen, self._look.at))
        return bool(new)


class _Late:
    """A look that comes after a newer one."""

    def __init__(self, connection: sqlite3.Connection, node: int, look: Look, known: _Known) -> None:
        assert known.listed is not None
        self._connection = connection
        self._node = node
        self._rows = {seen.key: seen for seen in look.rows}
        before = [at for at in known.recent if at < look.at]
        after = [at for at in known.recent if at > look.at]
        self._when = late.Between(look.at, max(before, default=None), min(after, default=known.listed))

    def take_over(self) -> None:
        for key in {*self._rows, *self._keys_since()}:
            seen = self._rows.get(key)
            self._live(key, seen)
            if seen is not None:
                self._show(seen)

    def _keys_since(self) -> Iterable[str]:
        """The rows that a newer listing showed, or that went in one."""
        found = self._connection.execute(
            "SELECT DISTINCT key FROM incarnation WHERE node = ? AND (ended IS NULL OR ended > ?)",
            (self._node, stamp(self._when.at)),
        )
        return [key for (key,) in found]

    def _live(self, key: str, seen: RowSeen | None) -> None:
        held = lives_of(self._connection, self._node, key)
        text = seen.text if seen is not None and seen.stored else None
        lives = late.lives_with(held, key, text, self._when)
        if seen is not None:
            lives = late.unless_doubted(lives, seen, self._when.at)
        if lives != tuple(held):
            self._connection.execute("DELETE FROM incarnation WHERE node = ? AND key = ?", (self._node, key))
            for life in lives:
                insert_life(self._connection, self._node, life)

    def _show(self, seen: RowSeen) -> None:
        held = spans_of(self._connection, self._node, seen.key, seen.baseline)
        spans = late.spans_with(held, seen, self._when)
        if spans != tuple(held):
            self._connection.execute(
                "DELETE FROM shown WHERE node = ? AND key = ? AND baseline = ?",
                (self._node, seen.key, seen.baseline),
            )
            for span in spans:
                insert_span(self._connection, self._node, seen.key, span)
