"""The last command that was sent to a node, and the first line of what it printed. Knows no Textual."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import Role
from tofutui.ui.text.spans import EMPTY, Line, Tone
from tofutui.ui.text.vocabulary import Glyphs, clock_time

if TYPE_CHECKING:
    from tofutui.appliance.node import LogLine


_NOT_BLANK = re.compile(r"\S.*")


def last_command(log: Sequence[LogLine], glyphs: Glyphs) -> Line:
    """``last sent: PRIMARY 14:02:38 $ show clock → Sat Nov 28 …``; empty before the first command."""
    at = next((index for index in reversed(range(len(log))) if log[index].kind == "sent"), None)
    if at is None:
        return EMPTY
    sent = log[at]
    answers = [later for later in log[at + 1 :] if later.role is sent.role]
    answer = next((_first_line(later) for later in answers if later.kind in ("printed", "error")), "")
    text = f" {clock_time(sent.at)} $ {safe(sent.text)} {glyphs.arrow} {answer or glyphs.ellipsis}"
    role = Tone.PRIMARY if sent.role is Role.PRIMARY else Tone.SECONDARY
    return (" last sent: ", Tone.MUTED), (sent.role.word, role), (text, Tone.MUTED)


def _first_line(entry: LogLine) -> str:
    """The first line that is not blank; a listing may have thousands."""
    first = _NOT_BLANK.search(entry.text)
    return safe(first[0].rstrip()) if first else ""
