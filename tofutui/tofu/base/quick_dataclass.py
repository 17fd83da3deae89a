"""`dataclasses.dataclass` for frozen values with slots, made in a quarter of the time.

The standard library compiles six methods for each of them, which was a quarter of the work of loading this
program. Here only ``__init__`` is compiled. What comes out is a dataclass like any other: ``fields``,
``replace``, patterns, copies and type checkers treat it as such. Whatever needs more than this module does is
left to the standard library.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["dataclass"]

_T = TypeVar("_T")
_OWN = {"__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__getstate__"}
_UNSET = object()
"""The argument of a parameter whose default is made for each value."""


def _dataclass(
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False, **more: Any
) -> Callable[[type[_T]], type[_T]]:
    """As `dataclasses.dataclass`, with the same options."""
    standard = dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, **more)

    def made(kind: type[_T]) -> type[_T]:
        if frozen and slots and not more and _is_plain(kind):
            return _frozen(kind, kw_only)
        return standard(kind)

    return made


def _is_plain(kind: type) -> bool:
    """Whether every field is its own and a parameter, and none of the methods is its own."""
    members = vars(kind)
    if hasattr(kind, "__post_init__") or any(map(dataclasses.is_dataclass, kind.__mro__)):
        return False
    all_given = all(value.init for value in members.values() if isinstance(value, Field))
    return all_given and not _OWN & members.keys()


def _frozen(kind: type[_T], kw_only: bool) -> type[_T]:
    kind.__doc__ = kind.__doc__ or kind.__name__  # else it is made from the signature, which takes long
    base = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    made = base(kind)
    _give_methods(made)
    return made


def _give_methods(kind: Any) -> None:
    kind.__dataclass_params__.frozen = True
    every = fields(kind)
    own = {
        "__init__": _init(kind, every),
        "__eq__": _equality(field.name for field in every if field.compare),
        "__hash__": _hash(field.name for field in every if _is_hashed(field)),
    }
    for name, method in {**own, **_SHARED}.items():
        setattr(kind, name, method)


def _is_hashed(field: Field[Any]) -> bool:
    return field.compare if field.hash is None else field.hash


def _init(kind: type, every: Iterable[Field[Any]]) -> Callable[..., None]:
    """A method that fills the slots directly: assigning is forbidden."""
    names: dict[str, Any] = {"_UNSET": _UNSET}
    positional, named, lines = ["self"], ["*"], ["pass"]
    for field in every:
        value = name = field.name
        default: object = field.default
        if field.default_factory is not MISSING:
            default, names[f"_make_{name}"] = _UNSET, field.default_factory
            value = f"_make_{name}() if {name} is _UNSET else {name}"
        names[f"_default_{name}"], names[f"_set_{name}"] = default, getattr(kind, name).__set__
        parameter = name if default is MISSING else f"{name}=_default_{name}"
        (named if field.kw_only else positional).append(parameter)
        lines.append(f"_set_{name}(self, {value})")
    parameters = ", ".join([*positional, *(named if len(named) > 1 else ())])
    exec("\n ".join([f"def __init__({parameters}):", *lines]), names)  # noqa: S102 - of names in our own classes
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    return init


def _equality(names: Iterable[str]) -> Callable[[object, object], bool]:
    values = _values_of(*names)

    def equals(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equals


def _hash(names: Iterable[str]) -> Callable[[object], int]:
    values = _values_of(*names)
    return lambda self: hash(values(self))


def _values_of(*names: str) -> Callable[[object], object]:
    """What gives the values of these fields, to be compared and hashed."""
    return attrgetter(*names) if names else lambda _: ()


@recursive_repr()
def _shown(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_setting(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SHARED: dict[str, Callable[..., object]] = {
    "__repr__": _shown,
    "__setattr__": _refuse_setting,
    "__delattr__": _refuse_deleting,
    "__getstate__": _state,
    "__setstate__": _restore,
}

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass
