"""How a deletion is said to have ended, on a pair that is slow, forgets more than it should, or hangs up."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import tofutui.lab.appliance.cli_output
from tests.support.live import ISE, PRIMARY, SECONDARY, Live, live
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.cert import slash_form
from tofutui.system.clock import utc_now
from tofutui.tofu.deletion.plan import LISTING, SENT, Outcome, Step
from tofutui.tofu.site.session import Role


def watching(text: str, event: Callable[[], object]) -> Callable[[int, Step], None]:
    """Something that happens once, when a step says so."""
    due = iter([event])

    def watch(number: int, step: Step) -> None:
        if step.text.startswith(text):
            for happening in due:
                happening()

    return watch


async def delete_ise(pair: Live, watch: Callable[[int, Step], None] = lambda number, step: None) -> Step:
    plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
    (step,) = await pair.executor.run(plan, watch)
    (written,) = pair.journal.entries(pair.bench.session.name)
    assert (written.outcome, written.text) == (step.outcome, step.text)
    assert len(pair.deletions_sent(Role.PRIMARY)) == 1
    return step


def after_delete(node: LabNode, event: Callable[[], object]) -> None:
    """The node does something else with its table in the moment of a deletion."""
    delete = node.delete

    def deleted(key: str) -> bool:
        done = delete(key)
        event()
        return done

    node.delete = deleted


# The node is slow, or hangs up.


@pytest.mark.parametrize("look", ["listing again (2)", "listing again (3)"])
async def test_a_node_that_hung_up_and_deletes_later_is_believed_when_it_did(
    tmp_path: Path, look: str
) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        node.drop_instead_of_delete = True
        step = await delete_ise(pair, watching(look, lambda: node.table.pop(ISE)))
        assert step.outcome is Outcome.GONE


async def test_a_node_that_hung_up_and_keeps_the_row_is_unknown_until_a_later_listing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        node.drop_instead_of_delete = True
        step = await delete_ise(pair)
        assert step.outcome is Outcome.UNKNOWN
        assert "present in 3 listings" in step.text
        node.table.pop(ISE)
        await pair.bench.refresh([Role.PRIMARY])
        (said,) = await pair.executor.settle(Role.PRIMARY)
        assert "absent in a later listing" in said
        assert await pair.executor.settle(Role.PRIMARY) == ()


async def test_a_command_that_never_answers_is_not_said_to_have_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.bench.node(Role.PRIMARY)
        object.__setattr__(node.settings, "command_timeout", 0.5)
        pair.lab.nodes["primary"].hang = "deletecert"
        step = await delete_ise(pair)
        assert step.outcome is Outcome.UNKNOWN


async def test_a_listing_as_old_as_the_deletion_is_looked_at_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live("renamed", tmp_path) as pair:
        rows, kept = tofutui.lab.appliance.cli_output.listing_rows, iter(())

        def cached(node: LabNode) -> list[str]:
            return next(kept, None) or rows(node)

        def keep() -> None:
            nonlocal kept
            kept = iter([old])

        old = rows(pair.lab.nodes["primary"])
        after_delete(pair.lab.nodes["primary"], keep)
        monkeypatch.setattr(tofutui.lab.appliance.cli_output, "listing_rows", cached)
        step = await delete_ise(pair)
        assert step.outcome is Outcome.GONE


async def test_a_row_that_stays_is_still_there_after_two_looks(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.nodes["primary"].ignore_delete = True
        pair.lab.sent["primary"].clear()
        step = await delete_ise(pair)
        assert step.outcome is Outcome.STILL_THERE
        assert "ignored, or the node learned again what it sees" in step.text
        assert sum("listcerts" in line for line in pair.lab.sent["primary"]) == 3


# More than the row goes, or changes.


async def test_a_table_that_empties_is_looked_at_again_and_said(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        others = len(node.table) - 1
        after_delete(node, node.table.clear)
        step = await delete_ise(pair)
        assert step.outcome is Outcome.GONE
        assert f"{others} other rows also disappeared" in step.text
        assert "2 complete listings, which shows no row at all" in step.text


async def test_a_table_that_was_empty_for_a_moment_proves_nothing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        whole = dict(node.table)
        node.ignore_delete = True
        after_delete(node, node.table.clear)
        step = await delete_ise(pair, watching(f"{LISTING} (2)", lambda: node.table.update(whole)))
        assert step.outcome is Outcome.STILL_THERE
        assert "other row" not in step.text


async def test_another_row_that_goes_or_changes_is_said(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        node.table["192.0.2.77_443"] = node.table[ISE]
        await pair.bench.refresh()

        def also() -> None:
            del node.table[SECONDARY]
            node.table["192.0.2.77_443"] = node.table[PRIMARY]

        after_delete(node, also)
        step = await delete_ise(pair)
        assert step.outcome is Outcome.GONE
        assert f"1 other row also disappeared: {SECONDARY}" in step.text
        assert "1 other row has different text now: 192.0.2.77_443" in step.text


# The same host and port in another spelling, or twice.


@pytest.mark.parametrize("key", ["198.51.100.020_443", "::ffff:198.51.100.20_443", "198.51.100.20_0443"])
async def test_a_row_that_is_there_in_another_spelling_is_not_gone(tmp_path: Path, key: str) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        line = f"host={key};  subject= {slash_form(node.table[ISE].subject)}"
        after_delete(node, lambda: node.extra_lines.append(line))
        step = await delete_ise(pair)
        assert step.outcome is Outcome.CANNOT_TELL
        assert key in step.text


@pytest.mark.parametrize("key", [ISE, "198.51.100.020_443"])
async def test_a_row_that_is_there_twice_afterwards_cannot_be_told(tmp_path: Path, key: str) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        line = f"host={key};  subject= {slash_form(node.server(ISE).presented.subject)}"
        node.relearn_on_delete = True
        after_delete(node, lambda: node.extra_lines.append(line))
        step = await delete_ise(pair)
        assert step.outcome is Outcome.CANNOT_TELL


# Later listings.


async def test_a_row_that_comes_back_during_the_batch_is_journalled_so(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        node = pair.lab.nodes["primary"]
        row = node.table[SECONDARY]
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, SECONDARY), pair.entry(Role.PRIMARY, ISE)])

        def back(number: int, step: Step) -> None:
            if number == 1 and step.text == SENT:
                node.table[SECONDARY] = row

        steps = await pair.executor.run(plan, back)
        assert [step.outcome for step in steps] == [Outcome.CAME_BACK, Outcome.GONE]
        written = pair.journal.entries(pair.bench.session.name)
        assert [entry.outcome for entry in written] == [Outcome.CAME_BACK, Outcome.GONE]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
async def test_a_clock_that_is_set_back_does_not_delay_the_decision(tmp_path: Path, back: timedelta) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.nodes["primary"].drop_instead_of_delete = True
        step = await delete_ise(pair)
        assert step.outcome is Outcome.UNKNOWN
        pair.bench._clock = lambda: utc_now() - back
        pair.executor._entries._clock = pair.bench._clock
        await pair.bench.refresh([Role.PRIMARY])
        (said,) = await pair.executor.settle(Role.PRIMARY)
        assert "present in a later listing" in said


async def test_a_listing_begun_before_a_deletion_decides_nothing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.journal.open_entry(
            session=pair.bench.session.name, role=Role.PRIMARY, host="192.0.2.10", hostname="prime-pri",
            key=ISE, command="x", operator="before", sha256=None, at=utc_now() - timedelta(days=1),
        )  # fmt: skip
        assert await pair.executor.settle(Role.PRIMARY) == ()
        await pair.bench.refresh([Role.PRIMARY])
        assert len(await pair.executor.settle(Role.PRIMARY)) == 1


async def test_a_machine_with_another_host_key_settles_nothing(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        known = pair.bench.node(Role.PRIMARY).host_key
        ids = [
            pair.journal.open_entry(
                session=pair.bench.session.name, role=Role.PRIMARY, host="192.0.2.10", hostname=hostname,
                key=ISE, command="x", operator="before", sha256=None, at=utc_now(), host_key=host_key,
            )
            for hostname, host_key in (
                ("prime-pri", "SHA256:other"), ("elsewhere", known), ("prime-pri", known)
            )
        ]  # fmt: skip
        await pair.bench.refresh([Role.PRIMARY])
        assert len(await pair.executor.settle(Role.PRIMARY)) == 1
        open_ones = [entry.id for entry in pair.journal.unsettled(pair.bench.session.name)]
        assert open_ones == ids[:2]


async def test_a_run_that_is_broken_off_leaves_its_entry_to_whoever_lists_next(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        pair.lab.nodes["primary"].hang = "deletecert"
        plan = pair.executor.freeze([pair.entry(Role.PRIMARY, ISE)])
        sent = asyncio.Event()
        run = asyncio.create_task(pair.executor.run(plan, watching(SENT, sent.set)))
        await sent.wait()
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        await pair.bench.refresh([Role.PRIMARY])
        assert len(await pair.executor.settle(Role.PRIMARY)) == 1
