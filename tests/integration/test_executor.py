"""Deletions from the confirmed plan to the proof, on the simulated pair."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.live import DELETE, ISE, PRIMARY, SECONDARY, live
from tofutui.appliance.errors import UnknownDialogue
from tofutui.executor import PlanRefused
from tofutui.system.clock import utc_now
from tofutui.tofu.deletion.plan import SENT, Outcome, Step
from tofutui.tofu.site.session import Role


async def test_a_deleted_row_is_gone_in_the_next_list_and_in_the_journal(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        outcomes, _ = await pair.delete(pair.entry(Role.PRIMARY, ISE))
        assert outcomes == [Outcome.GONE]
        assert pair.deletions_sent(Role.PRIMARY) == [DELETE + ISE]
        assert pair.deletions_sent(Role.SECONDARY) == []
        assert ISE not in pair.lab.table("primary")
        (written,) = pair.journal.entries(pair.bench.session.name)
        assert (written.key, written.outcome, written.operator) == (ISE, Outcome.GONE, "tester")


async def test_a_plan_runs_the_primary_first_and_the_peer_before_others(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        rows = [
            pair.entry(Role.SECONDARY, PRIMARY),
            pair.entry(Role.PRIMARY, ISE),
            pair.entry(Role.PRIMARY, SECONDARY),
        ]
        outcomes, steps = await pair.delete(*rows)
        assert outcomes == [Outcome.GONE] * 3
        assert [(s.deletion.role, s.deletion.key) for s in steps] == [
            (Role.PRIMARY, SECONDARY),
            (Role.PRIMARY, ISE),
            (Role.SECONDARY, PRIMARY),
        ]


async def test_a_batch_lists_once_before_and_once_after_each_deletion(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.sent[Role.PRIMARY].clear()
        await pair.delete(pair.entry(Role.PRIMARY, ISE), pair.entry(Role.PRIMARY, SECONDARY))
        listing = "ncs certvalidation tofu-certs listcerts"
        assert pair.lab.sent[Role.PRIMARY] == [
            listing,
            DELETE + SECONDARY,
            listing,
            DELETE + ISE,
            listing,
        ]


async def test_a_command_that_did_nothing_is_still_there_and_ends_the_batch(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.nodes[Role.PRIMARY].ignore_delete = True
        outcomes, _ = await pair.delete(pair.entry(Role.PRIMARY, ISE), pair.entry(Role.PRIMARY, SECONDARY))
        assert outcomes == [Outcome.STILL_THERE, Outcome.NOT_RUN]
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1


async def test_a_row_learned_again_under_its_new_name_came_back(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.nodes[Role.PRIMARY].relearn_on_delete = True
        outcomes, _ = await pair.delete(pair.entry(Role.PRIMARY, ISE))
        assert outcomes == [Outcome.CAME_BACK]


async def test_an_ignored_command_with_equal_names_cannot_be_told(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        pair.lab.nodes[Role.PRIMARY].ignore_delete = True
        outcomes, _ = await pair.delete(pair.entry(Role.PRIMARY, ISE))
        assert outcomes == [Outcome.CANNOT_TELL]
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1


async def test_a_link_lost_after_sending_is_decided_by_the_next_list(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.nodes[Role.PRIMARY].drop_after_delete = True
        outcomes, _ = await pair.delete(pair.entry(Role.PRIMARY, ISE))
        assert outcomes == [Outcome.GONE]
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1


async def test_a_row_that_went_meanwhile_is_not_deleted(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        row = pair.entry(Role.PRIMARY, ISE)
        plan = pair.executor.freeze([row])
        await pair.delete(row)
        steps = await pair.executor.run(plan, lambda number, step: None)
        assert [step.outcome for step in steps] == [Outcome.REFUSED]
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1


async def test_another_certificate_than_the_confirmed_one_refuses(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        assert await pair.lab.command("reissue 198.51.100.20:443") == "ok"
        assert await pair.lab.command("restart 198.51.100.20") == "ok"
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "different SHA-256" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == []


async def test_another_host_name_at_the_prompt_refuses(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        other = replace(plan, deletions=tuple(replace(d, hostname="elsewhere") for d in plan.deletions))
        (step,) = await pair.executor.run(other, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert pair.deletions_sent(Role.PRIMARY) == []


async def test_read_only_plans_nothing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.bench.session = replace(pair.bench.session, read_only=True)
        with pytest.raises(PlanRefused, match="read-only"):
            pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])


async def test_rows_that_are_not_stale_or_are_own_must_be_typed(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        stale, own = pair.entry(Role.PRIMARY, ISE), pair.entry(Role.PRIMARY, PRIMARY)
        plan = pair.executor.freeze([stale, own])
        assert {d.key: d.must_type for d in plan.deletions} == {ISE: (), PRIMARY: (PRIMARY,)}


async def test_where_the_ha_role_is_contrary_the_host_name_is_typed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live("renamed", tmp_path) as pair:
        monkeypatch.setattr(type(pair.bench), "contrary_role", lambda self, role: "SECONDARY")
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE), pair.entry(Role.PRIMARY, PRIMARY)])
        assert {d.key: d.must_type for d in plan.deletions} == {
            ISE: ("prime-pri",),
            PRIMARY: (PRIMARY, "prime-pri"),
        }


async def test_without_a_journal_entry_nothing_is_sent(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        pair.database.close()
        (step,) = await pair.executor.run(plan, lambda number, step: None)
        assert step.outcome is Outcome.REFUSED
        assert "not sent" in step.text
        assert pair.deletions_sent(Role.PRIMARY) == []


async def test_a_command_of_unknown_outcome_is_settled_by_the_next_listing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        server = pair.lab.servers[Role.PRIMARY]
        pair.lab.nodes[Role.PRIMARY].drop_after_delete = True
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        going: list[asyncio.Task[None]] = []

        def break_the_link(number: int, step: Step) -> None:
            if "listing the table again decides" in step.text:
                going.append(asyncio.create_task(server.stop()))

        (step,) = await pair.executor.run(plan, break_the_link)
        await asyncio.gather(*going)
        assert step.outcome is Outcome.UNKNOWN
        assert await pair.executor.settle(Role.PRIMARY) == ()
        await server.start()
        await pair.bench.refresh([Role.PRIMARY])
        (said,) = await pair.executor.settle(Role.PRIMARY)
        assert "absent in a later listing" in said
        (written,) = pair.journal.entries(pair.bench.session.name)
        assert written.outcome is Outcome.GONE
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1


async def test_a_plan_over_both_nodes_reads_both_tables_before_it_sends_anything(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE), pair.entry(Role.SECONDARY, PRIMARY)])
        for lines in pair.lab.sent.values():
            lines.clear()
        read_before: list[list[str]] = []

        def watch(number: int, step: Step) -> None:
            if step.text == SENT:
                read_before.append([*pair.lab.sent[Role.SECONDARY]])

        await pair.executor.run(plan, watch)
        listing = "ncs certvalidation tofu-certs listcerts"
        assert read_before[0] == [listing]
        assert pair.lab.sent[Role.SECONDARY] == [listing, DELETE + PRIMARY, listing]


async def test_the_table_of_another_host_proves_nothing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes[Role.PRIMARY]
        node.drop_after_delete = True
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])

        def fail_over(number: int, step: Step) -> None:
            if step.text == SENT:
                node.hostname = "elsewhere"

        (step,) = await pair.executor.run(plan, fail_over)
        assert step.outcome is Outcome.UNKNOWN
        assert "elsewhere" in step.text
        assert len(pair.deletions_sent(Role.PRIMARY)) == 1


async def test_what_the_node_asked_in_vain_is_shown_and_journalled(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:

        async def asks(command: str, **_: object) -> None:
            error = UnknownDialogue("nobody answered", sent=True)
            error.words = "Give a reason:"
            raise error

        pair.bench.node(Role.PRIMARY).deletecert = asks
        outcomes, (step,) = await pair.delete(pair.entry(Role.PRIMARY, ISE))
        assert outcomes == [Outcome.STILL_THERE]
        assert step.words == "Give a reason:"
        (written,) = pair.journal.entries(pair.bench.session.name)
        assert written.words == "Give a reason:"


async def test_what_an_earlier_run_left_unknown_is_settled_before_anything_is_sent(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        entry = pair.entry(Role.PRIMARY, SECONDARY)
        number = pair.journal.open_entry(
            session=pair.bench.session.name, role=Role.PRIMARY, host="192.0.2.10", hostname="prime-pri",
            key=ISE, command="x", operator="before", sha256=None, at=utc_now(),
        )  # fmt: skip
        settled: list[bool] = []

        def look(_: int, step: Step) -> None:
            if step.text == SENT:
                written = pair.journal.entries(pair.bench.session.name)
                settled.append(next(entry for entry in written if entry.id == number).is_settled)

        await pair.executor.run(pair.executor.freeze([entry]), look)
        assert set(settled) == {True}
        first = next(e for e in pair.journal.entries(pair.bench.session.name) if e.id == number)
        assert first.text == "present in a later listing"


@pytest.mark.parametrize(
    ("pause", "sent"), [(timedelta(hours=1), 1), (timedelta(hours=-1), 1), (timedelta(seconds=5), 2)]
)
async def test_a_list_from_before_a_long_pause_is_read_again_before_the_next_row(
    tmp_path: Path, pause: timedelta, sent: int
) -> None:
    paused = timedelta()
    async with live("renamed", tmp_path, clock=lambda: utc_now() + paused) as pair:
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE), pair.entry(Role.PRIMARY, SECONDARY)])

        def on_step(number: int, step: Step) -> None:
            nonlocal paused
            if number == 0 and step.outcome is not None:
                paused = pause
                del pair.lab.nodes[Role.PRIMARY].table[ISE]

        steps = await pair.executor.run(plan, on_step)
        assert steps[0].outcome is Outcome.GONE
        assert (steps[1].outcome is Outcome.REFUSED) == (sent == 1)
        assert len(pair.deletions_sent(Role.PRIMARY)) == sent


async def test_a_stopped_plan_sends_no_further_row(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        comparison = pair.bench.comparison
        plan = pair.executor.freeze([entry for entry in comparison.entries() if entry.is_stale_remote])
        said: list[tuple[int, str]] = []

        def on_step(number: int, step: Step) -> None:
            said.append((number, step.text))
            if number == 1 and step.text.startswith("sent"):
                pair.executor.stop(plan)

        steps = await pair.executor.run(plan, on_step)
        assert [step.outcome for step in steps] == [Outcome.GONE, Outcome.GONE, Outcome.NOT_RUN]
        assert steps[2].text == "stopped by the operator after row 2 of 3"
        assert sum(len(pair.deletions_sent(role)) for role in Role) == 2

        again = pair.executor.freeze([entry for entry in comparison.entries() if entry.is_stale_remote])
        pair.executor.stop(again)
        (kept,) = await pair.executor.run(again, lambda number, step: None)
        assert (kept.outcome, kept.text) == (Outcome.NOT_RUN, "stopped by the operator before the first row")
        assert sum(len(pair.deletions_sent(role)) for role in Role) == 2
