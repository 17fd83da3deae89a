"""Every screen at every size, with names that try to break it, and through changes of the size."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.depth import short_first
from tests.support.every_screen import ways
from tests.support.fake_bench import Fakes, entry
from tests.support.frames import BAD, frame, written
from tofutui.appliance.node import LogLine
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen

Start = Callable[..., Any]
HOSTILE = {  # the worst first
    "markup": "[bold]x[/] [/] [link=http://x]y[/link] [@click=app.bell]z[/] $x {y} \\[",
    "controls": "\x00\x07\x08\x1b[31mred\x1b[2J\x1b]0;title\x07\x1b]52;c;AA==\x07\x9b31m\x85\u2028tab\tend",
    "directions": "\u202eabc\u202c \u2066def\u2069 \u200f\u061c אבג",
    "wide": "日本語の名前 👩‍👩‍👧‍👦 ❤️ e\u0301\u0302\u0303 \uff46\uff55\uff4c\uff4c ｶﾅ 🇩🇪",
    "long": "letters" * 714,
    "bytes": "\udc80\udcff\ud800 half",
}

OVER_NONE = ("tables", "filter", "delete several")
"""With a hostile table these stay on the tables: a row whose key is not plain is refused."""


@pytest.mark.parametrize("text", short_first(HOSTILE.values(), 2), ids=list(HOSTILE))
async def test_hostile_text_is_only_text_on_every_screen(desk: Start, text: str) -> None:
    def table(role: Role) -> list[Entry]:
        keys = {"198.51.100.20_443": Who.ISE, f"{text}_8443": Who.PEER, "192.0.2.10_8082": Who.SELF}
        said: dict[str, Any] = {"stored": text, "presented": f"b{text}", "label": text, "why": (text, text)}
        return [entry(role, key, Verdict.MISMATCH, who=who, **said) for key, who in keys.items()]

    fakes = Fakes(table)
    async with desk(fakes=fakes, size=(80, 24)) as d:
        view = fakes.bench.comparison.nodes[Role.PRIMARY]
        view.hostname, view.version, view.notices, view.error = text, text, (text,), text
        fakes.bench.command_log.append(LogLine(view.listed_at, Role.PRIMARY, "answer", text))
        d.main.show_all()
        d.main.say(text)
        frame(d)
        for name, (go, _) in ways(text).items():
            await go(d)
            await d.until(lambda name=name: (d.app.screen is d.main) is (name in OVER_NONE))
            await d.pilot.pause()
            frame(d)
            await d.app.uncover(d.main)
            await d.press("escape", "g")
        frame(d)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
async def test_hostile_text_typed_into_a_field_is_only_text(desk: Start, text: str) -> None:
    async with desk(size=(60, 20)) as d:
        for keys, field in ((["slash"], "#filter"), (["e"], "#path"), ([], "#certificates"), ([], "#time")):
            await d.press(*keys)
            d.app.screen.query_one(field).focus()
            d.app.screen.query_one(field).value = text
            await d.pilot.pause()
            assert not BAD.search(written(d))
            await d.press("enter")


async def test_a_change_of_the_size_keeps_pane_row_marks_and_filter(desk: Start) -> None:
    async with desk() as d:
        await d.press("tab", "j", "space", "slash", "1", "9", "enter")
        row, marks = d.current, set(d.pane.rows.marks)
        for size in [(60, 20), (40, 10), (200, 60), (80, 24), (59, 15), (120, 36)]:
            await d.pilot.resize_terminal(*size)
            await d.pilot.pause()
            assert (d.main.armed, d.current, d.pane.rows.filter) == (Role.SECONDARY, row, "19")
            assert d.pane.rows.marks == marks
            frame(d)
        await d.until(lambda: "┏━ SECONDARY" in d.text and "┌─ PRIMARY" in d.text)


async def test_a_change_of_the_size_keeps_a_dialog_and_what_was_typed_in_it(desk: Start) -> None:
    async with desk() as d:
        await d.press("G", "D")
        await d.until(lambda: "To enable Delete" in d.text)
        await d.press("1", "9", "2")
        for size in [(60, 20), (200, 60), (40, 10), (80, 24)]:
            await d.pilot.resize_terminal(*size)
            await d.pilot.pause()
            assert isinstance(d.app.screen, DeleteScreen)
            assert d.app.screen.query_one("#typed-0").value == "192"
            frame(d)
        assert "To enable Delete" in d.text
        await d.press("escape")
        await d.until(lambda: d.app.screen is d.main)
        await d.until(lambda: "PRIMARY" in d.text and "SECONDARY" in d.text)


@pytest.mark.parametrize("size", [(59, 20), (60, 14), (20, 5), (1, 1)])
async def test_a_terminal_that_is_too_small_gets_one_sentence(desk: Start, size: tuple[int, int]) -> None:
    async with desk() as d:
        await d.pilot.resize_terminal(*size)
        await d.pilot.pause()
        assert "PRIMARY" not in d.text
        assert size == (1, 1) or "tofutui" in d.text
        await d.pilot.resize_terminal(120, 36)
        await d.until(lambda: "┏━ PRIMARY" in d.text)


async def test_a_narrow_screen_shows_the_armed_pane_and_names_the_other(desk: Start) -> None:
    async with desk(size=(60, 20)) as d:
        assert "198.51.100.20:443" in d.text
        assert "SECONDARY is hidden" in d.text
        await d.press("tab")
        await d.until(lambda: "PRIMARY is hidden" in d.text)
        assert "198.51.100.30:443" in d.text


async def test_a_wide_screen_shows_the_detail_beside_the_tables(desk: Start) -> None:
    async with desk(size=(200, 60)) as d:
        detail = d.main.query_one("#detail").region
        assert detail.x > 100
        assert detail.height == d.pane.size.height
        assert "SHA-256" in d.detail
        assert d.detail.rstrip().endswith("deletecert host 192.0.2.11_8082")


async def test_a_pane_asks_for_its_room_whatever_room_it_has(desk: Start) -> None:
    async with desk(size=(100, 30)) as d:
        d.pane.view.notices = ("a notice", "another")
        panes = d.main.query_one("#panes")
        asked = set[int]()

        def has(lines: int) -> bool:
            """Whether the pane has this room; the screen may still share the room out as it does."""
            panes.styles.height = lines
            return d.pane.size.height == lines

        for lines in (5, 7, 9, 20):
            await d.until(lambda lines=lines: has(lines))
            asked.add(d.pane.needs(3, 50))
        assert len(asked) == 1
        d.main.show_all()
        await d.until(lambda: d.pane.size.height > 5)
        assert "another" in d.text


@pytest.mark.parametrize("over", ["question_mark", "ctrl+p", "slash", "enter"])
async def test_a_screen_that_grew_or_shrank_under_another_is_what_it_is_from_the_start(
    desk: Start, over: str
) -> None:
    sizes = [(80, 24), (160, 50)]
    fresh = []
    for size in sizes:
        async with desk(size=size) as d:
            fresh.append(d.text)
    for before, after, wanted in ((*sizes, fresh[1]), (*reversed(sizes), fresh[0])):
        async with desk(size=before) as d:
            await d.press(over)
            await d.pilot.resize_terminal(*after)
            await d.pilot.pause()
            await d.press("escape")
            await d.until(lambda wanted=wanted: d.text == wanted)
