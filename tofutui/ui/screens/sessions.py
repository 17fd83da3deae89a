"""The session picker."""

from textual.app import ComposeResult

from tofutui.tofu.session import Session
from tofutui.ui.actions import PICK
from tofutui.ui.lines import EMPTY, Line, Tone, line, wrap
from tofutui.ui.options import AppOptions
from tofutui.ui.screens.base import Acting, bindings_of
from tofutui.ui.widgets.bars import KeyBar
from tofutui.ui.widgets.painted import Painted, Scroller


class SessionScreen(Acting[str]):
    """Gives the name of the session to open, or nothing."""

    CSS_PATH = "../styles/view.tcss"
    BINDINGS = bindings_of(PICK)
    AUTO_FOCUS = ""

    def __init__(self, options: AppOptions, current: str | None) -> None:
        super().__init__()
        self._options = options
        self._names = list(options.sessions)
        self._current = current
        self._cursor = self._names.index(current) if current in self._names else 0

    def compose(self) -> ComposeResult:
        """Heading, sessions, keys."""
        yield Painted(id="heading")
        yield Scroller(id="text", picks=bool(self._names))
        yield KeyBar(PICK, id="keys")

    def on_resize(self) -> None:
        """Draw anew."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        text = self.query_one("#text", Scroller)
        self.query_one("#heading", Painted).show([line(" tofutui  Sessions", Tone.STRONG)])
        lines: list[Line] = [EMPTY]
        for name in self._names:
            lines.append(self._session(self._options.sessions[name]))
        text.show(lines if self._names else self._none(text.size.width - 2))
        if self._names:
            text.choose(1 + self._cursor)

    def _session(self, session: Session) -> Line:
        hosts = " + ".join(node.shown_address for node in session.nodes.values())
        here = "  (open)" if session.name == self._current else ""
        alone = "  stand-alone" if len(session.nodes) == 1 else ""
        return (
            (f"  {session.name:20} ", Tone.STRONG),
            (f"{hosts}{alone}  ", Tone.TEXT),
            (f"{session.title}{here}", Tone.MUTED),
        )

    def _none(self, width: int) -> list[Line]:
        text = (
            f"There is no session yet. Write one into {self._options.sessions_path} "
            "(sessions.toml.example shows every key), or look round first: tofutui --demo opens "
            "a simulated pair on this machine."
        )
        return [EMPTY, *(line("  " + part) for part in wrap(text, width - 2))]

    def _step(self, by: int) -> None:
        self._cursor = max(0, min(self._cursor + by, len(self._names) - 1))
        self._draw()

    def do_pick_down(self) -> None:
        """The next session."""
        self._step(1)

    def do_pick_up(self) -> None:
        """The session before."""
        self._step(-1)

    def do_pick_open(self) -> None:
        """Open the session under the cursor."""
        if self._names:
            self.dismiss(self._names[self._cursor])

    def do_pick_back(self) -> None:
        """Leave the picker."""
        self.dismiss(None)
