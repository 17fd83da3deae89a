"""What leaves the app for the user's own terminal: one way for all of it."""

import os

from textual.driver import Driver

from tofutui.ui.terminal.clipboard import fits, sequence
from tofutui.ui.terminal.driver import TerminalDriver
from tofutui.ui.terminal.painter import DiffingApp

_MOUSE = (1000, 1006)
"""The modes by which a terminal reports clicks and the wheel, and nothing while the mouse moves."""
_STATUS_REQUEST = "\x1b[5n"
"""Device status report (ECMA-48, 8.3.35): a terminal answers once it has drawn all that came before."""


class TerminalOutput:
    """Control sequences beside the painting: the clipboard, the mouse, status requests."""

    def __init__(self, app: DiffingApp, *, mouse: bool) -> None:
        self._app = app
        self._mouse = mouse
        """Whether the mouse is reported to the app at all."""
        self.has_title_stack = False
        """Whether the terminal is known to give its own title back."""

    def give_up_mouse(self) -> None:
        """Never ask for reports of the mouse again."""
        self._mouse = False
        driver = self._app._driver
        if isinstance(driver, TerminalDriver):
            driver.give_up_mouse()

    def name_window(self, text: str) -> None:
        """Give the window a title, where the terminal has its own back afterwards."""
        driver = self._app._driver
        if self.has_title_stack and isinstance(driver, TerminalDriver):
            driver.name_window(text)

    def copy(self, text: str) -> bool:
        """Send text to the terminal's clipboard; whether it arrives there cannot be known.

        Returns:
            False if it is too long: nothing was sent.
        """
        if not fits(text):
            return False
        self._write(sequence(text, os.environ))
        return True

    def report_mouse(self, on: bool) -> None:
        """Let the terminal report the mouse, or select text as it does for other programs."""
        if self._mouse:
            modes = _MOUSE if on else reversed(_MOUSE)
            self._write("".join(f"\x1b[?{mode}{'h' if on else 'l'}" for mode in modes))

    def request_status(self) -> None:
        """Let the terminal answer once it has shown all that was written so far."""
        self._write(_STATUS_REQUEST)

    def _write(self, text: str) -> None:
        driver: Driver | None = self._app._driver
        if driver is not None and text:
            driver.write(text)
            driver.flush()
