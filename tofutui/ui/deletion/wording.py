"""A plan, and how far it is, as lines: what the delete dialog and the progress view say. Knows no Textual."""

from collections.abc import Sequence

from tofutui.tofu.base.text import in_groups, safe
from tofutui.tofu.deletion.plan import Deletion, Outcome, Plan, Step
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.names.values import DistinguishedName
from tofutui.ui.text.row_facts import nothing_presented
from tofutui.ui.text.spans import EMPTY, Line, Tone, labelled, line, wrap
from tofutui.ui.text.vocabulary import (
    VERDICT_TONES,
    WHO_MEANS,
    Glyphs,
    clock_time,
    fingerprint,
    listed,
    name_of,
    place,
    rows,
)

OUTCOME_TONES: dict[Outcome, Tone] = {
    Outcome.GONE: Tone.PROVEN,
    Outcome.CAME_BACK: Tone.PROVEN,
    Outcome.STILL_THERE: Tone.DANGER,
    Outcome.CANNOT_TELL: Tone.WARNING,
    Outcome.UNKNOWN: Tone.DANGER,
    Outcome.REFUSED: Tone.DANGER,
    Outcome.NOT_RUN: Tone.MUTED,
}


def where(deletion: Deletion) -> str:
    """``PRIMARY prime-pri (192.0.2.10)``."""
    return safe(f"{deletion.role.word} {deletion.hostname} ({deletion.shown_address})")


def title(plan: Plan) -> str:
    """What will be done and where."""
    by_role = {role: [d for d in plan.deletions if d.role is role] for role in plan.roles}
    if len(by_role) == 1:
        return f"Delete {rows(len(plan.deletions))} on {where(plan.deletions[0])}"
    parts = [f"{len(some)} on {role.word} {safe(some[0].hostname)}" for role, some in by_role.items()]
    return f"Delete {rows(len(plan.deletions))}: {listed(parts)}"


def confirm_words(plan: Plan) -> str:
    """The words beside ``y``."""
    roles = listed([f"{role.word} {_hostname(plan, role.value)}" for role in plan.roles])
    return f"Delete on {roles}"


def _hostname(plan: Plan, role: str) -> str:
    return next(safe(d.hostname) for d in plan.deletions if d.role == role)


def dialog(plan: Plan, hidden: int, seen_from: str, width: int, glyphs: Glyphs) -> list[Line]:
    """What, where, why, what it means, the command: from top to bottom."""
    several = len(plan.deletions) > 1
    lines: list[Line] = []
    if several:
        lines += _texts(
            "In this order, one after the other; it stops at the first that does not go well.", width
        )
    if hidden:
        text = f"{rows(hidden)} marked and hidden by the filter: not included."
        lines += [line(part, Tone.WARNING) for part in wrap(text, width)]
    for number, deletion in enumerate(plan.deletions, 1):
        prefix = f"{number}. " if several else ""
        lines += ([EMPTY] if several else []) + _one(deletion, prefix, seen_from, width, glyphs)
    notices = dict.fromkeys(
        f"{deletion.role.word}: {notice}" for deletion in plan.deletions for notice in deletion.notices
    )
    for notice in notices:
        lines += [line(part, Tone.WARNING) for part in wrap(notice, width)]
    return lines


def is_command(part: Line) -> bool:
    """Whether a line of `dialog` begins a command that will be sent."""
    return part != EMPTY and part[0][1] is Tone.COMMAND and part[0][0].startswith("$ ")


def end_of_command(lines: Sequence[Line], start: int) -> int:
    """The line after the last one of the command that begins there."""
    end = start + 1
    while end < len(lines) and lines[end] != EMPTY and not is_command(lines[end]):
        if lines[end][0][1] is not Tone.COMMAND:
            break
        end += 1
    return end


