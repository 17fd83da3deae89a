"""The pure parts: text cut to cells, columns, rows, key names."""

import random

import pytest
from rich.cells import cell_len

from tests.support.fake_bench import NOW, entry, renamed
from tofutui.tofu.base.text import in_groups
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import show_key
from tofutui.ui.tables.rows.body import PaneBody
from tofutui.ui.tables.rows.columns import HEIGHTS, DrawnRow, RowLayout
from tofutui.ui.tables.rows.row_list import RowOrder, Rows
from tofutui.ui.text.row_facts import ShownFacts
from tofutui.ui.text.spans import clip, fit, fit_middle, joined, plain, width, wrap
from tofutui.ui.text.vocabulary import UNICODE, Glyphs

TEXTS = ["", "a", "prime-pri", "x" * 300, "証明書" * 40, "a b c " * 60, "\x1b[2Jx", "e\u0301" * 30, "\u202e"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_cut_to_cells_and_not_to_characters(text: str) -> None:
    for cells_wanted in (1, 2, 3, 8, 17, 80):
        assert cell_len(clip(text, cells_wanted)) <= cells_wanted
        assert cell_len(fit(text, cells_wanted)) == cells_wanted
        assert cell_len(fit_middle(text, cells_wanted)) == cells_wanted
        assert all(cell_len(part) <= max(cells_wanted, 8) for part in wrap(text, cells_wanted))


def test_what_was_cut_off_is_marked_and_a_port_stays() -> None:
    assert clip("prime-pri.example.net", 10) == "prime-pri…"
    assert fit_middle("a-very-long-host-name.example.net:8082", 20).strip().endswith(":8082")


def test_short_facts_are_joined_into_as_few_lines_as_they_fit() -> None:
    assert joined(["a", "bb", "ccc"], " · ", 40) == ["a · bb · ccc"]
    assert joined(["aaaa", "bbbb", "cc"], " · ", 9) == ["aaaa", "bbbb · cc"]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_row_is_wider_than_its_pane(verdict: Verdict) -> None:
    for who in Who:
        row = entry(
            Role.PRIMARY, "198.51.100.20_443", verdict, who=who, stored="証明書" * 9, presented="x" * 90
        )
        for cells_wanted in range(28, 200, 3):
            for height in HEIGHTS:
                layout = RowLayout(width=cells_wanted, height=height, glyphs=UNICODE, now=NOW)
                cell = DrawnRow(entry=row, cursor=True, marked=True)
                assert all(width(layout.line(cell, number)) <= cells_wanted for number in range(height))


def test_at_38_cells_glyph_host_port_word_and_who_are_whole() -> None:
    layout = RowLayout(width=38, height=2, glyphs=UNICODE, now=NOW)
    for who, words in ((Who.OTHER, []), (Who.ISE, ["ISE"])):
        row = entry(Role.PRIMARY, "198.51.100.20_443", Verdict.NO_ANSWER, who=who)
        text = plain([layout.line(DrawnRow(entry=row), 0)])
        assert text.split() == ["?", "198.51.100.20:443", "NO", "ANSWER", *words]


@pytest.mark.parametrize("cells_wanted", [58, 78, 118])
def test_the_detail_area_is_exactly_as_high_as_it_is_and_ends_with_the_command(cells_wanted: int) -> None:
    view = NodeView(role=Role.PRIMARY, host="192.0.2.10", shown_address="192.0.2.10", hostname="prime-pri")
    for row in renamed(Role.SECONDARY):
        facts = ShownFacts(entry=row, view=view, now=NOW, width=cells_wanted)
        for height in range(1, 40):
            lines = facts.compact(height, hint=True)
            assert len(lines) == height
            assert all(width(part) <= cells_wanted for part in lines)
            assert plain(lines).rstrip().endswith(row.key or "")


def test_fingerprints_are_shown_in_groups_of_four() -> None:
    assert in_groups("3f9a61c077d2") == "3F9A 61C0 77D2"


def test_keys_are_written_as_people_write_them() -> None:
    shown = [show_key(key) for key in ("ctrl+d", "question_mark", "f10", "D", "slash", "shift+tab")]
    assert shown == ["Ctrl+D", "?", "F10", "D", "/", "Shift+Tab"]


def test_ascii_glyphs_are_ascii() -> None:
    glyphs = Glyphs(ascii=True)
    signs = [glyphs.verdict(v) for v in Verdict] + [glyphs.cursor, glyphs.mark, glyphs.arrow, glyphs.differs]
    assert "".join(signs).isascii()
    assert len({glyphs.verdict(v) for v in Verdict}) == len(Verdict)


def test_the_cursor_belongs_to_its_row_whatever_happens_to_the_others() -> None:
    chance = random.Random(7)
    view = NodeView(role=Role.PRIMARY, host="a", shown_address="a")
    everything = [
        entry(Role.PRIMARY, f"203.0.113.{n}_443", chance.choice(list(Verdict)), who=Who.OTHER, presented="x")
        for n in range(60)
    ]
    rows = Rows()
    view.entries = {e.id: e for e in everything}
    rows.take(view)
    body = PaneBody(rows)
    rows.move_to(23)
    for _ in range(300):
        mine = rows.current
        assert mine is not None
        rows.toggle_mark()
        kept = [e for e in everything if e.id == mine.id or chance.random() < 0.6]
        chance.shuffle(kept)
        view.entries = {e.id: e for e in kept}
        rows.order = chance.choice(list(RowOrder))
        assert rows.take(view)
        body.scroll(10)
        assert rows.current is not None
        assert rows.current.id == mine.id
        assert body.top <= body.start(rows.cursor) < body.top + 10
        assert rows.marks <= view.entries.keys()
        rows.move_to(chance.randrange(len(kept)))
