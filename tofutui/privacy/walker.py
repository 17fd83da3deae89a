"""Walks over any value and puts stand-ins for what names a site.

It goes through dataclasses and containers and masks every text it meets: a new field is masked
without a rule of its own. What is more than free text is in the rules that it is made with.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from operator import is_
from pathlib import PurePath
from typing import Any, Generic, TypeVar, cast

from tofutui.privacy.pseudonyms import Naming, StandIns
from tofutui.tofu.base.text import BLANKS
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.role import Role

T = TypeVar("T")
Kept = TypeVar("Kept")
_SHOWN_TYPES = frozenset({"C", "c3", "n3", "jurisdictionC"})
"""Attributes of a name that stay: a country names no site."""
_NAMINGS = {
    "O": Naming.ORG, "OU": Naming.ORG, "L": Naming.PLACE, "ST": Naming.PLACE, "street": Naming.PLACE,
    "postalCode": Naming.PLACE, "emailAddress": Naming.MAIL, "serialNumber": Naming.SERIAL,
}  # fmt: skip
_OWN_USERS = frozenset({"", "tofutui", "admin", "root", "unknown"})
_ROLES = frozenset(role.word for role in Role)
_CACHED = 20_000
"""Values whose masked copies are kept at least; a row of the tables is about twenty of them."""

TypeRules = Mapping[type, "Callable[[Walker, Any], Any]"]
FieldRules = Mapping[str, "Callable[[Walker, str], str]"]


@cache
def _names_of_fields(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that it is made with."""
    return tuple(field.name for field in fields(kind) if field.init)


def _as_it_is(value: T) -> T:
    return value


