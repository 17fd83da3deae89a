"""The process of the program is closed to others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import ctypes, os, resource, sys
from tofutui.cli import main
sys.argv[1:] = ["sessions", "path"]
assert main() == 0
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
print(oct(os.umask(0)), [name for name in os.environ if name.startswith("TEXTUAL")])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_no_core_file_no_look_into_memory_no_log_of_keys(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "TEXTUAL_LOG": str(tmp_path / "log"),
        "TEXTUAL": "devtools,debug",
        "TEXTUAL_PRESS": "D,y",
        "TEXTUAL_DRIVER": "os:path",
        "TEXTUAL_ESCDELAY": "1",
    }
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines()[1:] == ["(0, 0) 0", "0o77 []"]
    assert not (tmp_path / "log").exists()


def test_calling_main_with_arguments_leaves_the_process_alone() -> None:
    code = "import resource; from tofutui.cli import main; b = resource.getrlimit(4); main(['themes']); "
    code += "assert resource.getrlimit(4) == b"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
