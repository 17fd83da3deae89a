"""Each cell of the fault matrix that can be."""

from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from tests.faults.matrix import Cell, Fault, Moment, cells, table
from tests.faults.play import play
from tests.support.depth import short_where

PLAYED = [cell for cell in cells() if cell.expected is not None]


def short_cells() -> set[Cell]:
    """Each fault at one moment: the one of its moments that the fewest faults before it met."""
    met = Counter[Moment]()
    chosen = set[Cell]()
    for _, of_fault in groupby(PLAYED, key=lambda cell: cell.fault):
        cell = min(of_fault, key=lambda cell: met[cell.moment])
        met[cell.moment] += 1
        chosen.add(cell)
    return chosen


SHORT = short_cells()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("cell", short_where(PLAYED, SHORT.__contains__), ids=lambda cell: cell.id)
async def test_fault(cell: Cell, tmp_path: Path) -> None:
    await play(cell, tmp_path)


def test_every_fault_meets_every_moment_or_says_why_not() -> None:
    every = list(cells())
    assert len(every) == len(Fault) * len(Moment)
    assert all((cell.expected is None) == bool(cell.reason) for cell in every)
    assert len({cell.id for cell in every}) == len(every)
    assert table().count("\n| ") == len(Fault) + 1


def test_the_short_run_meets_every_fault_and_every_moment() -> None:
    assert {cell.fault for cell in SHORT} == set(Fault)
    assert {cell.moment for cell in SHORT} == set(Moment)
