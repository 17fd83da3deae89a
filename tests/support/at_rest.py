"""What Textual's pilot waits for between two keys: that the app has nothing left to do.

Textual looks how busy the process was, 20 ms at a time and three times a key: slow on a quiet machine, and
too early on a busy one. Here it is the work that is left.
"""

import asyncio
import time
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app

SHORTEST_S = 0.002
"""For what a thread or a short timer is about to bring."""
LONGEST_S = 1.0


def is_to_be_painted(screen: Any) -> bool:
    """Whether a screen waits for its next frame."""
    waiting = screen._layout_required or screen._scroll_required or screen._repaint_required
    return bool(waiting or screen._recompose_required or screen._dirty_widgets or screen._callbacks)


async def at_rest(min_sleep: float = 0.0, max_sleep: float = LONGEST_S) -> None:
    """Wait until the event loop has nothing to run and the screen is painted, or for the longest time."""
    app = active_app.get()
    loop: Any = asyncio.get_running_loop()
    ready = loop._ready
    deadline = time.monotonic() + max_sleep
    await asyncio.sleep(max(min_sleep, SHORTEST_S))
    while time.monotonic() < deadline:
        while ready and time.monotonic() < deadline:
            await asyncio.sleep(0)
        if app._resize_event is not None:  # Textual takes it up at its next frame
            await asyncio.sleep(SHORTEST_S)
            continue
        if not app.screen_stack or not is_to_be_painted(app.screen):
            return
        app.screen._on_timer_update()
        await asyncio.sleep(0)


def install() -> None:
    """Let every pilot of this process wait like this."""
    for module in (textual.app, textual.pilot):
        vars(module)["wait_for_idle"] = at_rest
