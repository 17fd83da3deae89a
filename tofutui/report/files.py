"""Files that the user asked for: written whole or not at all, readable by their owner only."""

import os
from pathlib import Path

from tofutui.system import private_files
from tofutui.system.private_files import NotOurs
from tofutui.tofu.base.errors import TofutuiError


class FileError(TofutuiError):
    """A file cannot be written."""


def write_private(path: Path, text: str, *, replace: bool) -> Path:
    """Write a file with mode 0600; its whole path.

    Raises:
        FileError: it cannot be written, or is there already and is not to be replaced.
    """
    try:
        path = path.expanduser().absolute()
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        if not replace and os.path.lexists(path):
            raise FileExistsError(None, "File exists")
        private_files.write_private(path, text, replace=replace)
    except (OSError, RuntimeError, ValueError) as error:  # no such home folder; a NUL in the name
        own = error.reason if isinstance(error, NotOurs) else getattr(error, "strerror", None)
        reason = own or str(error)
        raise FileError(f"{path}: cannot be written: {reason}", "choose another folder or name") from error
    return path
