"""What the documents say of the code: what they name is there, and a way through it has few files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = {path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
TESTS = {path: path.read_text("utf-8") for path in ROOT.glob("tests/**/*.py")}


def modules_in(text: str) -> list[str]:
    """The Python files that a text names, as it writes them."""
    return re.findall(r"`([\w/]+\.py)`", text)


def way(of: str) -> tuple[int, set[str]]:
    """How many files a way may have, and those of its table."""
    begin = re.search(rf"<!-- way of a {of}: at most (\d+) files -->\n+", DOCUMENTS["architecture.md"])
    assert begin is not None
    table, _, _ = DOCUMENTS["architecture.md"][begin.end() :].partition("\n\n")
    return int(begin[1]), set(modules_in(table))


@pytest.mark.parametrize(("of", "most"), [("row", 15), ("deletion", 12)])
def test_a_way_through_the_code_has_few_files(of: str, most: int) -> None:
    said, files = way(of)
    assert said == most
    assert 0 < len(files) <= most
    assert [file for file in files if not (ROOT / "tofutui" / file).is_file()] == []


def test_every_module_named_is_there() -> None:
    by_name = {path.name for path in TESTS}
    named = [(name, module) for name, text in DOCUMENTS.items() for module in modules_in(text)]
    there = {
        module for _, module in named if (ROOT / module).is_file() or (ROOT / "tofutui" / module).is_file()
    }
    assert [(name, module) for name, module in named if module not in there | by_name] == []


def test_every_test_named_is_there() -> None:
    all_tests = "\n".join(TESTS.values())
    named = {test for text in DOCUMENTS.values() for test in re.findall(r"`(test_\w+)`", text)}
    assert named
    assert sorted(test for test in named if not re.search(rf"\bdef {test}\b", all_tests)) == []
