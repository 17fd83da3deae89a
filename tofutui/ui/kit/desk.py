"""What screens and widgets use of the app, so that none of them has to know the app itself."""

from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from textual.screen import Screen
from textual.widget import AwaitMount

from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import Session
from tofutui.ui.actions.catalogue import Scope, State
from tofutui.ui.actions.keymap import KeyBook
from tofutui.ui.backend import Clock, Opener
from tofutui.ui.kit.confirmation import Presses
from tofutui.ui.kit.mask import Privacy
from tofutui.ui.options import AppOptions
from tofutui.ui.text.spans import Tone
from tofutui.ui.text.vocabulary import Glyphs
from tofutui.ui.theme.styles import Palette

if TYPE_CHECKING:
    import asyncio
    from collections import deque

    from tofutui.appliance.questions import Asker
    from tofutui.tofu.deletion.choices import PlanChoices

Result = TypeVar("Result")
MESSAGES = 200
"""How many messages are kept to be read again."""


class ShownMessage(NamedTuple):
    """Messages to the operator, unmasked."""

    at: datetime
    text: str
    tone: Tone


class Echo(Protocol):
    """The line for those who watch: the last key and what it did."""

    line: str | None
    """The line; None: it is not shown."""

    def tell(self, did: str, by: str | None = None) -> None:
        """What was done by the last key, or by something else (``click``)."""


class Questions(Protocol):
    """When a question may open over the screen."""

    @property
    def is_asking(self) -> bool:
        """Whether a dialog waits for an answer."""

    def may_open_in(self) -> float:
        """Seconds until a dialog that the user did not open may open."""

    def say_waiting(self, notice: str) -> None:
        """Say that a question waits until the open dialog is answered."""

    def request_status(self) -> None:
        """Ask the terminal to answer once it has shown all that was written so far."""


class Notices(Protocol):
    """Messages that do not belong to one screen."""

    def take_back(self, text: str) -> None:
        """Remove this message wherever it is still shown."""


class Terminal(Protocol):
    """Control sequences beside the painting."""

    def report_mouse(self, on: bool) -> None:
        """Whether the terminal reports the mouse or selects text with it."""


class Looks(Protocol):
    """What a widget needs of the app to draw itself."""

    glyphs: Glyphs
    """The characters to draw with."""
    palette: Palette
    """The styles of the theme."""
    keys: KeyBook
    """The keys in force."""
    privacy: Privacy
    """What hides names, while it is on."""

    @property
    def echo(self) -> Echo:
        """The line for those who watch."""


class Simulation(NamedTuple):
    """Something that can be done to the simulated pair."""

    title: str
    help: str
    do: Callable[[], None]


class OpenTables(Protocol):
    """The main screen of the session that is open."""

    session: Session
    comparison: Comparison

    def state(self) -> State:
        """What decides which of its actions are possible now."""

    async def action_act(self, id_: str) -> None:
        """Carry out one of its actions."""

    def capture(self) -> None:
        """Take a capture of the pair, for a report."""

    def simulations(self) -> Iterable[Simulation]:
        """What can be done to the simulated pair; nothing on a real one."""


class Jobs(Protocol):
    """Gives the terminal to the shell, between two rows of a running plan at the earliest."""

    @property
    def is_waiting(self) -> bool:
        """Whether the terminal is given away as soon as the row under way has ended."""

    def row_ended(self) -> None:
        """No command is under way here: what waits for that may happen."""


class Desk(Looks, Protocol):
    """The app as its screens see it: settings, the open session, and what is done for all screens alike."""

    options: AppOptions
    sessions: dict[str, Session]
    """Every session by name."""
    clock: Clock
    opener: Opener
    presses: Presses
    """What was pressed, and what the terminal has shown of it."""
    running_plan: bool
    """Whether rows are being deleted."""
    plan_choices: "dict[str, PlanChoices]"
    """What was selected and deselected in plans, by the session's name."""
    actions: "deque[str]"
    """Ids of the last actions, for a crash file."""
    said: "deque[ShownMessage]"
    """The last messages, to be read again."""

    @property
    def jobs(self) -> Jobs:
        """When the terminal goes to the shell."""

    @property
    def asker(self) -> "Asker":
        """Who answers the questions of a login."""

    @property
    def questioning(self) -> Questions:
        """When a question may open."""

    @property
    def messages(self) -> Notices:
        """Messages that do not belong to one screen."""

    @property
    def output(self) -> Terminal:
        """Control sequences beside the painting."""

    @property
    def main(self) -> OpenTables | None:
        """The tables of the open session."""

    @property
    def own_themes(self) -> list[str]:
        """The names of the themes that can be chosen."""

    def run_guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; an error there is shown and ends nothing."""

    def keep_until_left(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Work that holds a login: cancelled before the app ends."""

    def announce(self, text: str, tone: Tone = Tone.TEXT, *, stays: bool = False) -> None:
        """A message on the uppermost screen that can show one."""

    def tell_of_themes(self) -> None:
        """Report faulty theme files and other warnings of the start."""

    def use_theme(self, name: str | None) -> None:
        """Switch to this theme; the default where it does not exist."""

    def next_theme(self) -> str:
        """Switch to the next theme and return its name."""

    def set_privacy(self, on: bool) -> None:
        """Switch the privacy mask."""

    def redraw_all(self) -> None:
        """Draw every screen again."""

    def outgoing(self, text: str) -> str:
        """Text as it may leave the app."""

    def copy(self, text: str) -> bool:
        """Send text to the clipboard of the terminal; False if it is too long."""

    def put_session(self, session: Session, before: str | None) -> None:
        """A session was created, or changed (``before`` is its old name)."""

    def open_session(self, session: Session) -> None:
        """Show this session and close the one that is open."""

    def leave(self, code: int = 0) -> None:
        """Leave the nodes and end."""

    def open_help(self, scope: Scope, state: State) -> None:
        """All keys, those of this scope first."""

    def show_text(self, text: str) -> None:
        """The text as plain lines that the mouse can select."""

    def picture(self) -> str:
        """The uppermost screen as SVG."""

    async def save_file(self, title: str, form: str, text: str) -> Path | None:
        """Ask for a path and write a private file there.

        Returns:
            The path; None if the user left the question.

        Raises:
            FileError: it cannot be written.
        """

    async def uncover(self, screen: Screen[Any] | OpenTables) -> None:
        """Close what lies over this screen."""

    def push_screen(self, screen: Screen[Result], callback: Callable[[Result | None], None]) -> AwaitMount:
        """Show a screen; the callback gets its result."""

    async def push_screen_wait(self, screen: Screen[Result]) -> Result:
        """Show a screen and wait for its result."""
