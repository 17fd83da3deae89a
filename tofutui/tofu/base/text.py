"""Text that came from somewhere else, made fit to be shown."""

import re
from functools import cache

_UNSAFE = (
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls
    "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"  # blanks other than the space
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f"  # invisible
    "\u2028\u2029\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"  # the same
    "\ud800-\udfff"  # undecodable bytes (surrogateescape) and lone surrogates
    "]"
)

BLANKS = " \t\r\n"
"""What may be trimmed off a remote value: `str.strip` alone would take control characters with it."""


def decode(raw: bytes) -> str:
    """Bytes from a node or a file as text that loses nothing (UTF-8, other bytes kept as surrogates)."""
    return raw.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes behind a text that `decode` made; lone surrogates of other sources are kept in some form."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def has_hidden(text: str) -> bool:
    """Whether a text has characters that are not shown as they are: control, invisible, undecodable ones."""
    return not _is_plain(text) and _unsafe().search(text) is not None


def safe(text: str) -> str:
    r"""One line that any terminal, file or clipboard may get: no control or invisible characters.

    They appear as ``\xHH`` (one byte) or ``\uHHHH``; undecodable bytes, kept as surrogates by `decode`, as
    ``\xHH``. Applied wherever remote text leaves the program (screen, report, log, export).
    """
    return text if _is_plain(text) else _unsafe().sub(_visible, text)


def safe_lines(text: str) -> str:
    """Like `safe`, but line feeds stay: for text that is shown as several lines."""
    return "\n".join(safe(line) for line in text.replace("\r\n", "\n").split("\n"))


def cells_of(text: str) -> int:
    """Columns of a terminal that a text fit for it takes; good enough to align a table."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def in_groups(digits: str) -> str:
    """A fingerprint in groups of four, upper case: how it is read aloud."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)).upper()


def short_sha256(digits: str) -> str:
    """The beginning of a fingerprint: enough to distinguish two certificates in a sentence."""
    return in_groups(digits[:8])


def about_seconds(seconds: float) -> str:
    """A wait as it is spoken of: ``0.45``, ``2`` (of 1.99), ``120``."""
    return f"{seconds:.2g}" if seconds < 10 else f"{seconds:.0f}"


def _is_plain(text: str) -> bool:
    """Whether there is nothing but printable ASCII, as in nearly every text."""
    return text.isascii() and text.isprintable()


@cache
def _unsafe() -> re.Pattern[str]:
    """Made for the first text that needs it: this takes longer than printing the version."""
    return re.compile(_UNSAFE)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code < 0xA0 or 0xDC80 <= ord(match.group()) <= 0xDCFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
