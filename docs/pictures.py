"""The pictures of the README, from the app on its simulated pair: ``python docs/pictures.py [FOLDER]``.

What can be held still is: the clock, the size, the names of this machine and of who sits at it. The keys of
the simulated servers are made at each start, so fingerprints differ from one run to the next.
"""

import asyncio
import os
import re
import socket
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tofutui.ui.shell.app import TofutuiApp

NOW = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)
"""What every clock shows."""
SIZE = (120, 36)
PATIENCE = 30.0
"""Seconds until something that does not come is a fault."""
_TEXT = re.compile(r'<text [^>]*? y="([\d.]+)"[^>]*>(.*?)</text>')


@dataclass(frozen=True, slots=True)
class Stage:
    """Keys, and what must be on the screen before the next ones; with a name it is a picture."""

    keys: tuple[str, ...]
    shows: tuple[str, ...]
    name: str = ""


STAGES = (
    Stage((), ("▸ ✗ MISMATCH", "! SUSPECT", "both nodes: 3 mismatch", "next: p"), "panes"),
    Stage(("enter",), ("SHA-256", "serial", "as printed"), "detail"),
    Stage(("escape",), ("1 of 3",)),
    Stage(("D",), ("Delete 1 row on PRIMARY prime-pri", "SHA-256", "[ Keep row ]"), "delete"),
    Stage(("escape",), ("? more",)),
    Stage(("v",), ("PRIVACY", "DEMO"), "privacy"),
    Stage(("v",), ("prime-pri",)),
    Stage(("T",) * 6, ("✗ MISMATCH",), "video-call"),
    Stage(("T",), ("✗ MISMATCH",)),
    Stage(("c",), ("Which procedure?", "Enter select")),
    Stage(("up", "enter"), ("! Preflight", "13 passed", "Enter begin"), "guide"),
)


def words(picture: str) -> str:
    """What the screen of an SVG shows, line by line."""
    lines: defaultdict[float, str] = defaultdict(str)
    for y, text in _TEXT.findall(picture):
        lines[float(y)] += unescape(text).replace("\xa0", " ")
    return "\n".join(lines[y] for y in sorted(lines))


def hold_still(home: str) -> None:
    """This process knows no name of this machine, no user, no zone and no settings."""
    for variable in ("TEXTUAL_THEME", "NO_COLOR", "TOFUTUI_SESSIONS", "TOFUTUI_DATA", "SSH_AUTH_SOCK"):
        os.environ.pop(variable, None)
    os.environ |= dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), home)
    os.environ |= {"LOGNAME": "ops", "TZ": "UTC"}
    time.tzset()
    socket.gethostname = lambda: "jump01"


async def take(into: Path, place: Path) -> None:
    """Go through all stages and write the pictures."""
    from tofutui.cli.commands.demo import LabFiles
    from tofutui.cli.commands.lab import remember
    from tofutui.config.sessions import load_sessions
    from tofutui.lab.pair import Lab
    from tofutui.ui.options import AppOptions
    from tofutui.ui.shell.app import TofutuiApp

    lab = await Lab.start("seed", place / "lab", clock=lambda: NOW)
    try:
        remember(lab)
        files = LabFiles(lab.sessions_path, lab.data_path)
        options = AppOptions(
            sessions={name: files.demo_of(real) for name, real in load_sessions(files.sessions).items()},
            sessions_path=files.sessions,
            data_dir=files.data,
            fixed="the demo's sessions are not kept",
            lab_logs=files.logs,
        )
        app = TofutuiApp(options, clock=lambda: NOW)
        async with app.run_test(size=SIZE) as pilot:
            for stage in STAGES:
                for key in stage.keys:
                    await pilot.press(key)
                picture = await until(app, pilot, stage.shows)
                if stage.name:
                    into.joinpath(f"{stage.name}.svg").write_text(picture, encoding="utf-8")
            await app.leaving.close_nodes()
    finally:
        await lab.stop()


async def until(app: "TofutuiApp", pilot: "Pilot[int]", shows: tuple[str, ...]) -> str:
    """The screen once all of this is on it, and nothing moves any more.

    Raises:
        SystemExit: it does not come; shows what is there instead.
    """
    before = ""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        await pilot.pause(0.2)
        picture = app.screen.picture()
        if picture == before and all(word in words(picture) for word in shows):
            return picture
        before = picture
    sys.exit(f"waited in vain for {shows}; on the screen:\n{words(before)}")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    with tempfile.TemporaryDirectory() as home:
        hold_still(home)
        asyncio.run(take(folder, Path(home)))
