"""Loading the SSH side, which takes a quarter of a second, beside other work."""

import importlib
import warnings
from types import ModuleType

from tofutui.system.background import NeverJoined


def begin_loading() -> None:
    """Load the SSH library in a thread: it starts programs to look for further libraries, and waits for them.

    What goes wrong is raised where the library is used.
    """
    NeverJoined().submit(_load_library)


def load_connection() -> ModuleType:
    """The module that connects: for a worker thread."""
    _load_library()
    return importlib.import_module("tofutui.appliance.ssh.connection")


def _load_library() -> None:
    """Load asyncssh without its warnings.

    Old algorithms make the crypto library warn on stderr, which would tear the screen; whether they are
    offered is the session's decision, and shown there.
    """
    from cryptography.utils import CryptographyDeprecationWarning

    warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning, module=r"asyncssh\.")
    importlib.import_module("asyncssh")
