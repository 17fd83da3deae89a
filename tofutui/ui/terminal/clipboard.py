"""Text on its way to the terminal's clipboard (OSC 52), also through tmux and GNU screen."""

from base64 import b64encode
from collections.abc import Mapping

LIMIT = 74_994
"""Bytes of base64 in one sequence: what terminals are known to take (xterm's own limit; tmux and others
take more)."""
SENT = "sent to the terminal's clipboard"
"""All that can be said: no terminal reports whether the text arrived."""
_SCREEN_PART = 240
"""Bytes of one passed-through string: old releases of GNU screen hold no more."""


def encoded(text: str) -> str:
    """The text as base64; lone surrogates cannot be sent and become question marks."""
    return b64encode(text.encode("utf-8", "replace")).decode("ascii")


def fits(text: str) -> bool:
    """Whether the text is short enough for one sequence."""
    return len(encoded(text)) <= LIMIT


def sequence(text: str, env: Mapping[str, str]) -> str:
    """What has to be written for this text; "" where it does not `fits`.

    tmux takes the plain sequence with ``set-clipboard on`` and passes a wrapped one on with
    ``allow-passthrough on``: it gets both, the second changes nothing. GNU screen passes short strings on.
    Where only TERM names one of them (a login from inside of it), the form is sent that harms neither.
    """
    if not fits(text):
        return ""
    plain = f"\x1b]52;c;{encoded(text)}\x07"
    term = env.get("TERM", "")
    if env.get("TMUX") or term.startswith("tmux"):
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if env.get("STY"):
        return _in_parts(plain)
    if term.startswith("screen"):
        return _in_parts(plain) + (plain if len(plain) <= _SCREEN_PART else "")
    return plain


def _in_parts(plain: str) -> str:
    parts = (plain[at : at + _SCREEN_PART] for at in range(0, len(plain), _SCREEN_PART))
    return "".join(f"\x1bP{part}\x1b\\" for part in parts)
