"""Every action of the app, declared once: keys, words, danger, and why it cannot be done now.

Bindings, the footer, help, the command palette, the key map and the README's table come from here. Loads no
Textual, so that the command line can print the keys.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum


class Scope(StrEnum):
    """Where an action can be used; the value is the heading in help."""

    MAIN = "The two tables"
    VIEW = "Full-size views"
    DELETE = "The delete dialog"
    RUN = "While rows are being deleted"
    PLAN = "The plan"
    GUIDE = "The guide"
    EVIDENCE = "Evidence and logs"
    PICK = "The session picker"
    ASK = "Questions of a node"
    ASK_KEY = "An unknown SSH host key"


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
    """Why there is no guide."""
    watching: str | None = None
    """Who holds the guide's run; None: this process does."""
    ended: bool = False
    """Whether the guide's run has ended."""
    demo: bool = False
    """Whether the pair is the simulated one."""
    working: str | None = None
    """What the guide is doing just now."""


Rule = Callable[[State], str | None]


def _always(_state: State) -> str | None:
    return None


def _needs_row(state: State) -> str | None:
    return None if state.rows else "there is no row here"


def _needs_link(state: State) -> str | None:
    return None if state.ready else "the app is still starting"


def _needs_two(state: State) -> str | None:
    return None if state.panes > 1 else "this session has no secondary"


def _can_delete(state: State) -> str | None:
    return _needs_link(state) or (None if state.marks else _needs_row(state)) or state.locked


def _can_plan(state: State) -> str | None:
    if not state.ready:
        return _needs_link(state)
    return None if state.planned else "no stale row of a remote host on either node"


def _can_refresh(state: State) -> str | None:
    return _needs_link(state) or ("this node is being read already" if state.busy else None)


def _has_stale(state: State) -> str | None:
    return None if state.stale else "no stale row in this pane"


def _has_counterpart(state: State) -> str | None:
    return _needs_two(state) or _needs_row(state)


def _can_guide(state: State) -> str | None:
    return _needs_link(state) or state.guideless


def _holds_run(state: State) -> str | None:
    if state.watching is not None:
        return f"held by {state.watching}; t takes it over"
    return state.working


def _watches_run(state: State) -> str | None:
    return None if state.watching is not None else "the run is held here"


def _run_ended(state: State) -> str | None:
    return None if state.ended else "the run has not ended"


def _only_demo(state: State) -> str | None:
    return None if state.demo else "only on the simulated pair (--demo)"


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
    """How much it deserves its place in the footer: 1 goes last, 0 is never there."""
    danger: Danger = Danger.NONE
    why_disabled: Rule = _always
    palette: bool = True
    demo: bool = False
    """Only there on the simulated pair: neither footer nor help show it elsewhere."""

    @property
    def shown_key(self) -> str:
        """The first key as it is printed."""
        return show_key(self.keys[0])

    @property
    def shown_keys(self) -> str:
        """All keys as they are printed."""
        return " ".join(show_key(key) for key in self.keys)


_NAMES = {
    "question_mark": "?", "slash": "/", "equals_sign": "=", "colon": ":", "space": "Space", "enter": "Enter",
    "escape": "Esc", "tab": "Tab", "shift+tab": "Shift+Tab", "up": "↑", "down": "↓", "pageup": "PageUp",
    "pagedown": "PageDown", "home": "Home", "end": "End",
}  # fmt: skip


def show_key(key: str) -> str:
    """A key of the keyboard as people write it: ``ctrl+d`` is Ctrl+D, ``question_mark`` is ?."""
    if key in _NAMES:
        return _NAMES[key]
    if key[0] == "f" and key[1:].isdigit():
        return key.upper()
    if key.startswith("ctrl+"):
        return "Ctrl+" + key[5:].upper()
    return key


def _move(name: str, keys: tuple[str, ...], title: str) -> Action:
    return Action(id=f"move.{name}", keys=keys, title=title, help=f"{title}.", palette=False)


def _view(name: str, keys: tuple[str, ...], title: str) -> Action:
    return Action(
        id=f"view.{name}", keys=keys, title=title, help=f"{title}.", scope=Scope.VIEW, palette=False
    )


def _inner(id_: str, keys: str, title: str, text: str, hint: str = "", footer: int = 0) -> Action:
    return Action(
        id=id_, keys=tuple(keys.split()), title=title, help=text, hint=hint, footer=footer,
        scope=Scope[id_.partition(".")[0].upper()], palette=False,
    )  # fmt: skip


def _early(id_: str, keys: str, title: str, text: str) -> Action:
    return replace(_inner(id_, keys, title, text), priority=True)


def _help(scope: str, keys: str = "question_mark f1") -> Action:
    return _inner(f"{scope}.help", keys, "Help", "All keys, those of this screen first.", "help", 100)


