"""What renewing a certificate will make stale, and what became of a forecast."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fake_bench import NOW, certificate, entry, renamed, session
from tofutui.history.database import FILE, Database
from tofutui.history.results import Forecasts
from tofutui.report.impact_form import render_impact
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.impact import (
    Forecast,
    NoSuchServer,
    NotCompared,
    became,
    impact_of,
    is_under_way,
)
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.workbench.forecasting import Forecasting
from tofutui.workbench.node_state import new_view


def comparison() -> Comparison:
    known = session()
    nodes = {role: new_view(known, role) for role in Role}
    for role, hostname in ((Role.PRIMARY, "prime-pri"), (Role.SECONDARY, "prime-sec")):
        nodes[role].hostname, nodes[role].complete = hostname, True
        nodes[role].entries.update({entry.id: entry for entry in renamed(role)})
    return Comparison(session=known, nodes=nodes, seen_from="here", taken_at=NOW)


@pytest.mark.parametrize(
    ("of", "rows", "own", "breaks"),
    [
        ("primary", ["192.0.2.10_8082"], ["192.0.2.10_8082"], "HA registration and Health Monitor"),
        ("secondary", ["192.0.2.11_8082"], ["192.0.2.11_8082", "127.0.0.1_8082"],
         "HA registration and Health Monitor"),
        ("ISE-server", ["198.51.100.20_443"], [], "ISE integration"),
        ("198.51.100.30", ["198.51.100.30_443"], [], "DNA Center integration"),
        ("198.51.100.31", ["198.51.100.31_443"], [], "connections to this host"),
    ],
)  # fmt: skip
def test_the_rows_of_other_nodes_about_a_server_will_be_stale(
    of: str, rows: list[str], own: list[str], breaks: str
) -> None:
    impact = impact_of(comparison(), of)
    assert [entry.key for entry in impact.rows] == rows
    assert [entry.key for entry in impact.own] == own
    assert impact.functions == (breaks,)
    for fmt in ("text", "markdown"):
        text = render_impact(comparison(), of, fmt, "0")
        assert breaks in text
        assert f"ncs certvalidation tofu-certs deletecert host {rows[0]}" in text
    document = json.loads(render_impact(comparison(), of, "json", "0"))
    assert [row["key"] for row in document["rows"]] == rows
    assert all(row["delete"] is None for row in document["own"])


def test_a_server_that_no_row_is_about_is_an_error_that_names_the_others() -> None:
    with pytest.raises(NoSuchServer, match="no row is about 'nowhere'") as error:
        impact_of(comparison(), "nowhere")
    assert "ISE-server" in str(error.value.hint)


def test_a_table_that_is_not_complete_is_said() -> None:
    made = comparison()
    made.nodes[Role.SECONDARY].complete = False
    for fmt in ("text", "markdown"):
        assert "rows may be missing here" in render_impact(made, "primary", fmt, "0")


def test_the_next_comparison_says_what_became_of_a_forecast() -> None:
    made = comparison()
    rows = tuple((e.role, e.key or "", e.sha256 or "") for e in made.entries())
    gone = (Role.PRIMARY, "192.0.2.99_443", "ab")
    forecast = Forecast("SECONDARY prime-sec", NOW, "ops", (*rows, gone))
    text = became(forecast, made)
    assert text.startswith("forecast of 2026-11-23 14:02 UTC (SECONDARY prime-sec renewed), 9 rows: ")
    assert text.endswith(": 1 deleted, 7 unchanged, 1 no certificate presented")
    for row in made.nodes[Role.PRIMARY].entries.values():
        made.nodes[Role.PRIMARY].entries[row.id] = replace(
            row, presented=replace(row.presented, certificate=certificate("new"))
        )
    assert "3 stale as forecast, 1 deleted, 4 unchanged" in became(forecast, made)


RENEWED = (Role.SECONDARY, "198.51.100.30_443", "ab")
SILENT = (Role.SECONDARY, "198.51.100.31_443", "ab")
STALE_BEFORE = (Role.SECONDARY, "198.51.100.30_443", certificate("new").sha256)
UNKNOWN_BEFORE = (Role.SECONDARY, "198.51.100.30_443", "")
GONE = (Role.SECONDARY, "192.0.2.99_443", "ab")


@pytest.mark.parametrize(
    ("row", "verdict", "end", "under_way"),
    [
        (STALE_BEFORE, Verdict.MISMATCH, "unchanged", False),
        (UNKNOWN_BEFORE, Verdict.SAME_NAME, "no certificate to compare with was presented before", False),
        (UNKNOWN_BEFORE, Verdict.SUSPECT, "stale as forecast", True),
        (RENEWED, Verdict.SAME_NAME, "another certificate, not judged stale", True),
        (RENEWED, Verdict.PROVEN, "renewed and proven", False),
        (RENEWED, Verdict.SUSPECT, "stale as forecast", True),
        (SILENT, Verdict.NO_ANSWER, "no certificate presented", False),
        (GONE, None, "deleted", False),
    ],
)
def test_what_became_of_a_row_is_no_more_than_what_was_seen(
    row: tuple[Role, str, str], verdict: Verdict | None, end: str, under_way: bool
) -> None:
    made = comparison()
    entries = made.nodes[row[0]].entries
    if verdict is not None:
        entries[row[1]] = entry(row[0], row[1], verdict, presented=None if row is SILENT else "new")
    forecast = Forecast("x", NOW, "ops", (row,))
    assert became(forecast, made).endswith(f"1 row: 1 {end}")
    assert is_under_way(forecast, made) is under_way


@pytest.mark.parametrize("sha256", ["", "ab"])
@pytest.mark.parametrize("status", [Status.NOT_PROBED, Status.UNMAPPED])
def test_of_an_endpoint_that_was_not_asked_nothing_is_said(sha256: str, status: Status) -> None:
    made = comparison()
    row = entry(Role.SECONDARY, RENEWED[1], Verdict.NO_ANSWER, status=status)
    made.nodes[Role.SECONDARY].entries[row.id] = row
    forecast = Forecast("x", NOW, "ops", ((row.role, row.id, sha256),))
    assert became(forecast, made).endswith("1 row: 1 not probed")


def test_a_virtual_ip_that_presents_the_certificate_is_named_beside_the_own_rows() -> None:
    made = comparison()
    shared = entry(Role.SECONDARY, "192.0.2.9_443", Verdict.SAME_NAME, who=Who.VIP, presented="pri-2")
    made.nodes[Role.SECONDARY].entries[shared.id] = shared
    assert shared in impact_of(made, "primary").own
    assert shared not in impact_of(made, "secondary").own


def test_a_listing_that_was_cut_off_deletes_no_row() -> None:
    made = comparison()
    made.nodes[Role.SECONDARY].complete = False
    text = became(Forecast("x", NOW, "ops", (GONE,)), made)
    assert text.endswith("1 row: 1 not seen, the listing is not complete")
    earlier = replace(made.nodes[Role.SECONDARY].entries[RENEWED[1]], unseen=True)
    made.nodes[Role.SECONDARY].entries[earlier.id] = earlier
    assert became(Forecast("x", NOW, "ops", (RENEWED,)), made).endswith("the listing is not complete")


async def test_a_forecast_of_a_change_that_is_under_way_is_not_replaced(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE)
    made, forecasting = comparison(), Forecasting(database, "ops")
    kept = Forecasts(database)
    kept.put("site-a", Forecast("ISE-server", NOW, "ann", (RENEWED,)))
    assert "not saved, a change is under way: forecast of" in await forecasting.keep_in_turn(made, "primary")
    assert await forecasting.keep(made, "primary") == ""
    newest = kept.newest("site-a")
    assert newest is not None
    assert newest.by == "ops"
    made.taken_at = None
    with pytest.raises(NotCompared):
        await forecasting.keep(made, "primary")
    database.close()
    assert "cannot be read" in (await forecasting.outcome(made)).text
