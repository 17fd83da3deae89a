"""The only caller of a command that changes a node: check again, journal, run, list again (part 8)."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from tofutui.appliance.errors import ApplianceError, Interrupted
from tofutui.appliance.node import Login
from tofutui.history.database import HistoryError
from tofutui.history.journal import Journal
from tofutui.tofu.comparison import Entry, Phase
from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.listing import Listing
from tofutui.tofu.plan import Deletion, Outcome, Plan, Step
from tofutui.tofu.proof import (
    changed_meanwhile,
    changed_row,
    other_certificate,
    outcome_of,
    row_of,
    row_refusal,
)
from tofutui.tofu.session import Role
from tofutui.tofu.site import Who
from tofutui.workbench import Workbench

OnStep = Callable[[int, Step], None]


class PlanRefused(TofutuiError):
    """Nothing can be planned for these rows; the message says why."""


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
        self._journal = journal
        self._operator = operator
        self._clock = clock
        self._pace = pace or Pace()
        self._running = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._begun: set[int] = set()
        """The plans that were run, or begun: no second run for one confirmation."""
        self._checked_on: dict[Role, Login | None] = {}
        """The link over which each node's last list was read: commands go over that one or not at all."""

    def why_not(self, role: Role, entry: Entry | None = None) -> str | None:
        """Why nothing (or this row) can be deleted on this node now; None when it can."""
        return self._node_refusal(role) or (row_refusal(entry) if entry is not None else None)

    def freeze(self, entries: Sequence[Entry]) -> Plan:
        """The plan for these rows in the order in which it will run: the primary first, peers before others.

        Raises:
            PlanRefused: one of the rows cannot be deleted, or there is none.
        """
        if not entries:
            raise PlanRefused("no row to delete")
        for entry in entries:
            refusal = self.why_not(entry.role, entry)
            if refusal is not None:
                raise PlanRefused(f"{entry.role.word}: {refusal}")
        roles = list(Role)
        ordered = sorted(entries, key=lambda e: (roles.index(e.role), e.who is not Who.PEER))
        return Plan(tuple(self._deletion(entry) for entry in ordered), next(self._numbers))

    async def run(self, plan: Plan, on_step: OnStep) -> tuple[Step, ...]:
        """Run a confirmed plan; ``on_step`` is told of every change of a step (its number, the step).

        It stops at the first outcome other than gone or came back; the rest is not run. Returns the steps.
        A plan runs once: each confirmation needs a plan of its own. What an earlier run left unknown is
        settled before anything is sent.
        """
        steps = [Step(deletion=deletion, text="waiting") for deletion in plan.deletions]
        if plan.number in self._begun:
            return self._refused(steps, on_step)
        self._begun.add(plan.number)
        async with self._running:
            lists = await self._fresh_lists(steps, on_step)
            for role in lists:
                with suppress(HistoryError):  # writing this plan's own entry down will tell
                    await self.settle(role)
            for number, step in enumerate(steps):
                report = _Report(number, step, on_step)
                await self._run_one(report, lists)
                steps[number] = report.step
                self._look_back(steps[:number], lists, on_step)
                if not _may_go_on(report.step):
                    break
            for number, step in enumerate(steps):
                if step.outcome is None:
                    report = _Report(number, step, on_step)
                    report.end(Outcome.NOT_RUN, "an earlier step did not end well", self._clock())
                    steps[number] = report.step
            return tuple(steps)

    def _refused(self, steps: Sequence[Step], on_step: OnStep) -> tuple[Step, ...]:
        reports = [_Report(number, step, on_step) for number, step in enumerate(steps)]
        for report in reports:
            report.end(Outcome.REFUSED, "not sent: this plan was run before; confirm again", self._clock())
        return tuple(report.step for report in reports)

    async def _fresh_lists(self, steps: Sequence[Step], on_step: OnStep) -> dict[Role, Listing]:
        """One list of every node that may be changed, before anything is sent to any of them."""
        lists: dict[Role, Listing] = {}
        for number, step in enumerate(steps):
            role = step.deletion.role
            if role in lists or self._forbidden(role) is not None:
                continue
            _Report(number, step, on_step).say("reading the table again")
            try:
                lists[role] = await self._list(role)
            except ApplianceError as error:
                lists[role] = Listing((), complete=False, problems=(str(error),))
        return lists

    async def _list(self, role: Role) -> Listing:
        listing = await self._bench.list_rows(role)
        self._checked_on[role] = self._bench.node(role).listed_over
        return listing

    def _look_back(self, steps: list[Step], lists: dict[Role, Listing], on_step: OnStep) -> None:
        """A row that was gone may stand in the list after a later deletion: the node learned it again."""
        for number, step in enumerate(steps):
            listing = lists.get(step.deletion.role)
            back = listing is not None and row_of(step.deletion.key, listing) is not None
            if step.outcome is Outcome.GONE and back:
                report = _Report(number, step, on_step)
                report.end(
                    Outcome.CAME_BACK, "was absent after the deletion, and is present again", self._clock()
                )

    async def settle(self, role: Role) -> tuple[str, ...]:
        """Decide journalled deletions whose outcome is unknown by the complete listing at hand.

        Returns one sentence for each that could be decided.
        """
        view = self._bench.comparison.nodes[role]
        if view.phase is not Phase.LISTED or view.listed_at is None:
            return ()
        said = []
        name = self._bench.session.name
        for item in await asyncio.to_thread(self._journal.unsettled, name):
            newer = view.listed_at > (item.settled_at or item.at)
            if item.role is not role or item.hostname != view.hostname or not newer:
                continue
            absent = not any(entry.key == item.key and entry.is_stored for entry in view.entries.values())
            outcome = Outcome.GONE if absent else Outcome.CANNOT_TELL
            text = "absent in a later listing" if absent else "present in a later listing"
            await asyncio.to_thread(self._journal.outcome, item.id, outcome, text, self._clock())
            said.append(
                f"{role.word}: {item.key}, sent {item.at:%Y-%m-%d %H:%M}Z, outcome unknown then: {text}"
            )
        return tuple(said)

    def _node_refusal(self, role: Role) -> str | None:
        refusal = self._forbidden(role)
        if refusal is None and self._bench.comparison.nodes[role].phase is not Phase.LISTED:
            return "the table shown is not a complete listing: refresh first"
        return refusal

    def _forbidden(self, role: Role) -> str | None:
        """Why nothing on this node may be changed, whatever its table holds."""
        session, view = self._bench.session, self._bench.comparison.nodes[role]
        if session.read_only:
            return "read-only: started with --read-only, nothing on a node is changed"
        if not session.may_change(role):
            return "read-only: this node has read_only = true in sessions.toml"
        if view.hostname is None:
            return "not logged in: the host name at the prompt has not been seen"
        return self._bench.twins(role)

    def _deletion(self, entry: Entry) -> Deletion:
        view = self._bench.comparison.nodes[entry.role]
        node = self._bench.node(entry.role)
        if entry.key is None or entry.delete_command is None or view.hostname is None:
            raise PlanRefused("the row has no key that a command could be built from")
        return Deletion(
            role=entry.role,
            host=view.host,
            shown_address=view.shown_address,
            hostname=view.hostname,
            host_key=node.host_key,
            entry=entry,
            key=entry.key,
            command=entry.delete_command,
            must_type=self._must_type(entry),
            notices=view.notices,
            incarnation=self._bench.incarnation(entry),
        )

    def _must_type(self, entry: Entry) -> tuple[str, ...]:
        key = None if entry.is_stale_remote else entry.key
        contrary = self._bench.contrary_role(entry.role)
        hostname = self._bench.comparison.nodes[entry.role].hostname if contrary else None
        return tuple(text for text in (key, hostname) if text)

    async def _run_one(self, report: "_Report", lists: dict[Role, Listing]) -> None:
        deletion = report.step.deletion
        refusal = await self._check_again(report, lists)
        if refusal is not None:
            report.end(Outcome.REFUSED, f"not sent: {refusal}", self._clock())
            return
        try:
            number = await self._write_down(deletion)
        except HistoryError as error:
            report.end(Outcome.REFUSED, f"not sent: {error}", self._clock())
            return
        outcome, text = await self._send_and_prove(report, number, lists)
        now = self._clock()
        try:
            await asyncio.to_thread(self._journal.outcome, number, outcome, text, now)
        except HistoryError as error:
            text = f"{text}; the journal does not hold that: {error.message}"
        report.end(outcome, text, now)

    async def _write_down(self, deletion: Deletion) -> int:
        """Journal a deletion before it is sent; its number there."""
        return await asyncio.to_thread(
            self._journal.open_entry,
            session=self._bench.session.name,
            role=deletion.role,
            host=deletion.host,
            hostname=deletion.hostname,
            key=deletion.key,
            command=deletion.command,
            operator=self._operator,
            sha256=deletion.entry.sha256,
            at=self._clock(),
        )

    async def _check_again(self, report: "_Report", lists: dict[Role, Listing]) -> str | None:
        deletion = report.step.deletion
        return (
            self._forbidden(deletion.role)
            or row_refusal(deletion.entry)
            or self._other_node(deletion)
            or changed_row(deletion, lists.get(deletion.role))
            or await self._other_certificate(report)
        )

    def _last_word(self, report: "_Report") -> str | None:
        """Why not, in the moment before the command is typed: all this may have changed while it waited."""
        deletion = report.step.deletion
        view = self._bench.comparison.nodes[deletion.role]
        refusal = (
            self._forbidden(deletion.role) or self._other_node(deletion) or changed_meanwhile(deletion, view)
        )
        if refusal is not None:
            return refusal
        now = view.entries[deletion.entry.id]
        if self._bench.incarnation(now) != deletion.incarnation:
            return "the node learned the row again since this was confirmed"
        is_newer = now.presented.at and report.asked_at and now.presented.at > report.asked_at
        return other_certificate(deletion.entry.presented, now.presented) if is_newer else None

    def _other_node(self, deletion: Deletion) -> str | None:
        node = self._bench.node(deletion.role)
        if node.hostname != deletion.hostname:
            return f"the prompt shows {node.hostname} now, it was {deletion.hostname}"
        if node.host_key != deletion.host_key:
            return "the node shows another SSH host key than before"
        return self._bench.twins(deletion.role)

    async def _other_certificate(self, report: "_Report") -> str | None:
        report.say("asking the endpoint again")
        frozen = report.step.deletion.entry
        now = await self._bench.probe(frozen)
        report.asked_at = now.at
        return other_certificate(frozen.presented, now)

    async def _send_and_prove(
        self, report: "_Report", number: int, lists: dict[Role, Listing]
    ) -> tuple[Outcome, str]:
        deletion = report.step.deletion
        report.say("sent; the node has not answered yet")
        try:
            answer = await self._bench.node(deletion.role).deletecert(
                deletion.key,
                unless=lambda: self._last_word(report),
                on=self._checked_on.get(deletion.role),
            )
        except ApplianceError as error:
            if isinstance(error, Interrupted) and not error.sent:
                return Outcome.REFUSED, f"not sent: {error}"
            report.say(f"{error}; reading the table decides")
            words = error.words if isinstance(error, Interrupted) else ""
            if words.strip():
                await self._write_answer(report, number, words)
        else:
            await self._write_answer(report, number, answer.text)
        try:
            return await self._prove(report, lists)
        except ApplianceError as error:
            return Outcome.UNKNOWN, f"sent, but the table could not be read since: {error}"

    async def _write_answer(self, report: "_Report", number: int, words: str) -> None:
        report.answered(words)
        with suppress(HistoryError):  # the outcome is written too, and told if that fails
            await asyncio.to_thread(self._journal.answered, number, words, self._clock())

    async def _prove(self, report: "_Report", lists: dict[Role, Listing]) -> tuple[Outcome, str]:
        deletion = report.step.deletion
        for look in range(1 + self._pace.looks):
            self._bench.note_deleted(deletion.role, deletion.key)
            report.say("listing again" if look == 0 else f"listing again ({look + 1})")
            listing = await self._list(deletion.role)
            lists[deletion.role] = listing
            elsewhere = self._other_node(deletion)
            if elsewhere is not None:
                return Outcome.UNKNOWN, f"sent, but the list read since is no proof: {elsewhere}"
            if not listing.complete:
                return Outcome.UNKNOWN, "sent, but the listing after it is not complete"
            outcome, text = outcome_of(deletion, listing)
            if outcome is not Outcome.CANNOT_TELL:
                return outcome, text
            if look < self._pace.looks:
                report.say(f"{text}; looking again")
                await asyncio.sleep(self._pace.seconds)
        return outcome, text


class _Report:
    """One step on its way, told to whoever watches."""

    def __init__(self, number: int, step: Step, on_step: OnStep) -> None:
        self.step = step
        self.asked_at: datetime | None = None
        """When the endpoint was asked for the last check."""
        self._number = number
        self._on_step = on_step

    def say(self, text: str) -> None:
        self._show(replace(self.step, text=text))

    def answered(self, words: str) -> None:
        self._show(replace(self.step, words=words.strip()))

    def end(self, outcome: Outcome, text: str, at: datetime) -> None:
        self._show(replace(self.step, outcome=outcome, text=text, at=at))

    def _show(self, step: Step) -> None:
        self.step = step
        self._on_step(self._number, step)


def _may_go_on(step: Step) -> bool:
    return step.outcome is not None and step.outcome.is_good
