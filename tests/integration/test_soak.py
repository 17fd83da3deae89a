"""The app on a watched pair of 300 rows while things go wrong: it holds on to nothing."""

import asyncio
from pathlib import Path

import pytest

from tests.support.depth import LONG
from tests.support.faulty_lab import FROZEN
from tests.support.soaking import Sample, Soak, complaints, random_faults, soak

pytestmark = pytest.mark.usefixtures("isolated_home")

FAULTS = (("lost", "primary"), ("cut", "secondary"), ("refused", "primary"), ("reissue", "198.51.100.20:443"))


def holds_more(now: Sample, before: Sample) -> bool:
    return now.fds > before.fds or now.tasks > before.tasks


@LONG
async def test_faults_leave_nothing_open_and_no_refresh_out(tmp_path: Path) -> None:
    async def play(running: Soak) -> tuple[Sample, Sample]:
        await running.well()
        await running.quiet()
        before = running.sample()
        for fault in FAULTS:
            await running.hurt(*fault)
        await running.hurt(FROZEN, "")
        await running.well()
        async with asyncio.timeout(60):  # what was open to a frozen endpoint ends by its own time-out
            while holds_more(after := running.sample(), before):
                await asyncio.sleep(0.1)
        return before, after

    with complaints() as complained:
        soaked, (before, after) = await soak(tmp_path, 1.0, play)
    assert not holds_more(after, before)
    assert soaked.failed == 2  # refused, cut off; a link lost between two refreshes is simply made again
    assert len(soaked.began) == len(soaked.ended) >= 2 * len(FAULTS)
    assert complained.words == []


def test_the_same_seed_gives_the_same_faults() -> None:
    def first(seed: int) -> list[tuple[str, str]]:
        faults = random_faults(seed)
        return [next(faults) for _ in range(20)]

    assert first(8) == first(8) != first(9)
    assert len({fault for fault, _ in first(8)}) > 4
