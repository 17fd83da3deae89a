"""The actions of the full-size views: text that scrolls, one row, the help, the command log."""

from tofutui.ui.actions.model import Action, Danger, State, help_of, inner


def _can_delete(state: State) -> str | None:
    return state.locked if state.ready else "the app is still starting"


def _view(name: str, keys: str, title: str) -> Action:
    return inner(f"view.{name}", keys, title, f"{title}.")


VIEW: tuple[Action, ...] = (
    _view("down", "j down", "Down"),
    _view("up", "k up", "Up"),
    _view("first", "g home", "To the top"),
    _view("last", "G end", "To the end"),
    _view("half_down", "ctrl+d", "Half a page down"),
    _view("half_up", "ctrl+u", "Half a page up"),
    _view("page_down", "pagedown", "A page down"),
    _view("page_up", "pageup", "A page up"),
    inner("view.back", "escape q enter", "Back", "Close this view.", "back", 90),
    help_of("view"),
)

DETAIL: tuple[Action, ...] = (
    inner("detail.next", "n right", "Next row", "The row below in the table.", "next", 80),
    inner("detail.previous", "N left", "Previous row", "The row above in the table.", "prev", 75),
    inner("detail.delete", "D", "Delete the row",
          "Open the delete dialog for this row; only {delete.confirm} in it deletes.", "delete", 85,
          danger=Danger.IRREVERSIBLE, why_disabled=_can_delete),
    inner("detail.evidence", "e", "Evidence and logs", "What was seen of the row over time; add to it.",
          "evidence", 70),
)  # fmt: skip

HELP: tuple[Action, ...] = (
    inner("help.search", "slash", "Search", "Show only entries with the words typed; {view.back} ends it.",
           "search", 95),
    inner("help.explain", "i", "TOFU explained",
           "One page: what the tables are, what stale means, the verdicts, what a deletion does.",
           "TOFU explained", 85),
)  # fmt: skip

LOG: tuple[Action, ...] = (
    inner("log.search", "slash", "Search", "Show only commands with the words typed in the command or its "
           "output; {view.back} ends the search.", "search", 95),
    inner("log.fold", "space", "Fold or unfold", "Show all output of the commands, or only its first lines.",
           "unfold", 94),
    inner("log.deletions", "d", "Only deletions", "Only deletions, or every command again.", "deletions", 93),
)  # fmt: skip
