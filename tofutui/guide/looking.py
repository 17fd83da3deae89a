"""A run and what is seen of the pair now: asked, judged, written beside the steps that rest on it."""

import asyncio
from collections.abc import Sequence
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
from tofutui.guide.open_rows import Place, open_words
from tofutui.guide.playbook import ise_remotes, text_of
from tofutui.guide.preflight import preflight
from tofutui.guide.run_lease import Holding, Tools
from tofutui.guide.verify import Failures, VerifiedState
from tofutui.history.journal import JournalEntry
from tofutui.tofu.guide_run import Check, OpenRow, Result, Run, StepState
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench
from tofutui.workbench.evidence.operator import Log


class Looking(Holding):
    """The run that is held, beside the HA states and rows as they were last seen."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.nodes: tuple[NodeFacts, ...] = ()
        """The HA states as they were last asked."""
        self.asked_at: datetime | None = None
        """When they were asked."""

    async def open_rows(self) -> list[OpenRow]:
        """The rows about remote hosts that are neither proven nor deleted and learned again."""
        return self.survey.open_rows(await self._learned())

    async def undecided(self) -> list[OpenRow]:
        """The open rows over which no operator went on since the step that deletes was begun."""
        over = self._decided_rows()
        return [row for row in await self.open_rows() if row not in over]

    def _decided_rows(self) -> set[OpenRow]:
        begun = self.held.step("delete").started
        return {
            row for decision in self.held.decisions for row in decision.rows if begun and decision.at >= begun
        }

    def _left_open(self, rows: list[OpenRow]) -> str:
        """Rows as what a step leaves open, with who decided so; "" for none."""
        words = open_words(rows, self.tools.clock())
        said = [d for d in self.held.decisions if set(d.rows) & set(rows)]
        return f"{words}; {said[-1].by} went on, {said[-1].at:%H:%M:%S}Z" if words and said else words

    async def direction(self) -> Check:
        """Which database is the newer one, as both nodes show it now."""
        await self._ask_ha()
        return self.last_direction()

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

    async def look_at_ticks(self) -> None:
        """Mark what was ticked on a state that has changed since: it is to be looked at again."""
        left, over = await self.open_rows(), self._decided_rows()
        words = open_words([row for row in left if row not in over], self.tools.clock())
        doubt = self._left_open([row for row in left if row in over])
        changes = {step.id: self._change_since(step) for step in self.held.steps} | {"delete": words}
        connected = is_connected(self.nodes)

        def looked(run: Run) -> Run:
            for id_, change in changes.items():
                run = engine.outdated(run, id_, change)
            run = engine.doubted(run, "delete", doubt)
            return engine.doubted(run, "primary-active", "") if connected else run

        await self.change(looked, "", "looked at again")

    def _change_since(self, step: StepState) -> str:
        """What is different now from what the step was ticked on, as far as it was seen; "" for nothing."""
        kind = text_of(step.id).kind
        if kind == "active" and contradicts_active(self.nodes):
            return f"now {not_known_good(self.nodes)}"
        if kind == "preflight" and not self._is_registered():
            bad = [check for check in self.held.checks if check.blocks and check.result is Result.FAIL]
            return bad[0].seen if bad else ""
        return self._other_certificates() if step.id == "restarted" else ""

    def _is_registered(self) -> bool:
        return any(text_of(s.id).kind == "register" and s.progress.is_over for s in self.held.steps)

    def _other_certificates(self) -> str:
        """The servers that present another certificate than when their restart was asked about."""
        answers = [answer for answer in self.held.answers if answer.about]
        presented = {answer: self.survey.presented_by(answer.field.partition(":")[2]) for answer in answers}
        others = [a.label for a, sha256 in presented.items() if sha256 and sha256 != a.about]
        return f"another certificate is presented now by {', '.join(others)}" if others else ""

    async def _endings(self) -> dict[Place, bool]:
        """The rows that this run sent a deletion for, and whether the last one was seen to be gone."""
        sent = [e for e in await self.deletions() if e.outcome is None or e.outcome.was_sent]
        return {(e.role, e.key): e.outcome is not None and e.outcome.is_good for e in sent}

    async def _learned(self) -> set[Place]:
        return {place for place, gone in (await self._endings()).items() if gone}

    async def _outcome(self) -> VerifiedState:
        run, entries, endings = self.held, await self.deletions(), await self._endings()
        gone, rows = {place for place, is_gone in endings.items() if is_gone}, self.survey.stored()
        added = [s.id.partition(":")[2] for s in run.steps if s.id.startswith("ise-add:")]
        wanted = [
            (role, remote.endpoint.key, remote.name)
            for remote in ise_remotes(self.session)
            for role in remote.nodes
            if remote.name in added
        ]
        return VerifiedState(
            now=self.tools.clock(),
            nodes=self.nodes,
            rows=rows,
            deleted=tuple(endings),
            doubtful=tuple(place for place in endings if place not in gone),
            open_rows=tuple(self.survey.open_rows(gone)),
            wanted=tuple(wanted),
            failures=failure_reports(self.tools.bench, run, entries),
            registered=any(s.id == "primary-active" for s in run.steps),
        )

    async def _ask_ha(self) -> None:
        nodes, now = await self.survey.ha(), self.tools.clock()
        self.nodes, self.asked_at, line = nodes, now, state_line(nodes)
        step, direction = self.held.current, self.last_direction()

        def told(run: Run) -> Run:
            run = engine.directed(run, direction)
            return engine.seen(run, step.id, line, by=PROGRAM, now=now) if step and line else run

        await self.change(told, step.id if step else "", line)
        await self.look_at_ticks()
        self.on_change()

    def last_direction(self) -> Check:
        """From the states last asked; in the step of the click those of a registration are good too."""
        step = self.held.current
        begun = step is not None and text_of(step.id).kind == "register"
        return direction_check(self.nodes, self.asked_at or self.tools.clock(), begun=begun)


def failure_reports(bench: Workbench, run: Run, deletions: Sequence[JournalEntry]) -> tuple[Failures, ...]:
    """TOFU failures of each node since its last deletion in this run, as far as logs are at hand."""
    reports = []
    for role in bench.session.roles:
        ended = [e.settled_at or e.at for e in deletions if e.role is role]
        reports.append(
            failures_of(
                role,
                [log for log in bench.testimony.every_log if log.role is role],
                clock=bench.clock_of(role),
                started=run.started,
                since=max([run.started, *ended]),
                unread=bench.logs.troubles(role),
            )
        )
    return tuple(reports)


def failures_of(
    role: Role,
    logs: Sequence[Log],
    *,
    clock: NodeClock | None,
    started: datetime,
    since: datetime,
    unread: Sequence[str] = (),
) -> Failures:
    """Sort the failures of a node's logs: before the run, before ``since``, after it, or undated."""
    new, earlier = [], 0
    undated = sum(log.digest.dropped for log in logs)
    for failure in (each for log in logs for each in log.digest.failures):
        times = [at for stamp in failure.times if (at := clock.dated(stamp)[0] if clock else None)]
        undated += failure.undated + len(failure.times) - len(times)
        if times and max(times) > since:
            new.append(f"{failure.name} at {max(times):%H:%M:%S}Z")
        else:
            earlier += any(at >= started for at in times)
    return Failures(
        role,
        ", ".join(dict.fromkeys(log.source for log in logs)) or None,
        tuple(new),
        earlier,
        undated,
        is_older=all(log.at <= since for log in logs),
        unread=tuple(unread),
    )
