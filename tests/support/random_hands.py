"""Hands that press whatever there is, faster than screens come and go: a script is its seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.binding import Binding
from textual.geometry import Size

from tofutui.tofu.judgement.comparison import Phase
from tofutui.ui.actions.catalogue import ACTIONS
from tofutui.workbench import LogGrew, NodeChanged

LEAVES = frozenset({"q", "ctrl+c", "ctrl+q", "ctrl+z"})
"""Keys that end the app or stop it, which is not the matter here."""
TYPED = "abz019-_/. [\\"
WINDOWS = ((120, 36), (80, 24), (60, 15), (20, 6), (200, 50), (1, 1), (79, 23))


class Hands:
    """One script on a running app; see `tests.ui.conftest.Desk`."""

    def __init__(self, desk: Any, seed: int) -> None:
        self._desk = desk
        self._random = random.Random(seed)
        self._keys = sorted({key for action in ACTIONS for key in action.keys} - LEAVES)
        self.done: list[str] = []
        """What was done, for whoever reads a failure."""

    async def act(self, times: int) -> None:
        """Do so many things, waiting for the app only now and then."""
        ways: list[Callable[[], Awaitable[None] | None]] = [
            self._known_key, self._known_key, self._key_of_the_screen, self._key_of_the_screen, self._held,
            self._typing, self._palette, self._leave_screen, self._resize, self._resize, self._refresh,
            self._node_drops, self._wait,
        ]  # fmt: skip
        for _ in range(times):
            if (waiting := self._random.choice(ways)()) is not None:
                await waiting
            for _ in range(self._random.choice((0, 0, 1, 3, 10))):
                await asyncio.sleep(0)
            if self._has_failed():
                return

    def _has_failed(self) -> bool:
        return self._desk.app._exception is not None or not self._desk.app.is_running

    def _press(self, key: str) -> None:
        self.done.append(key)
        character = key if len(key) == 1 else {"space": " "}.get(key)
        event = events.Key(key, character)
        event.set_sender(self._desk.app)
        self._desk.app.post_message(event)

    def _known_key(self) -> None:
        self._press(self._random.choice(self._keys))

    def _key_of_the_screen(self) -> None:
        bound = [b for b in getattr(self._desk.app.screen, "BINDINGS", ()) if isinstance(b, Binding)]
        keys = sorted({key for b in bound for key in b.key.split(",")} - LEAVES)
        self._press(self._random.choice(keys or ["escape"]))

    def _held(self) -> None:
        key = self._random.choice(("down", "up", "enter", "y", "escape", "tab", "R", "space", "j"))
        for _ in range(self._random.randint(2, 20)):
            self._press(key)

    def _typing(self) -> None:
        for _ in range(self._random.randint(1, 6)):
            self._press(self._random.choice(TYPED))

    async def _palette(self) -> None:
        self._press("ctrl+p")
        for _ in range(self._random.randint(0, 10)):
            await asyncio.sleep(0)
        self._typing()
        self._press(self._random.choice(("escape", "enter", "down")))
        self._resize()

    def _leave_screen(self) -> None:
        for _ in range(self._random.randint(1, 3)):
            self._press("escape")

    def _resize(self) -> None:
        columns, lines = self._random.choice(WINDOWS)
        self.done.append(f"{columns}x{lines}")
        size = Size(columns, lines)
        self._desk.app._driver._size = (columns, lines)
        self._desk.app.post_message(events.Resize(size, size))

    def _refresh(self) -> None:
        self._press(self._random.choice(("r", "R")))

    def _node_drops(self) -> None:
        self.done.append("drop")
        bench = self._desk.fakes.bench
        view = bench.comparison.nodes[self._random.choice(list(bench.comparison.nodes))]
        view.phase = self._random.choice((Phase.LISTED, Phase.FAILED))
        view.error = "the connection was lost" if view.phase is Phase.FAILED else None
        bench.on_change(LogGrew())
        bench.on_change(NodeChanged(view.role))

    async def _wait(self) -> None:
        self.done.append("wait")
        await self._desk.pilot.pause()
