"""The lines of the session picker: one a session, and what to say of the one under the cursor."""

from datetime import datetime
from typing import TYPE_CHECKING

from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Session
from tofutui.ui.text.spans import EMPTY, Line, Span, Tone, clip, fit, line, width, wrap
from tofutui.ui.text.vocabulary import VERDICT_TONES, Glyphs

if TYPE_CHECKING:
    from tofutui.history.results import LastResult

NEVER = "not compared yet"
_WHEN = 12
WIDE = 100
"""Cells from which the line holds both nodes and the title."""


def _columns(cells: int) -> tuple[int, int]:
    """Cells for the name and for the result."""
    if cells >= WIDE:
        return 22, 26
    return (16, 20) if cells >= 80 else (12, 16)


def head_line(cells: int) -> Line:
    """The names of the columns."""
    name, result = _columns(cells)
    text = f"  {fit('Session', name)} {fit('Last result', result)} {fit('When', _WHEN)} Nodes"
    return line(text, Tone.HEAD)


def session_line(
    session: Session, result: "LastResult | None", glyphs: Glyphs, now: datetime, cells: int, *, is_open: bool
) -> Line:
    """Name, last result in glyphs, its time, badges, and as much of hosts and title as there is room for."""
    for_name, for_result = _columns(cells)
    counts = short_result(result, glyphs)
    if width(counts) > for_result:
        counts = _tight(counts, for_result, glyphs)
    before: Line = (
        (f"  {fit(session.name, for_name, glyphs.ellipsis)} ", Tone.STRONG),
        *counts,
        (" " * (for_result - width(counts) + 1), Tone.TEXT),
        (fit(_when(result, now), _WHEN) + " ", Tone.MUTED),
        *(((" open ", Tone.BADGE), (" ", Tone.TEXT)) if is_open else ()),
        *_badges(session),
    )
    hosts = clip(_hosts(session, cells), max(cells - width(before), 0), glyphs.ellipsis)
    title = clip(session.title, max(cells - width(before) - width(line(hosts)) - 2, 0), glyphs.ellipsis)
    return (*before, (f"{hosts}  ", Tone.TEXT), (title, Tone.MUTED))


def _tight(counts: Line, cells: int, glyphs: Glyphs) -> Line:
    """As many of the counts as there is room for; the cut is marked, the words below hold them all."""
    kept: list[Span] = []
    for span in counts:
        if width((*kept, span)) > cells - 1:
            return (*kept, (glyphs.ellipsis, Tone.MUTED))
        kept.append(span)
    return tuple(kept)


def _hosts(session: Session, cells: int) -> str:
    hosts = [node.shown_address for node in session.nodes.values()]
    if len(hosts) == 1:
        return f"{hosts[0]}  stand-alone"
    return " + ".join(hosts) if cells >= WIDE else f"{hosts[0]} + 1"


def short_result(result: "LastResult | None", glyphs: Glyphs) -> Line:
    """Counts by verdict as glyphs, and whether the listings were complete."""
    if result is None:
        return ((NEVER, Tone.MUTED),)
    spans: list[Span] = []
    for verdict in Verdict:
        if number := result.counts.get(verdict):
            spans.append((f"{number} {glyphs.verdict(verdict)}  ", VERDICT_TONES[verdict]))
    if not result.counts:
        spans.append(("no remote row  ", Tone.MUTED))
    if not result.complete:
        spans.insert(0, ("PARTIAL  ", Tone.WARNING))
    return tuple(spans)


def about(session: Session, result: "LastResult | None", cells: int, kept: str, glyphs: Glyphs) -> list[Line]:
    """The session under the cursor in words, three lines; ``kept`` is the last of them."""
    nodes = ", ".join(f"{role} {node.shown_address}" for role, node in session.nodes.items())
    said = ". ".join([session.title or session.name, *_notes(session), nodes])
    lines = ((said, Tone.TEXT), (_in_words(result), Tone.TEXT), (kept, Tone.MUTED))
    return [line(f" {clip(text, cells, glyphs.ellipsis)}", tone) for text, tone in lines]


def none_lines(path: str, new: str, cells: int) -> list[Line]:
    """Where there is no session."""
    text = (
        f"There is no session yet. Press {new} to make one, or add one to {path} "
        "(tofutui sessions example prints one with every key), or try it first: tofutui --demo opens "
        "a simulated pair on this machine."
    )
    return [EMPTY, *(line("  " + part) for part in wrap(text, cells - 2))]


def fits(session: Session, words: str) -> bool:
    """Whether the filter's words appear in its name, title, hosts or addresses."""
    texts = [session.name, session.title, *(name for node in session.nodes.values() for name in node.names)]
    held = " ".join(texts).lower()
    return all(word in held for word in words.lower().split())


def _in_words(result: "LastResult | None") -> str:
    if result is None:
        return f"{NEVER} on this machine"
    counts = [f"{result.counts[v]} {v.look.word.lower()}" for v in Verdict if result.counts.get(v)]
    own = [f"own rows: {result.own_stale} stale"] if result.own_stale else []
    complete = "complete" if result.complete else "not complete"
    when = result.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"{when}: {', '.join([*(counts or ['no remote row']), *own])}, {complete}"


def _when(result: "LastResult | None", now: datetime) -> str:
    """The time alone today, the date before it in other days of this year, else the date alone."""
    if result is None:
        return ""
    at, today = result.at.astimezone(), now.astimezone()
    if at.date() == today.date():
        return at.strftime("%H:%M")
    return at.strftime("%m-%d %H:%M" if at.year == today.year else "%Y-%m-%d")


def _notes(session: Session) -> list[str]:
    marks = []
    locked = [role for role in session.roles if not session.may_change(role)]
    if locked:
        marks.append("read-only" if len(locked) == len(session.roles) else f"{locked[0]} read-only")
    if any(node.legacy_ssh for node in session.nodes.values()):
        marks.append("legacy SSH allowed")
    return marks


def _badges(session: Session) -> Line:
    badges: list[Span] = []
    if session.demo:
        badges += [(" DEMO ", Tone.DEMO), (" ", Tone.TEXT)]
    if any(not session.may_change(role) for role in session.roles):
        badges += [(" READ-ONLY ", Tone.READ_ONLY), (" ", Tone.TEXT)]
    if any(node.legacy_ssh for node in session.nodes.values()):
        badges += [(" LEGACY SSH ", Tone.BADGE), (" ", Tone.TEXT)]
    return tuple(badges)
