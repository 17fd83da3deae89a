"""Answers on the terminal: passwords are asked for, masked; everything else is no."""

import asyncio
import contextlib
import getpass
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.tofu.text import safe


class TerminalAsker:
    """Asks for passwords on the terminal, one at a time; without a terminal there is no answer.

    A host key nobody has accepted before is refused: `check` may run where nobody looks.
    """

    def __init__(
        self, alone: Callable[[], AbstractContextManager[object]], shown: Callable[[str], str] = str
    ) -> None:
        """``alone`` is entered while a question stands on the terminal: nothing else is written then.

        ``shown`` gives what may be shown of a question.
        """
        self._shown = shown
        self._one_at_a_time = asyncio.Lock()
        self._alone = alone

    async def password(self, question: PasswordQuestion, /) -> str | None:
        """What is typed, or None without a terminal or at Ctrl-D."""
        async with self._one_at_a_time:
            if not (sys.stdin and sys.stdin.isatty()):
                return None
            with self._alone():
                return await _typed(self._shown(_prompt(question)))

    async def accept_host_key(self, question: HostKeyQuestion, /) -> bool:
        """No."""
        return False

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        """None: leave."""
        return None


def _prompt(question: PasswordQuestion) -> str:
    whose = f"{question.username}@{question.host} ({question.role})"
    if question.purpose == "password":
        return f"Password of {safe(whose)}: "
    return f"{safe(whose)}: {safe(question.prompt).strip() or question.purpose}: "


async def _typed(prompt: str) -> str | None:
    """One masked line. When this is cancelled the terminal echoes again, though the thread still waits."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def ask() -> None:
        try:
            typed: str | None = getpass.getpass(prompt)
        except (EOFError, OSError):
            typed = None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_answer, answer, typed)

    with _echo_restored():
        threading.Thread(target=ask, daemon=True).start()
        return await answer


def _answer(future: asyncio.Future[str | None], typed: str | None) -> None:
    if not future.done():
        future.set_result(typed)


@contextlib.contextmanager
def _echo_restored() -> Iterator[None]:
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
