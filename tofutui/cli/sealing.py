"""What other programs of the same user could take from a running process is closed to them."""

import ctypes
import os
import resource
import sys
from collections.abc import MutableMapping

_PR_SET_DUMPABLE = 4
_WRITES_KEYS_DOWN = ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG")
"""Variables that let Textual write each key that is pressed into a file, or to another program."""


def seal(environ: MutableMapping[str, str]) -> None:
    """No core file, no look into memory and first environment (Linux), no log of keys, no open file mode."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for name in _WRITES_KEYS_DOWN:
        environ.pop(name, None)
    os.umask(0o077)
