"""One node's table: border with the node's name, status, columns, rows. Drawn line by line.

Whatever changes, each visible line is compared with what was drawn there, and only those that differ are
painted: a cursor move costs two lines, however many rows there are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tofutui.tofu.base.backoff import NextTry
from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.movement import moved
from tofutui.ui.kit.painted import Painted
from tofutui.ui.tables.changes import Changes, Sign
from tofutui.ui.tables.columns import cells, header
from tofutui.ui.tables.row_list import RowOrder, Rows
from tofutui.ui.text.spans import EMPTY, Line, Tone, clip, fit, joined, line, width, wrap
from tofutui.ui.text.vocabulary import clock_time, facts_of, lost

_HEAVY, _LIGHT, _ASCII_HEAVY, _ASCII_LIGHT = "┏━┓┃┗┛", "┌─┐│└┘", "#=##==", "+-+|++"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The content of one line of the pane: a row, or a line of text."""

    text: Line = EMPTY
    entry: Entry | None = None
    cursor: bool = False
    marked: bool = False
    sign: str = ""
    old: bool = False
    thumb: bool = False
    armed: bool = False
    """The border beside it depends on it."""


class Pane(Painted):
    """The table of one node."""

    class Picked(Message):
        """A row (or only the pane) was clicked; ``opens`` for a double click."""

        def __init__(self, pane: "Pane", opens: bool) -> None:
            super().__init__()
            self.pane = pane
            self.opens = opens

    def __init__(self, view: NodeView, now: Callable[[], datetime], *, alone: bool) -> None:
        super().__init__(id=f"pane-{view.role.value}")
        self.view = view
        self.rows = Rows()
        self.changes = Changes()
        self.armed = False
        self.starting = True
        self.upcoming: NextTry | None = None
        """When the lost link is tried again."""
        self._alone = alone
        self.hides = ""
        """The role of the pane that is not shown beside this one."""
        self._now = now
        self._drawn: list[_Drawn] = []

    @property
    def role(self) -> Role:
        """Whose table it is."""
        return self.view.role

    @property
    def body_height(self) -> int:
        """How many rows are visible."""
        return max(1, self.size.height - 2 - len(self._top_lines()))

    def take(self) -> bool:
        """Show what the node's view holds now; False if the row under the cursor is gone."""
        self.rows.hide = self.privacy
        kept = self.rows.take(self.view)
        self.draw()
        return kept

    def arm(self, armed: bool) -> None:
        """Make this the pane that keys act on, or not."""
        self.armed = armed
        self.draw()

    def set_filter(self, text: str) -> None:
        """Show only rows that hold this text."""
        self.rows.filter = text
        self.take()

    def set_order(self, order: RowOrder) -> None:
        """Change the order; the cursor stays on its row."""
        self.rows.order, self.rows.touched = order, True
        self.take()

    def move(self, name: str) -> None:
        """One of the moves of the registry."""
        self.go(moved(name, self.rows.cursor, len(self.rows.shown), self.body_height))

    def go(self, index: int) -> None:
        """Put the cursor on a line."""
        self.rows.move_to(index)
        self.draw()

    def draw(self) -> None:
        """Compare every visible line with what was drawn and paint those that differ."""
        if not self.size.height:
            return
        self.rows.scroll(self.body_height)
        before, self._drawn = self._drawn, self._compose_lines()
        for y, drawn in enumerate(self._drawn):
            if y >= len(before) or before[y] != drawn:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One line, as Textual asks for it."""
        drawn = self._drawn[y] if y < len(self._drawn) else _Drawn()
        if y in (0, self.size.height - 1):
            return self._strip_of_edge(drawn.text)
        return self._strip_inside(drawn)

    def on_resize(self) -> None:
        """Draw everything again."""
        self._drawn = []
        self.draw()

    def on_click(self, event: events.Click) -> None:
        """Arm the pane and put the cursor on the row clicked."""
        index = event.y - 1 - len(self._top_lines()) + self.rows.top
        inside = 0 <= index < len(self.rows.shown) and 0 < event.y < self.size.height - 1
        if inside:
            self.go(index)
        self.post_message(self.Picked(self, inside and event.chain == 2))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three rows down."""
        event.stop()
        self.go(self.rows.cursor + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three rows up."""
        event.stop()
        self.go(self.rows.cursor - 3)

    @property
    def _inner(self) -> int:
        return max(1, self.size.width - 2)

    @property
    def _tone(self) -> Tone:
        return Tone.PRIMARY if self.role is Role.PRIMARY else Tone.SECONDARY

    @property
    def _chars(self) -> str:
        if self.glyphs.ascii:
            return _ASCII_HEAVY if self.armed else _ASCII_LIGHT
        return _HEAVY if self.armed else _LIGHT

    def _compose_lines(self) -> list[_Drawn]:
        armed = self.armed
        top = [_Drawn(text, armed=armed) for text in self._top_lines()]
        count = max(0, self.size.height - 2 - len(top))
        rows = self.rows
        visible = rows.shown[rows.top : rows.top + count]
        thumb = self._thumb(count)
        body = [
            _Drawn(
                entry=self.privacy(entry),
                armed=armed,
                cursor=armed and rows.top + number == rows.cursor,
                marked=entry.id in rows.marks,
                sign=self.changes.sign(entry.id),
                old=self.view.lost_at is not None,
                thumb=number in thumb,
            )
            for number, entry in enumerate(visible)
        ]
        if not visible:
            words = wrap(self._empty(), self._inner - 4)
            body = [_Drawn(line("  " + part, Tone.MUTED), armed=armed) for part in words]
        body = (body + [_Drawn(armed=armed)] * count)[:count]
        edges = _Drawn(self._upper_edge(), armed=armed), _Drawn(self._lower_edge(), armed=armed)
        return [edges[0], *top, *body, edges[1]][: self.size.height]

    def _thumb(self, count: int) -> range:
        """Which of the visible lines carry the scroll mark at the right edge."""
        total = len(self.rows.shown)
        if total <= count or not count:
            return range(0)
        size = max(1, count * count // total)
        start = round((count - size) * self.rows.top / (total - count))
        return range(start, start + size)

    def _top_lines(self) -> list[Line]:
        view = self.privacy.head(self.view)
        facts = [*self._names()[1:], *facts_of(view, self._now(), starting=self.starting)]
        gone = wrap(lost(view, self.upcoming), self._inner - 2)
        lines = [line(" " + part, Tone.DANGER) for part in gone if part]
        lines += [line(" " + part) for part in joined(facts, f" {self.glyphs.dot} ", self._inner - 2)[:3]]
        spare = self.size.height - 2 - 1 - 3
        notes = [(view.error, Tone.DANGER)] if view.error else []
        if self.changes.gone:
            went = ", ".join(map(self.privacy, self.changes.gone))
            notes.append((f"{Sign.GONE} gone: {went}", Tone.TEXT))
        notes += [(notice, Tone.WARNING) for notice in view.notices]
        for text, tone in notes:
            lines += [line(" " + part, tone) for part in wrap(text, self._inner - 2)[:4]]
        return [*lines[: max(1, spare)], header(self._inner, self.rows.order, self.glyphs)]

    def _empty(self) -> str:
        if self.rows.filter and self.rows.total:
            return f"no row holds {self.rows.filter!r}; {self.keys.name('app.back')} clears the filter"
        if self.view.phase is Phase.FAILED:
            again = f"{self.keys.name('table.refresh')} tries again"
            return f"{again} now" if self.upcoming else again
        if self.view.complete:
            return "the table is empty"
        return ""

    def _upper_edge(self) -> Line:
        return line(clip(self._names()[0], self._inner - 4, self.glyphs.ellipsis), self._tone)

    def _names(self) -> list[str]:
        """Role, host name and address in the title; what does not fit is shown below it."""
        view = self.privacy.head(self.view)
        return joined(
            [part for part in (view.role.word, view.hostname, view.shown_address) if part],
            "  ",
            self._inner - 4,
        )

    def _lower_edge(self) -> Line:
        rows, parts = self.rows, []
        if rows.shown:
            parts.append(f"{rows.cursor + 1} of {len(rows.shown)}" if self.armed else f"{len(rows.shown)}")
        if rows.filter:
            parts.append(f"filter {rows.filter!r}: {len(rows.shown)} of {rows.total}")
        if rows.marks:
            hidden = f", {rows.hidden_marks} hidden" if rows.hidden_marks else ""
            parts.append(f"{len(rows.marks)} marked{hidden}")
        if self.changes.counts:
            parts.append(f"{self.changes.counts} since {clock_time(self.changes.since)}")
        if rows.order is not RowOrder.VERDICT:
            parts.append(f"by {rows.order.value}")
        if self.hides:
            parts.append(f"{self.hides} is behind")
        if self._alone:
            parts.append("stand-alone: no secondary in this session")
        text = f" {self.glyphs.dot} ".join(parts)
        return line(clip(text, self._inner - 4, self.glyphs.ellipsis), Tone.MUTED) if text else EMPTY

    def _strip_of_edge(self, text: Line) -> Strip:
        upper = bool(self._drawn) and text == self._drawn[0].text
        left, across, right, _, low_left, low_right = tuple(self._chars)
        left, right = (left, right) if upper else (low_left, low_right)
        edge = self._tone if self.armed else Tone.LINE
        label = f" {text[0][0]} " if text else ""
        rest = across * max(0, self._inner - 1 - width(((label, edge),)))
        tone = text[0][1] if text else edge
        parts = [self.strip(((left + across, edge),), 2)]
        cells_of = width(((label, tone),))
        parts.append(self.strip(((label, tone),), cells_of, reverse=self.armed and upper))
        parts.append(self.strip(((rest + right, edge),), max(0, self.size.width - 2 - cells_of)))
        return Strip.join(parts)

    def _strip_inside(self, drawn: _Drawn) -> Strip:
        side = self._chars[3]
        edge = self._tone if self.armed else Tone.LINE
        if drawn.entry is None:
            inside = drawn.text
        else:
            inside = cells(
                drawn.entry,
                self._inner,
                self.glyphs,
                self._now(),
                cursor=drawn.cursor,
                marked=drawn.marked,
                sign=drawn.sign,
                old=drawn.old,
            )
        right = ("█" if not self.glyphs.ascii else "@") if drawn.thumb else side
        return Strip.join(
            (
                self.strip(((side, edge),), 1),
                self.strip(inside, self._inner, reverse=drawn.cursor),
                self.strip(((fit(right, 1), edge),), 1),
            )
        )
