"""What a page of Prime Infrastructure showed of a refusal: which rows it names, what that is worth.

The wording of the page is not known (docs/appliance.md, High availability). Any text counts that holds
"TOFU failed" and the key, the address or the name of a row.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from tofutui.tofu.base.text import safe
from tofutui.tofu.base.timestamps import Stamp
from tofutui.tofu.judgement.evidence import BrowserWord, LogHit, RowFacts, Strength
from tofutui.tofu.judgement.log_matching import Listed, age_doubts, tie_failures
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.judgement.verdict import Kind
from tofutui.tofu.logs.failures import Failure, read_log
from tofutui.tofu.site.endpoint import Endpoint, EndpointError, normalise_host, parse_endpoint, split_key
from tofutui.tofu.site.role import Role
from tofutui.tofu.site.row_owner import Who

LONGEST = 20_000
"""Characters of an entered text that are looked at."""
_REFUSED = re.compile(r"\btofu[\s_-]*fail", re.IGNORECASE)
_PORT = re.compile(r"[\s,]*\(?\b(?:port\w{0,2}|puerto|порт)\b\s*[:=#]?\s*([0-9]{1,5})\)?", re.IGNORECASE)
_SCHEME = re.compile(r"\b[a-z]{2,10}://", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;=\"'<>()|`\u00ab\u00bb\u2018\u2019\u201c-\u201e\uff08\uff09\u3001\u3002]+")
_PATH = re.compile(r"(?P<host>[^/]+)/(?:(?P<port>[0-9]{1,5})(?:/.*)?|.*)")
_BY_NODE = re.compile(r"\b(?:on|by|at)\s+(?:the\s+|node\s+|server\s+)*(?P<node>[\w.:-]*[\w])", re.IGNORECASE)
_COMMON = frozenset({"tofu", "failed", "primary", "secondary", "host", "server", "localhost"})


class By(IntEnum):
    """How a text names a row; the highest counts."""

    NAME = 1
    """Only the name of the server: which of its rows is not stated."""
    ADDRESS = 2
    KEY = 3
    """Host and port."""


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row, and by what a text may name it."""

    facts: RowFacts
    endpoint: Endpoint | None
    names: tuple[str, ...] = ()
    """Names of the server that the row is about."""


@dataclass(frozen=True, slots=True)
class PageNaming:
    """The rows that a text names, all in the same way."""

    rows: tuple[NamedRow, ...]
    by: By


def is_refusal(text: str) -> bool:
    """Whether a text says that TOFU failed."""
    return _REFUSED.search(text[:LONGEST]) is not None


def refusing_role(text: str, nodes: Mapping[Role, Collection[str]]) -> Role | None:
    """The node that refused the connection, where the text says it: ``on primary``, ``on prime-pri``.

    ``nodes`` are the names and addresses of each node. None: not said, or both.
    """
    known = {normalise_host(name): role for role, names in nodes.items() for name in names}
    known |= {role.value: role for role in Role}
    said = {known.get(normalise_host(match["node"])) for match in _BY_NODE.finditer(text[:LONGEST])}
    roles = said - {None}
    return roles.pop() if len(roles) == 1 else None


def naming(text: str, rows: Sequence[NamedRow]) -> PageNaming | None:
    """The rows that a text names; by key before by address before by name. None: no row.

    The node that refused ("on prime-pri") is passed over, unless nothing else is named.
    """
    text = text[:LONGEST]
    return _naming(_BY_NODE.sub(_kept, text), rows) or _naming(text, rows)


def _kept(node: re.Match[str]) -> str:
    """What stays of "on …": all of it where it names a port, and so a row."""
    is_place = split_key(node["node"]) or _endpoint(node["node"])
    return node.group() if is_place else " "


def _naming(text: str, rows: Sequence[NamedRow]) -> PageNaming | None:
    tokens = list(_tokens(text))
    places = {place for token in tokens for place in (split_key(token), _endpoint(token)) if place}
    hosts = {normalise_host(token) for token in tokens}
    words = {word for token in tokens for word in (token.casefold(), token.casefold().partition(".")[0])}
    plain = " ".join(text.casefold().split())
    ways = [(row, _way(row, places, hosts, words, plain)) for row in rows]
    best = max((way for _, way in ways if way is not None), default=None)
    return None if best is None else PageNaming(tuple(row for row, way in ways if way is best), best)


def tie_words(
    words: Iterable[BrowserWord], role: Role, rows: Sequence[NamedRow], listed: Listed
) -> dict[str, tuple[LogHit, ...]]:
    """What entered words say about the rows of one node, by row id: as a line of its log would.

    Args:
        words: those entered so far; those about the other node are passed over.
        role: the node that holds the rows.
        rows: all rows of its table.
        listed: the listing that showed them.
    """
    hits: dict[str, tuple[LogHit, ...]] = {}
    mine = [word for word in words if word.role in (role, None)]
    for word in mine:
        for id_, hit in _tie(word, rows, listed, mine):
            begun = next(row.facts.incarnation for row in rows if row.facts.id == id_)
            if begun is None or word.at >= begun:
                hits[id_] = (*hits.get(id_, ()), hit)
    return hits


