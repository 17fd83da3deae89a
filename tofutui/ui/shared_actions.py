"""The actions that work on every screen and in every dialog."""

from tofutui.ui.registry import Action, Scope

SHARED: tuple[Action, ...] = (
    Action(
        id="screen.copy", keys=("ctrl+y",), title="Copy what is shown", scope=Scope.SHARED, priority=True,
        help="What the screen or dialog says, in the tables the row, to the terminal's clipboard.",
    ),
    Action(
        id="screen.text", keys=("f6",), title="As plain text", scope=Scope.SHARED, priority=True,
        help="What the screen or dialog says as plain text, to be selected by dragging: the mouse is left to "
        "the terminal meanwhile.",
    ),
)  # fmt: skip
