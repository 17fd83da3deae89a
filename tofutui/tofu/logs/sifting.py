"""The text of logs, fit to be searched: quickly in bytes, exactly in lines."""

import re

_LETTERS = b"cdfhkmnprtvx"
"""Enough to distinguish the phrases that are looked for from others; fewer would be faster still."""
_LOWER = bytes(range(256)).lower()
_OTHERS = bytes(set(range(256)) - set(_LETTERS) - set(_LETTERS.upper()))
_LONGEST_BLANK = 64
_LONG_BLANK = re.compile(rf"[^\S\n]{{{_LONGEST_BLANK + 1},}}")
_RARE_BLANKS = "\v\f\x1c\x1d\x1e\x1f"


def skeleton(raw: bytes) -> bytes:
    """A dozen of its letters, in lower case.

    Where a text holds certain words, broken over lines or not, its skeleton holds theirs. It is a quarter as
    long, so that searching it is cheap: what is not in it needs no closer look.
    """
    return raw.translate(_LOWER, _OTHERS)


def lowered(text: str) -> str:
    """ASCII letters in lower case; every character keeps its place."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def whole_characters(raw: bytes) -> bytes:
    """UTF-8 without a character at its end that is not whole."""
    for back in range(1, min(4, len(raw))):
        lead = raw[-back]
        if lead & 0xC0 != 0x80:
            length = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
            return raw[:-back] if length > back else raw
    return raw


def without_blanks(text: str, *, is_end: bool) -> str:
    """The text without blank lines and carriage returns, long blanks cut at 64 characters.

    Unless it is the end of the log its last line may go on, and stays even if it is blank so far.
    """
    if "\r" in text:
        text = text.replace("\r", "\n")
    if is_end:
        text = text.rstrip("\n")
    lines = text.split("\n")
    last = [] if is_end else [lines.pop()]
    if not all(lines) or any(map(str.isspace, lines)):
        text = "\n".join([line for line in lines if line and not line.isspace()] + last)
    return _LONG_BLANK.sub(" " * _LONGEST_BLANK, text) if _may_hold_a_long_blank(text) else text


def _may_hold_a_long_blank(text: str) -> bool:
    """A fast way to say no: a long blank holds only spaces, or a tab beside a blank, or a rarer blank."""
    if " " * (_LONGEST_BLANK + 1) in text or not text.isascii():
        return True
    if any(blank in text for blank in _RARE_BLANKS):
        return True
    parts = text.split("\t")
    return any(part[:1] in " " for part in parts[1:]) or any(part[-1:] == " " for part in parts[:-1])
