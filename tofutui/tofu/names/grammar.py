r"""Printed names -> values: the slash and comma grammars of OpenSSL, RFC 2253 and Java's order.

The slash form up to OpenSSL 1.0.2 escapes nothing, so ``/CN=a/O=b`` may be one attribute or two. Text is cut
only before ``TYPE=``, never at a bare ``/`` or ``,``; cuts that may as well be part of a value give further
readings. Every function is linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations, islice

from tofutui.tofu.asn1.der import DerError, first
from tofutui.tofu.asn1.oids import attribute_type, is_usual
from tofutui.tofu.base.text import BLANKS, decode, encode
from tofutui.tofu.names.der import code_points
from tofutui.tofu.names.values import MOST_ATTRIBUTES, DistinguishedName, shared_rdn

MOST_READINGS = 8
_MANY_CUTS = 1_000
"""Places from which on only the two plainest readings of a text are made."""

_TYPE = r"[A-Za-z][A-Za-z0-9_-]{0,63}|(?:[Oo][Ii][Dd]\.)?[0-9]{1,10}(?:\.[0-9]{1,40}){1,40}"
_SLASH_CUT = re.compile(rf"(?P<separator>\\?[/+])(?P<type>{_TYPE})=")
_COMMA_TYPE = re.compile(rf"(?P<type>{_TYPE})(?P<equals> ?= ?)")
_COMMA_TOKEN = re.compile(r"[^\\,+;]+|\\.|[\\,+;]", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+"(?= *(?:[,+;]|\Z))', re.DOTALL)
_SLASH_ESCAPE = re.compile(rb"\\(?:x([0-9A-F]{2})|([/+]))")
_COMMA_ESCAPE = re.compile(rb"\\(?:([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_COMMAS = BLANKS + ","
_EMPTY_RDNS = re.compile(rf"(?<!\\),(?:\s*+,)++(?=\s*(?:{_TYPE})=)")
_HEX = re.compile(r"#((?:[0-9A-Fa-f]{2}){2,})")
_TOP_DOWN = {kind: rank for rank, kind in enumerate(("DC", "C", "ST", "L", "street", "O", "OU", "CN"))}
_REPEATABLE = frozenset({"DC", "OU", "street"})


LONGEST = 500_000
"""Characters of a printed name that is read; real ones have a few hundred."""
_USUAL = 1_000
"""Characters of a name whose readings are kept."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place where an attribute may begin."""

    at: int
    type: str
    value_at: int
    joined: bool
    """After a ``+``: in the RDN of the attribute before."""


def readings(text: str) -> tuple[DistinguishedName, ...]:
    """Every reading of a printed subject, the most natural first; none if it is not understood.

    At most `MOST_READINGS`: a text with many doubtful places has more than can be listed. A text longer than
    `LONGEST`, or of more than `MOST_ATTRIBUTES`, is not taken apart: it would hold up whoever waits, and no
    certificate has such a name.
    """
    text = text.strip(BLANKS)
    if len(text) > LONGEST:
        return ()
    return _kept_readings(text) if len(text) <= _USUAL else _readings(text)


def _readings(text: str) -> tuple[DistinguishedName, ...]:
    if text.startswith("/"):
        return _slash_readings(text)
    names = (_comma_reading(way) for way in _ends(text))
    return tuple(dict.fromkeys(name for name in names if name is not None))


_kept_readings = lru_cache(maxsize=1_024)(_readings)
"""A subject is read when its row is listed and when it is compared, and both nodes list the same servers."""


def _ends(text: str) -> tuple[str, ...]:
    """The text, and before it the one that it was if the escaped blank at its end was trimmed."""
    if _is_cut(text):
        return (text + " ", text)
    return (text, _without_empty_rdns(text))


