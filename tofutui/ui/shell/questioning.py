"""The app as far as questions go: when keys came, and whether the terminal has shown what was painted."""

from pathlib import Path

from rich.console import RenderableType
from textual import events
from textual.screen import Screen

from tofutui.ui.kit.confirmation import QUIET, Arrivals, Receipts, Ticks
from tofutui.ui.kit.dialog import Dialog
from tofutui.ui.kit.key_repeat import HeldKey
from tofutui.ui.shell.output import OutwardApp
from tofutui.ui.text.spans import Tone

STATUS_REQUEST = "\x1b[5n"
"""Device status report (ECMA-48, 8.3.35): a terminal answers once it has drawn all that came before."""


class QuestioningApp(OutwardApp):
    """Knows what `Dialog` needs to distinguish a yes from any other key."""

    def __init__(self, crash_dir: Path, ticks: Ticks | None = None) -> None:
        super().__init__(crash_dir)
        self.ticks = ticks or Ticks()
        self.arrivals = Arrivals()
        self.receipts = Receipts()
        self.key = ""
        self.key_time = 0.0
        """The key that is carried out now, and when it was pressed."""
        self.spent = HeldKey()
        self.undecided = 0
        """Presses of a yes of which it is not known yet whether another input follows at once."""

    async def on_event(self, event: events.Event) -> None:
        """Note when input comes, before anything is done with it."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.arrivals.note(self.ticks.of(event.time))
        await super().on_event(event)

    def on_noise(self, event: events.Event) -> None:
        """What could not be read is part of a burst too."""
        self.arrivals.note(self.ticks.of(event.time))

    def on_key(self, event: events.Key) -> None:
        """Note what was pressed when: Textual looks it up next, in the screen that is on top now."""
        self.key, self.key_time = event.key, self.ticks.of(event.time)
        if isinstance(self.screen, Dialog):
            self.screen.cover(event.key)
        self.spent.note(self.key, self.key_time)

    def on_status_reply(self) -> None:
        """The terminal has shown what was painted before the oldest request that it had not answered."""
        self.receipts.reply()
        screen = self.screen
        if isinstance(screen, Dialog) and not screen.gate.is_shown and screen.gate.painted_at is not None:
            self.request_status()  # a reply was lost: one more, so that the count is right again

    @property
    def is_asking(self) -> bool:
        """Whether a dialog waits for an answer."""
        return any(isinstance(screen, Dialog) and screen.asks for screen in self.screen_stack)

    def question_may_open_in(self) -> float:
        """Seconds until a dialog that the user did not open may open, if no input comes and none is open.

        A time-out of a login does not run while its question waits here, as while it is answered.
        """
        return QUIET if self.is_asking else self.arrivals.quiet_at() - self.ticks.now()

    def say_waiting(self, notice: str) -> None:
        """Say that a question waits: in the key bar, and in the dialog that it waits for."""
        self.announce(notice, Tone.WARNING, stays=True)
        if isinstance(self.screen, Dialog) and not self.screen.unseen:
            self.screen.say(notice, Tone.WARNING)

    def request_status(self) -> None:
        """Ask the terminal to answer once it has shown all that was written so far."""
        self.receipts.request()
        self._tell_terminal(STATUS_REQUEST)

    def repaint_all(self) -> None:
        """Write everything again: what was lost on its way to the terminal was not read."""
        super().repaint_all()
        for screen in self.screen_stack:
            if isinstance(screen, Dialog):
                screen.not_shown()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if renderable is None or self._batch_count or screen is not self.screen:
            return
        if isinstance(screen, Dialog) and screen.note_display():
            self._tell_terminal(STATUS_REQUEST)
