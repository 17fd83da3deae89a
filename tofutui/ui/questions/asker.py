"""Questions of the nodes as dialogs: one at a time, and never over one that is being answered."""

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
    from tofutui.ui.kit.desk import Desk
    from tofutui.ui.kit.dialogs.dialog import Dialog

Result = TypeVar("Result")
_WANTS = {
    "password": "asks for a password",
    "passphrase": "needs the passphrase of a key file",
    "answer": "asks a question",
}
_LOOK = 0.1
"""Seconds from one look whether a question may open to the next."""


class ScreenAsker:
    """Answers for the person at the screen; both nodes may ask at once, the second one waits."""

    def __init__(self, app: "Desk") -> None:
        self._app = app
        self._turn = asyncio.Lock()

    async def password(self, question: "PasswordQuestion", /) -> str | None:
        """Ask for a secret; it is not shown."""
        from tofutui.ui.questions.dialogs import PasswordScreen

        return await self._ask(PasswordScreen(question), f"{question.role.word} {_WANTS[question.purpose]}")

    async def accept_host_key(self, question: "HostKeyQuestion", /) -> bool:
        """Ask whether an unknown host key is the node's own; no by default."""
        from tofutui.ui.questions.dialogs import HostKeyScreen

        return (
            await self._ask(HostKeyScreen(question), f"{question.role.word} shows an unknown host key")
            is True
        )

    async def dialogue(self, question: "DialogueQuestion", /) -> str | None:
        """Show what the node asks and what to type, if anything."""
        from tofutui.ui.questions.dialogs import DialogueScreen

        return await self._ask(DialogueScreen(question), f"{question.role.word} asks a question")

    async def _ask(self, screen: "Dialog[Result]", about: str) -> Result | None:
        async with self._turn:
            await self._until_it_may_open(f"{about}: waiting until you are done here")
            answered: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()

            def settle(result: Result | None) -> None:
                if not answered.done():
                    answered.set_result(result)

            await self._app.push_screen(screen, settle)
            try:
                return await answered
            finally:
                screen.withdraw()

    async def _until_it_may_open(self, notice: str) -> None:
        """Wait until nothing else is asked and no input came for a while; say so meanwhile.

        Whoever asks may stop waiting: the question then never opens.
        """
        app = self._app
        said = False
        try:
            while (left := app.questioning.may_open_in()) > 0:
                if not said and app.questioning.is_asking:
                    app.questioning.say_waiting(notice)
                    said = True
                await asyncio.sleep(min(left, _LOOK))
        finally:
            if said:
                app.messages.take_back(notice)
