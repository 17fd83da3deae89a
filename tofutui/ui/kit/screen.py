"""What all screens have in common: keys from the registry, one place where they are carried out."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from tofutui.ui.actions.catalogue import EVERYWHERE, SHARED, Action, Scope, State
from tofutui.ui.actions.handlers import does, handlers_of, helps
from tofutui.ui.kit.desk import Desk, ShownMessage
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Scroller
from tofutui.ui.kit.whole_screens import Whole, is_whole
from tofutui.ui.terminal.clipboard import SENT
from tofutui.ui.terminal.line_compositor import paint_lines_only
from tofutui.ui.terminal.textual_internals import holds_back
from tofutui.ui.text.spans import Line, Tone, fit, plain, width

Result = TypeVar("Result")
Value = TypeVar("Value")
OfScreen = TypeVar("OfScreen", bound="Acting[Any]")
AnyFlow = TypeVar("AnyFlow", bound="Flow[Any]")
PRIVACY_ON = "privacy mask on: stand-ins on the screen and in copies; nodes get the real names"


def bindings_of(actions: Sequence[Action], *, everywhere: bool = True) -> list[BindingType]:
    """The key bindings of these actions; their ids are the actions' ids, by which the user's keys go there.

    A full screen gets the actions that work everywhere too, a dialog does not, nor does a screen that
    borrows its keys.
    """
    if everywhere and actions[0].scope.is_screen:
        actions = (*actions, *EVERYWHERE)
    return [
        Binding(",".join(a.keys), f"act('{a.id}')", a.title, show=False, id=a.id, priority=a.priority)
        for a in actions
    ]


class Acting(Whole, Screen[Result]):
    """A screen whose keys come from the registry; its methods, and those of its flows, carry the actions out.

    ``@does("row.delete")`` registers a method, ``@moves("view")`` one for all movements. Textual calls
    ``on_mount`` of every class in a screen's ancestry: none of them calls ``super``.
    """

    BINDINGS = bindings_of(SHARED)
    flows: ClassVar[Sequence[type["Flow[Any]"]]] = ()
    """What carries out a part of the actions; each gets the screen."""

    def __init__(self) -> None:
        super().__init__()
        paint_lines_only(self)
        self._flows: dict[type, Flow[Any]] = {flow: flow(self) for flow in self.flows}
        carriers: list[Acting[Any] | Flow[Any]] = [self, *self._flows.values()]
        self._handlers = {
            id_: (carrier, handler)
            for carrier in carriers
            for id_, handler in handlers_of(type(carrier)).items()
        }

    @property
    def owner(self) -> Desk:
        """The app."""
        return cast("Desk", self.app)

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
        """A screen's first line, of the width given: with a badge while the privacy mask is on."""
        badge: Line = ((" PRIVACY ", Tone.PRIVACY),) if self.owner.privacy.on else ()
        text = f" {text}" if cells is None else fit(f" {text}", cells - width(badge))
        return (*badge, (text, Tone.STRONG))

    @does("app.privacy", "form.privacy")
    def toggle_privacy(self) -> None:
        """Stand-ins for names and addresses, or everything as it is."""
        on = not self.owner.privacy.on
        self.owner.set_privacy(on)
        self.say(PRIVACY_ON if on else "privacy mask off: names and addresses are shown")

    def _compositor_refresh(self) -> None:
        """As Textual's; what the app would not write yet, as while it starts, is painted when it will."""
        if not holds_back(self.app):
            super()._compositor_refresh()

    def redraw(self) -> None:
        """Draw everything again: names are shown differently from now on."""

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A message above the keys, until the next key; one that ``stays`` until Esc or another message."""
        said = self.owner.said
        if text and not (said and said[-1].text == text):
            said.append(ShownMessage(self.owner.clock(), text, tone))
        self.put_message(text, tone, stays=stays)

    def put_message(self, text: str, tone: Tone, *, stays: bool) -> None:
        """Show a message on this screen."""
        for bar in self.query(KeyBar):
            bar.say(text, tone, stays=stays)

    def as_text(self) -> str:
        """What the screen says, unwrapped as far as possible, to be copied or selected."""
        return "\n\n".join(plain(block.lines) for block in self.query(Scroller))

    def send(self, text: str, what: str) -> None:
        """Copy, and say so; what is too long for a terminal is available as plain text."""
        masked = ", masked," if self.owner.privacy.on else ""
        if self.owner.copy(text):
            self.say(f"{what}{masked} {SENT}")
        else:
            key = self.owner.keys.name("screen.text")
            self.say(
                f"{what}: too long for a terminal's clipboard, nothing was sent; {key} shows it as text",
                Tone.WARNING,
            )

    def value_to_copy(self) -> tuple[str, str] | None:
        """What is worth copying here, and what to call it; None where there is no row."""
        return self.as_text(), "text"

    def row_to_copy(self) -> tuple[str, str] | None:
        """All about the row under the cursor, and what to call it; what a screen without rows says."""
        return self.as_text(), "text"

    @does("screen.copy", "evidence.copy_value")
    def copy_value(self) -> None:
        """The value."""
        self._copy(self.value_to_copy())

    @does("copy.row")
    def copy_row(self) -> None:
        """The row."""
        self._copy(self.row_to_copy())

    def _copy(self, text: tuple[str, str] | None) -> None:
        if text is None:
            self.say("there is no row here", Tone.WARNING)
        else:
            self.send(*text)

    @does("copy.none")
    def copy_nothing(self) -> None:
        """Nothing: the key says yes in a question, and a finger that expects one must not do harm."""
        value, row = self.owner.keys.name("screen.copy"), self.owner.keys.name("copy.row")
        key = self.owner.keys.name("copy.none")
        self.say(f"{key} says yes in a question only; {value} copies the value, {row} the row", Tone.WARNING)

    @does("screen.text")
    def show_as_text(self) -> None:
        """The same as plain text, for the mouse."""
        self.owner.show_text(self.owner.outgoing(self.as_text()))

    @does("screen.svg")
    def save_picture(self) -> None:
        """The screen as it is now into a file."""
        self.owner.run_guarded(self.write_file("Save SVG", "svg", self.picture()))

    def picture(self) -> str:
        """The screen on top as SVG."""
        return self.owner.picture()

    async def write_file(self, title: str, form: str, text: str) -> None:
        """Ask for the path and write; what went wrong stays to be read.

        Raises:
            FileError: it cannot be written.
        """
        path = await self.owner.save_file(title, form, text)
        self.say("nothing was written" if path is None else f"written: {path}", stays=path is not None)

    @helps
    def show_help(self, scope: Scope) -> None:
        """All keys, those of this screen first."""
        self.owner.open_help(scope, self.state())

    def keys_line(self, *parts: tuple[str, str]) -> Line:
        """What some keys do, each by its action's id (or as itself, where a field takes it) and words."""
        spans = []
        for key, words in parts:
            known = "." in key
            spans += [(self.owner.keys.name(key) if known else key, Tone.KEY), (f" {words}   ", Tone.TEXT)]
        return tuple(spans)

    async def action_act(self, id_: str) -> None:
        """Carry out an action, or say why that is not possible now.

        Esc first takes a message away that stays. A screen that is not whole does nothing.
        """
        if not is_whole(self):
            return
        action = self.owner.keys.of(id_)
        dismisses = "escape" in action.keys and self.owner.presses.key == "escape"
        if any([bar.hush(all_=dismisses) for bar in self.query(KeyBar)]):
            self.owner.echo.tell("Dismiss the message")
            return
        self.owner.echo.tell(action.title)
        why = action.why_disabled(self.state())
        if why is not None:
            lead = f"{action.shown_key} {action.title.lower()}".lstrip()
            why = self.owner.keys.text(why)
            self.say(f"{lead}: {why}", Tone.WARNING)
            self.owner.echo.tell(f"{action.title}: not now, {why}")
            return
        await self._carry_out(action)

    async def _carry_out(self, action: Action) -> None:
        id_, before = action.id, self.app.screen
        self.owner.actions.append(id_)
        done = self._handler(id_)()
        after = self.app.screen
        if isinstance(after, Acting) and after is not before:
            self.owner.echo.tell(f"{action.title} {self.owner.glyphs.arrow} {after.called}")
        if inspect.isawaitable(done):
            await done

    def _handler(self, id_: str) -> Callable[[], object]:
        """The method of this screen, of its flows or of the app that carries out this action."""
        carrier, handler = self._handlers.get(id_) or (self.app, handlers_of(type(self.app))[id_])
        return partial(getattr(carrier, handler.method), *handler.arguments)

    def flow(self, kind: type[AnyFlow]) -> AnyFlow:
        """One of its flows."""
        return cast("AnyFlow", self._flows[kind])

    def declared(self) -> list[Action]:
        """The actions of this screen's own keys, with the keys in force."""
        bound = [binding.id for binding in self.BINDINGS if isinstance(binding, Binding)]
        return [self.owner.keys.of(id_) for id_ in bound if id_]

    @property
    def called(self) -> str:
        """This screen in a sentence: where the first of its keys works."""
        return self.declared()[0].scope.value.lower()


class Flow(Generic[OfScreen]):
    """One thing that a screen does, from its key to its end, with handlers of its own."""

    def __init__(self, screen: OfScreen) -> None:
        self.screen = screen

    @property
    def owner(self) -> Desk:
        """The app."""
        return self.screen.owner
