"""What a terminal gets of a screen, and whether it fits."""

import re
from typing import Any

from rich.color import ColorSystem

from tofutui.ui.sessions.form import FormScreen
from tofutui.ui.terminal.cell_diff import ScreenBuffer

BAD = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")
WITH_KEYS = (
    "tables", "detail", "plan", "log", "map", "help", "plain", "evidence", "picker", "welcome", "example",
    "form", "guide", "guide delete", "guide values", "guide causes",
)  # fmt: skip
"""Screens, not dialogs: their last line holds keys, and help is the last of them."""
HELP = re.compile(r"(\? more|\? help|F1 help) *$")


def written(d: Any) -> str:
    """What a terminal gets for the whole screen, without colours and places."""
    pieces = [(0, y, strip) for y, strip in enumerate(d.app.screen._compositor.render_strips())]
    return re.sub(r"\x1b\[[0-9;]*[mHG]", "", ScreenBuffer().update(pieces, ColorSystem.TRUECOLOR))


def frame(d: Any) -> list[str]:
    """The screen's lines; each takes exactly its width, and holds nothing that a terminal would obey.

    A field holds what was typed as it is: of the form it is looked at what the terminal gets.
    """
    strips = d.app.screen._compositor.render_strips()
    columns, _ = d.app.size
    for strip in strips:
        assert strip.cell_length == columns, strip.text
        assert isinstance(d.app.screen, FormScreen) or not BAD.search(strip.text), ascii(strip.text)
    assert not BAD.search(written(d))
    return [strip.text for strip in strips]
