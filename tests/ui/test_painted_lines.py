"""Only the lines that changed are painted, and the terminal then shows the same as if all were."""

from collections.abc import Callable
from typing import Any

import pytest
from rich.style import Style
from textual import events
from textual.app import App
from textual.geometry import Region, Size

from tests.support import painting
from tests.support.fake_bench import Fakes, entry
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.terminal import painter
from tofutui.ui.terminal.line_compositor import LineUpdate
from tofutui.ui.terminal.textual_internals import LayoutUpdate

Start = Callable[..., Any]
Shown = dict[tuple[int, int], tuple[str, Style | None]]
"""By column and line what a cell shows."""


def many(role: Role) -> list[Entry]:
    """More rows than a pane has lines."""
    return [entry(role, f"198.51.100.{n}_443", Verdict.MISMATCH, presented=f"h{n}") for n in range(60)]


class Watcher:
    """What the terminal shows after everything that was painted, and each painting."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        painting.each_frame(patch)
        self.shown: Shown = {}
        self.updates: list[Any] = []
        patch.setattr(painter.DiffingApp, "_display", self._display)

    def _display(self, _screen: object, update: Any) -> None:
        if update is not None:
            self.updates.append(update)
            self.shown |= cells(painter._pieces(update))


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Watcher:
    return Watcher(monkeypatch)


def cells(pieces: Any) -> Shown:
    """The cells of pieces, all of whose characters are one cell wide."""
    return {
        (x + at, y): (character, segment.style)
        for x, y, strip in pieces
        for at, (character, segment) in enumerate((c, s) for s in strip for c in s.text)
    }


def whole(app: Any) -> Shown:
    """The cells of the whole screen, painted at once."""
    strips = app.screen._compositor.render_strips()
    return cells((0, y, strip) for y, strip in enumerate(strips))


@pytest.mark.parametrize(("size", "redact"), [((120, 36), False), ((200, 50), True)])
async def test_the_terminal_shows_the_same_as_if_all_were_painted(
    desk: Start, watcher: Watcher, size: tuple[int, int], redact: bool
) -> None:
    async with desk(size=size, fakes=Fakes(many), redact=redact) as d:
        for key in (
            *"jjG", "tab", "space", *"ksH", "tab", "slash", *"17", "backspace", "escape", "escape", "space",
            *"zz", "D", "escape", "question_mark", *"jk", "escape", "p", "down", "escape",
            "ctrl+k", *"th", "escape",
        ):  # fmt: skip
            await d.press(key)
            assert watcher.shown == whole(d.app), key


async def test_scrolling_paints_nothing_of_the_other_pane(desk: Start, watcher: Watcher) -> None:
    async with desk(fakes=Fakes(many)) as d:
        await d.press(*"j" * 30)
        watcher.updates.clear()
        await d.press("j")
        assert all(isinstance(update, LineUpdate) for update in watcher.updates)
        panes = d.main.query_one("#panes").region
        painted = [(x, y) for update in watcher.updates for x, y, _ in update.pieces]
        assert {x for x, y in painted if y in panes.line_range} == {0}
        title, keys = 0, d.app.size.height - 1
        assert {title, keys}.isdisjoint(y for _, y in painted)


async def test_a_change_behind_a_dialog_leaves_the_dialog_as_it_is(desk: Start, watcher: Watcher) -> None:
    async with desk(fakes=Fakes(many)) as d:
        await d.press("D")
        dialog = d.app.screen
        assert dialog is not d.main
        d.main.pane.go(7)
        d.main.follow()
        await d.pilot.pause()
        assert watcher.shown == whole(d.app)
        await d.press("escape")
        assert watcher.shown == whole(d.app)


async def test_what_changes_on_both_sides_of_a_box_in_front_leaves_the_box_as_it_is(
    desk: Start, watcher: Watcher
) -> None:
    async with desk(fakes=Fakes(many)) as d:
        await d.press("D")
        screen, box = d.app.screen, d.app.screen.query_one("#box").region
        assert 0 < box.x < box.right < screen.size.width
        watcher.updates.clear()
        screen.refresh(Region(0, box.y, 1, 3), Region(screen.size.width - 1, box.y, 1, 3))
        await d.until(lambda: bool(watcher.updates))
        assert watcher.shown == whole(d.app)
        assert {x for x, _, _ in watcher.updates[0].pieces} == {0, screen.size.width - 1}


async def test_a_letter_of_a_filter_is_painted_once_with_the_rows_that_contain_it(
    desk: Start, watcher: Watcher
) -> None:
    async with desk(fakes=Fakes(many)) as d:
        await d.press("slash")
        watcher.updates.clear()
        await d.press("7")
        assert len(watcher.updates) == 1
        assert watcher.shown == whole(d.app)
        assert [row.key for row in d.pane.rows.shown][:2] == ["198.51.100.7_443", "198.51.100.17_443"]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the terminal gets: the size of the app, and the update."""
    painting.each_frame(monkeypatch)
    frames: list[Any] = []

    def display(app: Any, _screen: object, update: Any) -> None:
        if update is not None:
            frames.append((app.size, update._update))

    monkeypatch.setattr(App, "_display", display)
    return frames


def resized(columns: int, lines: int) -> events.Resize:
    return events.Resize(Size(columns, lines), Size(columns, lines))


async def test_a_frame_laid_out_for_another_size_is_not_written(desk: Start, sent: list[Any]) -> None:
    async with desk(fakes=Fakes(many)) as d:
        sent.clear()
        d.app.post_message(resized(80, 24))
        await d.until(lambda: d.app.size == (80, 24))
        if d.app.screen.outer_size == (120, 36):  # not laid out again yet
            d.app.screen.refresh(layout=True)
            d.app.screen._on_timer_update()
        await d.until(lambda: d.app.screen.outer_size == (80, 24) and bool(sent))
        assert all(
            (x + strip.cell_length <= size.width, y < size.height) == (True, True)
            for size, update in sent
            for x, y, strip in painter._pieces(update)
        )
        assert isinstance(sent[0][1], LayoutUpdate)


async def test_after_another_size_for_a_moment_the_whole_screen_is_written(
    desk: Start, sent: list[Any]
) -> None:
    async with desk(fakes=Fakes(many)) as d:
        sent.clear()
        d.app._size = Size(80, 24)  # told to the app, and not yet to the screen
        d.main.pane.go(7)
        d.main.follow()
        d.app.screen._on_timer_update()
        assert sent == []
        d.app.post_message(resized(120, 36))
        await d.until(lambda: bool(sent))
        assert isinstance(sent[0][1], LayoutUpdate)
