"""`tofutui impact` on the simulated pair, then the renewal, then the next comparison."""

import asyncio
from pathlib import Path

from tests.support.live import PRIMARY
from tests.support.program import Answer, tofutui
from tofutui.lab.pair import Lab


async def test_a_forecast_is_kept_and_the_next_comparison_says_what_became_of_it(tmp_path: Path) -> None:
    lab = await Lab.start("planned", tmp_path / "lab")
    where = ("--sessions", lab.sessions_path, "--data", tmp_path / "data")

    async def run(*argv: str) -> Answer:
        return await tofutui(*argv, *where, home=tmp_path)

    try:
        forecast = await run("impact", "planned", "--of", "primary")
        assert forecast.code == 0
        assert f"1. SECONDARY  {PRIMARY}  breaks HA registration and Health Monitor" in forecast.out
        hidden = await run("impact", "planned", "--of", "192.0.2.10", "--redact")
        assert (hidden.code, "192.0.2.10" in hidden.out) == (0, False)
        assert "1. SECONDARY  address-" in hidden.out
        unchanged = await run("check", "planned")
        assert unchanged.code == 0
        assert "1 row: 1 unchanged" in unchanged.err
        assert await lab.command("reissue 192.0.2.10:8082") == "ok"
        assert await lab.command("restart primary") == "ok"
        async with asyncio.timeout(60):
            while (after := await run("check", "planned")).code != 1:
                pass  # a node that restarts does not answer at once
        assert "1 row: 1 stale as forecast" in after.err
    finally:
        await lab.stop()
