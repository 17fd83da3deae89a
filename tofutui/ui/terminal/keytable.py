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
_SCO = {
    **{f"\x1b[{final}": f"f{number}" for number, final in enumerate("MNOPQRSTUVWX", 1)},
    **{"\x1b[L": "insert", "\x1b[I": "pageup", "\x1b[G": "pagedown"},
}
"""The keys of SCO and FreeBSD consoles, and of PuTTY in the mode of that name."""
_DOUBTFUL = ("\x1b[M", "\x1b[O", "\x1b[I", "\x1b[P", "\x1b[Q", "\x1b[S")
"""Those that also mean something else: an old mouse report, reports of the focus, kitty's function keys."""
_SUN = {
    **{f"\x1b[{number}z": f"f{key}" for key, number in enumerate(range(224, 236), 1)},
    **{f"\x1b[{n}z": key for n, key in ((192, "f11"), (193, "f12"), (2, "insert"), (3, "delete"))},
    **{f"\x1b[{n}z": key for n, key in ((214, "home"), (220, "end"), (216, "pageup"), (222, "pagedown"))},
}
"""Sun's consoles, and xterm with `sunFunctionKeys`."""
_OTHER_KEYS = {
    **{f"\x1bO{final}": f"f{number}" for number, final in enumerate("TUVWXYZ[", 5)},  # PuTTY, VT100+
    **{sequence: key for sequence, key in _SCO.items() if sequence not in _DOUBTFUL},
    **_SUN,
    "\x1b[4h": "insert",  # st
    "\x1bOw": "end",  # PuTTY, rxvt
    "\x1bO\\": "f12",
}
"""Keys whose sequences Textual does not know, where no other terminal means another key by them."""
_DIALECTS = {
    "": {sequence: _SCO[sequence] for sequence in ("\x1b[P", "\x1b[Q", "\x1b[S")},
    "sco": {sequence: _SCO[sequence] for sequence in _DOUBTFUL},
    "kitty": {"\x1b[P": "f1", "\x1b[Q": "f2", "\x1b[S": "f4"},
    "st": {"\x1b[P": "delete"},
}
"""What the sequences mean that terminals differ in, by what is known of the terminal."""
_ST = re.compile(r"st(?:-.*)?|stterm(?:-.*)?")
_KITTY_KEYBOARD = re.compile(r"\x1b\[\?\d+u")
_MAKER = re.compile(r"\x1b\[>(\d{1,6});(\d{1,6});\d{1,6}c")
_PUTTY = 136
_SCREEN = 83
_VTE = frozenset({61, 65})
_TITLE_STACK = frozenset({41, 77, 84, *_VTE})
"""xterm, mintty, tmux, GNOME's and other terminals made of VTE: what they answer to "secondary DA"."""
KEPT_BY_VTE = frozenset({"f1", "f10", "f11"})
"""Keys that the terminals made of VTE take for their own help, menu and full screen."""
WHICH_TERMINAL = "\x1b[?u\x1b[>c"
"""Asks for what decides about such sequences: kitty's keyboard flags, and who made it (secondary DA)."""
_REPORT = re.compile(r"\x1b\[(?:[<=>?][\d;:]*[\x20-\x2f]*[A-Za-z]|\d+;\d+R|\d+(?:;\d+)*t|[IO])")
"""Reports of a terminal: of the mouse, modes, attributes, the cursor, the size, the focus."""


class StatusReply(events.Event, bubble=False):
    """The terminal answered a status request."""


class TerminalNamed(events.Event, bubble=False):
    """The terminal has reported its maker."""

    def __init__(self, maker: int) -> None:
        super().__init__()
        self.kept = KEPT_BY_VTE if maker in _VTE else frozenset[str]()
        """Keys that may never arrive here."""
        self.has_title_stack = maker in _TITLE_STACK
        """Whether it can have its own title back (xterm, "Window manipulation": 22 and 23)."""
        self.holds_escape = maker == _SCREEN
        """Whether ESC alone arrives with the next key only, as in GNU screen while it reports the mouse."""


class Noise(events.Event, bubble=False):
    """The terminal sent something that means nothing here."""

    def __init__(self, sequence: str = "") -> None:
        super().__init__()
        self.sequence = sequence
        """What it was, readable, if it has the shape of a key."""


class KeyTable:
    """Pieces of what a terminal sent, as Textual's messages."""

    def __init__(self, term: str = "") -> None:
        """``term`` is the value of TERM."""
        self._textual = XTermParser()
        self._dialect = "st" if _ST.fullmatch(term) else ""

    @property
    def is_sco(self) -> bool:
        """Whether ``ESC [ M`` is a key here: such terminals report the mouse in the newer form."""
        return self._dialect == "sco"

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
        self._learn(text)
        named = _DIALECTS[self._dialect].get(text) or _OTHER_KEYS.get(text)
        if named:
            return [events.Key(named, None)]
        if _REPORT.fullmatch(text):
            return list(self._of_report(text))
        keys = self._keys(text)
        is_key = keys and all(key.key.isprintable() for key in keys)
        if is_key and not (text.endswith("~") and any(key.character for key in keys)):
            return keys
        return [Noise(text.replace("\x1b", "ESC ") if _KEY.fullmatch(text) else "")]

    def _learn(self, text: str) -> None:
        """What a sequence says about the terminal."""
        if _KITTY_KEYBOARD.fullmatch(text):
            self._dialect = "kitty"
        elif not self._dialect and (_is_putty(text) or (text in _SCO and text in _OTHER_KEYS)):
            self._dialect = "sco"

    def _of_report(self, text: str) -> Iterator[Message]:
        if text.startswith("\x1b[<"):
            event = self._textual.parse_mouse_code(text)
            if event is not None:
                yield event
        elif maker := _MAKER.fullmatch(text):
            yield TerminalNamed(int(maker[1]))
        elif re.fullmatch(r"\x1b\[\?2026;[1-4]\$y", text):
            yield messages.TerminalSupportsSynchronizedOutput()

    def _keys(self, text: str, *, alt: bool = False) -> list[events.Key]:
        try:
            keys = list(self._textual._sequence_to_key_events(text, alt))
        except (ValueError, OverflowError):  # the number of a key that is not a character
            return []
        return [key for key in keys if key.key != Keys.Ignore]


def _is_putty(text: str) -> bool:
    maker = _MAKER.fullmatch(text)
    return maker is not None and int(maker[2]) == _PUTTY
