"""Looks again and again, at growing intervals, as long as something is waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tofutui.history.runs import LeaseLost


@dataclass(frozen=True, slots=True)
class Polling:
    """How often the HA states are asked for, in seconds."""

    first: float = 15.0
    growth: float = 1.5
    longest: float = 120.0


class Poller:
    """Calls ``look`` while ``is_wanted``; ends when another process took the run over: that one asks then."""

    def __init__(
        self, polling: Polling, is_wanted: Callable[[], bool], look: Callable[[], Awaitable[None]]
    ) -> None:
        self._polling = polling
        self._is_wanted = is_wanted
        self._look = look
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless it is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """End it; returns once nothing is asked any more."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _poll(self) -> None:
        pause = self._polling.first
        while self._is_wanted():
            try:
                await self._look()
            except LeaseLost:
                return
            if self._is_wanted():
                await asyncio.sleep(pause)
                pause = min(pause * self._polling.growth, self._polling.longest)
