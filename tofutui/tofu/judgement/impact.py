"""Before a change: which rows will be stale once a server's certificate is renewed, and what that breaks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.endpoint import normalise_host
from tofutui.tofu.site.role import Role
from tofutui.tofu.site.row_owner import Who

FUNCTIONS = {
    Who.PEER: "HA registration and Health Monitor",
    Who.ISE: "ISE integration",
    Who.DNAC: "DNA Center integration",
    Who.OTHER: "connections to this host",
}
"""What a stale row about such a server breaks (docs/appliance.md)."""
_OWN_OF_NODE = (Who.SELF, Who.LOOPBACK)


class Became(StrEnum):
    """What became of a row of a forecast, in the order in which they are counted."""

    STALE = "stale as forecast"
    DELETED = "deleted"
    PROVEN = "renewed and proven"
    RENEWED = "another certificate, not judged stale"
    UNCHANGED = "unchanged"
    SILENT = "no certificate presented"
    NOT_ASKED = "not probed"
    NOT_COMPARED = "no certificate to compare with was presented before"
    NOT_LISTED = "not seen, the listing is not complete"


class NotCompared(TofutuiError):
    """There is no comparison that a forecast could rest on."""


class NoSuchServer(TofutuiError):
    """No row, node or remote of the session is called so."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What renewing one server's certificate will do."""

    of: str
    """The server, in words."""
    rows: tuple[Entry, ...]
    """Rows about it on other nodes: stale once it presents another certificate; in the order of deletion."""
    own: tuple[Entry, ...]
    """Rows that the server holds about itself, and those of a virtual IP that presents its certificate; the
    TAC procedure leaves them alone."""

    @property
    def functions(self) -> tuple[str, ...]:
        """What will be refused until the rows are deleted, each once."""
        return tuple(dict.fromkeys(FUNCTIONS[entry.who] for entry in self.rows))


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast as it is kept: the rows, and what each server presented then."""

    of: str
    at: datetime
    by: str
    rows: tuple[tuple[Role, str, str], ...]
    """Role, key and SHA-256 presented; "" if nothing was."""


def impact_of(comparison: Comparison, name: str) -> Impact:
    """What renewing the certificate of a server will make stale.

    ``name`` is ``primary``, ``secondary``, the name of a remote of the session, or a host of a row.

    Raises:
        NoSuchServer: it is none of these.
    """
    stored = [entry for entry in comparison.entries() if entry.is_stored]
    if name in tuple(Role):
        role = Role(name)
        if role not in comparison.nodes:
            raise NoSuchServer(f"the session has no {role}")
        view = comparison.nodes[role]
        rows = [e for e in stored if e.who is Who.PEER and e.role is role.other]
        own = [e for e in stored if e.who in _OWN_OF_NODE and e.role is role]
        shown = {e.sha256 for e in (*rows, *own)} - {None}
        own += [e for e in stored if e.who is Who.VIP and e.sha256 in shown]
        return Impact(f"{role.word} {view.hostname or view.host}", _in_order(rows), tuple(own))
    rows = [e for e in stored if e.who.is_remote and _is_about(e, name)]
    if not rows:
        known = dict.fromkeys(
            e.name or (e.endpoint.host if e.endpoint else "") for e in stored if e.who.is_remote
        )
        raise NoSuchServer(
            f"no row is about {name!r}", f"primary, secondary, or one of: {', '.join(filter(None, known))}"
        )
    return Impact(name, _in_order(rows), ())


def forecast_of(comparison: Comparison, name: str, by: str) -> Forecast:
    """What is kept of `impact_of` for a later comparison.

    Raises:
        NoSuchServer: no server of the session is called so.
        NotCompared: what its rows present is not known yet.
    """
    impact, at = impact_of(comparison, name), comparison.taken_at or _listed_at(comparison)
    if at is None or any(e.verdict is Verdict.PENDING for e in impact.rows):
        raise NotCompared("no forecast is saved: what the endpoints of these rows present is not known yet")
    rows = tuple((e.role, e.key or "", e.sha256 or "") for e in impact.rows)
    return Forecast(impact.of, at, by, rows)


def _listed_at(comparison: Comparison) -> datetime | None:
    """When the newest listing ended, of a first comparison that is still under way."""
    return max(filter(None, (view.listed_at for view in comparison.nodes.values())), default=None)


def became(forecast: Forecast, comparison: Comparison) -> str:
    """What became of a forecast, as a comparison shows it, in one sentence."""
    ends = _ends(forecast, comparison)
    counts = ", ".join(f"{ends[end]} {end}" for end in Became if ends[end])
    when = f"{forecast.at:%Y-%m-%d %H:%M} UTC"
    return f"forecast of {when} ({forecast.of} renewed), {_rows(len(forecast.rows))}: {counts or 'none'}"


def is_under_way(forecast: Forecast, comparison: Comparison) -> bool:
    """Whether a server of the forecast was renewed, and its row is neither deleted nor proven since."""
    ends = _ends(forecast, comparison)
    return bool(ends[Became.STALE] or ends[Became.RENEWED])


def _ends(forecast: Forecast, comparison: Comparison) -> Counter[Became]:
    now = {(e.role, e.key): e for e in comparison.entries() if e.is_stored}
    return Counter(
        _end(now.get((role, key)), sha256, listed=_is_listed(comparison, role))
        for role, key, sha256 in forecast.rows
    )


def _is_listed(comparison: Comparison, role: Role) -> bool:
    return role in comparison.nodes and comparison.nodes[role].complete


def _end(entry: Entry | None, sha256: str, *, listed: bool) -> Became:
    """Stale or not, a row whose server presents what it presented then has not been renewed."""
    if entry is None or entry.unseen:
        return Became.DELETED if listed else Became.NOT_LISTED
    if not entry.presented.status.was_asked:
        return Became.NOT_ASKED
    if sha256 and entry.sha256 == sha256:
        return Became.UNCHANGED
    if entry.verdict.is_stale:
        return Became.STALE
    return _end_not_stale(entry, sha256)


def _end_not_stale(entry: Entry, sha256: str) -> Became:
    if entry.sha256 is None:
        return Became.SILENT
    if entry.verdict is Verdict.PROVEN:
        return Became.PROVEN
    return Became.RENEWED if sha256 else Became.NOT_COMPARED


def _is_about(entry: Entry, name: str) -> bool:
    host = entry.endpoint.host if entry.endpoint else ""
    return name.casefold() == entry.name.casefold() or normalise_host(name) == host


def _in_order(rows: Iterable[Entry]) -> tuple[Entry, ...]:
    """The order in which they are deleted: the primary's first, peers before others."""
    roles = list(Role)
    return tuple(sorted(rows, key=lambda entry: (roles.index(entry.role), entry.who is not Who.PEER)))


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"
