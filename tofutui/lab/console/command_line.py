"""An appliance's command line as its user meets it; what the commands do is up to whoever plays it."""

import asyncio
import sys
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable

from tofutui.lab.console.style import ConsoleStyle
from tofutui.lab.console.terminal import ControlC, LabTerminal


class CommandLine:
    """Prints, asks, pages and reads commands, as awkwardly as its style says.

    Args:
        terminal: Where the client types.
        send: Takes text for the client, with CR LF line ends.
        style: How awkward it is.
        window: Lines of the client's window, 0 when unknown.
        answered: Called with each answer that was typed.
    """

    def __init__(
        self,
        terminal: LabTerminal,
        send: Callable[[str], None],
        style: ConsoleStyle,
        *,
        window: Callable[[], int] = lambda: 0,
        answered: Callable[[str], object] = lambda line: None,
    ):
        self.terminal = terminal
        self.length: int | None = None
        """Lines of a page as ``terminal length`` set it."""
        self.pager_keys = ""
        """What was typed at the pager."""
        self._send = send
        self._style = style
        self._window = window
        self._answered = answered

    async def serve(self, prompt: Callable[[], str], run: Callable[[str], Awaitable[bool]]) -> None:
        """Prompt, read a line and run it, until that gives False.

        Raises:
            EOFError: the client is gone.
        """
        goes_on = True
        while goes_on:
            shown = prompt()
            await self.write(shown)
            try:
                goes_on = await run(await self.terminal.line(shown))
            except ControlC:
                self._send("^C\r\n")

    async def carry_out(self, command: Coroutine[object, object, None]) -> None:
        """Run a command, which Ctrl-C ends unless this console ignores it.

        Raises:
            ControlC: it did.
        """
        task = asyncio.create_task(command)
        if self._style.ignore_interrupt:
            await task
        else:
            await self.terminal.run(task)

    async def ask(self, question: str) -> str:
        """One answer to a question; Ctrl-C counts as an empty one."""
        await self.write(question)
        try:
            line = await self.terminal.line(question)
        except ControlC:
            self._send("^C\r\n")
            return ""
        self._answered(line)
        return line

    async def insist(self, question: str, accepted: Collection[str], complaint: str) -> str:
        """The first accepted answer; every other one gets the complaint and the question again."""
        while (answer := await self.ask(question)) not in accepted:
            await self.write(complaint)
        return answer

    async def say(self, lines: Iterable[str]) -> None:
        """Print lines."""
        for line in lines:
            await self.write(line + "\r\n")

    async def write(self, text: str) -> None:
        """Print text as it is, in pieces where the style says so."""
        size = self._style.trickle
        if not size:
            self._send(text)
            return
        for start in range(0, len(text), size):
            self._send(text[start : start + size])
            await asyncio.sleep(self._style.trickle_s)

    async def show(self, lines: Iterable[str]) -> None:
        """Print lines with a pager, when one is on."""
        await self.page(_each(lines))

    async def page(self, lines: AsyncIterable[str]) -> None:
        """The same as they come."""
        left = self._page_lines()
        async for line in lines:
            if left <= 0:
                left = await self._more()
            if left <= 0:
                return
            await self.say([line])
            left -= 1

    def _page_lines(self) -> int:
        """Lines until the first pause."""
        if self.length == 0:
            return sys.maxsize
        height = self._style.page or self.length or self._window()
        return height - 1 if height > 1 else sys.maxsize

    async def _more(self) -> int:
        """Wait at the pager: blank for a page, Enter for a line, q to stop; the lines to go on with."""
        await self.write(self._style.pager)
        key = await self._pager_key()
        while self._style.pager_wants_enter and key not in "\r\nq":
            key = await self._pager_key()
        self._send(self._style.pager_erase)
        if key == "q":
            return 0
        return 1 if key in "\r\n" and not self._style.pager_wants_enter else self._page_lines()

    async def _pager_key(self) -> str:
        key = await self.terminal.key()
        self.pager_keys += key
        return key


async def _each(lines: Iterable[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line
