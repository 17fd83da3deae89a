"""A dialog: how its question is shown, when an answer counts, and how it is closed."""

from collections.abc import Callable, Sequence
from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen

from tofutui.tofu.base.text import safe
from tofutui.ui.actions.catalogue import show_key
from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.confirmation import ALONE, SETTLES, ConfirmationGate, Receipts, Seen, too_small
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Acting, Result, Value
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap


class BoxBody(Scroller):
    """The text of a box: as wide as the style sheet says, as high as its lines are then, if there is room."""

    def __init__(self, text: Callable[[int], Sequence[Line]]) -> None:
        super().__init__(id="body")
        self._text = text

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Wrap the text to this width; Textual asks whenever it lays the dialog out."""
        self.show(self._text(width))
        return self._height(viewport.height)

    def update(self) -> None:
        """The text has changed: the dialog is laid out again only if it needs another height."""
        if self.size.width:
            self.show(self._text(self.size.width))
        if self._height(self.screen.size.height) != self.size.height:
            self.refresh(layout=True)

    def _height(self, available: int) -> int:
        """The lines of the text, as far as the frame and what is below leave room."""
        box = self.parent
        beside = [child.styles for child in box.children if child is not self] if box else []
        taken = sum(int(s.height.value if s.height else 1) + s.margin.height for s in beside)
        frame = self.screen.query_one("#box").gutter.height
        return max(1, min(len(self.lines), available - frame - taken))


class Dialog(Acting[Result], ModalScreen[Result]):
    """A box over the screen below: a text, fields if it has any, and a line with what the keys do.

    Its width is in the style sheet alone. What counts as a yes is said in `tofutui.ui.kit.confirmation`.
    """

    CSS_PATH = Path(__file__).with_name("box.tcss")
    AUTO_FOCUS = ""
    called = "dialog"
    asks = True
    """Whether it waits for an answer; else it shows work, and a question about that may open over it."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = ConfirmationGate(Receipts())
        self._seen = Seen()
        self._first_painted_at: float | None = None
        self._answered = False
        self.withdrawn = False
        """Whether the caller no longer waits for an answer."""
        self.revealed = False

    def heading(self) -> str:
        """The title in the frame."""
        raise NotImplementedError

    def text(self, width: int) -> list[Line]:
        """The text, wrapped to that many cells."""
        raise NotImplementedError

    def keys(self) -> Line:
        """What the keys do, for the line below all."""
        return EMPTY

    def fields(self) -> ComposeResult:
        """What is between the text and the keys."""
        yield from ()

    def ends(self) -> ComposeResult:
        """What is below all: the line with the keys."""
        yield Painted(id="ends")

    def compose(self) -> ComposeResult:
        """The text, the fields, the keys."""
        with Vertical(id="box"):
            yield BoxBody(self.text)
            yield from self.fields()
            yield from self.ends()

    def on_mount(self) -> None:
        """The title; the text comes with the layout. Until it is shown, the terminal is asked again."""
        self.redraw()
        self.gate.receipts = self.owner.presses.receipts
        self.mount(Painted(id="too-small"))
        self.call_after_refresh(self._show_size_needed)
        self.set_interval(1.0, self._ask_terminal_again)

    def on_resize(self) -> None:
        """The keys, once their line has its width."""
        self.call_after_refresh(self._show_keys)
        self._show_size_needed()

    def _show_size_needed(self) -> None:
        """Below the smallest size there is only how large the terminal has to be."""
        text = too_small(*self.size)
        if self.has_class("-small") and not text:
            self.call_later(self.show_unseen)
        self.set_class(bool(text), "-small")
        for block in self.query("#too-small").results(Painted):
            block.show([line(part, Tone.WARNING) for part in wrap(text, max(8, self.size.width))])

    def shown(self, value: Value) -> Value:
        """What may be shown of a value; all of it while the dialog is revealed."""
        return value if self.revealed else super().shown(value)

    @does("ask.reveal", "ask_key.reveal", "delete.reveal", "sheet.reveal")
    def reveal(self) -> None:
        """Show what the dialog is about without stand-ins, until the next key."""
        self._set_revealed(True)

    def cover(self, key: str) -> None:
        """A key was pressed: what was revealed is covered again."""
        reveals = {key for action in self.declared() if action.id.endswith(".reveal") for key in action.keys}
        if self.revealed and key not in reveals:
            self._set_revealed(False)

    async def action_act(self, id_: str) -> None:
        """Carry out an action; what was revealed is covered before anything else is done."""
        if self.revealed and not id_.endswith(".reveal"):
            self._set_revealed(False)
        await super().action_act(id_)

    def on_unmount(self) -> None:
        """Whatever closes it, nothing stays revealed."""
        self.owner.privacy.revealed = False

    def _set_revealed(self, on: bool) -> None:
        self.revealed = self.owner.privacy.revealed = on
        self.redraw()
        for widget in self.walk_children():
            widget.refresh()

    def parts_to_see(self, lines: Sequence[Line]) -> list[range]:
        """The parts of the body that have to be on the screen before a yes counts: each line."""
        return [range(number, number + 1) for number in range(len(lines))]

    def note_display(self) -> bool:
        """The screen was painted. Returns whether something of the question was not there before."""
        if too_small(*self.size):
            return False
        bodies = list(self.query("#body").results(Scroller))
        drawn = {index for body in bodies for index in body.drawn}
        for body in bodies:
            self._seen.take(self.parts_to_see(body.lines))
        fresh = self._seen.note(drawn) or (self.gate.painted_at is None and bool(drawn))
        if fresh:
            now = self.owner.presses.ticks.now()
            self.gate.painted(now)
            self._first_painted_at = self._first_painted_at or now
            self.call_later(self.show_unseen)
        return fresh

    def not_shown(self) -> None:
        """What was painted did not reach the terminal."""
        self.gate.painted_at = None
        self._seen.forget()

    def show_unseen(self) -> None:
        """Say what has to be looked at before a yes counts; it is not kept among the messages."""
        self.put_message(self.unseen, Tone.TEXT, stays=False)

    @property
    def unseen(self) -> str:
        """What was not on the screen yet and has to be; "" if everything was."""
        missing = self._seen.missing
        return f"{missing} more below to read first: {show_key('down')}" if missing else ""

    def _ask_terminal_again(self) -> None:
        if self.is_current and self.gate.painted_at is not None and not self.gate.is_shown:
            self.owner.questioning.request_status()

    def when_yes(self, keys: Sequence[str], act: Callable[[], None]) -> None:
        """Do this if the key carried out now is a yes; else say why it is not.

        Args:
            keys: those that say yes, by their own names: what only sends the same byte does not.
        """
        owner = self.owner
        key, pressed, wait = owner.presses.key, owner.presses.key_time, SETTLES
        if not self._may_say_yes(keys, key, pressed):
            owner.presses.spent.spend(key, pressed)
            return
        if owner.presses.spent.is_held(key, pressed):
            if not owner.presses.spent.is_doubtful:
                return
            wait = ALONE

        def decide() -> None:
            owner.presses.undecided -= 1
            if self.is_current and not self.withdrawn and self._is_by_hand(key, pressed):
                act()
                owner.presses.spent.spend(key, pressed)

        owner.presses.undecided += 1
        self.app.set_timer(wait, lambda: self.app.call_later(decide))

    def _may_say_yes(self, keys: Sequence[str], key: str, pressed: float) -> bool:
        if self.withdrawn or key not in keys:
            return False
        why = too_small(*self.size) or self.unseen
        if not why and not self.gate.is_open(pressed):
            self.say_again(key)
            return False
        if why:
            self.say(why, Tone.WARNING)
        return not why

    def _is_by_hand(self, key: str, pressed: float) -> bool:
        if self.owner.presses.key_time != pressed and self.owner.presses.key == key:
            return False  # it repeats
        alone = self.owner.presses.arrivals.is_alone(pressed)
        if not alone:
            self.say(f"too soon after another key: press {show_key(key)} again", Tone.WARNING)
        return alone

    def was_seen(self, event: events.Key | None = None) -> bool:
        """Whether a key (by default the one carried out now) was pressed after the dialog was painted.

        One that answered the dialog before and is still held down was not pressed for this one; but what is
        typed into a line is never taken for that, a letter of a password would be missing.
        """
        owner = self.owner
        key, pressed = (
            (event.key, owner.presses.ticks.of(event.time))
            if event
            else (owner.presses.key, owner.presses.key_time)
        )
        types = event is not None and event.is_printable
        if not types and owner.presses.spent.is_held(key, pressed):
            return False
        return self._was_painted(pressed)

    def _was_painted(self, before: float) -> bool:
        painted = self._first_painted_at
        return painted is not None and before > painted

    def when_pressed(self, act: Callable[[], None]) -> None:
        """Do this if the key carried out now was pressed for this dialog.

        A second press soon after the one that answered the dialog before looks like the first repeat of a key
        held down: it counts once no other follows it.
        """
        owner = self.owner
        pressed = owner.presses.key_time
        if self.was_seen():
            act()
        elif owner.presses.spent.is_doubtful and self._was_painted(pressed):

            def alone() -> None:
                if owner.presses.key_time == pressed:
                    act()

            self.set_timer(ALONE, lambda: self.call_later(alone))
        elif not self._was_painted(pressed):
            self.say_again(owner.presses.key)

    def say_again(self, key: str) -> None:
        """A key came before the dialog was painted: it does not count, and the dialog says so."""
        self.say(f"too soon: press {show_key(key)} again", Tone.WARNING)

    def answer(self, result: Result) -> None:
        """Close with this answer, once; a question that was withdrawn only closes."""
        if self.withdrawn:
            if self.owner.presses.key in ("enter", "escape"):
                self.dismiss()
        elif not self._answered:
            self._answered = True
            self.owner.presses.spent.spend(self.owner.presses.key, self.owner.presses.key_time)
            self.dismiss(result)

    def withdraw(self) -> None:
        """Whoever asked is no longer waiting: the dialog stays until it is closed, and says so."""
        if not self._answered and self.is_attached and not self.withdrawn:
            self.withdrawn = True
            self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self._put_title()
        for body in self.query("#body").results(BoxBody):
            body.update()
        self._show_keys()

    def _show_keys(self) -> None:
        for ends in self.query("#ends").results(Painted):
            ends.show([self.keys()])

    def put_message(self, text: str, tone: Tone, *, stays: bool) -> None:
        """A dialog has no key bar: the message is shown in the lower edge."""
        self._put_title(self.shown(text))

    def _put_title(self, below: str = "") -> None:
        """The title in the border of the box, and a word in its lower edge: as data, not as markup."""
        box = self.query_one("#box")
        box.border_title = Content(safe(self.shown(self.heading())))
        box.border_subtitle = Content(below)

    def move(self, name: str) -> None:
        """Show another part of a long text."""
        self.query_one("#body", Scroller).move(name)
