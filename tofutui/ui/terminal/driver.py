"""The terminal as the app's driver sees it: one that may stall, hang up, or be taken away and given back."""

import asyncio
import os
import select
import signal
import termios
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import IO, Any, Protocol, cast

from textual import events
from textual.app import App
from textual.geometry import Size

from tofutui.tofu.base.text import safe
from tofutui.ui.terminal.keystream import KeyStream
from tofutui.ui.terminal.keytable import WHICH_TERMINAL, KeyTable
from tofutui.ui.terminal.textual_internals import LinuxDriver, get_time

HELD_BACK = 1 << 20
"""Characters that wait for a terminal that takes none; more than that is dropped and painted later."""
MOMENT = 4096
"""Characters that even a slow line takes in a moment."""
LAST_BYTES = 1.0
"""Seconds that the terminal has to take the bytes by which it is restored."""
_NOT_ASKED_FOR = ("\x1b[?1003h", "\x1b[?1015h", "\x1b[?1004h", "\x1b[?2048$p")
"""Every move of the mouse, coordinates in decimal, the window's focus, sizes by report: nothing uses them."""
_MOUSE = (1000, 1006)
"""Reports of clicks and the wheel."""
_CLEAR = "\x1b[0m\x1b[2J\x1b[H"
"""Before leaving: terminals without an alternate screen would keep the tables, and the prompt among them."""
_TITLE_KEPT, _TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""Put the window's title on the terminal's stack, and take it from there again."""
_OFF = (2004, 2048, 1000, 1003, 1015, 1006)
_RESTORE = "".join(f"\x1b[?{mode}l" for mode in _OFF) + "\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""What `stop_application_mode` sends, in one piece."""


class TerminalStream:
    """A text stream to the terminal whose `write` never waits and never fails; a thread does the writing.

    Textual's own writer ends at the first error, after which the event loop waits for it for ever.
    """

    def __init__(self, file: IO[str], caught_up: Callable[[], None]) -> None:
        """``caught_up`` is called, in a thread, once a terminal that missed bytes takes some again."""
        self._file = file
        self._caught_up = caught_up
        self._pending: deque[str] = deque()
        self._held = 0
        self._is_torn = False
        self._is_writing = False
        self._changed = threading.Condition()
        threading.Thread(target=self._run, daemon=True, name="terminal").start()

    def write(self, text: str) -> int:
        """Leave the text to the thread; without a reader at the other end it is dropped in the end."""
        with self._changed:
            if self._held > HELD_BACK:
                self._is_torn = True
            else:
                self._pending.append(text)
                self._held += len(text)
                self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """The thread flushes whenever it has caught up."""

    def isatty(self) -> bool:
        """Whether this is a terminal."""
        return self._file.isatty()

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._file.fileno()

    def drop_pending(self) -> None:
        """Forget whole writes that have not begun, where they are more than a slow line takes in a moment."""
        with self._changed:
            if self._held > MOMENT:
                self._pending.clear()
                self._held, self._is_torn = 0, False

    def drain(self, seconds: float) -> None:
        """Wait until everything is written, but not longer."""
        end = monotonic() + seconds
        with self._changed:
            while (self._pending or self._is_writing) and (left := end - monotonic()) > 0:
                self._changed.wait(left)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._pending:
                    self._changed.wait()
                text = self._pending.popleft()
                self._held -= len(text)
                self._is_writing = True
                is_last = not self._pending
            self._put(text, flush=is_last)
            with self._changed:
                self._is_writing = False
                is_mended = self._is_torn and not self._pending
                self._is_torn = self._is_torn and not is_mended
                self._changed.notify_all()
            if is_mended:
                self._caught_up()

    def _put(self, text: str, *, flush: bool) -> None:
        with suppress(OSError, ValueError):  # hung up; closed
            self._file.write(text)
            if flush:
                self._file.flush()


class Repaintable(Protocol):
    """An app that can paint everything again."""

    def repaint_all(self) -> None:
        """Write the whole screen: others may have written to the terminal."""


