"""``tofutui keys``: every key of the app, from the one declaration of its actions."""

import argparse
from collections.abc import Iterable
from itertools import groupby

from tofutui.cli.output import write
from tofutui.ui.actions import ACTIONS, Action


def run(options: argparse.Namespace) -> int:
    """Print the keys by the place where they work."""
    write((as_markdown() if options.format == "markdown" else as_text()) + "\n")
    return 0


def as_text() -> str:
    """A heading for each place, a line for each action: its keys, its title."""
    width = max(len(action.shown_keys) for action in ACTIONS)
    blocks = [
        "\n".join([scope, *(f"  {action.shown_keys.ljust(width)}  {action.title}" for action in actions)])
        for scope, actions in _by_scope()
    ]
    return "\n\n".join(blocks)


def as_markdown() -> str:
    """The README's table."""
    rows = [
        f"| {scope if number == 0 else ''} | {_quoted(action)} | {action.title} |"
        for scope, actions in _by_scope()
        for number, action in enumerate(actions)
    ]
    return "\n".join(["| where | keys | what |", "|---|---|---|", *rows])


def _by_scope() -> Iterable[tuple[str, list[Action]]]:
    for scope, actions in groupby(ACTIONS, key=lambda action: action.scope):
        yield scope.value, list(actions)


def _quoted(action: Action) -> str:
    return " ".join(f"`{key}`" for key in action.shown_keys.split(" "))
