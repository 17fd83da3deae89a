"""The only caller of a command that changes a node: check again, journal, run, list again (part 8)."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from tofutui.appliance.errors import ApplianceError, Interrupted
from tofutui.history.database import HistoryError
from tofutui.history.journal import Journal
from tofutui.tofu.comparison import Entry, Phase
from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.listing import Listing, Row
from tofutui.tofu.names import Relation, compare
from tofutui.tofu.plan import Deletion, Outcome, Plan, Step
from tofutui.tofu.presented import Presented
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

    def why_not(self, role: Role, entry: Entry | None = None) -> str | None:
        """Why nothing (or this row) can be deleted on this node now; None when it can."""
        return self._node_refusal(role) or (_row_refusal(entry) if entry is not None else None)

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
        return Plan(tuple(self._deletion(entry) for entry in ordered))

    async def run(self, plan: Plan, on_step: OnStep) -> tuple[Step, ...]:
        """Run a confirmed plan; ``on_step`` is told of every change of a step (its number, the step).

        It stops at the first outcome other than gone or came back; the rest is not run. Returns the steps.
        """
        async with self._running:
            steps = [Step(deletion=deletion, text="waiting") for deletion in plan.deletions]
            lists = await self._fresh_lists(steps, on_step)
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

    async def _fresh_lists(self, steps: Sequence[Step], on_step: OnStep) -> dict[Role, Listing]:
        """One list of every node that may be changed, before anything is sent to any of them."""
        lists: dict[Role, Listing] = {}
        for number, step in enumerate(steps):
            role = step.deletion.role
            if role in lists or self._node_refusal(role) is not None:
                continue
            _Report(number, step, on_step).say("reading the table again")
            try:
                lists[role] = await self._bench.list_rows(role)
            except ApplianceError as error:
                lists[role] = Listing((), complete=False, problems=(str(error),))
        return lists

    def _look_back(self, steps: list[Step], lists: dict[Role, Listing], on_step: OnStep) -> None:
        """A row that was gone may stand in the list after a later deletion: the node learned it again."""
        for number, step in enumerate(steps):
            listing = lists.get(step.deletion.role)
            back = listing is not None and _row(step.deletion.key, listing) is not None
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
        session, view = self._bench.session, self._bench.comparison.nodes[role]
        if session.read_only:
            return "read-only: started with --read-only, nothing on a node is changed"
        if not session.may_change(role):
            return "read-only: this node has read_only = true in sessions.toml"
        if view.hostname is None:
            return "not logged in: the host name at the prompt has not been seen"
        if view.phase is not Phase.LISTED:
            return "the table shown is not a complete listing: refresh first"
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
        )

    def _must_type(self, entry: Entry) -> str | None:
        if self._bench.contrary_role(entry.role):
            return self._bench.comparison.nodes[entry.role].hostname
        return None if entry.is_stale_remote else entry.key

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
        refusal = self._node_refusal(deletion.role) or _row_refusal(deletion.entry)
        if refusal is not None:
            return refusal
        return (
            self._other_node(deletion)
            or _changed_row(deletion, lists[deletion.role])
            or await self._other_certificate(report)
        )

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
        if frozen.sha256 is None and now.certificate is None:
            return None
        if now.certificate is None:
            return f"the endpoint presents nothing any more ({now.error or now.status})"
        if frozen.sha256 is None:
            return "the endpoint presented nothing when this was confirmed, and presents a certificate now"
        return None if frozen.sha256 in _fingerprints(now) else "the endpoint presents another SHA-256 now"

    async def _send_and_prove(
        self, report: "_Report", number: int, lists: dict[Role, Listing]
    ) -> tuple[Outcome, str]:
        deletion = report.step.deletion
        report.say("sent; the node has not answered yet")
        try:
            answer = await self._bench.node(deletion.role).deletecert(deletion.key)
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
            listing = await self._bench.list_rows(deletion.role)
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
                report.say("present with the same text, equal to what is presented: looking again")
                await asyncio.sleep(self._pace.seconds)
        return (
            Outcome.CANNOT_TELL,
            "present with the same text, which equals the subject presented now: the command was ignored, "
            "or the node learned the certificate again at once",
        )


def outcome_of(deletion: Deletion, listing: Listing) -> tuple[Outcome, str]:
    """What a complete listing after the command says about it (part 8.4 of the design)."""
    row = _row(deletion.key, listing)
    if row is None:
        return Outcome.GONE, "absent in a complete listing"
    now, before = _stored(row), deletion.entry.stored.raw if deletion.entry.stored else ""
    equals_presented = _equals_presented(now, deletion.entry.presented)
    if now != before and equals_presented:
        return Outcome.CAME_BACK, "present again, with the certificate's subject presented now"
    if now != before:
        return Outcome.CANNOT_TELL, "present with another text, which is not the subject presented now"
    if equals_presented is False:
        return Outcome.STILL_THERE, "present with the same text: the deletion did not work"
    return Outcome.CANNOT_TELL, "present with the same text"


class _Report:
    """One step on its way, told to whoever watches."""

    def __init__(self, number: int, step: Step, on_step: OnStep) -> None:
        self.step = step
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


def _row_refusal(entry: Entry) -> str | None:
    if not entry.is_stored:
        return "there is no row to delete: the next connection stores one"
    if entry.key is None:
        return "the line has no key"
    if entry.delete_command is None:
        return "no command is built from a key like this: delete it by hand"
    if entry.doubled:
        return "the key stands twice in the list: it cannot be said which row the command would delete"
    if entry.unseen:
        return "the row is not in the newest listing: refresh first"
    return None


def _changed_row(deletion: Deletion, listing: Listing) -> str | None:
    if not listing.complete:
        return "the table could not be read again as a whole: " + "; ".join(listing.problems)
    rows = [row for row in listing.rows if row.key == deletion.key]
    if not rows:
        return "the row is gone already"
    if len(rows) > 1:
        return "the key stands twice in the fresh listing"
    before = deletion.entry.stored.raw if deletion.entry.stored else ""
    return None if _stored(rows[0]) == before else "the row's subject changed since"


def _row(key: str, listing: Listing) -> Row | None:
    return next((row for row in listing.rows if row.key == key), None)


def _stored(row: Row) -> str:
    return row.stored.raw if row.stored else ""


def _equals_presented(stored: str, presented: Presented) -> bool | None:
    """Whether the stored text is the presented subject; None when nothing was presented to compare with."""
    leaf = presented.certificate
    return None if leaf is None else compare(stored, leaf.subject).relation is Relation.EQUAL


def _fingerprints(presented: Presented) -> set[str]:
    leaves = (presented.certificate, *presented.also)
    return {leaf.sha256 for leaf in leaves if leaf is not None}
