"""What all screens have in common: keys from the registry, one place where they are carried out."""

import inspect
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input

from tofutui.ui.actions import BY_ID, Action, State
from tofutui.ui.lines import Tone
from tofutui.ui.widgets.bars import KeyBar
from tofutui.ui.widgets.painted import Painted

if TYPE_CHECKING:
    from tofutui.ui.app import TofutuiApp

Result = TypeVar("Result")


def bindings_of(actions: Sequence[Action]) -> list[BindingType]:
    """The key bindings of these actions; their ids are the actions' ids."""
    return [Binding(",".join(a.keys), f"act('{a.id}')", a.title, show=False, id=a.id) for a in actions]


class Acting(Screen[Result]):
    """A screen whose keys come from the registry; ``row.delete`` is carried out by ``do_row_delete``.

    Textual calls ``on_mount`` of every class of a screen's line by itself: no call of ``super`` anywhere.
    """

    @property
    def owner(self) -> "TofutuiApp":
        """The app."""
        return cast("TofutuiApp", self.app)

    def on_mount(self) -> None:
        """Borders in ASCII where only that may be used; nothing blinks."""
        self.set_class(self.owner.glyphs.ascii, "-ascii")
        for field in self.query(Input):
            field.cursor_blink = False

    def state(self) -> State:
        """What the registry's rules need to know now."""
        return State()

    def say(self, text: str, tone: Tone = Tone.TEXT) -> None:
        """A message in the key bar, until the next key."""
        for bar in self.query(KeyBar):
            bar.say(text, tone)

    async def action_act(self, id_: str) -> None:
        """Carry out an action, or say why that is not possible now."""
        for bar in self.query(KeyBar):
            bar.hush()
        action = BY_ID[id_]
        why = action.why_disabled(self.state())
        if why is not None:
            self.say(f"{action.shown_key} {action.title.lower()}: {why}", Tone.WARNING)
            return
        done = getattr(self, "do_" + id_.replace(".", "_"))()
        if inspect.isawaitable(done):
            await done


class Dialog(Acting[Result], ModalScreen[Result]):
    """A box over the screen below. Keys that were typed before it was painted do not count."""

    def __init__(self) -> None:
        super().__init__()
        self._painted_at: float | None = None
        self._answered = False

    def on_mount(self) -> None:
        """Note when the user could see it: from when its first line is drawn."""
        for block in self.query(Painted):
            block.before_paint = self._note_painted

    def _note_painted(self) -> None:
        if self._painted_at is None:
            self._painted_at = monotonic()

    def was_seen(self, key_time: float | None = None) -> bool:
        """Whether a key (by default the one carried out now) was pressed after the dialog was painted."""
        pressed = self.owner.key_time if key_time is None else key_time
        return self._painted_at is not None and pressed > self._painted_at

    def answer(self, result: Result) -> None:
        """Close with this answer, once."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)

    def withdraw(self) -> None:
        """Take the dialog away unanswered: whoever asked does not wait any more."""
        if not self._answered and self.is_attached:
            self._answered = True
            self._withdraw_when_on_top()

    def _withdraw_when_on_top(self) -> None:
        if self.is_current:
            self.dismiss()
        elif self.is_attached:
            self.set_timer(0.2, self._withdraw_when_on_top)


def title_of(box: Widget, title: str, below: str = "") -> None:
    """Put a title into the border of a box, and a word into its lower edge: as data, not as markup."""
    box.border_title = Content(title)
    box.border_subtitle = Content(below)
