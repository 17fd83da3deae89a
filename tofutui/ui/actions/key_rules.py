"""What may not be done to the keys: two actions on one, no way out of a screen, a deletion by accident."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tofutui.ui.actions.catalogue import EVERYWHERE
from tofutui.ui.actions.key_names import show_key, types_text
from tofutui.ui.actions.model import ALSO_IN, Action, Danger, Scope

_STEPS = frozenset({"next", "previous"})
_OPENS = frozenset({"row.delete", "plan.delete", "detail.delete"})
"""What opens the delete dialog."""
_KEEPS = {
    "delete.keep": ("enter", "escape", "n", "q"),
    "ask_key.no": ("enter", "escape", "n", "q"),
    "confirm.no": ("enter", "escape", "n", "q"),
}
"""The actions that say no, with the keys that always do."""
_CONFIRMS = {"delete.confirm": "delete.keep", "ask_key.yes": "ask_key.no", "confirm.yes": "confirm.no"}
"""The actions that say yes, each with the one that says no."""
_CONFIRMS_TOO = re.compile("f[0-9]+")
"""Keys that type nothing and may confirm; with a modifier, a key may send the same byte as another one."""
_WAYS_OUT = frozenset({"back", "keep", "no", "confirm", "yes"})
"""Verbs that need a key: without one a question cannot be answered, or a screen not be left."""
_TYPED_IN = frozenset({Scope.EVIDENCE, Scope.FORM, Scope.ASK})
"""Where a line to type has the focus: a letter is typed there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Keys that the user chose, and where that is written."""

    keys: tuple[str, ...]
    place: str


def faults_of(actions: Sequence[Action], placed: Mapping[str, Placed]) -> list[str]:
    """Every fault of the keys, one sentence each, named by the place in the user's file."""
    known = {action.id: action for action in actions}
    faults = [*_clashes(actions, placed)]
    for id_, wish in placed.items():
        reasons = dict.fromkeys(_reasons(known[id_], known))
        faults += [f"{wish.place}: {id_}: {reason}" for reason in reasons]
    return faults


def _clashes(actions: Sequence[Action], placed: Mapping[str, Placed]) -> Iterator[str]:
    """Two actions that work in the same place and share a key; reported once, where the user chose it."""
    reported: set[frozenset[str]] = set()
    for scope in Scope:
        holders: dict[str, Action] = {}
        for action in _working_in(scope, actions):
            for key in action.keys:
                other = holders.setdefault(key, action)
                pair = frozenset((action.id, other.id))
                if other is action or pair in reported or not {action.id, other.id} & placed.keys():
                    continue
                reported.add(pair)
                yield _clash(key, other, action, placed)


def _working_in(scope: Scope, actions: Sequence[Action]) -> Iterator[Action]:
    everywhere = {action.id for action in EVERYWHERE}
    scopes = {scope, Scope.SHARED, *ALSO_IN.get(scope, ())}
    for action in actions:
        if action.scope in scopes or (scope.is_screen and action.id in everywhere):
            yield action


def _clash(key: str, first: Action, second: Action, placed: Mapping[str, Placed]) -> str:
    if second.id not in placed:
        first, second = second, first
    where = f" (see {placed[first.id].place})" if first.id in placed else ""
    return (
        f"{placed[second.id].place}: {second.id}: {show_key(key)} is also the key of {first.id} "
        f"({first.title}){where}; give one of them another"
    )


def _reasons(action: Action, known: Mapping[str, Action]) -> Iterator[str]:
    keys = set(action.keys)
    verb = action.id.rpartition(".")[2]
    if verb in _WAYS_OUT:
        yield from _without_way_out(action)
    for key in _KEEPS.get(action.id, ()):
        if key not in keys:
            yield f"{show_key(key)} always says no here and must stay in the list"
    if action.id in _CONFIRMS:
        yield from _bad_confirm(action, known)
    elif action.danger is Danger.IRREVERSIBLE and "d" in keys:
        yield "d alone never deletes"
    if action.danger is Danger.IRREVERSIBLE:
        moves = [other for other in known.values() if _is_move(other)]
        yield from (
            f"{show_key(key)} moves the cursor ({other.id}): it must not delete"
            for key, other in dict(_shared(keys, moves)).items()
        )
    elif _is_move(action):
        dangers = [other for other in known.values() if other.danger is Danger.IRREVERSIBLE]
        yield from (
            f"{show_key(key)} deletes ({other.id}): it must not move"
            for key, other in dict(_shared(keys, dangers)).items()
        )
    yield from _inert(action, known)


def _is_move(action: Action) -> bool:
    return action.is_movement or action.id.rpartition(".")[2] in _STEPS


def _shared(keys: set[str], others: Iterable[Action]) -> Iterator[tuple[str, Action]]:
    for other in reversed(list(others)):
        for key in other.keys:
            if key in keys:
                yield key, other


def _without_way_out(action: Action) -> Iterator[str]:
    if not action.keys:
        yield f"{action.title} needs a key"
    elif action.scope in _TYPED_IN and all(types_text(key) for key in action.keys):
        yield "it needs a key that types nothing, because a text field has the focus there"


def _bad_confirm(action: Action, known: Mapping[str, Action]) -> Iterator[str]:
    for key in action.keys:
        types = types_text(key) and key not in ("space", "d")
        if not types and not _CONFIRMS_TOO.fullmatch(key):
            yield f"{show_key(key)} never confirms"
    for key in _KEEPS[_CONFIRMS[action.id]]:
        if key in action.keys:
            yield f"{show_key(key)} always says no here"


def _inert(action: Action, known: Mapping[str, Action]) -> Iterator[str]:
    """The key that opens the delete dialog does nothing in it."""
    if action.id in _OPENS:
        inside = [other for other in known.values() if other.scope is Scope.DELETE]
        for key, other in dict(_shared(set(action.keys), inside)).items():
            yield f"{show_key(key)} would open the delete dialog and is {other.id} in it"
    elif action.scope is Scope.DELETE:
        openers = [known[id_] for id_ in sorted(_OPENS)]
        for key, other in dict(_shared(set(action.keys), openers)).items():
            yield f"{show_key(key)} opens the delete dialog ({other.id}) and must do nothing in it"
