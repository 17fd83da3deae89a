"""Theme files: colours as data (TOML), the bundled ones and the user's own."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tofutui.config.colors import contrast, luminance, mix, readable, with_hue
from tofutui.config.errors import nearest
from tofutui.config.fields import show
from tofutui.config.paths import bundled

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
"""The colours on which text stands."""
TEXT_CONTRAST = 4.5
"""The least contrast of text (WCAG 2, level AA); lines need 3."""
LARGEST = 64 * 1024
"""Bytes; a larger file is no theme."""

_DARK = {"foreground": "#e6e6e6", "background": "#101010"}
_LIGHT = {"foreground": "#1a1a1a", "background": "#fafafa"}
_HALF = 0.18
"""The luminance that looks half-way between black and white."""
_RED, _YELLOW, _GREEN = 25, 90, 148
"""Hues in OKLab, degrees."""

_KEYS = ("name", "dark", "colors", "tokens")
_HEAD = re.compile(r"""\s*\[\s*["']?([^\]"']+?)["']?\s*\]""")
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


class _ThemeError(Exception):
    """Why a theme file gives no theme, and on which line; 0: on none."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.place = f":{line}" if line else ""


def load_themes(user_dir: Path) -> ThemeBook:
    """The bundled themes and those of ``user_dir``; of two with the same name the user's wins.

    A broken file never stops anything: it stands in ``errors``.
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
            except _ThemeError as fault:
                errors.append(f"{file}{fault.place}: {fault}")
                continue
            if theme.name in read:
                errors.append(f"{file}: the name {theme.name} is taken by {read[theme.name].source}")
            read.setdefault(theme.name, theme)
        themes |= read
    return ThemeBook(MappingProxyType(themes), tuple(errors))


def _read(file: Traversable, source: str) -> ThemeSpec:
    """The theme of one file.

    Raises:
        _ThemeError: there is none in it.
    """
    text = _text(file)
    try:
        return parse_theme(text, source)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(error, text) from None
    except (ValueError, RecursionError):
        raise _ThemeError("not TOML", 1) from None


def _text(file: Traversable) -> str:
    try:
        if not file.is_file():
            raise _ThemeError("not a file")
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise _ThemeError(f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise _ThemeError(f"larger than {LARGEST // 1024} KB: not a theme")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _ThemeError("not UTF-8", data.count(b"\n", 0, error.start) + 1) from None


def parse_theme(text: str, source: str) -> ThemeSpec:
    """A theme from the text of its file; what it does not say is derived.

    Raises:
        tomllib.TOMLDecodeError: the text is not TOML.
    """
    raw = tomllib.loads(text)
    lines = _Lines(text)
    for key in raw:
        if key not in _KEYS:
            raise lines.fault("", key, f"{key}: unknown key, {nearest(key, _KEYS)}")
    name, dark = raw.get("name"), raw.get("dark")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise lines.fault("", "name", "name: lower-case letters, digits and '-' are needed")
    if not isinstance(dark, bool | None):
        raise lines.fault("", "dark", f"dark = {show(dark)}: must be true or false")
    given = _colors(raw, "colors", COLORS, lines)
    if "primary" not in given:
        raise lines.fault("", "colors", "[colors] primary: missing")
    if dark is None:
        dark = luminance(given.get("background", "#000000")) < _HALF
    colors = derived_colors(given, dark)
    tokens = derived_tokens(_colors(raw, "tokens", tuple(TOKENS), lines), colors)
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
            faint.append(f"{name} {color}: contrast {least:.1f} on its own grounds, 4.5 can be read")
    return faint


def _files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _colors(raw: dict[str, Any], table: str, valid: tuple[str, ...], lines: "_Lines") -> dict[str, str]:
    given = raw.get(table, {})
    if not isinstance(given, dict):
        raise lines.fault("", table, f"{table} = {show(given)}: not a table")
    for key, value in given.items():
        if key not in valid:
            raise lines.fault(table, key, f"[{table}] {key}: unknown key, {nearest(key, valid)}")
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise lines.fault(table, key, f"[{table}] {key} = {show(value)}: not #rgb or #rrggbb")
    return {key: _six_digits(value) for key, value in given.items()}


def _six_digits(color: str) -> str:
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


class _Lines:
    """Where the keys of a file stand; the parser does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def fault(self, table: str, key: str, text: str) -> _ThemeError:
        """A fault at a key of a table ("": of none), else at the table, else on the first line."""
        return _ThemeError(text, self._find(table, key) or (self._find("", table) if table else 0) or 1)

    def _find(self, table: str, key: str) -> int:
        inside = ""
        wanted = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
        dotted = re.compile(rf"""\s*{re.escape(table)}\s*\.\s*["']?{re.escape(key)}["']?\s*=""")
        for number, line in enumerate(self._lines, 1):
            if head := _HEAD.match(line):
                inside = head[1]
                if not table and inside.partition(".")[0] == key:
                    return number
            elif (inside == table and wanted.match(line)) or (table and not inside and dotted.match(line)):
                return number
        return 0


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> _ThemeError:
    match = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", str(error))
    line = int(match[1]) if match and match[1] else text.rstrip("\n").count("\n") + 1
    return _ThemeError(str(error)[: match.start()] if match else str(error), line)
