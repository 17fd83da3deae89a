"""Which program a journal entry belongs to, and whether that program still runs.

On the machine and in the process namespace of the owner the kernel says so: process number and start time
together are never used twice between two boots. From elsewhere (another machine or container on the same
data folder) only the heartbeat can be seen; it is a counter, and how long it rests is measured on this
process's own monotonic clock, so that no clock that is set plays a part.
"""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0
"""Seconds without a heartbeat after which an owner that cannot be looked up counts as gone."""
BEAT = 5.0
"""Seconds between two heartbeats of an entry under way."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One program, or one session in it, that sends deletions."""

    machine: str
    """Host name, boot and process namespace; where these are not known, the host name."""
    pid: int
    started: str
    """Start of the process as the kernel counts it; "" where it does not say."""
    token: str
    """Distinguishes the sessions of one process."""

    def __str__(self) -> str:
        return f"{self.machine} {self.pid} {self.started or '-'} {self.token}"


def this_process(token: str) -> Owner:
    """This process; ``token`` is new for each session that it opens."""
    pid = os.getpid()
    return Owner(_machine(), pid, started(pid) or "", token)


def owner_of(text: str) -> Owner | None:
    """The owner that was written down; None if the text is not one."""
    parts = text.split(" ")
    if len(parts) != 4 or not parts[1].isdecimal():
        return None
    machine, pid, start, token = parts
    return Owner(machine, int(pid), "" if start == "-" else start, token)


@dataclass(slots=True)
class OwnerWatch:
    """Determines from the outside whether the owners of journal entries are alive."""

    me: Owner
    clock: Callable[[], float] = time.monotonic
    _beats: dict[tuple[int, str], tuple[int, float]] = field(default_factory=dict)
    """Of each entry and owner, the last heartbeat and when it was first seen."""

    def is_alive(self, entry_id: int, owner: str | None, beat: int) -> bool:
        """Whether the program that the entry belongs to may still be at work on it.

        Args:
            entry_id: the entry's number in the journal.
            owner: as journalled; None for an entry that no program works on any more.
            beat: the entry's heartbeat counter.
        """
        who = owner_of(owner) if owner else None
        if who is None:
            return False
        if who.machine == self.me.machine:
            known = _runs(who)
            if known is not None:
                return known
        return self._beats_still(entry_id, str(who), beat)

    def _beats_still(self, entry_id: int, owner: str, beat: int) -> bool:
        now, key = self.clock(), (entry_id, owner)
        last = self._beats.get(key)
        if last is None or last[0] != beat:
            self._beats[key] = (beat, now)
            return True
        return now - last[1] < PATIENCE


def started(pid: int) -> str | None:
    """When a process started, in the kernel's own count (Linux: field 22 of ``/proc/PID/stat``)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else None


def _runs(who: Owner) -> bool | None:
    """Whether this very process runs on this machine; None where only its heartbeat can tell."""
    try:
        os.kill(who.pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # it runs, under another user
    start = started(who.pid)
    if not who.started or start is None:
        return None
    return start == who.started


def _machine() -> str:
    """What distinguishes this machine, boot and process namespace from others; without blanks."""
    parts = [socket.gethostname()]
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        parts += [boot.strip(), os.readlink("/proc/self/ns/pid")]  # noqa: PTH115
    except OSError:
        pass
    return "/".join("".join(part.split()) for part in parts)
