"""Values made by our own decorator beside the same ones made by the standard library."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, fields, replace

import pytest

from tofutui.tofu.base import quick_dataclass

DECORATORS = (quick_dataclass.dataclass, dataclasses.dataclass)


def many(dataclass):
    @dataclass(frozen=True, slots=True)
    class Value:
        host: str
        port: int = 22
        names: list[str] = field(default_factory=list, metadata={"key": 1})
        hidden: str = field(default="h", repr=False)
        seconds: float = field(default=0.0, compare=False)
        weight: int = field(default=0, hash=False)

        def __str__(self) -> str:
            return f"{self.host}:{self.port}"

    return Value


def sole(dataclass):
    @dataclass(frozen=True, slots=True)
    class Value:
        """One field."""

        host: str

    return Value


def empty(dataclass):
    @dataclass(frozen=True, slots=True)
    class Value:
        pass

    return Value


def named(dataclass):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Value:
        port: int = 1
        host: str

    return Value


def mixed(dataclass):
    @dataclass(frozen=True, slots=True)
    class Value:
        host: str
        port: int = field(default=3, kw_only=True)
        user: str = "admin"

    return Value


def derived(dataclass):
    @dataclass(frozen=True, slots=True)
    class Base:
        host: str

    @dataclass(frozen=True, slots=True)
    class Value(Base):
        port: int = 5

    return Value


def checked(dataclass):
    @dataclass(frozen=True, slots=True)
    class Value:
        host: str
        upper: str = field(init=False, default="")

        def __post_init__(self) -> None:
            object.__setattr__(self, "upper", self.host.upper())

    return Value


def own_equality(dataclass):
    @dataclass(frozen=True, slots=True)
    class Value:
        host: str

        def __eq__(self, other):
            return isinstance(other, type(self)) and other.host.lower() == self.host.lower()

        def __hash__(self):
            return hash(self.host.lower())

    return Value


def by_identity(dataclass):
    @dataclass(frozen=True, slots=True, eq=False)
    class Value:
        host: str

    return Value


def ordered(dataclass):
    @dataclass(frozen=True, slots=True, order=True)
    class Value:
        host: str

    return Value


def changeable(dataclass):
    @dataclass(slots=True)
    class Value:
        host: str

    return Value


SHAPES = (
    many, sole, empty, named, mixed, derived, checked, own_equality, by_identity, ordered, changeable,
)  # fmt: skip
CALLS = (
    ((), {}), (("a",), {}), (("A",), {}), (("b", 2), {}), ((), {"host": "a"}), ((), {"host": "a", "port": 2}),
    (("a",), {"host": "a"}), (("a", 1, 2, 3, 4, 5, 6), {}), (("a",), {"nonsense": 1}), (("a", "root"), {}),
    (("a",), {"seconds": 1.0, "weight": 1}), (("a",), {"hidden": "x"}), (("a", 1, [3]), {}),
)  # fmt: skip


def outcome(act, *arguments, **named):
    """What comes out: a text that is the same for equal behaviour."""
    try:
        return repr(act(*arguments, **named))
    except (TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def values(kind):
    """Everything that one of the calls makes, twice."""
    made = []
    for arguments, keywords in CALLS * 2:
        try:
            made.append(kind(*arguments, **keywords))
        except TypeError:
            continue
    return made


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_behaves_as_the_standard_library_makes_it(shape):
    ours, theirs = (shape(dataclass) for dataclass in DECORATORS)
    assert [outcome(ours, *args, **words) for args, words in CALLS] == [
        outcome(theirs, *args, **words) for args, words in CALLS
    ]
    pairs = list(zip(values(ours), values(theirs), strict=True))
    assert pairs
    for our, their in pairs:
        assert [our == other for other, _ in pairs] == [their == other for _, other in pairs]
        assert our != their
        assert [hashable(our), str(our)] == [hashable(their), str(their)]
        assert [is_set(our, name) for name in ("host", "unheard_of")] == [
            is_set(their, name) for name in ("host", "unheard_of")
        ]
        assert is_deleted(our) == is_deleted(their)
        for act in (copied, replaced, dataclasses.asdict):
            assert outcome(act, our) == outcome(act, their), act
    assert [about(part) for part in fields(ours)] == [about(part) for part in fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__dataclass_params__.frozen == theirs.__dataclass_params__.frozen


def hashable(value):
    try:
        return hash(value) == hash(copy.copy(value))
    except TypeError as error:
        return str(error)


def about(part):
    return part.name, part.default, part.default_factory, dict(part.metadata), part.compare, part.kw_only


def is_set(value, name):
    """Whether an attribute can be set; how it is refused may differ from version to version of Python."""
    try:
        setattr(value, name, "other")
    except (AttributeError, TypeError):
        return False
    return True


def is_deleted(value):
    try:
        del value.host
    except (AttributeError, TypeError):
        return False
    value.host = "again"
    return True


def copied(value):
    return [copy.copy(value), copy.deepcopy(value), copy.copy(value) == value]


def replaced(value):
    return replace(value, host="other")


@quick_dataclass.dataclass(frozen=True, slots=True)
class Kept:
    host: str
    names: tuple[str, ...] = ()


def test_a_value_can_be_pickled():
    value = Kept("a", ("b",))
    assert pickle.loads(pickle.dumps(value)) == value


def test_a_default_is_made_for_each_value():
    kind = many(quick_dataclass.dataclass)
    first, second = kind("a"), kind("a")
    assert first == second
    assert first.names is not second.names


def test_a_value_never_changes():
    value = Kept("a")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'host'"):
        value.host = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'names'"):
        del value.names
    assert value == Kept("a")


def test_a_value_that_holds_itself_is_shown():
    kind = many(quick_dataclass.dataclass)
    value = kind("a")
    value.names.append(value)
    assert "..." in repr(value)
