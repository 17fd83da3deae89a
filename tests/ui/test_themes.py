"""Themes as they are painted: every text of every screen can be read in each of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual.widgets import TextArea

from tests.support.colour_vision import contrast
from tests.support.depth import short_where
from tests.support.fake_bench import Fakes, entry, renamed, session
from tofutui.config.themes import load_themes
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.help.palette import ActionPalette as CommandPalette
from tofutui.ui.kit.button import Choice
from tofutui.ui.shell.app import TofutuiApp
from tofutui.ui.text.spans import Tone, line
from tofutui.ui.theme.catalogue import ANSI, Themes, drawn_of_256, eight_bit, sixteen
from tofutui.ui.theme.styles import Palette, textual_theme

Start = Callable[..., Any]
BUNDLED = list(load_themes(Path("/nonexistent")).themes)
GROUNDS = ("background", "surface", "panel")
LINES = {*map(chr, range(0x2500, 0x25A0)), "▸", " "}
"""What draws borders and bars: 3:1 is enough, the words beside them say the same."""


def every_verdict(role: Role) -> list[Any]:
    """The rows of the renamed case, and one of each verdict that is not among them."""
    more = [v for v in Verdict if v not in (Verdict.MISMATCH, Verdict.SAME_NAME, Verdict.NO_ANSWER)]
    rows = [
        entry(role, f"198.51.100.{40 + number}_443", verdict, stored="x", presented="x", why=("a reason",))
        for number, verdict in enumerate(more)
    ]
    return [*renamed(role), *rows]


def painted(app: TofutuiApp) -> Iterator[tuple[Segment, str, str]]:
    """Each piece of the uppermost screen with its two colours as they reach the eye."""
    width = app.size.width
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            cells = segment.cell_length
            style = segment.style
            if x < width and style is not None and style.color is not None and style.bgcolor is not None:
                widget, _ = app.screen.get_widget_at(min(x, width - 1), y)
                if widget.screen is app.screen and widget is not app.screen:
                    colors = [c.get_truecolor().hex for c in (style.color, style.bgcolor)]
                    yield segment, *(reversed(colors) if style.reverse else colors)
            x += cells


def pale(app: TofutuiApp, least: float) -> list[tuple[str, str, str, float]]:
    """What of the uppermost screen is hard to read."""
    weak = []
    for segment, fore, back in painted(app):
        text = segment.text.strip()
        wanted = 3.0 if set(text) <= LINES else least
        if text and contrast(fore, back) < wanted:
            weak.append((text, fore, back, round(contrast(fore, back), 2)))
        assert segment.style is not None
        assert not segment.style.dim
    return weak


SCREENS: dict[str, tuple[str, ...]] = {
    "tables": (),
    "marks": ("space", "j", "space"),
    "filter, empty": ("slash",),
    "filter": ("slash", "z", "z"),
    "message": ("T",),
    "delete": ("D",),
    "delete, typed": ("2", "G", "D", "1", "9"),
    "plan": ("p",),
    "evidence": ("e",),
    "evidence, text": ("e", "a", "b", "shift+left"),
    "palette": ("ctrl+p",),
    "palette, typed": ("ctrl+p", "t", "h", "e"),
    "help": ("question_mark",),
    "command log": ("L",),
    "detail": ("enter",),
    "map": ("m",),
    "sessions": ("S",),
}


@pytest.mark.parametrize("theme", short_where(BUNDLED, ("dark", "high-contrast").__contains__))
async def test_each_text_of_each_screen_can_be_read_in_each_theme(desk: Start, theme: str) -> None:
    shown = replace(session(), demo=True, virtual_ip=())
    async with desk(sessions=[shown], fakes=Fakes(every_verdict), theme=theme) as d:
        colors = d.app.palette.spec.colors
        for name, keys in SCREENS.items():
            await d.press(*keys)
            d.app.use_theme(theme)
            await d.pilot.pause()
            if name.startswith("palette"):
                await d.until(lambda: d.app.screen.has_class("-ready"))
            grounds = {back for _, _, back in painted(d.app)}
            assert grounds & {colors[ground] for ground in GROUNDS}, name
            assert pale(d.app, 7.0 if theme == "high-contrast" else 4.5) == [], name
            await d.app.uncover(d.main)
            await d.press("escape", "escape", "1", "g")


async def test_a_theme_is_switched_on_the_screen_that_is_shown(desk: Start) -> None:
    async with desk(theme="dark") as d:
        for keys in ((), ("enter",), ("D",)):
            await d.press(*keys)
            for theme in BUNDLED:
                d.app.use_theme(theme)
                await d.pilot.pause()
                assert pale(d.app, 7.0 if theme == "high-contrast" else 4.5) == [], (keys, theme)


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("reverse", [False, True])
def test_each_tone_can_be_read_on_each_ground(name: str, reverse: bool) -> None:
    spec = load_themes(Path("/nonexistent")).themes[name]
    least = 7.0 if name == "high-contrast" else 4.5
    for ground in GROUNDS:
        for tone in Tone:
            (segment,) = Palette(spec).strip(line("x", tone), 1, reverse=reverse)
            assert segment.style is not None
            assert segment.style.color is not None
            measured = contrast(segment.style.color.get_truecolor().hex, spec.colors[ground])
            wanted = 3.0 if tone is Tone.LINE and not reverse else least
            assert measured >= wanted, (ground, tone)
            assert not segment.style.dim


@pytest.mark.parametrize("name", BUNDLED)
def test_the_sixteen_colours_of_old_terminals_keep_texts_readable_and_meanings_apart(name: str) -> None:
    spec = load_themes(Path("/nonexistent")).themes[name]
    few = sixteen(spec)
    assert {*few.colors.values(), *few.tokens.values()} <= set(ANSI)
    ground = few.colors["background"]
    assert {few.colors[g] for g in GROUNDS} == {ground}
    assert all(contrast(color, ground) >= 4.5 for color in few.tokens.values())
    stale, fine = few.tokens["verdict-mismatch"], few.tokens["verdict-proven"]
    assert name == "mono" or len({stale, fine, few.colors["foreground"]}) == 3
    assert few.name == spec.name


@pytest.mark.parametrize("name", BUNDLED)
def test_texts_can_be_read_on_the_grey_grounds_of_256_colours(name: str) -> None:
    few = eight_bit(load_themes(Path("/nonexistent")).themes[name])
    grounds = [drawn_of_256(few.colors[ground]) for ground in GROUNDS]
    assert all(len({ground[1:3], ground[3:5], ground[5:]}) == 1 for ground in grounds)
    weak = {
        (ground, token): round(ratio, 2)
        for ground in grounds
        for token, color in {**few.tokens, "foreground": few.colors["foreground"]}.items()
        if (ratio := contrast(drawn_of_256(color), ground)) < (3 if token == "line" else 4.5)
    }
    assert weak == {}
    stale, fine = few.tokens["verdict-mismatch"], few.tokens["verdict-proven"]
    assert name == "mono" or drawn_of_256(stale) != drawn_of_256(fine)


def test_few_colours_hold_for_all_themes() -> None:
    themes = Themes()
    themes.use_few_colors(16)
    for theme in themes.for_textual():
        assert theme.background in ("#000000", "#ffffff")
        assert theme.variables["muted"] in ANSI


def test_every_token_is_a_variable_of_the_style_sheets() -> None:
    spec = load_themes(Path("/nonexistent")).themes["dark"]
    assert textual_theme(spec).variables.items() >= spec.tokens.items()


async def highlight(d: Any, name: str) -> None:
    """Go to a theme's line in the palette by typing its name."""
    await d.press("ctrl+p")
    await d.until(lambda: isinstance(d.app.screen, CommandPalette))
    await d.press(*name.replace("-", ""))
    await d.until(lambda: d.app.theme == name)


