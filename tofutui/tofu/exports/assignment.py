"""Certificates exported from a node's store, assigned to the rows they belong to.

`tofutui.tofu.exports.reading` makes them from the bytes of files.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tofutui.tofu.base.damaged_text import damage
from tofutui.tofu.base.text import BLANKS, safe
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.evidence import KnownCertificate
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint, as_address, is_masked, normalise_host, split_key
from tofutui.tofu.site.row_owner import Who

_ROWS_NAMED = 5
"""Rows that a sentence lists by key."""

NameKey = tuple[tuple[tuple[str, str], ...], ...]
"""A name for exact comparison: the attributes of each RDN, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One certificate of an export. Its bytes are not kept, only what is compared."""

    sha256: str
    """64 lower-case hex digits."""
    subject: DistinguishedName | None
    source: str
    """Where it came from, for the reader: the file, and the alias in it."""
    file: str
    """The file alone."""
    alias: str | None = None
    """Its name inside the file."""
    names: tuple[str, ...] = ()
    """The file's name, with and without its ending: it may be the key of a row."""
    words: tuple[str, ...] = field(default=(), repr=False)
    """Other texts above it in the file that may name its row: comments, bag attributes."""
    unread: bool = False
    """Whether it is named by something that is not understood, so that its subject alone assigns nothing."""
    written: datetime | None = None
    """When the file was written last (UTC).

    It was exported then or earlier: a row that began later does not hold this certificate. A copied file
    shows the time of the copy, so that nothing says that it is not older.
    """
    created: datetime | None = None
    """The first moment that may belong to the day its entry was made (UTC); the export is later."""
    forms: frozenset[str] = field(default=frozenset(), repr=False)
    """Every text that its subject renders to; none where only keytool's words for it are known."""

    @property
    def what(self) -> str:
        """The certificate in a sentence."""
        whose = f" of {_shown(self.subject)}" if self.subject else ""
        return f"the certificate{whose} imported from {safe(self.source)}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What imported certificates say about one row."""

    imported: Imported | None = None
    unusable: tuple[str, ...] = ()
    """Why others that might be this row's are not used, one sentence each."""
    doubt: str = ""
    """Why the one that is used proves nothing."""

    @property
    def known(self) -> KnownCertificate | None:
        """As the judgement takes it."""
        if self.imported is None:
            return None
        own = self.imported
        return KnownCertificate(own.sha256, own.source, own.subject, self.doubt, at=own.created)


@dataclass(frozen=True, slots=True)
class Assignments:
    """What became of the imported certificates in one node's table."""

    rows: dict[str, Assignment] = field(default_factory=dict)
    """By row id; rows that no certificate concerns have no place."""
    used: frozenset[Imported] = frozenset()
    doubtful: dict[Imported, str] = field(default_factory=dict)
    """Those that rows may be about and that are not used, and why."""
    fitting: frozenset[Imported] = frozenset()
    """Those that may be about any row."""


def assign(
    imported: Iterable[Imported],
    entries: Iterable[Entry],
    *,
    complete: bool,
    unnamed: Collection[Imported] = (),
) -> Assignments:
    """Which row each certificate belongs to.

    The row whose key is the alias or the file's name; without such a name the only row of this subject, which
    only a complete listing can say. In both cases the subject has to render to the stored text. Those of
    ``unnamed`` may be of the other node's store: they are never about what a node holds of itself.
    """
    table = _Table([entry for entry in entries if entry.is_stored], complete, frozenset(unnamed))
    for certificate in dict.fromkeys(imported):
        table.place(certificate)
    return table.result()


@dataclass(slots=True)
class _Claim:
    """A certificate that may be a row's; a lower rank is a better reason."""

    imported: Imported
    rank: int


