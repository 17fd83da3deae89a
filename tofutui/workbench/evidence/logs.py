"""The log files of a session's nodes: read at each refresh, merged into one digest for each node."""

import asyncio
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tofutui.config.archives import Budget, NotRead, Packed, sources
from tofutui.config.logfiles import LogFiles, find_logs, open_logs
from tofutui.config.packings.transfer import without_hidden
from tofutui.config.passed_over import LOG_NAMES, is_log_name
from tofutui.tofu.base.text import decode, encode
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import LogDigest, LogReader, merged
from tofutui.tofu.site.session import Role, Session
from tofutui.workbench.evidence.operator import Log, Testimony

NOTHING = LogDigest((), ())

_PASTED = "the pasted text"
_MOST_REMARKS = 20
"""About one file."""
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
    """The log files of a session: those of its settings, and those named while it is open.

    What they say goes into the testimony and replaces what they said before. ``clocks`` are the nodes' as far
    as they are known, ``now`` is this machine's.
    """

    def __init__(
        self,
        session: Session,
        testimony: Testimony,
        clocks: Mapping[Role, NodeClock],
        now: Callable[[], datetime],
    ) -> None:
        self._names: dict[Role | None, list[str]] = {
            role: list(session.nodes[role].logs) for role in session.roles
        }
        self._read: dict[Role | None, LogsRead] = {}
        self._testimony = testimony
        self._clocks = clocks
        self._now = now

    def watch(self, names: Sequence[str], role: Role | None) -> None:
        """Files, globs, folders or archives to be read from the next refresh on; None: whose is not known."""
        known = self._names.setdefault(role, [])
        known.extend(name for name in names if name not in known)

    async def add(self, names: Sequence[str], role: Role | None) -> LogsRead:
        """Read these names now, and again at each refresh; what they alone say."""
        read = await self._in_thread(names, role)
        self.watch(names, role)
        before = self._read.get(role)
        files = {**(before.files if before else {}), **read.files}
        self._read[role] = LogsRead(NOTHING, (), (), files)
        await self.read(role)
        return read

    async def read(self, role: Role | None) -> bool:
        """Read all logs of a node, in a thread; whether they say anything else than the last time."""
        names = self._names.get(role)
        if not names:
            return False
        now = self._now()
        read = self._read[role] = await self._in_thread(names, role)
        before = self._testimony.files.get(role)
        self._testimony.files[role] = Log(read.digest, role, ", ".join(names), now)
        return before is None or before.digest != read.digest

    def troubles(self, role: Role | None) -> tuple[str, ...]:
        """What could not be read the last time."""
        return self._read[role].remarks if role in self._read else ()

    @property
    def silent(self) -> tuple[str, ...]:
        """The names behind which nothing was found the last time."""
        return tuple(name for read in self._read.values() for name in read.silent)

    def around(self, role: Role | None) -> datetime | None:
        """The local time of a node, by which its logs are dated; of any node where it is not known which."""
        clocks = [self._clocks.get(role)] if role is not None else list(self._clocks.values())
        clock = next(iter(clocks), None)
        return clock.local + (self._now() - clock.at) if clock else None

    async def _in_thread(self, names: Sequence[str], role: Role | None) -> LogsRead:
        before = self._read[role].files if role in self._read else {}
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(read_logs, tuple(names), self.around(role), before, stopped.is_set)
        except asyncio.CancelledError:
            stopped.set()
            raise


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
        named, trouble = _find(name)
        read = []
        for path in named.paths:
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
        remarks += [*trouble, *(remark for file in read for remark in file.remarks)]
        if not trouble and all(_is_silent(file) for file in read):
            silent.append(name)
    digest = merged(file.digest for file in files.values())
    return LogsRead(digest, tuple(dict.fromkeys(remarks)), tuple(silent), files)


def pasted_text(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in what was pasted, which may be the source of a mail or a page; what was not read of it."""
    given = Packed(_PASTED, "", iter([raw := encode(text)]), Budget(Path(_PASTED), len(raw)), is_log_name)
    pieces: list[bytes] = []
    remarks: list[str] = []
    try:
        for source in sources(given):
            pieces += [b"\n"] if pieces else []
            try:
                pieces.extend(without_hidden(source.chunks, source.name))
            except NotRead as error:
                remarks.append(str(error))
    except NotRead as error:
        remarks.append(str(error))
    return decode(b"".join(pieces)), tuple(remarks)


def _find(name: str) -> tuple[LogFiles, tuple[str, ...]]:
    try:
        named = find_logs(name)
    except NotRead as error:
        return LogFiles(()), (str(error),)
    return named, named.remarks


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
    remarks: dict[str, None] = {}
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
            except NotRead as error:
                remarks[str(error)] = None
            digests.append(reader.finish())
            if reader.mentions and not digests[-1].failures:
                remarks[f"{source.name}: {_nameless(reader.mentions)}"] = None
            if len(digests) > _TOGETHER:
                digests = [merged(digests)]
    except NotRead as error:
        remarks[str(error)] = None
    if is_empty and not remarks:
        remarks[f"{path}: no log in this archive ({LOG_NAMES})"] = None
    return merged(digests), _some(path, list(remarks))


def _nameless(mentions: int) -> str:
    times = "once" if mentions == 1 else f"{mentions:,} times"
    return f'"TOFU failed" {times}, but no name of a certificate could be read after it'


def _some(path: Path, remarks: list[str]) -> tuple[str, ...]:
    """The first remarks about one file, and how many more there are."""
    more = len(remarks) - _MOST_REMARKS
    rest = [f"{path}: {more:,} more parts of it were not read"] if more > 0 else []
    return (*remarks[:_MOST_REMARKS], *rest)
