"""The app on canned rows, with questions of the nodes at a signal.

``python questions_app.py LOG [QUESTION ...] [ROWS]``: SIGUSR1 asks the next question (``password``,
``host-key``, ``dialogue``), SIGUSR2 withdraws the newest. What is answered and which rows would have been
deleted is written to the file LOG, one event a line.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from tests.support.fake_bench import FakeRunner, Fakes, entry, renamed, session
from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.cli.hardening import seal
from tofutui.tofu.deletion.plan import Plan, Step
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role, Session
from tofutui.ui.backend import Link

ROLE, HOST = Role.SECONDARY, "192.0.2.11"
PASSWORD = PasswordQuestion(ROLE, HOST, "admin", "Password: ", "password")
HOST_KEY = HostKeyQuestion(ROLE, HOST, 22, "ssh-ed25519", "SHA256:abcdef", Path("/known_hosts"))
DIALOGUE = DialogueQuestion(
    ROLE, "prime-sec", "This will reboot the server. Continue? (yes/no)", "ncs status"
)


class AskingFakes(Fakes):
    """Fakes that write down what happens, and ask at a signal."""

    def __init__(self, log: Path, questions: Sequence[str], count: int) -> None:
        super().__init__(renamed if not count else lambda role: many(role, count))
        self._log = log
        self._questions = list(questions)
        self._asked: list[asyncio.Task[None]] = []

    async def open(self, opened: Session, asker: Any, on_change: Callable[..., None]) -> Link:
        """As the fakes do; from now on signals are heard."""
        link = await super().open(opened, asker, on_change)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self._ask)
        loop.add_signal_handler(signal.SIGUSR2, self._withdraw)
        self._note_runs(self.runner)
        return link

    def _note_runs(self, runner: FakeRunner) -> None:
        run = runner.run

        async def noted(plan: Plan, on_step: Callable[[int, Step], None]) -> tuple[Step, ...]:
            self._write("deleted " + " ".join(deletion.key for deletion in plan.deletions))
            return await run(plan, on_step)

        runner.run = noted  # type: ignore[method-assign]

    def _ask(self) -> None:
        name = self._questions.pop(0)
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "password": lambda: self.asker.password(PASSWORD),
            "host-key": lambda: self.asker.accept_host_key(HOST_KEY),
            "dialogue": lambda: self.asker.dialogue(DIALOGUE),
        }
        self._asked.append(asyncio.ensure_future(self._answered(name, ways[name])))

    def _withdraw(self) -> None:
        self._asked[-1].cancel()

    async def _answered(self, name: str, way: Callable[[], Awaitable[object]]) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._write(f"{name} {await way()!r}")

    def _write(self, text: str) -> None:
        with self._log.open("a") as log:
            log.write(text + "\n")


def many(role: Role, count: int) -> list[Entry]:
    """Rows enough for a dialog that has to be scrolled."""
    return [
        entry(role, f"203.0.113.{n}_443", Verdict.MISMATCH, who=Who.OTHER, presented="x")
        for n in range(count)
    ]


def main() -> int:
    """Run the app; its exit code."""
    seal(os.environ)
    from tofutui.ui.options import AppOptions
    from tofutui.ui.shell.start import run

    log, *questions = sys.argv[1:]
    count = int(questions.pop()) if questions and questions[-1].isdigit() else 0
    folder = Path(log).parent
    options = AppOptions(sessions={"site-a": session()}, sessions_path=folder / "s.toml", data_dir=folder)
    return run(options, AskingFakes(Path(log), questions, count).open)


if __name__ == "__main__":
    sys.exit(main())