class _Table:
    """One node's rows, found by name and by subject."""

    def __init__(self, entries: Sequence[Entry], complete: bool, unnamed: frozenset[Imported]) -> None:
        self._complete = complete
        self._unnamed = unnamed
        self._fitted: set[Imported] = set()
        self._has_doubtful = False
        """Whether the text of a row is not certain."""
        self._by_key: dict[str, list[Entry]] = {}
        self._by_endpoint: dict[Endpoint, list[Entry]] = {}
        self._by_host: dict[str, list[Entry]] = {}
        self._by_text: dict[str, list[Entry]] = {}
        self._by_name: dict[NameKey, list[Entry]] = {}
        self._claims: dict[str, list[_Claim]] = {}
        self._unusable: dict[str, list[str]] = {}
        self._doubtful: dict[Imported, str] = {}
        for entry in entries:
            self._add(entry)
        self._ports = {endpoint.port for endpoint in self._by_endpoint}

    def _add(self, entry: Entry) -> None:
        if entry.key is None or entry.stored is None or not entry.stored.raw:
            return
        self._by_key.setdefault(entry.key, []).append(entry)
        if entry.endpoint is not None:
            self._by_endpoint.setdefault(entry.endpoint, []).append(entry)
            self._by_host.setdefault(entry.endpoint.host, []).append(entry)
        if entry.stored.may_go_on or damage(entry.stored.raw):
            self._has_doubtful = True
            return
        text = entry.stored.raw.strip(BLANKS)
        self._by_text.setdefault(text, []).append(entry)
        for key in dict.fromkeys(map(name_key, readings(text))):
            self._by_name.setdefault(key, []).append(entry)

    def place(self, certificate: Imported) -> None:
        """Let a certificate claim its row, or say why it cannot."""
        fitting = self._allowed(certificate, self._fitting(certificate))
        if fitting:
            self._fitted.add(certificate)
        for rank, name in _ranked(certificate):
            rows = self._by_key.get(name) or self._by_endpoint.get(split_key(name) or _NOWHERE)
            if rows is None:
                is_host = rank == _BY_ALIAS or _is_host_of_file(rank, name, certificate)
                rows = self._named_in(name, may_be_host=is_host, certificate=certificate)
            named = None if rows is None else self._allowed(certificate, rows)
            if named:
                self._place_named(certificate, rank, named, fitting)
                return
            if named is not None or self._is_a_key(name):
                if fitting:
                    self._doubt(certificate, (), f"the table has no row {safe(name)}")
                return
        if fitting and certificate.unread:
            self._doubt(certificate, fitting, "it is named by words that are not understood")
        elif fitting:
            self._place_by_subject(certificate, fitting)

    def _allowed(self, certificate: Imported, rows: list[Entry]) -> list[Entry]:
        if certificate not in self._unnamed:
            return rows
        return [row for row in rows if row.who not in (Who.SELF, Who.LOOPBACK)]

    def _named_in(self, name: str, *, may_be_host: bool, certificate: Imported) -> list[Entry] | None:
        """The rows of the hosts that a text names; None if it names no host."""
        hosts = [
            normalise_host(match.group()) for match in _ADDRESS.finditer(name) if as_address(match.group())
        ]
        if (
            not hosts
            and may_be_host
            and _HOST_NAME.fullmatch(name)
            and not _is_common_name(name, certificate)
        ):
            hosts = [normalise_host(name)]
        if not hosts:
            return None
        return [entry for host in dict.fromkeys(hosts) for entry in self._by_host.get(host, ())]

    def _place_named(
        self, certificate: Imported, rank: int, named: list[Entry], fitting: list[Entry]
    ) -> None:
        usable = [entry for entry in named if entry in fitting]
        if not usable:
            self._doubt(certificate, named, "its subject is not the stored one")
        else:
            self._claim(certificate, rank, usable)

    def _place_by_subject(self, certificate: Imported, fitting: list[Entry]) -> None:
        if self._complete and not self._has_doubtful:
            self._claim(certificate, _BY_SUBJECT, fitting)
        elif self._complete:
            self._doubt(certificate, fitting, "a row whose text is not certain may have this subject too")
        else:
            self._doubt(
                certificate, fitting, "the listing is not complete, so another row may have this subject too"
            )

    def _claim(self, certificate: Imported, rank: int, rows: list[Entry]) -> None:
        if len(rows) > 1:
            self._doubt(certificate, rows, f"it fits {len(rows)} rows ({_keys(rows)})")
            return
        self._claims.setdefault(rows[0].id, []).append(_Claim(certificate, rank))

    def _doubt(self, certificate: Imported, rows: Iterable[Entry], why: str) -> None:
        sentence = f"{certificate.what} is not used: {why}"
        self._doubtful[certificate] = sentence
        for row in rows:
            self._unusable.setdefault(row.id, []).append(sentence)

    def _fitting(self, certificate: Imported) -> list[Entry]:
        """The rows whose stored text the subject renders to."""
        if certificate.subject is None or certificate.subject.is_empty:
            return []
        if certificate.subject.der:
            entries = [entry for form in certificate.forms for entry in self._by_text.get(form, ())]
        else:  # keytool prints Java's order, the last RDN first
            key = name_key(certificate.subject)
            entries = [entry for way in (key, key[::-1]) for entry in self._by_name.get(way, ())]
        return list({entry.id: entry for entry in entries}.values())

    def _is_a_key(self, name: str) -> bool:
        """Whether a name can only mean a row: ``cert_2024`` is none unless the table knows that port."""
        endpoint = split_key(name)
        if endpoint is None:
            return False
        host = endpoint.host
        return as_address(host) is not None or is_masked(host) or endpoint.port in self._ports

    def result(self) -> Assignments:
        """What became of all of them."""
        rows: dict[str, Assignment] = {}
        used: set[Imported] = set()
        for id_, claims in self._claims.items():
            best = _best(claims)
            if len({claim.sha256 for claim in best}) == 1:
                used.update(best)
                rows[id_] = Assignment(best[0])
            else:
                self._contradict(id_, best)
        for id_, sentences in self._unusable.items():
            rows[id_] = Assignment(rows.get(id_, Assignment()).imported, tuple(sentences))
        doubtful = {unused: why for unused, why in self._doubtful.items() if unused not in used}
        return Assignments(rows, frozenset(used), doubtful, frozenset(self._fitted))

    def _contradict(self, id_: str, claims: list[Imported]) -> None:
        sources = ", ".join(safe(claim.source) for claim in claims[:_ROWS_NAMED])
        why = f"{len(claims)} different certificates claim this row ({sources}), so none of them is used"
        self._unusable.setdefault(id_, []).append(why)
        self._doubtful.update(dict.fromkeys(claims, why))


