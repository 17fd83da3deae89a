"""What programs say about deletions and rows, against what is really so."""

from collections.abc import Callable, Sequence

from tests.support.model_site import Broken, Confirmed, text_of
from tests.support.model_truth import Deed, claims_against
from tests.support.model_worlds import Program, World
from tofutui.history.journal import JournalEntry
from tofutui.tofu.deletion.plan import Outcome, Step
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.names.match import Relation
from tofutui.tofu.site.session import Role


class Before:
    """What was so when a plan was confirmed."""

    def __init__(self, confirmed: Sequence[Confirmed], deeds: int) -> None:
        self.confirmed = confirmed
        self.sent = [item.sent for item in confirmed]
        self.deeds = deeds


class Claims:
    """Holds outcomes, journal and verdicts against the truth."""

    def __init__(self, world: World, count: Callable[[str], None]) -> None:
        self._world = world
        self._count = count

    def begin(self, program: Program, confirmed: Sequence[Confirmed]) -> Before:
        """A plan is given to the executor."""
        before = Before(confirmed, len(self._world.site.deeds))
        for item in confirmed:
            item.began = True
        return before

    def said(self, program: Program, step: Step) -> None:
        """An outcome is shown: it has to be so in this moment."""
        deed = self._deed_of(program, step)
        if deed is None or step.outcome is None:
            return
        self._check_claim(deed, str(step.outcome))
        if not deed.has_ended and step.outcome is not Outcome.UNKNOWN:
            self._check_others(deed, step)
        deed.has_ended = True
        if step.outcome in (Outcome.GONE, Outcome.CAME_BACK):
            self._check_listing(program, deed)

    def check(self, program: Program, steps: Sequence[Step], before: Before, *, repeated: bool) -> None:
        """A run has ended."""
        for step, item, had in zip(steps, before.confirmed, before.sent, strict=True):
            self._count(f"outcome: {step.outcome}")
            if step.outcome is Outcome.REFUSED:
                self._count(f"why: {step.text[:40]}")
            if step.outcome is None:
                raise Broken(f"no outcome: {step.text}")
            if not step.outcome.was_sent and item.sent > had and not repeated:
                raise Broken(f"{step.deletion.key}: said {step.outcome} and was sent")
            deed = self._deed_of(program, step)
            if step.outcome.was_sent and deed is not None and not repeated:
                self._check_journal(program, step)

    # Outcomes.

    def _deed_of(self, program: Program, step: Step) -> Deed | None:
        deeds = self._world.site.deeds
        mine = (d for d in reversed(deeds) if d.eyes is program.eyes)
        return next((d for d in mine if d.confirmed.deletion is step.deletion), None)

    def _check_claim(self, deed: Deed, outcome: str) -> None:
        untrue = claims_against(deed, outcome)
        if untrue:
            raise Broken(f"{deed.role}: {deed.key} was said to be {outcome}: {untrue}")

    def _check_listing(self, program: Program, deed: Deed) -> None:
        """A complete listing was taken over that a node printed."""
        rows = [(key, text) for key, texts in program.eyes.newest(deed.role).items() for text in texts]
        printed = [sorted(listing) for listing in self._world.site.printed[deed.role][-6:]]
        if sorted(rows) not in printed:
            raise Broken(f"{deed.role}: a complete listing was taken over that no node printed")

    def _check_journal(self, program: Program, step: Step) -> None:
        entry = self._journalled(program, step)
        if entry is None or entry.outcome is not step.outcome:
            said = entry.outcome if entry else None
            raise Broken(f"{step.deletion.key}: the journal says {said}, the screen {step.outcome}")
        if (entry.text or "") not in step.text:
            raise Broken(f"{step.deletion.key}: the journal says {entry.text!r}, the screen {step.text!r}")

    def _journalled(self, program: Program, step: Step) -> JournalEntry | None:
        deed = self._deed_of(program, step)
        written = program.journal.entries(program.bench.session.name)
        return next((entry for entry in written if deed and entry.id == deed.entry_id), None)

    def _check_others(self, deed: Deed, step: Step) -> None:
        """What else went is said with the outcome."""
        for key in deed.went_with():
            if key not in step.text:
                raise Broken(f"{deed.role}: {key} went with {deed.key}, and nothing says so: {step.text}")

    # The journal.

    def of_running(self, program: Program) -> list[tuple[Program, JournalEntry]]:
        """The open deletions of other programs that run now."""
        return [
            (other, entry)
            for other in self._world.programs
            if other is not program and other.eyes in self._world.site.running
            for entry in other.journal.unsettled(other.bench.session.name)
            if entry.operator == other.eyes.operator
        ]

    def check_untouched(self, before: list[tuple[Program, JournalEntry]]) -> None:
        """None of them was settled by another program."""
        for other, entry in before:
            written = other.journal.entries(other.bench.session.name)
            now = next(e for e in written if e.id == entry.id)
            if now.outcome is not entry.outcome and other.eyes in self._world.site.running:
                raise Broken(f"{entry.key}: settled as {now.outcome} by another program while it ran")

    def check_settled(self, program: Program, role: Role) -> None:
        """After a complete listing nothing of this node is unsettled, and what is settled is so."""
        view = program.bench.comparison.nodes[role]
        if not view.complete or self._world.site.running:
            return  # what runs is decided by who runs it
        for entry in program.journal.entries(program.bench.session.name):
            deed = self._deed_by(entry)
            if deed is None or entry.role is not role:
                continue
            if entry.is_settled:
                if entry.outcome is Outcome.GONE:
                    self._check_claim(deed, "gone")
            elif deed.eyes is program.eyes and deed.table is self._world.site.nodes[role].table:
                raise Broken(f"{role}: {entry.key} is unsettled after a complete listing")

    def _deed_by(self, entry: JournalEntry) -> Deed | None:
        return next((deed for deed in self._world.site.deeds if deed.entry_id == entry.id), None)

    # Verdicts.

    def check_verdicts(self, program: Program, role: Role) -> None:
        """Nothing that was logged before a deletion of a row proves anything about the row."""
        site = self._world.site
        for entry in program.bench.comparison.nodes[role].entries.values():
            equal = entry.names is not None and entry.names.relation is Relation.EQUAL
            by_log = any(evidence.kind == "log" for evidence in entry.judgement.evidence)
            known = any(evidence.kind == "known" for evidence in entry.judgement.evidence)
            if entry.verdict is not Verdict.MISMATCH or not equal or not by_log or known:
                continue
            sent = [
                d.at for d in site.deeds if d.table is site.nodes[role].table and self._is_over(d, entry.key)
            ]
            name = entry.stored.raw if entry.stored else ""
            logged = [at for at, where, what in site.rejections if where is role and what == name]
            if sent and (not logged or max(logged) <= max(sent)):
                raise Broken(f"{role}: {entry.key} is proven stale by a log older than its deletion")

    def _is_over(self, deed: Deed, key: str | None) -> bool:
        """Whether it was about this row and is not under way: until its end no listing shows what it did."""
        return deed.key == key and (deed.has_ended or deed.eyes not in self._world.site.running)


__all__ = ["Claims", "text_of"]
