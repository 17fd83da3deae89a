"""Crash files in the data folder: private, the newest ones only."""

import os
from datetime import datetime
from pathlib import Path

from tofutui.system.private_files import private_folder, write_private

KEPT = 10
_PATTERN = "crash-*.txt"


def write_crash(folder: Path, at: datetime, text: str) -> Path | None:
    """Write one and drop the oldest; None where nothing can be written: an error is told all the same."""
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
