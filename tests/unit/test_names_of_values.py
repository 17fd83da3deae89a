"""A variable is named for what it holds, not for how it was come by."""

import ast
from pathlib import Path

import pytest

import tofutui

PACKAGE, TESTS = Path(tofutui.__file__).parent, Path(__file__).parents[1]
SAYS_NOTHING = {"found", "one"}


def bound(tree: ast.AST) -> set[str]:
    """The names of variables and parameters that a module binds."""
    names: set[str | None] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.add(name)
            case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
                names.add(name)
    return {name for name in names if name}


def test_every_way_to_bind_a_name_is_seen() -> None:
    for text in (
        "one = 1", "for one in x: pass", "[one for one in x]", "def f(one): pass", "lambda *one: 1",
        "with x as one: pass", "(one := 1)", "match x:\n case [*one]: pass", "match x:\n case one: pass",
        "try: pass\nexcept E as one: pass", "one: int = 1", "a, one = x", "def f(*, one=1): pass",
    ):  # fmt: skip
        assert "one" in bound(ast.parse(text)), text


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["package", "tests"])
def test_no_variable_has_a_name_that_says_nothing(folder: Path) -> None:
    named = {
        str(path.relative_to(folder)): names
        for path in folder.rglob("*.py")
        if (names := bound(ast.parse(path.read_text())) & SAYS_NOTHING)
    }
    assert named == {}
