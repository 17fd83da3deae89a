"""Theme files: complete, readable to every eye, and never a reason to stop."""

import itertools
import os
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from tests.support.colour_vision import contrast, distance
from tofutui.config.colors import mix, oklab, readable, with_hue
from tofutui.config.paths import bundled
from tofutui.config.themes import COLORS, LARGEST, TOKENS, ThemeSpec, load_themes, weak_texts
from tofutui.tofu.judgement.verdict import Verdict

NOWHERE = Path("/nonexistent")
BUNDLED = ["dark", "deuteranopia", "high-contrast", "light", "mono", "tritanopia", "video-call"]
LEAST = dict.fromkeys(BUNDLED, 4.5) | {"high-contrast": 7.0}
GROUNDS = ("background", "surface", "panel")
MINIMAL = 'name = "mine"\n[colors]\nprimary = "#abc"\n'
FIVE = """\
name = "mine"
[colors]
background = "#10141a"
foreground = "#e8e8e8"
primary = "#8ab4f8"
warning = "#f2c14e"
error = "#ff8080"
"""
FIVE_LIGHT = """\
name = "mine"
[colors]
background = "#fffdf5"
foreground = "#222222"
primary = "#0a4fa8"
warning = "#7d4300"
error = "#b0101c"
"""
FOR_EYES = {"deuteranopia": ("deuteranopia", "protanopia"), "tritanopia": ("tritanopia",)}
"""Which eyes a theme is made for."""
TOGETHER = [
    *itertools.combinations(
        [f"verdict-{v}" for v in ("mismatch", "suspect", "same-name", "proven", "no-answer")], 2
    ),
    ("role-primary", "role-secondary"),
    *itertools.product(("danger", "verdict-mismatch"), ("role-primary", "role-secondary", "muted")),
]
"""Colours that appear beside one another and mean different things."""
FAR = 0.09
"""More than four times what is just noticed."""


def theme(name: str) -> ThemeSpec:
    return load_themes(NOWHERE).themes[name]


def test_the_measure_of_contrast_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_simulated_eyes_confuse_what_such_eyes_confuse():
    assert distance("#aa5500", "#557700") > 0.15
    assert distance("#aa5500", "#557700", "deuteranopia") < 0.06
    assert distance("#00a0ff", "#00bfae") > 0.12
    assert distance("#00a0ff", "#00bfae", "tritanopia") < 0.06
    assert all(distance("#777777", "#777777", eyes) == 0 for eyes in ("protanopia", "tritanopia"))


def test_the_bundled_themes_load_without_fault():
    book = load_themes(NOWHERE)
    assert sorted(book.themes) == BUNDLED
    assert book.errors == ()
    assert {theme.source for theme in book.themes.values()} == {"bundled"}
    assert [name for name, theme in book.themes.items() if not theme.dark] == ["light"]


@pytest.mark.parametrize("name", LEAST)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_colour_stands_out_from_every_ground(name, ground):
    shown = theme(name)
    texts = {**{c: shown.colors[c] for c in COLORS if c not in GROUNDS}, **shown.tokens}
    least = {key: 3.0 if key == "line" else LEAST[name] for key in texts}
    weak = {key: round(contrast(color, shown.colors[ground]), 2) for key, color in texts.items()
            if contrast(color, shown.colors[ground]) < least[key]}  # fmt: skip
    assert weak == {}
    assert weak_texts(shown) == []


@pytest.mark.parametrize(("name", "eyes"), [(n, e) for n, several in FOR_EYES.items() for e in several])
def test_a_theme_for_colour_blind_eyes_keeps_apart_what_differs_and_can_be_read(name, eyes):
    shown = theme(name)
    far = {pair: distance(*(shown.tokens[token] for token in pair), eyes) for pair in TOGETHER}
    assert {pair: round(distance_of, 3) for pair, distance_of in far.items() if distance_of < FAR} == {}
    pale = {token: round(contrast(color, shown.colors[ground], eyes), 2)
            for token, color in shown.tokens.items() for ground in GROUNDS
            if contrast(color, shown.colors[ground], eyes) < (3 if token == "line" else 4.5)}  # fmt: skip
    assert pale == {}


@pytest.mark.parametrize("name", ["dark", "light", "high-contrast", "video-call"])
def test_the_other_themes_keep_verdicts_apart_for_eyes_that_see_all_colours(name):
    shown = theme(name)
    pairs = {(token, other): distance(shown.tokens[token], shown.tokens[other]) for token, other in TOGETHER}
    assert [pair for pair, far in pairs.items() if far < FAR - 0.01] == []


