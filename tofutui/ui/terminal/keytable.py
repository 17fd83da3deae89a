"""What a terminal sent, as Textual's messages: the one module that rests on its table of keys.

A test names each part of Textual that is used.
"""

import re
from collections.abc import Iterable, Iterator

from textual import events, messages
from textual.keys import Keys
from textual.message import Message

from tofutui.ui.terminal.keystream import Piece, PieceKind
from tofutui.ui.terminal.textual_internals import XTermParser

_STATUS_REPLIES = ("\x1b[0n", "\x1b[3n")
_KEY = re.compile(r"\x1b(?:O.|\[\[?[0-9;]{0,9}[A-Za-z~$^@])", re.DOTALL)
"""The shape of a function or cursor key."""
_OTHER_KEYS = {
    **{f"\x1bO{final}": f"f{number}" for number, final in enumerate("TUVWXYZ[", 5)},  # PuTTY, VT100+
    **{f"\x1b[{final}": f"f{number}" for number, final in ((2, "N"), *enumerate("TUVWX", 8))},  # PuTTY, SCO
    "\x1b[L": "insert",  # PuTTY, SCO
    "\x1b[G": "pagedown",
    "\x1b[4h": "insert",  # st
    "\x1bO\\": "f12",
}
"""Keys whose sequences Textual does not know, where no other terminal means another key by them."""
_REPORT = re.compile(r"\x1b\[(?:[<=>?][\d;:]*[\x20-\x2f]*[A-Za-z]|\d+;\d+R|\d+(?:;\d+)*t|[IO])")
"""Reports of a terminal: of the mouse, modes, attributes, the cursor, the size, the focus."""


class StatusReply(events.Event, bubble=False):
    """The terminal answered a status request."""


class Noise(events.Event, bubble=False):
    """The terminal sent something that means nothing here."""

    def __init__(self, sequence: str = "") -> None:
        super().__init__()
        self.sequence = sequence
        """What it was, readable, if it has the shape of a key."""


class KeyTable:
    """Pieces of what a terminal sent, as Textual's messages."""

    def __init__(self) -> None:
        self._textual = XTermParser()

    def messages(self, piece: Piece) -> Iterable[Message]:
        """What a piece means; nothing for a report that is of no use here."""
        if piece.kind is PieceKind.PASTE:
            return [events.Paste(piece.text)]
        if piece.kind is PieceKind.NOISE:
            return [Noise()]
        if piece.kind is PieceKind.SEQUENCE:
            return self._of_sequence(piece.text)
        if piece.kind is PieceKind.ALT:
            return self._keys("\x1b" + piece.text) or self._keys(piece.text, alt=True)
        return self._keys(piece.text)

    def _of_sequence(self, text: str) -> Iterable[Message]:
        if not text:
            return []
        if text in _STATUS_REPLIES:
            return [StatusReply()]
        if _REPORT.fullmatch(text):
            return list(self._of_report(text))
        if text in _OTHER_KEYS:
            return [events.Key(_OTHER_KEYS[text], None)]
        keys = self._keys(text)
        is_key = keys and all(key.key.isprintable() for key in keys)
        if is_key and not (text.endswith("~") and any(key.character for key in keys)):
            return keys
        return [Noise(text.replace("\x1b", "ESC ") if _KEY.fullmatch(text) else "")]

    def _of_report(self, text: str) -> Iterator[Message]:
        if text.startswith("\x1b[<"):
            event = self._textual.parse_mouse_code(text)
            if event is not None:
                yield event
        elif re.fullmatch(r"\x1b\[\?2026;[1-4]\$y", text):
            yield messages.TerminalSupportsSynchronizedOutput()

    def _keys(self, text: str, *, alt: bool = False) -> list[events.Key]:
        try:
            keys = list(self._textual._sequence_to_key_events(text, alt))
        except (ValueError, OverflowError):  # the number of a key that is not a character
            return []
        return [key for key in keys if key.key != Keys.Ignore]
