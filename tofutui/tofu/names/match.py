"""Whether two names are the same, and where they differ.

RFC 5280 name matching: order, case, inner white space, escapes and string types do not count.
"""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tofutui.tofu.asn1.oids import attribute_type
from tofutui.tofu.base.text import BLANKS, decode, encode
from tofutui.tofu.names.der import BMP, RawAttribute, raw_name
from tofutui.tofu.names.grammar import readings, slash_value
from tofutui.tofu.names.render import LONGEST_TYPE, prints_as, slash_bytes
from tofutui.tofu.names.values import AttributeLine, DistinguishedName, agreeing

MOST_REASONS = 20
_LONGEST_NORMALISED = 4096
"""Characters; sorting the combining marks of a longer, hostile text could take quadratic time."""
_IGNORED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc]"
)
"""What string preparation maps to nothing (RFC 4518, 2.2)."""
_SLASHES, _COMMAS = re.compile("/"), re.compile("[,+]")
_WHITE = re.compile(r"\s+")
_REPLACEMENT = "\ufffd"
_REPLACED = re.compile("\ufffd{2,}")
_LONE_SURROGATE = re.compile("[\ud800-\udbff].?|[\udc00-\udfff]", re.DOTALL)


class Relation(StrEnum):
    """What comparing a stored name with a presented one says."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"
    """The stored text is missing or no name in any grammar."""


@dataclass(frozen=True, slots=True)
class NameComparison:
    """A stored subject beside a presented one."""

    relation: Relation
    ambiguous: bool
    """The stored text can be read in several ways; it was read in the certificate's favour."""
    stored: DistinguishedName | None
    """The reading that was compared."""
    lines: tuple[AttributeLine, ...]
    reasons: tuple[str, ...]
    """What differs, the CN first: ``CN differs: stored ISE-server, presented ise01``. Remote text, raw."""


class Fit(StrEnum):
    """How far a name in a log fits a subject."""

    FULL = "full"
    """All attributes agree."""
    CN_ONLY = "cn-only"
    """The log has the CN (and perhaps more) and all of it agrees, but the subject has further attributes."""
    NONE = "none"


def compare(stored: str, presented: DistinguishedName | None) -> NameComparison:
    """Compare a stored subject, as printed, with the subject presented now (None: there is none).

    Equal bytes in any printed form decide first; only then both are read and matched attribute by attribute.
    An empty name equals nothing, not even another empty one.
    """
    text = stored.strip(BLANKS)
    candidates = readings(text)
    if presented is None or presented.is_empty:
        return _without_subject(candidates)
    if prints_as(presented, text):
        return _same_text(candidates, presented)
    if not candidates:
        return NameComparison(Relation.UNREADABLE, False, None, (), ())
    return _by_attributes(text, candidates, presented)


def _without_subject(candidates: tuple[DistinguishedName, ...]) -> NameComparison:
    if not candidates:
        return NameComparison(Relation.UNREADABLE, False, None, (), ())
    lines = tuple(AttributeLine(kind, value, None, True) for kind, value in candidates[0].pairs())
    reason = "the certificate presented has an empty subject"
    return NameComparison(Relation.DIFFERENT, len(candidates) > 1, candidates[0], lines, (reason,))


def _same_text(candidates: tuple[DistinguishedName, ...], presented: DistinguishedName) -> NameComparison:
    """The natural reading if it says what the certificate says, else the certificate's own name."""
    natural = bool(candidates) and not _differences(align(candidates[0], presented))
    return _equal(
        candidates[0] if natural else presented, presented, ambiguous=len(candidates) > 1 or not natural
    )


def _equal(stored: DistinguishedName, presented: DistinguishedName, *, ambiguous: bool) -> NameComparison:
    name = DistinguishedName(stored.rdns)
    return NameComparison(Relation.EQUAL, ambiguous, name, align(name, presented), ())


def _by_attributes(
    text: str, candidates: tuple[DistinguishedName, ...], presented: DistinguishedName
) -> NameComparison:
    tried = [(align(reading, presented), reading) for reading in candidates]
    for lines, reading in tried:
        if not _differences(lines):
            is_ambiguous = len(candidates) > 1 or _REPLACEMENT in text
            return NameComparison(Relation.EQUAL, is_ambiguous, reading, lines, ())
    if any(_is_made_of(form, separator, presented) for form, separator in _forms(text)):
        return _equal(presented, presented, ambiguous=True)
    lines, reading = min(tried, key=lambda aligned: len(_differences(aligned[0])))
    return NameComparison(
        Relation.DIFFERENT, len(candidates) > 1, reading, lines, differences_in_words(lines)
    )


