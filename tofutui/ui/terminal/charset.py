"""Which characters a terminal's encoding carries, and what is drawn in the place of others."""

import codecs
import curses
import os
from collections.abc import Mapping
from typing import TextIO

from rich.cells import cell_len

_DRAWN = "…→▸●≠·▾▴█▐─│┏━┃✗✓≈"
"""What the screens are drawn with; an encoding that lacks any of it gets ASCII."""
_PLAIN_LOCALES = frozenset({"C", "POSIX"})
_STAND_INS = {
    **dict.fromkeys("─━┄┅┈┉╌╍═╴╶╸╺╼╾▔▁", "-"),
    **dict.fromkeys("│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▌▐▕", "|"),
    **dict.fromkeys("█▉▊▋▇▆▅▄▃▂▀░▒▓", "#"),
    **dict.fromkeys("…≈", "~"),
    **dict.fromkeys("→▸▶\u276f\u203a»", ">"),
    **dict.fromkeys("←◂◀\u276e\u2039«", "<"),
    **dict.fromkeys("↑▴▲", "^"),
    **dict.fromkeys("↓▾▼", "v"),
    **dict.fromkeys("●•◆■", "*"),
    **dict.fromkeys("·\u2212\u2013—\u2010\u2011", "-"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("\u2018\u2019\u201a", "'"),
    "≠": "!",
    "✗": "x",
    "✓": "+",
    "\N{NO-BREAK SPACE}": " ",
}
_BOXES = range(0x2500, 0x2580)


def encoding_of(stream: TextIO, environ: Mapping[str, str]) -> str:
    """The encoding that a terminal at this stream is expected to take.

    Where the user's locale is C or POSIX, or is not installed, Python writes UTF-8 all the same; the terminal
    takes what the locale's name says, and what both have in common is ASCII.
    """
    name = environ.get("LC_ALL") or _own_choice(environ) or environ.get("LANG") or ""
    declared, written = name.partition("@")[0].partition(".")[2], stream.encoding or "utf-8"
    if name in _PLAIN_LOCALES or (declared and not _is_same(declared, written)):
        return "ascii"
    return written


def _is_same(declared: str, written: str) -> bool:
    try:
        return codecs.lookup(declared).name == codecs.lookup(written).name
    except LookupError:
        return False


def _own_choice(environ: Mapping[str, str]) -> str:
    """LC_CTYPE, unless Python itself set it to make up for a locale that is C or not installed (PEP 538)."""
    name = environ.get("LC_CTYPE", "")
    return "" if name == "C.UTF-8" and environ.get("LANG") else name


def erases_in_color(environ: Mapping[str, str]) -> bool:
    """Whether this terminal gives erased cells the current background (terminfo, ``bce`` and ``ech``)."""
    try:
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - no terminal is asked
            curses.setupterm(environ.get("TERM", ""), nothing.fileno())
    except (curses.error, ValueError, OSError):
        return False
    return curses.tigetflag("bce") == 1 and curses.tigetstr("ech") == b"\x1b[%p1%dX"


class Charset:
    """The characters of one encoding."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.name = encoding
        self._has_all = encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf16", "utf32")
        self._known: dict[str, str] = {}

    @property
    def carries_drawing(self) -> bool:
        """Whether everything that the screens are drawn with can be sent."""
        return all(self._has(character) for character in _DRAWN)

    def fitting(self, text: str) -> str:
        """The text, as wide as before, with stand-ins for what cannot be sent."""
        if self._has_all or text.isascii():
            return text
        return "".join(map(self._one_fitting, text))

    def _one_fitting(self, character: str) -> str:
        known = self._known.get(character)
        if known is None:
            known = self._known[character] = character if self._has(character) else _stand_in(character)
        return known

    def _has(self, character: str) -> bool:
        if self._has_all:
            return True
        try:
            character.encode(self.name)
        except (LookupError, UnicodeEncodeError):
            return False
        return True


def _stand_in(character: str) -> str:
    if character in _STAND_INS:
        return _STAND_INS[character]
    return "+" if ord(character) in _BOXES else "?" * cell_len(character)
