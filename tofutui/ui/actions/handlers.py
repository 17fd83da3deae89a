"""Which method carries out which action: a method says so where it is defined. Loads no Textual."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tofutui.ui.actions.catalogue import ACTIONS, BY_ID
from tofutui.ui.actions.movement import MOVES

Method = TypeVar("Method", bound=Callable[..., object])
_MARK = "_carries_out"


@dataclass(frozen=True, slots=True)
class Handler:
    """A method by its name, so that a subclass may define it again, and what it is called with."""

    method: str
    arguments: tuple[object, ...] = ()


def does(*ids: str) -> Callable[[Method], Method]:
    """Make a method without arguments the handler of these actions: ``@does("row.delete")``."""
    return _marking(dict.fromkeys(ids, ()))


def moves(*groups: str) -> Callable[[Method], Method]:
    """Make a method the handler of every movement of these groups: ``view.down`` calls it with "down"."""
    ids = {f"{group}.{verb}": (verb,) for group in groups for verb in MOVES}
    return _marking({id_: arguments for id_, arguments in ids.items() if id_ in BY_ID})


def steps(ahead: str, back: str) -> Callable[[Method], Method]:
    """Make a method the handler of two actions: it is called with 1 for the first one, -1 for the second."""
    return _marking({ahead: (1,), back: (-1,)})


def helps(method: Method) -> Method:
    """Make a method the handler of the help of every scope: it is called with the scope."""
    return _marking({action.id: (action.scope,) for action in ACTIONS if action.is_help})(method)


def _marking(actions: Mapping[str, tuple[object, ...]]) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        setattr(method, _MARK, {**getattr(method, _MARK, {}), **actions})
        return method

    return mark


def handlers_of(cls: type) -> dict[str, Handler]:
    """The handlers of a class by the action's id, those of its bases included.

    Raises:
        TypeError: two methods of one class are handlers of the same action.
    """
    handlers: dict[str, Handler] = {}
    for base in reversed(cls.__mro__):
        handlers |= _own_handlers(base)
    return handlers


def _own_handlers(cls: type) -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for name, member in vars(cls).items():
        for id_, arguments in getattr(member, _MARK, {}).items():
            if id_ in handlers:
                raise TypeError(f"{cls.__name__} has two handlers for {id_}: {handlers[id_].method}, {name}")
            handlers[id_] = Handler(name, arguments)
    return handlers
