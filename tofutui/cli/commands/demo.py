"""The simulated pair in a process of its own, which ends with this one."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.site.session import Role, Session

END_SECONDS = 5.0
"""How long the simulated pair may take to end before it is made to."""


class DemoError(TofutuiError):
    """The simulated pair did not start."""


@dataclass(frozen=True, slots=True)
class LabFiles:
    """Where a running lab keeps its sessions file and its data folder."""

    sessions: Path
    data: Path

    @property
    def logs(self) -> dict[Role, Path]:
        """The health monitor logs beside the sessions file; a node writes its own at the first failure."""
        return {role: self.sessions.parent / "logs" / role / "hm-0-0.log" for role in Role}

    def demo_of(self, session: Session) -> Session:
        """The lab's session marked as the demo, each node with its log files."""
        logs = {role: (str(path), str(path.with_name("ncs-0-0.log"))) for role, path in self.logs.items()}
        nodes = {role: replace(node, logs=logs[role]) for role, node in session.nodes.items()}
        return replace(session, demo=True, nodes=nodes)


class LabProcess:
    """`tofutui lab`, started. It ends at the end of its stdin, so it ends with us, whatever becomes of us."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._talking = threading.Lock()

    def files(self) -> LabFiles:
        """Wait until it serves.

        Raises:
            DemoError: it ended instead; its own last words are in the message.
        """
        places: dict[str, Path] = {}
        assert self._process.stdout is not None
        while len(places) < 2:
            line = self._process.stdout.readline()
            if not line:
                raise DemoError(f"the simulated pair did not start: {self._last_words()}")
            name, _, path = line.rstrip("\n").partition(": ")
            if name in ("sessions", "data"):
                places[name] = Path(path)
        return LabFiles(places["sessions"], places["data"])

    def command(self, line: str) -> str:
        """Give it a command and wait for the answer: ``ok`` or ``error: …``. Any thread may ask."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._talking:
            try:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
            except OSError:
                return "error: the simulated pair has ended"
            while answer := self._process.stdout.readline():  # its introduction may come first
                if answer.rstrip("\n") == "ok" or answer.startswith("error: "):
                    return answer.rstrip("\n")
        return "error: the simulated pair has ended"

    def end(self) -> None:
        """Close its stdin and wait; a process that does not end is made to."""
        try:
            self._process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").split("\n")
        spoken = [line.removeprefix("tofutui: ").removeprefix("error: ") for line in lines if line.strip()]
        return spoken[-1] if spoken else f"it ended with exit code {self._process.returncode}"


@contextlib.contextmanager
def lab_process(scenario: str) -> Iterator[LabProcess]:
    """A lab on this machine for as long as the block runs. Ctrl-C on the terminal does not reach it."""
    with TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - ourselves, no shell
            [sys.executable, "-m", "tofutui", "lab", "--until-eof", "--", scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        lab = LabProcess(process, errors)
        try:
            yield lab
        finally:
            lab.end()
