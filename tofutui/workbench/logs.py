"""The log files of a session's nodes: read at each refresh, merged into one digest for each node."""

import asyncio
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tofutui.config.archives import LogFileError
from tofutui.config.logfiles import LogFiles, find_logs, open_logs
from tofutui.tofu.failures import LogDigest, LogReader, merged
from tofutui.tofu.session import Role, Session

_TOGETHER = 64
"""Digests of an archive's logs that are kept before they are merged."""

_Key = tuple[int, int]
"""Device and inode: a file, by whatever name."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file says, for as long as it does not change."""

    state: tuple[object, ...]
    digest: LogDigest
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogsRead:
    """What the log files of one node say together."""

    digest: LogDigest
    remarks: tuple[str, ...]
    """One sentence for each name, file or log in an archive that could not be read, or not whole."""
    silent: tuple[str, ...]
    """The names behind which all was read, and no TOFU failure and no other cause found."""
    files: Mapping[_Key, FileRead] = field(repr=False)
    """For the next time."""


class SessionLogs:
    """Names of log files by node (None: a node that nobody named), and what they said when last read."""

    def __init__(self, session: Session) -> None:
        self._names: dict[Role | None, list[str]] = {
            role: list(session.nodes[role].logs) for role in session.roles
        }
        self._read: dict[Role | None, LogsRead] = {}

    def add(self, names: Sequence[str], role: Role | None) -> None:
        """Files, globs, folders or archives to be read from now on."""
        known = self._names.setdefault(role, [])
        known.extend(name for name in names if name not in known)

    def troubles(self, role: Role | None) -> tuple[str, ...]:
        """What could not be read the last time."""
        return self._read[role].remarks if role in self._read else ()

    @property
    def silent(self) -> tuple[str, ...]:
        """The names behind which nothing was found the last time."""
        return tuple(name for read in self._read.values() for name in read.silent)

    async def read(self, role: Role | None, around: datetime | None) -> LogDigest | None:
        """Read the logs of a node, in a thread; None if it has none. ``around`` as for `read_log`."""
        names = self._names.get(role)
        if not names:
            return None
        before = self._read[role].files if role in self._read else {}
        stopped = threading.Event()
        try:
            read = await asyncio.to_thread(read_logs, tuple(names), around, before, stopped.is_set)
        except asyncio.CancelledError:
            stopped.set()
            raise
        self._read[role] = read
        return read.digest


def read_logs(
    names: Sequence[str],
    around: datetime | None,
    before: Mapping[_Key, FileRead] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> LogsRead:
    """Read log files by the names of sessions.toml or ``--log``, each file once.

    Those that did not change since ``before`` are taken from there. Reading that `is_stopped` ends early.
    """
    files: dict[_Key, FileRead] = {}
    remarks: list[str] = []
    silent = []
    for name in names:
        found, trouble = _find(name)
        read = []
        for path in found.paths:
            try:
                key, state = _state(path, around)
            except OSError as error:  # gone in the meantime
                trouble = (*trouble, f"{path}: cannot be read: {error.strerror}")
                continue
            known = files.get(key) or (before or {}).get(key)
            if known is None or known.state != state:
                known = FileRead(state, *_read_file(path, around, is_stopped))
            files[key] = known
            read.append(known)
        remarks += [*trouble, *(remark for one in read for remark in one.remarks)]
        if not trouble and all(_is_silent(one) for one in read):
            silent.append(name)
    digest = merged(one.digest for one in files.values())
    return LogsRead(digest, tuple(dict.fromkeys(remarks)), tuple(silent), files)


def _find(name: str) -> tuple[LogFiles, tuple[str, ...]]:
    try:
        found = find_logs(name)
    except LogFileError as error:
        return LogFiles(()), (str(error),)
    return found, found.remarks


def _state(path: Path, around: datetime | None) -> tuple[_Key, tuple[object, ...]]:
    about = path.stat()
    key = about.st_dev, about.st_ino
    if stat.S_ISFIFO(about.st_mode):  # what came out of a pipe is gone: it is read once
        return key, ()
    return key, (about.st_size, about.st_mtime_ns, around.date() if around else None)


def _is_silent(read: FileRead) -> bool:
    return not (read.digest.failures or read.digest.other or read.remarks)


def _read_file(
    path: Path, around: datetime | None, is_stopped: Callable[[], bool]
) -> tuple[LogDigest, tuple[str, ...]]:
    """Every log in a file; what can be read counts, whatever is wrong with the rest."""
    digests: list[LogDigest] = []
    remarks: list[str] = []
    is_empty = True
    try:
        for source in open_logs(path):
            is_empty = False
            reader = LogReader(around)
            try:
                for chunk in source.chunks:
                    if is_stopped():
                        return merged(digests), ()
                    reader.feed(chunk)
            except LogFileError as error:
                remarks.append(str(error))
            digests.append(reader.finish())
            if len(digests) > _TOGETHER:
                digests = [merged(digests)]
    except LogFileError as error:
        remarks.append(str(error))
    if is_empty and not remarks:
        remarks.append(f"{path}: no log in this archive (hm-*, ncs-*, *.log*)")
    return merged(digests), tuple(remarks)
