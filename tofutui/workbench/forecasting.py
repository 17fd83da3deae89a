"""The forecast of one session: kept for a later comparison, which says what became of it."""

import asyncio
from typing import NamedTuple

from tofutui.history.database import Database, HistoryError
from tofutui.history.results import Forecasts
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.impact import Forecast, became, forecast_of, is_under_way


class ForecastOutcome(NamedTuple):
    """What became of a forecast."""

    text: str = ""
    """In one sentence, or why it cannot be read; "" if none is kept."""
    is_under_way: bool = False
    """Whether the change that it is about has begun and is not over."""


class Forecasting:
    """Keeps forecasts in an open history; ``operator`` is who asks for them."""

    def __init__(self, database: Database, operator: str = "") -> None:
        self._store = Forecasts(database)
        self._operator = operator

    async def keep(self, comparison: Comparison, of: str) -> str:
        """Keep what renewing a server's certificate will make stale; why that failed, "" if it did not.

        Raises:
            NoSuchServer: no server of the session is called so.
            NotCompared: what its rows present is not known yet.
        """
        forecast = forecast_of(comparison, of, self._operator)
        try:
            await asyncio.to_thread(self._store.put, comparison.session.name, forecast)
        except HistoryError as error:
            return f"the forecast cannot be saved: {error}"
        return ""

    async def keep_in_turn(self, comparison: Comparison, of: str) -> str:
        """The same, unless a change is under way that the forecast kept before has to prove."""
        known = await self._newest(comparison)
        if isinstance(known, str):
            return known
        if known is not None and is_under_way(known, comparison):
            return f"not saved, a change is under way: {became(known, comparison)}"
        return await self.keep(comparison, of)

    async def outcome(self, comparison: Comparison) -> ForecastOutcome:
        """What became of the forecast that is kept."""
        known = await self._newest(comparison)
        if isinstance(known, str):
            return ForecastOutcome(known)
        if known is None:
            return ForecastOutcome()
        return ForecastOutcome(became(known, comparison), is_under_way(known, comparison))

    async def _newest(self, comparison: Comparison) -> Forecast | str | None:
        """The forecast that is kept; why it cannot be read."""
        try:
            return await asyncio.to_thread(self._store.newest, comparison.session.name)
        except HistoryError as error:
            return f"the forecast cannot be read: {error}"
