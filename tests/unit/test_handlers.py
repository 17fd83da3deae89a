"""Every action has exactly one handler in its scope, and no handler is for an action that does not exist."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from textual.binding import Binding

import tofutui.ui
from tofutui.ui.actions.catalogue import ACTIONS, BY_ID, SHARED, Scope
from tofutui.ui.actions.handlers import does, handlers_of, helps, moves, steps
from tofutui.ui.kit.screen import Acting
from tofutui.ui.shell.app import TofutuiApp

for module in pkgutil.walk_packages(tofutui.ui.__path__, "tofutui.ui."):
    importlib.import_module(module.name)


def _below(cls: type) -> Iterator[type]:
    for each in cls.__subclasses__():
        yield each
        yield from _below(each)


SCREENS = [cls for cls in _below(Acting) if cls.__module__.startswith("tofutui.")]
CARRIERS = {*SCREENS, Acting, TofutuiApp, *(flow for cls in SCREENS for flow in cls.flows)}


def _own_actions(cls: type[Acting[Any]]) -> set[str]:
    bindings = cls.__dict__.get("BINDINGS", ())
    return {b.id for b in bindings if isinstance(b, Binding) and b.id}


@pytest.mark.parametrize("scope", Scope, ids=lambda scope: scope.name)
def test_every_action_of_a_scope_has_one_handler_on_each_screen_with_its_keys(scope: Scope) -> None:
    ids = {action.id for action in ACTIONS if action.scope is scope}
    screens = [cls for cls in (Acting, *SCREENS) if ids & _own_actions(cls)]
    assert screens
    assert ids == set().union(*(ids & _own_actions(cls) for cls in screens))
    for cls in screens:
        for id_ in ids & _own_actions(cls):
            carriers = [each for each in (cls, *cls.flows, TofutuiApp) if id_ in handlers_of(each)]
            assert len(carriers) == 1, (cls.__name__, id_, carriers)


def test_every_screen_has_the_handlers_of_what_works_everywhere() -> None:
    assert {action.id for action in SHARED} <= handlers_of(Acting).keys()


def test_no_handler_is_for_an_action_that_does_not_exist() -> None:
    unknown = {(cls.__name__, id_) for cls in CARRIERS for id_ in handlers_of(cls) if id_ not in BY_ID}
    assert not unknown


def test_a_subclass_may_replace_a_handler_and_a_class_has_one_for_an_action() -> None:
    class Upper:
        @does("row.delete")
        def delete(self) -> str:
            return "upper"

        @moves("view")
        def move(self, name: str) -> str:
            return name

        @steps("stale.next", "stale.previous")
        def step(self, by: int) -> int:
            return by

        @helps
        def help(self, scope: Scope) -> Scope:
            return scope

    class Lower(Upper):
        @does("row.delete")
        def delete_otherwise(self) -> str:
            return "lower"

    assert handlers_of(Upper)["row.delete"].method == "delete"
    assert handlers_of(Lower)["row.delete"].method == "delete_otherwise"
    assert handlers_of(Lower)["view.half_down"].arguments == ("half_down",)
    assert [handlers_of(Lower)[f"stale.{end}"].arguments for end in ("next", "previous")] == [(1,), (-1,)]
    helped = {action: handlers_of(Lower)[action.id] for action in ACTIONS if action.is_help}
    assert {action.scope for action in helped} >= {Scope.MAIN, Scope.PLAN, Scope.GUIDE}
    assert all(handler.arguments == (action.scope,) for action, handler in helped.items())

    class Twice:
        @does("row.delete")
        def delete(self) -> None: ...

        @does("row.mark", "row.delete")
        def mark(self) -> None: ...

    with pytest.raises(TypeError, match=r"two handlers for row\.delete: delete, mark"):
        handlers_of(Twice)
