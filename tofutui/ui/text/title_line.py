"""The title line: session, counts by verdict, badges; words get shorter before anything goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.ui.text.spans import Line, Span, Tone, clip, width
from tofutui.ui.text.vocabulary import VERDICT_TONES, Glyphs

Badge = tuple[str, Tone]
_SHORT = {
    "READ-ONLY": "RO", "LEGACY SSH": "LEGACY", "TRANSCRIPT": "FILE", "WATCH": "W", "PRIVACY": "PRIV",
    "PRIMARY": "PRI", "SECONDARY": "SEC",
}  # fmt: skip
"""Words of badges and roles where room is short."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How much is written out, and how many cells the session's name has at least."""

    name: int
    verdicts: bool = False
    program: bool = False
    badges: bool = False
    scope: bool = False
    own: bool = True


_FORMS = (
    _Form(name=18, verdicts=True, program=True, badges=True, scope=True),
    _Form(name=14, program=True, badges=True, scope=True),
    _Form(name=12, badges=True, scope=True),
    _Form(name=8, scope=True),
    _Form(name=6),
    _Form(name=4, own=False),
)
"""Ever shorter; the first that fits is taken."""


def stale(counts: Mapping[Verdict, int]) -> int:
    """How many of the rows counted are stale."""
    return sum(number for verdict, number in counts.items() if verdict.is_stale)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows there are; counted when rows change, which takes a while with thousands."""

    remote: Mapping[Verdict, int]
    """Rows about others, by verdict."""
    own_stale: int

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        """The rows of both tables."""
        return cls(comparison.counts(), comparison.own_stale())

    @classmethod
    def counted(cls, remote: Mapping[Verdict, int], own: Mapping[Verdict, int]) -> Self:
        """Rows that were counted by verdict: those about others, and the nodes' own."""
        return cls({verdict: remote.get(verdict, 0) for verdict in Verdict}, stale(own))


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The parts of the title line."""

    name: str
    """Of the session, with its title."""
    seen: str
    """From where certificates were seen; only shown where there is room."""
    tally: Tally
    badges: Sequence[Badge]
    """The most important first."""
    both: bool
    """Whether the rows of two nodes are counted."""
    glyphs: Glyphs

    def line(self, room: int) -> Line:
        """The line for this many cells; badges for which there is no room are counted (``+2``)."""
        for form in _FORMS:
            if (fitted := self._fitting(form, self.badges, room)) is not None:
                return fitted
        for kept in reversed(range(len(self.badges))):
            left_out = (f"+{len(self.badges) - kept}", Tone.BADGE)
            if (fitted := self._fitting(_FORMS[-1], [*self.badges[:kept], left_out], room)) is not None:
                return fitted
        return ((clip(f" {self.name}", room, self.glyphs.ellipsis), Tone.TEXT),)

    def _fitting(self, form: _Form, badges: Sequence[Badge], room: int) -> Line | None:
        lead: Line = ((" tofutui  ", Tone.STRONG),) if form.program else ((" ", Tone.TEXT),)
        middle = (*self._scope(form), *self._counts(form))
        right = tuple(_shown(badges, written_out=form.badges))
        space = room - width(lead) - width(middle) - width(right) - 2
        if space < min(form.name, len(self.name)):
            return None
        left: Line = (*lead, (clip(self.name, space, self.glyphs.ellipsis) + "  ", Tone.TEXT), *middle)
        gap = room - width(left) - width(right)
        seen: Line = ((f"{self.seen} ", Tone.MUTED),)
        if gap > width(seen):
            return (*left, (" " * (gap - width(seen)), Tone.TEXT), *seen, *right)
        return (*left, (" " * gap, Tone.TEXT), *right)

    def _scope(self, form: _Form) -> Line:
        """Whose rows are counted, where there are two nodes."""
        if not self.both:
            return ()
        return (("both nodes: " if form.scope else "both: ", Tone.MUTED),)

    def _counts(self, form: _Form) -> Line:
        return tuple([*_by_verdict(self.tally.remote, self.glyphs, form), *_own(self.tally.own_stale, form)])


def _by_verdict(counts: Mapping[Verdict, int], glyphs: Glyphs, form: _Form) -> Iterator[Span]:
    for verdict in Verdict:
        if counts[verdict]:
            word = verdict.look.word.lower() if form.verdicts else glyphs.verdict(verdict)
            yield f"{counts[verdict]} {word}", VERDICT_TONES[verdict]
            yield "  ", Tone.TEXT


def _own(own: int, form: _Form) -> Iterator[Span]:
    if own and form.own:
        yield f"{'own rows' if form.verdicts else 'own'}: {own} stale  ", Tone.MUTED


def _shown(badges: Sequence[Badge], *, written_out: bool) -> Iterator[Span]:
    for text, tone in badges:
        yield f" {text if written_out else _shortened(text)} ", tone
        yield " ", Tone.TEXT


def _shortened(text: str) -> str:
    for word, short in _SHORT.items():
        text = text.replace(word, short)
    return text
