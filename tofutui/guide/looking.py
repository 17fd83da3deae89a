"""A run and what is seen of the pair now: asked, judged, written beside the steps that rest on it."""

import asyncio
from datetime import datetime

from tofutui.guide import engine
from tofutui.guide.engine import PROGRAM
from tofutui.guide.facts import NodeFacts
from tofutui.guide.ha_meaning import (
    contradicts_active,
    direction_check,
    is_connected,
    not_known_good,
    state_line,
)
from tofutui.guide.playbook import ise_remotes, text_of
from tofutui.guide.preflight import preflight
from tofutui.guide.run_lease import Holding, Tools
from tofutui.guide.seeing import failure_reports
from tofutui.guide.unjudged import Place, not_judged
from tofutui.guide.verify import Outcome
from tofutui.tofu.guide_run import Check, Run


class Looking(Holding):
    """The run that is held, beside the HA states and rows as they were last seen."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.nodes: tuple[NodeFacts, ...] = ()
        """The HA states as they were last asked."""
        self.asked_at: datetime | None = None
        """When they were asked."""

    async def not_judged(self) -> str:
        """``not judged: 2: …``: the rows that are neither stale nor proven nor learned again, "" for none."""
        return not_judged(self.survey.unjudged(await self._learned()))

    async def direction(self) -> Check:
        """Which database is the newer one, as both nodes show it now."""
        await self._ask_ha()
        return self._direction()

    async def _preflight_checks(self) -> None:
        unsettled = await asyncio.to_thread(self.tools.journal.unsettled, self.session.name)
        texts = tuple(f"{entry.role.word} {entry.key}" for entry in unsettled)
        facts = await self.survey.facts(texts, await self._learned())
        self.nodes, self.asked_at = facts.nodes, facts.now
        untouched, shots = not await self.deletions(), self.survey.shots()
        checks = preflight(facts)

        def looked(run: Run) -> Run:
            run = engine.checked(run, "preflight", checks)
            return engine.shot(run, shots, after=False) if untouched or not run.before else run

        await self.change(looked, "preflight", "checked")

    async def _look_at_ticks(self) -> None:
        """What was ticked on a state that has changed since is no longer free of doubt."""
        stale = [f"{entry.role.word} {entry.key}" for entry in self.survey.stale()]
        left = f"stale now: {', '.join(stale)}" if stale else await self.not_judged()
        active = next((step.doubt for step in self.held.steps if step.id == "primary-active"), "")
        if is_connected(self.nodes):
            active = ""
        elif contradicts_active(self.nodes):
            active = f"now: {not_known_good(self.nodes)}"

        def looked(run: Run) -> Run:
            return engine.doubted(engine.doubted(run, "delete", left), "primary-active", active)

        await self.change(looked, "", "looked at again")

    async def _endings(self) -> dict[Place, bool]:
        """The rows that this run sent a deletion for, and whether the last one was seen to be gone."""
        sent = [e for e in await self.deletions() if e.outcome is None or e.outcome.was_sent]
        return {(e.role, e.key): e.outcome is not None and e.outcome.is_good for e in sent}

    async def _learned(self) -> set[Place]:
        return {place for place, gone in (await self._endings()).items() if gone}

    async def _outcome(self) -> Outcome:
        run, entries, endings = self.held, await self.deletions(), await self._endings()
        gone, rows = {place for place, is_gone in endings.items() if is_gone}, self.survey.stored()
        added = [s.id.partition(":")[2] for s in run.steps if s.id.startswith("ise-add:")]
        wanted = [
            (role, remote.endpoint.key, remote.name)
            for remote in ise_remotes(self.session)
            for role in remote.nodes
            if remote.name in added
        ]
        return Outcome(
            now=self.tools.clock(),
            nodes=self.nodes,
            rows=rows,
            deleted=tuple(endings),
            doubtful=tuple(place for place in endings if place not in gone),
            unjudged=tuple(self.survey.unjudged(gone)),
            wanted=tuple(wanted),
            failures=failure_reports(self.tools.bench, run, entries),
            registered=any(s.id == "primary-active" for s in run.steps),
        )

    async def _ask_ha(self) -> None:
        nodes, now = await self.survey.ha(), self.tools.clock()
        self.nodes, self.asked_at, line = nodes, now, state_line(nodes)
        step, direction = self.held.current, self._direction()

        def told(run: Run) -> Run:
            run = engine.directed(run, direction)
            return engine.seen(run, step.id, line, by=PROGRAM, now=now) if step and line else run

        await self.change(told, step.id if step else "", line)
        self.on_change()

    def _direction(self) -> Check:
        """From the states last asked; in the step of the click those of a registration are good too."""
        step = self.held.current
        begun = step is not None and text_of(step.id).kind == "register"
        return direction_check(self.nodes, self.asked_at or self.tools.clock(), begun=begun)
