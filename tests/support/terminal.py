"""The installed program in a real pseudo-terminal, its screen kept by a terminal emulator."""

import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.support.forked import start
from tests.support.waiting import PATIENCE

KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "down": "\x1b[B", "up": "\x1b[A"}


PAGE_DOWN = "\x1b[6~"
STATUS_REPLY = b"\x1b[0n"
"""What a terminal answers to ``ESC [ 5 n`` (ECMA-48, 8.3.35)."""


class Screen(pyte.Screen):
    """An emulator that answers status requests, and nothing else."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self.asked = 0
        """Status requests that are not answered yet."""
        self._texts: dict[int, str] = {}

    def report_device_status(self, mode: int = 0, **_: object) -> None:
        """Note a request for the status."""
        self.asked += mode == 5

    def text(self) -> str:
        """The text on the screen; what is asked after each read, so only changed lines are read again."""
        for number in self.dirty:
            cells = self.buffer[number]
            self._texts[number] = "".join(cells[column].data for column in range(self.columns))
        self.dirty.clear()
        return "\n".join(self._texts[number] for number in range(self.lines))


def listings(screen: str) -> int:
    """How many panes say when they were listed."""
    return len(re.findall(r"listed \d", screen))


class Terminal:
    """A program on a pseudo-terminal of a given size; nothing here sleeps, it waits for output."""

    answers = True
    """Whether status requests are answered as they are read; else `answer` does it, or nothing does."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int],
        env: Mapping[str, str],
        cwd: Path,
        *,
        fresh: bool = False,
    ) -> None:
        columns, lines = size
        self.screen = Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.modes_before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = start(command, (slave, slave, slave), env, cwd, fresh=fresh)

    def press(self, *keys: str) -> None:
        """Type keys, each by name or as itself."""
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())

    def send(self, data: bytes) -> None:
        """Bytes as a terminal sends them, all at once."""
        os.write(self.master, data)

    def answer(self) -> None:
        """Answer the status requests that were read."""
        asked, self.screen.asked = self.screen.asked, 0
        self.send(STATUS_REPLY * asked)

    def say_yes(
        self, key: str = "y", seconds: float = PATIENCE, until: Callable[[], bool] = lambda: False
    ) -> None:
        """Press a key until the delete dialog takes it: one that comes too soon is refused, and said so.

        It returns once the screen is quiet or, before that, once ``until`` holds.
        """
        deadline = time.monotonic() + seconds
        self.wait_for("[ Keep row", seconds)
        while "[ Keep row" in self.text():
            assert time.monotonic() < deadline, f"{key} is not taken, and the screen is\n{self.text()}"
            self.press(PAGE_DOWN if "not seen yet" in self.text() else key)
            while not until() and self._read(0.4):
                pass

    def send_answer(self, text: str, then: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Type a line into a dialog, and press Enter until it is taken: one that comes too soon is refused.

        Returns:
            The screen on which ``then`` holds.
        """
        self.press(*text)
        self.settle(0.6)
        deadline = time.monotonic() + seconds
        self.press("enter")
        while not then(shown := self.wait_for(lambda screen: then(screen) or "Enter again" in screen)):
            assert time.monotonic() < deadline, f"Enter is not taken, and the screen is\n{shown}"
            self.settle(0.6)
            if "Enter again" in self.text():
                self.press("enter")
        return shown

    def paste(self, text: str) -> None:
        """A bracketed paste, as a terminal sends it."""
        os.write(self.master, b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def text(self) -> str:
        """The text on the screen."""
        return self.screen.text()

    def wait_for(self, fact: str | Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Read until the fact (a text, or a predicate over the screen) holds; the screen then.

        Raises:
            AssertionError: it did not come true in time; the message holds the screen.
        """
        holds = (lambda screen: fact in screen) if isinstance(fact, str) else fact
        deadline = time.monotonic() + seconds
        while not holds(self.text()):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"waited for {fact!r}, and the screen is\n{self.text()}")
        return self.text()

    def settle(self, quiet: float = 1.0) -> int:
        """Read until nothing came for ``quiet`` seconds; how many bytes came before."""
        before = len(self.raw)
        while self._read(quiet):
            pass
        return len(self.raw) - before

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal another size, as its window manager does."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.killpg(self.process.pid, signal.SIGWINCH)

    def wait_end(self, seconds: float = PATIENCE) -> int:
        """Read until the program has ended; its exit code (negative: the signal)."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running, and the screen is\n{self.text()}")
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def wait_stopped(self) -> None:
        """Until the program is stopped by a signal, as the shell sees it."""
        while Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.01)

    def is_clean(self) -> bool:
        """Whether the terminal was left as found: modes, normal screen, cursor, no mouse, no paste mode."""
        on, off = self._last("?1049h"), self._last("?1049l")
        cursor = self._last("?25h") >= self._last("?25l")
        quiet = all(self._last(f"?{m}l") >= self._last(f"?{m}h") for m in (1000, 1003, 1006, 2004))
        return off >= on and cursor and quiet and termios.tcgetattr(self._slave)[:4] == self.modes_before[:4]

    def close(self) -> None:
        """End the program if it still runs, and let go of the terminal."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
        os.close(self._slave)

    def _last(self, sequence: str) -> int:
        return self.raw.rfind(b"\x1b[" + sequence.encode())

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        if self.answers and self.screen.asked:
            self.answer()
        return bool(data)


@contextmanager
def terminal(
    command: Sequence[str],
    tmp_path: Path,
    size: tuple[int, int] = (120, 36),
    *,
    fresh: bool = False,
    **env: str,
) -> Iterator[Terminal]:
    """A program in a terminal of its own, with a home folder of its own; ended on the way out.

    ``fresh``: in an interpreter that has loaded nothing before it.
    """
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH")}
    own = {"HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    running = Terminal(command, size, {**kept, **own, **env}, tmp_path, fresh=fresh)
    try:
        yield running
    finally:
        running.close()