MAIN: tuple[Action, ...] = (
    Action(
        id="pane.next", keys=("tab", "shift+tab"), title="Other pane", hint="pane", footer=90,
        help="Arm the other pane: the heavy border, the reversed title and the cursor go there.",
        why_disabled=_needs_two,
    ),
    Action(
        id="pane.primary", keys=("1", "h"), title="Pane PRIMARY", palette=False,
        help="Arm the primary's pane.",
    ),
    Action(
        id="pane.secondary", keys=("2", "l"), title="Pane SECONDARY", palette=False,
        help="Arm the secondary's pane.", why_disabled=_needs_two,
    ),
    _move("down", ("j", "down"), "One row down"),
    _move("up", ("k", "up"), "One row up"),
    _move("first", ("g", "home"), "First row"),
    _move("last", ("G", "end"), "Last row"),
    _move("half_down", ("ctrl+d",), "Half a page down"),
    _move("half_up", ("ctrl+u",), "Half a page up"),
    _move("page_down", ("pagedown",), "A page down"),
    _move("page_up", ("pageup",), "A page up"),
    Action(
        id="row.detail", keys=("enter",), title="Details", hint="detail", footer=80,
        help="Everything known about the row: both names, the certificate, the chain, reasons, evidence.",
        why_disabled=_needs_row,
    ),
    Action(
        id="row.mark", keys=("space",), title="Mark", hint="mark", footer=40,
        help="Mark the row or take the mark away; D then deletes the marked rows of this pane.",
        why_disabled=_needs_row,
    ),
    Action(
        id="row.delete", keys=("D",), title="Delete the row or the marked rows", hint="delete", footer=85,
        help="Open the delete dialog for the marked rows of the armed pane, or for the row under the cursor. "
        "Nothing is sent before y is pressed in it.",
        danger=Danger.IRREVERSIBLE, why_disabled=_can_delete,
    ),
    Action(
        id="plan.open", keys=("p",), title="Plan over both nodes", hint="plan", footer=75,
        help="Every stale row of a remote host on both nodes, in the order they will run, with the commands.",
        why_disabled=_can_plan,
    ),
    Action(
        id="table.refresh", keys=("r",), title="Refresh this pane", hint="refresh", footer=60,
        help="List this node's table again and ask its endpoints again.", why_disabled=_can_refresh,
    ),
    Action(
        id="table.refresh_all", keys=("R",), title="Refresh both panes",
        help="List both tables again and ask all endpoints again.", why_disabled=_needs_link,
    ),
    Action(
        id="table.watch", keys=("w",), title="Watch on/off", hint="watch", footer=20,
        help="Refresh both by itself; the pause is counted from the end of one refresh to the next. A node "
        "that refused the login is left out until r asks it again. Each refresh marks what is new (+), "
        "changed (~) or gone (\N{MINUS SIGN}) since the listing before.",
        why_disabled=_needs_link,
    ),
    Action(
        id="table.filter", keys=("slash",), title="Filter", hint="filter", footer=65,
        help="Show only rows with this text in host, port, key, name, subject or verdict. Esc clears it.",
    ),
    Action(
        id="stale.next", keys=("n",), title="Next stale row", hint="next stale", footer=55,
        help="Go to the next stale row of this pane.", why_disabled=_has_stale,
    ),
    Action(
        id="stale.previous", keys=("N",), title="Previous stale row",
        help="Go to the stale row before.", why_disabled=_has_stale,
    ),
    Action(
        id="row.counterpart", keys=("equals_sign",), title="Counterpart in the other pane",
        hint="counterpart", footer=15, help="Go to the other node's row about the same host and port.",
        why_disabled=_has_counterpart,
    ),
    Action(
        id="table.sort", keys=("s",), title="Sort", hint="sort", footer=30,
        help="By verdict, by host and port, by expiry, or as the node lists them.",
    ),
    Action(
        id="pane.zoom", keys=("z", "f10"), title="Zoom the pane", hint="zoom", footer=25,
        help="The armed pane over the whole width, and back.", why_disabled=_needs_two,
    ),
    Action(
        id="evidence.open", keys=("e",), title="Evidence and logs", hint="evidence", footer=70,
        help="What was seen of the row over time. Add to it: the \"TOFU failed\" lines of a log, known "
        "certificates, what was re-issued or learned again.",
        why_disabled=_needs_link,
    ),
    Action(
        id="guide.open", keys=("c",), title="Guided re-registration", hint="guide", footer=72,
        help="Step by step from the stale rows to Primary Active and back to ISE; every change is stored, "
        "and a run that was interrupted goes on where it was.",
        why_disabled=_can_guide,
    ),
    Action(
        id="log.open", keys=("L",), title="Command log", hint="log", footer=35,
        help="Every command that was sent to the nodes, and what came back.",
    ),
    Action(
        id="copy.value", keys=("y",), title="Copy the value",
        help="The presented SHA-256 of the row (else its key), to the terminal's clipboard.",
        why_disabled=_needs_row,
    ),
    Action(
        id="copy.row", keys=("Y",), title="Copy the row",
        help="The row with its verdict, reasons and delete command, to the terminal's clipboard.",
        why_disabled=_needs_row,
    ),
    Action(id="app.theme", keys=("T",), title="Next theme", help="Go through the themes."),
    Action(
        id="app.sessions", keys=("S",), title="Sessions", hint="sessions", footer=10,
        help="Open another session; the connections of this one are closed first.",
    ),
    Action(
        id="app.palette", keys=("ctrl+p", "colon"), title="Command palette", palette=False,
        help="Every action by name.",
    ),
    Action(
        id="app.back", keys=("escape",), title="One level back", palette=False,
        help="Out of a screen; here: clear the filter, then the marks, then the zoom.",
    ),
    Action(
        id="app.quit", keys=("q",), title="Quit", hint="quit", footer=50,
        help="Leave both nodes with exit and end the app.",
    ),
    Action(
        id="app.help", keys=("question_mark", "f1"), title="Help", hint="more", footer=100,
        help="All keys, and what the verdicts mean.",
    ),
)  # fmt: skip

