"""What the first paint does only once: read the style sheets, and paint the tables."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet

from tests.support.fake_bench import session
from tofutui.ui.tables.screen import MainScreen

Start = Callable[..., Any]


@pytest.mark.parametrize("theme", [None, "light"])
async def test_no_style_sheet_is_parsed_again_and_nothing_is_painted_that_is_not_written(
    desk: Start, monkeypatch: pytest.MonkeyPatch, theme: str | None
) -> None:
    parsed_again: list[Stylesheet] = []
    held_back: list[bool] = []
    parse, paint = Stylesheet.reparse, MainScreen.render_lines

    def note_parsing(sheet: Stylesheet) -> None:
        parsed_again.append(sheet)
        parse(sheet)

    def note_painting(screen: MainScreen, *args: Any) -> Any:
        held_back.append(screen.app._batch_count > 0)
        return paint(screen, *args)

    monkeypatch.setattr(Stylesheet, "reparse", note_parsing)
    monkeypatch.setattr(MainScreen, "render_lines", note_painting)
    async with desk(theme=theme, sessions=[session()]) as d:
        assert parsed_again == []
        assert set(held_back) == {False}
        assert d.app.current_theme.name == (theme or d.app.themes.default.name)
        assert d.app.stylesheet._variables == d.app.get_css_variables()
        d.app.next_theme()
        await d.until(lambda: len(parsed_again) == 1)
        assert d.app.stylesheet._variables == d.app.get_css_variables()
