"""What `check` is doing, on a terminal's stderr: one line that is redrawn in place and erased at the end.

Where stderr is not a terminal nothing is written.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.judgement.comparison import Comparison, NodeView, Phase

if TYPE_CHECKING:
    from tofutui.privacy.mask import Mask

DRAWN_EVERY = 0.1
"""Seconds in which changes are gathered before the line is drawn again."""
_ERASE = "\r\x1b[K"
_NARROWEST = 20


class CheckProgress:
    """The line, while its block runs; with ``many`` also a lasting line for each session that has ended."""

    def __init__(
        self, total: int, out: TextIO, *, many: bool, ascii_: bool = False, mask: "Mask | None" = None
    ) -> None:
        self._total = total
        self._out = out
        self._many = many
        self._ascii = ascii_
        self._shown_name = mask.session if mask is not None else str
        self._live = _is_live(out)
        self._running: dict[str, Comparison] = {}
        self._ended = 0
        self._shown = ""
        self._questions = 0
        self._due: asyncio.TimerHandle | None = None
        self._over = False

    def begin(self, comparison: Comparison) -> None:
        """A session's comparison begins."""
        self._running[comparison.session.name] = comparison
        self.heard()

    def end(self, comparison: Comparison, words: str) -> None:
        """A session's comparison has ended, with these words for its result."""
        self._running.pop(comparison.session.name, None)
        self._ended += 1
        if self._live and self._many:
            self._draw("")
            name = self._shown_name(comparison.session.name)
            self._write(f"{self._plain(f'{self._ended}/{self._total} {name}: {words}')}\n")
        self.heard()

    def heard(self, _change: object = None) -> None:
        """Something changed: draw soon."""
        if self._live and self._due is None and not self._over:
            self._due = asyncio.get_running_loop().call_later(DRAWN_EVERY, self._draw_now)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """The line is away while the block runs: something else writes on the terminal."""
        self._questions += 1
        self._draw("")
        try:
            yield
        finally:
            self._questions -= 1
            self.heard()

    def __enter__(self) -> "CheckProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        if self._due is not None:
            self._due.cancel()
        self._draw("")

    def _draw_now(self) -> None:
        self._due = None
        if not self._questions:
            self._draw(self._words())

    def _draw(self, line: str) -> None:
        if line != self._shown:
            self._shown = line
            self._write(_ERASE + line)

    def _write(self, text: str) -> None:
        """A terminal that has gone away does not end the comparison."""
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):
            self._live = False

    def _words(self) -> str:
        running = [
            words if not self._many else f"{self._shown_name(name)} {words}"
            for name, comparison in self._running.items()
            if (words := _doing(comparison))
        ]
        head = [f"{self._ended} of {self._total} done"] if self._many else []
        return self._plain(" · ".join([*head, *running]))[: max(_NARROWEST, _columns(self._out) - 1)]

    def _plain(self, text: str) -> str:
        text = safe(text)
        return text.replace("·", "-").encode("ascii", "replace").decode() if self._ascii else text


def _doing(comparison: Comparison) -> str:
    return ", ".join(f"{view.role}: {_state(view)}" for view in comparison.nodes.values())


def _state(view: NodeView) -> str:
    """How far a node is, with the rows that arrived or the endpoints that were asked."""
    rows = len(view.entries)
    if view.phase is Phase.IDLE:
        return "waiting"
    if view.phase is Phase.CONNECTING:
        return "connecting"
    if view.phase is Phase.LISTING:
        return f"listing, {rows} {'row' if rows == 1 else 'rows'}"
    open_ = sum(1 for entry in view.entries.values() if entry.presented.status is Status.PENDING)
    if open_:
        return f"probing {rows - open_}/{rows}"
    return "failed" if view.phase is Phase.FAILED else f"{rows} listed"


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _is_live(out: TextIO | None) -> bool:
    """Whether a line can be drawn in place there."""
    try:
        return out is not None and out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    except ValueError:  # closed
        return False
