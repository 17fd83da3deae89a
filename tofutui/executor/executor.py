"""Runs confirmed plans: the gate, the journal, the command, the proof, one row after the other.

A deletion is in the journal before it is sent, and its entry is kept by this program until it has ended.
"""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from tofutui.appliance.errors import ApplianceError, Interrupted, UnknownDialogue
from tofutui.executor.gate import Gate, PlanRefused
from tofutui.executor.plan_run import OnStep, PlanRun, StepReport
from tofutui.executor.settling import settle
from tofutui.history.database import HistoryError
from tofutui.history.journal import Journal, JournalEntry
from tofutui.history.owners import BEAT, OwnerWatch, this_process
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.deletion.plan import (
    LISTING,
    PROBING,
    READING,
    SENT,
    WAITING,
    Deletion,
    Outcome,
    Plan,
    Step,
    in_order,
)
from tofutui.tofu.deletion.proof import Proof, changed_row, look_back, other_certificate, row_refusal
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.endpoint import place_of
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench

_LIST_HOLDS = timedelta(minutes=2)
"""How long a listing is good for: the program may be suspended, or the clock set back, between two rows."""


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
                return f"another deletion of this row is in progress ({who}): refresh once it has ended"
            if entry.id > deletion.journal_mark:
                return f"another deletion of this row was sent meanwhile ({who}): refresh and confirm again"
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


@dataclass(frozen=True, slots=True)
class Pace:
    """How the list after a deletion is asked for again when it cannot tell."""

    looks: int = 2
    seconds: float = 10.0