VIEW: tuple[Action, ...] = (
    _view("down", ("j", "down"), "Down"),
    _view("up", ("k", "up"), "Up"),
    _view("first", ("g", "home"), "To the top"),
    _view("last", ("G", "end"), "To the end"),
    _view("half_down", ("ctrl+d",), "Half a page down"),
    _view("half_up", ("ctrl+u",), "Half a page up"),
    _view("page_down", ("pagedown",), "A page down"),
    _view("page_up", ("pageup",), "A page up"),
    _inner("view.back", "escape q enter", "Back", "Close this view.", "back", 90),
    _help("view"),
)

DELETE: tuple[Action, ...] = (
    _inner("delete.keep", "enter escape n q", "Keep", "Close the dialog; nothing is sent."),
    replace(
        _inner(
            "delete.confirm", "y", "Delete",
            "Delete what the dialog shows. A row that is not stale or is the node's own needs its key typed.",
        ),
        danger=Danger.IRREVERSIBLE,
    ),
    _inner("delete.next", "tab", "Next field", "From the typed key to the buttons."),
    _inner("delete.previous", "shift+tab", "Field before", "Back to the field before."),
    _inner("delete.copy", "ctrl+y", "Copy", "What the dialog says, to the terminal's clipboard."),
    _inner("delete.down", "down j", "Scroll down", "Show more of a long dialog."),
    _inner("delete.up", "up k", "Scroll up", "Show what is above."),
    _inner("delete.page_down", "pagedown", "A page down", "A page down."),
    _inner("delete.page_up", "pageup", "A page up", "A page up."),
)  # fmt: skip

RUN: tuple[Action, ...] = (
    _inner("run.back", "enter escape q", "Back", "Close, once every step has ended.", "back", 90),
    _inner("run.down", "down j", "Scroll down", "Show more of a long run."),
    _inner("run.up", "up k", "Scroll up", "Show what is above."),
)

PLAN: tuple[Action, ...] = (
    _inner("plan.down", "j down", "Down", "Next row."),
    _inner("plan.up", "k up", "Up", "Row before."),
    _inner("plan.toggle", "space", "Take in or leave out", "A suspect row is only taken in by hand.",
           "take in / leave out", 80),
    replace(
        _inner("plan.delete", "D", "To the delete dialog", "The delete dialog for the rows taken in.",
               "delete dialog", 85),
        danger=Danger.IRREVERSIBLE,
    ),
    _inner("plan.copy", "y", "Copy the commands", "Those of the rows taken in, to the terminal's clipboard.",
           "copy commands", 60),
    _inner("plan.back", "escape q", "Back", "Close the plan; nothing is sent.", "back", 90),
    _help("plan"),
)  # fmt: skip

