"""The appliance's end of a terminal: line editing with echo, single keys, and Ctrl-C."""

import asyncio
import codecs
from collections.abc import Callable

from tofutui.lab.console.style import ConsoleStyle, late_echo

_ERASE = ("\x7f", "\b")
_CTRL_C, _CTRL_D, _CTRL_U, _ESC = "\x03", "\x04", "\x15", "\x1b"


class ControlC(Exception):
    """Ctrl-C was typed."""


class LinkDropped(Exception):
    """The appliance cuts the connection here."""


class LabTerminal:
    """Reads what the client types; echoes it while a line is being read, as a line editor does.

    What arrived at once is echoed at once, as by a pseudo-terminal whose other end is read in blocks.

    Args:
        send: Takes text for the client.
        style: Which keys are Enter, and how what is typed is echoed.
        echo: Whether there is a PTY.
    """

    def __init__(self, send: Callable[[str], None], style: ConsoleStyle | None = None, *, echo: bool):
        self._send = send
        self._style = style or ConsoleStyle()
        self._echo = echo
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._typed = ""
        self._echoed = ""
        self._arrived = asyncio.Event()
        self._ended = False
        self._last = ""
        self._running: asyncio.Task[None] | None = None

    def feed(self, data: bytes) -> None:
        """Bytes from the client. Ctrl-C drops what was typed ahead and cancels a running command."""
        text = self._decoder.decode(data)
        if self._running is not None and _CTRL_C in text:
            self._typed = text.rpartition(_CTRL_C)[2]
            self._running.cancel()
        else:
            self._typed += text
        self._arrived.set()

    def feed_end(self) -> None:
        """The client will type no more."""
        self._ended = True
        self._arrived.set()

    async def run(self, task: asyncio.Task[None]) -> None:
        """Wait for a command that Ctrl-C may end.

        Raises:
            ControlC: it did.
        """
        self._running = task
        try:
            await asyncio.wait([task])
        finally:
            self._running = None
            if not task.done():
                task.cancel()
        if task.cancelled():
            raise ControlC
        task.result()

    async def key(self) -> str:
        """One character, not echoed.

        Raises:
            EOFError: the client is gone.
        """
        while not self._typed:
            if self._ended:
                raise EOFError
            self._flush()
            self._arrived.clear()
            await self._arrived.wait()
        char, self._typed = self._typed[0], self._typed[1:]
        if char == "\n" and self._last == "\r":  # Enter sent as CR LF
            self._last = char
            return await self.key()
        self._last = char
        return char

    async def line(self, prompt: str = "") -> str:
        """One line, edited and echoed; the prompt is shown again where the style says so.

        Raises:
            EOFError: the client is gone, or Ctrl-D on an empty line.
            ControlC: it was typed.
        """
        try:
            text = await self._edited_line()
            self._show("\r\n")
            if self._echo:
                self._echoed += late_echo(self._style.echo, prompt, text)
        finally:
            self._flush()
        return text

    async def _edited_line(self) -> str:
        text = ""
        while (char := await self.key()) not in self._style.enter:
            if char == _CTRL_C:
                raise ControlC
            if char == _CTRL_D and not text:
                raise EOFError
            if char == _ESC:
                await self._swallow_sequence()
            else:
                text = self._edited(text, char)
        return text

    def _edited(self, text: str, char: str) -> str:
        if char in _ERASE:
            self._show("\b \b" if text else "\a")
            return text[:-1]
        if char == _CTRL_U:
            self._show("\b \b" * len(text))
            return ""
        if char < " ":
            self._show("" if char == "\n" else "\a")
            return text
        self._show(char)
        return text + char

    async def _swallow_sequence(self) -> None:
        """Arrow keys and the like do nothing here."""
        if await self.key() in "[O":
            while not "@" <= await self.key() <= "~":
                pass

    def _show(self, text: str) -> None:
        if self._echo and self._style.echo == "plain":
            self._echoed += text

    def _flush(self) -> None:
        if self._echoed:
            self._send(self._echoed)
            self._echoed = ""
