"""What terminals send in the model of the input: keys, reports and pastes, cut into pieces with pauses.

Each part knows which keys it is worth, so that what the real parser makes of the whole can be checked.
"""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

KEYS = {
    b"y": "y",
    b"n": "n",
    b"D": "D",
    b"\r": "enter",
    b"\t": "tab",
    b" ": "space",
    b"\x03": "ctrl+c",
    b"\x1b[A": "up",
    b"\x1bOB": "down",
    b"\x1b[6~": "pagedown",
    b"\x1b[15~": "f5",
    "é".encode(): "é",
}
"""Bytes of keys, by hand or held down, and Textual's names for them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that belong together, and the keys that they are worth."""

    data: bytes
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrive at once, so many seconds after those before."""

    data: bytes
    pause: float


_word = st.sampled_from(["y", "yy", "1;2", "n", "D", "yes", "q", "0;121", "y;y"])
_number = st.integers(0, 9999).map(str)


def _control_strings() -> st.SearchStrategy[bytes]:
    """Answers about colours, versions and settings, with either end."""
    return st.builds(
        lambda lead, words, end: f"\x1b{lead}{words}{end}".encode(),
        st.sampled_from(["]11;rgb:", "]52;c;", "P>|", "P1$r", "_Gi=31;", "^"]),
        _word,
        st.sampled_from(["\x1b\\", "\x07"]),
    ).filter(lambda data: data[1:2] == b"]" or not data.endswith(b"\x07"))


def _reports() -> st.SearchStrategy[bytes]:
    """Reports of modes, the mouse, the focus, the cursor, attributes and the size."""
    two = st.tuples(_number, _number)
    return st.one_of(
        st.builds(lambda n, y: f"\x1b[?{n};{y}$y".encode(), _number, st.integers(0, 4)),
        st.builds(lambda at, up: f"\x1b[<0;{at[0]};{at[1]}{up}".encode(), two, st.sampled_from("Mm")),
        st.builds(lambda at: b"\x1b[M" + bytes([32, *at]), st.tuples(*[st.integers(33, 126)] * 2)),
        st.sampled_from([b"\x1b[I", b"\x1b[O", b"\x1b[0n", b"\x1b[?64;1;2;6;22c", b"\x1b[>41;354;0c"]),
        st.builds(lambda at: f"\x1b[{at[0]};{at[1]}R".encode(), two),
        st.builds(lambda at: f"\x1b[8;{at[0]};{at[1]}t".encode(), two),
        _control_strings(),
    )


def _pastes() -> st.SearchStrategy[bytes]:
    """Bracketed pastes, of keys above all."""
    return st.builds(
        lambda text: b"\x1b[200~" + text.encode() + b"\x1b[201~", st.text("yDn\r\né[;", max_size=12)
    )


parts = st.one_of(
    st.sampled_from(sorted(KEYS)).map(lambda data: Part(data, (KEYS[data],))),
    _reports().map(Part),
    _pastes().map(Part),
)
pauses = st.sampled_from([0.0, 0.0, 0.01, 0.2, 5.0])


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Part], list[Piece]]:
    """Parts, and the same bytes as they arrive, cut anywhere but behind an ESC that a pause follows.

    An ESC alone is a key, whatever comes later: no program can know better.
    """
    sent = draw(st.lists(parts, min_size=1, max_size=8))
    data = b"".join(part.data for part in sent)
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=12)))
    edges = [0, *(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = []
    for start, end in pairwise(edges):
        pause = draw(pauses) if not data[:start].endswith(b"\x1b") else draw(st.sampled_from([0.0, 0.01]))
        pieces.append(Piece(data[start:end], pause))
    return sent, pieces
