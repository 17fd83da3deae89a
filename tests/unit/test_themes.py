"""Theme files: complete, readable to the eye, and never a reason to stop."""

from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from tofutui.config.paths import bundled
from tofutui.config.themes import COLORS, TOKENS, load_themes
from tofutui.tofu.verdict import Verdict

NOWHERE = Path("/nonexistent")
LEAST = {"dark": 4.5, "high-contrast": 7.0}
GROUNDS = ("background", "surface", "panel")
MINIMAL = 'name = "mine"\n[colors]\nprimary = "#abc"\n'


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, as WCAG 2 defines it."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_bundled_themes_load_without_fault():
    book = load_themes(NOWHERE)
    assert sorted(book.themes) == ["dark", "high-contrast"]
    assert book.errors == ()
    assert {theme.source for theme in book.themes.values()} == {"bundled"}


@pytest.mark.parametrize("name", LEAST)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_colour_stands_out_from_every_ground(name, ground):
    theme = load_themes(NOWHERE).themes[name]
    texts = {**{c: theme.colors[c] for c in COLORS if c not in GROUNDS}, **theme.tokens}
    weak = {key: round(contrast(color, theme.colors[ground]), 2) for key, color in texts.items()
            if contrast(color, theme.colors[ground]) < LEAST[name]}  # fmt: skip
    assert weak == {}


def test_each_verdict_has_its_token():
    assert {token for token in TOKENS if token.startswith("verdict-")} == {f"verdict-{v}" for v in Verdict}


def test_three_lines_make_a_complete_theme(tmp_path):
    (tmp_path / "mine.toml").write_text(MINIMAL)
    theme = load_themes(tmp_path).themes["mine"]
    assert theme.colors["primary"] == "#aabbcc"
    assert set(theme.colors) == set(COLORS)
    assert set(theme.tokens) == set(TOKENS)
    assert theme.source == str(tmp_path / "mine.toml")


def test_the_users_theme_of_the_same_name_wins(tmp_path):
    (tmp_path / "x.toml").write_text(MINIMAL.replace("mine", "dark"))
    assert load_themes(tmp_path).themes["dark"].source == str(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('name = "x"\ndark = = 1\n', 2, "Invalid value"),
        ('name = "x"\n[colors]\nprimary = "#abc"\nprimry = "#abc"\n', 4, "did you mean primary?"),
        ('name = "x"\n[colors]\nprimary = "red"\n', 3, "not #rgb or #rrggbb"),
        ('name = "x"\n[colors]\nprimary = 5\n', 3, "not #rgb or #rrggbb"),
        ('name = "x"\n[colors]\nerror = "#abc"\n', 2, "primary: missing"),
        ('# a comment\nname = "X Y"\n', 2, "lower-case letters"),
        ('name = "x"\ncolors = 5\n', 2, "not a table"),
        ('name = "x"\nlight = true\n', 2, "unknown key"),
        ('name = "x"\ndark = 1\n', 2, "neither true nor false"),
        (
            'name = "x"\n[colors]\nprimary = "#abc"\n[tokens]\nverdict-mismtch = "#abc"\n',
            5,
            "verdict-mismatch?",
        ),
        ("name = " + "9" * 5000, 1, "not TOML"),
    ],
)
def test_a_broken_file_is_told_with_file_and_line_and_stops_nothing(tmp_path, text, line, reason):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    book = load_themes(tmp_path)
    (error,) = book.errors
    assert error.startswith(f"{path}:{line}: ")
    assert reason in error
    assert set(book.themes) == {"dark", "high-contrast"}


def test_bytes_that_are_no_text_and_folders_stop_nothing(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff")
    (tmp_path / "b.toml").mkdir()
    book = load_themes(tmp_path)
    assert len(book.errors) == 1
    assert len(book.themes) == 2


def test_the_bundled_folder_holds_nothing_but_themes():
    folder: Traversable = bundled("themes")
    assert sorted(entry.name for entry in folder.iterdir()) == ["dark.toml", "high-contrast.toml"]
