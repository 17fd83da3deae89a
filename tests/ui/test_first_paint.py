"""What the first paint does only once: read the style sheets, and paint the tables."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet

from tests.support.fake_bench import session
from tofutui.ui.shell.app import TofutuiApp

Start = Callable[..., Any]


@pytest.mark.parametrize("theme", [None, "light"])
async def test_no_style_sheet_is_parsed_again_and_nothing_is_painted_that_is_not_written(
    desk: Start, monkeypatch: pytest.MonkeyPatch, theme: str | None
) -> None:
    parsed_again: list[Stylesheet] = []
    held_back: list[bool] = []
    parse, display = Stylesheet.reparse, TofutuiApp._display

    def note_parsing(sheet: Stylesheet) -> None:
        parsed_again.append(sheet)
        parse(sheet)

    def note_painted(app: TofutuiApp, *args: Any) -> None:
        held_back.append(app._batch_count > 0)
        display(app, *args)

    monkeypatch.setattr(Stylesheet, "reparse", note_parsing)
    monkeypatch.setattr(TofutuiApp, "_display", note_painted)
    async with desk(theme=theme, sessions=[session()]) as d:
        assert parsed_again == []
        assert set(held_back) == {False}
        assert d.app.current_theme.name == (theme or d.app.themes.default.name)
        assert d.app.stylesheet._variables == d.app.get_css_variables()
        d.app.next_theme()
        await d.until(lambda: len(parsed_again) == 1)
        assert d.app.stylesheet._variables == d.app.get_css_variables()
