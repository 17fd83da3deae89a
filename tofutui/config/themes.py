"""Theme files: colours as data (TOML), the bundled ones and the user's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tofutui.config.colors import contrast, luminance, mix, readable, with_hue
from tofutui.config.errors import nearest
from tofutui.config.fields import show
from tofutui.config.paths import bundled
from tofutui.system.toml_files import TomlFault, decoded, line_of, parsed

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

TOKENS: Mapping[str, str] = MappingProxyType(
    {
        "muted": "",
        "line": "",
        "verdict-mismatch": "error",
        "verdict-suspect": "warning",
        "verdict-same-name": "foreground",
        "verdict-proven": "success",
        "verdict-no-answer": "accent",
        "verdict-unreadable": "accent",
        "verdict-not-stored": "muted",
        "verdict-pending": "muted",
        "role-primary": "primary",
        "role-secondary": "secondary",
        "danger": "error",
        "read-only": "warning",
        "demo": "accent",
        "privacy": "success",
    }
)
"""The domain tokens, each with the colour (or token) that it takes where a theme does not say.

Quiet text (``muted``) and borders (``line``) lie between background and foreground.
"""

COLORS = (
    "primary", "secondary", "accent", "warning", "error", "success",
    "foreground", "background", "surface", "panel",
)  # fmt: skip
"""The colours of a theme; only ``primary`` has to be given."""
GROUNDS = ("background", "surface", "panel")
"""The background colours of text."""
TEXT_CONTRAST = 4.5
"""The least contrast of text (WCAG 2, level AA); lines need 3."""
LARGEST = 64 * 1024
"""Bytes; a larger file is not read as a theme."""

_DARK = {"foreground": "#e6e6e6", "background": "#101010"}
_LIGHT = {"foreground": "#1a1a1a", "background": "#fafafa"}
_HALF = 0.18
"""The luminance that looks half-way between black and white."""
_RED, _YELLOW, _GREEN = 25, 90, 148
"""Hues in OKLab, degrees."""

_KEYS = ("name", "dark", "colors", "tokens")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class ThemeSpec:
    """A theme, complete: every colour of `COLORS`, every token of `TOKENS`, as ``#rrggbb``."""

    name: str
    dark: bool
    colors: Mapping[str, str]
    tokens: Mapping[str, str]
    source: str
    """``bundled``, or the file's path."""


@dataclass(frozen=True, slots=True)
class ThemeBook:
    """The themes by name, and what was wrong with the files that gave none (file, line and reason)."""

    themes: Mapping[str, ThemeSpec]
    errors: tuple[str, ...]


def load_themes(user_dir: Path) -> ThemeBook:
    """The bundled themes and those of ``user_dir``; of two with the same name the user's wins.

    A broken file never stops anything: it is named in ``errors``.
    """
    themes: dict[str, ThemeSpec] = {}
    errors: list[str] = []
    for folder, shown in ((bundled("themes"), "bundled"), (user_dir, "")):
        read: dict[str, ThemeSpec] = {}
        try:
            files = _files(folder)
        except OSError as error:
            errors.append(f"{folder}: cannot be read: {error.strerror}")
            continue
        for file in files:
            source = shown or str(file)
            try:
                theme = _read(file, source)
            except TomlFault as fault:
                place = f"{file}:{fault.line}" if fault.line else str(file)
                errors.append(f"{place}: {fault.without_place}")
                continue
            if theme.name in read:
                errors.append(f"{file}: the name {theme.name} is taken by {read[theme.name].source}")
            read.setdefault(theme.name, theme)
        themes |= read
    return ThemeBook(MappingProxyType(themes), tuple(errors))


def _read(file: "Traversable", source: str) -> ThemeSpec:
    """The theme of one file.

    Raises:
        TomlFault: there is none in it.
    """
    return parse_theme(_text(file), source)


