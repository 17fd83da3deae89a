"""The least that Textual does for a key: finished lines, as many as the app paints, and nothing computed.

As high and as wide as the app in a terminal of 120x36: two panes of 22 lines, below them the detail.
"""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

CELLS = 60
"""Of a pane."""
TOP, BODY = 3, 18
"""Lines of a pane above its rows, and of its rows."""
DETAIL = 10
_BACK = "#10151c"
_PLAIN, _QUIET = Style(color="#d8dee9", bgcolor=_BACK), Style(color="#7a8594", bgcolor=_BACK)
_LOUD, _EDGE = Style(color="#ff6b6b", bgcolor=_BACK, bold=True), Style(color="#7fb4ff", bgcolor=_BACK)


def _strip(*pieces: tuple[str, Style], cells: int = CELLS) -> Strip:
    """A finished line, filled up with blanks."""
    rest = cells - sum(len(text) for text, _ in pieces)
    return Strip([*(Segment(*piece) for piece in pieces), Segment(" " * rest, _PLAIN)], cells)


def _row(n: int, side: str, *, cursor: bool = False, matches: bool = False) -> Strip:
    extra = Style(reverse=True, bold=True) if cursor else Style()
    mark = Style(bold=True, underline=True) if matches else Style()
    inside = (
        (("▸ " if cursor else "  "), _PLAIN + extra),
        ("✗ ", _LOUD + extra),
        ("1", _PLAIN + extra + mark),
        (f"98.51.{n // 250}.{n % 250}:443".ljust(21), _PLAIN + extra),
        ("prime-pri    ", _QUIET + extra),
        ("≠ ", _LOUD + extra),
        (f"h{n}".ljust(17), _PLAIN + extra),
    )
    return Strip([Segment(side, _EDGE), *(Segment(*piece) for piece in inside), Segment(side, _EDGE)], CELLS)


def _edge(text: str, across: str) -> Strip:
    return _strip((across * 2, _EDGE), (text, _QUIET), (across * (CELLS - 2 - len(text)), _EDGE))


def _detail(n: int) -> list[Strip]:
    """Facts of a row, five of them its own."""
    texts = [f" fact {line} of row {n if line % 2 else 0}: something that changes" for line in range(DETAIL)]
    return [_strip((text, _PLAIN), cells=2 * CELLS) for text in texts]


class Finished(Widget):
    """Shows lines as they are."""

    def __init__(self, strips: Sequence[Strip], id: str | None = None) -> None:
        super().__init__(id=id)
        self.strips = strips

    def render_line(self, y: int) -> Strip:
        """One of them."""
        return self.strips[y]

    def change(self, strips: Sequence[Strip]) -> None:
        """Show others; those that are the same objects are not painted."""
        before, self.strips = self.strips, strips
        lines = [y for y, (old, new) in enumerate(zip(before, strips, strict=True)) if old is not new]
        self.refresh(*(Region(0, y, self.size.width, 1) for y in lines))


class CannedApp(App[None]):
    """Scrolls one pane, makes the other one the armed one, and shows other rows for each letter."""

    CSS = f"""
    #panes {{ height: {TOP + BODY + 1}; }}
    #panes Finished {{ width: {CELLS}; }}
    #detail {{ height: 1fr; }}
    #title, #keys {{ height: 1; }}
    Input {{ border: none; height: 1; padding: 0; display: none; }}
    """
    BINDINGS = (
        Binding("j", "scroll"),
        Binding("tab", "other", priority=True),
        Binding("slash", "filter"),
        Binding("escape", "leave_filter", priority=True),
        Binding("q", "quit"),
    )

    def __init__(self, count: int) -> None:
        super().__init__()
        self._top = self._armed = self._typed = 0
        sides = "│┃"
        kinds = [(side, matches) for side in sides for matches in (False, True)]
        self._rows = {k: [_row(n, k[0], matches=k[1]) for n in range(count + BODY)] for k in kinds}
        self._cursors = [_row(n, "┃", cursor=True) for n in range(count + BODY)]
        self._heads = {side: [_strip((side + f" head {y}", _EDGE)) for y in range(TOP)] for side in sides}
        self._ends = [_edge(f" {n} of {count} ", "━") for n in range(count + BODY)]
        self._end = _edge(f" {count} ", "─")
        self._facts = [_detail(n) for n in range(count + BODY)]
        same = [line for line in range(DETAIL) if not line % 2]
        for facts in self._facts:
            for line in same:
                facts[line] = self._facts[0][line]

    def compose(self) -> ComposeResult:
        """As many widgets as are painted."""
        yield Finished([_strip((" title", _PLAIN), cells=2 * CELLS)], id="title")
        with Horizontal(id="panes"):
            yield Finished(self._pane(0), id="left")
            yield Finished(self._pane(1), id="right")
        yield Finished([*self._facts[0], *[self._facts[0][0]] * DETAIL], id="detail")
        yield Input()
        yield Finished([_strip((" j down  q quit", _PLAIN), cells=2 * CELLS)], id="keys")

    def _pane(self, number: int) -> list[Strip]:
        """The lines of a pane as they are now."""
        armed = number == self._armed
        top = self._top if number == 0 else 0
        side = "┃" if armed else "│"
        first = top + (self._typed * BODY) % 100
        rows = self._rows[side, self._typed > 0][first : first + BODY - 1]
        last = first + BODY - 1
        end = self._cursors[last] if armed else self._rows[side, False][last]
        return [*self._heads[side], *rows, end, self._ends[last] if armed else self._end]

    def _show(self) -> None:
        for number, name in enumerate(("#left", "#right")):
            self.query_one(name, Finished).change(self._pane(number))
        facts = self._facts[self._top + self._armed + self._typed]
        detail = self.query_one("#detail", Finished)
        detail.change([*facts, *detail.strips[DETAIL:]])

    def action_scroll(self) -> None:
        """One row further down."""
        self._top += 1
        self._show()

    def action_other(self) -> None:
        """The other pane."""
        self._armed = 1 - self._armed
        self._show()

    def action_filter(self) -> None:
        """Type a filter."""
        field = self.query_one(Input)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def _letter(self, event: Input.Changed) -> None:
        self._typed = len(event.value)
        self._show()

    def action_leave_filter(self) -> None:
        """Back to the panes."""
        field = self.query_one(Input)
        field.value, field.display = "", False
        self.set_focus(None)
