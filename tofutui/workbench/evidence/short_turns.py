"""Work that comes in bursts, spread over the turns of the event loop."""

import asyncio
from collections import deque


class ShortTurns:
    """Lets this many pieces of work be done in one turn of the event loop, in the order in which they came.

    What else waits for the loop (a key, a packet) then waits for that many at most, whoever does the work.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = self._left = at_once
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_counting = False

    async def take(self) -> None:
        """Wait until another piece of work may be done."""
        loop = asyncio.get_running_loop()
        if not self._is_counting:
            self._is_counting = True
            loop.call_soon(self._begin_turn, loop)
        if self._left and not self._waiting:
            self._left -= 1
            return
        waiting = loop.create_future()
        self._waiting.append(waiting)
        await waiting

    def _begin_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        was_used, self._left = self._left < self._at_once, self._at_once
        while self._waiting and self._left:
            waiting = self._waiting.popleft()
            if not waiting.done():  # else whoever waited was cancelled
                waiting.set_result(None)
                self._left -= 1
        self._is_counting = was_used or self._left < self._at_once
        if self._is_counting:
            loop.call_soon(self._begin_turn, loop)
