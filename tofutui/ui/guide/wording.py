"""A run of the guide as lines: the list of steps, and everything about one. Knows no Textual."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tofutui.guide.causes import Likely, mending_step
from tofutui.guide.ha_meaning import contradicts_active, state_line
from tofutui.guide.playbook import text_of, title_of
from tofutui.guide.run_controller import Guide
from tofutui.guide.worksheet import advices, fields_of, values_of
from tofutui.tofu.guide_run import Check, Progress, Remark, Result, Run, StepState
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
            mark, word = DOUBT, " not all seen"
        title = fit(hide(title_of(step.id)), max(width - 4 - len(word), 8), glyphs.ellipsis)
        tone = _tone(step)
        lines.append(((f" {mark} ", tone), (title, tone), (word, tone)))
    return lines


def about(guide: Guide, step: StepState, width: int, hide: Hide, keys: KeyBook = DECLARED_KEYS) -> list[Line]:
    """Everything about one step, with the keys in force."""
    run, step, text = hide(guide.held), hide(step), text_of(step.id)
    lines = [line(part, Tone.STRONG) for part in wrap(hide(title_of(step.id)), width)]
    lines += [line(part, _tone(step)) for part in wrap(_progress(step), width)]
    if step.is_doubtful:
        lines += labelled("not seen", [step.doubt], width, Tone.WARNING)
    if step.reason:
        lines += labelled("because", [step.reason], width, TONES[step.progress])
    lines.append(EMPTY)
    if text.path:
        lines += labelled("menu", [" > ".join(text.path)], width, Tone.STRONG)
    numbered = len(text.do) > 1
    do = map(keys.text, text.do)
    lines += labelled("do", [f"{n}. {text}" if numbered else text for n, text in enumerate(do, 1)], width)
    lines += _values(guide, step, width, hide)
    lines += labelled("expect", [text.expect], width) if text.expect else []
    lines += labelled("takes", [text.takes], width, Tone.MUTED) if text.takes else []
    lines += labelled("if not", [keys.text(text.if_not)], width, Tone.MUTED) if text.if_not else []
    lines += _form(guide, step, width, hide)
    lines += _rows(guide, step, width, hide) + _states(guide, step, width, hide)
    lines += checks(run.checks, text.kind if text.kind != "form" else step.id, width)
    lines += _remarks("seen", step.evidence, width) + _remarks("notes", step.notes, width)
    return lines


def heading(run: Run, playbook: str) -> str:
    """Which run this is, since when, and whose."""
    ended = f", ended {clock_time(run.ended)}" if run.ended else ""
    begun = f"begun {run.started:%Y-%m-%d %H:%M}Z by {run.operator}"
    return f" {playbook}  {run.session}  run {run.id}, {begun}{ended}"


def checks(all_checks: Sequence[Check], step: str, width: int) -> list[Line]:
    """The checks of one kind of step, each with what was seen."""
    mine = [check for check in all_checks if check.step == step]
    if not mine:
        return []
    lines: list[Line] = [EMPTY, line(f"checked {clock_time(mine[0].at)}", Tone.HEAD)]
    for check in mine:
        word = fit(_RESULT_WORDS[check.result], 9)
        parts = wrap(f"{check.title}: {check.seen}", width - 10)
        lines.append(((word, RESULT_TONES[check.result]), (" " + parts[0], Tone.TEXT)))
        lines += [line(" " * 10 + part) for part in parts[1:]]
    return lines


def cause(likely: Likely, run: Run, width: int, hide: Hide, keys: KeyBook = DECLARED_KEYS) -> list[Line]:
    """One reason why a registration fails: what points to it, how to tell, what to do and where."""
    known, step = likely.cause, mending_step(likely.cause, run)
    where = f"{keys.name('causes.open')} goes to: {title_of(step)}" if step else ""
    lines = [line(part, Tone.WARNING if likely.signs else Tone.STRONG) for part in wrap(known.title, width)]
    lines += labelled("  seen", [hide(sign) for sign in likely.signs], width, Tone.WARNING)
    lines += labelled("  tell", [known.tell], width)
    do = filter(None, (keys.text(known.do), where))
    return [*lines, *labelled("  do", list(do), width), EMPTY]


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
    words = step.progress.value + (", not everything was seen" if step.is_doubtful else "")
    if step.progress.is_over or step.progress is Progress.FAILED:
        words += f" by {step.by}, {clock_time(step.ended)}"
        duration = took(step.started, step.ended)
        return words + (f", after {duration}" if duration else "")
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
    return [line("type (the number copies)", Tone.HEAD), *lines] if lines else []


def _form(guide: Guide, step: StepState, width: int, hide: Hide) -> list[Line]:
    fields = fields_of(step.id, guide.sheet)
    if not fields:
        return []
    lines: list[Line] = [EMPTY]
    for field in fields:
        answer = guide.held.answer(field.id)
        shown = dict(field.choices).get(answer, answer)
        text = hide(shown) or ("not entered" if field.needed else "none")
        tone = Tone.TEXT if shown else Tone.MUTED
        label = hide(field.label)
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
        text = said.text or "compared by nobody"
        lines += labelled("SHA-256", [f"{said.role.word} {said.key}: {text}"], width)
    return lines


def _states(guide: Guide, step: StepState, width: int, hide: Hide) -> list[Line]:
    if text_of(step.id).group != "ha" or not guide.nodes or step.progress.is_over:
        return []
    lines: list[Line] = [EMPTY, line(f"HA states, asked {clock_time(guide.asked_at)}", Tone.HEAD)]
    for node in guide.nodes:
        lines += [line("  " + part) for part in wrap(hide(state_line([node])), width - 2)]
    if contradicts_active(guide.nodes):
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