async def test_the_palette_shows_a_theme_before_it_is_chosen(desk: Start) -> None:
    async with desk(theme="dark") as d:
        await highlight(d, "light")
        light = load_themes(Path("/nonexistent")).themes["light"].colors
        await d.until(lambda: {back for *_, back in painted(d.app)} >= {light["surface"]})
        assert pale(d.app, 4.5) == []
        await d.press("escape")
        await d.until(lambda: d.app.theme == "dark")
        assert d.app.palette.spec.name == "dark"


async def test_a_theme_chosen_in_the_palette_stays(desk: Start) -> None:
    async with desk(theme="dark") as d:
        await highlight(d, "mono")
        await d.press("enter")
        await d.until(lambda: d.app.screen is d.main)
        assert d.app.theme == d.app.palette.spec.name == "mono"


async def test_another_line_of_the_palette_brings_the_theme_back(desk: Start) -> None:
    async with desk(theme="dark") as d:
        await highlight(d, "mono")
        await d.press(*["backspace"] * 4, *"refresh")
        await d.until(lambda: d.app.theme == "dark")
        await d.press("enter")
        await d.until(lambda: d.app.screen is d.main)
        assert d.app.theme == "dark"


async def test_each_session_has_its_theme_and_one_without_the_default(desk: Start) -> None:
    production = replace(session(), name="production", theme="video-call")
    lab = replace(session(), name="lab")
    wrong = replace(session(), name="wrong", theme="vdeo-call")
    async with desk(sessions=[production, lab, wrong], initial="production") as d:
        assert d.app.theme == "video-call"
        d.app.open_session(lab)
        await d.until(lambda: d.main.link is not None)
        assert d.app.theme == "dark"
        d.app.open_session(production)
        await d.until(lambda: d.main.link is not None)
        d.app.open_session(wrong)
        await d.until(lambda: d.main.link is not None)
        assert d.app.theme == "dark"
        assert d.message == "there is no theme 'vdeo-call': dark is shown; did you mean video-call?"


