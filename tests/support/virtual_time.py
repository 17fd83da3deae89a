"""An event loop whose time passes only when nothing is left to do: waits cost nothing and repeat exactly."""

import asyncio
from collections.abc import Callable
from typing import Any


class Stuck(RuntimeError):
    """Everything waits, and nothing is ever going to happen."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Jumps to the next timer when it is idle; what belongs to worker threads is done at once, in place."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        """Seconds of simulated time."""
        return self._now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Call it here and now."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _run_once(self) -> None:
        if not self._ready and not self._stopping:
            if not self._scheduled:
                raise Stuck("everything waits for something that will not come")
            self._now = max(self._now, self._scheduled[0].when())
        super()._run_once()
