"""A record as sections of facts, tables and lines: what Markdown and HTML show in the same words."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tofutui.history.journal import JournalEntry
from tofutui.report.phrases import utc
from tofutui.report.record.model import Record, left_over
from tofutui.tofu.base.secret import without_secrets
from tofutui.tofu.base.text import in_groups, safe
from tofutui.tofu.cli_output.unknown import unknown_notice
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.guide_run import (
    Check,
    Confirmation,
    Decision,
    NodeShot,
    Progress,
    Remark,
    Result,
    RowShot,
    Run,
    StepState,
    Vouched,
)
from tofutui.tofu.judgement.verdict import Verdict, verdict_word
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

_UNJUDGED = (Verdict.SAME_NAME, Verdict.NO_ANSWER, Verdict.UNREADABLE)
_OWN = (Who.VIP, Who.LOOPBACK, Who.SELF)
Texts = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Names with values."""

    pairs: tuple[tuple[str, str], ...]

    def mapped(self, change: Texts) -> "RecordFacts":
        """The same with every value changed."""
        return RecordFacts(tuple((name, change(value)) for name, value in self.pairs))


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def mapped(self, change: Texts) -> "Grid":
        """The same with every cell changed."""
        rows = tuple(tuple(change(cell) for cell in row) for row in self.rows)
        return Grid(self.head, rows, change(self.caption))


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences, one below the other."""

    texts: tuple[str, ...]

    def mapped(self, change: Texts) -> "Lines":
        """The same with every sentence changed."""
        return Lines(tuple(map(change, self.texts)))


@dataclass(frozen=True, slots=True)
class RecordSection:
    """A heading with what belongs to it."""

    title: str
    blocks: tuple[RecordFacts | Grid | Lines, ...]

    def mapped(self, change: Texts) -> "RecordSection":
        """The same with every text changed."""
        return RecordSection(self.title, tuple(block.mapped(change) for block in self.blocks))


def sections(record: Record, version: str) -> list[RecordSection]:
    """The whole record; every text is fit to be shown and holds no secret."""
    run = record.run
    before, after = _checks(run, "preflight", "restarted"), _checks(run, "verify")
    parts = [
        RecordSection("Change record", (_reached(record), _summary(record, version))),
        RecordSection("What is left", (_left_to_do(record),)),
        RecordSection("Decisions", (decisions([run]),)),
        RecordSection("Nodes", (_nodes(run), *_unknown(run))),
        RecordSection("Steps", (_steps(run),)),
        RecordSection("Checks before", (before,)),
        RecordSection("SHA-256 compared", (_confirmations(run),)),
        RecordSection("Commands that changed a node", (commands(record.deletions),)),
        RecordSection("Worksheet", (_worksheet(run),)),
        RecordSection("Tables before", tuple(_tables_before(run))),
        RecordSection("Tables after", tuple(_tables_after(record))),
        RecordSection("Checks after", (after,)),
        RecordSection("Seen during the run", (_remarks(run, lambda step: step.evidence),)),
        RecordSection("Notes", (_remarks(run, lambda step: step.notes),)),
        RecordSection("Run log", (_events(record),)),
    ]
    return fit_to_show(parts)


def fit_to_show(parts: Sequence[RecordSection]) -> list[RecordSection]:
    """Sections without control characters and secrets."""
    return [section.mapped(lambda text: safe(without_secrets(text))) for section in parts]


def result_of(deletions: Sequence[JournalEntry], confirmations: Sequence[Confirmation]) -> RecordFacts:
    """What came of the deletions, and of how many rows the SHA-256 was compared, by whom."""
    ends = Counter(entry.outcome or Outcome.UNKNOWN for entry in deletions)
    ended = ", ".join(f"{ends[outcome]} {outcome}" for outcome in Outcome if ends[outcome])
    about = {(entry.role, entry.key, entry.sha256) for entry in deletions}
    compared = [said for said in confirmations if said.text and (said.role, said.key, said.sha256) in about]
    rows = len({(said.role, said.key) for said in compared})
    by = ", ".join(dict.fromkeys(said.by for said in compared))
    return RecordFacts(
        (
            ("Deletions", ended or "none"),
            ("SHA-256 compared", f"{rows} of {len(about)} rows" + (f", entered by {by}" if by else "")),
        )
    )


def _reached(record: Record) -> RecordFacts:
    """What the run has come to, before all else."""
    run = record.run
    active = next((step for step in run.steps if step.id == "primary-active"), None)
    reached = []
    if active is not None:
        is_reached = active.progress is Progress.DONE
        at = f"yes, {_time(active.ended)}" if is_reached else "no"
        reached.append(("Primary Active", at + (", not everything was seen" if active.is_doubtful else "")))
    passed = [check for check in run.checks if check.result is Result.PASS]
    counts = _rows_after(record)
    return RecordFacts(
        (
            *reached,
            *result_of(record.deletions, run.confirmations).pairs,
            *counts,
            ("Checks passed", f"{len(passed)} of {len(run.checks)}"),
        )
    )


def _rows_after(record: Record) -> Iterator[tuple[str, str]]:
    """What the tables hold in the end of the rows deleted, and which rows are not judged."""
    shots = record.run.after
    if not shots:
        yield "Tables after", "not listed"
        return
    rows = {(shot.role, row.key): row for shot in shots for row in shot.rows}
    good = {(e.role, e.key) for e in record.deletions if e.outcome is not None and e.outcome.is_good}
    learned = [place for place in good if place in rows and rows[place].stored]
    unjudged = [row for row in rows.values() if row.verdict in _UNJUDGED and row.who not in _OWN]
    yield "Learned again", f"{len(learned)} of {len(good)} rows deleted"
    yield "Not judged", f"{len(unjudged)} rows about other hosts"


def took(start: datetime | None, end: datetime | None) -> str:
    """``1 h 4 min``, ``4 min 10 s``; "" while one of the two is not known."""
    if start is None or end is None:
        return ""
    seconds = max(0, int((end - start).total_seconds()))
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _time(at: datetime | None) -> str:
    return utc(at) if at else ""


def _summary(record: Record, version: str) -> RecordFacts:
    run = record.run
    state = f"ended {utc(run.ended)}, after {took(run.started, run.ended)}" if run.ended else "not ended"
    pairs = [
        ("Session", run.session),
        ("Title", run.title),
        ("Procedure", run.procedure),
        ("Run", str(run.id)),
        ("Begun", utc(run.started)),
        ("State", state),
        ("Operator", ", then ".join(run.operators)),
        ("Certificates seen from", run.seen_from),
        ("Written", f"{utc(record.written)} by tofutui {version}"),
    ]
    return RecordFacts(tuple((name, value) for name, value in pairs if value))


def _left_to_do(record: Record) -> Lines:
    return Lines(tuple(left_over(record)) or ("Nothing that this run knows of.",))


def _nodes(run: Run) -> Grid:
    rows = []
    for role in Role:
        first, last = _shot(run.before, role), _shot(run.after, role)
        shot = last or first
        if shot is not None:
            was, now = (first.ha if first else ""), (last.ha if last else "")
            version = ", ".join([shot.version or "not read", *shot.fixes])
            rows.append((role.word, shot.hostname, shot.address, version, was, now))
    return Grid(("Node", "Host name", "Address", "Version and fixes", "HA before", "HA after"), tuple(rows))


def _unknown(run: Run) -> Iterator[Lines]:
    shots = [_shot(run.after, role) or _shot(run.before, role) for role in Role]
    lines = [f"{shot.role.word}: {unknown_notice(shot.unknown)}" for shot in shots if shot and shot.unknown]
    if lines:
        yield Lines(tuple(lines))


def _shot(shots: Sequence[NodeShot], role: Role) -> NodeShot | None:
    return next((shot for shot in shots if shot.role is role), None)


def _steps(run: Run) -> Grid:
    rows = tuple(
        (step.title, step.progress.value + (" with open points" if step.is_doubtful else ""), step.by,
         _time(step.started), _time(step.ended),
         took(step.started, step.ended) if step.progress is not Progress.TODO else "",
         step.doubt if step.is_doubtful else step.reason)
        for step in run.steps
    )  # fmt: skip
    return Grid(("Step", "State", "By", "Begun", "Ended", "Took", "Reason"), rows)


def _checks(run: Run, *steps: str) -> Grid:
    mine: list[Check] = [check for check in run.checks if check.step in steps]
    rows = tuple((check.result.value, check.title, check.seen, _time(check.at)) for check in mine)
    return Grid(("Result", "Check", "Seen", "At"), rows)


def _confirmations(run: Run) -> Grid:
    rows = tuple(
        (confirmation.role.word, confirmation.key, in_groups(confirmation.sha256) or "nothing was presented",
         confirmation.text or "not compared", confirmation.by, utc(confirmation.at))
        for confirmation in run.confirmations
    )  # fmt: skip
    return Grid(("Node", "Row", "SHA-256 presented", "Compared by whom and how", "Entered by", "At"), rows)


def commands(deletions: Sequence[JournalEntry]) -> Grid:
    """Each command with the evidence confirmed, its answer, and what later listings showed."""
    rows = tuple(
        (
            utc(entry.at), f"{entry.role.word} {entry.hostname or entry.host}", entry.operator, entry.command,
            entry.evidence or "not written down", _answer(entry.words),
            f"{entry.outcome or 'unknown'}: {entry.text or 'no listing has shown it'}",
        )
        for entry in deletions
    )  # fmt: skip
    return Grid(("Sent", "Node", "By", "Command", "Evidence", "Answer", "Outcome"), rows)


def _answer(words: str | None) -> str:
    if words is None:
        return "none came"
    return " | ".join(part.strip() for part in words.splitlines() if part.strip()) or "nothing printed"


def _worksheet(run: Run) -> RecordFacts:
    return RecordFacts(
        tuple(
            (answer.label or answer.field, answer.words or answer.value or "none") for answer in run.answers
        )
    )


_ROW_HEAD = ("Row", "Who", "Verdict", "Stored", "Presented", "Reason")


def _tables_before(run: Run) -> Iterator[Grid | Lines]:
    for role in Role:
        shot = _shot(run.before, role)
        if shot is not None:
            yield Grid(_ROW_HEAD, tuple(map(_row, shot.rows)), _listed(shot))


def _tables_after(record: Record) -> Iterator[Grid | Lines]:
    """The tables in the end, each row with what became of it; a row that is gone stays in the list."""
    run = record.run
    for role in Role:
        first, last = _shot(run.before, role), _shot(run.after, role)
        if last is not None:
            deleted = {e.key for e in record.deletions if e.role is role and e.outcome and e.outcome.is_good}
            rows = tuple(_since(first, last, deleted))
            yield Grid((*_ROW_HEAD[:2], "Since before", *_ROW_HEAD[2:]), rows, _listed(last))
        elif first is not None:
            yield Lines((f"{role.word} {first.hostname}: not listed again",))


def _since(first: NodeShot | None, last: NodeShot, deleted: set[str]) -> Iterator[tuple[str, ...]]:
    was = {row.key: row for row in first.rows} if first else {}
    now = {row.key: row for row in last.rows}
    for key in dict.fromkeys([*was, *now]):
        row = now.get(key)
        name, who, *rest = _row(row or was[key])
        if row is not None:
            end = _became(was.get(key), row, is_deleted=key in deleted, compared=first is not None)
        else:
            end, rest = _left(last, is_deleted=key in deleted), ["absent", "", "", ""]
        yield (name, who, end, *rest)


def _left(last: NodeShot, *, is_deleted: bool) -> str:
    """Why a row is no longer in the table; a listing that was cut off shows no absence."""
    if is_deleted:
        return "deleted"
    return "gone" if last.complete else "not seen: the listing is not complete"


def _became(was: RowShot | None, now: RowShot, *, is_deleted: bool, compared: bool) -> str:
    """What happened to a row that is in the table, between the two listings."""
    if is_deleted:
        return "deleted, learned again"
    if was is None:
        return "new" if compared else "not known"
    changes = [
        f"verdict was {verdict_word(was.verdict)}" if now.verdict != was.verdict else "",
        "stored subject changed" if now.stored != was.stored else "",
        "another certificate presented" if now.sha256 != was.sha256 else "",
    ]
    return ", ".join(filter(None, changes)) or "as before"


def _row(row: RowShot) -> tuple[str, ...]:
    shown = row.presented + (f" SHA-256 {in_groups(row.sha256)}" if row.sha256 else "")
    return row.key, f"{row.who} {row.name}".strip(), verdict_word(row.verdict), row.stored, shown, row.why


def _listed(shot: NodeShot) -> str:
    at = "not listed" if shot.at is None else f"listed {utc(shot.at)}"
    return f"{shot.role.word} {shot.hostname}, {at}" + ("" if shot.complete else " (not complete)")


def decisions(runs: Sequence[Run], since: datetime | None = None) -> Grid:
    """What operators decided that was not seen, the oldest first: rows left open, direction answered for."""
    said = [
        (decision, run) for run in runs for decision in _decided(run) if since is None or decision.at >= since
    ]
    in_order = sorted(said, key=lambda pair: pair[0].at)
    return Grid(("At", "By", "Step", "Decision", "About"), tuple(_decision(*pair) for pair in in_order))


def _decided(run: Run) -> Sequence[Decision | Vouched]:
    return *run.decisions, *run.vouched


def _decision(said: Decision | Vouched, run: Run) -> tuple[str, ...]:
    if isinstance(said, Vouched):
        words, about = f"answered: {said.text}", f"the nodes said: {said.states}"
    else:
        about = "; ".join(row.words(said.at) for row in said.rows)
        words = "went on with open rows"
    title = next((step.title for step in run.steps if step.id == said.step), said.step)
    return utc(said.at), said.by, title, words, about


def _remarks(run: Run, of: Callable[[StepState], Sequence[Remark]]) -> Grid:
    rows = [(utc(remark.at), step.title, remark.text, remark.by) for step in run.steps for remark in of(step)]
    return Grid(("At", "Step", "Text", "By"), tuple(rows))


def _events(record: Record) -> Grid:
    titles = {step.id: step.title for step in record.run.steps}
    rows = tuple((utc(e.at), e.by, titles.get(e.step, e.step), e.text) for e in record.events)
    return Grid(("At", "By", "Step", "Change"), rows)
