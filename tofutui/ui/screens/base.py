"""What all screens have in common: keys from the registry, one place where they are carried out."""

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input

from tofutui.ui.actions import EVERYWHERE, SHARED, Action, Scope, State, show_key
from tofutui.ui.clipboard import SENT
from tofutui.ui.held import ALONE
from tofutui.ui.lines import Line, Tone, fit, line, plain, width, wrap
from tofutui.ui.screens.whole import Whole, is_whole
from tofutui.ui.widgets.bars import KeyBar
from tofutui.ui.widgets.painted import Painted, Scroller
from tofutui.ui.yes import SETTLES, Gate, Receipts, Seen, too_small

if TYPE_CHECKING:
    from tofutui.ui.app import TofutuiApp

Result = TypeVar("Result")
Value = TypeVar("Value")
PRIVACY_ON = "privacy mask on: stand-ins on the screen and in copies; nodes get the real names"


def bindings_of(actions: Sequence[Action], *, everywhere: bool = True) -> list[BindingType]:
    """The key bindings of these actions; their ids are the actions' ids, by which the user's keys go there.

    On a screen that is no dialog what works everywhere comes along; one that borrows its keys goes
    without.
    """
    if everywhere and actions[0].scope.is_screen:
        actions = (*actions, *EVERYWHERE)
    return [
        Binding(",".join(a.keys), f"act('{a.id}')", a.title, show=False, id=a.id, priority=a.priority)
        for a in actions
    ]


