"""The first start, where there is no sessions file: what can be done."""

from tofutui.config.paths import bundled
from tofutui.config.sessions import how_to_make_one
from tofutui.ui.actions.catalogue import WELCOME
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.actions.movement import moved
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.kit.view import PickView, ViewScreen
from tofutui.ui.options import START_DEMO
from tofutui.ui.text.spans import EMPTY, Line, Tone, fit, line, width, wrap

_CHOICES = (
    (
        "welcome.demo",
        "Demo",
        "try it on a simulated pair that runs on this machine; nothing else is touched",
    ),
    ("welcome.new", "New session", "write a first session in a form, and test its login"),
    ("welcome.example", "Example", "show where a sessions file goes, and the example with every key"),
)


class WelcomeScreen(PickView[str]):
    """Gives the name of a session that was made, or nothing."""

    BINDINGS = bindings_of(WELCOME)
    bar = WELCOME

    def redraw(self) -> None:
        """Show everything again."""
        text = self.query_one("#text", Scroller)
        cells = max(20, text.size.width - 4)
        self.query_one("#heading", Painted).show([self.headline("tofutui  Welcome")])
        words = (
            "There is no sessions file yet. A session describes how to reach the two nodes of a Prime "
            f"Infrastructure pair. It is saved in {self.shown(self.owner.options.sessions_path)}"
        )
        lines: list[Line] = [EMPTY, *(line(f"  {part}") for part in wrap(words, cells)), EMPTY]
        starts = []
        for choice in _CHOICES:
            starts.append(len(lines))
            lines += [*self._choice(*choice, cells), EMPTY]
        text.show(lines)
        text.choose(starts[self._cursor])

    def _choice(self, id_: str, name: str, what: str, cells: int) -> list[Line]:
        """The key, the name, and beside it what it does."""
        lead: Line = ((fit(f"  {self.owner.keys.name(id_)}", 5), Tone.KEY), (fit(name, 13), Tone.STRONG))
        indent: Line = ((" " * width(lead), Tone.TEXT),)
        parts = wrap(what, cells - width(lead))
        return [(*(indent if number else lead), (part, Tone.TEXT)) for number, part in enumerate(parts)]

    @moves("welcome")
    def move(self, name: str) -> None:
        """Put the cursor on another choice."""
        self._cursor = moved(name, self._cursor, len(_CHOICES))
        self.redraw()

    @does("welcome.choose")
    def choose(self) -> None:
        """Do what the line under the cursor says."""
        (self.start_demo, self.new_session, self.show_example)[self._cursor]()

    @does("welcome.demo")
    def start_demo(self) -> None:
        """End here; the command line starts the simulated pair, and the app again on it."""
        self.owner.leave(START_DEMO)

    @does("welcome.new")
    def new_session(self) -> None:
        """A first session."""
        from tofutui.ui.sessions.form import FormScreen

        self.app.push_screen(FormScreen(None, is_new=True), self._made)

    def _made(self, name: str | None) -> None:
        if name is not None:
            self.dismiss(name)

    @does("welcome.example")
    def show_example(self) -> None:
        """Where the file goes, and what it may hold."""
        self.app.push_screen(ExampleScreen())

    @does("welcome.back")
    def go_back(self) -> None:
        """End the app."""
        self.dismiss(None)


class ExampleScreen(ViewScreen):
    """The example of a sessions file, below the words where one goes."""

    heading = "Where a sessions file goes, and an example"

    def content(self, width: int) -> list[Line]:
        """The path, the shortest file, and the whole example."""
        path = self.owner.options.sessions_path
        words = [
            f"The sessions file is {path}",
            how_to_make_one(path),
            f"tofutui sessions example > {path} writes the following to it.",
        ]
        lines: list[Line] = []
        for text in words:
            lines += [*(line(part) for part in wrap(text, width)), EMPTY]
        example = bundled("sessions.toml.example").read_text("utf-8")
        return lines + [line(part, Tone.COMMAND) for row in example.splitlines() for part in wrap(row, width)]