class _Recent(Generic[Kept]):
    """What is kept about values, by identity: at least about those that were used last."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._new: dict[int, Kept] = {}
        self._old: dict[int, Kept] = {}

    def get(self, value: object) -> Kept | None:
        """What is kept about this value."""
        kept = self._new.get(id(value))
        if kept is None and (kept := self._old.get(id(value))) is not None:
            self.put(value, kept)
        return kept

    def put(self, value: object, kept: Kept) -> None:
        """Keep this, which has to hold the value: another one could get its identity."""
        if len(self._new) >= self._least:
            self._old, self._new = self._new, {}
        self._new[id(value)] = kept


class Walker:
    """Makes masked copies; the same stand-in for the same thing as long as this object lives.

    ``type_rules`` mask values of a type as a whole, ``field_rules`` texts in a field of that name, whatever
    value holds it. While it is ``learning``, names are noted and nothing is replaced.
    """

    def __init__(self, type_rules: TypeRules, field_rules: FieldRules) -> None:
        self._type_rules = type_rules
        self._field_rules = field_rules
        self.names = StandIns()
        self.learning = False
        self._ways: dict[type, Callable[[Any], Any]] = {}
        self._copies = _Recent[tuple[object, int, Any]](_CACHED)
        self._learned = _Recent[object](_CACHED)
        self._tables: dict[object, dict[int, object]] = {}
        """The values of each table that was learned, as it was then."""

    def text(self, text: str) -> str:
        """Free text with stand-ins; nothing else in it changes."""
        return self.names.text(text)

    def walk(self, value: Any) -> Any:
        """The value with stand-ins: a copy, or the value itself where nothing changes."""
        kind = type(value)
        way = self._ways.get(kind)
        if way is None:
            way = self._ways[kind] = self._way(kind)
        return way(value)

    def _way(self, kind: type) -> Callable[[Any], Any]:
        """What masks values of this type."""
        if is_dataclass(kind):
            return self._of_dataclass
        ways: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
            (Enum, _as_it_is),
            (str, self._of_text),
            (PurePath, lambda path: kind(self._of_text(str(path)))),
            (Mapping, self._of_mapping),
            ((tuple, list, set, frozenset), self._of_collection),
            (bytes, lambda _: b""),
        )
        return next((way for kinds, way in ways if issubclass(kind, kinds)), _as_it_is)

    def _of_text(self, text: str) -> str:
        return text if self.learning else self.names.text(text)

    def _of_mapping(self, value: Mapping[Any, Any]) -> dict[Any, Any]:
        return {self.walk(key): self.walk(item) for key, item in value.items()}

    def _of_collection(self, value: Any) -> Any:
        masked = [self.walk(item) for item in value]
        same = all(map(is_, masked, value))
        return value if same else type(value)(masked)

    def _of_dataclass(self, value: Any) -> Any:
        frozen = type(value).__dataclass_params__.frozen
        if frozen and self.learning and self._learned.get(value) is not None:
            return value
        kept = self._copies.get(value) if frozen and not self.learning else None
        if kept is not None and kept[1] == self.names.version:
            return kept[2]
        rule = self._type_rules.get(type(value))
        copy = rule(self, value) if rule else self.by_fields(value)
        if frozen:
            self._remember(value, copy)
        return copy

    def _remember(self, value: object, copy: object) -> None:
        if self.learning:
            self._learned.put(value, value)
            return
        version = self.names.version
        self._copies.put(value, (value, version, copy))
        if copy is not value:
            self._copies.put(copy, (copy, version, copy))

    def is_of_table(self, value: object) -> bool:
        """Whether this is a value of a table that was learned."""
        return any(id(value) in table for table in self._tables.values())

    def learn_table(self, whose: object, values: Iterable[object]) -> None:
        """Learn what a table holds now: of thousands of values only those that it did not hold before."""
        before = self._tables.get(whose, {})
        now = {id(value): value for value in values}
        for key, value in now.items():
            if key not in before:
                self.walk(value)
        self._tables[whose] = now

    def by_fields(self, value: T, **special: Any) -> T:
        """A dataclass masked field by field; ``special`` holds fields that are masked already."""
        changed = {}
        shape: Any = value
        kind: type = type(shape)
        for name in _names_of_fields(kind):
            before = getattr(value, name)
            after = special[name] if name in special else self._field(name, before)
            if after is not before:
                changed[name] = after
        if not changed or self.learning:
            return value
        return cast("T", replace(shape, **changed))

    def _field(self, name: str, value: Any) -> Any:
        rule = self._field_rules.get(name)
        if rule is None or isinstance(value, Enum):
            return self.walk(value)
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
            return tuple(rule(self, item) for item in value)
        return rule(self, value) if isinstance(value, str) else self.walk(value)

    def host(self, text: str) -> str:
        """A host's name or address; free text if there is a blank in it."""
        return self.names.host(text) if " " not in text else self.walk(text)

    def label(self, text: str) -> str:
        """What a row's server is called: a configured name, whatever is in it, or a node behind its role."""
        first, _, rest = text.partition(" ")
        if rest and first in _ROLES:
            return f"{first} {self.host(rest)}"
        return self.names.give(text, Naming.NAME) if rest else self.host(text)

    def key(self, text: str) -> str:
        """A key of a table, ``HOST_PORT``."""
        return self.names.key(text)

    def digits(self, text: str) -> str:
        """Hex digits of a fingerprint, grouped or not."""
        return self.names.digits(text)

    def user(self, text: str) -> str:
        """An account; those that every site has stay."""
        return text if text in _OWN_USERS else self.names.give(text, Naming.USER)

    def line(self, text: str) -> str:
        """A line of which nothing is known, so nothing of it is shown."""
        return self.names.give(text, Naming.LINE)

    def serial(self, text: str) -> str:
        """A certificate's serial number."""
        return self.names.give(text, Naming.SERIAL)

    def session_name(self, text: str) -> str:
        """The name of a session."""
        return self.names.give(text, Naming.SESSION)

    def version(self, text: str) -> str:
        """A version number: it stays."""
        self.names.keep(text)
        return text

    def login(self, text: str) -> str:
        """A jump host, with or without its user."""
        return self.names.give(text, Naming.MAIL) if "@" in text else self.host(text)

    def subject(self, text: str) -> str:
        """A distinguished name as it was printed, in the form in which it was."""
        names = readings(text.strip(BLANKS)) if "=" in text else ()
        return self.printed(text, names[0] if names else None)

    def printed(self, text: str, name: DistinguishedName | None) -> str:
        """A subject as it was printed, ``name`` if it can be read as one: in the same form."""
        if name is None:
            if not text or ("=" in text and self.names.text(text) == text):
                return text
            return self.names.give(text, Naming.LINE)
        masked = self.walk(name)
        values = [value for kind, value in name.pairs() if kind not in _SHOWN_TYPES]
        if all(value in text for value in values) and not any(c in text for c in '\\"'):
            return text if self.learning else self.names.text(text)
        shown = rendered(masked, text)
        self.names.alias(text, shown)
        return shown

    def value(self, kind: str, value: str) -> str:
        """The value of one attribute of a name."""
        if kind in _SHOWN_TYPES or not value:
            return value
        naming = _NAMINGS.get(kind, Naming.NAME)
        return (
            self.host(value) if naming is Naming.NAME and " " not in value else self.names.give(value, naming)
        )

    def alternative(self, text: str) -> str:
        """One of a certificate's alternative names: ``DNS:name``, ``IP:address``, ``URI:…``, ``email:…``."""
        kind, colon, value = text.partition(":")
        if not colon or kind not in ("DNS", "IP", "email", "URI"):
            return self.names.give(text, Naming.NAME)
        if kind == "URI":
            return f"URI:{self.names.give(value, Naming.NAME)}"
        return f"{kind}:{self.names.give(value, Naming.MAIL) if kind == 'email' else self.host(value)}"


def rendered(name: DistinguishedName, like: str) -> str:
    """A name in the printed form that another text has: with slashes, with blanks round ``=``, or neither."""
    if like.lstrip().startswith("/"):
        return "".join(f"/{kind}={value}" for kind, value in name.pairs())
    equals = " = " if " = " in like else "="
    return ", ".join(f"{kind}{equals}{value}" for kind, value in name.pairs())
