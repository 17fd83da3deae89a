"""Whose a file is, and who else may touch it: judged by what the system says of it."""

import os
import shlex
import stat
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_ROOT = 0


def why_not_written(status: os.stat_result, user: int) -> str | None:
    """Why this file (as ``lstat`` shows it) is not written to by that user; None where it may be.

    Behind a link may be anything; a file of another user may be there to be filled by us.
    """
    if stat.S_ISLNK(status.st_mode):
        return "is a symbolic link, which is not followed"
    if status.st_uid != user:
        return "belongs to another user"
    return None if stat.S_ISREG(status.st_mode) else "is not a file"


def why_not_used(status: os.stat_result, user: int) -> str | None:
    """Why no file of ours is put into this folder (as ``stat`` shows it); None where it may be."""
    if not stat.S_ISDIR(status.st_mode):
        return "is not a folder"
    if status.st_uid not in (user, _ROOT):
        return "belongs to another user"
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        return "is writable by everyone"
    return None


def why_changeable(status: os.stat_result, user: int) -> str | None:
    """Why others may decide what is in this file or folder; None where only that user and root may.

    In a folder with the sticky bit others may add files, which are then theirs, but not replace any.
    """
    if status.st_uid not in (user, _ROOT):
        return "belongs to another user"
    if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return None
    others = status.st_mode & (stat.S_IWOTH | stat.S_IWGRP)
    return f"can be changed by others (mode {stat.S_IMODE(status.st_mode):o})" if others else None


def why_exposed(status: os.stat_result) -> str | None:
    """Who else may read a file that leads to a password; None where no one may."""
    return "everyone can read it" if status.st_mode & stat.S_IROTH else None


def why_not_trusted(file: Path) -> str | None:
    """Who else may have written this file, or put it there, and the cure; None where no one else could.

    As ``ssh`` does for its configuration: the file and its folder belong to the user or to root, and only
    their owner may write to them. In a folder with the sticky bit others cannot replace the file. Behind a
    link both places count.

    Raises:
        OSError: one of them cannot be looked at.
    """
    real = file.resolve()
    for place in dict.fromkeys((real, real.parent, file.absolute().parent)):
        about = place.stat()
        reason = why_changeable(about, os.getuid())
        if reason is not None:
            cure = "chown" if about.st_uid not in (os.getuid(), 0) else "chmod go-w"
            whose = f" {os.getuid()}" if cure == "chown" else ""
            return f"not read, for {place} {reason}: {cure}{whose} {shlex.quote(str(place))}"
    return None
