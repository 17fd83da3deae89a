"""The guide on the simulated pair: whole runs, refusals, resuming, two processes."""

from pathlib import Path

import pytest

from tests.support.guided import Guided, guided
from tofutui.tofu.guided import Progress, Result
from tofutui.tofu.session import Role


def results(run: Guided, step: str) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for check in run.guide.held.checks:
        if check.step == step:
            found.setdefault(check.id, []).append(check.result)
    return found


@pytest.mark.parametrize("scenario", ["renamed", "seed"])
async def test_from_the_stale_rows_to_primary_active(scenario: str, tmp_path: Path) -> None:
    async with guided(scenario, tmp_path) as run:
        await run.guide.begin("ha-and-ise")
        await run.to_the_end()
        held = run.guide.held
        assert held.ended is not None
        assert run.progress["virtual-ip"] is Progress.SKIPPED
        assert run.progress["reconnect"] is Progress.SKIPPED
        assert "Primary Active" in held.step("primary-active").evidence[-1].text
        assert held.step("primary-active").by == "tofutui"
        assert not [check for check in held.checks if check.result is Result.FAIL]
        assert results(run, "verify")["deleted-rows"] == [Result.PASS] * 3
        assert results(run, "verify")["ha-state"] == [Result.PASS]
        assert [len(shot.rows) for shot in held.before] == [len(shot.rows) for shot in held.after]
        assert {row.verdict for shot in held.before for row in shot.rows} & {"mismatch", "suspect"}
        deleted = [*run.pair.deletions_sent(Role.PRIMARY), *run.pair.deletions_sent(Role.SECONDARY)]
        assert len(deleted) == len(set(deleted)) == 3
