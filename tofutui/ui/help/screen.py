"""Help: all keys, searchable, with why something cannot be done now; and one page about the whole."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, zip_longest

from tofutui.tofu.judgement.verdict import Verdict
from tofutui.ui.actions.catalogue import ACTIONS, HELP, VIEW, Action, Danger, Scope, State
from tofutui.ui.actions.handlers import does
from tofutui.ui.help.explained import explained
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.kit.search_view import SearchView
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import EMPTY, LABEL, WIDE, Line, Tone, fit, line, plain, wrap
from tofutui.ui.text.spans import width as width_of
from tofutui.ui.text.vocabulary import VERDICT_TONES, WHO_MEANS, WHO_WORDS, Glyphs

_NOTES = (
    "What is presented is what this machine saw; behind a proxy, NAT or a virtual IP a node may see another.",
    "Most terminals select text while Shift is held; --no-mouse leaves the mouse alone.",
    "keys.toml in the config folder changes keys; `tofutui keys --format toml` prints one to start from.",
)
_TWO_COLUMNS = 112
"""Cells from which the items of a block are shown in two columns."""
_GUTTER = 2
_KEYS = (19, 22)
"""Cells for the keys of an action, at least and at most."""
_Items = list[list[Line]]
"""What a block holds, each item in one or more lines."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading and what is below it."""

    heading: str
    items: _Items

    def holding(self, words: list[str]) -> "_Block":
        """Only the items that hold all of these words; all of them where the heading does."""
        if _holds(self.heading, words):
            return self
        return _Block(self.heading, [item for item in self.items if _holds(plain(item), words)])


def _holds(text: str, words: list[str]) -> bool:
    text = " ".join(text.split()).lower()
    return all(word in text for word in words)


def verdict_lines(glyphs: Glyphs, width: int) -> Iterator[list[Line]]:
    """Each verdict with what it means."""
    for verdict in Verdict:
        word = fit(f"  {glyphs.verdict(verdict)} {verdict.look.word}", 16)
        parts = wrap(verdict.look.meaning, width - 16)
        first: Line = ((word, VERDICT_TONES[verdict]), (parts[0], Tone.TEXT))
        yield [first, *(line(" " * 16 + part) for part in parts[1:])]


class HelpScreen(SearchView):
    """All keys by scope, and what glyphs and words mean."""

    BINDINGS = bindings_of(HELP)
    bar = (*HELP, *VIEW)
    placeholder = "search keys, words and meanings"
    heading = "Help"

    def __init__(self, scope: Scope, state: State) -> None:
        super().__init__()
        self._scope = scope
        self._state = state
        """Of the screen that it was opened from: actions that are not available there now are marked."""

    @does("view.help")
    def open_help(self) -> None:
        """The key that opened it closes it."""
        self.dismiss(None)

    def content(self, width: int) -> list[Line]:
        """Keys first, on top those of the screen that it was opened from; then the verdicts."""
        if width < _TWO_COLUMNS:
            return self._in_order(width)
        cells = (width - _GUTTER) // 2
        return self._in_order(cells, lambda items: _beside(items, cells))

    def as_text(self) -> str:
        """The same in one column."""
        return f"{self.heading}\n\n{plain(self._in_order(WIDE))}"

    def _in_order(self, cells: int, arranged: Callable[[_Items], Iterable[Line]] | None = None) -> list[Line]:
        """One block after the other, with items of that many cells: one below the other, or as arranged."""
        lines: list[Line] = []
        for block in (every.holding(self.words) for every in self._blocks(cells)):
            if block.items:
                items = arranged(block.items) if arranged else chain.from_iterable(block.items)
                lines += [line(block.heading, Tone.STRONG), *items, EMPTY]
        return lines or [line(f"nothing here contains {self.wanted.strip()!r}", Tone.MUTED)]

    def _blocks(self, width: int) -> Iterator[_Block]:
        """Of each scope what does something, then what only moves."""
        for scope in sorted(Scope, key=lambda other: other is not self._scope):
            actions = self.owner.keys.these(a for a in ACTIONS if a.scope is scope)
            there = [a for a in actions if self._in_demo or not a.demo]
            there.sort(key=lambda action: action.is_movement)
            if there:
                yield _Block(scope.value, [self._key(action, width) for action in there])
        yield _Block("Verdicts, in the order of the rows", list(verdict_lines(self.owner.glyphs, width)))
        people = [[line(f"  {fit(word, LABEL)}{WHO_MEANS[who]}")] for who, word in WHO_WORDS.items()]
        yield _Block("Who a row is about", people)
        notes = [[line("  " + part) for part in wrap(text, width - 2)] for text in _NOTES]
        yield _Block("Good to know", notes)

    @property
    def _in_demo(self) -> bool:
        main = self.owner.main
        return main is not None and main.session.demo

    def _key(self, action: Action, width: int) -> list[Line]:
        keys = self.owner.glyphs.plain(action.shown_keys) or "(no key)"
        indent = max(_KEYS[0], min(_KEYS[1], width // 3))
        danger = " Changes a node." if action.danger is Danger.IRREVERSIBLE else ""
        text = wrap(f"{action.title}. {action.help}{danger}", width - indent)
        if action.help == f"{action.title}.":
            text = [action.title]
        first: Line = ((fit("  " + keys, indent), Tone.KEY), (text[0], Tone.TEXT))
        why = action.why_disabled(self._state) if action.scope is self._scope else None
        reason = wrap(f"not now: {self.owner.keys.text(why)}", width - indent) if why else []
        return [first, *_indented(text[1:], indent), *_indented(reason, indent, Tone.WARNING)]


def _beside(items: _Items, cells: int) -> list[Line]:
    """The items in two columns of that many cells: the first half of the lines, and the rest beside it."""
    ends = list(accumulate(map(len, items)))
    half = next(number for number, end in enumerate(ends, 1) if end * 2 >= ends[-1])
    left, right = chain.from_iterable(items[:half]), chain.from_iterable(items[half:])
    pairs = zip_longest(left, right, fillvalue=EMPTY)
    return [
        (*first, (" " * (cells + _GUTTER - width_of(first)), Tone.TEXT), *second) for first, second in pairs
    ]


def _indented(texts: Iterable[str], cells: int, tone: Tone = Tone.TEXT) -> list[Line]:
    return [line(" " * cells + part, tone) for part in texts]


class ExplainScreen(ViewScreen):
    """What trust on first use is, what the verdicts mean, what a deletion does and does not do."""

    heading = "TOFU explained"

    def content(self, width: int) -> list[Line]:
        """One section after the other, the verdicts among them."""
        lines: list[Line] = []
        for title, texts in explained(self.owner.keys):
            lines += [line(title, Tone.STRONG)]
            for text in texts:
                lines += [line("  " + part) for part in wrap(text, min(width, 100) - 2)]
            if not texts:
                lines += [part for item in verdict_lines(self.owner.glyphs, width) for part in item]
            lines.append(EMPTY)
        return lines
