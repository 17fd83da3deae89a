"""A public class name means one thing in the whole package, and a variable's name says what its value is."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tofutui

PACKAGE = Path(tofutui.__file__).parent
SAYS_NOTHING = {"found", "one"}


@cache
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(PACKAGE)): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}


def test_no_public_class_name_has_two_meanings() -> None:
    places = defaultdict(list)
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def empty_names(path: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg in SAYS_NOTHING:
            yield f"{path}:{node.lineno}"
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in SAYS_NOTHING:
            yield f"{path}:{node.lineno}"


def test_no_variable_is_called_after_having_a_value() -> None:
    assert [place for path, tree in trees().items() for place in empty_names(path, tree)] == []
