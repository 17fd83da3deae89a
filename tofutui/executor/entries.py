"""Deletions in the journal: written before they are sent, and kept by this program until they have ended."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from tofutui.history.database import HistoryError
from tofutui.history.journal import Journal, JournalEntry
from tofutui.history.owners import BEAT, OwnerWatch
from tofutui.tofu.deletion.plan import Deletion, Outcome
from tofutui.tofu.site.endpoint import place_of


class Entries:
    """The journal as one program writes it; its entries carry its name and a heartbeat while it works."""

    def __init__(
        self,
        journal: Journal,
        watch: OwnerWatch,
        *,
        session: Callable[[], str],
        operator: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._watch = watch
        self._session = session
        self._operator = operator
        self._clock = clock
        self._at_work: set[int] = set()

    def is_alive(self, entry: JournalEntry) -> bool:
        """Whether the program that wrote an entry may still be at work on it."""
        if entry.owner == str(self._watch.me):
            return entry.id in self._at_work
        return not entry.is_let_go and self._watch.is_alive(entry.id, entry.owner, entry.beat)

    async def write_down(self, deletion: Deletion, own: Sequence[int]) -> int:
        """Journal a deletion before it is sent; its number there. ``own`` are the entries of the same run.

        Raises:
            HistoryError: it could not be written, or another deletion of this row is, or was, under way.
        """
        return await asyncio.to_thread(
            self._journal.open_entry,
            session=self._session(),
            role=deletion.role,
            host=deletion.host,
            hostname=deletion.hostname,
            key=deletion.key,
            command=deletion.command,
            operator=self._operator,
            sha256=deletion.entry.sha256,
            at=self._clock(),
            host_key=deletion.host_key,
            owner=str(self._watch.me),
            evidence=_evidence(deletion),
            veto=lambda entries: self._rival(deletion, entries, own),
        )

    def _rival(self, deletion: Deletion, entries: Sequence[JournalEntry], own: Sequence[int]) -> str | None:
        """Why another deletion of the same host and port on this node forbids this one."""
        place = place_of(deletion.key)
        for entry in reversed(entries):
            if entry.id in own or place_of(entry.key) != place or not entry.may_have_been_sent:
                continue
            who = f"{entry.operator}, {entry.at:%Y-%m-%d %H:%M}Z"
            if not entry.is_settled and self.is_alive(entry):
                return f"another deletion of this row is under way ({who}): wait until it ends, then refresh"
            if entry.id > deletion.journal_mark:
                return (
                    f"another deletion of this row was sent since the table confirmed was listed ({who}): "
                    "refresh, look at the row and confirm again"
                )
        return None

    @asynccontextmanager
    async def kept(self, number: int) -> AsyncIterator[None]:
        """While the block runs the entry is this program's, and others leave it alone."""
        self._at_work.add(number)
        beating = asyncio.create_task(self._beat(number))
        try:
            yield
        finally:
            beating.cancel()
            self._at_work.discard(number)
            await asyncio.shield(self._let_go(number))

    async def _beat(self, number: int) -> None:
        while True:
            await asyncio.sleep(BEAT)
            with suppress(HistoryError):  # the outcome is written too, and said if that fails
                await asyncio.to_thread(self._journal.beat, number)

    async def _let_go(self, number: int) -> None:
        with suppress(HistoryError):  # it stays this program's until that ends
            await asyncio.to_thread(self._journal.let_go, number)

    async def answered(self, number: int, words: str) -> None:
        """The appliance's answer."""
        with suppress(HistoryError):  # the outcome is written too, and said if that fails
            await asyncio.to_thread(self._journal.answered, number, words, self._clock())

    async def outcome(self, number: int, outcome: Outcome, text: str, at: datetime) -> str:
        """Write an outcome; the text to show, with a word where the journal holds something else."""
        me = str(self._watch.me)
        try:
            await asyncio.to_thread(self._journal.outcome, number, outcome, text, at, by=me)
        except HistoryError as error:
            return f"{text}; this is not in the journal: {error.message}"
        return text

    async def settled(self, number: int, outcome: Outcome, text: str) -> bool:
        """Write the outcome of a deletion that no program works on; whether it was still unknown."""
        return await asyncio.to_thread(self._journal.outcome, number, outcome, text, self._clock())


def _evidence(deletion: Deletion) -> str:
    """The verdict that was confirmed, and its reasons."""
    judgement = deletion.entry.judgement
    return f"{judgement.verdict.look.word}: {'; '.join(judgement.why) or judgement.verdict.look.meaning}"