def test_mono_is_grey_and_what_is_stale_is_its_lightest_text():
    shown = theme("mono")
    colors = {**shown.colors, **shown.tokens}
    assert all(len({color[1:3], color[3:5], color[5:7]}) == 1 for color in colors.values())
    light = {token: oklab(color)[0] for token, color in shown.tokens.items()}
    assert max(light, key=light.__getitem__) == "verdict-mismatch"
    assert light["verdict-mismatch"] > light["verdict-suspect"] > light["verdict-same-name"]


def test_the_theme_for_video_calls_has_large_steps_and_no_pale_text():
    shown = theme("video-call")
    steps = [oklab(shown.colors[ground])[0] for ground in GROUNDS]
    assert all(after - before > 0.1 for before, after in itertools.pairwise(steps))
    assert contrast(shown.tokens["muted"], shown.colors["background"]) > 12
    assert contrast(shown.tokens["line"], shown.colors["background"]) > 7


def test_each_verdict_has_its_token():
    assert {token for token in TOKENS if token.startswith("verdict-")} == {f"verdict-{v}" for v in Verdict}


def test_three_lines_make_a_complete_theme(tmp_path):
    (tmp_path / "mine.toml").write_text(MINIMAL)
    mine = load_themes(tmp_path).themes["mine"]
    assert mine.colors["primary"] == "#aabbcc"
    assert set(mine.colors) == set(COLORS)
    assert set(mine.tokens) == set(TOKENS)
    assert mine.source == str(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("text", "dark"),
    [
        (FIVE, True),
        (FIVE_LIGHT, False),
    ],
    ids=["dark", "light"],
)
def test_five_colours_make_a_theme_whose_derived_colours_can_be_read_and_distinguished(tmp_path, text, dark):
    (tmp_path / "mine.toml").write_text(text)
    book = load_themes(tmp_path)
    assert book.errors == ()
    mine = book.themes["mine"]
    assert mine.dark is dark
    assert weak_texts(mine) == []
    pairs = {(token, other): distance(mine.tokens[token], mine.tokens[other]) for token, other in TOGETHER}
    assert [pair for pair, far in pairs.items() if far < 0.05] == []


def test_what_is_given_is_never_changed_and_is_named_where_it_is_hard_to_read(tmp_path):
    (tmp_path / "mine.toml").write_text(FIVE.replace("#ff8080", "#333"))
    mine = load_themes(tmp_path).themes["mine"]
    assert mine.colors["error"] == mine.tokens["danger"] == "#333333"
    assert {text.split()[0] for text in weak_texts(mine)} == {"error", "verdict-mismatch", "danger"}


def test_the_users_theme_of_the_same_name_wins(tmp_path):
    (tmp_path / "x.toml").write_text(MINIMAL.replace("mine", "dark"))
    assert load_themes(tmp_path).themes["dark"].source == str(tmp_path / "x.toml")


