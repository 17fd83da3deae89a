"""Values of ours as JSON and back: frozen dataclasses of texts, numbers, times, enums and tuples of them."""

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tofutui.history.database import HistoryError, stamp, storable, time_of

T = TypeVar("T")


def to_json(value: object) -> str:
    """A value as one line of JSON."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """The value that `to_json` wrote; fields that were not known then get their defaults.

    Raises:
        HistoryError: the text is not such a value.
    """
    try:
        value: T = _read(kind, json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise HistoryError(f"a stored {kind.__name__} cannot be read: {error}") from error
    return value


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, str):
        return storable(value)
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(option for option in get_args(kind) if option is not type(None))
        return None if value is None else _read(inner, value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in value)
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_fields(kind, value)
    if kind is datetime:
        return time_of(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _read_fields(kind: type, value: Any) -> Any:
    values = {}
    for item in fields(kind):
        if item.name in value:
            values[item.name] = _read(_hints(kind)[item.name], value[item.name])
        elif item.default is MISSING and item.default_factory is MISSING:
            raise KeyError(item.name)
    return kind(**values)