GUIDE: tuple[Action, ...] = (
    _inner("guide.down", "j down", "Next step", "Show the next step."),
    _inner("guide.up", "k up", "Step before", "Show the step before."),
    _inner("guide.now", "n", "The step to do now", "Show the step that is to be done now.", "now", 30),
    _inner("guide.page_down", "pagedown ctrl+d", "A page down", "More of the step shown."),
    _inner("guide.page_up", "pageup ctrl+u", "A page up", "What is above in the step shown."),
    replace(
        _inner("guide.act", "enter", "Do the step",
               "Check, ask, open the plan, or tick, as the step says.", "do it", 95),
        why_disabled=_holds_run,
    ),
    _inner("guide.copy", "1 2 3 4 5 6 7 8 9", "Copy a value",
           "The value with this number, to the terminal's clipboard.", "copy value", 60),
    replace(
        _inner("guide.skip", "s", "Skip the step", "Leave the step out, with a reason.", "skip", 50),
        why_disabled=_holds_run,
    ),
    replace(
        _inner("guide.fail", "F", "The step failed", "Say what was seen; the known causes are shown then.",
               "failed", 70),
        why_disabled=_holds_run,
    ),
    replace(
        _inner("guide.reopen", "u", "Do a step again", "The step shown, and what rests on it.", "again", 45),
        why_disabled=_holds_run,
    ),
    replace(
        _inner("guide.note", "m", "Note", "Write something beside the step shown.", "note", 65),
        why_disabled=_holds_run,
    ),
    _inner("guide.causes", "K", "Known causes", "Why a registration fails: how to tell, what to do.",
           "causes", 55),
    _inner("guide.evidence", "e", "Evidence and logs", 'Add "TOFU failed" lines of a node\'s log.',
           "evidence", 25),
    _inner("guide.log", "L", "Command log", "Every command that was sent, and what came back.", "log", 20),
    _inner("guide.record", "x", "Change record", "Write the record of this run into a file.", "record", 75),
    replace(
        _inner("guide.new", "N", "New run", "Begin another run once this one has ended.", "new run", 15),
        why_disabled=_run_ended,
    ),
    replace(
        _inner("guide.take", "t", "Take over", "Hold the run that another process holds; that one watches.",
               "take over", 40),
        why_disabled=_watches_run,
    ),
    replace(
        _inner("guide.demo_register", "f7", "Simulate the browser: Register",
               "Demo only: what a click on Register does on the simulated pair.",
               "simulate browser: Register", 80),
        why_disabled=_only_demo, demo=True,
    ),
    replace(
        _inner("guide.demo_ise", "f8", "Simulate the browser: Add ISE, Save",
               "Demo only: what adding the ISE servers does on the simulated pair.",
               "simulate browser: Add ISE", 79),
        why_disabled=_only_demo, demo=True,
    ),
    _inner("guide.back", "escape q", "Back", "To the tables; the run goes on where it is.", "back", 90),
)  # fmt: skip

EVIDENCE: tuple[Action, ...] = (
    _inner("evidence.add", "f5", "Add the log",
           "Read the pasted text, or else the files named, for TOFU failures.",
           "add log", 85),
    _inner("evidence.role", "f2", "Whose log", "Primary, secondary, or not known.", "whose", 80),
    _inner("evidence.reissued", "f3", "This host was re-issued",
           "Say that the row's host has a new certificate.", "re-issued", 70),
    _inner("evidence.learned", "f4", "Learned again",
           "Say when the node learned this row again: evidence from before no longer counts.",
           "learned again", 65),
    _inner("evidence.certificates", "f8", "Add known certificates",
           "Read exported certificates (PEM, DER, keytool's text): a file, a folder or a glob.",
           "add certificates", 75),
    _early("evidence.page_down", "pagedown", "A page down", "More of what is known of the row."),
    _early("evidence.page_up", "pageup", "A page up", "Back up in what is known of the row."),
    _inner("evidence.back", "escape", "Back", "Close the screen.", "back", 90),
    _help("evidence", "f1 question_mark"),
)  # fmt: skip

PICK: tuple[Action, ...] = (
    _inner("pick.down", "j down", "Down", "Next one."),
    _inner("pick.up", "k up", "Up", "The one before."),
    _inner("pick.open", "enter", "Open", "Open this session.", "open", 90),
    _inner(
        "pick.back", "escape q", "Back", "Stay with the open session; quit where none is open.", "back", 80
    ),
)

ASK: tuple[Action, ...] = (
    _inner("ask.no", "escape", "No answer", "Leave a node's question unanswered."),
    _inner("ask.down", "down", "Scroll down", "Show more of a long question."),
    _inner("ask.up", "up", "Scroll up", "Show what is above."),
)

ASK_KEY: tuple[Action, ...] = (
    _inner("ask_key.no", "escape enter n q", "No", "Refuse an unknown SSH host key."),
    _inner("ask_key.yes", "y", "Yes", "Add an unknown SSH host key to known_hosts and log in."),
)

ACTIONS: tuple[Action, ...] = (
    *MAIN, *VIEW, *DELETE, *RUN, *PLAN, *GUIDE, *EVIDENCE, *PICK, *ASK, *ASK_KEY,
)  # fmt: skip
BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def footer_items(actions: tuple[Action, ...]) -> list[Action]:
    """What may stand in a footer, the most deserving first."""
    return sorted((a for a in actions if a.footer), key=lambda a: -a.footer)
