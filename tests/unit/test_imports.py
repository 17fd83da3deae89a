"""What must load late: what a fresh interpreter has loaded. Who may import whom is in pyproject.toml."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tofutui

PACKAGE = Path(tofutui.__file__).parent
EXAMPLE = str(Path(__file__).parents[2] / "sessions.toml.example")
HEAVY = {"textual", "rich", "asyncssh", "cryptography"}

BELOW = {"tofu", "system"}
SOURCES = BELOW | {"appliance", "tls", "history", "config"}


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


NOT_FOR_HELP = {
    "pathlib", "threading", "logging", "dataclasses", "tomllib", "unicodedata", "shlex", "ctypes", "difflib",
}  # fmt: skip


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_hardly_more_than_their_parser(option, tmp_path):
    least = loaded_after("import argparse, textwrap, datetime, typing", home=tmp_path)
    assert NOT_FOR_HELP & (loaded_after(run(option, code=0), home=tmp_path) - least) == set()


def test_a_fault_in_the_sessions_file_loads_nothing_that_reads_damaged_text(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[sessions.s.primary]\nhots = "192.0.2.1"\n')
    loaded = loaded_after(run("check", "s", "--sessions", str(path), code=2), home=tmp_path)
    assert {f"tofutui.tofu.base.{name}" for name in ("damaged_text", "encodings")} & loaded == set()
    assert {"asyncio", "sqlite3", "tempfile", "subprocess"} & loaded == set()


def test_check_never_loads_textual(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[sessions.s.primary]\nhost = "127.0.0.1"\nport = 1\n')
    loaded = loaded_after(run("check", "s", "--sessions", str(path), code=3), home=tmp_path)
    assert "tofutui.workbench" in loaded
    assert {"textual", "rich"} & loaded == set()
    assert not any(name.startswith(("tofutui.ui", "tofutui.lab")) for name in loaded)


BELOW = (
    "tofu", "privacy", "system", "config", "history", "report", "tls", "appliance", "workbench", "capture",
    "executor", "guide",
)  # fmt: skip


def test_check_begins_to_load_ssh_before_what_compares(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('[sessions.s.primary]\nhost = "127.0.0.1"\nport = 1\n')
    noted = (
        "import tofutui.appliance.loading as loading\n"
        "begun = []\n"
        "loading.begin_loading = lambda: begun.append('tofutui.workbench' in sys.modules)\n"
    )
    wrong = run("check", "x", "--sessions", str(path), code=2)
    right = run("check", "s", "--sessions", str(path), code=3)
    loaded = loaded_after(
        f"{noted}{wrong}\nassert begun == []\n{right}\nassert begun == [False]", home=tmp_path
    )
    assert "asyncssh" in loaded


def test_the_simulated_pair_loads_nothing_that_compares(tmp_path):
    loaded = loaded_after("import tofutui.cli.commands.lab", home=tmp_path)
    assert "tofutui.lab" in loaded
    assert {f"tofutui.{part}" for part in ("workbench", "appliance", "tls", "report", "ui")} & loaded == set()


@pytest.mark.parametrize("part", BELOW)
def test_no_part_below_the_screen_loads_textual(part, tmp_path):
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in (PACKAGE / part).rglob("*.py")
    ]
    loaded = loaded_after(
        "\n".join(f"import {name}" for name in modules or [f"tofutui.{part}"]), home=tmp_path
    )
    assert {"textual", "rich"} & loaded == set()
    if part in ("tofu", "privacy", "config", "history", "report"):
        assert {"asyncssh", "asyncio"} & loaded == set()


LATE = {
    "asyncssh", "cryptography", "sqlite3", "tofutui.appliance", "tofutui.tls", "tofutui.history",
    "tofutui.workbench", "tofutui.executor", "tofutui.guide", "tofutui.report",
    "tofutui.tofu.certificates.certificate", "tofutui.tofu.judgement.evidence",
    "tofutui.tofu.judgement.judge", "tofutui.tofu.logs.failures", "tofutui.tofu.cli_output.listing",
    "tofutui.tofu.names.grammar", "tofutui.tofu.names.match", "tofutui.tofu.names.render",
}  # fmt: skip


def test_the_first_paint_waits_for_nothing_that_reads_or_judges_rows(tmp_path):
    loaded = loaded_after(
        "import tofutui.cli.commands.app, tofutui.ui.shell.app, tofutui.ui.tables.screen\n"
        "assert 'textual.widgets._text_area' not in sys.modules",
        home=tmp_path,
    )
    assert "textual" in loaded
    late = {"tree_sitter", "hmac", "tofutui.tofu.deletion.plan", "tofutui.cli.commands.demo"}
    assert late & loaded == set()
    assert {name for name in loaded if any(f"{name}.".startswith(f"{late}.") for late in LATE)} == set()
