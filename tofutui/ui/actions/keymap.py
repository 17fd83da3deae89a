"""The keys in force: the declaration of the actions with the user's own keys laid over it.

All code that shows a key, or a text that names one, asks here. Loads no Textual.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from tofutui.config.errors import ConfigError
from tofutui.config.keymap_file import KeymapFile, Wish, keys_file, read_keys
from tofutui.ui.actions.catalogue import ACTIONS, BY_ID, Action
from tofutui.ui.actions.key_names import KeyNameError, key_of
from tofutui.ui.actions.key_rules import Placed, faults_of

_NAMED = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
UNBOUND = "unbound"
"""A key that no keyboard has, for Textual's key map: it knows no way to say "none"."""


@dataclass(frozen=True, slots=True)
class KeyBook:
    """Every action with the keys in force; ``places`` says where those of the user are written."""

    actions: Mapping[str, Action] = field(default_factory=lambda: _with_keys(ACTIONS))
    places: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Action id -> ``FILE:LINE``, for the actions whose keys are the user's own."""

    def of(self, id_: str) -> Action:
        """An action with its keys."""
        return self.actions[id_]

    def these(self, actions: Iterable[Action]) -> tuple[Action, ...]:
        """The same actions with their keys."""
        return tuple(self.actions[action.id] for action in actions)

    def name(self, id_: str) -> str:
        """An action in a sentence: its first key, else its title, by which the palette knows it."""
        action = self.actions[id_]
        return action.shown_key or f'"{action.title}"'

    def text(self, template: str) -> str:
        """A text with ``{row.delete}`` replaced by that action's key."""
        return _filled(template, self.actions)

    def avoiding(self, kept: Collection[str]) -> "KeyBook":
        """The same with these keys last: the terminal keeps them for itself, so others are shown."""

        def later(action: Action) -> Action:
            return replace(action, keys=tuple(sorted(action.keys, key=kept.__contains__)))

        return replace(self, actions=MappingProxyType({id_: later(a) for id_, a in self.actions.items()}))

    @property
    def keymap(self) -> dict[str, str]:
        """Textual's key map: the actions whose keys are the user's own."""
        return {id_: ",".join(self.actions[id_].keys) or UNBOUND for id_ in self.places}


def _filled(template: str, actions: Mapping[str, Action]) -> str:
    def name(match: re.Match[str]) -> str:
        action = actions.get(match[1])
        return match[0] if action is None else action.shown_key or f'"{action.title}"'

    return _NAMED.sub(name, template)


def _with_keys(actions: Sequence[Action]) -> Mapping[str, Action]:
    """The actions by id, the keys that their help names filled in."""
    known = {action.id: action for action in actions}
    return MappingProxyType({a.id: replace(a, help=_filled(a.help, known)) for a in actions})


def load_keybook(path: Path | None = None) -> KeyBook:
    """The keys in force; the user's own are those of ``keys.toml``.

    Raises:
        ConfigError: something in that file is wrong; ``errors`` holds all of it, and nothing is taken over.
    """
    return keybook_of(read_keys(keys_file() if path is None else path))


def keybook_of(file: KeymapFile) -> KeyBook:
    """The keys in force with these wishes.

    Raises:
        ConfigError: an id or a key is unknown, two actions clash, or a rule of safety is broken.
    """
    errors = list(file.errors)
    placed: dict[str, Placed] = {}
    for wish in file.wishes:
        if wish.id not in BY_ID:
            errors.append(f"{wish.place}: {wish.id}: there is no such action, {_meant(wish.id)}")
        elif wish.id in placed:
            errors.append(f"{wish.place}: {wish.id} appears in this file twice")
        else:
            placed[wish.id] = Placed(_keys(wish, errors), wish.place)
    actions = [replace(a, keys=placed[a.id].keys) if a.id in placed else a for a in ACTIONS]
    errors += faults_of(actions, placed)
    if errors:
        raise ConfigError(errors)
    places = MappingProxyType({id_: wish.place for id_, wish in placed.items()})
    return KeyBook(_with_keys(actions), places)


def _meant(id_: str) -> str:
    close = get_close_matches(id_, BY_ID, n=1, cutoff=0.4)
    return f"did you mean {close[0]}?" if close else "`tofutui keys --format toml` lists them"


def _keys(wish: Wish, errors: list[str]) -> tuple[str, ...]:
    """The keys of a wish that are keys; what is wrong with the others is noted."""
    keys: list[str] = []
    for written in wish.keys:
        try:
            keys.append(key_of(written))
        except KeyNameError as error:
            errors.append(f'{wish.place}: {wish.id} = "{written}": {error}')
    return tuple(dict.fromkeys(keys))
