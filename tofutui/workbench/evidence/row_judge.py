"""Asks endpoints for the rows of the tables and keeps every entry's verdict up to date."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.exports.assignment import Assignment
from tofutui.tofu.judgement.browser_words import tie_words
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, TiedFailure
from tofutui.tofu.judgement.evidence import LogHit, OperatorWord, RowFacts
from tofutui.tofu.judgement.judge import Case, judge
from tofutui.tofu.judgement.log_matching import Listed
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.judgement.row_history import Past, RowSeen
from tofutui.tofu.logs.failures import Failure
from tofutui.tofu.site.endpoint import why_no_endpoint
from tofutui.tofu.site.row_owner import Who, probe_target
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence.assigned_exports import NOTHING_KNOWN, KnownCertificates
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.evidence.entry_facts import facts_of, name_of, node_behind, noting_vip, with_presented
from tofutui.workbench.evidence.memory import NOTHING, Memory
from tofutui.workbench.evidence.operator import Testimony
from tofutui.workbench.evidence.short_turns import ShortTurns
from tofutui.workbench.evidence.statements import named_row
from tofutui.workbench.probes import Probes
from tofutui.workbench.table import Table

AT_ONCE = 25
"""Rows judged without a pause: a few milliseconds in which nothing else happens."""
ASKED_FOR_OTHERS = 500
"""Rows of a table that are asked for other certificates because a failure in a log fits none."""
_ASKED_AT_ONCE = 50


_CLOCK_STEP_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known about a row beyond the row and the certificate."""

    incarnation: datetime | None = None
    deletion_sent_at: datetime | None = None
    hits: tuple[LogHit, ...] = ()
    words: tuple[OperatorWord, ...] = ()
    clock: NodeClock | None = field(default=None, compare=False)
    past: Past = NOTHING
    known: Assignment = NOTHING_KNOWN

    @property
    def skew_s(self) -> float | None:
        """Seconds that the node's clock is ahead of this machine's; None if it was not read."""
        return self.clock.skew_s if self.clock else None

    def means_the_same(self, other: "Circumstances") -> bool:
        """Whether a row is judged alike under both; the node's clock is read in whole seconds."""
        if self.clock is other.clock:
            return self == other
        ours, theirs = self.skew_s, other.skew_s
        if ours is None or theirs is None:
            return self == other and ours == theirs
        return self == other and abs(ours - theirs) < _CLOCK_STEP_S


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row as it was judged, and by what."""

    entry: Entry
    around: Circumstances
    hostnames: dict[Role, str | None]

    def holds_for(
        self, entry: Entry, presented: Presented, around: Circumstances, hostnames: dict[Role, str | None]
    ) -> bool:
        """Whether judging the row again would give the same; a virtual IP depends on all other rows too."""
        is_same = entry is self.entry and presented is entry.presented and entry.who is not Who.VIP
        return is_same and hostnames == self.hostnames and around.means_the_same(self.around)


class Judge:
    """Verdicts over the entries of all tables."""

    def __init__(
        self,
        comparison: Comparison,
        tables: Mapping[Role, Table],
        testimony: Testimony,
        memory: Memory,
        known: KnownCertificates,
        deletions: Deletions,
        clock: Callable[[], datetime],
    ) -> None:
        self.clocks: dict[Role, NodeClock] = {}
        self._comparison = comparison
        self._tables = tables
        self._testimony = testimony
        self._memory = memory
        self._known = known
        self._deletions = deletions
        self._clock = clock
        self._turns = ShortTurns(AT_ONCE)
        self._hits: dict[Role, dict[str, tuple[LogHit, ...]]] = {role: {} for role in tables}
        self._unmatched: dict[Role, set[Failure]] = {}
        self._thorough: dict[Role, set[str]] = {role: set() for role in tables}
        """Rows whose endpoint was asked for every certificate it has, in this refresh."""
        self._asked_for_others: dict[Role, set[str]] = {role: set() for role in tables}
        """Those that were asked for other kinds of certificates only."""
        self._first_listed: dict[Role, datetime] = {}
        self._last: dict[tuple[Role, str], _Judged] = {}
        """How rows were judged since all were judged the last time: the next time most have not changed."""

    def begin(self, role: Role) -> None:
        """A refresh begins: every row of the node is asked again, thoroughly where it matters."""
        self._thorough[role].clear()
        self._asked_for_others[role].clear()

    def listed(self, role: Role, at: datetime) -> None:
        """A listing of the node ended. What the operator stated before the first one counts from then on."""
        self._first_listed.setdefault(role, at)

    async def ask(self, role: Role, id_: str, probes: Probes) -> bool:
        """Fetch what the row's endpoint presents and judge the row; whether the entry changed."""
        entry = self._tables[role].view.entries.get(id_)
        if entry is None:
            return False
        presented = await self._fetch(entry, probes)
        if presented.status is Status.OK and (self._memory.appeared(entry) or id_ in self._thorough[role]):
            self._thorough[role].add(id_)
            presented = await self._fetch_all(entry, probes)
        await self._turns.take()
        return await self._settle(role, id_, presented, probes)

    async def seen(self, role: Role, ids: Iterable[str]) -> list[RowSeen]:
        """Rows as history keeps them; those that have gone meanwhile are omitted."""
        rows = []
        for id_ in list(ids):
            await self._turns.take()
            rows.append(self._seen(role, id_))
        return [row for row in rows if row is not None]

    def _seen(self, role: Role, id_: str) -> RowSeen | None:
        entry = self._tables[role].view.entries.get(id_)
        if entry is None:
            return None
        presented = entry.presented
        sole = id_ in self._thorough[role] and not presented.also and not presented.also_unsure
        return self._memory.seen(entry, sole=sole)

    async def everything(self, roles: Collection[Role], probes: Probes) -> dict[Role, tuple[str, ...]]:
        """Tie all logs to all rows and judge every row again; returns the ids that changed."""
        for role in roles:
            self._tie(role)
        for role in await self._ask_for_others(roles, probes):
            self._tie(role)
        changed = {role: await self._everything_of(role, probes) for role in roles}
        self._comparison.failures = self._fitting_nothing()
        self._comparison.not_tofu = self._testimony.other_causes()
        return changed

    def _fitting_nothing(self) -> tuple[TiedFailure, ...]:
        return self._testimony.fitting_nothing(self._unmatched, self._tables)

    async def _ask_for_others(self, roles: Collection[Role], probes: Probes) -> list[Role]:
        """Where a failure fits no row, ask for the certificates that were not shown: it may name one of them.

        Returns the roles for which any came.
        """
        tied = self._fitting_nothing()
        wanted = [role for role in roles if any(failure.role in (role, None) for failure in tied)]
        return [role for role in wanted if await self._ask_rows_for_others(role, probes)]

    async def _ask_rows_for_others(self, role: Role, probes: Probes) -> bool:
        entries = self._tables[role].view.entries
        asked = self._thorough[role] | self._asked_for_others[role]
        open_ids = [id_ for id_, e in entries.items() if e.sha256 and e.is_stored and id_ not in asked]
        came = False
        for begin in range(0, min(len(open_ids), ASKED_FOR_OTHERS), _ASKED_AT_ONCE):
            ids = open_ids[begin : begin + _ASKED_AT_ONCE]
            self._asked_for_others[role].update(ids)
            came = any(await asyncio.gather(*(self._ask_for_other(role, id_, probes) for id_ in ids))) or came
        return came

    async def _ask_for_other(self, role: Role, id_: str, probes: Probes) -> bool:
        """Ask one row's endpoint for other kinds of certificates; whether it has any."""
        entries = self._tables[role].view.entries
        presented = await self._fetch_all(entries[id_], probes, in_a_row=False)
        if id_ not in entries or not presented.also:
            return False
        entries[id_] = self._judged(entries[id_], presented)
        return True

    def known_sha256(self, entry: Entry) -> str | None:
        """The fingerprint of the certificate that the row holds, where an import says it."""
        imported = self._known.of(entry, self._incarnation(entry)).imported
        return imported.sha256 if imported else None

    def words_about(self, entry: Entry) -> tuple[OperatorWord, ...]:
        """The operator's words about this row."""
        if not self._testimony.words:
            return ()
        session = self._comparison.session
        target = probe_target(session, entry.role, entry.endpoint) if entry.endpoint else None
        words = self._testimony.words_about(entry.endpoint, target)
        first = self._first_listed.get(entry.role)
        return tuple(
            word if first is None or word.number or word.at > first else replace(word, at=first)
            for word in words
        )

    async def _everything_of(self, role: Role, probes: Probes) -> tuple[str, ...]:
        changed = []
        entries = self._tables[role].view.entries
        for id_ in list(entries):
            await self._turns.take()
            entry = entries.get(id_)
            if entry is None or entry.presented.status is Status.PENDING:
                continue
            if await self._settle(role, id_, entry.presented, probes):
                changed.append(id_)
        self._last = {row: last for row, last in self._last.items() if row[0] is not role}
        return tuple(changed)

    async def _settle(self, role: Role, id_: str, presented: Presented, probes: Probes) -> bool:
        """Judge with what was presented; before a row is called stale, ask for every certificate there is."""
        entry = self._tables[role].view.entries.get(id_)
        if entry is None:
            return False
        settled = self._judged(entry, presented)
        if self._needs_more(settled):
            self._thorough[role].add(id_)
            presented = await self._fetch_all(settled, probes)
            await self._turns.take()
            entry = self._tables[role].view.entries.get(id_)
            if entry is None:
                return False
            settled = self._judged(entry, presented)
        self._tables[role].view.entries[id_] = settled
        return settled is not entry and settled != entry

    def _judged(self, entry: Entry, presented: Presented) -> Entry:
        around = self._around(entry)
        views = self._comparison.nodes.values()
        hostnames = {view.role: view.hostname for view in views}
        last = self._last.get((entry.role, entry.id))
        if last is not None and last.holds_for(entry, presented, around, hostnames):
            return entry
        entry = with_presented(entry, presented)
        answered_by = node_behind(entry, views)
        name = name_of(entry, hostnames, answered_by)
        entry = entry if name == entry.name else replace(entry, name=name)
        entry = noting_vip(judged(entry, around, self._clock()), answered_by)
        self._last[entry.role, entry.id] = _Judged(entry, around, hostnames)
        return entry

    def _needs_more(self, entry: Entry) -> bool:
        asked = entry.id in self._thorough[entry.role]
        return entry.verdict.is_stale and entry.presented.status is Status.OK and not asked

    async def _fetch(self, entry: Entry, probes: Probes) -> Presented:
        if entry.endpoint is None:
            return Presented(status=Status.UNMAPPED, error=why_no_endpoint(entry.key or ""))
        return await probes.fetch(
            entry.endpoint, probe_target(self._comparison.session, entry.role, entry.endpoint)
        )

    async def _fetch_all(self, entry: Entry, probes: Probes, *, in_a_row: bool = True) -> Presented:
        if entry.endpoint is None or entry.stored is None:
            return entry.presented
        target = probe_target(self._comparison.session, entry.role, entry.endpoint)
        known = self.known_sha256(entry)
        return await probes.fitting(entry.endpoint, target, entry.stored.raw, known, in_a_row=in_a_row)

    def _around(self, entry: Entry) -> Circumstances:
        past = self._memory.past(entry)
        incarnation = self._incarnation(entry, past)
        return Circumstances(
            incarnation=incarnation,
            deletion_sent_at=self._deletions.sent_at(entry.role, entry.key),
            past=past,
            hits=self._hits[entry.role].get(entry.id, ()),
            words=self.words_about(entry),
            clock=self.clocks.get(entry.role),
            known=self._known.of(entry, incarnation),
        )

    def _incarnation(self, entry: Entry, past: Past | None = None) -> datetime | None:
        seen = self._tables[entry.role].incarnations.get(entry.id)
        said = self._testimony.learned.get((entry.role, entry.id))
        began = (past or self._memory.past(entry)).began
        if seen is None and said is None:
            return began
        return max((t for t in (seen, said, began) if t is not None), default=None)

    def _assign_known(self, role: Role, view: NodeView) -> None:
        """Find the rows of imported certificates; where one hides another, ask again."""
        self._known.assign(role, view)
        for entry in view.entries.values():
            others = {other.sha256 for other in entry.presented.also}
            if others and self.known_sha256(entry) in others:
                self._thorough[role].discard(entry.id)

    def _tie(self, role: Role) -> None:
        view = self._tables[role].view
        self._assign_known(role, view)
        testimony = self._testimony
        self._hits[role] = {}
        if not (testimony.every_log or testimony.browser):
            return
        rows = {e.id: self._facts(e) for e in view.entries.values() if e.is_stored}
        ended = view.listed_at or self._clock()
        began = None if view.recorded else self._tables[role].listing_began
        listed = Listed(ended, began, complete=view.complete)
        now = ended if view.recorded else self._clock()
        hits, self._unmatched[role] = testimony.tie(
            role, list(rows.values()), self.clocks.get(role), listed, now
        )
        said = self._tie_words(role, rows, listed) if testimony.browser else {}
        self._hits[role] = {id_: hits.get(id_, ()) + said.get(id_, ()) for id_ in {**hits, **said}}

    def _tie_words(
        self, role: Role, rows: Mapping[str, RowFacts], listed: Listed
    ) -> dict[str, tuple[LogHit, ...]]:
        entries = self._tables[role].view.entries
        named = [named_row(self._comparison, entries[id_], facts) for id_, facts in rows.items()]
        return tie_words(self._testimony.browser, role, named, listed)

    def _facts(self, entry: Entry) -> RowFacts:
        return facts_of(entry, self._incarnation(entry), self._deletions.sent_at(entry.role, entry.key))


def judged(entry: Entry, around: Circumstances, now: datetime) -> Entry:
    """The entry with its verdict; a row still being probed keeps waiting."""
    if entry.presented.status is Status.PENDING:
        return entry
    case = Case(
        facts=facts_of(entry, around.incarnation, around.deletion_sent_at),
        is_stored=entry.is_stored,
        log=around.hits,
        words=around.words,
        observed=around.past.observation,
        first_sighting=around.past.first_sighting,
        known=around.known.known,
        known_unusable=around.known.unusable,
        skew_s=around.skew_s,
        now=now,
    )
    return replace(entry, judgement=judge(case))
