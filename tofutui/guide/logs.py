"""TOFU failures in the logs that are at hand: files named in the session, and what the operator added."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from glob import glob
from pathlib import Path

from tofutui.guide.verify import Failures
from tofutui.tofu.evidence import NodeClock
from tofutui.tofu.failures import Failure, LogDigest, read_log
from tofutui.tofu.session import Role
from tofutui.tofu.text import decode

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that are read, from its end."""


def read_files(patterns: Iterable[str]) -> tuple[str | None, list[LogDigest]]:
    """The files that these names or globs find: their names for a sentence (None: no file), what they say."""
    wanted = (str(Path(one).expanduser()) for one in patterns)
    paths = [Path(name) for one in wanted for name in sorted(glob(one))]  # noqa: PTH207 - whole paths
    digests, names = [], []
    for path in dict.fromkeys(paths):
        try:
            text = _end_of(path)
        except OSError:
            continue
        names.append(path.name)
        digests.append(read_log(text.splitlines()))
    return (", ".join(dict.fromkeys(names)) or None), digests


def failures_of(
    role: Role,
    source: str | None,
    digests: Sequence[LogDigest],
    *,
    clock: NodeClock | None,
    started: datetime,
    since: datetime,
) -> Failures:
    """Sort the failures of a node's logs: before the run, before ``since``, after it, or undated."""
    new, earlier, undated = [], 0, 0
    for failure in (one for digest in digests for one in digest.failures):
        at = _utc(failure, clock)
        if at is None:
            undated += failure.count
        elif at > since:
            new.append(f"{failure.name} at {at:%H:%M:%S}Z")
        elif at >= started:
            earlier += 1
    return Failures(role, source, tuple(new), earlier, undated)


def _utc(failure: Failure, clock: NodeClock | None) -> datetime | None:
    return clock.utc_of(failure.last) if clock is not None and failure.last is not None else None


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LARGEST))
        return decode(file.read(LARGEST))
