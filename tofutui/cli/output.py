"""Where the command line writes: results to stdout, everything else to stderr, one line each."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from tofutui.config.errors import ConfigError
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import safe

if TYPE_CHECKING:
    from pathlib import Path


def open_streams() -> None:
    """A stream that was closed before the start is one that leads nowhere: no file may take its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def say(text: str) -> None:
    """A line of the result."""
    write(safe(text) + "\n")


def write(text: str) -> None:
    """Text that is fit for a terminal already; what the terminal's encoding lacks is shown as an escape.

    Raises:
        BrokenPipeError: the reader has closed it.
        OutputError: it cannot be written, to a full disk for example.
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        close_stdout()
        raise OutputError(f"standard output: cannot be written: {error.strerror or error}") from error


def close_stdout() -> None:
    """Nothing more is written to stdout, not even what is left in it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """One line on stderr (which escapes what its encoding lacks); the exit code says it where that fails."""
    with suppress(OSError):
        sys.stderr.write(f"tofutui: {safe(text)}\n")
        sys.stderr.flush()


def complain_of(error: TofutuiError) -> None:
    """An error of ours: one line for each fault of the user's files, else one with its cure."""
    if not isinstance(error, ConfigError):
        complain(str(error))
        return
    for line in error.errors:
        complain(line)
    if error.hint:
        complain(error.hint)


class OutputError(TofutuiError):
    """The file of ``--output``, or standard output, cannot be written."""


def check_writable(path: "Path") -> None:
    """Find out before the work, not after it.

    Raises:
        OutputError: the folder is missing or may not be written, or the path is a folder.
    """
    folder = path.resolve().parent
    if path.is_dir():
        raise OutputError(f"{path}: is a folder", "name a file with --output")
    if not folder.is_dir():
        raise OutputError(f"{folder}: no such folder")
    if not os.access(folder if _is_ordinary(path) else path, os.W_OK):
        raise OutputError(f"{path}: may not be written")


def write_file(path: "Path", text: str) -> None:
    """Write a file whole or not at all; a pipe or device is written to directly.

    A new file is its owner's alone, an old one keeps its mode. A link of one's own is followed.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        if _is_ordinary(path):
            _refuse_foreign(path)
            _replace(path.resolve(), text)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _is_ordinary(path: "Path") -> bool:
    return not path.exists() or path.is_file()


def _refuse_foreign(path: "Path") -> None:
    """Another user's link may lead anywhere, and another user's file is not ours to replace."""
    for status in (path.lstat(), path.stat()) if path.exists() else ():
        if status.st_uid != os.getuid():
            raise PermissionError(None, "it belongs to another user")


def _replace(target: "Path", text: str) -> None:
    from tofutui.system.file_permissions import PRIVATE_FILE
    from tofutui.system.private_files import write_private

    mode = target.stat().st_mode & 0o777 if target.exists() else PRIVATE_FILE
    write_private(target, text, mode=mode)
