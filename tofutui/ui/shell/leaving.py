"""The way out: every node is left with `exit` and every login ends, within a time that is not exceeded."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tofutui.system.leaving import NODES_WITHIN, Deadline
from tofutui.ui.terminal.driver import TerminalDriver
from tofutui.ui.terminal.painter import DiffingApp

LEAVES_UNKNOWN = "rows are being deleted; Ctrl+C again leaves anyway, and the outcome is then unknown"
CloseMain = Callable[[], Awaitable[None]]


class Leaving:
    """Ends the app once; ``close_main`` leaves the nodes of the open session."""

    def __init__(self, app: DiffingApp, close_main: CloseMain) -> None:
        self.deadline: Deadline | None = None
        """Ends the process where something hangs; only set where the app is the whole program."""
        self.early: int | None = None
        """The exit code, if the app was to end before it had begun."""
        self.begun = False
        self._warned = False
        self._app = app
        self._close_main = close_main
        self._logins: set[asyncio.Task[None]] = set()

    def hold(self, login: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that holds a login: it is cancelled, and may leave the node, before the app ends."""
        task = asyncio.create_task(login)
        self._logins.add(task)
        task.add_done_callback(self._logins.discard)
        return task

    def warns_first(self) -> bool:
        """Whether the wish to leave is answered with a warning: once, where leaving costs something."""
        first, self._warned = not self._warned, True
        return first

    def leave(self, code: int) -> bool:
        """Leave the nodes and end. Returns whether that begins now."""
        self.hurry(code)
        if not self._app.is_running:
            self.early = code
            return False
        if self.begun:
            return False
        self.begun = True
        self._app.run_worker(self._leave(code), exit_on_error=False)
        return True

    def hurry(self, code: int) -> None:
        """From now on the process ends in time, even if nothing else runs."""
        if self.deadline is not None:
            self.deadline.start(code, self._give_terminal_back)

    def _give_terminal_back(self) -> None:
        driver = self._app._driver
        if isinstance(driver, TerminalDriver):
            driver.restore_now()

    async def _leave(self, code: int) -> None:
        await self.close_nodes()
        self._app.exit(code, return_code=code)

    async def close_nodes(self) -> None:
        """Leave the nodes, if there are any, as far as that goes in `NODES_WITHIN` seconds."""
        logins = list(self._logins)
        for login in logins:
            login.cancel()
        _, hanging = await asyncio.wait(
            [*logins, asyncio.ensure_future(self._close_main())], timeout=NODES_WITHIN
        )
        for task in hanging:
            task.cancel()  # not waited for: it had its time