async def test_the_command_line_s_theme_wins(desk: Start) -> None:
    async with desk(sessions=[replace(session(), theme="light")], theme="mono") as d:
        assert d.app.theme == "mono"


async def test_broken_theme_files_are_reported_with_file_and_line(desk: Start, tmp_path: Path) -> None:
    folder = tmp_path / "tofutui" / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('name = "mine"\n[colors]\nprimry = "#abc"\n')
    (folder / "worse.toml").write_bytes(b"\xff")
    (folder / "good.toml").write_text('name = "good"\n[colors]\nprimary = "#abc"\n')
    async with desk(theme="good", size=(160, 36)) as d:
        assert "theme file mine.toml:3: [colors] primry: unknown key, did you mean primary?" in d.message
        assert "1 more is broken: `tofutui themes` names them" in d.message
        assert d.message in d.text
        assert set(d.app.own_themes) == {*BUNDLED, "good"}
        assert d.app.theme == "good"


async def test_without_any_theme_file_there_is_a_plain_one(desk: Start, monkeypatch: Any) -> None:
    monkeypatch.setattr("tofutui.config.themes.bundled", lambda name: Path("/nonexistent"))
    async with desk() as d:
        assert d.app.own_themes == ["plain"]
        assert pale(d.app, 4.5) == []


async def test_what_cannot_be_done_now_is_in_brackets(desk: Start) -> None:
    async with desk(fakes=Fakes(lambda role: [])) as d:
        keys = d.text.splitlines()[-1]
        assert "(D delete)" in keys
        assert " r refresh " in keys
    async with desk() as d:
        assert "(D delete)" not in d.text
        await d.press("2", "G", "D")
        delete = d.app.screen.query_one("#delete", Choice)
        assert delete.disabled
        assert "(y " in d.text


async def test_signs_and_words_carry_everything_where_there_is_neither_colour_nor_unicode(
    desk: Start,
) -> None:
    async with desk(ascii=True, sessions=[replace(session(), demo=True)], fakes=Fakes(every_verdict)) as d:
        await d.press("space")
        assert d.text.isascii()
        for verdict in Verdict:
            assert verdict.look.word in d.text
        for sign in ("*", "DEMO", "#= PRIMARY", "+- SECONDARY"):
            assert sign in d.text
        await d.press("ctrl+p")
        await d.until(lambda: d.app.screen.has_class("-ready"))
        assert d.text.isascii()


async def test_the_text_area_shows_its_cursor_by_reversing(desk: Start) -> None:
    async with desk() as d:
        await d.press("e")
        area = d.app.screen.query_one(TextArea)
        assert area.has_focus
        x, y = area.cursor_screen_offset
        assert d.app.screen.get_style_at(x, y).reverse
