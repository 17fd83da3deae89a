"""The text of another screen, plain, to be selected with the mouse."""

from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import Line, line, wrap


class PlainScreen(ViewScreen):
    """Leaves the mouse to the terminal for as long as it is shown; nothing is painted meanwhile."""

    heading = "Plain text: drag to select (the mouse is left to the terminal)"
    indent = ""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def as_text(self) -> str:
        """Again the same, whole."""
        return self._text

    def content(self, width: int) -> list[Line]:
        """Each line, broken where it is too long."""
        return [line(part) for text in self._text.split("\n") for part in wrap(self.shown(text), width)]

    def on_screen_resume(self) -> None:
        """The mouse goes to the terminal."""
        self.owner.output.report_mouse(False)

    def on_screen_suspend(self) -> None:
        """Something else is on top, or this is closed."""
        self.owner.output.report_mouse(True)

    @does("screen.text")
    def show_as_text(self) -> None:
        """The key that opened it closes it."""
        self.go_back()