def _forms(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The text as it may have been printed, and what separates attributes in it and may be in values too."""
    if not text.startswith("/"):
        yield text, _COMMAS
        return
    yield slash_value(text[1:]), _SLASHES
    yield text[1:], _SLASHES  # the oldest form escapes no slash, so ``\/`` may be what the value holds


def _pieces(text: str, separator: re.Pattern[str]) -> tuple[str, ...]:
    """A text cut at every separator, so that case and blanks do not count wherever the attributes begin."""
    return tuple(fold(_known_type(piece)) for piece in separator.split(text))


def _is_made_of(text: str, separator: re.Pattern[str], presented: DistinguishedName) -> bool:
    """Whether the pieces of a text are the attributes of a name, each as a whole, in any order."""
    pieces = _pieces(text, separator)
    parts = [
        _pieces(f"{attribute.type}={decode(slash_bytes(attribute))}", separator)
        for rdn in raw_name(presented)
        for attribute in rdn
    ]
    if sum(map(len, parts)) != len(pieces):
        return False
    return any(_is_laid_out(pieces, sorted(parts, key=len, reverse=longest)) for longest in (True, False))


def _is_laid_out(pieces: tuple[str, ...], parts: list[tuple[str, ...]]) -> bool:
    """Whether the parts, preferred in this order, follow each other as the pieces do."""
    waiting: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for part in parts:
        waiting[part[0]][part] = waiting[part[0]].get(part, 0) + 1
    at = 0
    while at < len(pieces):
        group = waiting.get(pieces[at], {})
        part = next((part for part in group if pieces[at : at + len(part)] == part), ())
        if not part:
            return False
        at += len(part)
        group[part] -= 1
        if not group[part]:
            del group[part]
    return True


def _known_type(piece: str) -> str:
    kind, equals, value = piece.partition("=")
    return f"{attribute_type(kind) or kind}={value.strip()}" if equals else piece


def fold(value: str) -> str:
    """A value without what does not count: case, inner and outer white space, invisible characters."""
    if value.isascii() and value.isprintable():
        return " ".join(value.lower().split())
    value = _without_surrogates(value)
    if len(value) <= _LONGEST_NORMALISED:
        value = unicodedata.normalize("NFKC", value).casefold()
        value = unicodedata.normalize("NFKC", value)
    else:
        value = value.casefold()
    return _WHITE.sub(" ", _IGNORED.sub("", value)).strip()


def _without_surrogates(value: str) -> str:
    """Undecodable bytes count as Latin-1, which is what they are in certificates (T61String)."""
    raw = encode(value)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _keys(name: DistinguishedName) -> list[tuple[str, str, tuple[str, ...]]]:
    """Type, value and the folded spellings of each attribute: as text, and as its bare bytes read as text.

    The slash forms print value bytes, whatever string type they belong to. Java prints a replacement
    character for what it cannot read.
    """
    texts = name.pairs()
    if not name.der:
        return [(kind, value, (fold(_replaced_once(value)),)) for kind, value in texts]
    raws = [attribute for rdn in raw_name(name) for attribute in rdn]
    return [
        (kind, value, tuple(dict.fromkeys(map(fold, (value, *_other_spellings(raw))))))
        for (kind, value), raw in zip(texts, raws, strict=True)
    ]


def _other_spellings(raw: RawAttribute) -> Iterator[str]:
    """A value as it is printed by who takes its bytes for text of another kind."""
    printed = slash_bytes(raw)
    yield decode(printed)
    if not printed.isascii() or raw.tag == BMP:
        yield _replaced_once(printed.decode("utf-8", "replace"))
        yield _replaced_once(printed.decode("ascii", "replace"))
    if raw.tag == BMP:
        yield _replaced_once(_java_utf16(raw.value))


def _replaced_once(value: str) -> str:
    """How many replacement characters an unreadable place gets differs from reader to reader."""
    return _REPLACED.sub(_REPLACEMENT, value)


def _java_utf16(value: bytes) -> str:
    """UTF-16 as Java reads it: a high surrogate without a low one takes the next character with it."""
    return _LONE_SURROGATE.sub(_REPLACEMENT, value.decode("utf-16-be", "surrogatepass"))


def align(stored: DistinguishedName, presented: DistinguishedName) -> tuple[AttributeLine, ...]:
    """Both names side by side by attribute type: equal values first, then what is left in order."""
    if stored.rdns == presented.rdns:
        return tuple(agreeing(kind, value, value) for kind, value in stored.pairs())
    waiting: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    right = _keys(presented)
    for index, (kind, _, spellings) in enumerate(right):
        for spelling in spellings:
            waiting[_type_key(kind), spelling].append(index)
    free = [True] * len(right)
    matched: list[AttributeLine | None] = []
    left = _keys(stored)
    for kind, value, spellings in left:
        place = _take(waiting, free, [(_type_key(kind), spelling) for spelling in spellings])
        matched.append(None if place is None else agreeing(kind, value, right[place][1]))
    _match_unknown_types(left, right, matched, free)
    rest: dict[str, deque[str]] = defaultdict(deque)
    for index, (kind, value, _) in enumerate(right):
        if free[index]:
            rest[_type_key(kind)].append(value)
    return _merge(left, matched, rest, [kind for kind, _, _ in right])


def _match_unknown_types(
    left: list[tuple[str, str, tuple[str, ...]]],
    right: list[tuple[str, str, tuple[str, ...]]],
    matched: list[AttributeLine | None],
    free: list[bool],
) -> None:
    """A stored type that no table knows may be any type: it is compared by its value alone."""
    unknown = [
        index
        for index, (kind, _, _) in enumerate(left)
        if matched[index] is None and not attribute_type(kind)
    ]
    if not unknown:
        return
    waiting: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for index, (_, _, spellings) in enumerate(right):
        for spelling in spellings if free[index] else ():
            waiting["", spelling].append(index)
    for index in unknown:
        kind, value, spellings = left[index]
        place = _take(waiting, free, [("", spelling) for spelling in spellings])
        if place is not None:
            matched[index] = agreeing(kind, value, right[place][1])


def _take(
    waiting: dict[tuple[str, str], deque[int]], free: list[bool], keys: list[tuple[str, str]]
) -> int | None:
    for key in keys:
        candidates = waiting.get(key, deque())
        while candidates:
            index = candidates.popleft()
            if free[index]:
                free[index] = False
                return index
    return None


def _merge(
    left: list[tuple[str, str, tuple[str, ...]]],
    matched: list[AttributeLine | None],
    rest: dict[str, deque[str]],
    right_types: list[str],
) -> tuple[AttributeLine, ...]:
    lines: list[AttributeLine] = []
    for (kind, value, _), line in zip(left, matched, strict=True):
        if line is None:
            other = rest[_type_key(kind)]
            lines.append(AttributeLine(kind, value, other.popleft() if other else None, True))
        else:
            lines.append(line)
    for kind in dict.fromkeys(right_types):
        lines.extend(AttributeLine(kind, None, value, True) for value in rest.pop(_type_key(kind), ()))
    return tuple(lines)


def same_name(name: DistinguishedName, other: DistinguishedName) -> bool:
    """Whether two names from certificates are the same; two empty ones are not."""
    if name.is_empty or name.rdns == other.rdns:
        return not name.is_empty
    return _folded_pairs(name) == _folded_pairs(other)


def _folded_pairs(name: DistinguishedName) -> list[tuple[str, str]]:
    return sorted((kind, fold(value)) for kind, value in name.pairs())


def _type_key(kind: str) -> str:
    """A type for comparing: OpenSSL cuts long dotted ones."""
    return (attribute_type(kind) or kind.lower())[:LONGEST_TYPE]


def _differences(lines: tuple[AttributeLine, ...]) -> list[AttributeLine]:
    return [line for line in lines if line.differs]


def differences_in_words(lines: tuple[AttributeLine, ...]) -> tuple[str, ...]:
    """A sentence for each attribute that differs, the CN first, and how many more there are."""
    differences = sorted(_differences(lines), key=lambda line: line.type != "CN")
    shown = [_reason(line) for line in differences[:MOST_REASONS]]
    if len(differences) > MOST_REASONS:
        shown.append(f"{len(differences) - MOST_REASONS} more attributes differ")
    return tuple(shown)


def _reason(line: AttributeLine) -> str:
    if line.presented is None:
        return f"{line.type} only in the stored name: {line.stored}"
    if line.stored is None:
        return f"{line.type} only in the presented name: {line.presented}"
    return f"{line.type} differs: stored {line.stored}, presented {line.presented}"


def fit_log_name(log_name: str, subject: DistinguishedName) -> Fit:
    """How far the name in a "TOFU failed" message (Java's order, CN first) fits a subject.

    An attribute in the log that contradicts the subject fits nothing: it names another certificate.
    """
    best = Fit.NONE
    for reading in readings(log_name) if not subject.is_empty else ():
        lines = align(reading, subject)
        if any(line.stored is not None and line.differs for line in lines):
            continue
        if not _differences(lines):
            return Fit.FULL
        if reading.common_name is not None and fold(reading.common_name) == fold(subject.common_name or ""):
            best = Fit.CN_ONLY
    return best