class Acting(Whole, Screen[Result]):
    """A screen whose keys come from the registry; ``row.delete`` is carried out by ``do_row_delete``.

    Textual calls ``on_mount`` of every class of a screen's line by itself: no call of ``super`` anywhere.
    """

    BINDINGS = bindings_of(SHARED)

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
        return State(private=self.owner.privacy.on)

    def shown(self, value: Value) -> Value:
        """What may be shown of a value: with stand-ins while the privacy mask is on."""
        return self.owner.privacy(value)

    def headline(self, text: str, cells: int | None = None) -> Line:
        """A screen's first line, as wide as said: with a badge while the privacy mask is on."""
        badge: Line = ((" PRIVACY ", Tone.PRIVACY),) if self.owner.privacy.on else ()
        text = f" {text}" if cells is None else fit(f" {text}", cells - width(badge))
        return (*badge, (text, Tone.STRONG))

    def do_app_privacy(self) -> None:
        """Stand-ins for names and addresses, or everything as it is."""
        on = not self.owner.privacy.on
        self.owner.set_privacy(on)
        self.say(PRIVACY_ON if on else "privacy mask off: names and addresses are shown")

    def redraw(self) -> None:
        """Show everything anew: names are shown otherwise from now on."""

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A message in the key bar, until the next key; one that ``stays`` until Esc or another message."""
        for bar in self.query(KeyBar):
            bar.say(text, tone, stays=stays)

    def as_text(self) -> str:
        """What the screen says, unwrapped as far as possible, to be copied or selected."""
        return "\n\n".join(plain(block.lines) for block in self.query(Scroller))

    def send(self, text: str, what: str) -> None:
        """Copy, and say so; what is too long for a terminal can be had as plain text."""
        masked = ", masked," if self.owner.privacy.on else ""
        if self.owner.copy(text):
            self.say(f"{what}{masked} {SENT}")
        else:
            key = self.owner.keys.name("screen.text")
            self.say(
                f"{what}: too long for a terminal's clipboard, nothing was sent; {key} shows it as text",
                Tone.WARNING,
            )

    def do_screen_copy(self) -> None:
        """What the screen says."""
        self.send(self.as_text(), "text")

    def do_copy_row(self) -> None:
        """What the screen says: it has no rows."""
        self.send(self.as_text(), "text")

    def do_copy_none(self) -> None:
        """Nothing: the key says yes in a question, and a finger that expects one must not do harm."""
        value, row = self.owner.keys.name("screen.copy"), self.owner.keys.name("copy.row")
        key = self.owner.keys.name("copy.none")
        self.say(f"{key} says yes in a question only; {value} copies the value, {row} the row", Tone.WARNING)

    def do_screen_text(self) -> None:
        """The same as plain text, for the mouse."""
        from tofutui.ui.screens.plain import PlainScreen

        self.app.push_screen(PlainScreen(self.owner.outgoing(self.as_text())))

    def do_screen_svg(self) -> None:
        """The screen as it is now into a file."""
        self.owner.run_guarded(self.write_file("Save SVG", "svg", self.picture()))

    def picture(self) -> str:
        """The screen on top as SVG."""
        from tofutui.ui.exporting import self_contained

        return self_contained(self.app.export_screenshot(title="tofutui"))

    async def write_file(self, title: str, form: str, text: str) -> None:
        """Ask for the path and write; what went wrong stays to be read.

        Raises:
            FileError: it cannot be written.
        """
        from tofutui.ui.exporting import ask_and_write, default_name

        owner = self.owner
        session = self.shown(owner.main.session).name if owner.main else ""
        default = default_name(session, form, owner.clock(), owner.options.data_dir)
        path = await ask_and_write(owner, title, default, text)
        self.say("nothing was written" if path is None else f"written: {path}", stays=path is not None)

    def show_help(self, scope: Scope) -> None:
        """All keys, those of this screen first."""
        from tofutui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(scope, self.state()))

    def keys_line(self, *parts: tuple[str, str]) -> Line:
        """What some keys do, each by its action's id (or as itself, where a field takes it) and words."""
        spans = []
        for key, words in parts:
            known = "." in key
            spans += [(self.owner.keys.name(key) if known else key, Tone.KEY), (f" {words}   ", Tone.TEXT)]
        return tuple(spans)

    def do_app_palette(self) -> None:
        """Everything by name."""
        from tofutui.ui.commands import Palette

        self.app.push_screen(Palette())

    def do_app_explain(self) -> None:
        """What all this is about, on one page."""
        from tofutui.ui.screens.help import ExplainScreen

        self.app.push_screen(ExplainScreen())

    async def action_act(self, id_: str) -> None:
        """Carry out an action, or say why that is not possible now.

        Esc first takes a message away that stays. A screen that is not whole does nothing.
        """
        if not is_whole(self):
            return
        action = self.owner.keys.of(id_)
        dismisses = "escape" in action.keys and self.owner.key == "escape"
        if any([bar.hush(all_=dismisses) for bar in self.query(KeyBar)]):
            self.owner.tell_followers("Take the message away")
            return
        self.owner.tell_followers(action.title)
        why = action.why_disabled(self.state())
        if why is not None:
            lead = f"{action.shown_key} {action.title.lower()}".lstrip()
            why = self.owner.keys.text(why)
            self.say(f"{lead}: {why}", Tone.WARNING)
            self.owner.tell_followers(f"{action.title}: not now, {why}")
            return
        await self._carry_out(action)

    async def _carry_out(self, action: Action) -> None:
        id_, before = action.id, self.app.screen
        self.owner.actions.append(id_)
        done = getattr(self, "do_" + id_.replace(".", "_"))()
        after = self.app.screen
        if isinstance(after, Acting) and after is not before:
            self.owner.tell_followers(f"{action.title} {self.owner.glyphs.arrow} {after.called}")
        if inspect.isawaitable(done):
            await done

    def declared(self) -> list[Action]:
        """The actions of this screen's own keys, with the keys in force."""
        bound = [binding.id for binding in self.BINDINGS if isinstance(binding, Binding)]
        return [self.owner.keys.of(id_) for id_ in bound if id_]

    @property
    def called(self) -> str:
        """This screen in a sentence: where the first of its keys works."""
        return self.declared()[0].scope.value.lower()

    def do_app_last_key(self) -> None:
        """Show the last key and what it did, or not any more."""
        self.owner.show_followed(self.owner.followed is None)


