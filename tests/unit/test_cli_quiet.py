"""What libraries say to developers stays off stderr, whatever the command."""

import subprocess
import sys

import pytest

NOISY = """
import argparse, logging, sys, types, warnings
import tofutui.cli

def run(options):
    warnings.warn("old key exchange")
    logging.getLogger("asyncio").error("exception was never retrieved")
    return 0

sys.modules["tofutui.cli.commands.noisy"] = types.SimpleNamespace(run=run)
sys.exit(tofutui.cli._run("noisy", argparse.Namespace(debug={debug})))
"""


@pytest.mark.parametrize(("debug", "heard"), [(False, False), (True, True)])
def test_warnings_of_libraries_are_for_debug_only(debug: bool, heard: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOISY.format(debug=debug)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert ("old key exchange" in done.stderr) is heard
    assert ("never retrieved" in done.stderr) is heard
    assert heard or done.stderr == ""


@pytest.mark.parametrize(
    ("command", "streams", "code"),
    [
        ("themes", "2>/dev/full", 0),
        ("themes", "2>&-", 0),
        ("themes", ">&- 2>&- <&-", 0),
        ("themes", ">/dev/full", 2),
        ("check nowhere --all", "2>/dev/full", 2),
        ("check nowhere --all", "2>&-", 2),
        ("check nowhere --all", ">&- 2>&- <&-", 2),
        ("nonsense --x", "2>&-", 2),
    ],
)
def test_a_stream_that_takes_nothing_changes_no_exit_code_to_a_result(
    command: str, streams: str, code: int
) -> None:
    start = "import sys, tofutui.cli; sys.exit(tofutui.cli.main())"
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -c "{start}" {command} {streams}'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "internal error" not in done.stderr
    if streams == ">/dev/full":
        assert done.stderr == "tofutui: standard output: cannot be written: No space left on device\n"
