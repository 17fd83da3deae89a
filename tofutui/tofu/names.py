"""Distinguished names: parse what a node prints, render what a certificate holds, compare, show."""

from dataclasses import dataclass, field
from enum import StrEnum

from tofutui.tofu.der import DerError, elements, oid, read
from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.oids import ATTRIBUTES


class UnreadableName(TofutuiError):
    """Bytes that are not a distinguished name."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name: its type (short name or dotted OID) and its value as text."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A name as a sequence of RDNs, each one or more attributes, in the order of the DER."""

    rdns: tuple[tuple[Attribute, ...], ...]
    der: bytes = field(default=b"", compare=False, repr=False)

    def pairs(self) -> list[tuple[str, str]]:
        """Type and value of every attribute, in order."""
        return [(a.type, a.value) for rdn in self.rdns for a in rdn]

    @property
    def common_name(self) -> str | None:
        """The last CN, which is the one that clients look at."""
        return next((value for kind, value in reversed(self.pairs()) if kind == "CN"), None)

    @property
    def is_empty(self) -> bool:
        """Whether it holds no attribute."""
        return not self.pairs()

    def __str__(self) -> str:
        return ", ".join(f"{kind}={value}" for kind, value in self.pairs())


class Relation(StrEnum):
    """What comparing a stored name with a presented one says."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"
    """The stored text is missing or no name in any grammar."""


@dataclass(frozen=True, slots=True)
class AttributeLine:
    """One line of a side-by-side view: an attribute as stored and as presented (None: not there)."""

    type: str
    stored: str | None
    presented: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class NameComparison:
    """A stored subject beside a presented one."""

    relation: Relation
    ambiguous: bool
    stored: DistinguishedName | None
    lines: tuple[AttributeLine, ...]
    reasons: tuple[str, ...]


class Fit(StrEnum):
    """How far a name in a log fits a subject."""

    FULL = "full"
    CN_ONLY = "cn-only"
    NONE = "none"


def readings(text: str) -> tuple[DistinguishedName, ...]:
    """Every reading of a printed subject, the most natural first; none if it is not understood."""
    text = text.strip()
    parts = text.split("/")[1:] if text.startswith("/") else text.split(", ")
    pairs = [part.partition("=") for part in parts]
    if not all(equals for _, equals, _ in pairs):
        return ()
    return (DistinguishedName(tuple((Attribute(k.strip(), v.strip()),) for k, _, v in pairs)),)


def from_der(der: bytes) -> DistinguishedName:
    """The name that DER bytes hold.

    Raises:
        UnreadableName: they hold none.
    """
    try:
        rdns = [list(elements(rdn.value)) for rdn in elements(read(der)[0].value)]
        return DistinguishedName(tuple(tuple(_attribute(a.value) for a in rdn) for rdn in rdns), der)
    except (DerError, ValueError) as error:
        raise UnreadableName(f"no distinguished name: {error}") from error


def _attribute(value: bytes) -> Attribute:
    kind, content = list(elements(value))[:2]
    dotted = oid(kind.value)
    return Attribute(ATTRIBUTES.get(dotted, dotted), content.value.decode("utf-8", "replace"))


def renderings(name: DistinguishedName) -> tuple[str, ...]:
    """Every form in which an appliance may print the name."""
    pairs = name.pairs()
    slash = "".join(f"/{k}={v}" for k, v in pairs)
    return slash, ", ".join(f"{k} = {v}" for k, v in pairs), ", ".join(f"{k}={v}" for k, v in pairs)


def compare(stored: str, presented: DistinguishedName | None) -> NameComparison:
    """Compare a stored subject, as printed, with the subject presented now."""
    found = readings(stored)
    if not found:
        return NameComparison(Relation.UNREADABLE, False, None, (), ())
    left = dict(found[0].pairs())
    right = dict(presented.pairs()) if presented else {}
    lines = tuple(
        AttributeLine(k, left.get(k), right.get(k), left.get(k) != right.get(k)) for k in left | right
    )
    reasons = tuple(
        f"{a.type} differs: stored {a.stored}, presented {a.presented}" for a in lines if a.differs
    )
    relation = Relation.DIFFERENT if reasons else Relation.EQUAL
    return NameComparison(relation, False, found[0], lines, reasons)


def fit_log_name(log_name: str, subject: DistinguishedName) -> Fit:
    """How far the name in a "TOFU failed" message fits a subject."""
    found = readings(log_name)
    if not found or subject.is_empty:
        return Fit.NONE
    if sorted(found[0].pairs()) == sorted(subject.pairs()):
        return Fit.FULL
    same = found[0].common_name == subject.common_name is not None
    return Fit.CN_ONLY if same else Fit.NONE
