"""A public class name means one thing in the whole package."""

import ast
from collections import defaultdict
from pathlib import Path

import tofutui

PACKAGE = Path(tofutui.__file__).parent


def test_no_public_class_name_has_two_meanings() -> None:
    places = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(PACKAGE)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
