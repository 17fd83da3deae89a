"""Privacy: whole values with stand-ins for what would name a site.

`Mask` gives a masked copy of any value, so that widths, wrapping and grouping are computed on the stand-ins.
It walks over dataclasses and containers and masks every text it meets: a new field is masked without anybody
thinking of it. What is more than free text is in the rules below. Nothing that is sent, journalled or
remembered goes through here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import Any, TypeVar, cast

from tofutui.privacy.pseudonyms import Naming, Place, StandIns
from tofutui.tofu.base.text import BLANKS
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.deletion.plan import Deletion
from tofutui.tofu.guide_run import (
    Check,
    Confirmation,
    Decision,
    GuideAnswer,
    RowShot,
    Run,
    RunEvent,
    StepState,
    Vouched,
)
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.row_history import Incarnation
from tofutui.tofu.logs.failures import Failure
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import NameComparison, differences_in_words
from tofutui.tofu.names.values import Attribute, AttributeLine, DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Remote, Role, Session

T = TypeVar("T")
_SHOWN_TYPES = frozenset({"C", "c3", "n3", "jurisdictionC"})
"""Attributes of a name that stay: a country names no site."""
_NAMINGS = {
    "O": Naming.ORG, "OU": Naming.ORG, "L": Naming.PLACE, "ST": Naming.PLACE, "street": Naming.PLACE,
    "postalCode": Naming.PLACE, "emailAddress": Naming.MAIL, "serialNumber": Naming.SERIAL,
}  # fmt: skip
_CACHED = 20_000
"""Values whose masked copies are kept at most; each row of the tables is about five of them."""


class Mask:
    """Stand-ins for what names a site; the same for the same thing as long as this object lives."""

    def __init__(self) -> None:
        self._names = StandIns()
        self._copies: dict[int, tuple[object, int, Any]] = {}
        self._learned: dict[int, object] = {}
        self._learning = False
        self._heads: dict[Role, tuple[NodeView, int, NodeView]] = {}

    @property
    def version(self) -> int:
        """Grows whenever something could be masked differently."""
        return self._names.version

    def text(self, text: str) -> str:
        """Free text with stand-ins; nothing else in it changes."""
        return self._names.text(text)

    def places(self, text: str) -> Iterator[Place]:
        """Where free text names something, from left to right: from, to, and what is shown there."""
        return self._names.places(text)

    def learn(self, *values: object) -> None:
        """Take note of the names in these values, so that they are found in free text from now on."""
        self._learning = True
        try:
            for value in values:
                self._walk(value)
        finally:
            self._learning = False

    def learn_users(self, *names: str) -> None:
        """People: the account that runs this, who did a step."""
        for name in names:
            self._user(name)

    def host(self, name: str) -> str:
        """The stand-in for a host's name or address, however short: in free text a short word stays."""
        return self._host(name)

    def session(self, name: str) -> str:
        """The stand-in for a session's name."""
        return self._session_name(name)

    def __call__(self, value: T) -> T:
        """The value with stand-ins: a copy, or the value itself where nothing in it names anything."""
        self.learn(value)
        return cast("T", self._walk(value))

    def head(self, view: NodeView) -> NodeView:
        """A node without its rows masked: for titles, which need none of them."""
        bare = replace(view, entries={})
        known = self._heads.get(view.role)
        if known is None or known[:2] != (bare, self.version):
            masked = self(bare)
            known = self._heads[view.role] = (bare, self.version, masked)
        return replace(known[2], entries=view.entries)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Enum):
            return value if self._learning else self.text(value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._of_dataclass(value)
        if isinstance(value, PurePath):
            return type(value)(self._walk(str(value)))
        return self._of_container(value)

    def _of_container(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self._walk(key): self._walk(item) for key, item in value.items()}
        if isinstance(value, (tuple, list, set, frozenset)):
            masked = [self._walk(item) for item in value]
            same = all(a is b for a, b in zip(masked, value, strict=True))
            return value if same else type(value)(masked)
        return b"" if isinstance(value, bytes) else value

    def _of_dataclass(self, value: Any) -> Any:
        frozen = type(value).__dataclass_params__.frozen
        known = self._learned if self._learning else self._copies
        if frozen and id(value) in known:
            if self._learning:
                return value
            _, version, copy = self._copies[id(value)]
            if version == self.version:
                return copy
        rule = _RULES.get(type(value))
        copy = rule(self, value) if rule else self._by_fields(value)
        if frozen:
            self._remember(value, copy)
        return copy

    def _remember(self, value: object, copy: object) -> None:
        if len(self._learned) + len(self._copies) > _CACHED:
            self._learned.clear()
            self._copies.clear()
        if self._learning:
            self._learned[id(value)] = value
        else:
            self._copies[id(value)] = (value, self.version, copy)
            self._copies[id(copy)] = (copy, self.version, copy)

    def _by_fields(self, value: T, **special: Any) -> T:
        changed = {}
        shape: Any = value
        for field in fields(shape):
            if not field.init:
                continue
            before = getattr(value, field.name)
            after = special[field.name] if field.name in special else self._field(field.name, before)
            if after is not before:
                changed[field.name] = after
        return cast("T", replace(shape, **changed)) if changed else value

    def _field(self, name: str, value: Any) -> Any:
        rule = _FIELDS.get(name)
        if rule is None or isinstance(value, Enum):
            return self._walk(value)
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
            return tuple(rule(self, item) for item in value)
        return rule(self, value) if isinstance(value, str) else self._walk(value)

    def _host(self, text: str) -> str:
        return self._names.host(text) if " " not in text else self._walk(text)

    def _key(self, text: str) -> str:
        return self._names.key(text)

    def _digits(self, text: str) -> str:
        return self._names.digits(text)

    def _user(self, text: str) -> str:
        return text if text in _OWN_USERS else self._names.give(text, Naming.USER)

    def _line(self, text: str) -> str:
        """A line of which nothing is known, so nothing of it is shown."""
        return self._names.give(text, Naming.LINE)

    def _serial(self, text: str) -> str:
        return self._names.give(text, Naming.SERIAL)

    def _session_name(self, text: str) -> str:
        return self._names.give(text, Naming.SESSION)

    def _version(self, text: str) -> str:
        self._names.keep(text)
        return text

    def _login(self, text: str) -> str:
        return self._names.give(text, Naming.MAIL) if "@" in text else self._host(text)

    def _subject(self, text: str) -> str:
        """A distinguished name as it was printed, in the form in which it was."""
        names = readings(text.strip(BLANKS)) if "=" in text else ()
        return self._printed(text, names[0] if names else None)

    def _printed(self, text: str, name: DistinguishedName | None) -> str:
        if name is None:
            if not text or ("=" in text and self._names.text(text) == text):
                return text
            return self._names.give(text, Naming.LINE)
        masked = self._walk(name)
        values = [value for kind, value in name.pairs() if kind not in _SHOWN_TYPES]
        if all(value in text for value in values) and not any(c in text for c in '\\"'):
            return text if self._learning else self._names.text(text)
        shown = rendered(masked, text)
        self._names.alias(text, shown)
        return shown

    def _value(self, kind: str, value: str) -> str:
        if kind in _SHOWN_TYPES or not value:
            return value
        naming = _NAMINGS.get(kind, Naming.NAME)
        return (
            self._host(value)
            if naming is Naming.NAME and " " not in value
            else self._names.give(value, naming)
        )

    def _alternative(self, text: str) -> str:
        """One of a certificate's alternative names: ``DNS:name``, ``IP:address``, ``URI:…``, ``email:…``."""
        kind, colon, value = text.partition(":")
        if not colon or kind not in ("DNS", "IP", "email", "URI"):
            return self._names.give(text, Naming.NAME)
        if kind == "URI":
            return f"URI:{self._names.give(value, Naming.NAME)}"
        return f"{kind}:{self._names.give(value, Naming.MAIL) if kind == 'email' else self._host(value)}"


def rendered(name: DistinguishedName, like: str) -> str:
    """A name in the printed form that another text has: with slashes, with blanks round ``=``, or neither."""
    if like.lstrip().startswith("/"):
        return "".join(f"/{kind}={value}" for kind, value in name.pairs())
    equals = " = " if " = " in like else "="
    return ", ".join(f"{kind}{equals}{value}" for kind, value in name.pairs())


def _compared(mask: Mask, value: NameComparison) -> NameComparison:
    """The sentences are made again from the masked values, and found wherever they are among reasons."""
    lines = mask._walk(value.lines)
    reasons = differences_in_words(lines)
    if value.reasons != differences_in_words(value.lines):
        return mask._by_fields(value)
    for real, shown in zip(value.reasons, reasons, strict=True):
        if real != shown:
            mask._names.alias(real, shown)
    return mask._by_fields(value, lines=lines, reasons=reasons)


def _incarnation(mask: Mask, value: Incarnation) -> Incarnation:
    return mask._by_fields(value, text=mask._subject(value.text))


def _endpoint(mask: Mask, value: Endpoint) -> Endpoint:
    return replace(value, host=mask._names.host(value.host))


def _attribute(mask: Mask, value: Attribute) -> Attribute:
    return replace(value, value=mask._value(value.type, value.value))


def _attribute_line(mask: Mask, value: AttributeLine) -> AttributeLine:
    stored = None if value.stored is None else mask._value(value.type, value.stored)
    presented = None if value.presented is None else mask._value(value.type, value.presented)
    return replace(value, stored=stored, presented=presented)


def _distinguished(mask: Mask, value: DistinguishedName) -> DistinguishedName:
    return DistinguishedName(mask._walk(value.rdns))


def _stored(mask: Mask, value: StoredSubject) -> StoredSubject:
    """Lines that may belong to the row hold pieces of names, which nothing else would find."""
    shown = mask._printed(value.raw, value.subject)
    more = tuple(mask._names.give(line, Naming.LINE) for line in value.more)
    return replace(value, raw=shown, subject=mask._walk(value.subject), more=more)


def _certificate(mask: Mask, value: Certificate) -> Certificate:
    san = tuple(map(mask._alternative, value.san))
    return mask._by_fields(value, san=san, key=value.key, signature=value.signature, unread=value.unread)


def _entry(mask: Mask, value: Entry) -> Entry:
    """The id stays: it is never shown, and rows are found again by it."""
    key = None if value.key is None else mask._key(value.key)
    return mask._by_fields(value, id=value.id, key=key, raw=_raw(mask, value), name=mask._host(value.name))


def _raw(mask: Mask, value: Entry) -> str:
    """The line as printed; of one that cannot be read nothing is known, so nothing of it is shown."""
    if value.key is None or value.stored is None:
        return mask._names.give(value.raw, Naming.LINE)
    shown = mask._printed(value.stored.raw, value.stored.subject)
    line = value.raw.replace(value.stored.raw, shown) if value.stored.raw else value.raw
    line = line.replace(value.key, mask._key(value.key))
    return line if mask._learning else mask.text(line)


def _deletion(mask: Mask, value: Deletion) -> Deletion:
    key = mask._key(value.key)
    typed = tuple(key if text == value.key else mask._host(text) for text in value.must_type)
    command = value.command.removesuffix(value.key) + key
    return mask._by_fields(value, key=key, must_type=typed, command=command)


def _session(mask: Mask, value: Session) -> Session:
    name = mask._session_name(value.name)
    title = mask._names.give(value.title, Naming.TITLE)
    return mask._by_fields(value, name=name, title=title, theme=value.theme)


def _remote(mask: Mask, value: Remote) -> Remote:
    return mask._by_fields(value, name=mask._host(value.name), kind=value.kind)


def _failure(mask: Mask, value: Failure) -> Failure:
    return mask._by_fields(value, name=mask._subject(value.name))


def _run(mask: Mask, value: Run) -> Run:
    return mask._by_fields(
        value,
        title=mask._names.give(value.title, Naming.TITLE),
        playbook=value.playbook,
        procedure=value.procedure,
    )


def _step_state(mask: Mask, value: StepState) -> StepState:
    """The id stays, the playbook is looked up by it; a remote's name follows its colon."""
    mask._host(value.id.partition(":")[2])
    return mask._by_fields(value, id=value.id)


def _step_named(mask: Mask, value: RunEvent | Vouched | Decision) -> RunEvent | Vouched | Decision:
    return mask._by_fields(value, step=value.step)


def _check(mask: Mask, value: Check) -> Check:
    return mask._by_fields(value, id=value.id, step=value.step)


def _answer(mask: Mask, value: GuideAnswer) -> GuideAnswer:
    """Only one field holds a name that nothing else may know."""
    if value.field != "secondary_server":
        return value if mask._learning else mask._by_fields(value, field=value.field)
    shown = mask._host(value.value)
    return replace(value, value=shown, words=shown if value.words == value.value else value.words)


def _confirmation(mask: Mask, value: Confirmation) -> Confirmation:
    """Who said it and how is one text, with a name in it."""
    return mask._by_fields(value, text=mask._names.give(value.text, Naming.NAME))


def _row_shot(mask: Mask, value: RowShot) -> RowShot:
    return mask._by_fields(value, name=mask._host(value.name), who=value.who)


def _node_view(mask: Mask, value: NodeView) -> NodeView:
    return mask._by_fields(value, entries={id_: mask._walk(entry) for id_, entry in value.entries.items()})


_RULES: dict[type, Callable[[Mask, Any], Any]] = {
    GuideAnswer: _answer,
    Attribute: _attribute,
    AttributeLine: _attribute_line,
    Certificate: _certificate,
    Check: _check,
    Confirmation: _confirmation,
    Decision: _step_named,
    Deletion: _deletion,
    DistinguishedName: _distinguished,
    Endpoint: _endpoint,
    Entry: _entry,
    RunEvent: _step_named,
    Failure: _failure,
    Incarnation: _incarnation,
    NameComparison: _compared,
    NodeView: _node_view,
    Remote: _remote,
    RowShot: _row_shot,
    Run: _run,
    Session: _session,
    StepState: _step_state,
    StoredSubject: _stored,
    Vouched: _step_named,
}
_HOSTS = frozenset(
    {"host", "hostname", "shown_address", "seen_from", "sni", "address", "addresses", "virtual_ip"}
)
_PEOPLE = frozenset({"by", "operator", "operators", "user", "username"})
_OWN_USERS = frozenset({"", "tofutui", "admin", "root", "unknown"})
_FIELDS: dict[str, Callable[[Mask, str], str]] = {
    **dict.fromkeys(_HOSTS, Mask._host),
    **dict.fromkeys(_PEOPLE, Mask._user),
    **dict.fromkeys(("sha256", "sha1", "known_sha256"), Mask._digits),
    **dict.fromkeys(("stored", "presented"), Mask._subject),
    "key": Mask._key,
    "unknown": Mask._line,
    "serial": Mask._serial,
    "session": Mask._session_name,
    "version": Mask._version,
    "jump": Mask._login,
}
"""What a field of this name holds, in whatever value it is."""
