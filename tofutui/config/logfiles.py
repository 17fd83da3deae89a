"""Log files as sessions.toml and ``--log`` name them: a file, a glob, a folder or an archive -> their bytes.

A file is read for what it is (`tofutui.config.archives`), whatever it is called.
"""

import glob
import os
import select
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from tofutui.config.archives import CHUNK, Budget, NotRead, Packed, Source, sources
from tofutui.config.packings.transfer import without_hidden
from tofutui.config.passed_over import LOG_NAMES, PassedOver, is_log_name
from tofutui.tofu.base.encodings import as_utf8

MOST_FILES = 10_000
"""How many files of one folder or glob are looked at."""
_PIPE_SECONDS = 10.0
"""How long a pipe may say nothing."""


@dataclass(frozen=True, slots=True)
class LogFiles:
    """The files behind a name."""

    paths: tuple[Path, ...]
    """Sorted by name, each file once."""
    remarks: tuple[str, ...] = ()
    """One sentence for each part of a folder that could not be looked at, and one on what else is in it."""


def find_logs(name: str | Path) -> LogFiles:
    """The files behind a path, a glob (``**`` goes through folders) or a folder.

    Of a folder, at any depth, those that look like logs: ``hm-*``, ``ncs-*``, ``*.log*``; the others are
    named in a remark.

    Raises:
        NotRead: there is none.
    """
    path = Path(name)
    try:
        path = path.expanduser()
        return _found(path)
    except RuntimeError as error:
        raise NotRead(f"{path}: no such home folder") from error
    except OSError as error:
        raise NotRead(f"{error.filename or path}: cannot be read: {error.strerror or error}") from error


def open_logs(path: Path) -> Iterator[Source]:
    """The logs in one file in UTF-8, to be read one after the other; an archive has several.

    The chunks of a source raise `NotRead` where it cannot be read, or is damaged from here on; what came
    before them is good, and so are other sources.
    """
    packed = Packed(
        str(path), path.name, _raw(path), Budget(path, _size(path)), is_log_name, open_file=_opener(path)
    )
    for source in sources(packed):
        yield replace(source, chunks=without_hidden(as_utf8(source.chunks), source.name))


def _found(path: Path) -> LogFiles:
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        return LogFiles((path,))
    if not glob.has_magic(str(path)):
        raise NotRead(f"{path}: no such file")
    matches = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207 - takes absolute patterns
    files = [match for match in matches if match.is_file()]
    return LogFiles(_distinct(path, files, "no file matches this pattern"))


def _in_folder(folder: Path) -> LogFiles:
    logs: list[Path] = []
    remarks: list[str] = []
    others = PassedOver()

    def cannot(error: OSError) -> None:
        remarks.append(f"{error.filename}: cannot be read: {error.strerror}")

    for here, _, names in os.walk(folder, onerror=cannot):
        for path in (Path(here, name) for name in sorted(names)):
            if is_log_name(path.name):
                logs.append(path)
            else:
                others.add(str(path.relative_to(folder)))
        if len(logs) > MOST_FILES:
            break
    remarks += [f"{path}: not a file, not read" for path in logs if not path.is_file()]
    remarks += [f"{folder}: {others}"] if others else []
    regular = [path for path in logs if path.is_file()]
    if not regular and remarks:
        raise NotRead(remarks[0])
    nothing = f"no log in this folder ({LOG_NAMES})"
    return LogFiles(_distinct(folder, regular, nothing), tuple(remarks))


def _distinct(name: Path, paths: Iterable[Path], nothing: str) -> tuple[Path, ...]:
    """Each file once, also where a link leads to it."""
    by_inode: dict[tuple[int, int], Path] = {}
    for path in sorted(paths, key=lambda path: (path.is_symlink(), path)):
        about = path.stat()
        by_inode.setdefault((about.st_dev, about.st_ino), path)
    if not by_inode:
        raise NotRead(f"{name}: {nothing}")
    if len(by_inode) > MOST_FILES:
        raise NotRead(f"{name}: more than {MOST_FILES:,} files", "name the logs more specifically")
    return tuple(sorted(by_inode.values()))


def _raw(path: Path) -> Iterator[bytes]:
    """The bytes of a file; a pipe is waited for, but not for ever."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            mode = os.fstat(descriptor).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                raise NotRead(f"{path}: not a file")
            while True:
                if stat.S_ISFIFO(mode) and not select.select([file], [], [], _PIPE_SECONDS)[0]:
                    raise NotRead(f"{path}: nothing came out of this pipe for {_PIPE_SECONDS:.0f} s")
                chunk = file.read(CHUNK)
                if not chunk:
                    return
                yield chunk
    except OSError as error:
        raise NotRead(f"{path}: cannot be read: {error.strerror or error}") from error


def _opener(path: Path) -> Callable[[], BinaryIO] | None:
    """What opens a file once more; None for a pipe, which gives its bytes once."""
    return (lambda: path.open("rb")) if path.is_file() else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone while it is read
        return 0
