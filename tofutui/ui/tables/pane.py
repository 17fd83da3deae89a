"""One node's table: border with the node's name, status, columns, rows. Drawn line by line.

Whatever changes, each visible line is compared with what was drawn there, and only those that differ are
painted: a cursor move costs two lines, however many rows there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tofutui.tofu.base.backoff import NextTry
from tofutui.tofu.judgement.comparison import NodeView, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.movement import moved
from tofutui.ui.kit.painted import Painted, Part
from tofutui.ui.tables.rows.body import PaneBody
from tofutui.ui.tables.rows.changes import Changes, Sign
from tofutui.ui.tables.rows.columns import NAMES, DrawnRow, RowLayout, RowLines, header, names_of
from tofutui.ui.tables.rows.row_list import INVERTS, RowOrder, Rows
from tofutui.ui.text.spans import EMPTY, Line, Tone, clip, fit, joined, line, marking, width, wrap
from tofutui.ui.text.vocabulary import clock_time, facts_of, lost

_FEW = 60
"""Rows of which it is worth to know how long their names are."""
_TITLE = 26
"""Cells of the upper edge that are for the role and the host name."""
_UPPER, _LOWER = (0, 2), (4, 5)
_HEAVY, _LIGHT, _ASCII_HEAVY, _ASCII_LIGHT = "┏━┓┃┗┛", "┌─┐│└┘", "#=##==", "+-+|++"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The content of one line of the pane: a row, or a line of text."""

    text: Line = EMPTY
    cell: DrawnRow | None = None
    part: int = 0
    """Which line of the row."""
    height: int = 1
    """How many lines the row has."""
    sought: str = ""
    """What the filter looks for: it is marked in the row."""
    thumb: bool = False
    armed: bool = False
    """The border beside it depends on it."""
    corners: tuple[int, int] | None = None
    """Of the upper and the lower edge: which characters of the frame are at its ends."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is around the lines."""

    chars: str
    """Upper edge, side, and the corners of the lower edge."""
    tone: Tone
    thumb: str
    """The scroll mark."""


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
        self.body = PaneBody(self.rows)
        self.changes = Changes()
        self.armed = False
        self.starting = True
        self.upcoming: NextTry | None = None
        """When the lost link is tried again."""
        self._alone = alone
        self.hides = ""
        """The role of the pane that is not shown beside this one."""
        self.now = now
        self._drawn: list[_Drawn] = []
        self._visible = 1
        """How many lines there are for rows."""
        self._height_drawn = 1
        """Lines of a row as they were drawn last."""
        self._row_lines = RowLines()
        self._laid_out: RowLayout | None = None
        """How rows are laid out while lines are painted."""
        self._framed: _Frame | None = None
        """What is around them meanwhile."""
        self._names_need = NAMES
        """Cells for both names in a row of one line."""

    @property
    def role(self) -> Role:
        """Whose table it is."""
        return self.view.role

    @property
    def settled(self) -> bool:
        """Whether the rows shown are those of a listing that has ended."""
        return not self.starting and (self.view.complete or not self.view.phase.is_busy)

    def needs(self, height: int, width: int) -> int:
        """How many lines the whole pane takes with rows of this height, as wide as that."""
        rows = PaneBody(self.rows, height, width - 2).lines() or 1
        return 2 + len(self._status(width - 2)) + 1 + rows

    def set_row_height(self, height: int) -> None:
        """Draw each row in this many lines."""
        if height != self.body.height:
            self.body.height, self.body.top = height, 0
            self.draw()

    def take(self) -> bool:
        """Show what the node's view holds now; False if the row under the cursor is gone."""
        self.rows.hide, self.rows.hidden_as = self.privacy, self.privacy.version
        kept = self.rows.take(self.view)
        few = len(self.rows.shown) <= _FEW
        self._names_need = names_of(self.rows.shown, self.glyphs, self.now()) if few else NAMES
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
        page = max(1, self._visible // self.body.height)
        self.go(moved(name, self.rows.cursor, len(self.rows.shown), page))

    def go(self, index: int) -> None:
        """Put the cursor on a line."""
        self.rows.move_to(index)
        self.draw()

    def draw(self) -> None:
        """Compare every visible line with what was drawn and paint those that differ."""
        height = self.size.height
        if not height:
            return
        top = self._top_lines()
        self._visible = max(1, height - 2 - len(top))
        self.body.width, self._height_drawn = self._inner, self.body.height
        self.body.scroll(self._visible)
        before, self._drawn = self._drawn, self._compose_lines(top)
        drawn = enumerate(self._drawn)
        self.paint_again([y for y, now in drawn if y >= len(before) or before[y] != now])

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines of a region, laid out and framed once."""
        self._laid_out, self._framed = self._layout(self._height_drawn), self._frame()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line, as Textual asks for it."""
        drawn = self._drawn[y] if y < len(self._drawn) else _Drawn()
        return self._strip_of_edge(drawn) if drawn.corners else self._strip_inside(drawn)

    def on_resize(self) -> None:
        """Draw everything again."""
        self._drawn = []
        self.draw()

    def on_click(self, event: events.Click) -> None:
        """Arm the pane and put the cursor on the row clicked."""
        line_of_body = event.y - 1 - len(self._top_lines())
        hit = self.body.at(line_of_body + self.body.top) if line_of_body >= 0 else None
        inside = hit is not None and event.y < self.size.height - 1
        if hit is not None and inside:
            self.go(hit[0])
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

    def _frame(self) -> _Frame:
        plain, armed = self.glyphs.ascii, self.armed
        heavy, light = (_ASCII_HEAVY, _ASCII_LIGHT) if plain else (_HEAVY, _LIGHT)
        tone = self._tone if armed else Tone.LINE
        return _Frame(heavy if armed else light, tone, "@" if plain else "█")

    def _compose_lines(self, top: Sequence[Line]) -> list[_Drawn]:
        armed, height = self.armed, self.size.height
        body = self._body_lines(max(0, height - 2 - len(top)))
        upper = _Drawn(self._upper_edge(), armed=armed, corners=_UPPER)
        lower = _Drawn(self._lower_edge(), armed=armed, corners=_LOWER)
        return [upper, *(_Drawn(text, armed=armed) for text in top), *body, lower][:height]

    def _body_lines(self, count: int) -> list[_Drawn]:
        """The visible lines of the rows, filled up to ``count``."""
        body, armed = self.body, self.armed
        if not self.rows.shown:
            words = wrap(self._empty(), self._inner - 4)
            lines = [_Drawn(line("  " + part, Tone.MUTED), armed=armed) for part in words]
            return (lines + [_Drawn(armed=armed)] * count)[:count]
        rule, thumb = body.rule, self._thumb(count)
        first_own = body.start(self.rows.remote) - len(rule)
        cells: dict[int, DrawnRow] = {}
        lines = []
        for number in range(count):
            hit, at = body.at(body.top + number), body.top + number - first_own
            if hit is not None and body.is_whole(hit[0], count):
                cell = cells.get(hit[0]) or cells.setdefault(hit[0], self._cell(hit[0]))
                lines.append(
                    _Drawn(
                        cell=cell,
                        part=hit[1],
                        height=body.height,
                        sought=self.rows.sought,
                        thumb=number in thumb,
                        armed=armed,
                    )
                )
            else:
                text = rule[at] if 0 <= at < len(rule) else EMPTY
                lines.append(_Drawn(text, armed=armed, thumb=number in thumb))
        return lines

    def _cell(self, index: int) -> DrawnRow:
        entry = self.rows.shown[index]
        return DrawnRow(
            entry=self.privacy(entry),
            cursor=self.armed and index == self.rows.cursor,
            marked=entry.id in self.rows.marks,
            sign=self.changes.sign(entry.id),
            old=self.view.lost_at is not None,
        )

    def _thumb(self, count: int) -> range:
        """Which of the visible lines carry the scroll mark at the right edge."""
        total = self.body.lines()
        if total <= count or not count:
            return range(0)
        size = max(1, count * count // total)
        start = round((count - size) * self.body.top / (total - count))
        return range(start, start + size)

    def _layout(self, height: int) -> RowLayout:
        return RowLayout(
            width=self._inner,
            height=height,
            glyphs=self.glyphs,
            now=self.now(),
            order=self.rows.order,
            names=self._names_need,
        )

    def _top_lines(self) -> list[Line]:
        """Status and notices as far as they leave room for rows, then the heads of the columns."""
        spare = self.size.height - 2 - 1 - 3
        return [*self._status(self._inner)[: max(1, spare)], header(self._layout(self.body.height))]

    def _status(self, cells: int) -> list[Line]:
        """What is known of the node, and all notices, as wide as that."""
        view = self.privacy.head(self.view)
        facts = [*self._names(cells)[1:], *facts_of(view, self.now(), starting=self.starting)]
        gone = wrap(lost(view, self.upcoming), cells - 2)
        lines = [line(" " + part, Tone.DANGER) for part in gone if part]
        lines += [line(" " + part) for part in joined(facts, f" {self.glyphs.dot} ", cells - 2)[:3]]
        notes = [(view.error, Tone.DANGER)] if view.error else []
        if self.changes.gone:
            went = ", ".join(map(self.privacy, self.changes.gone))
            notes.append((f"{Sign.GONE} gone: {went}", Tone.TEXT))
        notes += [(notice, Tone.WARNING) for notice in view.notices]
        for text, tone in notes:
            lines += [line(" " + part, tone) for part in wrap(text, cells - 2)[:4]]
        return lines

    def _empty(self) -> str:
        if self.rows.filter and self.rows.total:
            clears = f"{self.keys.name('app.back')} clears the filter"
            without = self.rows.filter.startswith(INVERTS)
            word = self.rows.filter.removeprefix(INVERTS)
            return f"{'every' if without else 'no'} row contains {word!r}; {clears}"
        if self.view.phase is Phase.FAILED:
            again = f"{self.keys.name('table.refresh')} tries again"
            return f"{again} now" if self.upcoming else again
        if self.view.complete:
            return "the table is empty"
        return ""

    def _upper_edge(self) -> Line:
        """Who it is, and at the other end how many rows of each kind."""
        counts, name = self._counts(self._inner), self._names(self._inner)[0]
        return (clip(name, self._inner - 4, self.glyphs.ellipsis), self._tone), (counts, self._tone)

    def _counts(self, cells: int) -> str:
        """``2 ✗  1 own``: rows about others by verdict, then the node's own; ``+3``: three more rows."""
        verdicts, own = self.rows.verdicts, self.rows.own_verdicts.total()
        counted = [(verdicts[v], self.glyphs.verdict(v)) for v in Verdict if verdicts[v]]
        counted += [(own, "own")] if own else []
        for shown in reversed(range(len(counted) + 1)):
            rest = sum(number for number, _ in counted[shown:])
            parts = [f"{number} {kind}" for number, kind in counted[:shown]] + ([f"+{rest}"] if rest else [])
            if len(text := "  ".join(parts)) <= cells - _TITLE:
                return text
        return ""

    def _names(self, cells: int) -> list[str]:
        """Role, host name and address in the title; what does not fit is shown below it."""
        view = self.privacy.head(self.view)
        names = [part for part in (view.role.word, view.hostname, view.shown_address) if part]
        return joined(names, "  ", max(cells - 6 - len(self._counts(cells)), len(view.role.word)))

    def _lower_edge(self) -> Line:
        rows, parts = self.rows, []
        if rows.shown:
            parts.append(f"{rows.cursor + 1} of {len(rows.shown)}" if self.armed else f"{len(rows.shown)}")
        if rows.filter:
            parts.append(f"filter /{rows.filter} {len(rows.shown)} of {rows.total}")
        if rows.marks:
            hidden = f", {rows.hidden_marks} hidden" if rows.hidden_marks else ""
            parts.append(f"{len(rows.marks)} marked{hidden}")
        if self.changes.counts:
            parts.append(f"{self.changes.counts} since {clock_time(self.changes.since)}")
        if self.hides:
            parts.append(f"{self.hides} is hidden")
        if self._alone:
            parts.append("stand-alone: no secondary in this session")
        text = f" {self.glyphs.dot} ".join(parts)
        return line(clip(text, self._inner - 4, self.glyphs.ellipsis), Tone.MUTED) if text else EMPTY

    def _strip_of_edge(self, drawn: _Drawn) -> Strip:
        frame, upper = self._framed or self._frame(), drawn.corners == _UPPER
        across = frame.chars[1]
        left, right = (frame.chars[at] for at in drawn.corners or _UPPER)
        labels = [(f" {words} ", tone) for words, tone in drawn.text if words]
        rest = max(0, self._inner - 2 - width(tuple(labels)))
        reverse = drawn.armed and upper
        parts: list[Part] = [(((left + across, frame.tone),), 2, False)]
        parts += [((label,), width((label,)), reverse) for label in labels[:1]]
        parts.append((((across * rest, frame.tone),), rest, False))
        parts += [((label,), width((label,)), False) for label in labels[1:]]
        return self.side_by_side(*parts, (((across + right, frame.tone),), 2, False))

    def _strip_inside(self, drawn: _Drawn) -> Strip:
        frame, layout = self._framed or self._frame(), self._laid_out or self._layout(drawn.height)
        cell, inside, side = drawn.cell, drawn.text, frame.chars[3]
        if cell is not None:
            inside = marking(self._row_lines.line(layout, cell, drawn.part), drawn.sought)
        reverse = cell is not None and cell.cursor and drawn.part == 0
        return self.side_by_side(
            (((side, frame.tone),), 1, False),
            (inside, layout.width, reverse),
            (((fit(frame.thumb if drawn.thumb else side, 1), frame.tone),), 1, False),
        )