class TerminalDriver(LinuxDriver):
    """Textual's driver, for terminals that stall, hang up, or are used by others meanwhile."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._stream = TerminalStream(cast("IO[str]", self._file), self._repaint_later)
        self._file = cast("Any", self._stream)  # Textual's writer thread writes here
        self._raw_modes: list[Any] | None = None
        self._owns_screen = False
        self.mouse_is_left = False
        """Whether the mouse is the terminal's for now, to paste and select with."""
        self._is_named = False

    def start_application_mode(self) -> None:
        """As Textual does; the modes are kept, in case another program changes them."""
        self.mouse_is_left = False
        cast("Any", super()).start_application_mode()
        signal.signal(signal.SIGWINCH, self._size_may_have_changed)
        self._owns_screen = True
        self.write(WHICH_TERMINAL)
        with suppress(termios.error):
            self._raw_modes = termios.tcgetattr(self.fileno)

    def stop_application_mode(self) -> None:
        """As Textual does; what was yet to be painted is dropped."""
        self._raw_modes = None
        self._stream.drop_pending()
        self.write(_CLEAR + self._title_back)
        self._owns_screen = self._is_named = False
        super().stop_application_mode()

    def resume_application_mode(self) -> None:
        """As Textual does; the shell and other programs have written meanwhile."""
        super().resume_application_mode()
        self._repaint_later()

    def close(self) -> None:
        """End the writing; a terminal that takes no bytes is waited for only so long."""
        super().close()
        self._stream.drain(LAST_BYTES)

    def leave_mouse(self, to_terminal: bool) -> None:
        """Let the terminal paste and select with the mouse as for other programs, or report it to the app."""
        if self._mouse and to_terminal is not self.mouse_is_left:
            self.mouse_is_left = to_terminal
            self.write("".join(f"\x1b[?{mode}{'l' if to_terminal else 'h'}" for mode in _MOUSE))

    def give_up_mouse(self) -> None:
        """Leave the mouse to the terminal for good."""
        self.leave_mouse(True)
        self._mouse = False

    def name_window(self, text: str) -> None:
        """Give the window a title, until the terminal is given back."""
        self.write(f"{'' if self._is_named else _TITLE_KEPT}\x1b]2;{safe(text)}\x1b\\")
        self._is_named = True

    @property
    def _title_back(self) -> str:
        return _TITLE_BACK if self._is_named else ""

    def restore_now(self) -> None:
        """Give the terminal back as it was, from any thread; waits for a terminal that takes no bytes."""
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        with suppress(OSError):
            clear = _CLEAR if self._owns_screen else ""
            os.write(self._stream.fileno(), (clear + self._title_back + _RESTORE).encode())

    def _size_may_have_changed(self, *_: object) -> None:
        """Have the size read by the event loop: one that was read in a handler, which the next signal may
        interrupt, could be told after a newer one."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._tell_size)

    def _tell_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))

    def _sigcont_application(self, *_: object) -> None:
        """Begin again after a stop of our own; after one by others the input thread still runs."""
        if not self._auto_restart:
            return
        if self._must_signal_resume:
            self.resume_application_mode()
        else:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._take_back)

    def _take_back(self) -> None:
        """Others used the terminal while this process was stopped: our modes again, and all of the screen."""
        if self._raw_modes is None or not self._is_ours():
            return
        with suppress(termios.error):
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw_modes)
        self.write("\x1b[?1049h\x1b[?25l")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._repaint()

    def _is_ours(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return False

    def _repaint_later(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._repaint)

    def _repaint(self) -> None:
        cast("Repaintable", self._app).repaint_all()

    def write(self, data: str) -> None:
        """Write, except for what asks for reports that nothing uses."""
        if data not in _NOT_ASKED_FOR:
            super().write(data)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:  # EIO: the terminal is gone
            self._hung_up()
        except Exception as error:  # the seam between the thread and the app
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Read keys and reports until the app ends or the terminal does."""
        stream, table = KeyStream(), KeyTable(os.environ.get("TERM", ""))
        for data in self._reads():
            pieces = stream.feed(data, get_time()) if data else stream.tick(get_time())
            for piece in pieces:
                for message in table.messages(piece):
                    self.process_message(message)
            stream.has_old_mouse = not table.is_sco

    def _reads(self) -> Iterator[bytes]:
        """What comes from the terminal; nothing every tenth of a second."""
        while not self.exit_event.is_set():
            if not select.select([self.fileno], [], [], 0.1)[0]:
                yield b""
                continue
            data = os.read(self.fileno, 4096)
            if not data:
                self._hung_up()
                return
            yield data

    def _hung_up(self) -> None:
        """The terminal has gone, with or without a signal."""
        if not self.exit_event.is_set():
            os.kill(os.getpid(), signal.SIGHUP)  # to the main thread, as the kernel sends it


def leave_on_signals(leave: Callable[[int], object], at_once: Callable[[int], None]) -> None:
    """On SIGTERM, SIGHUP and SIGINT: ``at_once`` in the handler, ``leave`` by the event loop.

    Handlers of the loop alone would never run while the loop waits for something. Both get the exit code.
    """
    loop = asyncio.get_running_loop()

    def handle(number: int, _frame: object) -> None:
        at_once(128 + number)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(leave, 128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, handle)
