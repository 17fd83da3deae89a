"""keys.toml -> what the user wants on which keys, and where each wish stands; ids mean nothing here."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tofutui.config.fields import show
from tofutui.config.paths import config_dir
from tofutui.system.files import CONFIGURATION, read_regular

NONE = "none"
"""In place of a key: the action has no key."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of keys.toml."""

    id: str
    keys: tuple[str, ...]
    """As they are written; empty: no key."""
    place: str
    """``FILE:LINE``."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The wishes of a file in its order, and what could not be read, one sentence each."""

    wishes: tuple[Wish, ...] = ()
    errors: tuple[str, ...] = ()


def keys_file() -> Path:
    """Where the user's own keys lie (the file need not exist)."""
    return config_dir() / "keys.toml"


def read_keys(path: Path) -> KeyFile:
    """The wishes of keys.toml; none where there is no file."""
    try:
        text = read_regular(path, most=CONFIGURATION).decode("utf-8")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        return KeyFile()
    except OSError as error:
        return KeyFile(errors=(f"{path}: cannot be read: {error.strerror or error}",))
    except UnicodeDecodeError as error:
        return KeyFile(errors=(f"{path}: not UTF-8: byte {error.start}",))
    except tomllib.TOMLDecodeError as error:
        return KeyFile(errors=(f"{path}: not TOML: {error}",))
    except (ValueError, RecursionError):
        return KeyFile(errors=(f"{path}: not TOML",))
    wishes, errors = [], []
    for id_, value in _flat(raw, ""):
        place = f"{path}:{_line_of(text, id_)}"
        keys = _keys(value)
        if keys is None:
            errors.append(f'{place}: {id_} = {show(value)}: not a list of keys, as in ["D"]')
        else:
            wishes.append(Wish(id_, keys, place))
    return KeyFile(tuple(wishes), tuple(errors))


def _flat(table: dict[str, object], above: str) -> Iterator[tuple[str, object]]:
    """Ids may be written as dotted keys or tables too: ``row.delete``, ``[row]``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _keys(value: object) -> tuple[str, ...] | None:
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return None
    return () if keys == [NONE] else tuple(keys)


def _line_of(text: str, id_: str) -> int:
    """The line on which an id stands, whole or below the table of its group."""
    group, _, verb = id_.rpartition(".")
    lines = text.splitlines()
    whole = re.compile(rf"""\s*["']?{_dotted(id_)}["']?\s*=""")
    for number, line in enumerate(lines, 1):
        if whole.match(line):
            return number
    inside = re.compile(rf"""\s*["']?{_dotted(verb)}["']?\s*=""")
    table, here = re.compile(rf"""\s*\[\s*["']?{_dotted(group)}["']?\s*\]"""), False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("["):
            here = bool(table.match(line))
        elif here and inside.match(line):
            return number
    return 1


def _dotted(id_: str) -> str:
    """A dotted key may have blanks and quotes around its dots."""
    return r"""["']?\s*\.\s*["']?""".join(map(re.escape, id_.split(".")))
