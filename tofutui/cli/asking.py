"""Answers on the terminal: passwords are asked for, masked; everything else is no."""

import asyncio
import contextlib
import os
import select
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.tofu.base.text import safe

_LONGEST = 65_536
"""Bytes of an answer; a terminal gives no more than 4,096 in one line."""


class TerminalAsker:
    """Asks for passwords on the terminal, one at a time; without a terminal there is no answer.

    A host key that was not accepted before is refused: `check` may run unattended.
    """

    def __init__(
        self, alone: Callable[[], AbstractContextManager[object]], shown: Callable[[str], str] = str
    ) -> None:
        """``alone`` is entered while a question is on the terminal: nothing else is written then.

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
    """One line, not shown. When this is cancelled, nothing more is read: what is typed is for the next."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()
    wake, waker = os.pipe()

    def ask() -> None:
        try:
            typed = read_secretly(prompt, wake)
        except OSError:
            typed = None
        finally:
            os.close(wake)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the answer is no longer waited for
            loop.call_soon_threadsafe(_answer, answer, typed)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        return await answer
    finally:
        os.close(waker)
        thread.join(1.0)  # it wakes at once, and gives the terminal back as it was


def read_secretly(prompt: str, wake: int) -> str | None:
    """A line from the terminal without echo; None at its end, or once ``wake`` can be read or is at its end.

    Raises:
        OSError: there is no terminal.
    """
    terminal = _terminal()
    try:
        before = termios.tcgetattr(terminal)
        hidden = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        termios.tcsetattr(
            terminal, termios.TCSAFLUSH, hidden
        )  # what was typed before the question does not answer it
        try:
            os.write(terminal, prompt.encode("utf-8", "replace"))
            ready, _, _ = select.select([terminal, wake], [], [])
            line = os.read(terminal, _LONGEST) if terminal in ready and wake not in ready else b""
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
            _say(terminal, "\n")
    finally:
        os.close(terminal)
    return line.decode("utf-8", "surrogateescape").rstrip("\r\n") if line else None


def _terminal() -> int:
    """The process's terminal; where it has none of its own, the one that stdin is."""
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return os.dup(sys.stdin.fileno())


def _say(terminal: int, text: str) -> None:
    try:
        os.write(terminal, text.encode("utf-8", "replace"))
    except OSError:  # stdin was opened for reading only
        sys.stderr.write(text)
        sys.stderr.flush()


def _answer(future: asyncio.Future[str | None], typed: str | None) -> None:
    if not future.done():
        future.set_result(typed)
