"""One of two programs on the same data folder and pair: lists, confirms and deletes until its time is up.

Arguments: sessions file, data folder, seed, seconds. Prints one JSON line for each step that ended, with the
number of its journal entry (null if it wrote none).
"""

import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tofutui.appliance.questions import NoAsker
from tofutui.config.sessions import load_sessions
from tofutui.executor import Executor, Pace, PlanRefused
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.row_history import Sightings
from tofutui.tofu.deletion.plan import Outcome, Plan
from tofutui.tofu.judgement.comparison import Entry
from tofutui.workbench import Workbench

PATIENCE = 60.0
"""Seconds that a program works longer until a row is gone, on a slow machine."""


class Program:
    """A workbench and an executor over the real link, operated at random."""

    def __init__(self, sessions: Path, data: Path, seed: int) -> None:
        (session,) = load_sessions(sessions).values()
        self.random = random.Random(seed)
        self.database = Database(data / FILE)
        self.journal = Journal(self.database)
        self.bench = Workbench(session, NoAsker(), sightings=Sightings(self.database))
        self.executor = Executor(
            self.bench, self.journal, operator=f"program-{seed}", clock=_now, pace=Pace(looks=2, seconds=0.1)
        )
        self.operator = f"program-{seed}"

    async def work(self, seconds: float) -> None:
        """Until the time is up and a row is gone, and to the end of what was begun."""
        began = time.monotonic()
        while (worked := time.monotonic() - began) < seconds or (
            worked < PATIENCE and not self._has_ended_one()
        ):
            await self.bench.refresh()
            for role in self.bench.session.roles:
                await self.executor.settle(role)
            stale = [entry for entry in self.bench.comparison.entries() if entry.is_stale_remote]
            plan = self._plan(self.random.sample(stale, min(len(stale), self.random.randint(1, 2))))
            if plan is not None:
                await asyncio.sleep(self.random.random() / 4)  # the operator reads the dialog
                await self._run(plan)

    def _has_ended_one(self) -> bool:
        return any(entry.outcome is Outcome.GONE for entry in self._mine())

    def _plan(self, entries: list[Entry]) -> Plan | None:
        try:
            return self.executor.freeze(entries)
        except PlanRefused:
            return None

    async def _run(self, plan: Plan) -> None:
        before = {entry.id for entry in self._mine()}
        steps = await self.executor.run(plan, lambda number, step: None)
        written = {(entry.role, entry.key): entry.id for entry in self._mine() if entry.id not in before}
        for step in steps:
            deletion = step.deletion
            number = written.get((deletion.role, deletion.key))
            line = {"entry": number, "command": deletion.command, "outcome": step.outcome, "text": step.text}
            print(json.dumps({"role": deletion.role, "key": deletion.key, **line}), flush=True)

    def _mine(self) -> list:
        entries = self.journal.entries(self.bench.session.name)
        return [entry for entry in entries if entry.operator == self.operator]

    async def close(self) -> None:
        await self.bench.close()
        self.database.close()


def _now() -> datetime:
    return datetime.now(UTC)


async def main() -> None:
    """What the arguments say."""
    sessions, data, seed, seconds = sys.argv[1:]
    program = Program(Path(sessions), Path(data), int(seed))
    try:
        await program.work(float(seconds))
    finally:
        await program.close()


if __name__ == "__main__":
    asyncio.run(main())
