"""The two tables: panes, cursor, marks, filter, sizes, what the detail area says."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fake_bench import NOW, Fakes, entry, renamed, session
from tofutui.tofu.judgement.comparison import Entry, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.key_bar import KeyBar

HOSTILE = ("[/x] bad", "\x1b[2J", "CN=\u202egnp.exe", "a" * 5000, "O=証明書", "\x00\x9b31m", "\udcff")
SIZES = [(120, 36), (80, 24), (60, 20), (200, 60)]
Start = Callable[..., Any]


def many(role: Role, count: int, verdict: Verdict = Verdict.SAME_NAME) -> list[Entry]:
    return [
        entry(
            role, f"198.51.{n // 250}.{n % 250}_443", verdict, who=Who.OTHER, stored=f"h{n}",
            presented=f"h{n}", why=(),
        )
        for n in range(count)
    ]  # fmt: skip


def below_the_title(d: Any) -> str:
    return str(d.text.partition("\n")[2])


@pytest.mark.parametrize("size", SIZES)
async def test_both_panes_are_side_by_side_with_what_is_known_of_each_node(
    desk: Start, size: tuple[int, int]
) -> None:
    async with desk(size=size) as d:
        frame = d.text.splitlines()[1]
        both = size[0] >= 76
        assert not both or frame.index("PRIMARY") < frame.index("SECONDARY")
        for words in ("prime-pri", "192.0.2.10", "3.7.0", "HA not Configured"):
            assert words in d.text
        assert d.text.count("listed 14:02:38") == 1 + both
        if not both:
            assert "SECONDARY is hidden" in d.text
            await d.press("tab")
        assert "prime-sec" in d.text
        assert "192.0.2.11" in d.text
        assert "MISMATCH" in d.text
        assert "SAME NAME" in d.text or size[1] < 24


@pytest.mark.parametrize("size", SIZES)
async def test_the_delete_command_of_the_row_under_the_cursor_is_always_on_the_screen(
    desk: Start, size: tuple[int, int]
) -> None:
    async with desk(size=size) as d:
        for _ in range(3):
            key = d.current
            assert f"ncs certvalidation tofu-certs deletecert host {key}" in " ".join(d.detail.split())
            await d.press("j")


@pytest.mark.parametrize(("size"), [(59, 30), (120, 14), (50, 10)])
async def test_below_60x15_one_sentence_is_shown(desk: Start, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        assert "tofutui needs a terminal of at least 60x15" in " ".join(d.text.split())
        assert "MISMATCH" not in d.text


async def test_growing_again_brings_the_tables_back_with_the_same_row(desk: Start) -> None:
    async with desk() as d:
        await d.press("j")
        row = d.current
        await d.resize(50, 10)
        await d.resize(100, 30)
        assert d.current == row
        assert "MISMATCH" in d.text


async def test_stale_rows_of_remote_hosts_come_first_and_have_the_cursor(desk: Start) -> None:
    async with desk() as d:
        assert d.current == "192.0.2.11_8082"
        shown = d.pane_of(Role.SECONDARY).rows.shown
        ranks = [(not e.who.is_remote, e.verdict.look.rank) for e in shown]
        assert ranks == sorted(ranks)


async def test_only_the_armed_pane_has_a_cursor_and_keys_act_there(desk: Start) -> None:
    async with desk() as d:
        assert below_the_title(d).count("▸") == 1
        await d.press("tab")
        assert d.main.armed is Role.SECONDARY
        assert below_the_title(d).count("▸") == 1
        assert d.text.count("┃") == 2 * (d.pane.size.height - 2)
        assert {line[0] for line in d.text.splitlines()[2 : d.pane.size.height]} == {"│"}
        await d.press("j")
        assert d.current == d.pane_of(Role.SECONDARY).rows.shown[1].id
        assert d.pane_of(Role.PRIMARY).rows.cursor == 0
        for key, role in (
            ("1", Role.PRIMARY),
            ("l", Role.SECONDARY),
            ("h", Role.PRIMARY),
            ("2", Role.SECONDARY),
        ):
            await d.press(key)
            assert d.main.armed is role


async def test_moving_keys(desk: Start) -> None:
    async with desk(fakes=Fakes(lambda role: many(role, 300))) as d:
        page = d.pane.size.height - 4  # without frame, status and heads
        for key, line in (
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("G", 299), ("g", 0), ("end", 299), ("home", 0),
            ("pagedown", page - 1), ("pageup", 0), ("ctrl+d", page // 2), ("ctrl+u", 0), ("k", 0),
        ):  # fmt: skip
            await d.press(key)
            assert d.pane.rows.cursor == line, key
        await d.press("G")
        assert d.current in d.text.replace(":", "_")


async def test_the_cursor_stays_on_its_row_while_rows_come_go_and_change_places(desk: Start) -> None:
    async with desk() as d:
        await d.press("j")
        row = d.current
        table = renamed(Role.PRIMARY)
        more = [
            entry(Role.PRIMARY, f"198.51.100.{n}_443", Verdict.MISMATCH, who=Who.ISE, presented="x")
            for n in range(9)
        ]
        d.fakes.bench.put(Role.PRIMARY, [*more, *table])
        await d.until(lambda: len(d.pane.rows.shown) == 12)
        assert d.current == row
        d.fakes.bench.put(Role.PRIMARY, list(reversed(table)))
        await d.until(lambda: len(d.pane.rows.shown) == 3)
        assert d.current == row
        await d.press("s")
        assert d.current == row
        await d.press("s", "s", "s")
        assert d.current == row


async def test_a_row_that_goes_leaves_the_cursor_to_its_neighbour_and_takes_the_marks_off(
    desk: Start,
) -> None:
    async with desk() as d:
        await d.press("space")
        assert d.pane.rows.marks
        gone = d.current
        d.fakes.bench.put(Role.PRIMARY, [e for e in renamed(Role.PRIMARY) if e.id != gone])
        await d.until(lambda: len(d.pane.rows.shown) == 2)
        assert gone in d.message
        assert not d.pane.rows.marks


async def test_until_the_user_moves_the_cursor_is_on_the_first_row(desk: Start) -> None:
    async with desk() as d:
        stale = entry(Role.PRIMARY, "10.0.0.9_443", Verdict.MISMATCH, who=Who.OTHER, presented="x")
        d.fakes.bench.put(Role.PRIMARY, [stale, *renamed(Role.PRIMARY)])
        await d.until(lambda: len(d.pane.rows.shown) == 4)
        assert d.current == stale.id


async def test_the_filter_works_while_it_is_typed_and_esc_clears_it(desk: Start) -> None:
    async with desk() as d:
        await d.press("slash", *"kong")
        assert [e.id for e in d.pane_of(Role.SECONDARY).rows.shown] == ["198.51.100.30_443"]
        assert "/kong 1 of 5" in d.text
        await d.press("enter", "2")
        assert d.current == "198.51.100.30_443"
        await d.press("escape")
        assert len(d.pane.rows.shown) == 5
        assert not d.fakes.runner.ran


async def test_rows_keep_their_height_while_a_filter_is_typed_whatever_changes_meanwhile(desk: Start) -> None:
    async with desk(size=(80, 24)) as d:
        height = d.pane.body.height
        await d.press("slash", *"192.0.2.11")
        d.main.show_all()
        assert d.pane.body.height == height
        await d.press("enter")
        assert d.pane.body.height > height  # the few that are left have room for more lines
        await d.press("escape")
        assert d.pane.body.height == height


@pytest.mark.parametrize("text", ["[", "[/x]", "(", "\\"])
async def test_what_is_typed_into_the_filter_is_text(desk: Start, text: str) -> None:
    async with desk() as d:
        await d.press("slash")
        d.main.query_one("#filter").value = text
        await d.pilot.pause()
        assert "no row contains" in d.text


async def test_next_and_previous_stale_row_go_round(desk: Start) -> None:
    table = [*many(Role.PRIMARY, 5), *renamed(Role.PRIMARY)]
    async with desk(fakes=Fakes(lambda role: table)) as d:
        await d.press("s", "g")  # by host: stale rows are scattered
        stale = [i for i, e in enumerate(d.pane.rows.shown) if e.is_stale_remote]
        visited = []
        for _ in range(4):
            await d.press("n")
            visited.append(d.pane.rows.cursor)
        assert sorted(set(visited)) == stale
        await d.press("N")
        assert d.pane.rows.cursor == visited[-2]


async def test_the_counterpart_is_the_same_endpoint_in_the_other_pane(desk: Start) -> None:
    async with desk() as d:
        assert d.current == "192.0.2.11_8082"
        await d.press("equals_sign")
        assert (d.main.armed, d.current) == (Role.SECONDARY, "192.0.2.11_8082")
        await d.press("g", "j", "j", "equals_sign")
        assert d.main.armed is Role.SECONDARY
        assert "PRIMARY shows no row" in d.message


async def test_zoom_shows_one_pane_with_more_columns_and_esc_goes_back(desk: Start) -> None:
    async with desk() as d:
        await d.press("z")
        assert "SECONDARY prime-sec" not in below_the_title(d)
        assert "issued 22 d ago" in d.text
        assert "stored    prime-sec" in d.text
        await d.press("tab")
        assert "SECONDARY" in d.text
        assert "┏━ PRIMARY" not in d.text
        await d.press("escape")
        assert "┌─ PRIMARY" in d.text


async def test_marks_follow_rows_and_esc_takes_them_off(desk: Start) -> None:
    async with desk() as d:
        first = d.current
        await d.press("space")
        assert d.pane.rows.marks == {first}
        assert d.current == first
        assert "1 marked" in d.text
        await d.press("space")
        assert not d.pane.rows.marks
        await d.press("space")
        await d.press("escape")
        assert not d.pane.rows.marks


async def test_refresh_of_one_pane_and_of_both(desk: Start) -> None:
    async with desk() as d:
        await d.press("r")
        await d.until(lambda: len(d.fakes.bench.refreshed) == 2)
        await d.press("R")
        await d.until(lambda: len(d.fakes.bench.refreshed) == 3)
        assert d.fakes.bench.refreshed == [None, (Role.PRIMARY,), None]


async def test_copying_says_that_it_was_only_sent(desk: Start) -> None:
    async with desk() as d:
        await d.press("ctrl+y")
        assert "sent to the terminal's clipboard" in d.message
        row = d.pane.rows.current
        assert d.copied == [" ".join(row.sha256[i : i + 4] for i in range(0, 64, 4)).upper()]
        await d.press("Y")
        assert "deletecert host 192.0.2.11_8082" in d.copied[-1]
        assert "CN differs" in d.copied[-1]


async def test_keys_that_mean_nothing_do_nothing(desk: Start) -> None:
    async with desk() as d:
        before = d.text
        await d.press("d", "f2", "ctrl+t")
        assert d.text == before
        assert not d.fakes.runner.ran


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_remote_text_is_shown_as_text_wherever_it_appears(desk: Start, hostile: str) -> None:
    def table(role: Role) -> list[Entry]:
        row = entry(
            role, f"{hostile}_443", Verdict.MISMATCH, who=Who.OTHER, stored=hostile, presented=hostile,
            label=hostile, why=(hostile,), raw=f"host={hostile}_443; subject= {hostile}",
        )  # fmt: skip
        return [row]

    async with desk(fakes=Fakes(table)) as d:
        view = d.fakes.bench.comparison.nodes[Role.PRIMARY]
        view.hostname, view.error, view.notices = hostile, hostile, (hostile,)
        d.fakes.bench.put(Role.PRIMARY, table(Role.PRIMARY))
        await d.pilot.pause(0.1)
        for keys in (
            ("enter",),
            ("escape",),
            ("p",),
            ("escape",),
            ("e",),
            ("escape",),
            ("D",),
            ("escape",),
            ("L",),
        ):
            await d.press(*keys)
            assert not [
                c for c in d.text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e")
            ]


async def test_a_session_without_secondary_has_one_pane_and_a_word(desk: Start) -> None:
    async with desk(sessions=[session(Role.PRIMARY)]) as d:
        assert "no secondary in this session" in d.text
        assert "SECONDARY" not in d.text
        await d.press("tab")
        assert "this session has no secondary" in d.message


async def test_a_session_with_only_a_secondary_arms_it(desk: Start) -> None:
    async with desk(sessions=[session(Role.SECONDARY)]) as d:
        assert d.main.armed is Role.SECONDARY
        await d.press("1")
        assert d.main.armed is Role.SECONDARY


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.CONNECTING, "logging in"),
        (Phase.LISTING, "listing: 3 rows"),
        (Phase.PARTIAL, "PARTIAL 14:02:38"),
        (Phase.FAILED, "FAILED, rows of 14:02:38"),
    ],
)
async def test_the_status_line_says_how_far_the_listing_is(desk: Start, phase: Phase, words: str) -> None:
    async with desk() as d:
        view = d.fakes.bench.comparison.nodes[Role.PRIMARY]
        view.phase, view.error = phase, "192.0.2.10:22 refused the connection"
        d.fakes.bench.put(Role.PRIMARY, renamed(Role.PRIMARY))
        await d.until(lambda: words in d.text)
        assert "192.0.2.10:22 refused the connection" in d.text


async def test_equal_names_without_a_log_get_the_hint(desk: Start) -> None:
    async with desk() as d:
        assert "Equal names prove nothing" not in d.text  # the cursor is on a proven row
        await d.press("tab", "j")
        assert "Equal names prove nothing" in d.text
        row = entry(Role.SECONDARY, "198.51.100.30_443", Verdict.MISMATCH, who=Who.DNAC, presented="x")
        d.fakes.bench.put(Role.SECONDARY, [row])
        await d.until(lambda: "Equal names prove nothing" not in d.text)


async def test_nothing_is_painted_when_nothing_changed(desk: Start) -> None:
    async with desk() as d:
        painted: list[int] = []
        for pane in d.main.panes.values():
            pane.refresh = lambda *regions, **_: painted.append(1)  # type: ignore[method-assign]
        d.fakes.bench.put(Role.PRIMARY, renamed(Role.PRIMARY))
        await d.until(lambda: d.main._frame is None)
        assert not painted


async def test_a_cursor_move_over_5000_rows_paints_two_lines_and_the_count(
    desk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(fakes=Fakes(lambda role: many(role, 5000))) as d:
        await d.press("j")
        lines: list[int] = []
        d.pane.refresh = lambda *regions, **_: lines.extend(r.height for r in regions)  # type: ignore[method-assign]
        sorts: list[int] = []
        monkeypatch.setattr("tofutui.ui.tables.rows.row_list.Rows.take", lambda *_: sorts.append(1))
        await d.press("j")
        assert lines == [1, 1, 1]
        assert not sorts


@pytest.mark.parametrize("width", [60, 66, 72, 80, 100, 120, 200])
async def test_the_footer_fits_at_every_width_and_ends_with_more(desk: Start, width: int) -> None:
    async with desk(size=(width, 24)) as d:
        bar = d.text.splitlines()[-1]
        assert len(bar.rstrip()) <= width
        assert bar.rstrip().endswith("? more")
        assert "D delete" in bar


async def test_the_footer_shows_messages_but_keeps_more(desk: Start) -> None:
    async with desk(size=(80, 24)) as d:
        d.main.say("x" * 300)
        await d.pilot.pause()
        assert d.text.splitlines()[-1].rstrip().endswith("? more")
        await d.press("j")
        assert d.main.query_one(KeyBar).message == ""


async def test_badges_and_counts_stand_in_the_title(desk: Start) -> None:
    chosen = session(demo=True, read_only=True)
    async with desk(sessions=[chosen], size=(140, 36)) as d:
        title = d.text.splitlines()[0]
        for words in ("site-a", "CHG0012345", "3 mismatch", "own rows: 3 stale", "DEMO", "READ-ONLY"):
            assert words in title
    assert NOW  # the clock is the tests' own


async def test_ascii_keeps_glyphs_and_borders_in_ascii(desk: Start) -> None:
    async with desk(ascii=True) as d:
        for keys in ((), ("D",), ("escape", "p"), ("escape", "e"), ("escape", "question_mark")):
            await d.press(*keys)
            assert d.text.isascii(), [c for c in d.text if ord(c) > 127]


async def test_a_node_without_rows_shows_its_whole_error_below(desk: Start) -> None:
    async with desk(size=(80, 24)) as d:
        view = d.fakes.bench.comparison.nodes[Role.PRIMARY]
        cure = "ssh-keygen -R '[127.0.0.1]:2222' -f /home/ops/.ssh/known_hosts"
        view.phase = Phase.FAILED
        view.error = f"the host key of 127.0.0.1:2222 has changed: it is now SHA256:{'x' * 43}, {cure}"
        d.fakes.bench.put(Role.PRIMARY, [])
        await d.until(lambda: cure in " ".join(d.text.split()))
