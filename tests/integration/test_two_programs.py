"""Two programs on one data folder and one pair, deleting against each other for a while.

``TOFUTUI_RIVAL_SECONDS`` sets how long (a minute for a thorough run).
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import tofutui.lab.appliance.cli_output
from tests.support.depth import amount
from tests.support.live import DELETE
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal, JournalEntry
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.pair import Lab
from tofutui.tofu.deletion.plan import Outcome

SECONDS = float(os.environ.get("TOFUTUI_RIVAL_SECONDS", amount(3, 8)))
PROGRAM = [sys.executable, "-m", "tests.support.rival_program"]
MOODS = ("good", "good", "good", "ignores", "drops", "learns")


@dataclass
class Truth:
    """What the pair really got and printed, in order."""

    events: list[tuple[str, str, Any]] = field(default_factory=list)
    """Kind, role, and the key of a ``deletecert`` or the keys of a printed list."""

    def got(self, role: str, line: str) -> None:
        if line.startswith(DELETE):
            self.events.append(("delete", role, line.removeprefix(DELETE)))

    def printed(self, role: str, keys: frozenset[str]) -> None:
        self.events.append(("list", role, keys))

    def lists_after(self, role: str, key: str, turn: int) -> list[frozenset[str]]:
        """What was printed between this row's deletion number ``turn`` and its next one."""
        seen, lists = -1, []
        for kind, where, what in self.events:
            if (kind, where, what) == ("delete", role, key):
                seen += 1
            elif kind == "list" and where == role and seen == turn:
                lists.append(what)
        return lists


class Sent(list[str]):
    """The lines that a node got, passed on as they come."""

    def __init__(self, role: str, truth: Truth) -> None:
        super().__init__()
        self._role, self._truth = role, truth

    def append(self, line: str) -> None:
        super().append(line)
        self._truth.got(self._role, line)


@pytest.fixture
def truth(monkeypatch: pytest.MonkeyPatch) -> Truth:
    truth, rows = Truth(), tofutui.lab.appliance.cli_output.listing_rows

    def witnessed(node: LabNode) -> list[str]:
        truth.printed(node.role, frozenset(node.table))
        return rows(node)

    monkeypatch.setattr(tofutui.lab.appliance.cli_output, "listing_rows", witnessed)
    return truth


async def stir(lab: Lab, first: dict[str, dict[str, Any]], truth: Truth) -> None:
    """Rows come back as they were at first, and the nodes behave now so, now so.

    As often as the programs list and delete: a deletion meets no more changes on a slow machine.
    """
    chance = random.Random(1)
    while True:
        next_time = len(truth.events) + chance.randint(1, 8)
        while len(truth.events) < next_time:
            await asyncio.sleep(0.005)
        for role, node in lab.nodes.items():
            key = chance.choice(sorted(first[role]))
            node.table.setdefault(key, first[role][key])
            mood = chance.choice(MOODS)
            node.ignore_delete, node.relearn_on_delete = mood == "ignores", mood == "learns"
            node.drop_after_delete = mood == "drops"


async def play(lab: Lab, data: Path, programs: int) -> list[dict[str, Any]]:
    """Run the programs to their end; every step that one of them ended."""
    running = [
        await asyncio.create_subprocess_exec(
            *PROGRAM, str(lab.sessions_path), str(data), str(seed), str(SECONDS),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        for seed in range(programs)
    ]  # fmt: skip
    outputs = await asyncio.gather(*(program.communicate() for program in running))
    for program, (_, errors) in zip(running, outputs, strict=True):
        assert program.returncode == 0, errors.decode()
    return [json.loads(line) for output, _ in outputs for line in output.decode().splitlines()]


@pytest.mark.timeout(SECONDS * 2 + 200)
async def test_two_programs_delete_against_each_other(tmp_path: Path, truth: Truth) -> None:
    lab = await Lab.start("renamed", tmp_path / "lab")
    try:
        for role, node in lab.nodes.items():
            node.sent = Sent(role, truth)
        first = {role: dict(node.table) for role, node in lab.nodes.items()}
        stirring = asyncio.create_task(stir(lab, first, truth))
        steps = await play(lab, tmp_path / "data", 2)
        stirring.cancel()
    finally:
        await lab.stop()
    database = Database(tmp_path / "data" / FILE)
    (session,) = {step_session for step_session in _sessions(database)}
    journal = Journal(database).entries(session)
    database.close()
    assert any(step["outcome"] == Outcome.GONE for step in steps)
    check_nothing_twice(truth, journal, steps)
    check_not_overwritten(journal, steps)
    check_true(truth, journal)


def _sessions(database: Database) -> list[str]:
    with database.snapshot() as connection:
        return [name for (name,) in connection.execute("SELECT DISTINCT session FROM deletion")]


def check_nothing_twice(truth: Truth, journal: list[JournalEntry], steps: list[dict[str, Any]]) -> None:
    """One command on the wire for each confirmation that is said to have been sent, and no other."""
    got = Counter((role, what) for kind, role, what in truth.events if kind == "delete")
    written = Counter((str(e.role), e.key) for e in journal if e.may_have_been_sent)
    said = Counter((step["role"], step["key"]) for step in steps if Outcome(step["outcome"]).was_sent)
    assert got == written == said


def check_not_overwritten(journal: list[JournalEntry], steps: list[dict[str, Any]]) -> None:
    """What a program saw with its own listing stays; only what it left unknown is decided by the other."""
    entries = {entry.id: entry for entry in journal}
    for step in steps:
        if step["entry"] is not None and step["outcome"] != Outcome.UNKNOWN:
            assert (step["entry"], entries[step["entry"]].outcome) == (step["entry"], step["outcome"])
    assert all(entry.outcome is not None for entry in journal)


def check_true(truth: Truth, journal: list[JournalEntry]) -> None:
    """Each outcome is one that the lists printed since show."""
    turns: Counter[tuple[str, str]] = Counter()
    for entry in journal:
        if not entry.may_have_been_sent:
            continue
        place = (str(entry.role), entry.key)
        lists = truth.lists_after(*place, turns[place])
        turns[place] += 1
        if entry.outcome is Outcome.GONE:
            assert any(entry.key not in keys for keys in lists), entry
        elif entry.outcome is Outcome.CAME_BACK:
            assert any(entry.key in keys for keys in lists), entry
        elif entry.outcome is Outcome.STILL_THERE:
            assert sum(entry.key in keys for keys in lists) >= 2, entry
