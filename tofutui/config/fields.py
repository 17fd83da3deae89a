"""Values of a TOML table, checked one by one: every fault is kept, none stops the reading."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tofutui.config.errors import nearest
from tofutui.tofu.site.endpoint import as_address

Check = Callable[[object], object]
"""Takes the raw value, gives the checked one; raises ValueError with the reason."""

_HOST_NAME = re.compile(r"[A-Za-z0-9_*#?]([A-Za-z0-9._*#?-]*[A-Za-z0-9_*#?.])?")
_DOTTED_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)+")
"""No host name (RFC 1123), and of the forms of an address only the usual one is read alike everywhere."""


@dataclass(slots=True)
class Faults:
    """The faults and warnings of one file."""

    file: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    exposed: list[str] = field(default_factory=list)
    """What others can read or change, and should not."""
    placed: list[tuple[str, str, bool]] = field(default_factory=list)
    """All of them in turn, each as place, text, and whether it is an error."""

    def add(self, place: str, text: str) -> None:
        """A fault at ``place``, a table's name without brackets ("" for the file itself)."""
        self.errors.append(self._at(place, text))
        self.placed.append((place, text, True))

    def warn(self, place: str, text: str) -> None:
        """Something that works and should be known."""
        self.warnings.append(self._at(place, text))
        self.placed.append((place, text, False))

    def _at(self, place: str, text: str) -> str:
        return f"{self.file}: [{place}] {text}" if place else f"{self.file}: {text}"


def show(value: object) -> str:
    """A value of the user's file as a message shows it, cut at 60 characters."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        shown = ascii(value)
    except ValueError:  # an integer with more digits than Python likes to print
        return "a huge number"
    return shown if len(shown) <= 60 else shown[:57] + "..."


def as_table(value: object, place: str, faults: Faults) -> dict[str, object]:
    """``value`` as a table; an empty one, and a fault, if it is none."""
    if isinstance(value, dict):
        return value
    faults.add(place, f"is {show(value)}, not a table")
    return {}


def read_table(
    raw: object, checks: Mapping[str, Check], place: str, faults: Faults, required: Iterable[str] = ()
) -> dict[str, Any]:
    """The checked values of the keys that are there and right; a fault for each of the others."""
    table = as_table(raw, place, faults)
    values: dict[str, Any] = {}
    for key, value in table.items():
        check = checks.get(key)
        if check is None:
            faults.add(place, f"{_shown_key(key)}: unknown key, {nearest(key, list(checks))}")
            continue
        try:
            values[key] = check(value)
        except ValueError as error:
            shown = "(not shown)" if key.startswith("password") else show(value)
            faults.add(place, f"{key} = {shown}: {error}")
    if isinstance(raw, dict):
        for key in required:
            if key not in table:
                faults.add(place, f"{key}: missing")
    return values


def _shown_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else ascii(key)


def text(value: object) -> str:
    """A string that is not empty."""
    if not isinstance(value, str):
        raise ValueError("not a string")
    if not value.strip():
        raise ValueError("empty")
    return value


def variable(value: object) -> str:
    """The name of an environment variable; the password itself may have been written there."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word(value)):
        raise ValueError("not the name of a variable")
    return word(value)


def any_text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise ValueError("not a string")
    return value


def word(value: object) -> str:
    """A string without white space."""
    string = text(value)
    if any(c.isspace() for c in string):
        raise ValueError("must not contain white space")
    return string


def command_line(value: object) -> str:
    """A command line that can be split into words as a shell would."""
    line = text(value)
    try:
        shlex.split(line)
    except ValueError as error:
        raise ValueError(f"not a command line: {str(error).lower()}") from None
    return line


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def whole(least: int, most: int) -> Check:
    """A whole number from ``least`` to ``most``."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("not a whole number")
        if not least <= value <= most:
            raise ValueError(f"must be between {least} and {most}")
        return value

    return check


port = whole(1, 65535)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("not a number")
    if not -1e9 <= value <= 1e9:  # keeps nan, infinities and integers beyond float out
        raise ValueError("must be between -1e9 and 1e9")
    return float(value)


def positive(value: object) -> float:
    """A number above 0."""
    number = _number(value)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def not_negative(value: object) -> float:
    """A number from 0."""
    number = _number(value)
    if number < 0:
        raise ValueError("must not be below 0")
    return number


def host(value: object) -> str:
    """A host name or an IP address, without port; brackets round an IPv6 address are dropped."""
    name = text(value)
    if as_address(name):
        return name.strip("[]")
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("not a host name or address (no port, no user, no URL here)")
    if _DOTTED_NUMBERS.fullmatch(name):
        raise ValueError("not an IP address: four numbers from 0 to 255, without leading zeros")
    return name


def one_of(*valid: str) -> Check:
    """One of a few words."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f"not one of: {', '.join(valid)}")
        if value not in valid:
            raise ValueError(nearest(value, valid))
        return value

    return check


def list_of(check: Check) -> Callable[[object], tuple[Any, ...]]:
    """A list of which every element passes ``check``."""

    def check_all(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError("not a list")
        for element in value:
            try:
                check(element)
            except ValueError as error:
                raise ValueError(f"{show(element)}: {error}") from None
        return tuple(check(element) for element in value)

    return check_all


def path_from(folder: Path) -> Callable[[object], Path]:
    """A path; ``~`` is the user's home, a relative one starts at ``folder``."""

    def check(value: object) -> Path:
        try:
            return folder / Path(text(value)).expanduser()
        except RuntimeError:
            raise ValueError("no such home folder") from None

    return check
