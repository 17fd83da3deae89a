"""The themes of a running app: which there are, what was wrong with others, and which one is meant."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rich.color import Color, ColorSystem
from textual.theme import Theme

from tofutui.config.colors import contrast, oklab
from tofutui.config.errors import nearest
from tofutui.config.themes import GROUNDS, TEXT_CONTRAST, ThemeSpec
from tofutui.ui.theme.styles import all_themes, textual_theme

DEFAULT = "dark"
ANSI = (
    "#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa",
    "#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff",
)  # fmt: skip
"""The sixteen colours as Rich takes them to be; a terminal's own may differ a little."""
_LINE_CONTRAST = 3.0
_GREY = 0.04
"""Below this distance from the grey axis of OKLab a colour counts as grey."""


class Themes:
    """The themes by name."""

    def __init__(self) -> None:
        self._specs, self._errors = all_themes()
        self._complaints: list[str] = []
        self._fewer: Callable[[ThemeSpec], ThemeSpec] | None = None
        self._of_few: dict[str, ThemeSpec] = {}
        """Themes for a terminal of few colours, made when they are first asked for."""

    @property
    def names(self) -> list[str]:
        """All there are, in the order in which `following` goes."""
        return list(self._specs)

    @property
    def default(self) -> ThemeSpec:
        """The one to begin with."""
        return self._shown(self._specs.get(DEFAULT) or next(iter(self._specs.values())))

    def named(self, name: str | None) -> ThemeSpec:
        """The theme of this name; where there is none, the default and a complaint. None: the default."""
        if name is not None and name not in self._specs:
            meant = nearest(name, self.names)
            self._complaints.append(f"there is no theme {name!r}: {self.default.name} is shown; {meant}")
        spec = self._specs.get(name or DEFAULT)
        return self._shown(spec) if spec else self.default

    def following(self, name: str) -> ThemeSpec:
        """The theme after this one, round the end."""
        names = self.names
        return self._shown(self._specs[names[(names.index(name) + 1) % len(names)]])

    def complaints(self) -> str:
        """The complaints, in one line, once; "" for nothing."""
        said, self._complaints = self._complaints, []
        broken, self._errors = self._errors, []
        if broken:
            path, colon, reason = broken[0].partition(".toml")
            said.append(f"theme file {Path(path).name}{colon}{reason}")
        if len(broken) > 1:
            more = "1 more is" if len(broken) == 2 else f"{len(broken) - 1} more are"
            said.append(f"{more} broken: `tofutui themes` names them")
        return "; ".join(dict.fromkeys(said))

    def for_textual(self) -> Iterator[Theme]:
        """Every theme as Textual wants it."""
        return (textual_theme(self._shown(spec)) for spec in self._specs.values())

    def use_few_colors(self, count: int) -> None:
        """For terminals of 16 or 256 colours: from now on every theme is made of those."""
        self._fewer = sixteen if count == 16 else eight_bit

    def _shown(self, spec: ThemeSpec) -> ThemeSpec:
        if self._fewer is None:
            return spec
        if spec.name not in self._of_few:
            self._of_few[spec.name] = self._fewer(spec)
        return self._of_few[spec.name]


def sixteen(spec: ThemeSpec) -> ThemeSpec:
    """The theme in the colours that every terminal has: one ground, and texts that can be read on it.

    Left to itself each colour would become its nearest neighbour, and quiet text the colour of its ground.
    """
    ground = "#000000" if spec.dark else "#ffffff"
    usable = [color for color in ANSI if contrast(color, ground) >= TEXT_CONTRAST]
    colors = {name: nearest_color(color, usable) for name, color in spec.colors.items()}
    tokens = {name: nearest_color(color, usable) for name, color in spec.tokens.items()}
    colors |= dict.fromkeys(GROUNDS, ground)
    return replace(spec, colors=MappingProxyType(colors), tokens=MappingProxyType(tokens))


def eight_bit(spec: ThemeSpec) -> ThemeSpec:
    """The theme in the 256 colours of most terminals: grounds in grey, and texts that can be read on them.

    Left to itself a dark blue ground would become navy, and a pale one lavender.
    """
    colors = dict(spec.colors)
    for ground in GROUNDS:
        light = oklab(colors[ground])[0]
        colors[ground] = min(_greys(), key=lambda grey: abs(oklab(drawn_of_256(grey))[0] - light))
    grounds = [drawn_of_256(colors[ground]) for ground in GROUNDS]

    def readable_or_nearest(name: str, color: str) -> str:
        least = _LINE_CONTRAST if name == "line" else TEXT_CONTRAST
        drawn = drawn_of_256(color)
        if all(contrast(drawn, ground) >= least for ground in grounds):
            return color
        usable = [c for c in _cube() if all(contrast(c, ground) >= least for ground in grounds)]
        return min(usable, key=lambda other: math.dist(oklab(other), oklab(color)), default=color)

    colors |= {n: readable_or_nearest(n, c) for n, c in colors.items() if n not in GROUNDS}
    tokens = {name: readable_or_nearest(name, color) for name, color in spec.tokens.items()}
    return replace(spec, colors=MappingProxyType(colors), tokens=MappingProxyType(tokens))


def drawn_of_256(color: str) -> str:
    """What becomes of a colour on a terminal of 256."""
    return Color.parse(color).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


@cache
def _greys() -> tuple[str, ...]:
    """A grey for each grey that such a terminal has."""
    every = ("#" + f"{level:02x}" * 3 for level in range(0, 256, 3))
    return tuple({drawn_of_256(grey): grey for grey in every}.values())


@cache
def _cube() -> tuple[str, ...]:
    levels = (0, 95, 135, 175, 215, 255)
    colors = (f"#{r:02x}{g:02x}{b:02x}" for r in levels for g in levels for b in levels)
    return tuple(color for color in colors if drawn_of_256(color) == color)


def nearest_color(color: str, usable: list[str]) -> str:
    """The most similar usable colour; greys become greys, other colours keep their hue."""
    light, a, b = oklab(color)
    grey = math.hypot(a, b) < _GREY

    def distance(other: str) -> float:
        light2, a2, b2 = oklab(other)
        return abs(light - light2) if grey else abs(_turn(math.atan2(b, a) - math.atan2(b2, a2)))

    return min((o for o in usable if (math.hypot(*oklab(o)[1:]) < _GREY) is grey), key=distance)


def _turn(angle: float) -> float:
    """An angle between minus and plus half a circle."""
    return math.remainder(angle, math.tau)
