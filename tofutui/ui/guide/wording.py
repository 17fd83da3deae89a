"""A run of the guide as lines: the list of steps, and everything about one. Knows no Textual."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tofutui.guide.causes import Likely, mending_step
from tofutui.guide.engine import FAILED
from tofutui.guide.ha_meaning import contradicts_active, is_registering, state_line
from tofutui.guide.playbook import PARTS, cures, text_of, title_of
from tofutui.guide.run_controller import Guide
from tofutui.guide.worksheet import advices, fields_of, values_of, where
from tofutui.tofu.guide_run import Check, Progress, Remark, Result, Run, StepState
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.keymap import KeyBook
from tofutui.ui.text.spans import EMPTY, Line, Tone, clip, fit, labelled, line, wrap
from tofutui.ui.text.vocabulary import Glyphs, clock_time, place

TONES: dict[Progress, Tone] = {
    Progress.TODO: Tone.MUTED,
    Progress.NOW: Tone.STRONG,
    Progress.WAITING: Tone.WARNING,
    Progress.DONE: Tone.PROVEN,
    Progress.FAILED: Tone.DANGER,
    Progress.SKIPPED: Tone.MUTED,
}
RESULT_TONES: dict[Result, Tone] = {
    Result.PASS: Tone.PROVEN,
    Result.WARN: Tone.WARNING,
    Result.FAIL: Tone.DANGER,
    Result.UNKNOWN: Tone.WARNING,
}
DOUBT = "!"
"""The mark of a step that is done without everything having been seen."""
_NOT_GOOD = "not known to be the states of a connected pair"
_RESULT_WORDS = {Result.PASS: "PASS", Result.WARN: "WARN", Result.FAIL: "FAIL", Result.UNKNOWN: "NOT SEEN"}


DECLARED_KEYS = KeyBook()
Hide = Callable[[Any], Any]
"""What may be shown of a value: with stand-ins while the privacy mask is on."""


def step_lines(run: Run, width: int, glyphs: Glyphs, hide: Hide) -> list[Line]:
    """The list of steps, one line each."""
    lines: list[Line] = []
    for step in run.steps:
        mark = step.progress.ascii if glyphs.ascii else step.progress.glyph
        word = "" if step.progress in (Progress.TODO, Progress.DONE) else f" {step.progress.value}"
        if step.is_doubtful:
            mark, word = DOUBT, " look again" if step.outdated else " open points"
        title = fit(hide(title_of(step.id)), max(width - 4 - len(word), 8), glyphs.ellipsis)
        tone = _tone(step)
        lines.append(((f" {mark} ", tone), (title, tone), (word, tone)))
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLook:
    """How a step is shown."""

    width: int
    hide: Hide
    keys: KeyBook = DECLARED_KEYS
    names: Mapping[Role, str] = field(default_factory=dict)
    """Each node as ``PRIMARY prime-pri``, as it may be shown."""
    unfolded: bool = False
    """Whether the checks that passed are shown."""


def about(guide: Guide, step: StepState, look: StepLook) -> list[Line]:
    """Everything about one step, with the keys in force."""
    run, step, text = look.hide(guide.held), look.hide(step), text_of(step.id)
    width, keys = look.width, look.keys
    lines = _next(run, step, look)
    lines += [line(part, Tone.STRONG) for part in wrap(look.hide(title_of(step.id)), width)]
    lines += [line(part, Tone.HEAD) for part in wrap(_place(guide, run, step, look), width)]
    lines += [line(part, _tone(step)) for part in wrap(_progress(step), width)]
    checked = checks(run.checks, text.kind if text.kind != "form" else step.id, look)
    ahead = checked if step.id in ("preflight", "verify") and step.progress is not Progress.TODO else []
    left = step.outdated if ahead else step.left
    lines += labelled("open", [left], width, Tone.WARNING) if left and step.is_doubtful else []
    if step.reason:
        lines += labelled("because", [step.reason], width, TONES[step.progress])
    lines += [*ahead, EMPTY]
    if text.path:
        lines += labelled("menu", [" > ".join(text.path)], width, Tone.STRONG)
    do = [keys.text(part) for part in text.do]
    lines += labelled("do", [f"{n}. {part}" for n, part in enumerate(do, 1)] if len(do) > 1 else do, width)
    lines += _values(guide, step, width, look.hide)
    lines += labelled("expect", [text.expect], width) if text.expect else []
    lines += labelled("takes", [text.takes], width, Tone.MUTED) if text.takes else []
    lines += labelled("if not", [keys.text(text.if_not)], width, Tone.MUTED) if text.if_not else []
    lines += _form(guide, step, width, look.hide)
    lines += _rows(guide, step, width, look.hide) + _states(guide, step, width, look.hide)
    lines += [] if ahead else checked
    return [*lines, *_remarks("seen", _news(step), width), *_remarks("notes", step.notes, width)]


def _news(step: StepState) -> list[Remark]:
    """What was seen, without the failure that is named above already."""
    return [remark for remark in step.evidence if remark.text != f"{FAILED}{step.reason}"]


def _next(run: Run, step: StepState, look: StepLook) -> list[Line]:
    """What comes next, where another step than the current one is shown."""
    current = run.current
    if current is None or current.id == step.id:
        return []
    key = look.keys.name("guide.done" if "browser" in text_of(current.id).at else "guide.act")
    number = f"{run.steps.index(run.step(current.id)) + 1} of {len(run.steps)}"
    words = f"next: {key}  {number}  {look.hide(title_of(current.id))}"
    return [*(line(part, Tone.KEY) for part in wrap(words, look.width)), EMPTY]


def _place(guide: Guide, run: Run, step: StepState, look: StepLook) -> str:
    """``3 of 17 · delete · here``."""
    number = [each.id for each in run.steps].index(step.id) + 1
    place = where(step.id, look.hide(guide.session), look.names)
    return f"{number} of {len(run.steps)} · {text_of(step.id).part} · {place}"


def parts_line(run: Run, glyphs: Glyphs) -> Line:
    """The parts of the way, the one that is under way standing out."""
    current = text_of(run.current.id).part if run.current else ""
    spans: list[tuple[str, Tone]] = [(" ", Tone.TEXT)]
    for part in PARTS:
        steps = [step for step in run.steps if text_of(step.id).part == part]
        if not steps:
            continue
        over = all(step.progress.is_over for step in steps)
        amber = any(step.is_doubtful for step in steps)
        tone = Tone.STRONG if part == current else Tone.MUTED
        if over and part != current:
            tone = Tone.WARNING if amber else Tone.PROVEN
        spans += [(" · ", Tone.MUTED)] if len(spans) > 1 else []
        spans.append((f"{glyphs.cursor} {part.upper()}" if part == current else part, tone))
    return tuple(spans)


def reached(run: Run, names: Mapping[Role, str], keys: KeyBook) -> list[Line]:
    """What everyone on the call should see, a line each: the pair is registered, the run has ended."""
    active = next((step for step in run.steps if text_of(step.id).kind == "active"), None)
    texts, tone = [], Tone.PROVEN
    if active is not None and active.progress is Progress.DONE:
        seen = " (not seen by tofutui)" if active.doubt else ""
        texts.append(f"PRIMARY ACTIVE  {names.get(Role.PRIMARY, '')}  {clock_time(active.ended)}{seen}")
    if run.ended is not None:
        writes = keys.text("{guide.record} writes the record")
        texts.append(f"The run has ended  {clock_time(run.ended)}  {writes}")
    if any(step.is_doubtful for step in run.steps if step is active or run.ended is not None):
        tone = Tone.WARNING
    return [line(" " + text, tone) for text in texts]


def heading(run: Run, playbook: str) -> str:
    """Which run this is, since when, and whose."""
    ended = f", ended {clock_time(run.ended)}" if run.ended else ""
    started = f"started {run.started:%Y-%m-%d %H:%M}Z by {run.operator}"
    return f" {playbook}  {run.session}  run {run.id}, {started}{ended}"


def checks(all_checks: Sequence[Check], step: str, look: StepLook) -> list[Line]:
    """The checks of one kind of step: what does not pass with its cure, then how many passed."""
    mine = [check for check in all_checks if check.step == step]
    if not mine:
        return []
    order = (Result.FAIL, Result.WARN, Result.UNKNOWN)
    lines: list[Line] = [EMPTY, line(f"checked {clock_time(mine[0].at)}", Tone.HEAD)]
    for result in order:
        for check in mine:
            lines += _check(check, look) if check.result is result else []
    passed = [check for check in mine if check.result is Result.PASS]
    if passed:
        verb = "hides" if look.unfolded else "shows"
        words = f"{len(passed)} passed; {look.keys.name('guide.passed')} {verb} them"
        lines.append(((words, Tone.PROVEN),))
        lines += [part for check in passed for part in _check(check, look)] if look.unfolded else []
    return lines


def _check(check: Check, look: StepLook) -> list[Line]:
    """What was seen, and what to do about it."""
    word = fit(_RESULT_WORDS[check.result], 9)
    parts = wrap(f"{check.title}: {check.seen}", look.width - 10)
    lines: list[Line] = [((word, RESULT_TONES[check.result]), (" " + parts[0], Tone.TEXT))]
    lines += [line(" " * 10 + part) for part in parts[1:]]
    cure = cures().get(check.id, "") if check.result is not Result.PASS else ""
    cured = wrap(look.keys.text(cure), look.width - 12) if cure else []
    return [*lines, *(line(" " * 12 + part, Tone.MUTED) for part in cured)]


def cause(likely: Likely, run: Run, width: int, hide: Hide, keys: KeyBook = DECLARED_KEYS) -> list[Line]:
    """One reason why a registration fails: what was seen of it, its signs, its cure and where."""
    known, step = likely.cause, mending_step(likely.cause, run)
    where = f"{keys.name('causes.open')} goes to: {title_of(step)}" if step else ""
    lines = [line(part, Tone.WARNING if likely.signs else Tone.STRONG) for part in wrap(known.title, width)]
    lines += labelled("  seen", [hide(sign) for sign in likely.signs], width, Tone.WARNING)
    lines += labelled("  signs", [known.signs], width)
    cure = filter(None, (keys.text(known.cure), where))
    return [*lines, *labelled("  fix", list(cure), width), EMPTY]


def took(start: datetime | None, end: datetime | None) -> str:
    """``4 min 10 s``; "" while one of the two is not known."""
    if start is None or end is None:
        return ""
    seconds = max(0, int((end - start).total_seconds()))
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _tone(step: StepState) -> Tone:
    return Tone.WARNING if step.is_doubtful else TONES[step.progress]


def _progress(step: StepState) -> str:
    doubt = ", to be looked at again" if step.outdated else " with open points" if step.doubt else ""
    words = step.progress.value + (doubt if step.progress is Progress.DONE else "")
    if step.progress.is_over or step.progress is Progress.FAILED:
        words += f" by {step.by}, {clock_time(step.ended)}"
        duration = took(step.started, step.ended)
        return words + (f", took {duration}" if duration else "")
    return words + (f" since {clock_time(step.started)}" if step.started else "")


def _values(guide: Guide, step: StepState, width: int, hide: Hide) -> list[Line]:
    lines: list[Line] = []
    for number, (label, value) in enumerate(values_of(guide.held, step.id, guide.session), 1):
        lead = f" {number}  "
        room = width - 4 - 22
        parts = wrap(hide(value), room)
        lines.append(
            ((lead, Tone.KEY), (fit(clip(hide(label), 20), 22), Tone.HEAD), (parts[0], Tone.COMMAND))
        )  # fmt: skip
        lines += [line(" " * 26 + part, Tone.COMMAND) for part in parts[1:]]
    return [line("type (press the number to copy)", Tone.HEAD), *lines] if lines else []


def _form(guide: Guide, step: StepState, width: int, hide: Hide) -> list[Line]:
    fields = fields_of(step.id, guide.sheet)
    if not fields:
        return []
    lines: list[Line] = [EMPTY]
    for each in fields:
        answer = guide.held.answer(each.id)
        shown = dict(each.choices).get(answer, answer)
        text = hide(shown) or ("not entered" if each.needed else "none")
        tone = Tone.TEXT if shown else Tone.MUTED
        label = hide(each.label)
        for number, part in enumerate(wrap(text, width - 24)):
            lines.append(((fit(label if number == 0 else "", 24), Tone.HEAD), (part, tone)))
    for advice in advices(step.id, guide.sheet):
        lines += [line(part, Tone.WARNING) for part in wrap(hide(advice), width)]
    return lines


def _rows(guide: Guide, step: StepState, width: int, hide: Hide) -> list[Line]:
    if step.id != "delete":
        return []
    stale = guide.survey.stale()
    lines: list[Line] = [EMPTY, line(f"stale rows of remote hosts now: {len(stale)}", Tone.HEAD)]
    for entry in map(hide, stale):
        text = f"{entry.role.word}  {place(entry)}  {entry.verdict.look.word}"
        lines += [line("  " + part) for part in wrap(text, width - 2)]
    for said in hide(guide.held).confirmations:
        text = said.text or "not compared"
        lines += labelled("SHA-256", [f"{said.role.word} {said.key}: {text}"], width)
    return lines


def _states(guide: Guide, step: StepState, width: int, hide: Hide) -> list[Line]:
    if text_of(step.id).group != "ha" or not guide.nodes or step.progress.is_over:
        return []
    lines: list[Line] = [EMPTY, line(f"HA states, asked {clock_time(guide.asked_at)}", Tone.HEAD)]
    for node in guide.nodes:
        lines += [line("  " + part) for part in wrap(hide(state_line([node])), width - 2)]
    if contradicts_active(guide.nodes) and not is_registering(guide.nodes):
        lines += [line("  " + part, Tone.WARNING) for part in wrap(_NOT_GOOD, width - 2)]
    if guide.trouble:
        lines += [line("  " + part, Tone.DANGER) for part in wrap(hide(guide.trouble), width - 2)]
    return lines


def _remarks(label: str, remarks: Sequence[Remark], width: int) -> list[Line]:
    if not remarks:
        return []
    lines: list[Line] = [EMPTY, line(label, Tone.HEAD)]
    for remark in remarks:
        for number, part in enumerate(wrap(f"{remark.text}  ({remark.by})", width - 10)):
            lines.append(
                ((fit(clock_time(remark.at) if number == 0 else "", 10), Tone.MUTED), (part, Tone.TEXT))
            )
    return lines