class Dialog(Acting[Result], ModalScreen[Result]):
    """A box over the screen below. What counts as a yes in it is said in `tofutui.ui.yes`."""

    asks = True
    """Whether it waits for an answer; else it shows work, and a question about that may open over it."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate(Receipts())
        self._seen = Seen()
        self._first_painted_at: float | None = None
        self._answered = False
        self.withdrawn = False
        """Whether whoever asked does not wait for an answer any more."""
        self.revealed = False

    called = "dialog"

    def on_mount(self) -> None:
        """Ask the terminal again, as long as it does not say that it shows this."""
        self.gate.receipts = self.owner.receipts
        self.mount(Painted(id="too-small"))
        self.call_after_refresh(lambda: Dialog.on_resize(self))
        self.set_interval(1.0, self._ask_terminal_again)

    def on_resize(self) -> None:
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

    def reveal(self) -> None:
        """Show what the dialog is about without stand-ins, until the next key."""
        self._set_revealed(True)

    def cover(self, key: str) -> None:
        """A key was pressed: what was revealed is covered again."""
        reveals = {one for action in self.declared() if action.id.endswith(".reveal") for one in action.keys}
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
            now = self.owner.ticks.now()
            self.gate.painted(now)
            self._first_painted_at = self._first_painted_at or now
            self.call_later(self.show_unseen)
        return fresh

    def not_shown(self) -> None:
        """What was painted did not reach the terminal."""
        self.gate.painted_at = None
        self._seen.forget()

    def show_unseen(self) -> None:
        """Say what has to be looked at before a yes counts."""
        self.say(self.unseen)

    @property
    def unseen(self) -> str:
        """What was not on the screen yet and has to be; "" if everything was."""
        missing = self._seen.missing
        return f"{missing} more below to read first: {show_key('down')}" if missing else ""

    def _ask_terminal_again(self) -> None:
        if self.is_current and self.gate.painted_at is not None and not self.gate.is_shown:
            self.owner.request_status()

    def when_yes(self, keys: Sequence[str], act: Callable[[], None]) -> None:
        """Do this if the key carried out now is a yes; else say why it is not.

        Args:
            keys: those that say yes, by their own names: what only sends the same byte does not.
        """
        owner = self.owner
        key, pressed, wait = owner.key, owner.key_time, SETTLES
        if not self._may_say_yes(keys, key, pressed):
            owner.spent.spend(key, pressed)
            return
        if owner.spent.is_held(key, pressed):
            if not owner.spent.is_doubtful:
                return
            wait = ALONE

        def decide() -> None:
            owner.undecided -= 1
            if self.is_current and not self.withdrawn and self._is_by_hand(key, pressed):
                act()
                owner.spent.spend(key, pressed)

        owner.undecided += 1
        owner.set_timer(wait, lambda: owner.call_later(decide))

    def _may_say_yes(self, keys: Sequence[str], key: str, pressed: float) -> bool:
        if self.withdrawn or key not in keys:
            return False
        why = too_small(*self.size) or self.unseen
        if not why and not self.gate.is_open(pressed):
            why = f"too soon: press {show_key(key)} again"
        if why:
            self.say(why, Tone.WARNING)
        return not why

    def _is_by_hand(self, key: str, pressed: float) -> bool:
        if self.owner.key_time != pressed and self.owner.key == key:
            return False  # it repeats
        alone = self.owner.arrivals.is_alone(pressed)
        if not alone:
            self.say(f"too soon after another key: press {show_key(key)} again", Tone.WARNING)
        return alone

    def was_seen(self, event: events.Key | None = None) -> bool:
        """Whether a key (by default the one carried out now) was pressed after the dialog was painted.

        One that answered the dialog before and is still held down was not pressed for this one; but what is
        typed into a line is never taken for that, a letter of a password would be missing.
        """
        owner = self.owner
        key, pressed = (event.key, owner.ticks.of(event.time)) if event else (owner.key, owner.key_time)
        types = event is not None and event.is_printable
        if not types and owner.spent.is_held(key, pressed):
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
        pressed = owner.key_time
        if self.was_seen():
            act()
        elif owner.spent.is_doubtful and self._was_painted(pressed):

            def alone() -> None:
                if owner.key_time == pressed:
                    act()

            self.set_timer(ALONE, lambda: self.call_later(alone))

    def answer(self, result: Result) -> None:
        """Close with this answer, once; a question that was withdrawn only closes."""
        if self.withdrawn:
            if self.owner.key in ("enter", "escape"):
                self.dismiss()
        elif not self._answered:
            self._answered = True
            self.owner.spent.spend(self.owner.key, self.owner.key_time)
            self.dismiss(result)

    def withdraw(self) -> None:
        """Whoever asked does not wait any more: the dialog stays until it is closed, and says so."""
        if not self._answered and self.is_attached and not self.withdrawn:
            self.withdrawn = True
            self.redraw()

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """There is no key bar: in the lower edge."""
        for box in self.query("#box"):
            box.border_subtitle = Content(self.shown(text))


def title_of(box: Widget, title: str, below: str = "") -> None:
    """Put a title into the border of a box, and a word into its lower edge: as data, not as markup."""
    box.border_title = Content(title)
    box.border_subtitle = Content(below)
