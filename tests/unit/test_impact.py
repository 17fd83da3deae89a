"""What renewing a certificate will make stale, and what became of a forecast."""

import json
from dataclasses import replace

import pytest

from tests.support.fake_bench import NOW, renamed, session
from tofutui.report.impact_form import render_impact
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.impact import Forecast, NoSuchServer, became, impact_of
from tofutui.tofu.site.session import Role
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
    assert "6 stale as forecast" in text
    assert "1 deleted" in text
    assert "2 unchanged" in text
    assert "another certificate" in became(
        replace(forecast, rows=((Role.SECONDARY, "198.51.100.30_443", "ab"),)), made
    )
