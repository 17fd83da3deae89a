"""Theme files: colours as data (TOML), the bundled ones and the user's own."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tofutui.config.errors import nearest
from tofutui.config.fields import show
from tofutui.config.paths import bundled

TOKENS: Mapping[str, str] = MappingProxyType(
    {
        "verdict-mismatch": "error",
        "verdict-suspect": "warning",
        "verdict-same-name": "foreground",
        "verdict-proven": "success",
        "verdict-no-answer": "accent",
        "verdict-unreadable": "accent",
        "verdict-not-stored": "foreground",
        "verdict-pending": "foreground",
        "role-primary": "primary",
        "role-secondary": "secondary",
        "danger": "error",
        "read-only": "warning",
        "demo": "accent",
    }
)
"""The domain tokens, each with the colour that it takes where a theme does not say."""

_DARK = {"foreground": "#e6e6e6", "background": "#101010", "surface": "#181818", "panel": "#222222"}
_LIGHT = {"foreground": "#1a1a1a", "background": "#fafafa", "surface": "#f0f0f0", "panel": "#e4e4e4"}
_FROM = {"secondary": "primary", "accent": "primary", "warning": "accent", "error": "warning"}
COLORS = ("primary", "secondary", "accent", "warning", "error", "success", *_DARK)
"""The colours of a theme; only ``primary`` has to be given."""

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
    """Why a theme file gives no theme; ``key`` tells where to look for the line."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


def load_themes(user_dir: Path) -> ThemeBook:
    """The bundled themes and those of ``user_dir``; of two with the same name the user's wins.

    A broken file never stops anything: it stands in ``errors``.
    """
    themes: dict[str, ThemeSpec] = {}
    errors: list[str] = []
    for file, source in (*_files(bundled("themes"), "bundled"), *_files(user_dir, None)):
        try:
            text = file.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            errors.append(f"{source if source != 'bundled' else file}: cannot be read: {error}")
            continue
        try:
            theme = parse_theme(text, source)
        except _ThemeError as fault:
            errors.append(f"{source}:{_line_of(text, fault.key)}: {fault}")
        except tomllib.TOMLDecodeError as error:
            errors.append(_syntax(source, error))
        except (ValueError, RecursionError):
            errors.append(f"{source}:1: not TOML")
        else:
            themes[theme.name] = theme
    return ThemeBook(MappingProxyType(themes), tuple(errors))


def parse_theme(text: str, source: str) -> ThemeSpec:
    """A theme from the text of its file."""
    raw = tomllib.loads(text)
    for key in raw:
        if key not in ("name", "dark", "colors", "tokens"):
            raise _ThemeError(
                key, f"{key}: unknown key, {nearest(key, ['name', 'dark', 'colors', 'tokens'])}"
            )
    name, dark = raw.get("name"), raw.get("dark", True)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _ThemeError("name", "name: lower-case letters, digits and '-' are needed")
    if not isinstance(dark, bool):
        raise _ThemeError("dark", f"dark = {show(dark)}: neither true nor false")
    colors = _complete(_colors(raw, "colors", COLORS), dark)
    tokens = {token: colors[base] for token, base in TOKENS.items()} | _colors(raw, "tokens", tuple(TOKENS))
    return ThemeSpec(name, dark, MappingProxyType(colors), MappingProxyType(tokens), source)


def _files(folder: Traversable, source: str | None) -> Iterator[tuple[Traversable, str]]:
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".toml") and file.is_file():
                yield file, source or str(file)


def _colors(raw: dict[str, Any], table: str, valid: tuple[str, ...]) -> dict[str, str]:
    given = raw.get(table, {})
    if not isinstance(given, dict):
        raise _ThemeError(table, f"{table} = {show(given)}: not a table")
    for key, value in given.items():
        if key not in valid:
            raise _ThemeError(key, f"[{table}] {key}: unknown key, {nearest(key, valid)}")
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise _ThemeError(key, f"[{table}] {key} = {show(value)}: not #rgb or #rrggbb")
    return {key: _six_digits(value) for key, value in given.items()}


def _six_digits(color: str) -> str:
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _complete(given: dict[str, str], dark: bool) -> dict[str, str]:
    """Every colour: what is not given follows from what is."""
    if "primary" not in given:
        raise _ThemeError("colors", "[colors] primary: missing")
    colors = (_DARK if dark else _LIGHT) | given
    for color, base in _FROM.items():
        colors.setdefault(color, colors[base])
    colors.setdefault("success", colors["foreground"])
    return {color: colors[color] for color in COLORS}


def _line_of(text: str, key: str) -> int:
    """The line on which a key (or a table of this name) stands; 1 if it does not."""
    pattern = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


def _syntax(source: str, error: tomllib.TOMLDecodeError) -> str:
    found = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", str(error))
    line = found[1] if found and found[1] else "end"
    reason = str(error)[: found.start()] if found else str(error)
    return f"{source}:{line}: {reason}"
