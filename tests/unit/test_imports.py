"""The dependency rule, as Python itself sees it: what a fresh interpreter has loaded, what a file imports."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tofutui

PACKAGE = Path(tofutui.__file__).parent
EXAMPLE = str(Path(__file__).parents[2] / "sessions.toml.example")
HEAVY = {"textual", "rich", "asyncssh", "cryptography"}

BELOW = {"tofu", "system"}
SOURCES = BELOW | {"appliance", "tls", "history", "config"}
ALLOWED = {
    "tofu": set(),
    "system": {"tofu"},
    "appliance": BELOW,
    "tls": BELOW,
    "history": BELOW,
    "config": BELOW,
    "report": SOURCES,
    "workbench": SOURCES,
    "executor": SOURCES | {"workbench"},
    "guide": SOURCES | {"workbench", "executor"},
    "ui": SOURCES | {"workbench", "executor", "report", "guide"},
    "cli": SOURCES | {"workbench", "executor", "report", "ui", "lab"},
    "lab": set(),
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each part may import of ours, besides itself and the version."""


def loaded_after(code: str, *, home: Path) -> set[str]:
    """The top-level modules (and ours in full) that a fresh interpreter has loaded after the code."""
    program = f"import sys\n{code}\nprint('MODULES', *sorted(sys.modules))"
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    env.pop("TOFUTUI_SESSIONS", None)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=env,
        stdin=subprocess.DEVNULL,
    )
    names = done.stdout.rpartition("MODULES ")[2].split()
    return {name if name.startswith("tofutui.") else name.partition(".")[0] for name in names}


def run(*argv: str, code: int) -> str:
    return f"from tofutui.cli import main\nassert main({list(argv)!r}) == {code}"


@pytest.mark.parametrize(
    "code",
    [
        "import tofutui.cli",
        run("--version", code=0),
        run("--help", code=0),
        run("check", "--help", code=0),
        run("--nonsense", code=2),
        run("check", "x", code=2),
        run("x", code=2),
        run("sessions", "validate", "--sessions", "/dev/null", code=2),
        run("sessions", "path", code=0),
        run("themes", code=0),
        run("history", "x", code=2),
        run("check", "--log", "/nonexistent", "x", "--sessions", EXAMPLE, code=2),
        "import tofutui.ui.options",
    ],
)
def test_help_version_and_faults_load_nothing_heavy(code, tmp_path):
    assert HEAVY & loaded_after(code, home=tmp_path) == set()


def test_check_never_loads_textual(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[sessions.s.primary]\nhost = "127.0.0.1"\nport = 1\n')
    loaded = loaded_after(run("check", "s", "--sessions", str(path), code=3), home=tmp_path)
    assert "tofutui.workbench" in loaded
    assert {"textual", "rich"} & loaded == set()
    assert not any(name.startswith(("tofutui.ui", "tofutui.lab")) for name in loaded)


@pytest.mark.parametrize(
    "part",
    ["tofu", "system", "config", "history", "report", "tls", "appliance", "workbench", "executor", "guide"],
)
def test_no_part_below_the_screen_loads_textual(part, tmp_path):
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in (PACKAGE / part).rglob("*.py")
    ]
    loaded = loaded_after(
        "\n".join(f"import {name}" for name in modules or [f"tofutui.{part}"]), home=tmp_path
    )
    assert {"textual", "rich"} & loaded == set()
    if part in ("tofu", "config", "history", "report"):
        assert {"asyncssh", "asyncio"} & loaded == set()


LATE = {
    "asyncssh", "cryptography", "sqlite3", "tofutui.appliance", "tofutui.tls", "tofutui.history",
    "tofutui.workbench", "tofutui.executor", "tofutui.guide", "tofutui.report", "tofutui.tofu.certificates.certificate",
    "tofutui.tofu.judgement.evidence",
    "tofutui.tofu.logs.failures", "tofutui.tofu.judgement.judge", "tofutui.tofu.cli_output.listing", "tofutui.tofu.names",
}  # fmt: skip


def test_the_first_paint_waits_for_nothing_that_reads_or_judges_rows(tmp_path):
    loaded = loaded_after(
        "import tofutui.cli.commands.app, tofutui.ui.shell.app, tofutui.ui.tables.screen", home=tmp_path
    )
    assert "textual" in loaded
    assert {name for name in loaded if any(f"{name}.".startswith(f"{late}.") for late in LATE)} == set()


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, those inside functions included, as full names."""
    here = ("tofutui", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            yield module
            if module == "tofutui":
                yield from (f"tofutui.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_part_may(path):
    part = part_of(path)
    found = list(imports_of(path))
    ours = {name.split(".")[1] for name in found if name.startswith("tofutui.")} - {part, "__version__"}
    assert ours - ALLOWED[part] == set()
    foreign = {name.partition(".")[0] for name in found}
    assert part == "ui" or not foreign & {"textual", "rich"}
    assert part in ("appliance", "lab") or "asyncssh" not in foreign


def test_there_are_files_to_look_at_and_every_part_is_known():
    assert len(FILES) > 50
    assert {part_of(path) for path in FILES} <= set(ALLOWED)
