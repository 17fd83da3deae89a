"""The guide on the simulated pair: whole runs, refusals, resuming, two processes."""

from pathlib import Path

import pytest

from tests.support.guided import Guided, guided, tools
from tofutui.guide import engine
from tofutui.guide.engine import NotNow
from tofutui.guide.run_controller import Guide
from tofutui.history.database import FILE, Database
from tofutui.history.runs import LeaseLost
from tofutui.report.record import collect
from tofutui.report.record.model import left_over
from tofutui.tofu.guide_run import Progress, Result
from tofutui.tofu.site.session import Role


def results(run: Guided, step: str) -> dict[str, list[Result]]:
    results: dict[str, list[Result]] = {}
    for check in run.guide.held.checks:
        if check.step == step:
            results.setdefault(check.id, []).append(check.result)
    return results


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
        assert "ignored, or the node learned again" in run.current.reason
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


async def _at_overwrite(run: Guided, *, preflight: bool) -> None:
    await run.guide.begin("ha-reregister")
    if not preflight:
        await run.guide.skip(run.current, "in a hurry")
    await run.to_the_end(until="overwrite")


@pytest.mark.parametrize("said", ["Secondary Active", "Secondary Post Failback", "Primary Active"])
@pytest.mark.parametrize("step", ["overwrite", "register"])
async def test_without_a_preflight_the_newer_database_is_not_overwritten_either(
    step: str, said: str, tmp_path: Path
) -> None:
    async with guided("renamed", tmp_path) as run:
        await _at_overwrite(run, preflight=False)
        if step == "register":
            await run.guide.tick(run.current)
        run.pair.lab.nodes["secondary"].ha["State"] = said
        shown = (await run.guide.direction()).seen
        for vouched_for in ("", shown):
            with pytest.raises(NotNow, match="registering is refused"):
                await run.guide.tick(run.current, vouched_for=vouched_for)
        assert run.progress[step] is Progress.NOW
        assert any(said in check.seen for check in run.guide.held.checks if check.blocks)


@pytest.mark.parametrize("said", ["Secondary Uncertain", "Split Brain", "Secondary Lost Primary", ""])
@pytest.mark.parametrize("preflight", [False, True])
async def test_what_no_state_shows_has_to_be_said_at_each_tick(
    preflight: bool, said: str, tmp_path: Path
) -> None:
    async with guided("renamed", tmp_path) as run:
        await _at_overwrite(run, preflight=preflight)
        run.pair.lab.nodes["secondary"].ha["State"] = said
        for step in ("overwrite", "register"):
            with pytest.raises(NotNow, match="must say which"):
                await run.guide.tick(run.current)
            shown = await run.guide.direction()
            await run.guide.tick(run.current, vouched_for=shown.seen)
            assert run.guide.held.step(step).is_doubtful
        assert [(vouched.step, vouched.by) for vouched in run.guide.held.vouched] == [
            ("overwrite", "ops"), ("register", "ops"),
        ]  # fmt: skip
        left = left_over(collect(run.runs, run.pair.journal, run.guide.held.id, run.guide.tools.clock()))
        assert any("said by ops" in text and said in text for text in left)


