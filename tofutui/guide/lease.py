"""Who holds a run: one process at a time. A process that is gone from this machine holds nothing."""

import os
from dataclasses import dataclass
from datetime import datetime

from tofutui.tofu.guide_run import Lease


@dataclass(frozen=True, slots=True)
class Me:
    """This process, as a lease names it."""

    host: str
    user: str
    pid: int

    def lease(self, now: datetime, token: str) -> Lease:
        """A lease for this process."""
        return Lease(host=self.host, user=self.user, pid=self.pid, since=now, token=token)


def is_free(lease: Lease | None, me: Me) -> bool:
    """Whether the run is free: no lease, or one of a process of this machine that has ended.

    Whether a process of another machine still runs cannot be seen from here.
    """
    if lease is None:
        return True
    return lease.host == me.host and lease.pid != me.pid and not _lives(lease.pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def words(lease: Lease) -> str:
    """``ops on jump01 (process 4711) since 2026-11-23 14:02Z``."""
    return f"{lease.user} on {lease.host} (process {lease.pid}) since {lease.since:%Y-%m-%d %H:%M}Z"
