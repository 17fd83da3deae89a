"""What leaves the app for the user's own terminal and files: one way for all of it."""

import os

from tofutui.tofu.base.text import safe_lines
from tofutui.ui.shell.errors import GuardedApp
from tofutui.ui.terminal.clipboard import fits, sequence

_MOUSE = (1000, 1006)
"""The modes by which a terminal reports clicks and the wheel, and nothing while the mouse moves."""


class OutwardApp(GuardedApp):
    """Copies, and leaves the mouse to the terminal where text is to be selected."""

    with_mouse = True
    """Whether the mouse is reported to the app at all."""

    def outgoing(self, text: str) -> str:
        """Text as it may leave the app: every copy, plain-text screen and export goes through here."""
        return safe_lines(text)

    def copy(self, text: str) -> bool:
        """Send text to the terminal's clipboard; whether it arrives there cannot be known.

        Returns:
            False if it is too long: nothing was sent.
        """
        text = self.outgoing(text)
        if not fits(text):
            return False
        self.copy_to_clipboard(text)
        return True

    def copy_to_clipboard(self, text: str) -> None:
        """In place of Textual's own: in the form that tmux and GNU screen pass on, up to a length."""
        self._tell_terminal(sequence(text, os.environ))

    def report_mouse(self, on: bool) -> None:
        """Let the terminal report the mouse, or select text as it does for other programs."""
        if self.with_mouse:
            modes = _MOUSE if on else reversed(_MOUSE)
            self._tell_terminal("".join(f"\x1b[?{mode}{'h' if on else 'l'}" for mode in modes))

    def _tell_terminal(self, text: str) -> None:
        if self._driver is not None and text:
            self._driver.write(text)
            self._driver.flush()
