"""Waiting for facts, never for time: one patience for all tests, long enough for a slow machine."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60.0
"""Seconds. Only a test that fails waits for so long."""


async def until(
    fact: Callable[[], object], what: str | Callable[[], str] = "", seconds: float = PATIENCE
) -> None:
    """Wait until a callable is true, looking often.

    Raises:
        AssertionError: it is not by then. ``what`` says what was waited for; a callable is asked only then.
    """
    try:
        async with asyncio.timeout(seconds):
            while not fact():
                await asyncio.sleep(0.005)
    except TimeoutError:
        words = what if isinstance(what, str) else what()
        raise AssertionError(f"it never came to this: {words or fact}") from None


def listens(path: Path) -> bool:
    """Whether a program answers at a socket, which is there a moment before."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
