"""What distinguishes a stored subject from the presented one, short enough for a column."""

from typing import NamedTuple

from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.names.match import Relation
from tofutui.tofu.names.values import AttributeLine, DistinguishedName

_MOST = 2
"""How many differing attributes a column names beside the CN."""
_NOTHING = "-"


class Sides(NamedTuple):
    """Both sides of a row, not yet made safe."""

    stored: str
    equal: bool | None
    """Whether the names are equal; None where there is nothing to compare."""
    presented: str


def sides(entry: Entry) -> Sides:
    """The CN of both sides, and where that is equal the attributes that differ.

    A row without a certificate says on the presented side why there is none.
    """
    names = entry.names
    if names is None or names.relation is Relation.UNREADABLE or entry.presented.certificate is None:
        return Sides(_stored(entry), None, _presented(entry))
    differing = [line for line in names.lines if line.differs]
    if not differing:
        return Sides(_stored(entry), names.relation is Relation.EQUAL, _presented(entry))
    common = [line for line in names.lines if line.type == "CN"]
    if any(line.differs for line in common):
        return _joined(common, 0)
    return _joined(common + differing[:_MOST], len(differing[_MOST:]))


def _joined(lines: list[AttributeLine], more: int) -> Sides:
    rest = [f"+{more} more"] if more else []
    stored = [_attribute(line, line.stored) for line in lines]
    presented = [_attribute(line, line.presented) for line in lines]
    return Sides(", ".join(stored + rest), False, ", ".join(presented + rest))


def _attribute(line: AttributeLine, value: str | None) -> str:
    if line.type == "CN":
        return value or "no CN"
    return f"no {line.type}" if value is None else f"{line.type}={value}"


def _stored(entry: Entry) -> str:
    if entry.stored is None:
        return _NOTHING
    return _short(entry.stored.subject) or entry.stored.raw or _NOTHING


def _presented(entry: Entry) -> str:
    certificate = entry.presented.certificate
    if certificate is None:
        return entry.presented.error or str(entry.presented.status)
    return _short(certificate.subject) or "empty subject"


def _short(name: DistinguishedName | None) -> str:
    return "" if name is None else (name.common_name or str(name))
