"""What operators say of rows, and enter of the browser's words: read, kept in the history, taken back."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tofutui.history.database import Database, HistoryError
from tofutui.history.statements import Statements
from tofutui.tofu.base.text import safe
from tofutui.tofu.judgement.browser_words import (
    LONGEST,
    By,
    NamedRow,
    is_refusal,
    naming,
    refusing_role,
)
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.evidence import BrowserWord, RowFacts, Word
from tofutui.tofu.logs.failures import read_log
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.row_owner import Who, probe_target
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence.entry_facts import facts_of
from tofutui.workbench.evidence.operator import Testimony

LOOKED_FOR = 'the words "TOFU failed" and the key, address or name of a row'
_KEYS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of the browser's words."""

    text: str
    role: Role | None
    """The node that refused the connection; None: not known."""
    rows: tuple[Entry, ...]
    """The rows named; none if the words were not understood."""
    message: str
    """In one sentence; of words that were not understood, what was looked for."""

    @property
    def is_understood(self) -> bool:
        """Whether they name a row."""
        return bool(self.rows)


def is_page_text(text: str) -> bool:
    """Whether a text says that TOFU failed and is not a log, whose own times would count."""
    return is_refusal(text) and not read_log(text[:LONGEST].splitlines()).failures


def read_browser(text: str, comparison: Comparison, role: Role | None = None) -> Heard:
    """Which rows a page's words name, in any form that holds "TOFU failed" and a key, address or name.

    ``role`` is the node whose page it is, where that is known; a node named in the text comes first.
    """
    text = text[:LONGEST].strip()
    if not is_refusal(text):
        return Heard(text, role, (), f"not understood: looked for {LOOKED_FOR}")
    nodes = {role: _names_of_node(comparison, role) for role in comparison.nodes}
    role = refusing_role(text, nodes) or role
    stored = [entry for entry in comparison.entries() if entry.is_stored]
    mine = [entry for entry in stored if role in (entry.role, None) and not (role is None and _is_own(entry))]
    by_row = {(entry.role, entry.id): entry for entry in mine}
    ways = {(e.role, e.id): named_row(comparison, e, facts_of(e, None)) for e in mine}
    named = naming(text, list(ways.values()))
    if named is None:
        return Heard(text, role, (), _nothing_named(role, mine))
    rows = tuple(by_row[place] for place, way in ways.items() if way in named.rows)
    return Heard(text, role, rows, _understood(role, rows, named.by))


def named_row(comparison: Comparison, entry: Entry, facts: RowFacts) -> NamedRow:
    """A row with everything that a text may call its server."""
    subjects: list[DistinguishedName | None] = [entry.stored.subject if entry.stored else None]
    leaves = (entry.presented.certificate, *entry.presented.also)
    subjects += [leaf.subject for leaf in leaves if leaf is not None]
    names = [value for subject in subjects if subject for kind, value in subject.pairs() if kind == "CN"]
    about = {Who.PEER: entry.role.other, Who.SELF: entry.role, Who.LOOPBACK: entry.role}.get(entry.who)
    more = _names_of_node(comparison, about) if about in comparison.nodes else ()
    return NamedRow(facts, entry.endpoint, tuple(filter(None, dict.fromkeys([entry.name, *names, *more]))))


def _names_of_node(comparison: Comparison, role: Role) -> Collection[str]:
    hostname = comparison.nodes[role].hostname
    return [*filter(None, comparison.session.nodes[role].names), *([hostname] if hostname else [])]


def _is_own(entry: Entry) -> bool:
    return entry.who in (Who.SELF, Who.LOOPBACK)


def _nothing_named(role: Role | None, rows: list[Entry]) -> str:
    where = f"of {role.word}" if role else "of either node"
    keys = [safe(entry.key) for entry in rows if entry.key]
    more = f" and {len(keys) - _KEYS_NAMED} more" if len(keys) > _KEYS_NAMED else ""
    listed = f", such as {', '.join(keys[:_KEYS_NAMED])}{more}" if keys else ""
    return f'"TOFU failed" was read, but it names no row {where}: looked for a key, address or name{listed}'