def _tie(
    word: BrowserWord, rows: Sequence[NamedRow], listed: Listed, words: Sequence[BrowserWord]
) -> Iterator[tuple[str, LogHit]]:
    if word.role is None:
        rows = [row for row in rows if row.facts.who not in (Who.SELF, Who.LOOPBACK)]
    named = naming(word.text, rows)
    if named is None or named.by is By.NAME:
        in_full = _tie_subject(word, rows, listed)
        if in_full:
            yield from in_full.items()
            return
    for row in named.rows if named else ():
        doubts = _doubts(word, row, named, listed, words) if named else []
        yield row.facts.id, _hit(word, row, doubts)


def _tie_subject(word: BrowserWord, rows: Sequence[NamedRow], listed: Listed) -> dict[str, LogHit]:
    """Words that quote the subject of a certificate as a log does."""
    at = word.at.replace(tzinfo=None)
    failures = [
        Failure(failure.name, failure.thread, at, at, 1, (Stamp(at),))
        for failure in read_log(word.text[:LONGEST].splitlines()).failures
    ]
    ties = tie_failures(
        failures,
        [row.facts for row in rows],
        clock=NodeClock(at, "UTC", word.at),
        listed=listed,
        named_node=word.role is not None,
        now=word.at,
    )
    return {id_: replace(hits[0], text=_sentence(word, "", hits[0].text), kind=Kind.BROWSER)
            for id_, hits in ties.hits.items()}  # fmt: skip


def _doubts(
    word: BrowserWord, row: NamedRow, named: PageNaming, listed: Listed, words: Sequence[BrowserWord]
) -> list[str]:
    """Why the words prove nothing of the row: the conditions of a line in a log."""
    moments = sorted(other.at for other in words if naming(other.text, [row]) is not None)
    doubts = age_doubts(row.facts, word.at, listed, moments)
    if not listed.complete:
        doubts.append("the listing is not complete")
    if word.role is None:
        doubts.append("it is not said which node refused the connection")
    if named.by is By.NAME:
        doubts.append("only the name fits")
    if len(named.rows) > 1:
        doubts.append(f"{len(named.rows)} rows fit")
    if named.by is not By.KEY and row.facts.who in (Who.SELF, Who.LOOPBACK):
        doubts.append("the server named may be the one that refused the connection")
    certificate = row.facts.presented.certificate
    if certificate is not None and certificate.not_before is None:
        doubts.append("the start of the presented certificate's validity cannot be read")
    return doubts


def _hit(word: BrowserWord, row: NamedRow, doubts: list[str]) -> LogHit:
    is_seen = row.facts.presented.certificate is not None
    fits = "presented" if is_seen else "stored"
    strength = Strength.PROOF if is_seen and not doubts else Strength.HINT
    text = _sentence(word, f" for {row.facts.id}", f"(no proof: {', '.join(doubts)})" if doubts else "")
    return LogHit(strength, word.at, text, fits, Kind.BROWSER)


def _sentence(word: BrowserWord, about: str, rest: str) -> str:
    by = f" by {safe(word.by)}" if word.by else ""
    said = f"the browser said TOFU failed{safe(about)}, entered at {word.at:%Y-%m-%d %H:%M:%S} UTC{by}"
    return f"{said} {rest}".rstrip() if not rest or rest.startswith("(") else f"{said}: {rest}"


def _tokens(text: str) -> Iterator[str]:
    """The words of a text; a host with a port of its own becomes the key of a row."""
    joined = _PORT.sub(r"_\1", _SCHEME.sub(" ", text))
    for token in _BETWEEN.split(joined):
        bare = token.strip(".:!?*-").removeprefix("/")
        path = _PATH.fullmatch(bare)
        if path:
            bare = f"{path['host']}_{path['port']}" if path["port"] else path["host"]
        if bare:
            yield bare


def _endpoint(text: str) -> Endpoint | None:
    try:
        return parse_endpoint(text)
    except EndpointError:
        return None


def _way(row: NamedRow, places: set[Endpoint], hosts: set[str], words: set[str], plain: str) -> By | None:
    """How a text names a row; None: not at all."""
    if row.endpoint is not None and row.endpoint in places:
        return By.KEY
    if row.endpoint is not None and row.endpoint.host in hosts:
        return By.ADDRESS
    names = {name.casefold() for name in row.names} - _COMMON
    if names & words or any(" " in name and name in plain for name in names):
        return By.NAME
    return None
