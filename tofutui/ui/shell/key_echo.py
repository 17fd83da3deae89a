"""The line for those who watch: the last key and what it did. Never what is typed into a field."""

from textual import events
from textual.widgets import Input, TextArea

from tofutui.ui.actions.key_names import show_key
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.terminal.painter import DiffingApp

TYPING = "typing"
_ACT = "act('"


class FollowedApp(DiffingApp):
    """Knows the last key and what it did; key bars show it where that is asked for."""

    followed: str | None = None
    """The line; None: it is not shown."""
    _pressed = ""

    def show_followed(self, on: bool) -> None:
        """Show the line from now on, or not any more."""
        self.followed = "" if on else None
        for screen in self.screen_stack:
            for bar in screen.query(KeyBar):
                bar.make_room()

    def tell_followers(self, did: str, by: str | None = None) -> None:
        """What was done by the last key, or by something else (``click``)."""
        if self.followed is None:
            return
        key = self._pressed if by is None else by
        self.followed = f"{key}  {did}" if did else key
        for screen in reversed(self.screen_stack):
            bars = list(screen.query(KeyBar))
            for bar in bars:
                bar.draw()
            if bars:
                return

    async def on_event(self, event: events.Event) -> None:
        """Look at a key before anything is done with it."""
        if self.followed is not None and isinstance(event, events.InputEvent) and not event.is_forwarded:
            if isinstance(event, events.Key):
                self._note_key(event)
            elif isinstance(event, events.MouseDown):
                self._pressed = "click"
            elif isinstance(event, events.Paste):
                self.tell_followers("", by="pasting")
        await super().on_event(event)

    def _note_key(self, event: events.Key) -> None:
        """Name the key, unless it is text for a field; the action that it is bound to says the rest."""
        active = self.screen.active_bindings
        bound = next((active[key] for key in event.aliases if key in active), None)
        in_field = isinstance(self.focused, (Input, TextArea))
        self._pressed = show_key(event.key)
        if bound is not None and bound.binding.action.startswith(_ACT):
            return
        if in_field and event.key != "enter":
            self.tell_followers("", by=TYPING)
        elif bound is not None or in_field:
            self.tell_followers("")
        else:
            self.tell_followers("nothing here")
