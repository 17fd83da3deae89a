"""Every action of the app, declared once: keys, words, danger, and why it cannot be done now.

Bindings, the footer, help, the command palette, the key map and the README's table come from here. Loads no
Textual, so that the command line can print the keys.
"""

from tofutui.ui.actions.guide import CAUSES, GUIDE, SHEET
from tofutui.ui.actions.key_names import show_key
from tofutui.ui.actions.model import Action, Danger, Scope, State, early, help_of, inner, main, reveal
from tofutui.ui.actions.sessions import CONFIRM, FORM, PICK, SESSIONS, TRIAL, WELCOME
from tofutui.ui.actions.views import DETAIL, HELP, LOG, VIEW


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
    return _needs_link(state) or ("this node is already being read" if state.busy else None)


def _is_retried(state: State) -> str | None:
    return None if state.retried else "no automatic reconnect is running"


def _has_stale(state: State) -> str | None:
    return None if state.stale else "no stale row in this pane"


def _has_counterpart(state: State) -> str | None:
    return _needs_two(state) or _needs_row(state)


def _can_guide(state: State) -> str | None:
    return _needs_link(state) or state.guideless


def _move(name: str, keys: str, title: str) -> Action:
    return main(f"move.{name}", keys, title, f"{title}.", palette=False)


SHARED: tuple[Action, ...] = (
    main("screen.copy", "ctrl+y", "Copy what is shown",
         "To the terminal's clipboard: of a row the presented SHA-256 (else its key), of the plan the "
         "commands of the selected rows, of any other screen or dialog what it says.",
         scope=Scope.SHARED, priority=True),
    main("screen.text", "f6 ctrl+n", "As plain text",
         "What the screen or dialog says as plain text, to be selected by dragging: the mouse is left to the "
         "terminal meanwhile.", scope=Scope.SHARED, priority=True),
    main("screen.svg", "f12 ctrl+backslash", "Save SVG",
         "The screen or dialog as a picture (SVG), into a file.", scope=Scope.SHARED, priority=True),
)  # fmt: skip
"""What works on every screen and in every dialog."""

