"""What a terminal sends, byte by byte: keys, pastes, and control sequences, distinguished by their shape.

A sequence that began is never taken for keys, however late the rest of it comes: after ``ESC [``, ``ESC O``,
``ESC ]``, ``ESC P``, ``ESC ^`` and ``ESC _`` nothing is a key until it ends (ECMA-48, 5.4 and 8.3), a control
character ends it, or a number of bytes was read. Bytes that are not UTF-8 are dropped. Knows no Textual.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

ESCAPE_DELAY = 0.1
"""Seconds after which an ESC that nothing followed was the key of that name."""
LONGEST_SEQUENCE = 256
"""Bytes of a control sequence after which it is given up."""
LONGEST_STRING = 4096
"""Bytes of a control string (a colour, a version) after which it is given up."""
LONGEST_PASTE = 1 << 20
"""Bytes of a paste that are kept; the rest of it is dropped."""

_ESC, _BEL, _CAN, _SUB, _CTRL_C, _DEL = 0x1B, 0x07, 0x18, 0x1A, 0x03, 0x7F
_PASTE_END = b"\x1b[201~"
_STRINGS = b"]P^_"
_EIGHT_BIT = {0x9B: ord("["), 0x8F: ord("O"), 0x9D: ord("]"), 0x90: ord("P"), 0x9E: ord("^"), 0x9F: ord("_")}
"""The 8-bit forms of the introducers (ECMA-48, 5.3), each with what follows ESC in the 7-bit form."""
_MOUSE_PARTS = 3
"""What follows the old mouse report ``ESC [ M``: button, column, line (xterm, "Mouse Tracking")."""


class PieceKind(Enum):
    """What was read."""

    CHARACTER = "character"
    """One character, control characters and ESC included."""
    ALT = "alt"
    """A character that came directly after an ESC."""
    SEQUENCE = "sequence"
    """A whole control sequence, beginning with ESC."""
    PASTE = "paste"
    """A bracketed paste, without its marks."""
    NOISE = "noise"
    """Something that means nothing here: bytes of no encoding, a sequence that was broken off."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that was read; ``text`` is empty for noise."""

    kind: PieceKind
    text: str = ""


class KeyStream:
    """Reads bytes as they come, in pieces of any size."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._next: Callable[[int], None] = self._plain
        self._held = bytearray()
        self._eight_bit = False
        self._escaped_at: float | None = None
        self._now = 0.0
        self._wants = 0
        """Bytes of a character, or parts of a mouse report, that are still to come."""
        self._is_last = False
        self.has_old_mouse = True
        """Whether ``ESC [ M`` begins a mouse report; else it is a key."""
        self._doubtful = 0
        """The last byte, if it may have begun a sequence although it was read as something else."""

    def feed(self, data: bytes, now: float) -> list[Piece]:
        """What these bytes complete; ``now`` in seconds of any clock."""
        self._let_go_of_escape(now)
        if data == bytes([_CTRL_C]):
            self._leave()
        data = self._resumed(data)
        for number, byte in enumerate(data, 1):
            self._is_last = number == len(data)
            self._next(byte)
        return self._taken()

    def tick(self, now: float) -> list[Piece]:
        """What the passing of time completes: an ESC that nothing followed was the key."""
        self._let_go_of_escape(now)
        return self._taken()

    def _taken(self) -> list[Piece]:
        taken, self._pieces = self._pieces, []
        return taken

    def _give(self, kind: PieceKind, text: str = "") -> None:
        again = kind is PieceKind.NOISE and self._pieces and self._pieces[-1].kind is kind
        if not again:
            self._pieces.append(Piece(kind, text))

    def _leave(self, kind: PieceKind | None = None, text: str = "") -> None:
        """Back to where bytes are keys."""
        if kind is not None:
            self._give(kind, text)
        self._held.clear()
        self._escaped_at = None
        self._next = self._plain

    def _let_go_of_escape(self, now: float) -> None:
        self._now = now
        if self._next == self._after_escape and self._is_overdue:
            self._leave(PieceKind.CHARACTER, "\x1b")
            self._doubtful = _ESC

    @property
    def _is_overdue(self) -> bool:
        return self._escaped_at is not None and self._now - self._escaped_at >= ESCAPE_DELAY

    def _resumed(self, data: bytes) -> bytes:
        """The bytes without the one that shows that the doubtful byte before did begin a sequence.

        A ``[`` directly after a lone ESC does, and whatever comes as several bytes at once: a key by hand
        comes alone.
        """
        before, self._doubtful = self._doubtful, 0
        if not before or not data:
            return data
        several = len(data) > 1
        if before == _ESC and (data[:1] == b"[" or (several and data[0] in b"O" + _STRINGS)):
            self._begin(data[0], eight_bit=False)
            return data[1:]
        if before in _EIGHT_BIT and several and 0x20 <= data[0] < _DEL:
            self._begin(_EIGHT_BIT[before], eight_bit=True)
        return data

    def _begin(self, introducer: int, *, eight_bit: bool) -> None:
        self._held.clear()
        self._eight_bit = eight_bit
        if introducer in _STRINGS:
            self._next = self._in_string
        else:
            self._held += bytes([_ESC, introducer])
            self._next = self._in_sequence if introducer == ord("[") else self._single_shift

    def _plain(self, byte: int) -> None:
        if byte == _ESC:
            self._escape()
        elif byte < 0x80:
            self._give(PieceKind.CHARACTER, chr(byte))
        elif 0xC2 <= byte <= 0xF4:
            self._held[:] = bytes([byte])
            self._wants = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
            self._next = self._in_character
        else:
            self._control(byte)

    def _in_character(self, byte: int) -> None:
        if not 0x80 <= byte < 0xC0:
            self._leave(PieceKind.NOISE)
            self._plain(byte)
            return
        self._held.append(byte)
        self._wants -= 1
        if not self._wants:
            text = self._held.decode("utf-8", "ignore")
            self._leave()
            self._character(text)

    def _character(self, text: str) -> None:
        if not text:
            self._give(PieceKind.NOISE)
        elif "\x80" <= text < "\xa0":
            self._control(ord(text))
        else:
            self._give(PieceKind.CHARACTER, text)

    def _control(self, byte: int) -> None:
        """An 8-bit control; any other byte that begins no character does nothing."""
        self._give(PieceKind.NOISE)
        if byte not in _EIGHT_BIT:
            return
        if self._is_last:
            self._doubtful = byte
        else:
            self._begin(_EIGHT_BIT[byte], eight_bit=True)

    def _escape(self) -> None:
        self._leave()
        self._escaped_at = self._now
        self._next = self._after_escape

    def _after_escape(self, byte: int) -> None:
        if byte in b"[O" + _STRINGS:
            self._begin(byte, eight_bit=False)
        elif 0x20 <= byte < _DEL:
            self._leave(PieceKind.ALT, chr(byte))
        else:
            self._leave(PieceKind.CHARACTER, "\x1b")
            self._plain(byte)

    def _in_sequence(self, byte: int) -> None:
        if self._breaks_off(byte, LONGEST_SEQUENCE):
            return
        self._held.append(byte)
        first = len(self._held) == 3
        if byte < 0x40 or byte >= _DEL or (first and byte == ord("[")):
            return
        text = self._held.decode("ascii", "ignore")
        if text == "\x1b[M" and self.has_old_mouse:
            self._wants, self._eight_bit, self._next = _MOUSE_PARTS, False, self._in_mouse_report
        elif text == "\x1b[200~":
            self._held.clear()
            self._next = self._in_paste
        else:
            self._leave(PieceKind.SEQUENCE, text)

    def _single_shift(self, byte: int) -> None:
        if self._breaks_off(byte, LONGEST_SEQUENCE):
            return
        self._held.append(byte)
        if not 0x30 <= byte < 0x40:
            self._leave(PieceKind.SEQUENCE, self._held.decode("ascii", "ignore"))

    def _in_string(self, byte: int) -> None:
        if byte == _BEL or (byte == 0x9C and self._eight_bit):
            self._leave(PieceKind.SEQUENCE, "")
        elif byte == _ESC:
            self._escaped_at = self._now
            self._next = self._string_ends
        elif not self._breaks_off(byte, LONGEST_STRING):
            self._held.append(byte)

    def _string_ends(self, byte: int) -> None:
        """The ESC of ``ESC \\``; it waits without end, the rest of the mark may come late."""
        if byte == ord("\\"):
            self._leave(PieceKind.SEQUENCE, "")
            return
        self._give(PieceKind.NOISE)
        if self._is_overdue:
            self._leave(PieceKind.CHARACTER, "\x1b")
            self._plain(byte)
        else:
            self._after_escape(byte)

    def _in_mouse_report(self, byte: int) -> None:
        """Three parts of any value from 32; where the terminal sends UTF-8, each may be two bytes."""
        if self._breaks_off(byte, LONGEST_SEQUENCE):
            return
        goes_on = 0x80 <= byte < 0xC0 and _leads(self._held[-1])
        if not self._wants and not goes_on:
            self._leave(PieceKind.NOISE)
            self._plain(byte)
            return
        self._held.append(byte)
        self._wants -= 0 if goes_on else 1
        if not self._wants and not _leads(byte):
            self._leave(PieceKind.NOISE)

    def _in_paste(self, byte: int) -> None:
        self._held.append(byte)
        if byte == _PASTE_END[-1] and self._held.endswith(_PASTE_END):
            text = bytes(self._held[: -len(_PASTE_END)]).decode("utf-8", "replace")
            self._leave(PieceKind.PASTE, text.replace("\x00", ""))
        elif len(self._held) > LONGEST_PASTE:
            del self._held[LONGEST_PASTE - len(_PASTE_END) : -len(_PASTE_END)]

    def _breaks_off(self, byte: int, most: int) -> bool:
        """Whether this byte cannot belong to the sequence; it was read as what it is then."""
        if len(self._held) >= most:
            self._leave(PieceKind.NOISE)
            return True
        if byte == _ESC:
            self._give(PieceKind.NOISE)
            self._escape()
        elif byte in (_CAN, _SUB):
            self._leave(PieceKind.NOISE)
        elif byte < 0x20 or byte == _DEL or (byte >= 0x80 and self._eight_bit):
            self._leave(PieceKind.NOISE)
            self._plain(byte)
        else:
            return False
        return True


def _leads(byte: int) -> bool:
    """Whether it begins a character of two bytes."""
    return 0xC2 <= byte < 0xE0
