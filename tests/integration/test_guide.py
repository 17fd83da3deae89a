"""The guide on the simulated pair: whole runs, refusals, resuming, two processes."""

import asyncio
from pathlib import Path

import pytest

from tests.support.guided import Guided, guided, tools
from tofutui.guide import engine
from tofutui.guide.conductor import Guide
from tofutui.guide.engine import NotNow
from tofutui.history.database import FILE, Database
from tofutui.history.runs import LeaseLost
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
        for role, path in run.pair.lab.log_paths.items():
            for log in (path, path.with_name("ncs-0-0.log")):
                run.pair.bench.add_log(log.read_text(), Role(role), log.name)
        await run.until(lambda: len(run.guide.survey.stale()) == 3)
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


async def test_a_deletion_that_is_refused_fails_the_step_and_can_be_done_again(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ise-readd")
        await run.to_the_end(until="delete")
        run.pair.lab.nodes["primary"].ignore_delete = True
        await run.delete_all()
        assert run.progress["delete"] is Progress.FAILED
        assert "did not work" in run.current.reason
        run.pair.lab.nodes["primary"].ignore_delete = False
        await run.guide.again(run.current)
        await run.delete_all()
        assert run.progress["delete"] is Progress.DONE


@pytest.mark.parametrize("said", ["Secondary Active", "Secondary Failover", "Secondary Failback"])
async def test_registering_is_refused_when_the_secondary_became_active_meanwhile(
    said: str, tmp_path: Path
) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ha-reregister")
        await run.to_the_end(until="overwrite")
        run.pair.lab.nodes["secondary"].ha["State"] = said
        with pytest.raises(NotNow, match="registering is refused"):
            await run.guide.tick(run.current)
        assert run.progress["overwrite"] is Progress.NOW
        run.pair.lab.nodes["secondary"].ha["State"] = "HA not Configured"
        await run.guide.tick(run.current)
        assert run.progress["overwrite"] is Progress.DONE


async def test_preflight_fails_when_a_failover_is_under_way(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        run.pair.lab.nodes["primary"].ha["State"] = "Primary Failover"
        await run.guide.begin("ha-reregister")
        await run.guide.preflight()
        assert run.progress["preflight"] is Progress.FAILED
        assert "fail back first" in run.current.reason


async def test_a_pair_that_connects_again_by_itself_is_not_registered(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        nodes = run.pair.lab.nodes
        nodes["primary"].ha["State"], nodes["secondary"].ha["State"] = (
            "Primary Lost Secondary",
            "Secondary Alone",
        )
        await run.guide.begin("ha-and-ise")
        await run.to_the_end(until="reconnect")
        await run.until(lambda: run.progress["reconnect"] is Progress.WAITING)
        nodes["primary"].ha["State"], nodes["secondary"].ha["State"] = "Primary Active", "Secondary Syncing"
        await run.until(lambda: run.progress["reconnect"] is Progress.SKIPPED)
        assert run.current.id == "sign-in"
        assert run.progress["register"] is Progress.SKIPPED
        assert "connected again" in run.guide.held.step("register").reason


async def test_a_pair_that_stays_apart_is_registered(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        nodes = run.pair.lab.nodes
        nodes["primary"].ha["State"] = "Primary Alone"
        await run.guide.begin("ha-reregister")
        await run.to_the_end(until="reconnect")
        await run.guide.stay_apart(run.current)
        assert run.current.id == "worksheet"
        assert "stay apart" in run.guide.held.step("reconnect").evidence[-1].text


async def test_the_nodes_get_nothing_but_the_known_commands(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ha-and-ise")
        await run.to_the_end()
        known = {
            "terminal length 0", "ncs certvalidation tofu-certs listcerts", "show clock", "show version",
            "ncs ha status",
        }  # fmt: skip
        sent = [line for lines in run.pair.lab.sent.values() for line in lines]
        assert {line for line in sent if "deletecert" not in line} <= known


async def test_two_processes_the_second_watches_takes_over_and_the_first_watches(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ha-reregister")
        database = Database(tmp_path / "data" / FILE)
        other = Guide(tools(run.pair, database, pid=2, host="jump02", user="ann"))
        held = await other.stored()
        assert held is not None
        assert not other.is_free(held)
        await other.watch(held)
        with pytest.raises(NotNow, match="only watched"):
            await other.note(other.held.steps[0], "x")
        await run.guide.preflight()
        await other.look_again()
        assert other.held.step("preflight").progress is Progress.DONE
        held = await other.stored()
        assert held is not None
        await other.take(held)
        assert other.held.operators == ("ops", "ann")
        with pytest.raises(LeaseLost, match="ann on jump02"):
            await run.guide.note(run.current, "too late")
        assert not run.guide.is_mine
        assert run.guide.holder is not None
        assert run.guide.holder.user == "ann"
        await other.close()
        database.close()


async def test_a_deletion_of_unknown_outcome_is_settled_before_a_run_goes_on(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ise-readd")
        await run.to_the_end(until="delete")
        row = run.guide.survey.stale()[0]
        run.pair.journal.open_entry(
            session=run.guide.session.name, role=row.role, host="127.0.0.1",
            hostname=run.pair.bench.comparison.nodes[row.role].hostname, key=row.key or "",
            command=row.delete_command or "", operator="ops", sha256=row.sha256,
            at=run.guide.tools.clock(),
        )  # fmt: skip
        del run.pair.lab.nodes[row.role].table[row.key or ""]
        await run.guide.close()
        held = await run.guide.stored()
        assert held is not None
        await run.guide.take(held)
        (entry,) = await run.guide.deletions()
        assert (entry.outcome, entry.text) == ("gone", "absent in a later listing")
        assert run.pair.deletions_sent(row.role) == []


async def test_what_does_not_hold_any_more_is_gone_back_to(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ha-reregister")
        await run.to_the_end(until="sign-in")
        await run.guide.close()
        run.pair.lab.nodes["secondary"].ha["State"] = "Secondary Active"
        held = await run.guide.stored()
        assert held is not None
        await run.guide.take(held)
        assert run.current.id == "preflight"
        assert run.current.progress is Progress.FAILED
        assert "fail back first" in run.current.reason


async def test_a_node_that_cannot_be_reached_shows_its_version_on_the_page(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.pair.bench.close()
        await run.guide.begin("ha-reregister")
        await run.guide.preflight()
        assert run.progress["preflight"] is Progress.FAILED
        versions = [check for check in run.guide.held.checks if check.id == "version"]
        assert all(check.seen == "3.7 by the Health Monitor page" for check in versions)


async def _before_polling(run: Guided) -> None:
    """A run at the step that waits for the two to connect again; nothing is asked yet."""
    await run.guide.begin("ha-reregister")
    while (step := run.current).id != "reconnect":
        now = run.guide.tools.clock()
        await run.guide.change(
            lambda held, id_=step.id, now=now: engine.done(held, id_, by="tester", now=now), step.id, "done"
        )


async def _polls(run: Guided, count: int) -> None:
    for _ in range(count):
        asked = run.guide.asked_at
        await run.until(lambda asked=asked: run.guide.asked_at != asked)


async def test_a_login_refused_while_polling_is_not_tried_again(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await _before_polling(run)
        node, server = run.pair.lab.nodes["primary"], run.pair.lab.servers["primary"]
        node.login = "refused"
        for connection in list(server.connections):
            connection.abort()
        view = run.pair.bench.comparison.nodes[Role.PRIMARY]
        await run.until(lambda: view.lost_at is not None)
        await run.guide.go_on()
        await run.until(lambda: view.barred)

        def told() -> list[str]:
            return [f"{line.at} {line.text}" for line in run.pair.bench.command_log if line.kind == "error"]

        before = told()
        await _polls(run, 3)
        assert told() == before
        node.login = "ok"
        await run.pair.bench.refresh()
        await run.until(lambda: run.progress["reconnect"] is Progress.SKIPPED)  # the pair has no HA


async def test_polling_outlives_a_history_that_cannot_be_written(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await _before_polling(run)
        connection = run.runs._database._connection
        connection.execute("PRAGMA query_only = ON")
        poller = asyncio.create_task(run.guide._poll())
        await run.until(lambda: run.guide.trouble is not None)
        assert "readonly" in run.guide.trouble
        await _polls(run, 2)
        connection.execute("PRAGMA query_only = OFF")
        await run.until(lambda: run.guide.trouble is None)
        await run.until(lambda: run.progress["reconnect"] is Progress.SKIPPED)  # the pair has no HA
        await poller
