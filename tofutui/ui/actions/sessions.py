"""The actions of the session picker, a session's form, the test of its connection, and the first start."""

from tofutui.ui.actions.model import Action, State, early, help_of, inner


def _needs_session(state: State) -> str | None:
    return None if state.sessions else "there is no session here"


def _can_make(state: State) -> str | None:
    return state.fixed


def _can_copy(state: State) -> str | None:
    return state.fixed or _needs_session(state)


def _can_change(state: State) -> str | None:
    return state.fixed or _needs_session(state) or state.kept


PICK: tuple[Action, ...] = (
    inner("pick.down", "j down", "Down", "Next session."),
    inner("pick.up", "k up", "Up", "Previous session."),
    inner("pick.first", "g home", "First session", "To the first session."),
    inner("pick.last", "G end", "Last session", "To the last session."),
    inner("pick.page_down", "pagedown ctrl+d", "A page down", "A page down."),
    inner("pick.page_up", "pageup ctrl+u", "A page up", "A page up."),
    inner("pick.open", "enter", "Open", "Open this session.", "open", 95, why_disabled=_needs_session),
    inner(
        "pick.filter", "slash", "Filter", "Show only sessions with this text in name, title or host.",
        "filter", 60,
    ),
    inner("pick.new", "n", "New session",
          "Write a new session in a form.", "new", 85, why_disabled=_can_make),
    inner("pick.edit", "e", "Edit",
          "Change a session that was made here. Your own file is never rewritten: duplicate instead.", "edit",
          80, why_disabled=_can_change),
    inner("pick.copy", "c", "Duplicate",
          "A new session that begins as a copy of this one.", "duplicate", 75, why_disabled=_can_copy),
    inner("pick.delete", "x delete", "Delete the session",
          "Remove a session that was made here, after you confirm. No node is touched; its history stays.",
          "delete", 50, why_disabled=_can_change),
    inner(
        "pick.back", "escape q", "Back", "Clear the filter; without one, return to the open session, or quit "
        "if no session is open.", "back", 90,
    ),
    help_of("pick"),
)  # fmt: skip

FORM: tuple[Action, ...] = (
    early("form.save", "f2 ctrl+o", "Save",
          "Check every field and save the session in sessions.d, readable only by you.", "save", 95),
    early("form.test", "f5 ctrl+t", "Test the connection",
          "Log in to each node, show its host key and host name, and leave. The table is not read.",
          "test login", 85),
    early("form.back", "escape", "Back", "Leave the form; asks first if something was changed.", "back", 90),
    early("form.privacy", "f4 ctrl+g", "Privacy mask on/off",
          "Stand-ins for addresses and names on the screen; what is typed and saved stays as it is.",
          "privacy", 40),
    early("form.next", "tab", "Next field", "To the next field."),
    early("form.previous", "shift+tab", "Previous field", "To the previous field."),
    inner("form.down", "down", "Down", "To the next field; a line down in a field of several lines."),
    inner("form.up", "up", "Up", "To the previous field; a line up in a field of several lines."),
    early("form.page_down", "pagedown", "Next group", "To the first field of the next group."),
    early("form.page_up", "pageup", "Previous group", "To the first field of the previous group."),
    help_of("form", "f1 ctrl+@"),
)  # fmt: skip

TRIAL: tuple[Action, ...] = (
    inner("trial.back", "escape enter q", "Back", "Stop what still runs, leave the nodes, and close."),
    inner("trial.down", "down j", "Scroll down", "Show more."),
    inner("trial.up", "up k", "Scroll up", "Scroll back up."),
)

CONFIRM: tuple[Action, ...] = (
    inner("confirm.no", "escape enter n q", "No", "Leave everything as it is."),
    inner("confirm.yes", "y", "Yes", "Do what the question says."),
    inner("confirm.down", "down j", "Scroll down", "Show more of a long question."),
    inner("confirm.up", "up k", "Scroll up", "Scroll back up."),
)

WELCOME: tuple[Action, ...] = (
    inner("welcome.down", "j down", "Down", "Next choice."),
    inner("welcome.up", "k up", "Up", "Previous choice."),
    inner("welcome.choose", "enter", "Choose", "Do what the line says.", "choose", 95),
    inner("welcome.demo", "d", "Demo", "Start the simulated pair on this machine.", "demo", 85),
    inner("welcome.new", "n", "New session", "Write a first session in a form.", "new session", 80),
    inner("welcome.example", "x", "Example", "Show the example of a sessions file, and where one goes.",
          "example", 75),
    inner("welcome.back", "escape q", "Quit", "End the app.", "quit", 90),
    help_of("welcome"),
)  # fmt: skip

SESSIONS: tuple[Action, ...] = (*PICK, *FORM, *TRIAL, *CONFIRM, *WELCOME)
