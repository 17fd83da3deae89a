"""The comparison of real listings with real certificates, on the simulated pair."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.live import ISE, PRIMARY, SECONDARY, live
from tofutui.report.json_form import document
from tofutui.system.clock import utc_now
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.workbench import EntriesChanged

LISTCERTS = "ncs certvalidation tofu-certs listcerts"


async def test_renamed_hosts_are_mismatches_on_exactly_their_rows(tmp_path: Path) -> None:
    async with live("renamed", tmp_path) as pair:
        assert pair.verdicts(Role.PRIMARY) == {ISE: Verdict.MISMATCH, SECONDARY: Verdict.MISMATCH}
        assert pair.verdicts(Role.SECONDARY) == {PRIMARY: Verdict.MISMATCH}
        assert pair.bench.comparison.exit_code() == 1
        assert pair.bench.comparison.own_stale() == 3


async def test_the_same_name_is_never_called_more_than_that(tmp_path: Path) -> None:
    async with live("seed", tmp_path) as pair:
        assert pair.verdicts(Role.PRIMARY) == {ISE: Verdict.MISMATCH, SECONDARY: Verdict.SAME_NAME}
        assert pair.verdicts(Role.SECONDARY) == {PRIMARY: Verdict.SAME_NAME}


async def test_a_clean_pair_has_nothing_stale(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        assert set(pair.verdicts(Role.PRIMARY).values()) == {Verdict.SAME_NAME}
        assert pair.bench.comparison.exit_code() == 0


async def test_the_operators_word_makes_the_rows_of_that_host_suspect(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        assert pair.bench.say_reissued("192.0.2.11", None) == 3
        await pair.bench.refresh()
        assert pair.verdicts(Role.PRIMARY)[SECONDARY] is Verdict.SUSPECT
        assert pair.verdicts(Role.SECONDARY)[PRIMARY] is Verdict.SAME_NAME


async def test_learned_again_takes_the_operators_word_back(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        pair.bench.say_reissued("192.0.2.11", None)
        row = pair.entry(Role.PRIMARY, SECONDARY)
        pair.bench.say_learned(Role.PRIMARY, row.id, utc_now() + timedelta(seconds=1))
        await pair.bench.refresh()
        assert pair.entry(Role.PRIMARY, SECONDARY).verdict is Verdict.SAME_NAME


async def test_the_browsers_words_prove_a_row_until_it_is_learned_again(tmp_path: Path) -> None:
    async with live("reissued", tmp_path) as pair:
        assert pair.verdicts(Role.PRIMARY)[SECONDARY] is Verdict.SAME_NAME
        pair.bench.statements.operator = "ops"
        heard = pair.bench.statements.browser("HA failed: TOFU failed on primary for 192.0.2.11_8082")
        assert [(e.role, e.key) for e in heard.rows] == [(Role.PRIMARY, SECONDARY)]
        await pair.bench.statements.close(10)
        row = pair.entry(Role.PRIMARY, SECONDARY)
        assert row.verdict is Verdict.MISMATCH
        assert pair.verdicts(Role.SECONDARY)[PRIMARY] is Verdict.SAME_NAME
        shown = document(pair.bench.comparison, "0")["nodes"]["primary"]["entries"]
        (evidence,) = [
            e for r in shown if r["key"] == SECONDARY for e in r["evidence"] if e["kind"] == "browser"
        ]
        assert "by ops" in evidence["text"]
        assert evidence["at"] is not None

        outcomes, _ = await pair.delete(row)
        assert outcomes == [Outcome.GONE]
        assert await pair.lab.command("contact primary") == "ok"
        await pair.bench.refresh()
        assert pair.entry(Role.PRIMARY, SECONDARY).verdict in (Verdict.PROVEN, Verdict.SAME_NAME)


@pytest.mark.parametrize(
    ("role", "named", "expected"),
    [
        (Role.PRIMARY, Role.PRIMARY, Verdict.MISMATCH),
        (Role.SECONDARY, Role.SECONDARY, Verdict.MISMATCH),
        (Role.PRIMARY, None, Verdict.SUSPECT),
    ],
)
async def test_a_nodes_fresh_log_proves_what_names_cannot(
    tmp_path: Path, role: Role, named: Role | None, expected: Verdict
) -> None:
    async with live("seed", tmp_path) as pair:
        assert await pair.lab.command(f"contact {role}") == "ok"
        pair.bench.add_log(pair.lab.log_paths[role].read_text(), named, "pasted")
        await pair.bench.refresh()
        key = SECONDARY if role is Role.PRIMARY else PRIMARY
        assert pair.entry(role, key).verdict is expected


async def test_a_node_knows_who_and_what_it_is(tmp_path: Path) -> None:
    async with live("seed", tmp_path) as pair:
        node = pair.bench.comparison.nodes[Role.PRIMARY]
        assert (node.hostname, node.version, node.phase) == ("prime-pri", "3.7.0", Phase.LISTED)
        assert node.ha is not None
        assert node.ha.state == "HA not Configured"
        assert node.clock_skew_s is not None
        assert abs(node.clock_skew_s) < 5
        assert pair.entry(Role.PRIMARY, SECONDARY).name == "prime-sec"


async def test_a_refresh_costs_one_listing_one_look_at_the_clock_and_the_role(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        pair.lab.sent[Role.PRIMARY].clear()
        await pair.bench.refresh([Role.PRIMARY])
        assert pair.lab.sent[Role.PRIMARY] == [LISTCERTS, "show clock", "ncs ha status"]


async def test_rows_are_told_of_before_the_listing_ends(tmp_path: Path) -> None:
    async with live("clean", tmp_path, refresh=False) as pair:
        pair.lab.nodes[Role.PRIMARY].delay_rows = 0.2
        await pair.bench.refresh([Role.PRIMARY])
        told = [c for c in pair.changes if isinstance(c, EntriesChanged)]
        assert len(told) > len(pair.verdicts(Role.PRIMARY))


async def test_a_missing_row_is_not_stored_only_after_a_complete_listing(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        await pair.delete(pair.entry(Role.PRIMARY, ISE))
        await pair.bench.refresh()
        assert pair.entry(Role.PRIMARY, ISE).verdict is Verdict.NOT_STORED


async def test_the_other_node_goes_on_when_one_is_broken(tmp_path: Path) -> None:
    async with live("clean", tmp_path, refresh=False) as pair:
        await pair.lab.nodes[Role.SECONDARY].stop()
        await pair.bench.refresh()
        failed = pair.bench.comparison.nodes[Role.SECONDARY]
        assert failed.phase is Phase.FAILED
        assert failed.error is not None
        assert "refused" in failed.error
        assert pair.bench.comparison.nodes[Role.PRIMARY].complete
        assert pair.bench.comparison.exit_code() == 3


async def test_the_nodes_are_left_with_exit(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        await pair.bench.close()
        assert [pair.lab.sent[role][-1] for role in Role] == ["exit", "exit"]


async def test_the_log_holds_what_each_command_printed(tmp_path: Path) -> None:
    async with live("clean", tmp_path) as pair:
        log = [line for line in pair.bench.command_log if line.role is Role.PRIMARY]
        sent = next(
            n for n, line in enumerate(log) if line.kind == "sent" and line.text.endswith("listcerts")
        )
        printed = log[sent + 1]
        assert printed.kind == "printed"
        assert "host=192.0.2.11_8082;" in printed.text
        assert pair.lab.password not in "".join(line.text for line in pair.bench.command_log)


async def test_a_timer_does_not_ask_again_for_what_was_declined(tmp_path: Path) -> None:
    async with live("clean", tmp_path, refresh=False) as pair:
        pair.lab.access.known_hosts.write_text("")
        await pair.bench.refresh()
        first = pair.bench.comparison.nodes[Role.PRIMARY].error
        assert first is not None
        assert "host key" in first
        tried = len(pair.bench.command_log)
        await pair.bench.refresh(by_itself=True)
        assert len(pair.bench.command_log) == tried
