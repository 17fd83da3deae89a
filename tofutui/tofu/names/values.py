"""What a distinguished name is: values only."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from tofutui.tofu.base.errors import TofutuiError

MOST_ATTRIBUTES = 10_000
"""Attributes of a name that is read; real ones have a dozen."""
_SPECIAL = re.compile(r'[,+"\\<>;]|^[ #]| $')


class UnreadableName(TofutuiError):
    """Bytes that are not a distinguished name."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name: its type (short name or dotted OID) and its value as text."""

    type: str
    value: str

    def __str__(self) -> str:
        return self.type + "=" + _SPECIAL.sub(r"\\\g<0>", self.value)


Rdn = tuple[Attribute, ...]
"""One attribute, rarely more."""


@lru_cache(maxsize=256)
def shared_rdn(*attributes: tuple[str, str]) -> Rdn:
    """An RDN of these types and values, as one object for all names that hold it.

    Thousands of rows name the same country and organization, each in several names.
    """
    return tuple(Attribute(kind, value) for kind, value in attributes)


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A name as a sequence of RDNs, each one or more attributes, in the order of the DER."""

    rdns: tuple[Rdn, ...]
    der: bytes = field(default=b"", compare=False, repr=False)
    """The bytes it was read from; empty for a name read from text."""

    def pairs(self) -> list[tuple[str, str]]:
        """Type and value of every attribute, in order."""
        return [(attribute.type, attribute.value) for rdn in self.rdns for attribute in rdn]

    @property
    def common_name(self) -> str | None:
        """The last CN, which is the most specific one."""
        return next((value for kind, value in reversed(self.pairs()) if kind == "CN"), None)

    @property
    def is_empty(self) -> bool:
        """Whether it holds no attribute."""
        return not any(self.rdns)

    def __str__(self) -> str:
        """For display: ``C=US, CN=a``, specials escaped, several attributes of one RDN joined by ``+``."""
        return ", ".join(" + ".join(map(str, rdn)) for rdn in self.rdns)


@dataclass(frozen=True, slots=True)
class AttributeLine:
    """One line of a side-by-side view: an attribute as stored and as presented (None: not there)."""

    type: str
    stored: str | None
    presented: str | None
    differs: bool


@lru_cache(maxsize=256)
def agreeing(kind: str, stored: str, presented: str) -> AttributeLine:
    """A line of two values that agree, as one object for all rows that have it."""
    return AttributeLine(kind, stored, presented, False)
