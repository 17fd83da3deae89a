"""A plan, and how far it is, as lines: what the delete dialog and the progress view say. Knows no Textual."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tofutui.tofu.base.text import in_groups, safe, short_sha256
from tofutui.tofu.deletion.plan import WAITING, Deletion, Outcome, Plan, Step
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.text.reasons import standing
from tofutui.ui.text.row_facts import nothing_presented
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, labelled, line, plain, wrap
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

ROLE_TONES = {Role.PRIMARY: Tone.PRIMARY, Role.SECONDARY: Tone.SECONDARY}
_NAMED = 3
OUTCOME_TONES: dict[Outcome, Tone] = {
    Outcome.GONE: Tone.PROVEN,
    Outcome.CAME_BACK: Tone.PROVEN,
    Outcome.STILL_THERE: Tone.DANGER,
    Outcome.CANNOT_TELL: Tone.WARNING,
    Outcome.UNKNOWN: Tone.DANGER,
    Outcome.REFUSED: Tone.DANGER,
    Outcome.NOT_RUN: Tone.MUTED,
}
_MOST_SAID = 6
"""Lines of a node's answer that are shown with the outcome."""
_LONGEST_SAID = 240
"""Characters of each of them."""


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


def framed_title(plan: Plan, *, ascii_only: bool) -> str:
    """The title in the frame; where frames cannot differ, it says itself that a node is changed."""
    return f"=== {title(plan)} ===" if ascii_only else title(plan)


def confirm_words(plan: Plan, cells: int | None = None) -> str:
    """The words beside ``y``; without the host names where these do not fit."""
    words = f"Delete on {listed([f'{role.word} {_hostname(plan, role.value)}' for role in plan.roles])}"
    if cells is None or cell_len(words) <= cells:
        return words
    return f"Delete on {listed([role.word for role in plan.roles])}"


def _hostname(plan: Plan, role: str) -> str:
    return next(safe(d.hostname) for d in plan.deletions if d.role == role)


COUNTED_FROM = 6
"""From this many rows on their number is typed; it replaces their keys."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that enables Delete once it is typed, and why it is asked for."""

    text: str
    why: str


def to_type(plan: Plan) -> tuple[Typed, ...]:
    """What has to be typed for a plan, in the order of the fields."""
    wanted = {
        text: _why_typed(deletion, text)
        for deletion in plan.deletions
        for text in deletion.must_type
        if not (is_counted(plan) and text == deletion.key)
    }
    if is_counted(plan):
        count = len(plan.deletions)
        wanted[str(count)] = f"{rows(count)}are deleted at once"
    return tuple(Typed(text, why) for text, why in wanted.items())


def is_counted(plan: Plan) -> bool:
    """Whether the number of rows has to be typed."""
    return len(plan.deletions) >= COUNTED_FROM


def _why_typed(deletion: Deletion, text: str) -> str:
    if text != deletion.key:
        return "the HA role of the node is unknown or contradicts this session"
    if not deletion.entry.who.is_remote:
        return "it is the node's own"
    return "it is not stale"


def dialog(plan: Plan, hidden: int, seen_from: str, width: int, glyphs: Glyphs) -> list[Line]:
    """What will be sent, that it cannot be undone, the SHA-256, then the evidence: from top to bottom."""
    several = len(plan.deletions) > 1
    lines = [*to_send(plan, width), *_warnings(plan, hidden, width)]
    if not several:
        return [*lines, *_fingerprint(plan.deletions[0].entry, seen_from, width),
                *_about(plan.deletions[0], "", width, glyphs)]  # fmt: skip
    origin = {d.entry.presented.seen_from or seen_from for d in plan.deletions}
    lines += _texts(f"Certificates seen from {listed(sorted(origin))}.", width, Tone.MUTED)
    for number, deletion in enumerate(plan.deletions, 1):
        lines += [EMPTY, *_about(deletion, f"{number}. ", width, glyphs)]
    return lines


