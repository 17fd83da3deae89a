"""The messages of this run, so that one that went can be read again."""

from collections.abc import Sequence

from tofutui.ui.kit.desk import ShownMessage
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap
from tofutui.ui.text.vocabulary import clock_time


class MessagesScreen(ViewScreen):
    """Every message with its time, the newest first and whole."""

    heading = "Messages, the newest first"

    def __init__(self, messages: Sequence[ShownMessage]) -> None:
        super().__init__()
        self._messages = tuple(reversed(messages))

    def content(self, width: int) -> list[Line]:
        """One message after the other, wrapped below its time."""
        lines: list[Line] = []
        for message in self._messages:
            lead = f"{clock_time(message.at)}  "
            text = wrap(self.shown(message.text), max(width - len(lead), 10))
            for number, part in enumerate(text):
                head = lead if number == 0 else " " * len(lead)
                lines.append(((head, Tone.MUTED), (part, message.tone)))
        return lines or [line("no messages yet", Tone.MUTED), EMPTY]