def _is_cut(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _without_empty_rdns(text: str) -> str:
    """The text without the commas that Java prints for the RDNs of a name that hold nothing."""
    short = text.lstrip(_COMMAS)
    if not _is_cut(short.rstrip(_COMMAS)):
        short = short.rstrip(_COMMAS)
    return _EMPTY_RDNS.sub(",", short)


def _slash_readings(text: str) -> tuple[DistinguishedName, ...]:
    sure, doubtful = _slash_cuts(text)
    if not sure or sure[0].at != 0:
        return ()
    names = dict.fromkeys(_slash_name(text, cuts) for cuts in _choices(sure, doubtful))
    return tuple(names) if any(attribute_type(cut.type) for cut in sure) else ()


def _slash_cuts(text: str) -> tuple[list[_Cut], set[_Cut]]:
    """The natural cuts, and those places of both kinds that may be read the other way."""
    escapes = "\\/" in text or "\\+" in text
    natural: list[_Cut] = []
    doubtful: set[_Cut] = set()
    seen: set[str] = set()
    for number, cut in enumerate(_slash_places(text), start=1):
        if number > MOST_ATTRIBUTES:
            return [], set()
        kind = attribute_type(cut.type)
        if natural and not _is_printed(cut.type, kind):
            doubtful.add(cut)
            continue
        natural.append(cut)
        if not escapes and len(natural) > 1 and (cut.joined or _is_out_of_place(kind, seen)):
            doubtful.add(cut)
        seen.add(kind or cut.type)
    return natural, doubtful


def _slash_places(text: str) -> Iterator[_Cut]:
    """Where ``/TYPE=`` or ``+TYPE=`` is printed without an escape before it."""
    for match in _SLASH_CUT.finditer(text):
        separator = match["separator"]
        if not separator.startswith("\\"):
            yield _Cut(match.start(), match["type"], match.end(), separator == "+")


def _is_printed(printed: str, kind: str | None) -> bool:
    """Whether a type looks as OpenSSL prints it in names.

    One lower-case letter is rather part of a value (``/t=``), and so is an object that no name is made of.
    """
    return kind is not None and is_usual(printed) and (printed == kind or len(printed) > 1)


def _is_out_of_place(kind: str | None, seen: set[str]) -> bool:
    """Whether an attribute appears where none is expected: below a CN, or a second of what comes once."""
    if kind not in _TOP_DOWN:
        return False
    return "CN" in seen or (kind in seen and kind not in _REPEATABLE)


def _choices(natural: list[_Cut], doubtful: set[_Cut]) -> Iterator[list[_Cut]]:
    """The natural cuts first, then all doubtful places read the other way, then one, two … of them."""
    base = set(natural)
    places = sorted(doubtful, key=lambda cut: cut.at)
    fewer = chain.from_iterable(combinations(places, size) for size in range(1, len(places)))
    flips = chain([(), tuple(places)], fewer)
    few = len(natural) + len(doubtful) <= _MANY_CUTS
    for flipped in islice(flips, MOST_READINGS if few else 2):
        yield sorted(base.symmetric_difference(flipped), key=lambda cut: cut.at)


def _slash_name(text: str, cuts: list[_Cut]) -> DistinguishedName:
    rdns: list[list[tuple[str, str]]] = []
    ends = [cut.at for cut in cuts[1:]] + [len(text)]
    for cut, end in zip(cuts, ends, strict=True):
        attribute = _shown_type(cut.type), slash_value(text[cut.value_at : end])
        if cut.joined and rdns:
            rdns[-1].append(attribute)
        else:
            rdns.append([attribute])
    return DistinguishedName(tuple(shared_rdn(*attributes) for attributes in rdns))


def slash_value(text: str) -> str:
    r"""A value of the slash forms: ``\xHH``, ``\/`` and ``\+`` taken back, everything else unchanged."""
    if "\\" not in text:
        return text
    return decode(_SLASH_ESCAPE.sub(_slash_byte, encode(text)))


def _slash_byte(match: re.Match[bytes]) -> bytes:
    if match[2]:
        return match[2]
    byte = int(match[1], 16)
    # A printable byte is never escaped: such a text is literal.
    return match[0] if 0x20 <= byte <= 0x7E else bytes([byte])


def _shown_type(printed: str) -> str:
    return attribute_type(printed) or printed


def _comma_reading(text: str) -> DistinguishedName | None:
    start = _COMMA_TYPE.match(text)
    if start is None:
        return None
    spaced = start["equals"].startswith(" ")
    rdns: list[list[tuple[str, str]]] = [[]]
    known = False
    further = islice(_comma_cuts(text, start.end(), spaced=spaced), MOST_ATTRIBUTES)
    cuts = [_Cut(0, start["type"], start.end(), False), *further]
    if len(cuts) > MOST_ATTRIBUTES:
        return None
    ends = [cut.at for cut in cuts[1:]] + [len(text)]
    for cut, end in zip(cuts, ends, strict=True):
        if not cut.joined and rdns[-1]:
            rdns.append([])
        known = known or attribute_type(cut.type) is not None
        rdns[-1].append((_shown_type(cut.type), comma_value(text[cut.value_at : end])))
    return DistinguishedName(tuple(shared_rdn(*attributes) for attributes in rdns)) if known else None


def _comma_cuts(text: str, start: int, *, spaced: bool) -> Iterator[_Cut]:
    """Where further attributes begin: after ``,`` ``;`` or ``+`` outside quotes, before ``TYPE=``.

    Without blanks round ``=`` (OpenSSL from 3.2) values are not quoted: only known types are cut at.
    """
    at = _after_quotes(text, start)
    while token := _COMMA_TOKEN.match(text, at):
        at = token.end()
        following = _type_after(text, token, spaced=spaced)
        if following is not None:
            yield _Cut(token.start(), following["type"], following.end(), token[0] == "+")
            at = _after_quotes(text, following.end())


def _after_quotes(text: str, at: int) -> int:
    quoted = _QUOTED.match(text, at)
    return quoted.end() if quoted else at


def _type_after(text: str, token: re.Match[str], *, spaced: bool) -> re.Match[str] | None:
    if token[0] not in (",", ";", "+"):
        return None
    at = token.end()
    while text.startswith(" ", at) and at < token.end() + 8:
        at += 1
    following = _COMMA_TYPE.match(text, at)
    if following is None or (spaced and following["equals"] == "="):
        return None
    is_known = attribute_type(following["type"]) is not None
    return following if spaced or is_known else None


def comma_value(text: str) -> str:
    r"""A value of the comma forms: quotes and escapes (``\C3\93``, ``\,``) taken back, ``#hex`` decoded."""
    text = text.strip(BLANKS) if not text.rstrip(BLANKS).endswith("\\") else text.lstrip(BLANKS)
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return _unescaped(text[1:-1])
    as_hex = _HEX.fullmatch(text)
    return _decoded(as_hex) if as_hex else _unescaped(text)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return decode(_COMMA_ESCAPE.sub(_comma_byte, encode(text)))


def _comma_byte(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else match[2]


def _decoded(match: re.Match[str]) -> str:
    """The text in a hex dump of a whole element; the dump itself where it is not a string."""
    try:
        element = first(bytes.fromhex(match[1]))
    except DerError:
        return match[0].upper()
    text = code_points(element.tag, element.value)
    return match[0].upper() if text is None else text