def to_send(plan: Plan, width: int) -> list[Line]:
    """The commands in the order in which they run, by node in its colour; each in one line if it fits."""
    heads = {deletion.role: f"{deletion.role.word} {safe(deletion.hostname)}" for deletion in plan.deletions}
    room = max(cell_len(heads[d.role]) + len("  $ ") + cell_len(safe(d.command)) for d in plan.deletions)
    lines: list[Line] = []
    for role in plan.roles:
        mine = [deletion for deletion in plan.deletions if deletion.role is role]
        head = (heads[role] + "  ", ROLE_TONES[role])
        if room > width:
            lines.append((head,))
        for deletion in mine:
            first, *rest = wrap(f"$ {deletion.command}", width - 2)
            lead = head if room <= width else ("  ", Tone.TEXT)
            lines.append((lead, (first, Tone.COMMAND)))
            lines += [(("  ", Tone.TEXT), (f"  {part}", Tone.COMMAND)) for part in rest]
    return lines


def _warnings(plan: Plan, hidden: int, width: int) -> list[Line]:
    """That it cannot be undone, and what else has to be known before the evidence."""
    whose = f"the node trusts whatever {place(plan.deletions[0].entry)} presents"
    if len(plan.deletions) > 1:
        whose = "each node trusts whatever these hosts present"
    lines = _texts(f"After this {whose} next. It cannot be undone.", width, Tone.STRONG)
    texts = [*_not_needed(plan)]
    if len(plan.deletions) > 1:
        texts.append("One after the other; it stops at the first that is not proven gone.")
    if hidden:
        texts.append(f"{rows(hidden)} marked and hidden by the filter: not included.")
    notices = (
        f"{deletion.role.word}: {notice}" for deletion in plan.deletions for notice in deletion.notices
    )
    for text in dict.fromkeys((*texts, *notices)):
        lines += _texts(text, width, Tone.WARNING)
    return lines


def _not_needed(plan: Plan) -> Iterator[str]:
    """That rows are proven, or not known to be stale."""
    proven = [d for d in plan.deletions if d.entry.verdict is Verdict.PROVEN]
    if proven and len(plan.deletions) == 1:
        yield "The row is PROVEN: the node stores the certificate presented. Deleting it is not needed."
    elif proven:
        keys = listed([safe(d.key) for d in proven[:_NAMED]])
        more = f" and {len(proven) - _NAMED} more" if len(proven) > _NAMED else ""
        yield f"Deleting is not needed for {rows(len(proven))} that are PROVEN: {keys}{more}."
    others = [d for d in plan.deletions if not d.entry.is_stale_remote and d not in proven]
    if others and len(plan.deletions) > 1:
        yield f"{rows(len(others))} of them not stale, or about the node itself."


def is_command(part: Line) -> bool:
    """Whether a line of `dialog` begins a command that will be sent."""
    return any(tone is Tone.COMMAND and text.startswith("$ ") for text, tone in part)


def end_of_command(lines: Sequence[Line], start: int) -> int:
    """The line after the last one of the command that begins there."""
    end = start + 1
    while end < len(lines) and not is_command(lines[end]) and _is_command_text(lines[end]):
        end += 1
    return end


def _is_command_text(part: Line) -> bool:
    return any(tone is Tone.COMMAND for _, tone in part)