def _understood(role: Role | None, rows: tuple[Entry, ...], by: By) -> str:
    who = role.word if role else "an unnamed node"
    how = {By.KEY: "", By.ADDRESS: ", by its address", By.NAME: ", by its name only"}[by]
    keys = ", ".join(safe(entry.key or entry.raw) for entry in rows[:_KEYS_NAMED])
    count = "" if len(rows) == 1 else f"{len(rows)} rows: "
    return f"read as evidence from its log: {who} refused {count}{keys}{how}"


def names_row(word: BrowserWord, entry: Entry, comparison: Comparison) -> bool:
    """Whether entered words name this row."""
    rows = read_browser(word.text, comparison, word.role).rows
    return any((row.role, row.id) == (entry.role, entry.id) for row in rows)


class SpokenWords:
    """Statements about the rows of one comparison, who made them and when; and taking it back.

    A word counts at once, and is written down in the background. Without a history it counts for as long as
    the comparison lives. ``trouble`` says what could not be read or written.
    """

    def __init__(
        self,
        comparison: Comparison,
        testimony: Testimony,
        database: Database | None,
        *,
        clock: Callable[[], datetime],
        judge_again: Callable[[], Awaitable[None]],
    ) -> None:
        self.trouble: str | None = None
        self.operator = ""
        """Who speaks."""
        self._comparison = comparison
        self._testimony = testimony
        self._store = Statements(database) if database is not None else None
        self._clock = clock
        self._judge_again = judge_again
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def reissued(self, host: str, port: int | None, *, keep: bool = True) -> None:
        """The operator says that this host (all its ports, or one) was re-issued.

        The statement is kept in the history, unless it is for this run only.
        """
        word = self._testimony.say_reissued(host, port, self._clock(), self.operator)
        self._begin(self._heard(word if keep else None))

    def browser(self, text: str, role: Role | None = None) -> Heard:
        """What a page of Prime Infrastructure says, as the operator enters it: a line of that node's log.

        ``role`` is the node whose page it is; a node named in the text comes first. Words that name no row
        are not kept; the answer says what was looked for.
        """
        heard = read_browser(text, self._comparison, role)
        if heard.is_understood:
            word = BrowserWord(text=heard.text, role=heard.role, at=self._clock(), by=self.operator)
            self._testimony.browser.append(word)
            self._begin(self._heard(word))
        return heard

    def about(self, entry: Entry) -> tuple[Word, ...]:
        """Statements about a row that were not taken back, the oldest first."""
        target = (
            probe_target(self._comparison.session, entry.role, entry.endpoint) if entry.endpoint else None
        )
        said: list[Word] = [*self._testimony.words_about(entry.endpoint, target)]
        said += [word for word in self._testimony.browser if names_row(word, entry, self._comparison)]
        return tuple(sorted(said, key=lambda word: word.at))

    def take_back(self, words: Collection[Word]) -> None:
        """These statements no longer count; the history keeps that they were made, and who took them back."""
        for word in words:
            self._testimony.drop(word)
        self._begin(self._taken_back(words))

    async def load(self) -> None:
        """Take over what is kept, with what other programs added and took back."""
        store = self._store
        if store is None:
            return
        async with self._turn:
            try:
                kept = await asyncio.to_thread(store.valid, self._comparison.session.name)
            except HistoryError as error:
                self.trouble = f"the operators' statements cannot be read: {error}"
                return
            self._testimony.take_over(kept)

    async def settled(self) -> None:
        """Wait until every statement so far is written down and judged."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self, within: float) -> None:
        """Wait until every statement is written, for at most this many seconds."""
        tasks = set(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _heard(self, word: Word | None) -> None:
        if word is not None and self._store is not None:
            async with self._turn:
                await self._write_down(self._store, word)
        await self._judge_again()

    async def _write_down(self, store: Statements, word: Word) -> None:
        try:
            number = await asyncio.to_thread(store.add, self._comparison.session.name, word)
        except HistoryError as error:
            self.trouble = f"the operator's statement cannot be saved: {error}"
            return
        if not self._testimony.numbered(word, number):  # taken back meanwhile
            await self._remove(store, number)

    async def _taken_back(self, words: Collection[Word]) -> None:
        if self._store is not None:
            async with self._turn:
                for word in words:
                    if word.number:
                        await self._remove(self._store, word.number)
        await self._judge_again()

    async def _remove(self, store: Statements, number: int) -> None:
        try:
            await asyncio.to_thread(store.take_back, number, by=self.operator, at=self._clock())
        except HistoryError as error:
            self.trouble = f"that a statement was taken back cannot be saved: {error}"
