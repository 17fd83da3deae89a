"""Stand-ins for what would name a site: the same thing is the same stand-in, in values and in free text.

What was learned is found again in any text; addresses, e-mail addresses, fingerprints and the values of
distinguished names are found without having been learned. Nothing here does I/O.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from tofutui.privacy.common_words import OWN_WORDS
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.endpoint import as_address, is_loopback, is_plain_key, normalise_host


class Naming(StrEnum):
    """What a stand-in replaces; it is ``<value>-<number>``."""

    ADDRESS = "address"
    NAME = "name"
    ORG = "org"
    PLACE = "place"
    MAIL = "mail"
    USER = "user"
    SERIAL = "serial"
    SESSION = "session"
    TITLE = "title"
    LINE = "line"
    """A line of a listing that could not be read."""
    KEY = "key"
    """A row's key that is not a plain one."""


KEPT_DIGITS = 8
"""Digits of a fingerprint that stay: enough to tell two apart, too few to find the certificate."""
_STAND_IN = rf"(?:{'|'.join(Naming)})-[0-9]+"
_IS_STAND_IN = re.compile(_STAND_IN)
_LABEL = r"[^\W_](?:[^\W_]|-(?=[^\W_]|-))*"
_DOTTED = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_CUT = re.compile(r"[^\W_][\w.:-]{2,}(?=…)")
_HOST_PORT = re.compile(r"(\[[^\]]+\]|[^:\s]+):([0-9]{1,5})")
_KEY = re.compile(r"(.+)(_[0-9]{1,5})", re.DOTALL)
_SCAN = re.compile(
    rf"""(?P<standin>(?<![^\W_]){_STAND_IN}(?![^\W_]))
    |(?P<mail>(?<![\w.%+-])[\w.%+-]{{1,64}}@\[?[^\W_](?:(?:[^\W_]|[.-])*[^\W_])?\]?)
    |(?P<sshkey>(?<![A-Za-z0-9])SHA256:[A-Za-z0-9+/]{{43}})
    |(?P<colons>(?<![0-9A-Za-z:])[0-9A-Fa-f]{{2}}(?::[0-9A-Fa-f]{{2}}){{7,}}(?![0-9A-Za-z:]))
    |(?P<groups>(?<![0-9A-Za-z])[0-9A-Fa-f]{{4}}(?:[ ][0-9A-Fa-f]{{4}}){{4,}}(?![0-9A-Za-z]))
    |(?P<hex>(?<![0-9A-Za-z])-?[0-9A-Fa-f]{{16,}}(?![0-9A-Za-z]))
    |(?P<ipv6>(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}[0-9A-Fa-f]{{0,4}}(?:(?:\.[0-9]{{1,3}}){{3}})?
        (?:%[0-9A-Za-z]+)?(?![0-9A-Za-z]))
    |(?P<ipv4>(?<![0-9A-Za-z.])(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?![0-9A-Za-z]|\.[0-9]))
    |(?P<cut>(?<![\w.])[0-9]{{1,3}}\.[0-9]{{1,3}}(?:\.[0-9]{{0,3}}){{0,2}}(?=…))
    |(?P<word>(?<![^\W_])[^\W_]+)""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]+")
_MAYBE = re.compile(
    r"@|[0-9]\.[0-9]|:[0-9A-Fa-f]{0,4}:|[\w.:-]…|[0-9A-Fa-f]{16}|SHA256:|(?:[0-9A-Fa-f]{4} ){4}"
)
"""What every text has that names something not learned; most texts have nothing of it."""
_TYPES = (
    "(?:CN|OU|O|L|ST|S|DC|UID|SN|GN|E|T|(?i:commonName|organizationName|organizationalUnitName|localityName"
    "|stateOrProvinceName|domainComponent|street|postalCode|emailAddress|email|serialNumber|unstructuredName"
    "|unstructuredAddress|givenName|surname|dnQualifier|organizationIdentifier))"
)
_TYPED = re.compile(
    rf"(?P<type>(?<![\w]){_TYPES}[ ]?=[ ]?)"
    r'(?P<value>"(?:[^"\\]|\\.)*"|(?:\\.|[^,+"\\\n;<>/()]|/(?!\w[\w.]*[ ]?=))+)'
)
_LONGEST_HOST = 253
"""Characters of a host name (RFC 1035); a longer dotted text is none."""
_SHORT = 3
"""Letters up to which a name is found in free text only as it was learned, and in capitals."""


Place = tuple[int, int, str]
"""Where a text is replaced: from, to, by what."""


@dataclass(slots=True)
class _Beginning:
    """The names that begin with one word."""

    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """In lower case -> as it was learned, and what is shown."""
    lengths: list[int] = field(default_factory=list)
    """Of the names, the longest first."""

    def longest(self, text: str, lower: str, at: int) -> tuple[str, int] | None:
        """What is shown for the longest name that is here and ends with its word, and where it ends."""
        for length in self.lengths:
            end = at + length
            literal, shown = self.names.get(lower[at:end], ("", ""))
            ends = end >= len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
            if literal and ends and (not _needs_case(literal) or literal == text[at:end]):
                return shown, end
        return None


class StandIns:
    """The stand-ins given so far, and where they belong in a text."""

    def __init__(self) -> None:
        self.version = 0
        """Grows whenever a text could be masked differently."""
        self._given: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        """The same by spelling, found in free text already; and what is shown for hosts."""
        self._issued: set[str] = set()
        self._seen: set[str] = set()
        self._counts: dict[Naming, int] = {}
        self._literals: dict[str, _Beginning] = {}
        self._odd: dict[str, str] = {}
        self._domains: set[str] = set()
        self._deepest = 0
        """Labels of the longest known domain."""
        self._kept: set[str] = set()
        self._texts: dict[str, str] = {}
        self._masks: dict[str, Callable[[str], str]] = {
            "mail": self._mail, "sshkey": _ssh_fingerprint, "colons": self._spaced, "groups": self._spaced,
            "hex": self.digits, "ipv6": self._address, "ipv4": self._address, "cut": _cut_address,
        }  # fmt: skip

    def keep(self, text: str) -> None:
        """Leave this as it is although it looks like an address: a version."""
        if text and text not in self._kept:
            self._kept.add(text)
            self._changed()

    def give(self, text: str, naming: Naming) -> str:
        """The stand-in for a whole text, which is found in free text from now on; a stand-in stays."""
        if not text or text in self._issued:
            return text
        if text in self._spelled:
            return self._spelled[text]
        canonical = _canonical(text)
        known = self._given.get(canonical)
        if known is None:
            self._seen.add(text)
            known = self._given[canonical] = self._new(naming)
        self._find(text, known)
        self._spelled[text] = known
        return known

    def host(self, text: str) -> str:
        """A host name or address, alone, with its port or as a row's key; loopback stays."""
        if not text or text in self._issued:
            return text
        if text not in self._hosts:
            self._hosts[text] = self._host(text)
        return self._hosts[text]

    def _host(self, text: str) -> str:
        bare = text.strip("[]")
        if is_loopback(bare):
            return text
        address = as_address(bare.partition("%")[0])
        if address is not None:
            shown = text if address.is_unspecified else self.give(bare, Naming.ADDRESS)
            return text.replace(bare, shown)
        with_port = _HOST_PORT.fullmatch(text)
        if with_port:
            return f"{self.host(with_port[1])}:{with_port[2]}"
        if text.startswith("*."):
            return "*." + self.host(text[2:])
        self._learn_domain(text)
        return self.give(text, Naming.NAME)

    def key(self, text: str) -> str:
        """A row's key: plain ones stay plain, and others stay such that no command is built from them."""
        match = _KEY.fullmatch(text)
        if not is_plain_key(text) or match is None:
            inner = text[1:-1]
            is_masked = text[:1] == "<" and inner in self._issued
            return text if is_masked or not text else f"<{self.give(text, Naming.KEY)}>"
        return self.host(match[1]) + match[2]

    def digits(self, text: str) -> str:
        """A fingerprint in hexadecimal digits, of which the first stay."""
        return text[:KEPT_DIGITS] + "x" * (len(text) - KEPT_DIGITS)

    def alias(self, text: str, shown: str) -> None:
        """Find this text too, and show that in its place."""
        self._find(text, shown)

    def text(self, text: str) -> str:
        """Free text with a stand-in for whatever names the site."""
        shown = self._texts.get(text)
        if shown is None:
            if len(self._texts) > 4096:
                self._texts.clear()
            version = self.version
            shown = replaced(self._without_odd(text), self.places)
            if "=" in shown:
                shown = _TYPED.sub(self._typed, shown)
            if version == self.version:
                self._texts[text] = shown
        return shown

    def places(self, text: str) -> Iterator[Place]:
        """Where a text names the site, from left to right, and what is shown there."""
        lower, at = _lower(text), 0
        if not _MAYBE.search(text) and self._literals.keys().isdisjoint(_WORD.findall(lower)):
            return
        while match := _SCAN.search(text, at):
            shown, end = self._masked(match, text, lower)
            if shown != text[match.start() : end]:
                yield match.start(), end, shown
            at = end

    def _changed(self) -> None:
        self.version += 1
        self._texts.clear()

    def _new(self, naming: Naming) -> str:
        while True:
            self._counts[naming] = self._counts.get(naming, 0) + 1
            name = f"{naming}-{self._counts[naming]}"
            if name not in self._seen:
                self._issued.add(name)
                return name

    def _learn_domain(self, host: str) -> None:
        first, dot, domain = host.lower().rstrip(".").partition(".")
        if not dot or "." not in domain or not _DOTTED.fullmatch(host.rstrip(".")):
            return
        if domain not in self._domains:
            self._domains.add(domain)
            self._deepest = max(self._deepest, domain.count(".") + 1)
            self._changed()
            self.give(domain, Naming.NAME)
        if not first.isalpha() and len(first) > _SHORT:
            self.give(first, Naming.NAME)

    def _find(self, text: str, shown: str) -> None:
        """Index every form in which the text may be printed."""
        for form in {text, safe(text)}:
            start = next((at for at, c in enumerate(form) if c.isalnum()), None)
            if start is None:
                if len(form) > 1 and self._odd.get(form) is None:
                    self._odd[form] = shown
                    self._changed()
                continue
            literal = form[start:]
            if _is_findable(literal):
                self._index(literal, shown)

    def _index(self, literal: str, shown: str) -> None:
        lower = _lower(literal)
        beginning = self._literals.setdefault(_first_word(lower), _Beginning())
        if lower not in beginning.names:
            beginning.names[lower] = (literal, shown)
            beginning.lengths = sorted({*beginning.lengths, len(lower)}, reverse=True)
            self._changed()

    def _without_odd(self, text: str) -> str:
        for form, shown in self._odd.items():
            if form in text:
                text = text.replace(form, shown)
        return text

    def _masked(self, match: re.Match[str], text: str, lower: str) -> tuple[str, int]:
        """What replaces a match, and where the text continues."""
        kind, word = match.lastgroup or "", match.group()
        if word in self._kept or (kind == "standin" and word in self._issued):
            return word, match.end()
        if kind in ("word", "standin", "hex"):
            literal = self._literal(text, lower, match.start())
            if literal is not None:
                return literal
        return (self._masks[kind](word) if kind in self._masks else word), match.end()

    def _literal(self, text: str, lower: str, at: int) -> tuple[str, int] | None:
        """The longest name that begins here and ends with its word."""
        beginning = self._literals.get(_first_word(lower, at))
        name = beginning.longest(text, lower, at) if beginning else None
        return self._longer(name, text, lower, at) or name

    def _longer(
        self, known: tuple[str, int] | None, text: str, lower: str, at: int
    ) -> tuple[str, int] | None:
        """A host below a known name or domain; a name that was cut off."""
        dotted = _DOTTED.match(text, at, at + _LONGEST_HOST + 1) if self._domains or known else None
        is_host = dotted is not None and dotted.end() <= at + _LONGEST_HOST
        if dotted and is_host and dotted.end() > (known[1] if known else at):
            below = self._is_below_domain(lower[at : dotted.end()])
            if below or (known and text.startswith(".", known[1])):
                return self.give(dotted.group(), Naming.NAME), dotted.end()
        cut = _CUT.match(text, at) if "…" in text and known is None else None
        if cut is not None:
            start = _lower(cut.group())
            for beginning in self._literals.values():
                for long_name, (_, shown) in beginning.names.items():
                    if long_name.startswith(start):
                        return shown, cut.end()
        return None

    def _is_below_domain(self, host: str) -> bool:
        """Whether a host belongs to a known domain; costs no more than the longest of those."""
        last = end = len(host)
        for _ in range(self._deepest):
            end = host.rfind(".", 0, end)
            if end < 0:
                return False
            if end + 1 < last and host[end + 1 :] in self._domains:
                return True
        return False

    def _mail(self, text: str) -> str:
        return text if text.partition("@")[0] in self._issued else self.give(text, Naming.MAIL)

    def _spaced(self, text: str) -> str:
        if ":" in text and as_address(text) is not None:
            return self._address(text)
        shown, kept = [], 0
        for char in text:
            kept += char.isalnum()
            hidden = char.isalnum() and kept > KEPT_DIGITS
            shown.append(("x" if char.islower() or char.isdigit() else "X") if hidden else char)
        return "".join(shown)

    def _address(self, text: str) -> str:
        rest = ""
        while text.endswith(":") and not _is_address(text):
            text, rest = text[:-1], rest + ":"
        return (self.host(text) if _is_address(text) else text) + rest

    def _typed(self, match: re.Match[str]) -> str:
        value = match["value"]
        bare = value.strip()
        if not bare.strip('"') or _IS_STAND_IN.match(bare.lstrip('*."')) or bare.startswith("…"):
            return match.group()
        return match["type"] + value.replace(bare, self.give(bare.strip('"'), Naming.NAME))


def replaced(text: str, places: Callable[[str], Iterable[Place]]) -> str:
    """The text with what is shown in these places."""
    parts, at = [], 0
    for start, end, shown in places(text):
        parts += [text[at:start], shown]
        at = end
    return "".join((*parts, text[at:])) if parts else text


def _ssh_fingerprint(text: str) -> str:
    kept = len("SHA256:") + KEPT_DIGITS
    return text[:kept] + "x" * (len(text) - kept)


def _cut_address(_text: str) -> str:
    return Naming.ADDRESS.value


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _canonical(text: str) -> str:
    """One spelling for what means the same: addresses compressed, names in lower case."""
    if as_address(text) is not None:
        return normalise_host(text)  # in lower case but for the zone, whose case counts
    return _lower(text.strip().rstrip("."))


def _lower(text: str) -> str:
    """In lower case, letter for letter: places in the text stay what they are."""
    lower = text.lower()
    return (
        lower if len(lower) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    )


def _first_word(lower: str, at: int = 0) -> str:
    end = at
    while end < len(lower) and lower[end].isalnum():
        end += 1
    return lower[at:end]


def _is_findable(literal: str) -> bool:
    """Whether replacing it everywhere would leave our own words and numbers alone."""
    if literal.isdecimal():
        return len(literal) > 5
    return (
        len(literal) > 1
        and literal.casefold() not in OWN_WORDS
        and not (literal.isalpha() and len(literal) <= _SHORT and literal.islower())
    )


def _needs_case(literal: str) -> bool:
    return literal.isalpha() and len(literal) <= _SHORT
