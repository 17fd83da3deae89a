"""keys.toml -> what the user wants on which keys, and where each wish is written; ids mean nothing here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tofutui.config.fields import show
from tofutui.config.paths import config_dir
from tofutui.system.toml_files import TomlFault, line_of, read_toml

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
class KeymapFile:
    """The wishes of a file in its order, and what could not be read, one sentence each."""

    wishes: tuple[Wish, ...] = ()
    errors: tuple[str, ...] = ()


def keys_file() -> Path:
    """Where the user's own keys lie (the file need not exist)."""
    return config_dir() / "keys.toml"


def read_keys(path: Path) -> KeymapFile:
    """The wishes of keys.toml; none where there is no file."""
    try:
        raw, text = read_toml(path)
    except FileNotFoundError:
        return KeymapFile()
    except TomlFault as fault:
        return KeymapFile(errors=(f"{path}: {fault}",))
    wishes, errors = [], []
    for id_, value in _flat(raw, ""):
        place = f"{path}:{line_of(text, id_) or 1}"
        keys = _keys(value)
        if keys is None:
            errors.append(f'{place}: {id_} = {show(value)}: not a list of keys, as in ["D"]')
        else:
            wishes.append(Wish(id_, keys, place))
    return KeymapFile(tuple(wishes), tuple(errors))


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
