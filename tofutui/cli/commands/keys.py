"""``tofutui keys``: the keys in force, from the one declaration of the actions and the user's keys.toml."""

import argparse
import json
from collections.abc import Iterable
from itertools import groupby

from tofutui.cli.output import write
from tofutui.config.keymap_file import NONE, keys_file
from tofutui.ui.actions.catalogue import ACTIONS, Action
from tofutui.ui.actions.key_names import show_key
from tofutui.ui.actions.keymap import KeyBook, load_keybook

_TEMPLATE = """\
# Keys of tofutui, by action. Remove the # in front of a line to put it in force. This file belongs in
#   {path}
# One key or several: ["D"], ["ctrl+y", "F5", "space", "pagedown", "?"]; [] or "none": no key at all.
# In the delete dialog Enter, Esc, n and q always keep.
"""


def run(options: argparse.Namespace) -> int:
    """Print the keys by the place where they work."""
    keys = load_keybook()
    formats = {"text": as_text, "markdown": as_markdown, "toml": as_toml}
    write(formats[options.format](keys) + "\n")
    return 0


def as_text(keys: KeyBook) -> str:
    """A heading for each place, a line for each action: its keys, its title, and where the user set them."""
    actions = keys.these(ACTIONS)
    wide, long = (max(len(a.shown_keys) for a in actions), max(len(a.title) for a in actions))
    blocks = [
        "\n".join([scope, *(_line(action, keys, wide, long) for action in some)])
        for scope, some in _by_scope(actions)
    ]
    path = keys_file()
    source = f"{path}: {len(keys.places)} changed" if keys.places else f"{path}: no key changed"
    return "\n\n".join([*blocks, source])


def _line(action: Action, keys: KeyBook, wide: int, long: int) -> str:
    place = keys.places.get(action.id, "")
    shown = action.shown_keys or "(none)"
    return f"  {shown.ljust(wide)}  {action.title.ljust(long)}  {place}".rstrip()


def as_markdown(keys: KeyBook | None = None) -> str:
    """The README's table; without the user's own keys that of the defaults."""
    actions = (keys or KeyBook()).these(ACTIONS)
    rows = [
        f"| {scope if number == 0 else ''} | {_quoted(action)} | {action.title} |"
        for scope, some in _by_scope(actions)
        for number, action in enumerate(some)
    ]
    return "\n".join(["| where | keys | what |", "|---|---|---|", *rows])


def as_toml(keys: KeyBook) -> str:
    """A keys.toml: every action with its keys, commented out where it is the default."""
    parts = [_TEMPLATE.format(path=keys_file())]
    for scope, actions in _by_scope(keys.these(ACTIONS)):
        parts += [f"# {scope}", *(_setting(action, keys) for action in actions), ""]
    return "\n".join(parts).rstrip()


def _setting(action: Action, keys: KeyBook) -> str:
    shown = [show_key(key) for key in action.keys]
    value = json.dumps(shown or NONE, ensure_ascii=False)
    mark = "" if action.id in keys.places else "# "
    return f'{mark}"{action.id}" = {value}  # {action.title}'


def _by_scope(actions: Iterable[Action]) -> Iterable[tuple[str, list[Action]]]:
    for scope, some in groupby(actions, key=lambda action: action.scope):
        yield scope.value, list(some)


def _quoted(action: Action) -> str:
    return " ".join(f"`{key}`" for key in action.shown_keys.split(" ")) if action.keys else "none"
