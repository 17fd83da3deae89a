"""Since when a row of a table is the row it is: every listing counts, complete or not."""

from datetime import datetime, timedelta

import pytest

from tests.support.rows import LISTED
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.workbench.node_state import new_view
from tofutui.workbench.table import Table

SESSION = Session(name="a", nodes={Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="192.0.2.10")})
A, B = "192.0.2.1_443", "192.0.2.2_443"
ALSO, ELSE = "CN = a", "CN = b"


def table(remembered: dict[str, str] | None = None) -> Table:
    return Table(SESSION, Role.PRIMARY, new_view(SESSION, Role.PRIMARY), remembered=lambda: remembered)


def at(minute: int) -> datetime:
    return LISTED + timedelta(minutes=minute)


def show(shown: Table, minute: int, rows: dict[str, str], *, complete: bool = True) -> None:
    text = "".join(f"host={key};  subject={subject}\n" for key, subject in rows.items())
    listing = read_listing(("" if complete else "% Error: interrupted\n\n") + text)
    assert listing.complete is complete
    for row in listing.rows:
        shown.take(row)
    shown.begin_incarnations(listing, at(minute))
    shown.close(listing, at(minute))


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(
    ("remembered", "begun"),
    [
        (None, {}),
        ({A: ALSO, B: ALSO}, {}),
        ({A: ELSE, B: ALSO}, {A}),
        ({B: ALSO}, {A}),
        ({}, {A, B}),
    ],
)
def test_the_first_listing_of_a_run_is_held_against_what_is_remembered(
    remembered: dict[str, str] | None, begun: set[str], complete: bool
) -> None:
    rows_seen = table(remembered)
    show(rows_seen, 1, {A: ALSO, B: ALSO}, complete=complete)
    assert rows_seen.incarnations == dict.fromkeys(begun, at(1))


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(
    ("first", "second", "begun"),
    [
        ({A: ALSO}, {A: ALSO}, {}),
        ({A: ALSO}, {A: ELSE}, {A}),
        ({A: ALSO}, {A: ALSO, B: ALSO}, {B}),
        ({A: ALSO, B: ALSO}, {B: ELSE}, {B}),
    ],
)
def test_a_later_listing_begins_what_it_shows_differently(
    first: dict[str, str], second: dict[str, str], begun: set[str], complete: bool
) -> None:
    rows_seen = table()
    show(rows_seen, 1, first)
    show(rows_seen, 2, second, complete=complete)
    assert rows_seen.incarnations == dict.fromkeys(begun, at(2))
    show(rows_seen, 3, second, complete=complete)
    assert rows_seen.incarnations == dict.fromkeys(begun, at(2))


def test_a_row_that_a_partial_listing_lacked_is_not_new_in_the_next() -> None:
    rows_seen = table()
    show(rows_seen, 1, {A: ALSO, B: ALSO})
    show(rows_seen, 2, {A: ALSO}, complete=False)
    show(rows_seen, 3, {A: ALSO, B: ALSO})
    assert rows_seen.incarnations == {}


def test_a_changed_text_counts_between_two_partial_listings_of_a_first_run() -> None:
    rows_seen = table()
    show(rows_seen, 1, {A: ALSO}, complete=False)
    show(rows_seen, 2, {A: ELSE, B: ALSO}, complete=False)
    assert rows_seen.incarnations == {A: at(2)}


@pytest.mark.parametrize("complete", [True, False])
def test_after_another_host_key_every_row_is_new(complete: bool) -> None:
    rows_seen = table()
    show(rows_seen, 1, {A: ALSO})
    rows_seen.redeployed(at(2))
    show(rows_seen, 3, {A: ALSO, B: ALSO}, complete=complete)
    assert rows_seen.incarnations == {A: at(3), B: at(3)}
    fresh = table({A: ALSO})
    fresh.redeployed(at(2))
    show(fresh, 3, {A: ALSO}, complete=complete)
    assert fresh.incarnations == {A: at(3)}
