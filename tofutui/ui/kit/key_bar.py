"""The title bar and the key bar."""

from collections.abc import Sequence
from typing import cast

from textual import events

from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import Action, State, footer_items
from tofutui.ui.kit.desk import Looks
from tofutui.ui.kit.painted import Painted
from tofutui.ui.text.spans import Line, Span, Tone, clip, fit, width
from tofutui.ui.text.title_line import Badge, Tally, Title
from tofutui.ui.text.vocabulary import own_title


class TitleBar(Painted):
    """Session, armed role, counts by verdict, badges: one line."""

    def tell(self, comparison: Comparison, tally: Tally, badges: Sequence[Badge], armed: Role | None) -> None:
        """Show the current state; the most important badge comes first."""
        name = self.glyphs.plain(own_title(self.privacy(comparison.session)))
        seen = f"seen from {self.privacy.host(comparison.seen_from)}"
        title = Title(name=name, seen=seen, tally=tally, badges=badges, armed=armed, glyphs=self.glyphs)
        self.show([title.line(self.size.width)])


class KeyBar(Painted):
    """The keys that matter here, as many as fit, or a message in their place; ``? more`` always stays.

    Where an audience is to see it, the last key and what it did are shown in a line above.
    """

    def __init__(self, actions: Sequence[Action], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions = tuple(actions)
        self._state = State()
        self._message: Span | None = None
        self._stays = False
        self._shown: list[tuple[int, str]] = []
        """Of each key that is shown, left to right: the cell where it ends, and its action."""

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """Show a message in place of the keys, until `hush`."""
        self._message, self._stays = (text, tone), stays
        self.draw()

    def hush(self, *, all_: bool = False) -> bool:
        """Show the keys again; a message that stays goes with ``all_`` only. Returns whether it did went."""
        if self._message is None or (self._stays and not all_):
            return False
        stayed, self._message, self._stays = self._stays, None, False
        self.draw()
        return stayed

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
        self.set_class(self.followed is not None, "-followed")
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Fill the line, or both."""
        self._shown = []
        above = self._followed_line()
        self.show([*above, self._line()])

    def on_mount(self) -> None:
        """Draw once the size is known."""
        self.make_room()

    def on_resize(self) -> None:
        """Choose again what fits."""
        self.draw()

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
        if self._message is not None:
            text, tone = self._message
            text = self.privacy(text)
            self._shown = [(room + 1, ""), *((self.size.width, a.id) for a in more[:1])]
            return ((" " + fit(text, max(room - 1, 0), self.glyphs.ellipsis), tone), *tail)
        chosen, used = [], 0
        for action in footer_items(tuple(actions)):
            cells = width(self._item(action))
            there = self._state.demo or not action.demo
            if there and not action.is_help and used + cells <= room:
                chosen.append(action)
                used += cells
        chosen.sort(key=actions.index)
        items = [span for action in chosen for span in self._placed(action)]
        self._shown += [(room + 1, ""), *((self.size.width, a.id) for a in more[:1])]
        return (*items, (" " * (room + 1 - used), Tone.TEXT), *tail)

    def _placed(self, action: Action) -> Line:
        """An item, noted with the cell where it ends."""
        item = self._item(action)
        start = self._shown[-1][0] if self._shown else 0
        self._shown.append((start + width(item), action.id))
        return item

    def _item(self, action: Action) -> Line:
        """Key and word; in brackets what cannot be done now, so that it shows without colour too."""
        if action.why_disabled(self._state) is not None:
            return ((f"({action.shown_key} {action.hint})", Tone.MUTED),)
        return (f" {action.shown_key}", Tone.KEY), (f" {action.hint} ", Tone.TEXT)
