"""Log files as sessions.toml and ``--log`` name them: a file, a glob, a folder or an archive -> their bytes.

A file is read for what it is (plain text, gzip, zip, tar), whatever it is called.
"""

import codecs
import glob
import os
import select
import stat
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tofutui.config.archives import (
    CHUNK,
    GZIP,
    Budget,
    LogFileError,
    LogSource,
    in_tar,
    in_zip,
    is_log_name,
    is_tar,
    unpacked,
)

MOST_FILES = 10_000
"""How many files of one folder or glob are looked at."""
_PIPE_SECONDS = 10.0
"""How long a pipe may say nothing."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_NAMES = (".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class LogFiles:
    """The files that a name stands for."""

    paths: tuple[Path, ...]
    """Sorted by name, each file once."""
    remarks: tuple[str, ...] = ()
    """One sentence for each part of a folder that could not be looked at."""


def find_logs(name: str | Path) -> LogFiles:
    """The files behind a path, a glob (``**`` goes through folders) or a folder.

    Of a folder, at any depth, those that look like logs: ``hm-*``, ``ncs-*``, ``*.log*``.

    Raises:
        LogFileError: there is none.
    """
    path = Path(name)
    try:
        path = path.expanduser()
        return _found(path)
    except RuntimeError as error:
        raise LogFileError(f"{path}: no such home folder") from error
    except OSError as error:
        raise LogFileError(f"{error.filename or path}: cannot be read: {error.strerror or error}") from error


def open_logs(path: Path) -> Iterator[LogSource]:
    """The logs in one file, to be read one after the other; an archive has several.

    Raises:
        LogFileError: the file cannot be read, or is damaged from here on. The chunks of a source raise it
            too; what came before them is good, and so are other sources.
    """
    raw = _raw(path)
    first = next(raw, b"")
    if first.startswith(_ZIP):
        raw.close()
        yield from in_zip(path)
        return
    chunks: Iterator[bytes] = chain([first], raw)
    budget = Budget(path, _size(path))
    if first.startswith(GZIP):
        chunks = budget.watch(unpacked(chunks, str(path)))
        first = next(chunks, b"")
        chunks = chain([first], chunks)
    if path.name.lower().endswith(_TAR_NAMES) or is_tar(first):
        yield from in_tar(path, chunks, budget)
    else:
        yield LogSource(str(path), _in_utf8(chunks))


def _found(path: Path) -> LogFiles:
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        return LogFiles((path,))
    if not glob.has_magic(str(path)):
        raise LogFileError(f"{path}: no such file")
    matches = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207 - takes absolute patterns
    files = [match for match in matches if match.is_file()]
    return LogFiles(_distinct(path, files, "no file fits this pattern"))


def _in_folder(folder: Path) -> LogFiles:
    logs: list[Path] = []
    remarks: list[str] = []

    def cannot(error: OSError) -> None:
        remarks.append(f"{error.filename}: cannot be read: {error.strerror}")

    for here, _, names in os.walk(folder, onerror=cannot):
        logs += [Path(here, name) for name in names if is_log_name(name)]
        if len(logs) > MOST_FILES:
            break
    regular = [path for path in logs if path.is_file()]
    if not regular and remarks:
        raise LogFileError(remarks[0])
    nothing = "no log in this folder (hm-*, ncs-*, *.log*)"
    return LogFiles(_distinct(folder, regular, nothing), tuple(remarks))


def _distinct(name: Path, paths: Iterable[Path], nothing: str) -> tuple[Path, ...]:
    """Each file once, also where a link leads to it."""
    by_inode: dict[tuple[int, int], Path] = {}
    for path in sorted(paths, key=lambda path: (path.is_symlink(), path)):
        about = path.stat()
        by_inode.setdefault((about.st_dev, about.st_ino), path)
    if not by_inode:
        raise LogFileError(f"{name}: {nothing}")
    if len(by_inode) > MOST_FILES:
        raise LogFileError(f"{name}: more than {MOST_FILES:,} files", "name the logs more exactly")
    return tuple(sorted(by_inode.values()))


def _raw(path: Path) -> Generator[bytes, None, None]:
    """The bytes of a file; a pipe is waited for, but not for ever."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            mode = os.fstat(descriptor).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                raise LogFileError(f"{path}: not a file")
            while True:
                if stat.S_ISFIFO(mode) and not select.select([file], [], [], _PIPE_SECONDS)[0]:
                    raise LogFileError(f"{path}: nothing came out of this pipe for {_PIPE_SECONDS:.0f} s")
                chunk = file.read(CHUNK)
                if not chunk:
                    return
                yield chunk
    except OSError as error:
        raise LogFileError(f"{path}: cannot be read: {error.strerror or error}") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone while it is read
        return 0


def _in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A text that says it is UTF-16 (saved by a Windows shell) as UTF-8; any other stays as it is."""
    first = next(chunks, b"")
    if not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from chain([first], chunks)
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for chunk in chain([first], chunks):
        yield decoder.decode(chunk).encode("utf-8", "replace")
