"""Work that comes in bursts leaves the event loop to others between a few pieces."""

import asyncio
from collections import Counter

import pytest

from tests.support.rows import presenting
from tests.unit.test_row_judge import SHOWN, Site
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence import row_judge
from tofutui.workbench.evidence.short_turns import ShortTurns


class Loop:
    """Counts the turns of the event loop."""

    def __init__(self) -> None:
        self.turn = 0
        self._task = asyncio.create_task(self._count())

    async def _count(self) -> None:
        while True:
            self.turn += 1
            await asyncio.sleep(0)

    def stop(self) -> None:
        self._task.cancel()


@pytest.mark.parametrize("together", [1, 10, 11, 250], ids=str)
async def test_each_turn_of_the_loop_sees_a_few_pieces_in_the_order_in_which_they_came(together):
    turns, loop, done = ShortTurns(10), Loop(), []

    async def work(number: int) -> None:
        await turns.take()
        done.append((number, loop.turn))

    await asyncio.gather(*(work(number) for number in range(together)))
    loop.stop()
    assert [number for number, _ in done] == list(range(together))
    assert max(Counter(turn for _, turn in done).values()) <= 10


async def test_one_task_alone_goes_on_as_fast():
    turns, loop, done = ShortTurns(10), Loop(), []
    for _ in range(95):
        await turns.take()
        done.append(loop.turn)
    loop.stop()
    assert max(Counter(done).values()) <= 20, "those of a turn, and of the next one's beginning"
    assert loop.turn < 30


async def test_work_that_was_cancelled_takes_no_place():
    turns, done = ShortTurns(10), []

    async def work(number: int) -> None:
        await turns.take()
        done.append(number)

    tasks = [asyncio.create_task(work(number)) for number in range(100)]
    await asyncio.sleep(0)
    for task in tasks[10:90]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == [*range(10), *range(90, 100)]
    await turns.take()


async def test_rows_whose_endpoints_answer_at_once_are_judged_a_few_at_a_time(monkeypatch):
    site, answer = Site(), asyncio.Event()
    judged: list[tuple[str, int]] = []
    lines = "".join(f"host=192.0.2.50_{port};  subject= /CN=shown\n" for port in range(1, 301))
    rows = read_listing(lines).rows
    for row in rows:
        site.tables[Role.PRIMARY].take(row)

    async def fetch(*_: object) -> object:
        await answer.wait()
        return presenting(SHOWN)

    def noting(entry, *rest):
        judged.append((entry.id, loop.turn))
        return real(entry, *rest)

    real = row_judge.judged
    monkeypatch.setattr(site.prober, "fetch", fetch)
    monkeypatch.setattr(row_judge, "judged", noting)
    loop = Loop()
    asking = [asyncio.create_task(site.judge.ask(Role.PRIMARY, row.id, site.probes)) for row in rows]
    await asyncio.sleep(0)
    answer.set()
    await asyncio.gather(*asking)
    loop.stop()
    assert [id_ for id_, _ in judged] == [row.id for row in rows]
    assert max(Counter(turn for _, turn in judged).values()) <= row_judge.AT_ONCE
    verdicts = {entry.verdict for entry in site.tables[Role.PRIMARY].view.entries.values()}
    assert verdicts == {Verdict.SAME_NAME}
