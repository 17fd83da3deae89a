"""Messages that do not belong to one screen."""

from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.screen import Acting
from tofutui.ui.terminal.painter import DiffingApp
from tofutui.ui.text.spans import Tone


class Messages:
    """Shown on the uppermost screen that has a place for them."""

    def __init__(self, app: DiffingApp) -> None:
        self._app = app

    def say(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """Show a message."""
        for screen in reversed(self._app.screen_stack):
            if isinstance(screen, Acting) and screen.query(KeyBar):
                screen.say(text, tone, stays=stays)
                return

    def take_back(self, text: str) -> None:
        """Remove this message wherever it is still shown."""
        for screen in self._app.screen_stack:
            for bar in screen.query(KeyBar):
                if bar.message == text:
                    bar.hush(all_=True)
