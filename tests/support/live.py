"""The real client on the simulated pair: a workbench and an executor with everything between them real."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tofutui.appliance.questions import NoAsker
from tofutui.config.sessions import load_sessions
from tofutui.executor import Executor, Pace
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.lab.pair import Lab
from tofutui.system.clock import utc_now
from tofutui.tofu.deletion.plan import Outcome, Step
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.workbench import Change, Workbench

DELETE = "ncs certvalidation tofu-certs deletecert host "
ISE = "198.51.100.20_443"
PRIMARY = "192.0.2.10_8082"
SECONDARY = "192.0.2.11_8082"


@dataclass
class Live:
    """A running pair, what looks at it, and what was reported about changes."""

    lab: Lab
    bench: Workbench
    executor: Executor
    journal: Journal
    database: Database
    changes: list[Change] = field(default_factory=list)

    def entry(self, role: Role, key: str) -> Entry:
        return next(e for e in self.bench.comparison.nodes[role].entries.values() if e.key == key)

    def verdicts(self, role: Role, *, remote: bool = True) -> dict[str, Verdict]:
        entries = self.bench.comparison.nodes[role].entries.values()
        return {e.key or e.raw: e.verdict for e in entries if e.who.is_remote is remote}

    def deletions_sent(self, role: Role) -> list[str]:
        return [line for line in self.lab.sent[role] if line.startswith(DELETE)]

    async def delete(self, *entries: Entry) -> tuple[list[Outcome | None], Sequence[Step]]:
        steps = await self.executor.run(self.executor.freeze(entries), lambda number, step: None)
        return [step.outcome for step in steps], steps


@asynccontextmanager
async def live(
    scenario: str, tmp_path: Path, *, refresh: bool = True, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Live]:
    """A pair playing the scenario, compared once."""
    lab = await Lab.start(scenario, tmp_path / "lab")
    changes: list[Change] = []
    try:
        (session,) = load_sessions(lab.sessions_path).values()
        bench = Workbench(session, NoAsker(), on_change=changes.append)
        database = Database(tmp_path / "data" / FILE)
        journal = Journal(database)
        executor = Executor(bench, journal, operator="tester", clock=clock, pace=Pace(looks=2, seconds=0.05))
        try:
            if refresh:
                await bench.refresh()
            yield Live(lab, bench, executor, journal, database, changes)
        finally:
            await bench.close()
            database.close()
    finally:
        await lab.stop()
