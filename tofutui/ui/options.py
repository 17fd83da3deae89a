"""What the command line hands to the full-screen app, and what the app asks of it; loads no Textual."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tofutui.tofu.site.session import Role, Session
from tofutui.ui.actions.keymap import KeyBook

START_DEMO = -1
"""Instead of an exit code: the user asked for the simulated pair, which only the command line starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """How the app starts.

    ``read_only`` is also set in every session of ``sessions``; the builder of this takes care of it.
    """

    sessions: Mapping[str, Session]
    """Every session there is, by name, in the order of the file."""
    initial: str | None = None
    """The session to open at once; None: the only one, or the picker."""
    sessions_path: Path
    """Where the sessions came from: shown where there are none."""
    fixed: str | None = None
    """Why no session can be made or changed in the app; None: it can."""
    data_dir: Path
    """Journal and history."""
    theme: str | None = None
    """Asked for on the command line; wins over the session's."""
    watch: float | None = None
    """Seconds between refreshes, wins over the session's; 0 = off, None = as the session says."""
    mouse: bool = True
    last_key: bool = False
    """Whether a line shows the last key and what it did."""
    keys: KeyBook = field(default_factory=KeyBook)
    """The keys in force."""
    ascii: bool = False
    encoding: str = "utf-8"
    """What the terminal is sent."""
    read_only: bool = False
    redact: bool = False
    """Start with the privacy mask on."""
    debug: bool = False
    warnings: tuple[str, ...] = ()
    """What to say at the start, which stays until it is dismissed."""
    lab_logs: Mapping[Role, Path] = field(default_factory=dict)
    """The simulated pair's health monitor logs (demo only); offered in the evidence screen."""
    lab_command: Callable[[str], str] | None = None
    """Gives the simulated pair a command and waits for its answer, ``ok`` or ``error: …`` (demo only)."""
    scenarios: Mapping[str, str] = field(default_factory=dict)
    """Name and title of each simulated pair that can be started from here."""
    ask_for_demo: Callable[[str], object] = len
    """Says which one to start once the app has ended with `START_DEMO`."""

    def simulate(self, command: str) -> str:
        """Give the simulated pair a command and wait, in any thread: ``ok`` or ``error: …``."""
        if self.lab_command is None:
            return "error: there is no simulated pair to operate"
        return self.lab_command(command)
