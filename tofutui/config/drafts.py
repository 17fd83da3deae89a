"""A session that is being written: a raw table, checked as `sessions validate` does, faults by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tofutui.config.fields import Faults
from tofutui.config.sessions import place_of, read_session
from tofutui.tofu.site.session import Role, Session
from tofutui.tofu.site.setting import settings_of

_KEY = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong (or strange) with one field."""

    field: str
    """``name``, ``title``, ``primary.host``, ``remotes``, ``probe.map`` and so on."""
    text: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """What a table comes to; ``session`` is None where a fault is an error."""

    session: Session | None
    faults: tuple[FieldFault, ...]

    @property
    def errors(self) -> tuple[FieldFault, ...]:
        """The faults that keep it from being saved."""
        return tuple(fault for fault in self.faults if fault.is_error)


def check_draft(name: str, table: Mapping[str, Any], base: Path) -> Draft:
    """Check a session's name and its raw table; relative paths start at ``base``."""
    faults = Faults("")
    session = read_session(name, dict(table), {}, base, faults)
    prefix = place_of(name)
    placed = tuple(
        _field_fault(place.removeprefix(prefix).lstrip("."), text, is_error)
        for place, text, is_error in faults.placed
    )
    return Draft(session, placed)


def _field_fault(place: str, text: str, is_error: bool) -> FieldFault:
    match = _KEY.match(text)
    key = match[0] if match else ""
    if not place:
        return FieldFault(key if key in settings_of(Session) else "name", text, is_error)
    if place.startswith("remotes."):
        return FieldFault("remotes", f"line {place.removeprefix('remotes.')}: {text}", is_error)
    if place in (*Role, "probe"):
        return FieldFault(f"{place}.{key}", text, is_error)
    return FieldFault(place, text, is_error)
