"""The two ends of a dialog: something that has the focus and only reports a click."""

from textual import events
from textual.message import Message
from textual.strip import Strip

from tofutui.ui.kit.painted import Painted
from tofutui.ui.text.spans import Line, Tone, width


class Choice(Painted, can_focus=True):
    """A word in brackets; the dialog's keys act, a click is reported to the dialog."""

    class Clicked(Message):
        """It was clicked."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self.text = text
        self.key = ""
        self.tone = Tone.STRONG

    def content(self) -> Line:
        """What is drawn."""
        if self.key and self.disabled:
            return ((f"({self.key}  {self.text})", Tone.MUTED),)
        if self.key:
            return (f" {self.key}", Tone.KEY), (f"  {self.text} ", self.tone)
        return ((f"[ {self.text} ]", self.tone),)

    def get_content_width(self, *_: object) -> int:
        """As wide as the words."""
        return width(self.content())

    def watch_disabled(self, disabled: bool) -> None:
        """Look inactive while it can do nothing."""
        self.tone = Tone.MUTED if disabled else Tone.DANGER
        self.refresh()

    def on_focus(self) -> None:
        """Show the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that the focus is elsewhere."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell the dialog."""
        event.stop()
        self.post_message(self.Clicked(self))

    def render_line(self, y: int) -> Strip:
        """One line; reversed with the focus."""
        line = self.content() if y == 0 else ()
        return self.strip(line, self.size.width, reverse=self.has_focus)
