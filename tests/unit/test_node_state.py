"""A node's view changes by named transitions only."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import tofutui
from tofutui.tofu.judgement.comparison import NodeView

PACKAGE = Path(tofutui.__file__).parent
WRITER = PACKAGE / "workbench" / "node_state.py"
NAMES = {field.name for field in fields(NodeView)}


def assigned(path: Path) -> Iterator[str]:
    """Attributes that have the name of one of a view's, assigned to another object than the code's own."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del)):
            continue
        if node.attr in NAMES and ast.unparse(node.value) != "self":
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"


def test_one_module_assigns_to_the_view_of_a_node() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if "lab" not in path.relative_to(PACKAGE).parts]
    others = [text for path in modules if path != WRITER for text in assigned(path)]
    assert others == []
    assert {text.rpartition(".")[2] for text in assigned(WRITER)} >= {"phase", "hostname", "ha", "notices"}