MAIN: tuple[Action, ...] = (
    main("row.detail", "enter", "Look at the row",
         "Everything known about the row: both names, the certificate, the chain, reasons, evidence.",
         "detail", 80, why_disabled=_needs_row),
    main("row.delete", "D", "Delete the row or the marked rows",
         "Open the delete dialog for the marked rows of the active pane, or for the row under the cursor. "
         "Nothing is sent before {delete.confirm} is pressed in it.", "delete", 85,
         danger=Danger.IRREVERSIBLE, why_disabled=_can_delete),
    main("plan.open", "p", "Plan over both nodes",
         "Every stale row of a remote host on both nodes, in the order of deletion, with the commands.",
         "plan", 75, why_disabled=_can_plan),
    main("evidence.open", "e", "Evidence and logs",
         "The history of the row. Add evidence: \"TOFU failed\" lines of a log, known certificates, a "
         "re-issue, or that the row was learned again.", "evidence", 70, why_disabled=_needs_link),
    main("guide.open", "c", "Guided re-registration",
         "Step by step from the stale rows to Primary Active and back to ISE; every change is stored, and "
         "an interrupted run continues where it was.", "guide", 72, why_disabled=_can_guide),
    main("table.export", "x", "Export",
         "The comparison as text, JSON or Markdown, or the screen as SVG, into a file. The record of a "
         "change is written in the guide ({guide.record}) or by `tofutui record`. An existing file is "
         "overwritten only after you confirm.", "export", 12),
    main("row.mark", "space", "Mark",
         "Mark the row, or clear its mark; {row.delete} then deletes the marked rows of this pane.", "mark",
         40, why_disabled=_needs_row),
    main("row.mark_all", "a", "Mark all rows",
         "Mark all rows of this pane that are shown, except those about the node itself.",
         why_disabled=_needs_row),
    main("row.mark_none", "A", "Clear all marks", "Clear every mark in this pane."),
    main("table.refresh", "r", "Refresh this pane",
         "List this node's table again and probe its endpoints again. A lost connection is retried "
         "immediately, then automatically at growing intervals, until {link.stop} or {app.back}.", "refresh",
         60, why_disabled=_can_refresh),
    main("table.refresh_all", "R", "Refresh both panes",
         "List both tables again and probe all endpoints again.", why_disabled=_needs_link),
    main("table.watch", "w", "Watch on/off",
         "Refresh both tables automatically; the interval runs from the end of one refresh to the start of "
         "the next. A node that refused the login is skipped until {table.refresh} asks it again; a lost "
         "connection is retried at growing intervals. Each refresh marks what is new (+), changed (~) or "
         "gone (\N{MINUS SIGN}) since the previous listing.", "watch", 20, why_disabled=_needs_link),
    main("link.stop", "b", "Stop reconnecting",
         "Stop the automatic reconnect; {table.refresh} starts it again.", why_disabled=_is_retried),
    main("table.filter", "slash", "Filter",
         "Show only rows with this text in host, port, key, name, subject or verdict; with ! in front only "
         "those without it. {app.back} clears it.", "filter", 65),
    main("stale.next", "n", "Next stale row",
         "Go to the next stale row of this pane.", "next stale", 55, why_disabled=_has_stale),
    main("stale.previous", "N", "Previous stale row",
         "Go to the previous stale row of this pane.", why_disabled=_has_stale),
    main("row.counterpart", "equals_sign", "Counterpart in the other pane",
         "Go to the other node's row about the same host and port.", "counterpart", 15,
         why_disabled=_has_counterpart),
    main("table.sort", "s", "Sort",
         "By verdict, by host and port, by expiry, or as the node lists them.", "sort", 30),
    main("table.row_height", "H", "Row height: auto, 1, 2, 3",
         "Lines of a row in both panes: as many as there is room for, or one, two, three. Two show stored "
         "above presented, three the first reason as well."),
    main("pane.zoom", "z f10", "Zoom the pane",
         "Show the active pane at full width, or both panes again.", "zoom", 25, why_disabled=_needs_two),
    main("trust.open", "m", "Trust map",
         "Who trusts whom, with the worst verdict of the rows behind each arrow.", "map", 18),
    main("impact.open", "I", "Impact of a renewal",
         "What renewing the certificate of this row's server will make stale, and what to delete then."),
    main("log.open", "L", "Command log",
         "Every command that was sent to the nodes, and what came back.", "log", 35),
    main("app.messages", "M", "Messages", "Every message of this run with its time, the newest first."),
    main("copy.row", "Y", "Copy the row",
         "The row with its verdict, reasons and delete command, to the terminal's clipboard; on a screen "
         "without rows, its text."),
    main("copy.none", "y", "Yes, in a question only",
         "Says yes to a question, and does nothing anywhere else: {screen.copy} and {copy.row} copy.",
         palette=False),
    main("app.privacy", "v", "Privacy mask on/off",
         "Stand-ins for addresses, names, serials and the ends of fingerprints: on every screen, in copies "
         "and exports. What is sent to a node, journalled and remembered stays as it is.", "privacy", 11),
    main("app.last_key", "K", "Show the last key on/off",
         "A line above the keys with the last key and what it did, for people watching. What is typed into "
         "a field is never shown."),
    main("app.explain", "i", "TOFU explained",
         "One page: what the tables are, what stale means, the verdicts, what a deletion does."),
    main("app.theme", "T", "Next theme", "Go through the themes."),
    main("app.sessions", "S", "Sessions",
         "Open another session; the connections of this one are closed first.", "sessions", 10),
    main("app.palette", "ctrl+p colon", "Command palette",
         "Every action, session and theme by name; on every full screen.", palette=False),
    main("pane.next", "tab shift+tab", "Other pane",
         "Make the other pane active: it gets the heavy border, the reversed title and the cursor.", "pane",
         90, why_disabled=_needs_two),
    main("pane.primary", "1 h", "Pane PRIMARY", "Make the primary's pane active.", palette=False),
    main("pane.secondary", "2 l", "Pane SECONDARY",
         "Make the secondary's pane active.", palette=False, why_disabled=_needs_two),
    _move("down", "j down", "One row down"),
    _move("up", "k up", "One row up"),
    _move("first", "g home", "First row"),
    _move("last", "G end", "Last row"),
    _move("half_down", "ctrl+d", "Half a page down"),
    _move("half_up", "ctrl+u", "Half a page up"),
    _move("page_down", "pagedown", "A page down"),
    _move("page_up", "pageup", "A page up"),
    main("app.back", "escape", "One level back",
         "Leave a screen; here: clear the filter, then the marks, then the zoom, then stop reconnecting.",
         palette=False),
    main("app.quit", "q", "Quit", "Leave both nodes with exit and end the app.", "quit", 50),
    main("app.help", "question_mark f1", "Help", "All keys, and what the verdicts mean.", "more", 100),
)  # fmt: skip
_EVERYWHERE = ("app.palette", "app.privacy", "app.messages", "copy.row", "copy.none")
EVERYWHERE: tuple[Action, ...] = tuple(action for action in MAIN if action.id in _EVERYWHERE)
"""What works on every full screen, not in dialogs."""

DELETE: tuple[Action, ...] = (
    inner("delete.keep", "enter escape n q", "Keep", "Close the dialog; nothing is sent."),
    inner("delete.confirm", "y", "Delete",
          "Delete what the dialog shows. A row that is not stale or is the node's own needs its key typed.",
          danger=Danger.IRREVERSIBLE),
    inner("delete.next", "tab", "Next field", "From the typed key to the buttons."),
    inner("delete.previous", "shift+tab", "Previous field", "Back to the previous field."),
    reveal("delete"),
    inner("delete.down", "down j", "Scroll down", "Show more of a long dialog."),
    inner("delete.up", "up k", "Scroll up", "Scroll back up."),
    inner("delete.page_down", "pagedown", "A page down", "A page down."),
    inner("delete.page_up", "pageup", "A page up", "A page up."),
)  # fmt: skip

