"""Only the cells that differ are written, and the terminal shows the same as if all had been."""

import re
from collections.abc import Callable

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.support.depth import amount
from tofutui.ui.terminal.cell_diff import _ODD, PLAIN, ScreenBuffer, change, pen_of
from tofutui.ui.terminal.charset import Charset

WIDTH, HEIGHT = 24, 3
STYLES = [
    Style.parse(text)
    for text in ("#ff0000 on #000001", "bold #ff0000 on #000001", "reverse #00ff00 on #000002",
                 "dim underline #00ff00 on #000002", "bold dim italic", "none", "red on blue", "bright_red")
]  # fmt: skip
texts = st.text("ab ─│▸✗≈", min_size=1, max_size=9) | st.integers(1, WIDTH).map(lambda count: " " * count)
strips = st.lists(st.tuples(texts, st.sampled_from(STYLES)), min_size=1, max_size=4).map(
    lambda parts: Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(WIDTH)
)
frames = st.lists(st.tuples(st.integers(0, HEIGHT - 1), strips), min_size=1, max_size=8)
COLORS = ColorSystem.TRUECOLOR


def emulated() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    return screen, pyte.Stream(screen)


def shown(screen: pyte.Screen) -> list[list[pyte.screens.Char]]:
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


@settings(max_examples=amount(60, 200), deadline=None)
@given(frames, st.booleans())
def test_the_terminal_shows_what_a_full_painting_would(frames: list[tuple[int, Strip]], erases: bool) -> None:
    (lean, lean_stream), (full, full_stream) = emulated(), emulated()
    front = ScreenBuffer(erases=erases)
    for y, strip in frames:
        lean_stream.feed(front.update([(0, y, strip)], COLORS))
        full_stream.feed(ScreenBuffer().update([(0, y, strip)], COLORS))
        full_stream.feed(f"\x1b[{y + 1};1H")
        for text, style, _ in strip:
            full_stream.feed(style.render(text, color_system=COLORS) if style else text)
    assert shown(lean) == shown(full)


def test_blanks_are_erased_where_that_leaves_their_background() -> None:
    strip = Strip([Segment("a", STYLES[0]), Segment(" " * 60, STYLES[0]), Segment("b", STYLES[0])])
    written = ScreenBuffer(erases=True).update([(0, 0, strip)], COLORS)
    assert written == "\x1b[1;1H\x1b[38;2;255;0;0;48;2;0;0;1ma\x1b[60X\x1b[60Cb\x1b[m"
    underlined = Strip([Segment(" " * 60, STYLES[3])])
    assert " " * 60 in ScreenBuffer(erases=True).update([(0, 0, underlined)], COLORS)


def test_what_the_encoding_lacks_is_never_written() -> None:
    front, strip = ScreenBuffer(Charset("iso8859-1")), Strip([Segment("┏━ J\u00fcrgen \u8a3c ✗ …")])
    assert "+- J\u00fcrgen ?? x ~" in front.update([(0, 0, strip)], COLORS)


def test_reversed_cells_in_colour_are_not_bold() -> None:
    assert pen_of(Style.parse("bold reverse red on black"), ColorSystem.STANDARD).attributes == {"7"}
    assert pen_of(Style.parse("bold reverse"), ColorSystem.STANDARD).attributes == {"1", "7"}


def test_what_is_shown_already_costs_nothing() -> None:
    front, strip = ScreenBuffer(), Strip([Segment("listed 14:02:38", STYLES[0])])
    assert front.update([(3, 1, strip)], COLORS)
    assert front.update([(3, 1, strip)], COLORS) == ""
    later = Strip([Segment("listed 14:02:39", STYLES[0])])
    assert front.update([(3, 1, later)], COLORS) == "\x1b[2;18H\x1b[38;2;255;0;0;48;2;0;0;1m9\x1b[m"


def test_after_forgetting_everything_is_written() -> None:
    front, strip = ScreenBuffer(), Strip([Segment("abc", STYLES[0])])
    first = front.update([(0, 0, strip)], COLORS)
    front.forget()
    assert front.update([(0, 0, strip)], COLORS) == first


