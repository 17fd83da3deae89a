"""Files of this user alone: folders 0700, files 0600, whatever the umask; written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from tofutui.system.file_permissions import PRIVATE_FILE, PRIVATE_FOLDER, why_not_used, why_not_written


class NotOurs(OSError):
    """The folder or the file belongs to another user, or leads elsewhere."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(None, f"{path} {reason}")
        self.reason = reason


def private_folder(folder: Path) -> Path:
    """Make the folder where it is missing, with those above it; gives it back.

    Raises:
        NotOurs: it belongs to another user, or everyone may write in it.
        OSError: it cannot be made.
    """
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)
        parent.chmod(PRIVATE_FOLDER)
    reason = why_not_used(folder.stat(), os.getuid())
    if reason is not None:
        raise NotOurs(folder, reason)
    return folder


def write_draft(target: Path, text: str, mode: int = PRIVATE_FILE) -> Path:
    """A private file beside ``target`` with this content, on disk: to be renamed to it.

    Raises:
        NotOurs: what is at ``target`` now is a link, or another user's.
        OSError: the folder cannot be written to.
    """
    from tempfile import mkstemp

    _refuse_foreign(target)
    handle, name = mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".draft")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            os.fchmod(handle, mode)
            file.write(text)
            file.flush()
            os.fsync(handle)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def write_private(target: Path, text: str, *, replace: bool = True, mode: int = PRIVATE_FILE) -> None:
    """Write the file whole or not at all, by way of another one beside it that is renamed.

    Raises:
        FileExistsError: it is there already, and is not to be replaced.
        OSError: see `write_draft`.
    """
    draft = write_draft(target, text, mode)
    try:
        if replace:
            draft.replace(target)
        else:
            _link(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)  # in contrast to renaming, this never replaces what came there meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise FileExistsError(None, "File exists") from None
        draft.replace(target)


def claim(path: Path) -> None:
    """Make a database and its folder private, and make them where they are missing.

    An existing database is not opened: closing it again would drop the locks of this process on it.

    Raises:
        NotOurs: one of them is not ours.
        OSError: one of them cannot be made.
    """
    private_folder(path.parent)
    for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
        _refuse_foreign(file)
    if not path.exists():
        with suppress(FileExistsError):  # another program has just made it
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
    path.chmod(PRIVATE_FILE)


def _refuse_foreign(file: Path) -> None:
    try:
        reason = why_not_written(file.lstat(), os.getuid())
    except FileNotFoundError:  # SQLite removes its files where another program closes the database last
        return
    if reason is not None:
        raise NotOurs(file, reason)
