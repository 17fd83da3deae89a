"""Questions of the nodes as dialogs, one at a time."""

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
    from tofutui.ui.app import TofutuiApp
    from tofutui.ui.screens.base import Dialog

Result = TypeVar("Result")


class ScreenAsker:
    """Answers for the person at the screen; both nodes may ask at once, the second one waits."""

    def __init__(self, app: "TofutuiApp") -> None:
        self._app = app
        self._turn = asyncio.Lock()

    async def password(self, question: "PasswordQuestion", /) -> str | None:
        """Ask for a secret; it is not shown and not kept."""
        from tofutui.ui.screens.ask import PasswordScreen

        return await self._ask(PasswordScreen(question))

    async def accept_host_key(self, question: "HostKeyQuestion", /) -> bool:
        """Ask whether an unknown host key is the node's own; no by default."""
        from tofutui.ui.screens.ask import HostKeyScreen

        return await self._ask(HostKeyScreen(question)) is True

    async def dialogue(self, question: "DialogueQuestion", /) -> str | None:
        """Show what the node asks and what to type, if anything."""
        from tofutui.ui.screens.ask import DialogueScreen

        return await self._ask(DialogueScreen(question))

    async def _ask(self, screen: "Dialog[Result]") -> Result | None:
        async with self._turn:
            answered: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()

            def settle(result: Result | None) -> None:
                if not answered.done():
                    answered.set_result(result)

            await self._app.push_screen(screen, settle)
            try:
                return await answered
            finally:
                screen.withdraw()
