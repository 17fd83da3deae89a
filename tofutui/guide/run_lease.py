"""A stored run in one process: taken, changed (on disk first), watched while another holds it, released.

One process at a time holds a run; one that has ended on this machine holds nothing.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tofutui.executor import Executor
from tofutui.guide import engine
from tofutui.guide.playbook import playbooks
from tofutui.guide.survey import Survey
from tofutui.history.journal import Journal, JournalEntry
from tofutui.history.runs import Held, LeaseLost, Runs
from tofutui.tofu.guide_run import Lease, Run, RunEvent, StepState
from tofutui.tofu.site.session import Session
from tofutui.workbench import Workbench

Edit = Callable[[Run], Run]


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


def lease_words(lease: Lease) -> str:
    """``ops on jump01 (process 4711) since 2026-11-23 14:02Z``."""
    return f"{lease.user} on {lease.host} (process {lease.pid}) since {lease.since:%Y-%m-%d %H:%M}Z"


@dataclass(frozen=True, slots=True)
class Polling:
    """How often the HA states are asked for, in seconds."""

    first: float = 15.0
    growth: float = 1.5
    longest: float = 120.0


@dataclass(slots=True)
class Tools:
    """What a run works with."""

    bench: Workbench
    executor: Executor
    runs: Runs
    journal: Journal
    me: Me
    clock: Callable[[], datetime]
    token: Callable[[], str]
    polling: Polling = field(default_factory=Polling)


class Holding:
    """The run that is shown; ``lease`` is there while this process holds it."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.on_change: Callable[[], None] = lambda: None
        """Called on the event loop after each change."""
        self.run: Run | None = None
        self.lease: Lease | None = None
        self.holder: Lease | None = None
        """Who holds the run, when it is not this process."""
        self.survey = Survey(tools.bench, tools.executor, tools.clock)
        self._writing = asyncio.Lock()

    @property
    def session(self) -> Session:
        """The session it belongs to."""
        return self.tools.bench.session

    @property
    def is_mine(self) -> bool:
        """Whether this process may change the run."""
        return self.lease is not None

    @property
    def held(self) -> Run:
        """The run.

        Raises:
            NotNow: there is none.
        """
        if self.run is None:
            raise engine.NotNow("there is no run")
        return self.run

    async def stored(self) -> Held | None:
        """The session's run that has not ended, if there is one."""
        return await asyncio.to_thread(self.tools.runs.open_run, self.session.name)

    def is_free(self, held: Held) -> bool:
        """Whether it is no longer held by a program."""
        return is_free(held.lease, self.tools.me)

    async def begin(self, playbook: str) -> None:
        """Begin a run of this playbook; the tables as they are now are kept for the record."""
        now, me = self.tools.clock(), self.tools.me
        seen_from = self.tools.bench.comparison.seen_from
        chosen = playbooks()[playbook]
        run = engine.begin(chosen, self.session, operator=me.user, seen_from=seen_from, now=now)
        if self.tools.bench.comparison.complete:
            run = engine.shot(run, self.survey.shots(), after=False)
        lease = me.lease(now, self.tools.token())
        event = RunEvent(now, me.user, "", f"begun: {chosen.title}")
        self.run = await asyncio.to_thread(self.tools.runs.begin, run, lease, event)
        self.lease, self.holder = lease, None
        self.on_change()

    async def watch(self, held: Held) -> None:
        """Follow a run that another process holds; call `look_again` now and then."""
        self.run, self.holder, self.lease = held.run, held.lease, None
        self.on_change()

    async def look_again(self) -> None:
        """Read the run as it is stored: news of one that is watched, or that this one was taken over."""
        if self.run is None:
            return
        lease = self.lease
        held = await asyncio.to_thread(self.tools.runs.get, self.run.id)
        if held is None or lease != self.lease:
            return
        taken = lease is not None and (held.lease is None or held.lease.token != lease.token)
        if taken or (lease is None and (held.run, held.lease) != (self.run, self.holder)):
            await self.watch(held)

    async def hold(self, held: Held) -> None:
        """Hold a stored run from now on.

        Raises:
            LeaseLost: another program was faster.
        """
        now, me = self.tools.clock(), self.tools.me
        lease = me.lease(now, self.tools.token())
        before = f", taken over from {held.lease.user} on {held.lease.host}" if held.lease else ""
        event = RunEvent(now, me.user, "", f"resumed{before}")
        got = await asyncio.to_thread(self.tools.runs.take, held.run.id, lease, held.lease, event)
        self.run, self.lease, self.holder = got.run, lease, None
        await self.change(lambda run: engine.held_by(run, me.user), "", f"held by {me.user} on {me.host}")

    async def let_go(self) -> None:
        """Let go of the run; it stays as it is."""
        lease, self.lease = self.lease, None
        if self.run is not None and lease is not None:
            await asyncio.to_thread(self.tools.runs.release, self.run.id, lease)

    async def deletions(self) -> list[JournalEntry]:
        """Every deletion on this session's nodes since the run began, whoever sent it."""
        return deletions_of(self.held, await asyncio.to_thread(self.tools.journal.entries, self.held.session))

    async def change(self, edit: Edit, step: str, text: str) -> None:
        """Change the run: on disk first, then on the screen. Nothing is written when nothing changes.

        Raises:
            LeaseLost: another program took the run over; it is watched from now on.
            NotNow: the edit says so, or the run is only watched.
        """
        async with self._writing:
            if self.lease is None:
                raise engine.NotNow("this process only watches the run")
            run = edit(self.held)
            if run == self.run:
                return
            event = RunEvent(self.tools.clock(), self.tools.me.user, step, text)
            try:
                await asyncio.to_thread(self.tools.runs.save, run, self.lease, event)
            except LeaseLost:
                held = await asyncio.to_thread(self.tools.runs.get, run.id)
                self.lease = None
                if held is not None:
                    await self.watch(held)
                raise
            self.run = run
        self.on_change()

    async def done(self, step: StepState, seen: str = "", *, by: str = "", doubt: str = "") -> None:
        """The step is done; by the operator where no one is named."""
        text = "done" + "".join(f": {part}" for part in (seen, doubt) if part)
        await self._ended(engine.done, step, text, by, seen=seen, doubt=doubt)

    async def failed(self, step: StepState, reason: str, *, by: str = "") -> None:
        """The step failed."""
        await self._ended(engine.failed, step, f"failed: {reason}", by, reason=reason)

    async def left_out(self, step: StepState, reason: str, *, by: str = "") -> None:
        """The step is skipped."""
        await self._ended(engine.skipped, step, f"skipped: {reason}", by, reason=reason)

    async def _ended(self, edit: Callable[..., Run], step: StepState, text: str, by: str, **how: str) -> None:
        now, who = self.tools.clock(), by or self.tools.me.user
        await self.change(lambda run: edit(run, step.id, by=who, now=now, **how), step.id, text)


def deletions_of(run: Run, entries: list[JournalEntry]) -> list[JournalEntry]:
    """Those journalled while the run lasted."""
    return [e for e in entries if e.at >= run.started and (run.ended is None or e.at <= run.ended)]