@pytest.mark.parametrize("text", ["日本", "e\u0301", "👩‍💻", "\ue000x"])
def test_lines_of_which_terminals_disagree_are_written_whole(text: str) -> None:
    front, strip = ScreenBuffer(), Strip([Segment(f"abc {text} def", STYLES[0])])
    assert front.update([(0, 0, strip)], COLORS) == front.update([(0, 0, strip)], COLORS)
    plain = Strip([Segment("abc".ljust(strip.cell_length), STYLES[0])])
    assert "abc".ljust(strip.cell_length) in front.update([(0, 0, plain)], COLORS)


@pytest.mark.parametrize("character", ["\ufe0f", "\u200d", "\u202e", "\u00ad", "\x9b", "\x1b"])
def test_what_no_terminal_may_get_is_not_written_and_leaves_the_line_as_wide(character: str) -> None:
    front, strip = ScreenBuffer(), Strip([Segment(f"abc {character}x def", STYLES[0])])
    written = front.update([(0, 0, strip)], COLORS)
    text = f"abc {'?' * cell_len(character)}x def"
    assert re.sub("\x1b\\[[0-9;]*[Hm]", "", written) == text[: strip.cell_length]
    assert front.update([(0, 0, strip)], COLORS) == ""


@pytest.mark.parametrize("text", ["👩\u200d💻", "❤\ufe0f", "a\u200db\u200dc", "\u200d", "日\u200d本"])
def test_characters_that_were_joined_take_no_more_cells_than_together(text: str) -> None:
    strip = Strip([Segment(f"{text}|", STYLES[0])])
    cells = drawn(ScreenBuffer().update([(0, 0, strip)], COLORS), cell_len)
    assert "".join(cells[strip.cell_length :]).strip() == ""


def drawn(written: str, width: Callable[[str], int]) -> list[str]:
    """The cells of a line on a terminal that gives a character this many."""
    cells, x = [" "] * 80, 0
    for match in re.finditer(r"\x1b\[(?:\d+;)?(\d*)[0-9;]*([A-Za-z])|(.)", written):
        if match[2] in ("G", "H"):
            x = int(match[1]) - 1
        elif match[3]:
            count = width(match[3]) if match[3] > "\u0300" and match[3] != "│" else 1
            cells[x : x + count] = [match[3], *[""] * (count - 1)][:count]
            x += count
    return cells


@pytest.mark.parametrize(
    "text",
    [
        "日本",
        "🇩🇪🇨🇭",
        "👍🏽",
        "e\u0301",
        "कि",
        "\u1100\u1161",
        "⚠",
        "①",
        "\ue0b0",
    ],
)
@pytest.mark.parametrize(
    "width", [lambda _: 0, lambda _: 1, lambda _: 2, cell_len], ids=["0", "1", "2", "table"]
)
def test_what_is_beside_a_character_of_doubtful_width_stays_in_its_column(
    text: str, width: Callable[[str], int]
) -> None:
    front = ScreenBuffer()
    before = front.update([(20, 0, Strip([Segment("│ok", STYLES[0])]))], COLORS)
    strip = Strip([Segment(f"a {text} b │ {text}", STYLES[0])]).adjust_cell_length(20)
    last = strip.crop(0, 12 + cell_len(text)).adjust_cell_length(20 - cell_len(text))
    for part in (strip, Strip([*last, Segment(text, STYLES[0])])):
        after = front.update([(0, 0, part)], COLORS)
        cells = drawn(before + after, width)
        shift = cell_len(f"a {text}")
        assert cells[0] == "a"
        assert cells[shift : shift + 5] == list(" b │ ")
        assert cells[20:23] == list("│ok")


def test_every_character_taken_for_plain_is_one_cell_wide() -> None:
    plain = [chr(code) for code in range(0x3000) if not _ODD.match(chr(code))]
    assert [hex(ord(glyph)) for glyph in plain if cell_len(glyph) != 1] == []
    assert set("┏━┓┃┗┛┌─┐│└┘█▸●…·≠≈✗✓→") <= set(plain)


def test_a_change_of_one_attribute_says_only_that() -> None:
    bold, plain = pen_of(STYLES[1], COLORS), pen_of(STYLES[0], COLORS)
    assert change(plain, bold) == "\x1b[1m"
    assert change(bold, plain) == "\x1b[22m"
    assert change(bold, PLAIN) == "\x1b[m"
    assert change(bold, bold) == ""