class Executor:
    """Deletes rows, one at a time, each proven by a second listing.

    Nothing is sent that was not confirmed by the caller, and nothing twice.
    """

    def __init__(
        self,
        workbench: Workbench,
        journal: Journal,
        *,
        operator: str,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
    ) -> None:
        self._bench = workbench
        self._clock = clock
        self._pace = pace or Pace()
        self._gate = Gate(workbench)
        watch = OwnerWatch(this_process(secrets.token_hex(8)))
        self._entries = Entries(
            journal, watch, session=lambda: workbench.session.name, operator=operator, clock=clock
        )
        workbench.deletions.journal = journal
        workbench.deletions.is_alive = self._entries.is_alive
        self._running = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._stopped: set[int] = set()
        """The plans of which no further row is begun."""
        self._begun: set[int] = set()
        """The plans that were run, or begun: no second run for one confirmation."""

    def why_not(self, role: Role, entry: Entry | None = None) -> str | None:
        """Why nothing (or this row) can be deleted on this node now; None when it can."""
        return self._gate.node_refusal(role) or (row_refusal(entry) if entry is not None else None)

    def freeze(self, entries: Sequence[Entry]) -> Plan:
        """The plan for these rows in the order in which it will run: the primary first, peers before others.

        What is frozen is each row as it is now.

        Raises:
            PlanRefused: there is no row, or one cannot be deleted or is not what was shown any more.
        """
        if not entries:
            raise PlanRefused("no row to delete")
        return Plan(tuple(self._gate.freeze(entry) for entry in in_order(entries)), next(self._numbers))

    async def run(self, plan: Plan, on_step: OnStep) -> tuple[Step, ...]:
        """Run a confirmed plan; ``on_step`` is given every change of a step (its number, the step).

        It stops at the first outcome other than gone or came back; the rest is not sent. Returns the steps.
        A plan runs once: each confirmation needs a plan of its own. What an earlier run left unknown is
        settled before anything is sent.
        """
        run = PlanRun(on_step, [Step(deletion=deletion, text=WAITING) for deletion in plan.deletions])
        if plan.number in self._begun:
            self._end_all(run, Outcome.REFUSED, "not sent: this plan has already run; confirm again")
            return tuple(run.steps)
        self._begun.add(plan.number)
        async with self._running:
            await self._read_tables(run)
            for number in range(len(run.steps)):
                if plan.number in self._stopped:
                    self._end_all(run, Outcome.NOT_RUN, f"stopped by the operator {_after(number, run)}")
                    break
                await self._run_one(run, number)
                await self._look_back(run, number)
                if not all(_may_go_on(step) for step in run.steps[: number + 1]):
                    break
            self._end_all(run, Outcome.NOT_RUN, "an earlier step did not end well")
            return tuple(run.steps)

    def stop(self, plan: Plan) -> None:
        """Begin no further row of a running plan; the row under way is still proven."""
        self._stopped.add(plan.number)

    def _end_all(self, run: PlanRun, outcome: Outcome, text: str) -> None:
        """End every step that has not ended."""
        for number, step in enumerate(run.steps):
            if step.outcome is None:
                run.report(number).end(outcome, text, self._clock())

    async def _read_tables(self, run: PlanRun) -> None:
        """One list of every node that may be changed, before anything is sent to any of them."""
        for number, step in enumerate(run.steps):
            role = step.deletion.role
            if role in run.lists or self._gate.forbidden(role) is not None:
                continue
            run.report(number).say(READING)
            try:
                await self._list(run, role)
            except ApplianceError as error:
                run.lists[role] = Listing((), complete=False, problems=(str(error),))
        for role in run.lists:
            with suppress(HistoryError):  # writing this plan's own entry down will say so
                await self.settle(role)

    async def _list(self, run: PlanRun, role: Role) -> Listing:
        listing = run.lists[role] = await self._bench.list_rows(role)
        run.read_at[role] = self._clock()
        run.checked_on[role] = self._bench.node(role).listed_over
        return listing

    async def settle(self, role: Role) -> tuple[str, ...]:
        """Decide journalled deletions whose outcome is unknown by the complete listing at hand.

        Returns one sentence for each that could be decided.
        """
        return await settle(self._bench, role, is_alive=self._entries.is_alive, write=self._entries.settled)

    async def _run_one(self, run: PlanRun, number: int) -> None:
        report = run.report(number)
        refusal = await self._check_again(report)
        if refusal is None:
            try:
                entry = await self._write_down(report)
            except HistoryError as error:
                refusal = str(error)
            else:
                run.entries[number] = entry
        if refusal is not None:
            report.end(Outcome.REFUSED, f"not sent: {refusal}", self._clock())
            return
        async with self._entries.kept(entry):
            outcome, text = await self._send_and_prove(report, entry)
            now = self._clock()
            report.end(outcome, await self._entries.outcome(entry, outcome, text, now), now)

    async def _check_again(self, report: StepReport) -> str | None:
        deletion = report.step.deletion
        return (
            self._gate.forbidden(deletion.role)
            or row_refusal(deletion.entry)
            or self._gate.other_node(deletion)
            or await self._old_list(report)
            or changed_row(deletion, report.run.lists.get(deletion.role))
            or await self._other_certificate(report)
        )

    async def _old_list(self, report: StepReport) -> str | None:
        """Read a list again that is too old; why that cannot be done."""
        run, role = report.run, report.step.deletion.role
        read_at = run.read_at.get(role)
        if read_at is None or timedelta() <= self._clock() - read_at <= _LIST_HOLDS:
            return None
        report.say(READING)
        try:
            await self._list(run, role)
        except ApplianceError as error:
            return str(error)
        return self._gate.other_node(report.step.deletion)

    async def _other_certificate(self, report: StepReport) -> str | None:
        report.say(PROBING)
        frozen = report.step.deletion.entry
        return other_certificate(frozen.presented, await self._bench.probe(frozen))

    async def _write_down(self, report: StepReport) -> int:
        own = tuple(report.run.entries.values())
        return await self._entries.write_down(report.step.deletion, own)

    def _last_word(self, report: StepReport) -> str | None:
        return self._gate.last_word(report.step.deletion)

    async def _send_and_prove(self, report: StepReport, entry: int) -> tuple[Outcome, str]:
        deletion, prompt_returned = report.step.deletion, True
        report.say(SENT)
        try:
            answer = await self._bench.node(deletion.role).deletecert(
                deletion.command,
                unless=lambda: self._last_word(report),
                on=report.run.checked_on.get(deletion.role),
            )
        except ApplianceError as error:
            if isinstance(error, Interrupted) and not error.sent:
                return Outcome.REFUSED, f"not sent: {self._gate.other_node(deletion) or error}"
            prompt_returned = self._is_at_prompt(deletion.role, error)
            report.say(f"{error}; listing the table again decides")
            words = error.words if isinstance(error, Interrupted) else ""
            if words.strip():
                await self._write_answer(report, entry, words)
        else:
            await self._write_answer(report, entry, answer.text)
        try:
            return await self._prove(report, prompt_returned=prompt_returned)
        except ApplianceError as error:
            return Outcome.UNKNOWN, f"sent, but the table could not be read since: {error}"

    def _is_at_prompt(self, role: Role, error: ApplianceError) -> bool:
        """Whether the command ended with the prompt: an unanswered question does, after its Ctrl-C."""
        return isinstance(error, UnknownDialogue) and self._bench.node(role).connected

    async def _write_answer(self, report: StepReport, entry: int, words: str) -> None:
        report.answered(words)
        await self._entries.answered(entry, words)

    async def _prove(self, report: StepReport, *, prompt_returned: bool) -> tuple[Outcome, str]:
        deletion, run = report.step.deletion, report.run
        proof = Proof(deletion, run.lists[deletion.role], prompt_returned)
        for look in itertools.count():
            self._bench.note_deleted(deletion.role, deletion.key)
            report.say(LISTING if look == 0 else f"{LISTING} ({look + 1})")
            listing = await self._list(run, deletion.role)
            doubt = self._no_proof(deletion, listing)
            if doubt is not None:
                return Outcome.UNKNOWN, doubt
            outcome, text, is_final = proof.take(listing, is_last=look >= self._pace.looks)
            if is_final:
                return outcome, text
            report.say(f"{text}; listing again")
            await asyncio.sleep(self._pace.seconds)
        raise AssertionError("the looks are counted")

    def _no_proof(self, deletion: Deletion, listing: Listing) -> str | None:
        elsewhere = self._gate.other_node(deletion)
        if elsewhere is not None:
            return f"sent, but the listing read since then proves nothing: {elsewhere}"
        return None if listing.complete else "sent, but the listing after it is not complete"

    async def _look_back(self, run: PlanRun, number: int) -> None:
        """A row that was gone may be in the list after a later deletion: the node learned it again."""
        for earlier in range(number):
            step = run.steps[earlier]
            listing = run.lists.get(step.deletion.role)
            if step.outcome is not Outcome.GONE or listing is None or not listing.complete:
                continue
            later = look_back(step.deletion, listing)
            if later is not None:
                now = self._clock()
                text = await self._entries.outcome(run.entries[earlier], *later, now)
                run.report(earlier).end(later[0], text, now)


def _after(number: int, run: PlanRun) -> str:
    return f"after row {number} of {len(run.steps)}" if number else "before the first row"


def _may_go_on(step: Step) -> bool:
    return step.outcome is not None and step.outcome.is_good


def _evidence(deletion: Deletion) -> str:
    """The verdict that was confirmed, and its reasons."""
    judgement = deletion.entry.judgement
    return f"{judgement.verdict.look.word}: {'; '.join(judgement.why) or judgement.verdict.look.meaning}"
