"""Whatever is pressed, however fast, at whatever size: the app goes on."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import painting
from tests.support.depth import amount
from tests.support.fake_bench import session
from tests.support.random_hands import Hands

SCRIPTS = int(os.environ.get("TOFUTUI_RANDOM_SCRIPTS", amount(1, 6)))
ACTIONS = int(os.environ.get("TOFUTUI_RANDOM_ACTIONS", "200"))
Start = Callable[..., Any]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(SCRIPTS))
async def test_no_key_and_no_size_ends_the_app(
    desk: Start, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    painting.each_frame(monkeypatch)
    async with desk(sessions=[session(), session(name="lab")], initial="site-a") as d:
        hands = Hands(d, seed)
        await hands.act(ACTIONS)
        last = " ".join(hands.done[-40:])
        assert d.app._exception is None, last
        async with asyncio.timeout(60):
            await d.pilot.pause()
        assert d.app._exception is None, last
        assert d.app.is_running, last
        assert [path.read_text() for path in tmp_path.glob("crash-*.txt")] == [], last
