"""Reading files that a user names, or that are in a standard place: looked at first, never waited for.

Opening a named pipe waits for whoever writes to it, and a device may never end. A path that a user can set
may be either, by a slip or by another user's hand.
"""

import os
import select
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 16
CONFIGURATION = 4 << 20
"""Bytes of a file that a person writes: settings, themes, keys, an SSH configuration."""
PRIVATE_KEY = 1 << 20
"""Bytes of a file with a key."""

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


class UnusableFile(OSError):
    """A path that is not a regular file, or a file that is too large; ``strerror`` says what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(None, reason, str(path))
        self.strerror = reason
        self.filename = str(path)


def why_not_regular(about: os.stat_result) -> str | None:
    """What this is instead of a regular file, with the cure; None where it is one, or the empty device."""
    if stat.S_ISREG(about.st_mode):
        return None
    if stat.S_ISCHR(about.st_mode) and about.st_rdev == os.stat(os.devnull).st_rdev:  # noqa: PTH116
        return None
    kind = _KINDS.get(stat.S_IFMT(about.st_mode), "something else")
    return f"{kind}, not a file; name a regular file here"


def check_regular(path: Path) -> None:
    """Look at what is behind a path without opening it; links are followed.

    Raises:
        UnusableFile: it is there and is not a regular file.
        OSError: it is missing or cannot be looked at.
    """
    if reason := why_not_regular(path.stat()):
        raise UnusableFile(path, reason)


def open_regular(path: Path, *, most: int) -> int:
    """A descriptor to read a regular file of at most ``most`` bytes; opening never waits.

    Raises:
        UnusableFile: it is not a regular file, or larger.
        OSError: it cannot be opened.
    """
    check_regular(path)  # a device may act on being opened
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        about = os.fstat(descriptor)
        if reason := why_not_regular(about):
            raise UnusableFile(path, reason)
        if about.st_size > most:
            raise UnusableFile(path, _too_large(most))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: Path, *, most: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        UnusableFile: it is not a regular file, or holds more than ``most`` bytes.
        OSError: it cannot be read.
    """
    with os.fdopen(open_regular(path, most=most), "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:  # it grew, or its size is not known beforehand
        raise UnusableFile(path, _too_large(most))
    return data


def read_given(path: Path, *, most: int, seconds: float) -> bytes:
    """As `read_regular`; also what a shell passes as ``<(…)`` or ``/dev/stdin``, in which a pipe has no name.

    ``seconds`` is how long such a pipe may say nothing.

    Raises:
        UnusableFile: it is neither, holds more than ``most`` bytes, or says nothing.
        OSError: it cannot be read.
    """
    if not stat.S_ISFIFO(path.stat().st_mode) or Path(os.path.realpath(path)).exists():
        return read_regular(path, most=most)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    data = b""
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        while len(data) <= most:
            if not select.select([pipe], [], [], seconds)[0]:
                raise UnusableFile(path, f"nothing came out of this pipe for {seconds:g} s")
            chunk = pipe.read(CHUNK)
            if not chunk:
                return data
            data += chunk
    raise UnusableFile(path, _too_large(most))


def lines_of(path: Path, *, most: int, longest: int) -> Iterator[bytes]:
    """The lines of a regular file without their ends, one after the other; longer ones are omitted.

    Raises:
        UnusableFile: it is not a regular file, or holds more than ``most`` bytes.
        OSError: it cannot be read.
    """
    with os.fdopen(open_regular(path, most=most), "rb", buffering=CHUNK) as file:
        while line := file.readline(longest + 1):
            if line.endswith(b"\n"):
                yield line[:-1]
            elif len(line) <= longest:
                yield line
            else:
                _skip_line(file, longest)


def _skip_line(file: BinaryIO, longest: int) -> None:
    while (rest := file.readline(longest)) and not rest.endswith(b"\n"):
        continue


def _too_large(most: int) -> str:
    return f"larger than {most >> 20} MB"