RUN: tuple[Action, ...] = (
    inner("run.back", "enter q", "Back", "Close, once every step has ended.", "back", 90),
    inner(
        "run.stop",
        "escape",
        "Stop after this row",
        "Finish and verify the current row; do not send the rest. Once every step has ended, close the view.",
    ),
    inner("run.down", "down j", "Scroll down", "Show more of a long run."),
    inner("run.up", "up k", "Scroll up", "Scroll back up."),
)

PLAN: tuple[Action, ...] = (
    inner("plan.down", "j down", "Down", "Next row."),
    inner("plan.up", "k up", "Up", "Previous row."),
    inner("plan.toggle", "space", "Select or deselect", "Suspect rows are never preselected.",
           "select", 80),
    inner("plan.all", "a", "Select all", "Select every row that can be deleted, suspect ones too.", "all",
          60),
    inner("plan.none", "A", "Select none", "Deselect every row.", "none", 55),
    inner("plan.delete", "D", "To the delete dialog",
          "The delete dialog for the selected rows.", "delete dialog", 85, danger=Danger.IRREVERSIBLE),
    inner("plan.copy", "f9 c", "Copy the commands",
          "Those of the selected rows, to the terminal's clipboard; {screen.copy} does it too.",
          palette=True),
    inner("plan.back", "escape q", "Back", "Close the plan; nothing is sent.", "back", 90),
    help_of("plan"),
)  # fmt: skip

EVIDENCE: tuple[Action, ...] = (
    inner("evidence.add", "f5 ctrl+f", "Add the log",
           "Read the pasted text (lines of a log, or what the browser said), or else the files named.",
           "add log", 85),
    inner("evidence.role", "f2 ctrl+o", "Whose log", "Primary, secondary, or not known.", "whose", 80),
    inner("evidence.reissued", "f3 ctrl+t", "This host was re-issued",
           "Say that the row's host has a new certificate.", "re-issued", 70),
    inner("evidence.learned", "f4 ctrl+g", "Learned again",
           "Say when the node learned this row again: evidence from before no longer counts.",
           "learned again", 65),
    early("evidence.take_back", "f7 ctrl+underscore", "Take back",
          "The last statement about this row no longer counts; the history keeps that it was made.",
          "take back", 60),
    early("evidence.certificates", "f8 ctrl+k", "Add known certificates",
          "Read exported certificates (PEM, DER, keytool's text): a file, a folder or a glob.",
          "add certificates", 75),
    early("evidence.page_down", "pagedown", "A page down", "Scroll down in what is known about the row."),
    early("evidence.page_up", "pageup", "A page up", "Scroll back up."),
    early("evidence.copy_value", "f9 ctrl+x", "Copy the value",
          "The SHA-256 presented, to the terminal's clipboard.", palette=True),
    inner("evidence.back", "escape", "Back", "Close the screen.", "back", 90),
    help_of("evidence", "f1 ctrl+@ question_mark"),
)  # fmt: skip

ASK: tuple[Action, ...] = (
    inner("ask.no", "escape", "No answer", "Leave a node's question unanswered."),
    reveal("ask"),
    inner("ask.down", "down", "Scroll down", "Show more of a long question."),
    inner("ask.up", "up", "Scroll up", "Scroll back up."),
)

ASK_PASSWORD: tuple[Action, ...] = (
    *ASK,
    inner("ask.reuse", "ctrl+o", "Use the other node's password",
          "Send what was typed for the other node, where both share a password."),
)  # fmt: skip

ASK_KEY: tuple[Action, ...] = (
    inner("ask_key.no", "escape enter n q", "No", "Refuse an unknown SSH host key."),
    reveal("ask_key"),
    inner("ask_key.yes", "y", "Yes", "Add an unknown SSH host key to known_hosts and log in."),
    inner("ask_key.down", "down j", "Scroll down", "Show more of a long question."),
    inner("ask_key.up", "up k", "Scroll up", "Scroll back up."),
)

ACTIONS: tuple[Action, ...] = (
    *MAIN, *VIEW, *DETAIL, *HELP, *LOG, *DELETE, *RUN, *PLAN, *GUIDE, *CAUSES, *SHEET, *EVIDENCE, *SESSIONS,
    *ASK_PASSWORD,
    *ASK_KEY, *SHARED,
)  # fmt: skip
BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def footer_items(actions: tuple[Action, ...]) -> list[Action]:
    """What may appear in a footer, by footer priority."""
    return sorted((a for a in actions if a.footer), key=lambda a: -a.footer)


__all__ = [
    "ACTIONS", "ASK", "ASK_KEY", "ASK_PASSWORD", "BY_ID", "CAUSES", "CONFIRM", "DELETE", "DETAIL",
    "EVERYWHERE", "EVIDENCE", "FORM", "GUIDE", "HELP", "LOG", "MAIN", "PICK", "PLAN", "RUN", "SESSIONS",
    "SHARED", "SHEET", "TRIAL", "VIEW", "WELCOME",
    "Action", "Danger", "Scope", "State", "footer_items", "show_key",
]  # fmt: skip
