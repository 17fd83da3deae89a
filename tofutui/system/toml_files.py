"""TOML files that a user writes: read with every fault as one line, and the line on which a key is."""

import re
import tomllib
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from tofutui.system.files import CONFIGURATION, read_regular

_PART = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEAD = re.compile(rf"\s*\[\s*\[?\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_SAVE = "save it as plain text in UTF-8"
_WHERE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


class TomlFault(Exception):
    """Why a file gives no table, in one line, with the place that the parser names."""

    def __init__(self, text: str, *, line: int = 0) -> None:
        super().__init__(text)
        self.line = line
        """Counted from 1; 0: of no line."""

    @property
    def without_place(self) -> str:
        """The same without the parser's own words for the place."""
        return _WHERE.sub("", str(self))


def read_toml(path: Path, *, most: int = CONFIGURATION) -> tuple[dict[str, Any], str]:
    """The table in a file of at most ``most`` bytes, and its text.

    Raises:
        FileNotFoundError: there is no such file.
        TomlFault: it cannot be read, or is not TOML.
    """
    try:
        text = decoded(read_regular(path, most=most))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TomlFault(f"cannot be read: {error.strerror or error}") from error
    return parsed(text), text


def decoded(data: bytes) -> str:
    """The text of a file, without the mark that editors put before UTF-8.

    Raises:
        TomlFault: it is not UTF-8; the message says what it is.
    """
    if data.startswith(b"{\\rtf"):
        raise TomlFault(f"an RTF document of a word processor, not plain text: {_SAVE}", line=1)
    try:
        text = data.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_wide(data)
        line = data.count(b"\n", 0, error.start) + 1
        raise TomlFault(f"not UTF-8: byte {error.start}, in line {line}: {_SAVE}", line=line) from None
    if "\0" in text:  # ASCII in UTF-16 without a mark is UTF-8 too
        _refuse_wide(data)
    return text


def _refuse_wide(data: bytes) -> None:
    from tofutui.tofu.base.encodings import wide_name

    if wide := wide_name(data):
        raise TomlFault(f"not UTF-8 but {wide}: {_SAVE}", line=1) from None


def parsed(text: str) -> dict[str, Any]:
    """The table in a text.

    Raises:
        TomlFault: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        line = int(where[1]) if where and where[1] else text.rstrip("\n").count("\n") + 1
        raise TomlFault(f"not TOML: {error}{_cause(text, line)}", line=line) from None
    except RecursionError:
        raise TomlFault("not TOML: nested too deeply", line=1) from None
    except ValueError:
        raise TomlFault("not TOML: a number that is too long", line=1) from None


def _cause(text: str, number: int) -> str:
    """What a word processor or a mail program did to a line, counted from 1; "" where nothing is seen."""
    from tofutui.tofu.base.damaged_text import damage

    lines = text.split("\n")
    what = damage(lines[number - 1]) if number <= len(lines) else ""
    return f": that line holds {what}; type plain quotation marks, hyphens and blanks" if what else ""


def line_of(text: str, key: str) -> int:
    """The line on which a dotted key is set, or its table begins, however it is written; 0: on none."""
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if head := _HEAD.match(line):
            here = table = _joined(head[1])
        elif assignment := _ASSIGNMENT.match(line):
            here = ".".join(filter(None, (table, _joined(assignment[1]))))
        else:
            continue
        if here == key or here.startswith(f"{key}."):
            return number
    return 0


def _joined(dotted: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_PART, dotted))
