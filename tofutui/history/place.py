"""Where the database lies: a folder (0700) and files (0600) that are ours, whatever the umask is."""

import os
from pathlib import Path

from tofutui.system.file_permissions import PRIVATE_FILE, PRIVATE_FOLDER, why_not_used, why_not_written


class NotOurs(OSError):
    """The folder or the file belongs to somebody else, or leads elsewhere."""


def claim(path: Path) -> None:
    """Make the folder and the file private, and make them where they are missing.

    An existing database is not opened: closing it again would drop the locks of this process on it.

    Raises:
        NotOurs: one of them is not ours.
        OSError: one of them cannot be made.
    """
    _claim_folder(path.parent)
    for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
        if os.path.lexists(file):
            _refuse(file, why_not_written(file.lstat(), os.getuid()))
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
    path.chmod(PRIVATE_FILE)


def write_note(path: Path, text: str) -> None:
    """A small private file beside the database, written anew."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, PRIVATE_FILE), "w") as file:
        file.write(text)


def _claim_folder(folder: Path) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(PRIVATE_FOLDER)
    _refuse(folder, why_not_used(folder.stat(), os.getuid()))


def _refuse(path: Path, reason: str | None) -> None:
    if reason is not None:
        raise NotOurs(None, f"{path} {reason}")
