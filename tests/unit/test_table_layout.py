"""How the main screen shares its room, and where in a pane each row is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import is_
from typing import Any

import pytest

from tests.support.fake_bench import NOW, entry, session
from tofutui.tofu.certificates.presented import PENDING
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.tables.rows.arrangement import Arrangement, SharedRoom, arranged
from tofutui.ui.tables.rows.body import PaneBody
from tofutui.ui.tables.rows.columns import DrawnRow, RowLayout, RowLines, header
from tofutui.ui.tables.rows.row_list import RowOrder, Rows
from tofutui.ui.text.spans import clip, cut, line, plain, width
from tofutui.ui.text.vocabulary import UNICODE, Glyphs

ROLE = Role.PRIMARY


def view(*entries: Entry) -> NodeView:
    node = session().nodes[ROLE]
    rows = {item.id: item for item in entries}
    return NodeView(role=ROLE, host=node.host, shown_address=node.shown_address, entries=rows)


def rows(*entries: Entry, order: RowOrder = RowOrder.VERDICT) -> Rows:
    shown = Rows(order=order)
    shown.take(view(*entries))
    return shown


def ise(address: str, **changes: Any) -> Entry:
    options = {"who": Who.ISE, "stored": "ISE-server", "presented": "ise01.example.net", **changes}
    return entry(ROLE, f"{address}_443", options.pop("verdict", Verdict.MISMATCH), **options)


def own(address: str = "192.0.2.10") -> Entry:
    return entry(ROLE, f"{address}_8082", Verdict.MISMATCH, who=Who.SELF, presented="pri-2")


def lines_of(count: int) -> Callable[[int, int], int]:
    """Panes with so many rows, below a frame, a status and the heads."""
    return lambda height, _cells: 4 + count * height


@pytest.mark.parametrize(
    ("size", "count", "wanted", "height", "tables"),
    [
        ((120, 34), 3, None, 3, 13),
        ((120, 34), 7, None, 2, 18),
        ((120, 34), 15, None, 1, 19),
        ((120, 34), 300, None, 1, 23),
        ((80, 22), 3, None, 3, 13),
        ((80, 22), 300, None, 2, 15),
        ((80, 22), 300, 1, 1, 15),
        ((60, 18), 1, None, 3, 7),
        ((120, 34), 3, 1, 1, 7),
        ((120, 34), 0, None, 3, 5),
        ((120, 34), 300, 3, 3, 23),
        ((60, 8), 3, None, 1, 5),
    ],
)  # fmt: skip
def test_rows_are_as_high_as_all_of_them_fit(
    size: tuple[int, int], count: int, wanted: int | None, height: int, tables: int
) -> None:
    columns, lines = size
    room = SharedRoom(
        width=columns, height=lines, panes=1 if columns < 76 else 2, wanted=wanted, settled=True,
        needs=lines_of(count),
    )  # fmt: skip
    assert arranged(room) == Arrangement(beside=False, row_height=height, tables=max(5, tables))


@pytest.mark.parametrize(
    ("columns", "lines", "count", "beside"),
    [(200, 48, 7, True), (180, 43, 7, False), (196, 48, 7, False), (200, 48, 300, True), (170, 48, 3, False)],
)
def test_the_detail_is_beside_only_where_the_tables_lose_nothing(
    columns: int, lines: int, count: int, beside: bool
) -> None:
    room = SharedRoom(width=columns, height=lines, panes=2, wanted=None, settled=True, needs=lines_of(count))
    assert arranged(room).beside is beside


def test_until_the_tables_are_listed_they_keep_their_room() -> None:
    room = SharedRoom(width=120, height=34, panes=2, wanted=None, settled=False, needs=lines_of(2))
    assert arranged(room) == Arrangement(beside=False, row_height=1, tables=23)


def test_own_rows_are_below_the_others_in_every_order_and_never_stale() -> None:
    for order in RowOrder:
        shown = rows(own(), ise("198.51.100.20"), own("127.0.0.1"), ise("198.51.100.3"), order=order)
        assert [item.who.is_remote for item in shown.shown] == [True, True, False, False]
        assert (shown.remote, shown.stale) == (2, 2)
        assert {shown.next_stale(1), shown.next_stale(-1)} <= {0, 1}
    assert rows(own()).next_stale(1) is None


def test_equal_verdicts_are_sorted_by_address_as_a_number() -> None:
    shown = rows(
        ise("198.51.100.20"),
        ise("198.51.100.3"),
        ise("192.0.2.200"),
        ise("10.0.0.1", verdict=Verdict.SUSPECT),
    )
    assert [str(item.endpoint.host) for item in shown.shown if item.endpoint] == [
        "192.0.2.200", "198.51.100.3", "198.51.100.20", "10.0.0.1",
    ]  # fmt: skip


def test_all_rows_shown_are_marked_but_not_the_nodes_own_and_none_again() -> None:
    shown = rows(ise("198.51.100.20"), ise("198.51.100.3"), own())
    assert shown.mark_all() == 2
    assert {item.who for item in shown.marked()} == {Who.ISE}
    shown.mark_none()
    assert not shown.marks


@pytest.mark.parametrize(
    ("wanted", "matched"),
    [
        ("ise", True), ("!ise", False), ("!dnac", True), ("!", True), ("", True), ("MISMATCH", True),
        ("! ise", False),
    ],
)  # fmt: skip
def test_a_filter_may_be_inverted(wanted: str, matched: bool) -> None:
    shown = Rows(filter=wanted)
    shown.take(view(ise("198.51.100.20")))
    assert bool(shown.shown) is matched


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ise("198.51.100.20"), ise("198.51.100.20", verdict=Verdict.PROVEN)),
        (ise("198.51.100.20"), ise("198.51.100.20", stored="other", presented="mismatch-gone")),
        (ise("198.51.100.20", presented="mismatch"), ise("198.51.100.20", presented="x")),
    ],
)
def test_the_filter_looks_at_a_row_as_it_is_now(before: Entry, after: Entry) -> None:
    for wanted in (Verdict.MISMATCH.value, "ISE01", "ise-server", "mismatch-gone", "proven"):
        shown = Rows(filter=wanted)
        for row in (before, after, before):
            shown.take(view(row))
            fresh = Rows(filter=wanted)
            fresh.take(view(row))
            assert shown.shown == fresh.shown, wanted


def test_the_filter_looks_at_what_is_shown_of_a_row_now() -> None:
    row = ise("198.51.100.20")
    shown = Rows(filter="ise01")
    shown.take(view(row))
    assert shown.shown == [row]
    shown.hide = lambda entry: replace(entry, names=None, presented=PENDING)
    shown.take(view(row))
    assert shown.shown == []


@pytest.mark.parametrize("steps", [0, 1, 2, 99])
def test_what_was_read_ahead_is_not_read_for_the_first_letter(steps: int) -> None:
    asked: list[str] = []

    def noted(entry: Entry) -> Entry:
        asked.append(entry.id)
        return entry

    items = [ise(f"198.51.100.{number}") for number in range(20, 30)]
    shown, node = Rows(hide=noted), view(*items)
    shown.take(node)
    for _ in islice(shown.read_ahead(4), steps):
        assert len(asked) in (4, 8, 10)
    shown.filter = "100.27"
    shown.take(node)
    assert [row.key for row in shown.shown] == ["198.51.100.27_443"]
    assert sorted(asked) == sorted(item.id for item in items)
    assert list(shown.read_ahead(4)) == []


def test_rows_that_change_while_they_are_read_ahead_are_read_as_they_are_now() -> None:
    before, after = ise("198.51.100.20", presented="old"), ise("198.51.100.20", presented="new")
    shown = Rows()
    shown.take(view(before))
    reading = shown.read_ahead(4)
    next(reading)
    shown.take(view(after, ise("198.51.100.21")))
    assert len(list(reading)) == 1
    shown.filter = "new"
    shown.take(view(after))
    assert shown.shown == [after]
    shown.hide, shown.filter = (lambda entry: replace(entry, names=None, presented=PENDING)), "new"
    assert len(list(shown.read_ahead(4))) == 1
    shown.take(view(after))
    assert shown.shown == []


@pytest.mark.parametrize("wanted", ["", "198", "100.2", "!100.2", "nothing"])
def test_what_is_shown_is_counted_whatever_is_filtered(wanted: str) -> None:
    items = [
        ise(f"198.51.100.{number}", verdict=list(Verdict)[number % len(Verdict)]) for number in range(20, 40)
    ]
    items += [entry(ROLE, f"192.0.2.{number}_443", Verdict.MISMATCH, who=Who.SELF) for number in range(3)]
    shown = Rows(filter=wanted)
    shown.take(view(*items))
    assert shown.remote == sum(row.who.is_remote for row in shown.shown)
    assert shown.stale == sum(row.is_stale_remote for row in shown.shown)


def test_a_row_is_made_searchable_once_however_many_letters_are_typed() -> None:
    asked: list[str] = []

    def noted(entry: Entry) -> Entry:
        asked.append(entry.id)
        return entry

    items = [ise(f"198.51.100.{number}") for number in range(20, 30)]
    shown, node = Rows(hide=noted), view(*items)
    for wanted in ("1", "19", "", "!", "!2", "198.51.100.2"):
        shown.filter = wanted
        shown.take(node)
    assert sorted(asked) == sorted(item.id for item in items)
    node.entries[items[0].id] = ise("198.51.100.20", verdict=Verdict.PROVEN)
    shown.take(node)
    assert asked[len(items) :] == [items[0].id]
    shown.hidden_as += 1
    shown.take(node)
    assert len(asked) == 2 * len(items) + 1


def test_a_row_is_composed_again_only_where_it_would_be_drawn_differently() -> None:
    lines, row = RowLines(), DrawnRow(entry=ise("198.51.100.20"))
    layout = RowLayout(width=110, height=1, glyphs=UNICODE, now=NOW)
    first = lines.line(layout, row, 0)
    assert lines.line(replace(layout, now=layout.now + timedelta(seconds=9)), row, 0) is first
    for cell, room in (
        (replace(row, entry=ise("198.51.100.20", verdict=Verdict.PROVEN)), layout),
        (replace(row, marked=True), layout),
        (replace(row, old=True), layout),
        (row, replace(layout, width=100)),
        (row, replace(layout, now=layout.now + timedelta(days=1))),
    ):
        assert lines.line(room, cell, 0) == room.line(cell, 0) != first


@pytest.mark.parametrize("order", list(RowOrder))
def test_rows_that_did_not_change_are_taken_as_they_were_and_any_change_is_seen(order: RowOrder) -> None:
    first, second = ise("198.51.100.20"), ise("198.51.100.21", verdict=Verdict.PROVEN)
    shown, node = Rows(order=order), view(first, second)
    assert shown.take(node)
    before = list(shown.shown)
    assert shown.take(node)
    assert shown.shown == before
    node.entries[first.id] = ise("198.51.100.20", verdict=Verdict.NO_ANSWER)
    assert shown.take(node)
    assert shown.verdicts == {Verdict.NO_ANSWER: 1, Verdict.PROVEN: 1}
    assert node.entries[first.id] in shown.shown
    shown.filter = "198.51.100.21"
    assert shown.take(node)
    assert shown.shown == [second]
    shown.filter = ""
    assert shown.take(node)
    assert len(shown.shown) == 2
    del node.entries[second.id]
    shown.touched, shown.cursor = True, shown.find(second.id) or 0
    assert not shown.take(node)
    assert shown.shown == list(node.entries.values())


@pytest.mark.parametrize("order", list(RowOrder))
@pytest.mark.parametrize("wanted", ["", "ise01"])
def test_rows_judged_again_are_shown_as_in_a_table_that_is_new(order: RowOrder, wanted: str) -> None:
    names = [f"198.51.100.{number}" for number in (24, 21, 23, 22)]
    node = view(*map(ise, names), own())
    kept = Rows(order=order, filter=wanted)
    kept.take(node)
    for changed in (
        ise(names[1], presented="other.example.net"),
        ise(names[2], verdict=Verdict.PROVEN),
        ise(names[2], verdict=Verdict.NO_ANSWER, presented=None),
        ise(names[0], who=Who.SELF),
        ise(names[0], who=Who.LOOPBACK, verdict=Verdict.SUSPECT),
        own(),
    ):
        node.entries[changed.id] = changed
        kept.take(node)
        new = Rows(order=order, filter=wanted)
        new.take(node)
        assert all(map(is_, kept.shown, new.shown))
        assert (kept.verdicts, kept.own_verdicts) == (new.verdicts, new.own_verdicts)
        assert (len(kept.shown), kept.remote, kept.stale) == (len(new.shown), new.remote, new.stale)


def test_rows_are_counted_as_they_are_whatever_the_filter_hides() -> None:
    shown = Rows(filter="nowhere")
    shown.take(view(ise("198.51.100.20"), ise("198.51.100.21"), own()))
    assert (shown.verdicts, shown.own_verdicts) == ({Verdict.MISMATCH: 2}, {Verdict.MISMATCH: 1})
    assert shown.shown == []
    shown.take(view(ise("198.51.100.20", verdict=Verdict.PROVEN)))
    assert (shown.verdicts, shown.own_verdicts, shown.total) == ({Verdict.PROVEN: 1}, {}, 1)


@pytest.mark.parametrize("height", [1, 2, 3])
@pytest.mark.parametrize("cells", [38, 58])
def test_every_line_belongs_to_its_row_and_the_rule_to_none(height: int, cells: int) -> None:
    body = PaneBody(rows(ise("198.51.100.20"), ise("198.51.100.3"), own()), height, cells)
    owners = [body.at(number) for number in range(body.lines() + 2)]
    expected = [(index, part) for index in (0, 1) for part in range(height)]
    assert owners[: 2 * height] == expected
    assert owners[2 * height : 2 * height + len(body.rule)] == [None] * len(body.rule)
    assert owners[body.start(2) : body.start(2) + height] == [(2, part) for part in range(height)]
    assert owners[-2:] == [None, None]


def test_the_row_under_the_cursor_is_whole_in_view_after_every_move() -> None:
    shown = rows(*(ise(f"198.51.100.{number}") for number in range(1, 40)), own(), own("127.0.0.1"))
    body = PaneBody(shown, 3, 58)
    for index in (0, 5, 20, 39, 40, 38, 39, 0):
        shown.move_to(index)
        body.scroll(11)
        first = body.start(shown.cursor)
        assert body.top <= first
        assert first + 3 <= body.top + 11


LAYOUTS = [(cells, height) for cells in (38, 48, 58, 62, 78, 98, 160) for height in (1, 2, 3)]


@pytest.mark.parametrize(("cells", "height"), LAYOUTS)
@pytest.mark.parametrize("glyphs", [UNICODE, Glyphs(ascii=True)], ids=["unicode", "ascii"])
def test_no_line_is_wider_than_its_pane(cells: int, height: int, glyphs: Glyphs) -> None:
    long = "a-rather-long-name-of-a-host-in-a-far-away-site.example.net"
    entries = [
        ise("198.51.100.20"), own(), ise("203.0.113.255", stored=long, presented=f"b{long}"),
        ise("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"), ise("198.51.100.9", presented=None),
        ise("198.51.100.20", stored="\u30d7\u30e9\u30a4\u30e0" * 9, presented="\u30d7\u30e9\u30a4\u30e0" * 8),
    ]  # fmt: skip
    for order in RowOrder:
        layout = RowLayout(width=cells, height=height, glyphs=glyphs, now=NOW, order=order)
        assert width(header(layout)) <= cells
        for item in entries:
            for cursor in (True, False):
                cell = DrawnRow(entry=item, cursor=cursor, marked=True, sign="+")
                assert all(width(layout.line(cell, number)) <= cells for number in range(height))


@pytest.mark.parametrize("order", RowOrder)
@pytest.mark.parametrize(("cells", "height"), LAYOUTS)
def test_the_order_is_named_in_the_heads(order: RowOrder, cells: int, height: int) -> None:
    layout = RowLayout(width=cells, height=height, glyphs=UNICODE, now=NOW, order=order)
    text = plain([header(layout)])
    assert text.count(UNICODE.sorted) == 1
    named = {
        RowOrder.VERDICT: "erdict",
        RowOrder.HOST: "ost:port",
        RowOrder.EXPIRY: "xpir",
        RowOrder.LISTED: "as listed",
    }
    assert UNICODE.ellipsis not in text
    assert named[order] in text.partition(UNICODE.sorted)[0][-12:]


def test_a_row_says_how_new_its_certificate_is_or_how_long_it_lasts() -> None:
    layout = RowLayout(width=58, height=3, glyphs=UNICODE, now=NOW)
    by_expiry = RowLayout(width=58, height=3, glyphs=UNICODE, now=NOW, order=RowOrder.EXPIRY)
    cell = DrawnRow(entry=ise("198.51.100.20", stored="same", presented="same", verdict=Verdict.SAME_NAME))
    line, other = plain([layout.line(cell, 1)]), plain([by_expiry.line(cell, 1)])
    assert "presented = same  " in line
    assert "issued 22 d ago" in line
    assert "expires in 343 d" in other


FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "issued", "expires"),
    [
        (FIRST, LAST, f"{(NOW - FIRST).days} d ago", f"in {(LAST - NOW).days} d"),
        (LAST, FIRST, f"in {(LAST - NOW).days + 1} d", f"{(NOW - FIRST).days + 1} d ago"),
        (NOW - timedelta(1234), NOW + timedelta(9999), "1234 d ago", "in 9999 d"),
        (NOW, NOW, "issued today", "expires today"),
    ],
)
@pytest.mark.parametrize(
    ("cells", "height"), [(78, 1), (98, 1), (200, 1), (40, 2), (60, 2), (40, 3), (58, 3)]
)
def test_no_figure_of_a_row_is_cut(
    cells: int, height: int, start: datetime, end: datetime, issued: str, expires: str
) -> None:
    item = ise("198.51.100.20", stored="a", presented="b")
    assert item.presented.certificate is not None
    dated = replace(item.presented.certificate, not_before=start, not_after=end)
    item = replace(item, presented=replace(item.presented, certificate=dated))
    for order, words in ((RowOrder.HOST, issued), (RowOrder.EXPIRY, expires)):
        layout = RowLayout(width=cells, height=height, glyphs=UNICODE, now=NOW, order=order, names=16)
        shown = plain([layout.line(DrawnRow(entry=item), number) for number in range(height)])
        assert words in shown, shown


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("expires in 2912111 d", 16, "expires in…"),
        ("1 of 1,234 rows", 7, "1 of…"),
        ("asked at 14:02:38 local", 14, "asked at…"),
        ("ise01.example.net:8443", 20, "ise01.example.net:…"),
        ("at 198.51.100.20", 13, "at…"),
        ("2001:db8:1234::1", 12, "2001:db8:…"),
        ("ise0123456.example.net", 7, "ise012…"),
        ("2912111", 4, "291…"),
        ("in 343 days", 8, "in 343…"),
        ("x \u30d7\u30e9", 4, "x…"),
    ],
)
def test_a_text_is_never_cut_so_that_another_number_is_read(text: str, cells: int, shown: str) -> None:
    assert clip(text, cells) == shown
    assert plain([cut(line(text), cells)]).replace(" ", "") == shown.replace(" ", "")
