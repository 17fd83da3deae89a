"""A guide on the simulated pair, and a run of it from begin to end as an operator would go."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.support.live import Live, live
from tests.support.waiting import until
from tofutui.guide.playbook import text_of
from tofutui.guide.run_controller import Guide
from tofutui.guide.run_lease import Me, Polling, Tools
from tofutui.history.database import FILE, Database
from tofutui.history.runs import Runs
from tofutui.system.clock import utc_now
from tofutui.tofu.guide_run import Progress, StepState

SHEET = {
    "names_by": "dns",
    "secondary_server": "192.0.2.11",
    "authkey": "have",
    "emails": "noc@example.net",
    "failover": "manual",
    "virtual_ip": "no",
}
QUICK = Polling(first=0.05, growth=1.0, longest=0.05)


@dataclass
class Guided:
    """A guide with everything behind it."""

    pair: Live
    guide: Guide
    runs: Runs

    @property
    def current(self) -> StepState:
        step = self.guide.held.current
        assert step is not None, "the run has ended"
        return step

    @property
    def progress(self) -> dict[str, Progress]:
        return {step.id: step.progress for step in self.guide.held.steps}

    async def until(self, fact: Callable[[], bool]) -> None:
        await until(fact)

    async def delete_all(self) -> None:
        stale = self.guide.survey.stale()
        plan = self.pair.executor.freeze(stale)
        for entry in stale:
            await self.guide.confirm(entry.role, entry.key or "", entry.sha256 or "", "J. Doe, by phone")
        await self.guide.deleted(await self.pair.executor.run(plan, lambda number, step: None))

    async def fill(self, step: StepState) -> None:
        if step.id == "restarted":
            for name in ("primary", "secondary", "ISE-server"):
                await self.guide.enter(f"restarted:{name}", "yes")
        else:
            for field, value in SHEET.items():
                await self.guide.enter(field, value)
        assert await self.guide.form_done(step) == []

    async def do(self, step: StepState) -> None:
        """One step, as an operator does it; the browser is the lab's."""
        kind = text_of(step.id).kind
        if kind == "preflight":
            await self.guide.preflight()
        elif kind == "form":
            await self.fill(step)
        elif kind == "delete":
            await (self.delete_all() if self.guide.survey.stale() else self.guide.nothing_open())
        elif kind in ("milestone", "active", "reconnect"):
            await self.guide.go_on()
            await self.until(lambda: self.guide.held.step(step.id).progress.is_over)
        elif kind == "verify":
            await self.guide.verify()
        else:
            if kind == "register":
                assert await self.pair.lab.command("register") == "ok"
            elif step.id.startswith("ise-add"):
                assert await self.pair.lab.command("ise-add") == "ok"
            await self.guide.tick(step)

    async def to_the_end(self, *, until: str = "") -> None:
        while (step := self.guide.held.current) is not None and step.id != until:
            await self.do(step)
            assert self.guide.held.step(step.id).progress.is_over, self.guide.held.step(step.id)


def tools(pair: Live, database: Database, *, pid: int = 1, host: str = "jump01", user: str = "ops") -> Tools:
    tokens = (f"{pid}-{number}" for number in count())
    return Tools(
        bench=pair.bench, executor=pair.executor, runs=Runs(database), journal=pair.journal,
        me=Me(host, user, pid), clock=utc_now, token=lambda: next(tokens), polling=QUICK,
    )  # fmt: skip


@asynccontextmanager
async def guided(scenario: str, tmp_path: Path) -> AsyncIterator[Guided]:
    async with live(scenario, tmp_path) as pair:
        database = Database(tmp_path / "data" / FILE)
        guide = Guide(tools(pair, database))
        try:
            yield Guided(pair, guide, Runs(database))
        finally:
            await guide.close()
            database.close()
