"""What the terminal and the shell ask of the app: an encoding, room to suspend, unknown keys."""

import os
import sys
from collections.abc import Callable, MutableMapping
from dataclasses import replace

from textual.binding import Binding

from tofutui.ui.options import AppOptions
from tofutui.ui.shell.messages import Messages
from tofutui.ui.terminal.charset import Charset, encoding_of
from tofutui.ui.terminal.keytable import KEPT_BY_VTE
from tofutui.ui.terminal.painter import DiffingApp
from tofutui.ui.text.spans import Tone

TERMINAL_KEYS = (
    Binding("ctrl+c", "interrupt", show=False, priority=True),
    Binding("ctrl+l", "repaint", show=False, priority=True),
    Binding("ctrl+z", "suspend_process", show=False, priority=True),
)
"""Keys that programs in a terminal have in common, on every screen."""
_WAITS = "a row is being deleted: suspended as soon as that has ended"


def for_terminal(options: AppOptions) -> AppOptions:
    """The options as this terminal's encoding allows; ASCII that was not asked for is reported once."""
    _settle_colors(os.environ)
    if "VTE_VERSION" in os.environ:
        options = replace(options, keys=options.keys.avoiding(KEPT_BY_VTE))
    charset = Charset("ascii" if options.ascii else encoding_of(sys.stderr, os.environ))
    if options.ascii or charset.carries_drawing:
        return replace(options, encoding=charset.name)
    words = f"drawn in ASCII: the terminal's encoding ({charset.name}) lacks the characters of this screen"
    return replace(options, ascii=True, encoding=charset.name, warnings=(*options.warnings, words))


def _settle_colors(environ: MutableMapping[str, str]) -> None:
    """Colours as no-color.org says: an empty NO_COLOR means nothing; a dumb terminal has none."""
    if not environ.get("NO_COLOR"):
        environ.pop("NO_COLOR", None)
    if environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        environ["NO_COLOR"] = "1"


class JobControl:
    """Gives the terminal to the shell and takes it back; never while a row is being deleted."""

    def __init__(
        self, messages: Messages, is_deleting: Callable[[], bool], redraw: Callable[[], None]
    ) -> None:
        self._messages = messages
        self._is_deleting = is_deleting
        self._redraw = redraw
        self._waiting: Callable[[], None] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the terminal is given away as soon as the row under way has ended."""
        return self._waiting is not None

    def suspend(self, give_away: Callable[[], None]) -> None:
        """Give the terminal away now, or once no row is being deleted."""
        if not self._is_deleting():
            give_away()
        elif self._waiting is None:
            self._waiting = give_away
            self._messages.say(_WAITS, Tone.WARNING, stays=True)
            self._redraw()

    def row_ended(self) -> None:
        """No command is under way here: what waits for that may happen."""
        give_away, self._waiting = self._waiting, None
        if give_away is not None:
            self._messages.take_back(_WAITS)
            give_away()


def name_key(app: DiffingApp, messages: Messages, sequence: str) -> None:
    """Say which sequence a key sent that is not known; not over a question."""
    if sequence and not app.screen.is_modal:
        messages.say(f"unknown key: the terminal sent {sequence}")
