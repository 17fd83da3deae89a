"""What everything that talks over one shell needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tofutui.appliance.cli.console import Console
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.questions import Asker
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.unknown import MOST_LINES, bounded
from tofutui.tofu.site.session import NodeSettings

LogKind = Literal["sent", "answer", "printed", "note", "error"]
"""What a line of the command log is: a command, an answer to a question of the node, what a command printed,
what happened to the connection, what went wrong."""
Say = Callable[[LogKind, str], None]
"""Writes a line of the command log."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One shell, whose it is, who answers its questions, and where it is logged."""

    console: Console
    settings: NodeSettings
    asker: Asker
    timings: Timings
    say: Say
    cap: int
    """Bytes that one command, or everything before the first prompt, may print."""
    unknown: list[str] = field(default_factory=list)
    """Lines that no table of dialogues knows: menus, questions, and what came although nothing was asked."""

    def note_unknown(self, text: str) -> None:
        """Keep what a node printed that is not known, in lines."""
        if len(self.unknown) < MOST_LINES and text.strip() not in self.unknown:
            self.unknown[:] = bounded((*self.unknown, *text.splitlines()))


def quoted(text: str) -> str:
    """The last words of a node, on one line, for a message."""
    lines = [safe(line.strip()) for line in re.split(r"[\r\n]+", text) if line.strip()]
    shown = " / ".join(lines[-4:])
    return f'"{shown if len(shown) <= 240 else "…" + shown[-240:]}"'
