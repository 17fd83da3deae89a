"""What keeps a confirmed deletion from being sent: everything that changed since it was confirmed."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import tofutui.workbench.evidence.row_judge
from tests.support.live import DELETE, ISE, PRIMARY, SECONDARY, Live, live
from tofutui.appliance.questions import NoAsker
from tofutui.executor import Executor, Pace, PlanRefused
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.system.clock import utc_now
from tofutui.tofu.deletion.plan import Outcome, Step
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench

Verdicts = dict[str, Verdict]


def at(text: str, event: Callable[[], object]) -> Callable[[int, Step], None]:
    """Something that happens once, when a step says so."""
    due = iter([event])

    def watch(number: int, step: Step) -> None:
        if step.text.startswith(text):
            for happening in due:
                happening()

    return watch


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> Verdicts:
    """What rows are judged as from now on, by key."""
    said: Verdicts = {}
    judged = tofutui.workbench.evidence.row_judge.judged

    def overruled(entry: Entry, *around: object) -> Entry:
        entry = judged(entry, *around)
        verdict = said.get(entry.key or "")
        return (
            entry if verdict is None else replace(entry, judgement=replace(entry.judgement, verdict=verdict))
        )

    monkeypatch.setattr(tofutui.workbench.evidence.row_judge, "judged", overruled)
    return said


OTHER_CLASSES = [Verdict.PROVEN, Verdict.SAME_NAME, Verdict.NO_ANSWER, Verdict.UNREADABLE]


@pytest.mark.parametrize("verdict", OTHER_CLASSES)
async def test_a_row_judged_differently_since_it_was_shown_cannot_be_proposed(
    tmp_path: Path, verdicts: Verdicts, verdict: Verdict
) -> None:
    async with live("renamed", tmp_path) as pair:
        shown = pair.entry(Role.PRIMARY, ISE)
        verdicts[ISE] = verdict
        await pair.bench.refresh([Role.PRIMARY])
        with pytest.raises(PlanRefused, match="verdict was MISMATCH"):
            pair.executor.freeze([shown])


@pytest.mark.parametrize("verdict", OTHER_CLASSES)
async def test_a_row_judged_differently_since_it_was_confirmed_is_not_deleted(
    tmp_path: Path, verdicts: Verdicts, verdict: Verdict
) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        verdicts[ISE] = verdict
        await pair.bench.refresh([Role.PRIMARY])
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "the verdict was MISMATCH when this was confirmed" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == []


async def test_within_its_class_a_verdict_may_change(tmp_path: Path, verdicts: Verdicts) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        verdicts[ISE] = Verdict.SUSPECT
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.GONE


async def test_what_is_frozen_is_the_row_of_this_moment(tmp_path: Path, verdicts: Verdicts) -> None:
    async with live("renamed", tmp_path) as pair:
        shown = pair.entry(Role.PRIMARY, ISE)
        verdicts[ISE] = Verdict.SUSPECT
        await pair.bench.refresh([Role.PRIMARY])
        (deletion,) = pair.executor.freeze([shown]).deletions
        assert deletion.entry is pair.entry(Role.PRIMARY, ISE)
        assert deletion.entry.verdict is Verdict.SUSPECT


async def test_the_command_confirmed_is_the_one_sent_and_journalled(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        (deletion,) = plan.deletions
        assert deletion.command == pair.entry(Role.PRIMARY, ISE).delete_command
        await pair.executor.run(plan, lambda number, step: None)
        assert pair.deletions_sent(Role.PRIMARY) == [deletion.command]
        (written,) = pair.journal.entries(pair.bench.session.name)
        assert written.command == deletion.command


# The role of the node.


@pytest.mark.parametrize("answer", [{}, {"State": "HA not Configured"}, {"Role": "Standalone", "State": "x"}])
async def test_until_the_role_is_known_the_host_name_is_typed(tmp_path: Path, answer: dict[str, str]) -> None:
    async with live("renamed", tmp_path, refresh=False) as pair:
        pair.lab.nodes["primary"].ha = answer
        await pair.bench.refresh()
        (deletion,) = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)]).deletions
        assert deletion.must_type == ("prime-pri",)
        assert any("HA role is not known" in notice for notice in deletion.notices)
        (other,) = pair.executor.freeze([pair.entry(Role.SECONDARY, PRIMARY)]).deletions
        assert other.must_type == ()


async def test_a_role_that_is_slow_to_come_is_not_known_until_then(tmp_path: Path) -> None:
    async with live("renamed", tmp_path, refresh=False) as pair:
        pair.lab.nodes["primary"].hang = "ha status"
        refreshing = asyncio.create_task(pair.bench.refresh())
        sent = pair.lab.sent[Role.PRIMARY]
        view = pair.bench.comparison.nodes[Role.PRIMARY]
        while "ncs ha status" not in sent or not any(e.is_stale_remote for e in view.entries.values()):
            await asyncio.sleep(0.01)
        stale = next(entry for entry in view.entries.values() if entry.is_stale_remote)
        (deletion,) = pair.executor.freeze([stale]).deletions
        assert deletion.must_type == ("prime-pri",)
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)


async def test_each_refresh_asks_for_the_role_and_a_failover_shows(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.sent[Role.PRIMARY].clear()
        pair.lab.nodes["primary"].ha = {"Role": "Secondary", "State": "Secondary Active"}
        await pair.bench.refresh([Role.PRIMARY])
        listing = "ncs certvalidation tofu-certs listcerts"
        assert pair.lab.sent[Role.PRIMARY] == [listing, "show clock", "ncs ha status"]
        notices = " ".join(pair.bench.comparison.nodes[Role.PRIMARY].notices)
        assert "its HA role changed from PRIMARY to SECONDARY" in notices
        assert "contrary to this pane" in notices
        (deletion,) = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)]).deletions
        assert deletion.must_type == ("prime-pri",)


async def test_a_role_that_turns_contrary_after_the_confirmation_holds_the_command_back(
    tmp_path: Path,
) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        pair.lab.nodes["primary"].ha = {"Role": "Secondary", "State": "Secondary Active"}
        await pair.bench.refresh([Role.PRIMARY])
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "contrary to this pane: confirm again, with the host name typed" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == []
        again = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        (step,) = await pair.executor.run(again, lambda number, step: None)
        assert step.outcome is Outcome.GONE


# The journal, and other programs on it.


@dataclass
class Other:
    """A second program on the same data folder."""

    bench: Workbench
    executor: Executor

    def entry(self, role: Role, key: str) -> Entry:
        return next(e for e in self.bench.comparison.nodes[role].entries.values() if e.key == key)


@asynccontextmanager
async def second(pair: Live, tmp_path: Path) -> AsyncIterator[Other]:
    bench = Workbench(pair.bench.session, NoAsker())
    database = Database(tmp_path / "data" / FILE)
    pace = Pace(looks=2, seconds=0.05)
    executor = Executor(bench, Journal(database), operator="other", clock=utc_now, pace=pace)
    try:
        await bench.refresh()
        yield Other(bench, executor)
    finally:
        await bench.close()
        database.close()


async def test_another_program_leaves_a_deletion_under_way_alone(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair, second(pair, tmp_path) as other:
        seen: list[object] = []
        going: list[asyncio.Task[None]] = []

        async def look() -> None:
            await other.bench.refresh([Role.PRIMARY])
            seen.append(await other.executor.settle(Role.PRIMARY))
            (written,) = pair.journal.entries(pair.bench.session.name)
            seen.append(written.outcome)

        pair.lab.nodes["primary"].hang = "deletecert"
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        watch = at("sent;", lambda: going.append(asyncio.create_task(look())))
        steps = asyncio.create_task(pair.executor.run(plan, watch))
        while not seen:
            await asyncio.sleep(0.01)
        await going[0]
        assert seen == [(), None]
        await pair.bench.node(Role.PRIMARY).close()
        (step,) = await steps
        assert step.outcome is Outcome.UNKNOWN


async def test_of_two_programs_with_the_same_dialog_open_one_deletes(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair, second(pair, tmp_path) as other:
        table = pair.lab.nodes["primary"].table
        row = table[ISE]
        mine = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        theirs = other.executor.freeze([other.entry(Role.PRIMARY, ISE)])
        (step,) = await pair.executor.run(mine, lambda number, step: None)
        assert step.outcome is Outcome.GONE
        table[ISE] = row
        (step,) = await other.executor.run(theirs, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "another deletion of this row was sent meanwhile" in step.text
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1
        await other.bench.refresh()
        again = other.executor.freeze([other.entry(Role.PRIMARY, ISE)])
        (step,) = await other.executor.run(again, lambda number, step: None)
        assert step.outcome is Outcome.GONE


async def test_while_one_program_deletes_a_row_another_does_not(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair, second(pair, tmp_path) as other:
        theirs: list[asyncio.Task[tuple[Step, ...]]] = []

        def confirm() -> None:
            plan = other.executor.freeze([other.entry(Role.PRIMARY, ISE)])
            theirs.append(asyncio.create_task(other.executor.run(plan, lambda number, step: None)))

        pair.lab.nodes["primary"].ignore_delete = True
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        (mine,) = await pair.executor.run(plan, at("sent;", confirm))
        (step,) = await theirs[0]
        assert (mine.outcome, step.outcome) == (Outcome.STILL_THERE, Outcome.REFUSED)
        assert "another deletion of this row" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == [DELETE + ISE]


async def test_two_programs_may_delete_different_rows(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair, second(pair, tmp_path) as other:
        runs = (
            pair.executor.run(pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)]), lambda *_: None),
            other.executor.run(
                other.executor.freeze([other.entry(Role.PRIMARY, SECONDARY)]), lambda *_: None
            ),
        )
        outcomes = [step.outcome for steps in await asyncio.gather(*runs) for step in steps]
        assert outcomes == [Outcome.GONE, Outcome.GONE]


async def test_the_judge_is_given_the_newest_deletion_by_anybody(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair, second(pair, tmp_path) as other:
        assert other.bench.deletions.sent_at(Role.PRIMARY, ISE) is None
        pair.lab.nodes["primary"].ignore_delete = True
        await pair.delete(pair.entry(Role.PRIMARY, ISE))
        (written,) = pair.journal.entries(pair.bench.session.name)
        for bench in (pair.bench, other.bench):
            await bench.refresh([Role.PRIMARY])
            for key in (ISE, "198.51.100.020_0443"):
                assert bench.deletions.sent_at(Role.PRIMARY, key) == written.newest_time
            assert bench.deletions.sent_at(Role.PRIMARY, SECONDARY) is None
            assert bench.deletions.sent_at(Role.SECONDARY, ISE) is None


async def test_a_deletion_that_was_refused_is_none(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])

        def switch() -> None:
            pair.bench.session = replace(pair.bench.session, read_only=True)

        (step,) = await pair.executor.run(plan, at("sent;", switch))
        assert step.outcome is Outcome.REFUSED
        await pair.bench.refresh([Role.PRIMARY])
        assert pair.bench.deletions.sent_at(Role.PRIMARY, ISE) is None


def _removed(path: Path) -> None:
    path.unlink()


def _replaced(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    shutil.copy(path.with_name("elsewhere"), path)


def _folder_removed(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("away", [_removed, _replaced, _folder_removed])
async def test_without_the_journals_file_nothing_is_sent(
    tmp_path: Path, away: Callable[[Path], None]
) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        away(pair.database.path)
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "was removed or replaced while tofutui was running" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == []
