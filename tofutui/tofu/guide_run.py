"""A guided re-registration as data: how far it is, what was seen, stated and done. Stored as it is here."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.judgement.verdict import verdict_word
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role


class Progress(StrEnum):
    """How far one step of a run is; the value is the word on the screen."""

    TODO = "to do"
    NOW = "now"
    WAITING = "waiting"
    """Begun; something outside has to happen before it can be called done."""
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        """Whether the run continues after it."""
        return self in (Progress.DONE, Progress.SKIPPED)

    @property
    def glyph(self) -> str:
        """One cell for it."""
        return _GLYPHS[self][0]

    @property
    def ascii(self) -> str:
        """One ASCII character for it."""
        return _GLYPHS[self][1]


_GLYPHS = {
    Progress.TODO: ("·", "."),
    Progress.NOW: ("▸", ">"),
    Progress.WAITING: ("…", "~"),
    Progress.DONE: ("✓", "+"),
    Progress.FAILED: ("✗", "x"),
    Progress.SKIPPED: ("-", "-"),
}


class Result(StrEnum):
    """What a check came to."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "could not be checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked."""

    id: str
    title: str
    result: Result
    seen: str
    """What was seen, in a sentence; for UNKNOWN why nothing was."""
    at: datetime
    step: str = "preflight"
    """The kind of step that looked: ``preflight`` or ``verify``."""
    blocks: bool = False
    """Whether registering is refused while it fails: it would destroy something."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A note, or something seen that speaks for a step."""

    at: datetime
    by: str
    """Who wrote it; for what the program saw: where it was seen."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """One step of a run."""

    id: str
    """The playbook's id, with ``:NAME`` where the step is there once for each remote."""
    title: str = ""
    progress: Progress = Progress.TODO
    started: datetime | None = None
    ended: datetime | None = None
    by: str = ""
    """Who ended it: the operator, or ``tofutui`` where it was seen."""
    reason: str = ""
    """Why it was skipped or failed."""
    doubt: str = ""
    """What is not known although the step is done; "" where everything was seen."""
    outdated: str = ""
    """What has changed since the step was done, so that it has to be looked at again; "" for nothing."""
    evidence: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether it is done, but not everything that it rests on was seen or still holds."""
        return self.progress is Progress.DONE and bool(self.left)

    @property
    def left(self) -> str:
        """What a step that is done leaves open, in words; "" for nothing."""
        again = f"to be looked at again: {self.outdated}" if self.outdated else ""
        return "; ".join(filter(None, (self.doubt, again)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShot:
    """One row as the comparison showed it."""

    key: str
    who: str
    name: str
    stored: str
    presented: str
    sha256: str
    verdict: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeShot:
    """One node's table at one moment."""

    role: Role
    hostname: str
    address: str
    version: str
    fixes: tuple[str, ...] = ()
    ha: str
    at: datetime | None
    complete: bool
    rows: tuple[RowShot, ...]
    unknown: tuple[str, ...] = ()
    """Lines that the node printed and no parser knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who compared the SHA-256 presented with what the remote's owner says, and how."""

    role: Role
    key: str
    sha256: str
    text: str
    """Empty: it was not compared."""
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """A row about a remote host that is neither proven nor deleted and learned again."""

    role: Role
    key: str
    """As the node lists it; "" for the rest of a table that is not listed to its end."""
    who: Who
    verdict: str
    """The value of its verdict, or why it has none."""
    is_stale: bool = False
    issued: datetime | None = None
    """From when on the certificate presented now is valid; None if none is presented."""

    def words(self, now: datetime) -> str:
        """Node, key, verdict and the age of the certificate presented."""
        if not self.key:
            return f"{self.role.word}: {self.verdict}"
        age = (
            f", certificate issued {_age(self.issued, now)}" if self.issued else ", no certificate presented"
        )
        return f"{self.role.word} {self.key} ({verdict_word(self.verdict)}{age})"


def _age(issued: datetime, now: datetime) -> str:
    minutes = int((now - issued).total_seconds() // 60)
    if minutes < 0:
        return "in the future"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} d ago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An operator went on with open rows."""

    step: str
    rows: tuple[OpenRow, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What an operator stated about the two databases because the HA states did not show it."""

    step: str
    """Where it was asked."""
    states: str
    """What was seen of both nodes when it was asked, as it was shown."""
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GuideAnswer:
    """What was entered into a field of a step."""

    field: str
    value: str
    label: str = ""
    words: str = ""
    """The value as people read it, where it is one of several choices."""
    about: str = ""
    """The SHA-256 that the server in question presented when this was entered; "" where none counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a playbook. An edit gives another value; nothing changes in place."""

    session: str
    title: str
    playbook: str
    procedure: str = ""
    """The playbook's title."""
    operator: str
    seen_from: str
    started: datetime
    id: int = 0
    """Given by the store; 0 before."""
    ended: datetime | None = None
    steps: tuple[StepState, ...]
    answers: tuple[GuideAnswer, ...] = ()
    checks: tuple[Check, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    vouched: tuple[Vouched, ...] = ()
    decisions: tuple[Decision, ...] = ()
    before: tuple[NodeShot, ...] = ()
    after: tuple[NodeShot, ...] = ()
    operators: tuple[str, ...] = ()
    """Everyone who held the run, in order; the first began it."""

    def step(self, id_: str) -> StepState:
        """The step with this id."""
        return next(step for step in self.steps if step.id == id_)

    def answer(self, field: str) -> str:
        """The value of a field, "" if nothing was entered."""
        return next((answer.value for answer in self.answers if answer.field == field), "")

    def with_answer(self, answer: GuideAnswer) -> "Run":
        """The same with this in the field."""
        kept = tuple(old for old in self.answers if old.field != answer.field)
        return replace(self, answers=(*kept, answer))

    def with_step(self, step: StepState) -> "Run":
        """The same with this step in place of the one with its id."""
        return replace(self, steps=tuple(step if old.id == step.id else old for old in self.steps))

    @property
    def current(self) -> StepState | None:
        """The first step that is not over; None when all are."""
        return next((step for step in self.steps if not step.progress.is_over), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who holds a run: one process at a time may change it."""

    host: str
    user: str
    pid: int
    since: datetime
    token: str
    """Of this taking; the next one has another."""


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One change of a run, as it was stored."""

    at: datetime
    by: str
    step: str
    text: str
