"""What a node's object loads: nothing heavy before the first login."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["questions", "errors", "cli.timings", "node"])
def test_the_ssh_library_is_not_loaded_by_importing(module: str) -> None:
    program = f"import sys, tofutui.appliance.{module}; print(sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "'tofutui'" in loaded
    assert not any(f"'{name}'" in loaded for name in ("asyncssh", "cryptography", "textual"))
