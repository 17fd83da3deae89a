"""`tofutui lab --replay`: play a capture until a signal or the end of stdin."""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tofutui.capture_file import LARGEST, CaptureFileError, loads
from tofutui.lab.main import say, stopping_signals
from tofutui.lab.playback.site import SESSION, PlayedSite

_STDIN = 0


async def serve(path: Path, *, timing: bool, until_eof: bool) -> int:
    """Play a capture in a temporary folder, which is removed afterwards.

    Prints ``sessions: PATH`` and ``data: PATH``, as the lab does. ``timing``: with the original pauses.

    Returns:
        The exit code: 0, or 2 for a file that cannot be played (which is said on stderr).
    """
    try:
        capture = loads(_text(path))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"tofutui: {path}: {getattr(error, 'strerror', None) or error}\n")
        return 2
    stopped = asyncio.Event()
    with stopping_signals(stopped):
        folder = Path(tempfile.mkdtemp(prefix="tofutui-lab-"))
        try:
            site = await PlayedSite.start(capture, folder / "site", timing=timing)
            try:
                say(f"session: {SESSION}, password: {site.password}", stream=sys.stderr)
                say(f"sessions: {site.sessions_path}", f"data: {site.data_path}")
                if until_eof:
                    asyncio.get_running_loop().run_in_executor(None, _drain).add_done_callback(
                        lambda _: stopped.set()
                    )
                await stopped.wait()
            finally:
                await site.stop()
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return 0


def _text(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise CaptureFileError(f"is larger than {LARGEST >> 20} MB")
    return raw.decode("utf-8")


def _drain() -> None:
    while os.read(_STDIN, 4096):
        pass
