"""What an action is: its keys, words and danger, where it works, and why it cannot be done now."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack

from tofutui.ui.actions.key_names import is_function_key, show_key
from tofutui.ui.actions.movement import MOVES


class Scope(StrEnum):
    """Where an action can be used; the value is the heading in help."""

    MAIN = "The two tables"
    VIEW = "Full-size views"
    DETAIL = "One row, full size"
    DELETE = "The delete dialog"
    RUN = "While rows are being deleted"
    PLAN = "The plan"
    GUIDE = "The guide"
    CAUSES = "The known causes"
    SHEET = "A form of the guide"
    EVIDENCE = "Evidence and logs"
    PICK = "The session picker"
    FORM = "A session's form"
    TRIAL = "The test of a connection"
    CONFIRM = "A question of the app"
    WELCOME = "The first start"
    ASK = "Questions of a node"
    ASK_KEY = "An unknown SSH host key"
    HELP = "Help"
    LOG = "The command log"
    SHARED = "Every screen and dialog"

    @property
    def is_screen(self) -> bool:
        """Whether it is a screen of its own over the tables, no dialog: what works everywhere works there."""
        return self in _SCREENS


_SCREENS = frozenset(
    {
        Scope.VIEW,
        Scope.DETAIL,
        Scope.PLAN,
        Scope.GUIDE,
        Scope.CAUSES,
        Scope.EVIDENCE,
        Scope.HELP,
        Scope.LOG,
        Scope.PICK,
        Scope.WELCOME,
    }
)
ALSO_IN: dict[Scope, tuple[Scope, ...]] = {
    scope: (Scope.VIEW,) for scope in (Scope.DETAIL, Scope.HELP, Scope.LOG)
}
"""Where the actions of further scopes work too."""


class Danger(StrEnum):
    """What an action can do to a node."""

    NONE = "none"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the rules below need to know about the moment."""

    ready: bool = True
    """Whether the connection part is loaded."""
    panes: int = 2
    rows: int = 0
    """Rows of the armed pane that are shown."""
    marks: int = 0
    """Marked rows of the armed pane, hidden ones included."""
    stale: int = 0
    """Stale rows of the armed pane that are shown."""
    planned: int = 0
    """Stale remote rows of both nodes."""
    busy: bool = False
    """Whether the armed pane's node is being read."""
    locked: str | None = None
    """Why nothing can be deleted on the armed pane's node."""
    guideless: str | None = None
    """Why the guide is not available."""
    watching: str | None = None
    """Who holds the guide's run; None: this process does."""
    ended: bool = False
    """Whether the guide's run has ended."""
    demo: bool = False
    """Whether the pair is the simulated one."""
    private: bool = False
    """Whether the privacy mask is on."""
    working: str | None = None
    """What the guide is doing just now."""
    retried: bool = False
    """Whether a lost link is about to be tried again."""
    sessions: int = 0
    """Sessions of the picker that are shown."""
    kept: str | None = None
    """Why the session under the cursor cannot be changed here."""
    fixed: str | None = None
    """Why no session can be made or changed here at all."""


Rule = Callable[[State], str | None]


def always(_state: State) -> str | None:
    """It can always be done."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a user can do."""

    id: str
    """``group.verb``; also the id of its key binding."""
    keys: tuple[str, ...]
    """In Textual's names; the first one is shown."""
    title: str
    help: str
    scope: Scope = Scope.MAIN
    hint: str = ""
    """The short verb of the footer."""
    footer: int = 0
    """Footer priority: the highest is the last to give way, 0 is never in the footer."""
    danger: Danger = Danger.NONE
    why_disabled: Rule = always
    palette: bool = True
    demo: bool = False
    """Only there on the simulated pair: neither footer nor help show it elsewhere."""
    priority: bool = False
    """Whether it goes before what a field that has the focus does with the key."""

    @property
    def is_help(self) -> bool:
        """Whether it opens the help: it always has its place in the footer."""
        return self.id.endswith(".help")

    @property
    def is_movement(self) -> bool:
        """Whether it only moves a cursor or scrolls: help shows it after what does something."""
        return self.id.rpartition(".")[2] in MOVES

    @property
    def shown_key(self) -> str:
        """The first key as it is printed; "" where it has none."""
        return show_key(self.keys[0]) if self.keys else ""

    @property
    def second_key(self) -> str:
        """Beside a function key the first key of another kind, as it is printed; "" without need of one."""
        if not self.keys or not is_function_key(self.keys[0]):
            return ""
        return next((show_key(key) for key in self.keys if not is_function_key(key)), "")

    @property
    def shown_keys(self) -> str:
        """All keys as they are printed."""
        return " ".join(show_key(key) for key in self.keys)


class Rest(TypedDict, total=False):
    """What few actions need; see `Action`."""

    scope: Scope
    danger: Danger
    why_disabled: Rule
    palette: bool
    demo: bool
    priority: bool


def main(
    id_: str, keys: str, title: str, text: str, hint: str = "", footer: int = 0, **rest: Unpack[Rest]
) -> Action:
    """An action of the main screen; ``keys`` are separated by blanks."""
    return Action(
        id=id_, keys=tuple(keys.split()), title=title, help=text, hint=hint, footer=footer, **rest
    )  # fmt: skip


def inner(
    id_: str, keys: str, title: str, text: str, hint: str = "", footer: int = 0, **rest: Unpack[Rest]
) -> Action:
    """An action inside of a screen or dialog; the group of its id names the scope."""
    rest.setdefault("palette", False)
    rest["scope"] = Scope[id_.partition(".")[0].upper()]
    return main(id_, keys, title, text, hint, footer, **rest)


def early(
    id_: str, keys: str, title: str, text: str, hint: str = "", footer: int = 0, **rest: Unpack[Rest]
) -> Action:
    """One that goes before what a field with the focus does with the key."""
    rest["priority"] = True
    return inner(id_, keys, title, text, hint, footer, **rest)


def reveal(scope: str) -> Action:
    """What a dialog is about, in spite of the privacy mask."""
    text = "While the privacy mask is on: show the dialog without stand-ins, until the next key."
    return inner(f"{scope}.reveal", "ctrl+r", "Reveal", text, why_disabled=_only_private)


def _only_private(state: State) -> str | None:
    return None if state.private else "the privacy mask is off"


def help_of(scope: str, keys: str = "question_mark f1") -> Action:
    """The help of a screen."""
    return inner(f"{scope}.help", keys, "Help", "All keys, those of this screen first.", "help", 100)
