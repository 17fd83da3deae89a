"""When keys came, whether the terminal has shown what was painted, and when a question may open."""

from textual import events
from textual.screen import Screen

from tofutui.ui.kit.confirmation import QUIET, Presses
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.shell.messages import Messages
from tofutui.ui.shell.output import TerminalOutput
from tofutui.ui.terminal.painter import DiffingApp
from tofutui.ui.text.spans import Tone


class Questioning:
    """Gathers what `Dialog` needs to distinguish a yes from any other key."""

    def __init__(self, app: DiffingApp, presses: Presses, output: TerminalOutput, messages: Messages) -> None:
        self._app = app
        self._presses = presses
        self._output = output
        self._messages = messages

    def note(self, event: events.Event) -> None:
        """Note when input comes, before anything is done with it."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._presses.arrived(event.time)

    def note_key(self, event: events.Key) -> None:
        """Note what was pressed when: Textual looks it up next, in the screen that is on top now."""
        screen = self._app.screen
        if isinstance(screen, Dialog):
            screen.cover(event.key)
        self._presses.pressed(event.key, event.time)

    def status_replied(self) -> None:
        """The terminal has shown what was painted before the oldest request that it had not answered."""
        self._presses.receipts.reply()
        screen = self._app.screen
        if isinstance(screen, Dialog) and not screen.gate.is_shown and screen.gate.painted_at is not None:
            self.request_status()  # a reply was lost: one more, so that the count is right again

    @property
    def is_asking(self) -> bool:
        """Whether a dialog waits for an answer."""
        return any(isinstance(screen, Dialog) and screen.asks for screen in self._app.screen_stack)

    def may_open_in(self) -> float:
        """Seconds until a dialog that the user did not open may open, if no input comes and none is open.

        A time-out of a login does not run while its question waits here, as while it is answered.
        """
        return QUIET if self.is_asking else self._presses.arrivals.quiet_at() - self._presses.ticks.now()

    def say_waiting(self, notice: str) -> None:
        """Say that a question waits: in the key bar, and in the dialog that it waits for."""
        self._messages.say(notice, Tone.WARNING, stays=True)
        screen = self._app.screen
        if isinstance(screen, Dialog) and not screen.unseen:
            screen.say(notice, Tone.WARNING)

    def request_status(self) -> None:
        """Ask the terminal to answer once it has shown all that was written so far."""
        self._presses.receipts.request()
        self._output.request_status()

    def repainted(self) -> None:
        """Everything is written again: what was lost on its way to the terminal was not read."""
        for screen in self._app.screen_stack:
            if isinstance(screen, Dialog):
                screen.not_shown()

    def painted(self, screen: Screen[object]) -> None:
        """A screen was written to the terminal."""
        if isinstance(screen, Dialog) and screen.note_display():
            self._output.request_status()