async def test_an_answer_about_states_that_changed_since_counts_for_nothing(tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await _at_overwrite(run, preflight=True)
        secondary = run.pair.lab.nodes["secondary"].ha
        secondary["State"] = "Secondary Uncertain"
        shown = await run.guide.direction()
        secondary["State"] = "Disconnected"
        with pytest.raises(NotNow, match=r"must say which: not known to be good: .*Disconnected"):
            await run.guide.tick(run.current, vouched_for=shown.seen)
        secondary["State"] = "Secondary Active"
        with pytest.raises(NotNow, match="registering is refused"):
            await run.guide.tick(run.current, vouched_for=shown.seen)
        assert run.guide.held.vouched == ()


@pytest.mark.parametrize("resumed", [False, True])
async def test_who_takes_a_run_over_is_not_bound_by_what_the_first_saw_or_said(
    resumed: bool, tmp_path: Path
) -> None:
    async with guided("renamed", tmp_path) as run:
        await _at_overwrite(run, preflight=False)
        await run.guide.tick(run.current)
        run.pair.lab.nodes["secondary"].ha["State"] = "Secondary Uncertain"
        shown = await run.guide.direction()
        if resumed:
            await run.guide.close()
        database = Database(tmp_path / "data" / FILE)
        other = Guide(tools(run.pair, database, pid=2, host="jump02", user="ann"))
        held = await other.stored()
        assert held is not None
        await other.take(held)
        step = other.held.current
        assert step is not None
        assert step.id == "register"
        with pytest.raises((NotNow, LeaseLost)):
            await run.guide.tick(step, vouched_for=shown.seen)
        with pytest.raises(NotNow, match="must say which"):
            await other.tick(step)
        await other.tick(step, vouched_for=(await other.direction()).seen)
        assert [vouched.by for vouched in other.held.vouched] == ["ann"]
        await other.close()
        database.close()


@pytest.mark.parametrize(
    "bad", ["Not Primary Active", "Primary Uncertain", "waiting to become Primary Active"]
)
async def test_primary_active_is_not_ticked_on_another_word_by_anybody(bad: str, tmp_path: Path) -> None:
    async with guided("renamed", tmp_path) as run:
        await run.guide.begin("ha-reregister")
        await run.to_the_end(until="register")
        nodes = run.pair.lab.nodes
        nodes["primary"].ha["State"], nodes["secondary"].ha["State"] = "HA Initializing", "HA Initializing"
        await run.guide.tick(run.current)
        for _ in range(3):
            await run.guide.tick(run.current)
        nodes["primary"].ha["State"], nodes["secondary"].ha["State"] = bad, "Secondary Syncing"
        await _polls(run, 2)
        with pytest.raises(NotNow, match=f"not known to be good: .*{bad}"):
            await run.guide.tick(run.current, "seen in the browser: Primary Active")
        assert run.current.id == "primary-active"
        assert any(bad in remark.text for remark in run.current.evidence)
        nodes["primary"].ha["State"] = "Primary Active"
        await run.until(lambda: run.progress["primary-active"] is Progress.DONE)
        nodes["secondary"].ha["State"] = "Split Brain"
        await run.guide.verify()
        assert run.progress["verify"] is Progress.FAILED
        assert "Split Brain" in run.current.reason
        assert "Split Brain" in run.guide.held.step("primary-active").outdated


async def test_rows_of_hosts_that_do_not_answer_are_not_judged_and_said_to_be_so(tmp_path: Path) -> None:
    async with guided("seed", tmp_path) as run:
        for endpoint in run.pair.lab.endpoints:
            endpoint.mode = "reset"
        await run.guide.begin("ise-readd")
        await run.guide.preflight()
        (seen,) = [check for check in run.guide.held.checks if check.id == "stale-rows"]
        assert seen.result is Result.WARN
        assert "2 rows of the pair and 1 row of ISE are not judged: " in seen.seen
        assert run.guide.held.step("preflight").is_doubtful
        await run.fill(run.current)
        with pytest.raises(NotNow, match="are not judged"):
            await run.guide.nothing_open()
        await run.guide.leave_open(run.current, await run.guide.open_rows())
        step = run.guide.held.step("delete")
        assert step.by == "ops"
        assert "are not judged: " in step.doubt
        assert "; ops went on, " in step.doubt
        (decision,) = run.guide.held.decisions
        assert (decision.by, len(decision.rows)) == ("ops", 3)
        assert "no stale row" not in str(step.evidence)
        for id_ in ("sign-in", "ise-add:ISE-server"):
            await run.guide.tick(run.guide.held.step(id_))
        await run.guide.verify()
        (seen,) = [
            check for check in run.guide.held.checks if check.id == "stale-rows" and check.step == "verify"
        ]
        assert (seen.result, "are not judged: " in seen.seen) == (Result.WARN, True)
        assert run.guide.held.step("verify").is_doubtful


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
        assert "reconnected on their own" in run.guide.held.step("register").reason


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
        with pytest.raises(NotNow, match="only watches"):
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
        assert all(check.seen == "3.7, from the Health Monitor page" for check in versions)


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
        run.guide._poller.start()
        await run.until(lambda: run.guide.trouble is not None)
        assert "readonly" in run.guide.trouble
        await _polls(run, 2)
        connection.execute("PRAGMA query_only = OFF")
        await run.until(lambda: run.guide.trouble is None)
        await run.until(lambda: run.progress["reconnect"] is Progress.SKIPPED)  # the pair has no HA


@pytest.mark.parametrize("trouble", ["read-only", "closed"])
async def test_a_run_that_cannot_be_let_go_of_keeps_nothing_from_being_closed(
    trouble: str, tmp_path: Path
) -> None:
    async with guided("renamed", tmp_path) as run:
        await _before_polling(run)
        await run.guide.go_on()
        connection = run.runs._database._connection
        if trouble == "closed":
            connection.close()
        else:
            connection.execute("PRAGMA query_only = ON")
        await run.guide.close()
        assert not run.guide.is_mine
