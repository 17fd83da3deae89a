"""Files that the user asked for: written whole or not at all, readable by their owner only."""

import os
from pathlib import Path
from tempfile import mkstemp

from tofutui.system.file_permissions import why_not_written
from tofutui.tofu.base.errors import TofutuiError


class FileError(TofutuiError):
    """A file cannot be written."""


def write_private(path: Path, text: str, *, replace: bool) -> Path:
    """Write a file with mode 0600, by way of another one beside it that is renamed; its whole path.

    Raises:
        FileError: it cannot be written, or is there already and is not to be replaced.
    """
    draft = None
    try:
        path = path.expanduser().absolute()
        handle, draft = mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        _put(Path(draft), path, replace=replace)
    except (OSError, RuntimeError, ValueError) as error:  # no such home folder; a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{path}: cannot be written: {reason}", "choose another folder or name") from error
    finally:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)
    return path


def _put(draft: Path, path: Path, *, replace: bool) -> None:
    if path.is_dir():
        raise IsADirectoryError(None, "is a folder")
    reason = why_not_written(path.lstat(), os.getuid()) if os.path.lexists(path) else None
    if reason is not None and replace:
        raise PermissionError(None, reason)
    if replace:
        draft.replace(path)
        return
    try:
        os.link(draft, path)  # in contrast to renaming, this never replaces what came there meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(None, "File exists") from None
        draft.replace(path)
