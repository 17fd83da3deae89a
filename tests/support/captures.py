"""Captures of what a test runs, and captures of those played again."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.questions import Asker, NoAsker
from tofutui.capture.taking import take
from tofutui.capture_file import Capture, CapturedEvent, CapturedKind, dumps, loads
from tofutui.config.sessions import load_sessions
from tofutui.lab.playback.site import PlayedSite
from tofutui.tofu.site.session import Session


async def capture_of(session: Session, asker: Asker | None = None, timings: Timings | None = None) -> Capture:
    """A capture as it would be written and read again."""
    material = await take(session, asker or NoAsker(), "tofutui 0", timings=timings)
    return loads(dumps(material.make().capture))


def only_session(path: Path) -> Session:
    """The session of a file that holds one."""
    (session,) = load_sessions(path).values()
    return session


@asynccontextmanager
async def playing(capture: Capture, folder: Path, *, timing: bool = False) -> AsyncIterator[PlayedSite]:
    """A capture that is played."""
    site = await PlayedSite.start(capture, folder, timing=timing)
    try:
        yield site
    finally:
        await site.stop()


async def played_again(
    capture: Capture, folder: Path, asker: Asker | None = None, timings: Timings | None = None
) -> Capture:
    """The capture of a capture that is played."""
    async with playing(capture, folder) as site:
        return await capture_of(only_session(site.sessions_path), asker, timings)


_SECONDS = re.compile(r"for [\d.]+ s\b")
"""How long a silence was waited for, as measured."""


def without_times(capture: Capture) -> dict[str, Any]:
    """Everything in a capture but when it happened and in how many pieces it came."""
    return {
        "session": capture.session,
        "logins": [(replace(login, events=()), _together(login.events)) for login in capture.logins],
        "endpoints": _SECONDS.sub("for a while", repr(capture.endpoints)),
        "reading": _SECONDS.sub("for a while", repr(capture.reading)),
    }


def _together(events: object) -> list[tuple[CapturedKind, bytes]]:
    joined: list[tuple[CapturedKind, bytes]] = []
    for event in events:
        assert isinstance(event, CapturedEvent)
        if joined and event.kind is joined[-1][0] is CapturedKind.RECEIVED:
            joined[-1] = (event.kind, joined[-1][1] + event.data)
        else:
            joined.append((event.kind, event.data))
    return joined
