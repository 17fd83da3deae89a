"""Verdicts that only the history of earlier comparisons can give, on the simulated pair."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.live import ISE, PRIMARY, SECONDARY, live
from tofutui.appliance.questions import NoAsker
from tofutui.config.sessions import load_sessions
from tofutui.history.database import FILE, Database
from tofutui.history.row_history import Sightings
from tofutui.lab.pair import Lab
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench


@asynccontextmanager
async def pair_with_history(scenario: str, tmp_path: Path) -> AsyncIterator[tuple[Lab, Sightings]]:
    lab = await Lab.start(scenario, tmp_path / "lab")
    database = Database(tmp_path / "data" / FILE)
    try:
        yield lab, Sightings(database)
    finally:
        database.close()
        await lab.stop()


async def look(lab: Lab, sightings: Sightings) -> Comparison:
    """One run of the program: log in, compare, leave."""
    (session,) = load_sessions(lab.sessions_path).values()
    bench = Workbench(session, NoAsker(), sightings=sightings)
    try:
        await bench.refresh()
        assert bench.memory.trouble is None
    finally:
        await bench.close()
    return bench.comparison


def verdict(comparison: Comparison, role: Role, key: str) -> Verdict:
    return next(e.verdict for e in comparison.nodes[role].entries.values() if e.key == key)


async def reissue(lab: Lab, endpoint: str, node: str) -> None:
    assert await lab.command(f"reissue {endpoint}") == "ok"
    assert await lab.command(f"restart {node}") == "ok"


async def test_a_certificate_that_changes_while_its_row_stays_makes_exactly_its_rows_suspect(
    tmp_path: Path,
) -> None:
    async with pair_with_history("reissued", tmp_path) as (lab, sightings):
        first = await look(lab, sightings)
        assert {e.verdict for e in first.entries()} == {Verdict.SAME_NAME}
        assert first.exit_code() == 0

        await reissue(lab, "192.0.2.11:8082", "secondary")
        second = await look(lab, sightings)
        assert verdict(second, Role.PRIMARY, SECONDARY) is Verdict.SUSPECT
        assert verdict(second, Role.PRIMARY, ISE) is Verdict.SAME_NAME
        assert verdict(second, Role.SECONDARY, PRIMARY) is Verdict.SAME_NAME
        assert second.exit_code() == 1
        assert second.own_stale() == 2


async def test_after_deletion_and_contact_the_row_is_no_longer_suspect_and_stays_so(tmp_path: Path) -> None:
    async with pair_with_history("reissued", tmp_path) as (lab, sightings):
        await look(lab, sightings)
        await reissue(lab, "192.0.2.11:8082", "secondary")
        await look(lab, sightings)
        lab.nodes["primary"].delete(SECONDARY)
        gone = await look(lab, sightings)
        assert verdict(gone, Role.PRIMARY, SECONDARY) is Verdict.NOT_STORED
        assert await lab.command("contact primary") == "ok"
        for _ in range(2):
            again = await look(lab, sightings)
            assert verdict(again, Role.PRIMARY, SECONDARY) is Verdict.PROVEN


async def test_a_row_learned_again_by_hand_between_two_looks_is_never_a_mismatch(tmp_path: Path) -> None:
    async with pair_with_history("reissued", tmp_path) as (lab, sightings):
        await look(lab, sightings)
        await reissue(lab, "192.0.2.11:8082", "secondary")
        lab.nodes["primary"].delete(SECONDARY)
        assert await lab.command("contact primary") == "ok"
        after = await look(lab, sightings)
        assert verdict(after, Role.PRIMARY, SECONDARY) is Verdict.SUSPECT


async def test_learned_again_is_remembered_by_the_next_run(tmp_path: Path) -> None:
    async with pair_with_history("reissued", tmp_path) as (lab, sightings):
        await look(lab, sightings)
        await reissue(lab, "192.0.2.11:8082", "secondary")
        assert verdict(await look(lab, sightings), Role.PRIMARY, SECONDARY) is Verdict.SUSPECT
        port = load_sessions(lab.sessions_path)["reissued"].nodes[Role.PRIMARY].port
        now = datetime.now(UTC) + timedelta(milliseconds=1)
        sightings.learned("reissued", Role.PRIMARY, f"127.0.0.1:{port}", SECONDARY, now)
        assert verdict(await look(lab, sightings), Role.PRIMARY, SECONDARY) is Verdict.SAME_NAME


async def test_without_a_store_the_run_itself_still_tells_rows_apart(tmp_path: Path) -> None:
    async with live("reissued", tmp_path) as pair:
        assert pair.bench.memory.trouble is None
        await pair.delete(pair.entry(Role.PRIMARY, ISE))
        await pair.bench.refresh()
        assert pair.entry(Role.PRIMARY, ISE).verdict is Verdict.NOT_STORED


async def test_fewer_rows_than_an_earlier_run_saw_are_listed_twice_before_they_count(tmp_path: Path) -> None:
    listing = "ncs certvalidation tofu-certs listcerts"
    async with pair_with_history("clean", tmp_path) as (lab, sightings):
        await look(lab, sightings)
        assert lab.sent["primary"].count(listing) == 1
        lab.nodes["primary"].delete(ISE)
        after = await look(lab, sightings)
        assert verdict(after, Role.PRIMARY, ISE) is Verdict.NOT_STORED
        assert lab.sent["primary"].count(listing) == 3
        assert lab.sent["secondary"].count(listing) == 2
