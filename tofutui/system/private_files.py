"""Files that are nobody else's: folders 0700, files 0600, whatever the umask; written whole or not at all."""

import os
import tempfile
from pathlib import Path

from tofutui.system.file_permissions import PRIVATE_FILE, PRIVATE_FOLDER, why_not_used, why_not_written


class NotOurs(OSError):
    """The folder or the file belongs to somebody else, or leads elsewhere."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(None, f"{path} {reason}")


def private_folder(folder: Path) -> Path:
    """Make the folder where it is missing, with those above it; gives it back.

    Raises:
        NotOurs: it belongs to somebody else, or everybody may write in it.
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


def write_draft(target: Path, text: str) -> Path:
    """A private file beside ``target`` with this content, on disk: to be renamed to it.

    Raises:
        NotOurs: what stands at ``target`` now is a link, or somebody else's.
        OSError: the folder cannot be written to.
    """
    reason = why_not_written(target.lstat(), os.getuid()) if os.path.lexists(target) else None
    if reason is not None:
        raise NotOurs(target, reason)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".draft")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, PRIVATE_FILE)
            file.write(text)
            file.flush()
            os.fsync(handle)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def write_private(target: Path, text: str) -> None:
    """Write the file whole or not at all.

    Raises:
        OSError: see `write_draft`.
    """
    draft = write_draft(target, text)
    try:
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
