"""The title bar and the key bar."""

from collections.abc import Sequence
from typing import cast

from textual import events

from tofutui.tofu.judgement.comparison import Comparison
from tofutui.ui.actions.catalogue import Action, State, footer_items
from tofutui.ui.kit.desk import Looks
from tofutui.ui.kit.painted import Painted
from tofutui.ui.text.spans import Line, Span, Tone, clip, width, wrap
from tofutui.ui.text.title_line import Badge, Tally, Title
from tofutui.ui.text.vocabulary import own_title


class TitleBar(Painted):
    """Session, counts by verdict, badges: one line."""

    def tell(self, comparison: Comparison, tally: Tally, badges: Sequence[Badge], *, both: bool) -> None:
        """Show the current state; the most important badge comes first. ``both``: two nodes are counted."""
        name = self.glyphs.plain(own_title(self.privacy(comparison.session)))
        seen = f"seen from {self.privacy.host(comparison.seen_from)}"
        title = Title(name=name, seen=seen, tally=tally, badges=badges, both=both, glyphs=self.glyphs)
        self.show([title.line(self.size.width)])


_MOST_LINES = 2
"""How many lines a message takes; what is cut can be read in the list of messages."""


class KeyBar(Painted):
    """The keys that matter here, as many as fit; ``? more`` always stays.

    Above them a line says what to do next, where the screen knows it; a message takes its place, or a line
    of its own. Where an audience is to see it, the last key and what it did are shown between them.
    """

    def __init__(self, actions: Sequence[Action], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions = tuple(actions)
        self._state = State()
        self._message: Span | None = None
        self._next: Line | None = None
        self._stays = False
        self._shown: list[tuple[int, str]] = []
        """Of each key that is shown, left to right: the cell where it ends, and its action."""

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """Show a message above the keys, until `hush`."""
        self._message, self._stays = (text, tone), stays
        self._fill()

    def hush(self, *, all_: bool = False) -> bool:
        """Dismiss the message; one that stays goes with ``all_`` only. Returns whether such a one went."""
        if self._message is None or (self._stays and not all_):
            return False
        stayed, self._message, self._stays = self._stays, None, False
        self._fill()
        return stayed

    def suggest(self, text: Line) -> None:
        """Show what to do next, wherever no message is shown; an empty line keeps the place."""
        if text != self._next:
            self._next = text
            self._fill()

    def tell(self, state: State) -> None:
        """Dim what cannot be done now."""
        if state != self._state:
            self._state = state
            self.draw()

    @property
    def message(self) -> str:
        """The message that is shown."""
        return self._message[0] if self._message else ""

    @property
    def followed(self) -> str | None:
        """The last key and what it did; None: that is not shown."""
        return cast("Looks", self.app).echo.line

    def make_room(self) -> None:
        """Add the line with the last key, or remove it."""
        self._fill()

    def _fill(self) -> None:
        """Draw, with as many lines as there are now."""
        height = len(self._above()) + 1
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
            self.call_after_refresh(self.draw)
        else:
            self.draw()

    def draw(self) -> None:
        """Fill in the lines."""
        self._shown = []
        self.show([*self._above(), self._line()])

    def _above(self) -> list[Line]:
        return [*self._notice(), *self._followed_line()]

    def _notice(self) -> list[Line]:
        """The message, else what to do next."""
        if self._message is None:
            return [] if self._next is None else [self._next]
        text, tone = self._message
        room = max(self.size.width - 2, 1)
        parts = wrap(self.glyphs.plain(self.privacy(text)), room)
        if len(parts) > _MOST_LINES:
            rest = " ".join(parts[_MOST_LINES - 1 :])
            parts = [*parts[: _MOST_LINES - 1], clip(rest, room, self.glyphs.ellipsis)]
        return [((f" {part}", tone),) for part in parts]

    def on_mount(self) -> None:
        """Draw once the size is known."""
        self.make_room()

    def on_resize(self) -> None:
        """Choose again what fits."""
        self._fill()

    async def on_click(self, event: events.Click) -> None:
        """A key that is shown can be clicked."""
        event.stop()
        if event.y == self.size.height - 1:
            ids = [id_ for end, id_ in self._shown if event.x < end]
            if ids and ids[0]:
                await self.screen.run_action(f"act('{ids[0]}')")

    def _followed_line(self) -> list[Line]:
        if self.followed is None:
            return []
        text = clip(
            f" {self.glyphs.plain(self.privacy(self.followed))}", self.size.width, self.glyphs.ellipsis
        )
        return [((text, Tone.STRONG),)]

    def _line(self) -> Line:
        room = self.size.width
        actions = [a for a in self.keys.these(self._actions) if a.keys]
        more = [a for a in actions if a.is_help]
        tail = self._item(more[0]) if more else ()
        room -= width(tail) + 1
        chosen, used = [], 0
        for action in footer_items(tuple(actions)):
            cells = width(self._item(action))
            there = self._state.demo or not action.demo
            if there and not action.is_help and used + cells <= room:
                chosen.append(action)
                used += cells
        both = self._with_second_key(chosen, room - used)
        used += sum(len(action.second_key) + 1 for action in both)
        chosen.sort(key=actions.index)
        items = [span for action in chosen for span in self._placed(action, both=action in both)]
        self._shown += [(room + 1, ""), *((self.size.width, a.id) for a in more[:1])]
        return (*items, (" " * (room + 1 - used), Tone.TEXT), *tail)

    def _with_second_key(self, chosen: Sequence[Action], room: int) -> list[Action]:
        """Those whose key beside the function key fits too, the most important first."""
        both = []
        for action in chosen:
            cells = len(action.second_key) + 1
            if action.second_key and cells <= room and action.why_disabled(self._state) is None:
                both.append(action)
                room -= cells
        return both

    def _placed(self, action: Action, *, both: bool) -> Line:
        """An item, noted with the cell where it ends."""
        item = self._item(action, both=both)
        start = self._shown[-1][0] if self._shown else 0
        self._shown.append((start + width(item), action.id))
        return item

    def _item(self, action: Action, *, both: bool = False) -> Line:
        """Key and word; in brackets what cannot be done now, so that it shows without colour too."""
        if action.why_disabled(self._state) is not None:
            return ((f"({action.shown_key} {action.hint})", Tone.MUTED),)
        keys = f" {action.shown_key} {action.second_key}" if both else f" {action.shown_key}"
        return (keys, Tone.KEY), (f" {action.hint} ", Tone.TEXT)
