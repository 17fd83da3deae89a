"""The line for those who watch: the last key and what it did. Never what is typed into a field."""

from textual import events

from tofutui.ui.actions.key_names import show_key
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.terminal.fields import is_field
from tofutui.ui.terminal.painter import DiffingApp

TYPING = "typing"
_ACT = "act('"


class KeyEcho:
    """Knows the last key and what it did; key bars show it where that is asked for."""

    def __init__(self, app: DiffingApp, *, on: bool) -> None:
        self._app = app
        self.line: str | None = "" if on else None
        """The last key and what it did; None: that is not shown."""
        self._pressed = ""

    def show(self, on: bool) -> None:
        """Show the line from now on, or hide it."""
        self.line = "" if on else None
        for screen in self._app.screen_stack:
            for bar in screen.query(KeyBar):
                bar.make_room()

    def tell(self, did: str, by: str | None = None) -> None:
        """What was done by the last key, or by something else (``click``)."""
        if self.line is None:
            return
        key = self._pressed if by is None else by
        self.line = f"{key}  {did}" if did else key
        for screen in reversed(self._app.screen_stack):
            bars = list(screen.query(KeyBar))
            for bar in bars:
                bar.draw()
            if bars:
                return

    def note(self, event: events.Event) -> None:
        """Look at an input before anything is done with it."""
        if self.line is None or not isinstance(event, events.InputEvent) or event.is_forwarded:
            return
        if isinstance(event, events.Key):
            self._note_key(event)
        elif isinstance(event, events.MouseDown):
            self._pressed = "click"
        elif isinstance(event, events.Paste):
            self.tell("", by="pasting")

    def _note_key(self, event: events.Key) -> None:
        """Name the key, unless it is text for a field; the action that it is bound to says the rest."""
        active = self._app.screen.active_bindings
        bound = next((active[key] for key in event.aliases if key in active), None)
        in_field = is_field(self._app.focused)
        self._pressed = show_key(event.key)
        if bound is not None and bound.binding.action.startswith(_ACT):
            return
        if in_field and event.key != "enter":
            self.tell("", by=TYPING)
        elif bound is not None or in_field:
            self.tell("")
        else:
            self.tell("nothing here")
