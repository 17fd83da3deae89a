"""What is written down of an error of the program itself: where it happened, and nothing of what it held.

No local variables; and what is a secret at that moment, or looks like one, is removed from every line.
"""

import os
import platform
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tofutui import __version__
from tofutui.system.private_files import private_folder, write_private
from tofutui.tofu.base.secret import without_live_secrets
from tofutui.tofu.base.text import safe, safe_lines

KEPT = 10
"""Crash files in the data folder; older ones are removed."""
_PATTERN = "crash-*.txt"
LIBRARIES = ("textual", "asyncssh", "cryptography")
_LONGEST = 200_000


def crash_report(error: BaseException, at: datetime, command: str, actions: Sequence[str]) -> str:
    """The text of a crash file: time, versions, the ids of the last actions (newest last), the traceback.

    Args:
        error: As it was raised; those that led to it follow from it.
        at: With its time zone.
        command: The word of the command line that ran; its options are not written.
        actions: Ids from the registry of the app's actions.
    """
    places = "".join(traceback.TracebackException.from_exception(error).format())
    lines = [
        f"tofutui {__version__}, Python {platform.python_version()}, {platform.platform()}",
        ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
        f"{at:%Y-%m-%d %H:%M:%S%z}, command {command}",
        f"last actions: {' '.join(actions) or 'none'}",
        "",
        without_live_secrets(places)[-_LONGEST:],
    ]
    return safe_lines("\n".join(lines))


def sentence(error: BaseException) -> str:
    """The error in one line, for the screen."""
    return safe(without_live_secrets(f"internal error, {type(error).__name__}: {error}"))


def traceback_text(error: BaseException) -> str:
    """The traceback alone, for ``--debug``."""
    return safe_lines(
        without_live_secrets("".join(traceback.TracebackException.from_exception(error).format()))
    )


def write_crash(folder: Path, at: datetime, text: str) -> Path | None:
    """Write one and drop the oldest; None where nothing can be written: the error is reported even so."""
    path = folder / f"crash-{at:%Y%m%dT%H%M%S%f}-{os.getpid()}.txt"
    try:
        write_private(private_folder(folder) / path.name, text)
        for old in sorted(folder.glob(_PATTERN))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def pointer(path: Path | None) -> str:
    """Where to read on, as the end of a sentence."""
    return f"; where it happened is written in {path}" if path else ""


def _version(name: str) -> str:
    if name not in sys.modules:
        return "not loaded"
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
