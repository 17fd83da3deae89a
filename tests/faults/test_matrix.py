"""Each cell of the fault matrix that can be."""

from pathlib import Path

import pytest

from tests.faults.matrix import Cell, Fault, Moment, cells, table
from tests.faults.play import play

PLAYED = [cell for cell in cells() if cell.expected is not None]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("cell", PLAYED, ids=lambda cell: cell.id)
async def test_fault(cell: Cell, tmp_path: Path) -> None:
    await play(cell, tmp_path)


def test_every_fault_meets_every_moment_or_says_why_not() -> None:
    every = list(cells())
    assert len(every) == len(Fault) * len(Moment)
    assert all((cell.expected is None) == bool(cell.reason) for cell in every)
    assert len({cell.id for cell in every}) == len(every)
    assert table().count("\n| ") == len(Fault) + 1
