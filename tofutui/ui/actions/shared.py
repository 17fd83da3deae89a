"""The actions that work on every screen and in every dialog."""

from tofutui.ui.actions.model import Action, Scope

SHARED: tuple[Action, ...] = (
    Action(
        id="screen.copy", keys=("ctrl+y",), title="Copy what is shown", scope=Scope.SHARED, priority=True,
        help="To the terminal's clipboard: of a row the presented SHA-256 (else its key), of the plan the "
        "commands of the selected rows, of any other screen or dialog what it says.",
    ),
    Action(
        id="screen.text", keys=("f6", "ctrl+n"), title="As plain text", scope=Scope.SHARED, priority=True,
        help="What the screen or dialog says as plain text, to be selected by dragging: the mouse is left to "
        "the terminal meanwhile.",
    ),
    Action(
        id="screen.svg", keys=("f12", "ctrl+backslash"), title="Save SVG", scope=Scope.SHARED, priority=True,
        help="The screen or dialog as a picture (SVG), into a file.",
    ),
)  # fmt: skip