def test_two_of_the_users_files_with_one_name_are_told(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(MINIMAL)
    book = load_themes(tmp_path)
    assert book.themes["mine"].source == str(tmp_path / "a.toml")
    assert book.errors == (f"{tmp_path / 'b.toml'}: the name mine is taken by {tmp_path / 'a.toml'}",)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('name = "x"\ndark = = 1\n', 2, "Invalid value"),
        ('name = "x"\n[colors\n', 2, "Expected"),
        ('name = "x"\n[colors]\nprimary = "#abc', 3, "Unterminated string"),
        ('name = "x"\n[colors]\nprimary = "#abc"\nprimry = "#abc"\n', 4, "did you mean primary?"),
        ('name = "x"\n[colors]\nprimary = "red"\n', 3, "not #rgb or #rrggbb"),
        ('name = "x"\n[colors]\nprimary = "#abcd"\n', 3, "not #rgb or #rrggbb"),
        ('name = "x"\n[colors]\nprimary = 5\n', 3, "not #rgb or #rrggbb"),
        ('name = "x"\ncolors.primary = "red"\n', 2, "not #rgb or #rrggbb"),
        ('name = "x"\ncolors = { primary = "red" }\n', 2, "not #rgb or #rrggbb"),
        ('name = "x"\n[colors]\nerror = "#abc"\n', 2, "primary: missing"),
        ('name = "x"\n', 1, "primary: missing"),
        ("", 1, "name: use lower-case letters"),
        ('# a comment\nname = "X Y"\n', 2, "lower-case letters"),
        ('[colors]\nprimary = "#abc"\n', 1, "name: use lower-case letters"),
        ('name = "x"\ncolors = 5\n', 2, "not a table"),
        ('name = "x"\ntokens = 5\n[colors]\nprimary = "#abc"\n', 2, "not a table"),
        ('name = "x"\nlight = true\n', 2, "unknown key"),
        ('name = "x"\n[colours]\nprimary = "#abc"\n', 2, "did you mean colors?"),
        ('name = "x"\ndark = 1\n', 2, "must be true or false"),
        (
            'name = "x"\n[colors]\nprimary = "#abc"\n[tokens]\nverdict-mismtch = "#abc"\n',
            5,
            "verdict-mismatch?",
        ),
        ('name = "x"\n[tokens]\ndemo = "#abc"\n[colors]\nprimary = "#abc"\ndemo = "#abc"\n', 6, "unknown"),
        ("name = " + "9" * 5000, 1, "not TOML"),
        ("a = " + "[" * 5000, 1, "not TOML"),
        ('name = "x"\n[colors]\nprimary = "\xff"\n'.encode("latin-1"), 3, "not UTF-8"),
        (b"\xff\xfen\x00a\x00", 1, "not UTF-8"),
    ],
    ids=itertools.count(),
)
def test_a_broken_file_is_reported_with_file_and_line_and_stops_nothing(tmp_path, text, line, reason):
    path = tmp_path / "broken.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "whole.toml").write_text(MINIMAL)
    book = load_themes(tmp_path)
    (error,) = book.errors
    assert error.startswith(f"{path}:{line}: ")
    assert reason in error
    assert set(book.themes) == {*BUNDLED, "mine"}


def test_what_is_not_a_file_or_no_theme_by_its_size_stops_nothing(tmp_path):
    (tmp_path / "a.toml").mkdir()
    (tmp_path / "b.toml").write_bytes(b"#" * (LARGEST + 1))
    (tmp_path / "c.toml").symlink_to("c.toml")
    (tmp_path / "d.toml").symlink_to("gone.toml")
    os.mkfifo(tmp_path / "e.toml")
    (tmp_path / "f.toml").write_text(MINIMAL)
    book = load_themes(tmp_path)
    reasons = dict(error.removeprefix(f"{tmp_path}/").split(": ", 1) for error in book.errors)
    assert reasons == {
        "a.toml": "not a file", "b.toml": "larger than 64 KB: not a theme", "c.toml": "not a file",
        "d.toml": "not a file", "e.toml": "not a file",
    }  # fmt: skip
    assert set(book.themes) == {*BUNDLED, "mine"}


def test_a_file_or_folder_that_may_not_be_read_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "a.toml").write_text(MINIMAL)
    (tmp_path / "b.toml").write_text(MINIMAL.replace("mine", "other"))
    real = Path.open

    def refusing(path: Path, *args: object, **more: object) -> object:
        if path.name == "a.toml":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **more)

    monkeypatch.setattr(Path, "open", refusing)
    book = load_themes(tmp_path)
    assert book.errors == (f"{tmp_path / 'a.toml'}: cannot be read: Permission denied",)
    assert set(book.themes) == {*BUNDLED, "other"}

    def refusing_folder(path: Path) -> object:
        raise PermissionError(13, "Permission denied")

    class Closed(type(tmp_path)):
        iterdir = refusing_folder

    book = load_themes(Closed(tmp_path))
    assert book.errors == (f"{tmp_path}: cannot be read: Permission denied",)
    assert sorted(book.themes) == BUNDLED


def test_the_bundled_folder_holds_nothing_but_themes():
    folder: Traversable = bundled("themes")
    assert sorted(entry.name for entry in folder.iterdir()) == [f"{name}.toml" for name in BUNDLED]


def test_colours_are_mixed_moved_and_turned():
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert readable("#00ff00", ["#000000"], 4.5) == "#00ff00"
    assert contrast(readable("#333333", ["#000000", "#222222"], 7), "#222222") >= 7
    assert readable("#808080", ["#000000", "#ffffff"], 21) in ("#000000", "#ffffff")
    assert with_hue("#808080", 25) == "#808080"
    red = oklab(with_hue("#5aa9ff", 25))
    assert red[1] > 0.1
    assert red[1] > red[2] > 0