def _texts(text: str, width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    return [line(part, tone) for part in wrap(text, width)]


def _one(deletion: Deletion, prefix: str, seen_from: str, width: int, glyphs: Glyphs) -> list[Line]:
    entry = deletion.entry
    who = f"{entry.name} ({WHO_MEANS[entry.who]})" if entry.name else WHO_MEANS[entry.who]
    head = ((prefix + safe(deletion.key), Tone.STRONG), (f"   {who}", Tone.TEXT))
    return [
        head,
        *labelled("in", [f"the table of {where(deletion)}"], width),
        *_why(entry, width, glyphs),
        *labelled("stored", [_stored(entry)], width),
        *_presented(entry, seen_from, width),
        *_texts(
            f"After this the node trusts whatever {place(entry)} presents next. It cannot be undone.", width
        ),
        *_texts(f"$ {deletion.command}", width, Tone.COMMAND),
    ]


def _why(entry: Entry, width: int, glyphs: Glyphs) -> list[Line]:
    look = entry.verdict.look
    word = f"{glyphs.verdict(entry.verdict)} {look.word}  "
    lines: list[Line] = []
    for number, reason in enumerate(entry.judgement.why or (look.meaning,)):
        for part in wrap(reason, width - len(word)):
            first = not lines and number == 0
            lead = word if first else " " * len(word)
            lines.append(((lead, VERDICT_TONES[entry.verdict]), (part, Tone.TEXT)))
    return lines


def _stored(entry: Entry) -> str:
    if entry.stored is None:
        return "no subject that could be read"
    return _name(entry.stored.subject) if entry.stored.subject else entry.stored.raw


def _name(name: DistinguishedName | None) -> str:
    return name_of(name)


def _presented(entry: Entry, seen_from: str, width: int) -> list[Line]:
    shown = entry.presented
    if shown.certificate is None:
        return labelled("presented", [nothing_presented(shown)], width, Tone.WARNING)
    lines = labelled("presented", [_name(shown.certificate.subject)], width)
    origin = shown.seen_from or seen_from
    text = f"Presented at {clock_time(shown.at)}, seen from {origin}; read this SHA-256 to the host's owner:"
    parts = fingerprint(shown.certificate.sha256, width - 2)
    return [*lines, *_texts(text, width), *(line("  " + part, Tone.STRONG) for part in parts)]


def for_clipboard(plan: Plan) -> str:
    """What is worth pasting into a chat before anyone confirms."""
    parts = []
    for deletion in plan.deletions:
        sha = in_groups(deletion.entry.sha256) if deletion.entry.sha256 else "nothing presented"
        parts.append(f"{where(deletion)}\n{deletion.key}\nSHA-256 presented: {sha}\n{deletion.command}")
    return "\n\n".join(parts)


def progress(steps: Sequence[Step], width: int) -> list[Line]:
    """Each step with its outcome, what that rests on, and the appliance's own words."""
    lines: list[Line] = []
    for number, step in enumerate(steps, 1):
        role = Tone.PRIMARY if step.deletion.role.value == "primary" else Tone.SECONDARY
        lines.append(
            ((f"{number}. ", Tone.MUTED),
             (f"{step.deletion.role.word} {safe(step.deletion.hostname)}  ", role),
             (safe(step.deletion.key) + "  ", Tone.STRONG), _outcome(step))
        )  # fmt: skip
        lines += labelled("", [step.text], width) if step.text else []
        lines += labelled("it said", step.words.splitlines(), width, Tone.MUTED) if step.words else []
    return lines


def _outcome(step: Step) -> tuple[str, Tone]:
    if step.outcome is None:
        return ("waiting" if step.text in ("", "waiting") else "running …", Tone.TEXT)
    return (step.outcome.value.upper(), OUTCOME_TONES[step.outcome])


def summary(steps: Sequence[Step]) -> str:
    """How it ended, in one line: the numbers of each outcome."""
    counts = [(outcome, sum(1 for step in steps if step.outcome is outcome)) for outcome in Outcome]
    return listed([f"{count} {outcome.value}" for outcome, count in counts if count])
