"""What keeps the package readable: short functions, modules that fit in a head, folders of few modules."""

import ast
from collections import Counter
from pathlib import Path

import tofutui

PACKAGE = Path(tofutui.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LINES_OF_A_FUNCTION = 40
LINES_OF_A_MODULE = 400
MODULES_OF_A_FOLDER = 16
"""Without its ``__init__``."""


def place(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_functions_are_short() -> None:
    long = [
        f"{place(path)}:{node.lineno} {node.name}: {length} lines"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
    ]
    assert not long


def test_modules_fit_in_a_head() -> None:
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LINES_OF_A_MODULE} == {}


def test_folders_hold_few_modules() -> None:
    folders = Counter(place(path.parent) for path in MODULES if path.stem != "__init__")
    assert {name: count for name, count in folders.items() if count > MODULES_OF_A_FOLDER} == {}
