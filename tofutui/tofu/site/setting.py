"""What a key of sessions.toml is: declared beside the field of a session that it fills.

The checks, what is saved, the form, `tofutui doctor` and the table in docs/reference.md follow from it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import Enum, auto
from typing import Any


class Rule(Enum):
    """What a value has to be."""

    ANY_TEXT = auto()
    TEXT = auto()
    """Not empty."""
    WORD = auto()
    """Text without white space."""
    HOST = auto()
    HOSTS = auto()
    PORT = auto()
    FLAG = auto()
    VARIABLE = auto()
    """The name of an environment variable."""
    COMMAND_LINE = auto()
    PATH = auto()
    PATHS = auto()
    """Files, globs, folders."""
    SECONDS = auto()
    SECONDS_OR_ZERO = auto()
    COUNT = auto()
    CHOICE = auto()
    CHOICES = auto()
    TABLES = auto()
    """Tables of their own."""
    ENDPOINTS = auto()
    """HOST:PORT to HOST:PORT."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key."""

    rule: Rule
    meaning: str
    """As in docs/reference.md: Markdown, no full stop."""
    label: str = ""
    """In the form; by default the key itself."""
    unset: str | None = None
    """What holds while it is not set, where the default of the field does not say it."""
    choices: tuple[str, ...] = ()
    is_secret: bool = False
    """Whether only its presence is ever shown."""


_KEY = "setting"


def declared(rule: Rule, meaning: str, **details: Any) -> Mapping[str, Setting]:
    """The metadata of a dataclass field that is a key of sessions.toml."""
    return {_KEY: Setting(rule, meaning, **details)}


def settings_of(kind: Any) -> dict[str, Setting]:
    """The keys of a dataclass (or an instance of one), in the order in which they are declared."""
    return {field.name: field.metadata[_KEY] for field in fields(kind) if _KEY in field.metadata}


def is_needed(kind: Any, key: str) -> bool:
    """Whether nothing holds for a key that is not set."""
    field = next(field for field in fields(kind) if field.name == key)
    return field.default is MISSING and field.default_factory is MISSING


def default_of(kind: Any, key: str) -> Any:
    """The value of a key that is not set; None where there is none."""
    field = next(field for field in fields(kind) if field.name == key)
    if callable(field.default_factory):
        return field.default_factory()
    return field.default if field.default is not field.default_factory else None
