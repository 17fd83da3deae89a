"""What other programs of the same user could take from a running process is closed to them."""

import ctypes
import os
import resource
import sys
from collections.abc import MutableMapping

_PR_SET_DUMPABLE = 4
_FOR_DEVELOPERS = "TEXTUAL"
"""How variables begin by which Textual presses keys without a person, writes down those that are pressed,
takes another driver, or changes its timing. It reads them when it is loaded."""


def seal(environ: MutableMapping[str, str]) -> None:
    """No core file, no look into memory and first environment (Linux), no key from outside, private files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for name in [name for name in environ if name.startswith(_FOR_DEVELOPERS)]:
        del environ[name]
    os.umask(0o077)
