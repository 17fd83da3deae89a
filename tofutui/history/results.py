"""How each session's last comparison ended, and the newest forecast of what a change will make stale."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tofutui.history.database import Database, stamp, storable, time_of
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.impact import Forecast
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.role import Role


@dataclass(frozen=True, slots=True)
class LastResult:
    """What the last comparison of a session found."""

    at: datetime
    complete: bool
    """Whether every node's listing was complete."""
    counts: Mapping[Verdict, int]
    """Remote rows by verdict; verdicts that no row had are omitted."""
    own_stale: int


class Results:
    """The last results in an open database; each call is one transaction and may come from any thread.

    Every method raises `tofutui.history.database.HistoryError` when the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, session: str, result: LastResult) -> None:
        """Keep a result, unless a newer one is there."""
        counts = json.dumps({str(verdict): number for verdict, number in result.counts.items()})
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO result (session, at, complete, counts, own_stale) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (session) DO UPDATE SET at = excluded.at, complete = excluded.complete,"
                " counts = excluded.counts, own_stale = excluded.own_stale WHERE excluded.at >= result.at",
                (storable(session), stamp(result.at), result.complete, counts, result.own_stale),
            )

    def every(self) -> dict[str, LastResult]:
        """The last result of each session that was ever compared, by name."""
        with self._database.snapshot() as connection:
            stored = connection.execute("SELECT session, at, complete, counts, own_stale FROM result")
            return {
                session: LastResult(time_of(at), bool(complete), _counts(counts), int(own_stale))
                for session, at, complete, counts, own_stale in stored.fetchall()
            }


def result_of(comparison: Comparison) -> LastResult | None:
    """What is kept of a comparison; None of one that has not been taken."""
    if comparison.taken_at is None:
        return None
    counts = {verdict: number for verdict, number in comparison.counts().items() if number}
    return LastResult(comparison.taken_at, comparison.complete, counts, comparison.own_stale())


def _counts(text: str) -> dict[Verdict, int]:
    return {Verdict(word): int(number) for word, number in json.loads(text).items()}


class Forecasts:
    """The forecasts in an open database; each call is one transaction and may come from any thread.

    Every method raises `tofutui.history.database.HistoryError` when the file cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, session: str, forecast: Forecast) -> None:
        """Keep a forecast in place of the one before."""
        rows = json.dumps([[str(role), storable(key), sha256] for role, key, sha256 in forecast.rows])
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO forecast (session, of, at, by, rows) VALUES (?, ?, ?, ?, ?)",
                (storable(session), storable(forecast.of), stamp(forecast.at), storable(forecast.by), rows),
            )

    def newest(self, session: str) -> Forecast | None:
        """The forecast of a session, if there is one."""
        with self._database.snapshot() as connection:
            row = connection.execute(
                "SELECT of, at, by, rows FROM forecast WHERE session = ?", (storable(session),)
            ).fetchone()
        if row is None:
            return None
        rows = tuple((Role(role), key, sha256) for role, key, sha256 in json.loads(row[3]))
        return Forecast(row[0], time_of(row[1]), row[2], rows)