def _texts(text: str, width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    return [line(part, tone) for part in wrap(text, width)]


def _fingerprint(entry: Entry, seen_from: str, width: int) -> list[Line]:
    """The whole SHA-256 presented, to be read aloud."""
    shown = entry.presented
    if shown.certificate is None:
        return _texts(f"No SHA-256: {nothing_presented(shown)}", width, Tone.WARNING)
    origin = shown.seen_from or seen_from
    text = f"SHA-256 presented at {clock_time(shown.at)}, seen from {origin}; read it to the host's owner:"
    parts = fingerprint(shown.certificate.sha256, width - 2)
    return [*_texts(text, width), *(line("  " + part, Tone.STRONG) for part in parts)]


def _about(deletion: Deletion, prefix: str, width: int, glyphs: Glyphs) -> list[Line]:
    """Which row, its evidence, both names; of one among several the head of its SHA-256 too."""
    entry = deletion.entry
    head = ((prefix + safe(deletion.key), Tone.STRONG), (f"   {_whose(entry)}", Tone.TEXT))
    node = [] if not prefix else labelled("in", [f"the table of {where(deletion)}"], width)
    short = [f"{short_sha256(entry.sha256)} …"] if entry.sha256 else ["nothing presented"]
    return [
        head,
        *node,
        *(labelled("SHA-256", short, width, Tone.STRONG) if prefix else []),
        *_why(entry, width, glyphs),
        *_names(entry, width),
    ]


def _whose(entry: Entry) -> str:
    """Whom the row is about."""
    return f"{entry.name} ({WHO_MEANS[entry.who]})" if entry.name else WHO_MEANS[entry.who]


def _names(entry: Entry, width: int) -> list[Line]:
    """The name stored and the one presented."""
    return [
        *labelled("stored", [_stored(entry)], width),
        *labelled("presented", [_presented(entry)], width, Tone.TEXT if entry.sha256 else Tone.WARNING),
    ]


def _why(entry: Entry, width: int, glyphs: Glyphs) -> list[Line]:
    look = entry.verdict.look
    word = f"{glyphs.verdict(entry.verdict)} {look.word}  "
    lines: list[Line] = []
    for number, reason in enumerate(standing(entry)):
        for part in wrap(reason, width - len(word)):
            first = not lines and number == 0
            lead = word if first else " " * len(word)
            lines.append(((lead, VERDICT_TONES[entry.verdict]), (part, Tone.TEXT)))
    return lines


def _stored(entry: Entry) -> str:
    if entry.stored is None:
        return "no readable subject"
    return name_of(entry.stored.subject) if entry.stored.subject else entry.stored.raw


def _presented(entry: Entry) -> str:
    leaf = entry.presented.certificate
    return name_of(leaf.subject) if leaf is not None else nothing_presented(entry.presented)


def for_clipboard(plan: Plan, hidden: int, glyphs: Glyphs) -> str:
    """All that the dialog says, as plain text: it is pasted into a chat before anyone confirms."""
    parts = [title(plan)]
    for deletion in plan.deletions:
        entry = deletion.entry
        sha = in_groups(entry.sha256) if entry.sha256 else nothing_presented(entry.presented)
        evidence = plain([*_why(entry, WIDE, glyphs), *_names(entry, WIDE)])
        head = f"{where(deletion)}\n{safe(deletion.key)}   {_whose(entry)}"
        parts.append(f"{head}\nSHA-256 presented: {sha}\n{deletion.command}\n{evidence}")
    return "\n\n".join([*parts, plain(_warnings(plan, hidden, WIDE))])


def _beginning(words: str) -> list[str]:
    """The first of a node's words, so that they never push the outcome out of sight; the log has them all."""
    lines = [row if len(row) <= _LONGEST_SAID else f"{row[:_LONGEST_SAID]} …" for row in words.splitlines()]
    more = len(lines) - _MOST_SAID
    return [*lines[:_MOST_SAID], *([f"… {more} more lines"] if more > 0 else [])]


def progress(steps: Sequence[Step], width: int) -> list[list[Line]]:
    """For each step its outcome, what that rests on, and the appliance's own words."""
    return [_step(number, step, width) for number, step in enumerate(steps, 1)]


def _step(number: int, step: Step, width: int) -> list[Line]:
    deletion = step.deletion
    head: Line = (
        (f"{number}. ", Tone.MUTED),
        (f"{deletion.role.word} {safe(deletion.hostname)}  ", ROLE_TONES[deletion.role]),
        (safe(deletion.key) + "  ", Tone.STRONG),
        _outcome(step),
    )
    text = step.text if step.text != WAITING else ""
    said = labelled("it said", _beginning(step.words), width, Tone.MUTED) if step.words else []
    return [head, *(labelled("", [text], width) if text else []), *said]


def _outcome(step: Step) -> tuple[str, Tone]:
    if step.outcome is None:
        return (WAITING if step.text in ("", WAITING) else "running …", Tone.TEXT)
    return (step.outcome.value.upper(), OUTCOME_TONES[step.outcome])


def how_far(steps: Sequence[Step], seconds: float) -> str:
    """Which row is under way of how many, and about how long the rest takes."""
    ended = sum(1 for step in steps if step.outcome is not None)
    number = min(ended + 1, len(steps))
    text = f"row {number} of {len(steps)}"
    if not ended or ended == len(steps):
        return text
    left = seconds / ended * (len(steps) - ended)
    return (
        f"{text}, about {max(1, round(left / 60))} min left"
        if left >= 50
        else f"{text}, about {left:.0f} s left"
    )


def summary(steps: Sequence[Step]) -> str:
    """How it ended, in one line: the numbers of each outcome."""
    counts = [(outcome, sum(1 for step in steps if step.outcome is outcome)) for outcome in Outcome]
    return listed([f"{count} {outcome.value}" for outcome, count in counts if count])
