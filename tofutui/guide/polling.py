"""What is done while a step waits: look again at growing intervals, and end it when the states show how."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from tofutui.guide import engine
from tofutui.guide.engine import PROGRAM, NotNow
from tofutui.guide.ha_meaning import (
    goes_wrong,
    is_connected,
    is_registering,
    is_unconfigured,
    state_line,
)
from tofutui.guide.looking import Looking
from tofutui.guide.playbook import text_of
from tofutui.guide.run_lease import Polling
from tofutui.history.runs import LeaseLost
from tofutui.tofu.guide_run import Run, StepState


class Poller:
    """Calls ``look`` while ``is_wanted``; ends when another process took the run over: that one asks then."""

    def __init__(
        self, polling: Polling, is_wanted: Callable[[], bool], look: Callable[[], Awaitable[None]]
    ) -> None:
        self._polling = polling
        self._is_wanted = is_wanted
        self._look = look
        self._task: asyncio.Task[None] | None = None
        self._pause = polling.first
        self._wake = asyncio.Event()

    def start(self) -> None:
        """Begin, unless it is under way; from now on in short intervals."""
        self._pause = self._polling.first
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll())

    def hurry(self) -> None:
        """Look at once."""
        self._wake.set()

    async def stop(self) -> None:
        """End it; returns once nothing more is asked."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _poll(self) -> None:
        while self._is_wanted():
            try:
                await self._look()
            except LeaseLost:
                return
            if self._is_wanted():
                await self._wait()

    async def _wait(self) -> None:
        pause = self._pause
        self._pause = min(pause * self._polling.growth, self._polling.longest)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), pause)
        self._wake.clear()


class PairWatch:
    """What the newest HA states mean for the step that waits for them."""

    def __init__(self, run: Looking, go_on: Callable[[], Awaitable[None]]) -> None:
        self._run = run
        self._go_on = go_on

    async def judge_states(self) -> None:
        """End the step that waits if the states show how."""
        step = self._run.held.current
        if step is None:
            return
        kind = text_of(step.id).kind
        if kind == "reconnect":
            await self.judge_reconnect(step)
        elif kind == "register":
            await self._register(step)
        elif goes_wrong(self._run.nodes):
            await self._run.failed(step, state_line(self._run.nodes), by=PROGRAM)
        elif is_connected(self._run.nodes):
            await self.registered()

    async def judge_reconnect(self, step: StepState) -> None:
        """Nothing has to be registered where the two connected; where HA is not configured they cannot."""
        if is_connected(self._run.nodes):
            reason = f"the two reconnected on their own: {state_line(self._run.nodes)}"
            now = self._run.tools.clock()
            await self._run.change(
                lambda run: engine.group_skipped(run, "ha", by=PROGRAM, now=now, reason=reason),
                step.id,
                reason,
            )
            await self._go_on()
        elif is_unconfigured(self._run.nodes):
            await self._run.left_out(step, f"HA is not configured: {state_line(self._run.nodes)}", by=PROGRAM)
            await self._go_on()

    async def _register(self, step: StepState) -> None:
        """Register was clicked where both nodes say that they register, or are connected already."""
        if self._was_clicked():
            line = state_line(self._run.nodes)
            await self._run.change(partial(self._clicked, step=step), step.id, f"seen: {line}")
            await self._go_on()

    def _was_clicked(self) -> bool:
        return is_registering(self._run.nodes) or is_connected(self._run.nodes)

    def _clicked(self, run: Run, step: StepState) -> Run:
        self._need_still(self._was_clicked())
        direction, now = self._run.last_direction(), self._run.tools.clock()
        line = state_line(self._run.nodes)
        return engine.overwriting(run, step.id, direction, None, by=PROGRAM, now=now, seen=line)

    async def registered(self) -> None:
        """The primary says so itself: milestones that were not ticked are over, and so is the step for it.

        Raises:
            NotNow: the states no longer say so.
        """
        while (step := self._run.held.current) and text_of(step.id).kind in ("milestone", "active"):
            await self._run.change(partial(self._reached, step=step), step.id, f"done: {self._seen(step)}")
        await self._go_on()

    def _reached(self, run: Run, step: StepState) -> Run:
        self._need_still(is_connected(self._run.nodes))
        now = self._run.tools.clock()
        return engine.done(run, step.id, by=PROGRAM, now=now, seen=self._seen(step))

    def _seen(self, step: StepState) -> str:
        line = state_line(self._run.nodes)
        return line if text_of(step.id).kind == "active" else f"not watched to the end; since then: {line}"

    def _need_still(self, holds: bool) -> None:
        """Ask once more as a tick is written: newer states may have been read while it waited for that.

        Raises:
            NotNow: they do not bear the tick out.
        """
        if not holds:
            raise NotNow(f"the states have changed: {state_line(self._run.nodes)}")