_NOWHERE = Endpoint("", 0)
_BY_ALIAS, _BY_WORDS, _BY_FILE, _BY_SUBJECT = range(4)
_ADDRESS = re.compile(
    r"(?<![0-9A-Za-z.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]|\.[0-9])"
    r"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Fa-f:]))"
)
_KEY_IN_TEXT = re.compile(r"(?<![\w.:-])\[?[0-9A-Za-z][0-9A-Za-z.:-]*\]?_[0-9]{1,5}(?!\w)")
_HOST_NAME = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,62}")


def _ranked(certificate: Imported) -> list[tuple[int, str]]:
    """The names that may be its row's key, the better ones first."""
    alias = [(_BY_ALIAS, certificate.alias)] if certificate.alias else []
    words = [(_BY_WORDS, word) for text in certificate.words for word in (text, *_KEY_IN_TEXT.findall(text))]
    return alias + words + [(_BY_FILE, name) for name in certificate.names]


def _is_host_of_file(rank: int, name: str, certificate: Imported) -> bool:
    """Whether a file is called as a host is, without its ending; a name of two labels may be anything."""
    is_stem = rank == _BY_FILE and name == certificate.names[-1] and name.count(".") > 1
    return is_stem and not _is_common_name(name.partition(".")[0], certificate)


def _is_common_name(name: str, certificate: Imported) -> bool:
    return certificate.subject is not None and (certificate.subject.common_name or "").lower() == name.lower()


def _best(claims: list[_Claim]) -> list[Imported]:
    best = min(claim.rank for claim in claims)
    return [claim.imported for claim in claims if claim.rank == best]


def _keys(rows: list[Entry]) -> str:
    shown = [safe(row.key or "") for row in rows[:_ROWS_NAMED]]
    return ", ".join(shown) + (", …" if len(rows) > _ROWS_NAMED else "")


def _shown(name: DistinguishedName) -> str:
    text = name.common_name or str(name)
    return safe(text if len(text) <= 80 else text[:79] + "…")


def name_key(name: DistinguishedName) -> NameKey:
    """A name for exact comparison; the attributes within one RDN have no order."""
    return tuple(tuple(sorted((attribute.type, attribute.value) for attribute in rdn)) for rdn in name.rdns)
