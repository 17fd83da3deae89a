"""Every row of the table gives what it says, and no row can do more than be refused or shown."""

import pytest

from tests.hostile.table import CASES, Case
from tests.support.hostile import TARGETS, give


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.where}: {case.what}")
def test_a_hostile_input_gives(case: Case) -> None:
    assert give(case.where, case.data()) == case.gives


def test_the_table_holds_enough() -> None:
    assert len(CASES) >= 60
    assert {case.where for case in CASES} >= TARGETS.keys() - {"text"}
    assert len({(case.where, case.what) for case in CASES}) == len(CASES)
