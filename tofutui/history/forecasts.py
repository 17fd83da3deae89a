"""Forecasts of what a change will make stale: the newest of each session, for the comparison after it."""

import json

from tofutui.history.database import Database, stamp, storable, time_of
from tofutui.tofu.judgement.impact import Forecast
from tofutui.tofu.site.role import Role


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
