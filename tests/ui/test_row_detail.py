"""One row: under the cursor and full size, in one order, nothing twice, and what is cut is counted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.fake_bench import NOW, Fakes, entry, renamed
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.judge import EQUAL_NAMES
from tofutui.tofu.judgement.verdict import Evidence, Judgement, Kind, Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen
from tofutui.ui.evidence.screen import EvidenceScreen
from tofutui.ui.tables.detail_screen import DetailScreen
from tofutui.ui.text.reasons import in_short
from tofutui.ui.text.row_facts import ShownFacts
from tofutui.ui.text.spans import plain
from tofutui.ui.text.vocabulary import clock_time

Start = Callable[..., Any]
LOG = "the node's log says TOFU failed at 2026-11-23 14:00:11 for the presented name CN=prime-pri, 4 times"


def proven(role: Role = Role.SECONDARY) -> Entry:
    """Equal names, and a log line that decides."""
    row = entry(role, "192.0.2.10_8082", Verdict.MISMATCH, presented="prime-pri")
    evidence = (
        Evidence(Kind.LOG, NOW, LOG),
        Evidence(Kind.NAMES, NOW, EQUAL_NAMES),
        Evidence(Kind.HISTORY, NOW, "another certificate was presented before"),
    )
    return replace(row, judgement=Judgement(Verdict.MISMATCH, (LOG, EQUAL_NAMES), evidence))


def facts(row: Entry, width: int = 100) -> ShownFacts:
    view = NodeView(role=row.role, host="192.0.2.11", shown_address="192.0.2.11", hostname="prime-sec")
    return ShownFacts(entry=row, view=view, now=NOW, width=width)


@pytest.mark.parametrize("row", [renamed(Role.PRIMARY)[1], proven()], ids=["names", "log"])
@pytest.mark.parametrize("short", [False, True], ids=["full", "compact"])
def test_the_facts_are_in_one_order_and_nothing_is_said_twice(row: Entry, short: bool) -> None:
    lines = facts(row).compact(40, hint=False) if short else facts(row).full()
    text = plain(lines)
    order = ["MISMATCH", "\nCN ", "SHA-256", "valid", "issuer", "connection", "as printed", "deletecert"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert EQUAL_NAMES not in text
    assert "differs: stored" not in text
    assert " ".join(text.split()).count(LOG) <= 1
    assert "equal part" in text


def test_what_decided_has_its_time_and_other_evidence_follows_with_its_own() -> None:
    text = " ".join(plain(facts(proven()).full()).split())
    assert f"MISMATCH {LOG} (2026-11-23 14:02:38" in text
    assert "evidence history, 2026-11-23 14:02:38" in text


@pytest.mark.parametrize("status", [status for status in Status if not status.was_asked])
def test_a_row_that_was_not_asked_has_no_time_of_an_answer(status: Status) -> None:
    asked = renamed(Role.PRIMARY)[1]
    row = replace(asked, presented=Presented(status=status, at=NOW))
    assert f"presented {clock_time(NOW)}" in plain(facts(asked).full())
    assert f"presented {clock_time(NOW)}" not in plain(facts(row).full())


def test_under_an_equal_name_the_log_refuses_the_certificate() -> None:
    """A name that is equal beside MISMATCH needs a reason that is not the name."""
    renamed_row = entry(Role.SECONDARY, "192.0.2.10_8082", Verdict.MISMATCH, presented="pri-2")
    logged = Judgement(Verdict.MISMATCH, (LOG,), (Evidence(Kind.LOG, NOW, LOG),))
    clock = NOW.astimezone().strftime("%H:%M:%S")
    assert in_short(proven()) == f"the node refused the certificate, {clock}"
    assert in_short(replace(renamed_row, judgement=logged)) == f"the node refused this host, {clock}"


@pytest.mark.parametrize("width", [58, 78, 98, 118])
def test_whose_the_fingerprint_is_is_shown_beside_it_at_every_width(width: int) -> None:
    for lines in (facts(proven(), width).full(), facts(proven(), width).compact(40, hint=False)):
        (line,) = (text for text in plain(lines).splitlines() if text.startswith("SHA-256"))
        assert line.startswith("SHA-256    presented ")
        assert all(len(text) <= width for text in plain(lines).splitlines())
        (name,) = (text for text in plain(lines).splitlines() if text.startswith("CN"))
        assert name.split()[1:4] == ["prime-pri", "=", "prime-pri"]


def test_what_was_cut_is_shown_whole_where_lines_are_left_and_short_facts_share_one() -> None:
    row = facts(proven(), 118)
    roomy, tight = plain(row.compact(40, hint=False)), plain(row.compact(12, hint=False))
    assert "more:" not in roomy
    assert " ".join(roomy.split()).count(LOG) == 1
    issuer = next(text for text in roomy.splitlines() if text.startswith("issuer"))
    assert "SAN        DNS:prime-pri" in issuer
    assert "the node refused the certificate" in tight
    hidden = next(text for text in tight.splitlines() if text.startswith("+"))
    assert int(hidden[1:].split()[0]) >= 3


@pytest.mark.parametrize("height", [5, 7, 9, 12])
def test_what_has_no_room_is_counted_with_the_key_that_shows_it(height: int) -> None:
    facts_of_row = replace(facts(proven()), detail_key="F5")
    text = plain(facts_of_row.compact(height, hint=False))
    counted = [line for line in text.splitlines() if line.startswith("+")]
    assert len(counted) == 1
    assert counted[0].endswith(" more: F5")
    assert int(counted[0].removeprefix("+").split()[0]) > 0
    assert "more:" not in plain(replace(facts(renamed(Role.PRIMARY)[0])).compact(40, hint=False))


async def test_the_full_size_view_goes_from_row_to_row_and_acts_on_the_one_it_shows(desk: Start) -> None:
    async with desk() as d:
        await d.press("enter", "n")
        assert isinstance(d.app.screen, DetailScreen)
        assert "Row 2 of 3" in d.text
        assert "ise01" in d.text
        assert d.current == "198.51.100.20_443"
        await d.press("Y")
        assert "deletecert host 198.51.100.20_443" in d.copied[-1]
        await d.press("e")
        assert isinstance(d.app.screen, EvidenceScreen)
        assert "198.51.100.20:443" in d.text
        await d.press("escape", "N", "N")
        assert "there is no further row" in d.message
        await d.press("n", "D")
        assert isinstance(d.app.screen, DeleteScreen)
        assert [x.key for x in d.app.screen.plan.deletions] == ["198.51.100.20_443"]
        await d.press("escape")
        assert isinstance(d.app.screen, DetailScreen)
        assert "kept" in d.message
        await d.press("escape")
        assert d.app.screen is d.main


async def test_the_full_size_view_follows_a_refresh_and_deletes_nothing_that_has_gone(desk: Start) -> None:
    async with desk() as d:
        await d.press("enter")
        row = d.pane.rows.current
        changed = replace(row, judgement=Judgement(Verdict.PROVEN, ("known",), ()))
        others = [other for other in renamed(Role.PRIMARY) if other.id != row.id]
        d.fakes.bench.put(Role.PRIMARY, [changed, *others])
        await d.until(lambda: "PROVEN  known" in d.text)
        assert "192.0.2.11:8082" in d.text
        d.fakes.bench.put(Role.PRIMARY, others)
        await d.until(lambda: "no longer in the table: as last seen" in d.text)
        assert "192.0.2.11:8082" in d.text
        await d.press("D")
        assert "this row is no longer in the table" in d.message
        assert not d.fakes.runner.ran


async def test_rows_are_marked_all_and_none_filtered_and_drawn_higher(desk: Start) -> None:
    def table(role: Role) -> list[Entry]:
        more = [
            entry(role, f"203.0.113.{n}_443", Verdict.SAME_NAME, who=Who.OTHER, presented="x")
            for n in range(9)
        ]
        return [*renamed(role), *more]

    async with desk(fakes=Fakes(table)) as d:
        assert d.pane.body.height == 1
        for height in (1, 2, 3):
            await d.press("H")
            assert [pane.body.height for pane in d.main.panes.values()] == [height, height]
        await d.press("H")
        assert d.pane.body.height == 1
        await d.press("slash", *"203.0", "enter", "a")
        assert len(d.pane.rows.marks) == 9
        assert "/203.0 9 of 12" in d.text
        await d.press("A")
        assert not d.pane.rows.marks
        await d.press("escape", "slash", "exclamation_mark", *"203.0", "enter")
        assert d.pane.rows.remote == 2
        await d.press("a")
        assert "rows about the node itself are not marked" in d.message
        await d.press("escape", "escape", "p", "A")
        assert not d.app.screen.chosen
        await d.press("a")
        assert len(d.app.screen.chosen) == 3
