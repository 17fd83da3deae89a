import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.support import at_rest, painting, style_sheets
from tests.support.fake_bench import NOW, Fakes, session
from tests.support.ticks import BY_HAND, HandTicks
from tests.support.waiting import PATIENCE, until
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.options import AppOptions
from tofutui.ui.shell.app import TofutuiApp
from tofutui.ui.tables.auto_reconnect import ReconnectPatience
from tofutui.ui.tables.pane import Pane
from tofutui.ui.tables.screen import MainScreen
from tofutui.ui.text.spans import plain

at_rest.install()
style_sheets.parse_once()
painting.only_when_looked_at()


def screen_text(app: TofutuiApp) -> str:
    """The text on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()  # what Textual itself would paint
    if len(lines) != height:  # not laid out yet
        return ""
    return "\n".join(strip.text[:width] for strip in lines)


@dataclass
class Desk:
    """A running app on fakes."""

    app: TofutuiApp
    pilot: Pilot[Any]
    fakes: Fakes
    copied: list[str]
    ticks: HandTicks

    @property
    def main(self) -> MainScreen:
        assert self.app.main is not None
        return self.app.main

    @property
    def pane(self) -> Pane:
        return self.main.pane

    def pane_of(self, role: Role) -> Pane:
        return self.main.panes[role]

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def current(self) -> str:
        row = self.pane.rows.current
        return row.id if row else ""

    @property
    def message(self) -> str:
        return self.app.screen.query_one(KeyBar).message

    @property
    def detail(self) -> str:
        return plain(self.main.query_one("#detail").lines)

    async def press(self, *keys: str) -> None:
        """By hand, each key after a look at what the one before did."""
        for key in keys:
            self.ticks.ahead += BY_HAND
            await self.pilot.press(key)
            await self.until(lambda: not self.app.presses.undecided)
        await self.pilot.pause()

    async def burst(self, *keys: str) -> None:
        """As a paste sends them: one directly after the other."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await self.pilot.pause(0.15)
        await self.until(lambda: not self.app.presses.undecided)

    async def resize(self, columns: int, lines: int) -> None:
        """Until the screen is laid out for the new size, which is reported after a moment."""
        await self.pilot.resize_terminal(columns, lines)
        await self.until(lambda: self.app.screen._compositor.size == (columns, lines))
        await self.pilot.pause()

    async def until(self, fact: Callable[[], bool]) -> None:
        """Wait for a fact, as long as the test's own time-out allows."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not fact():
                    await self.pilot.pause()
                    await asyncio.sleep(0.005)
        except TimeoutError:
            screen = self.app.screen
            layout = screen._compositor.size
            raise AssertionError(
                f"it never came to this; {screen} of {self.app.size} is laid out for {layout}:\n{self.text}"
            ) from None

    async def ended(self) -> int:
        """Wait until the app has ended; its exit code."""
        await until(lambda: self.app.return_code is not None)
        assert self.app.return_code is not None
        return self.app.return_code


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Any]:
    """``async with desk(size=(80, 24)) as d``: the app on fakes, rows shown."""

    @asynccontextmanager
    async def start(
        *, size: tuple[int, int] = (120, 36), sessions: Any = None, fakes: Fakes | None = None,
        ready: bool = True, patience: ReconnectPatience | None = None, **options: Any,
    ) -> AsyncIterator[Desk]:  # fmt: skip
        known = {s.name: s for s in ([session()] if sessions is None else sessions)}
        chosen = AppOptions(sessions=known, sessions_path=tmp_path / "s.toml", data_dir=tmp_path, **options)
        fakes = fakes or Fakes()
        ticks = HandTicks()
        app = TofutuiApp(chosen, open_link=fakes.open, clock=lambda: NOW, patience=patience, ticks=ticks)
        copied: list[str] = []
        app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        async with app.run_test(size=size) as pilot:
            running = Desk(app, pilot, fakes, copied, ticks)
            if ready:
                await running.until(lambda: bool(fakes.benches and fakes.bench.comparison.taken_at))
                await running.until(lambda: app.main is not None and app.main._frame is None)
                await pilot.pause()
            yield running
            painting.paint(app)

    return start
