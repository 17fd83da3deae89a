"""TOFU failures in the logs that are at hand, sorted by whether they came after the deletions."""

from collections.abc import Sequence
from datetime import datetime

from tofutui.guide.verify import Failures
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import Failure, LogDigest
from tofutui.tofu.site.session import Role


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
    for failure in (each for digest in digests for each in digest.failures):
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