def _text(file: "Traversable") -> str:
    try:
        if not file.is_file():
            raise TomlFault("not a file")
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise TomlFault(f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise TomlFault(f"larger than {LARGEST // 1024} KB: not a theme")
    return decoded(data)


def parse_theme(text: str, source: str) -> ThemeSpec:
    """A theme from the text of its file; what it does not say is derived.

    Raises:
        TomlFault: there is none in it.
    """
    raw = parsed(text)
    for key in raw:
        if key not in _KEYS:
            raise _fault(text, key, f"{key}: unknown key, {nearest(key, _KEYS)}")
    name, dark = raw.get("name"), raw.get("dark")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _fault(text, "name", "name: use lower-case letters, digits and '-'")
    if not isinstance(dark, bool | None):
        raise _fault(text, "dark", f"dark = {show(dark)}: must be true or false")
    given = _colors(raw, "colors", COLORS, text)
    if "primary" not in given:
        raise _fault(text, "colors", "[colors] primary: missing")
    if dark is None:
        dark = luminance(given.get("background", "#000000")) < _HALF
    colors = derived_colors(given, dark)
    tokens = derived_tokens(_colors(raw, "tokens", tuple(TOKENS), text), colors)
    return ThemeSpec(name, dark, MappingProxyType(colors), MappingProxyType(tokens), source)


def derived_colors(given: Mapping[str, str], dark: bool) -> dict[str, str]:
    """Every colour of `COLORS`: what is not given follows from what is, readable on every ground."""
    colors = {**(_DARK if dark else _LIGHT), **given}
    back, fore = colors["background"], colors["foreground"]
    colors.setdefault("surface", mix(back, fore, 0.04))
    colors.setdefault("panel", mix(back, fore, 0.09))
    grounds = [colors[ground] for ground in GROUNDS]

    def derive(color: str, value: str) -> None:
        colors.setdefault(color, readable(value, grounds, TEXT_CONTRAST))

    derive("secondary", with_hue(colors["primary"], 60, turn=True))
    derive("accent", mix(colors["primary"], fore, 0.4))
    derive("warning", with_hue(colors["primary"], _YELLOW))
    derive("error", with_hue(colors["warning"], _RED))
    derive("success", with_hue(colors["warning"], _GREEN))
    return {color: colors[color] for color in COLORS}


def derived_tokens(given: Mapping[str, str], colors: Mapping[str, str]) -> dict[str, str]:
    """Every token of `TOKENS`."""
    back, fore = colors["background"], colors["foreground"]
    grounds = [colors[ground] for ground in GROUNDS]
    known = {
        **colors,
        "muted": readable(mix(back, fore, 0.62), grounds, TEXT_CONTRAST),
        "line": readable(mix(back, fore, 0.36), grounds, 3),
        **given,
    }
    return {token: given.get(token) or known[base or token] for token, base in TOKENS.items()}


def weak_texts(theme: ThemeSpec) -> list[str]:
    """Which texts of a theme are hard to read, as sentences; for those who make one."""
    faint = []
    for name, color in (*theme.colors.items(), *theme.tokens.items()):
        least = min(contrast(color, theme.colors[ground]) for ground in GROUNDS)
        if name not in (*GROUNDS, "line") and least < TEXT_CONTRAST:
            faint.append(
                f"{name} {color}: contrast {least:.1f} on its own backgrounds; readable text needs 4.5"
            )
    return faint


def _files(folder: "Traversable") -> "list[Traversable]":
    if not folder.is_dir():
        return []
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _colors(raw: dict[str, Any], table: str, valid: tuple[str, ...], text: str) -> dict[str, str]:
    given = raw.get(table, {})
    if not isinstance(given, dict):
        raise _fault(text, table, f"{table} = {show(given)}: not a table")
    for key, value in given.items():
        if key not in valid:
            raise _fault(text, f"{table}.{key}", f"[{table}] {key}: unknown key, {nearest(key, valid)}")
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise _fault(text, f"{table}.{key}", f"[{table}] {key} = {show(value)}: not #rgb or #rrggbb")
    return {key: _six_digits(value) for key, value in given.items()}


def _six_digits(color: str) -> str:
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _fault(text: str, key: str, reason: str) -> TomlFault:
    """A fault at a dotted key, else at its table, else on the first line."""
    return TomlFault(reason, line=line_of(text, key) or line_of(text, key.partition(".")[0]) or 1)
