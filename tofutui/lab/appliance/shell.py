"""One login on a simulated appliance: what comes before the first prompt, and the commands."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from tofutui.lab.appliance import cli_output, faults
from tofutui.lab.appliance.grammar import NotUnderstood, Understood, understand
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.console.command_line import CommandLine
from tofutui.lab.console.terminal import LabTerminal, LinkDropped

_CONFIRM = "Are you sure you want to delete the certificate of {} (yes/no) [no] ? "


class LabShell:
    """The admin CLI.

    Args:
        node: The appliance.
        terminal: Where the client types.
        send: Takes text for the client, with CR LF line ends.
        window: Lines of the client's window, 0 when unknown.
        number: This login among those of the node.
        ready: Waits until the client took most of what was sent.
    """

    def __init__(
        self,
        node: LabNode,
        terminal: LabTerminal,
        send: Callable[[str], None],
        window: Callable[[], int],
        number: int,
        ready: Callable[[], Awaitable[None]],
    ):
        self._node = node
        self._console = CommandLine(terminal, send, node, window=window, answered=node.answers.append)
        self._send = send
        self._number = number
        self._ready = ready

    async def run(self) -> None:
        """Greet and serve until the client leaves.

        Raises:
            LinkDropped: the scenario cuts the link.
        """
        try:
            if await self._greet():
                self._node.shells[self._number] = (
                    f"{self._number}.{self._node.now():admin-%A_%b_%d_%H:%M:%S_%Y}"
                )
                await self._console.serve(lambda: cli_output.prompt(self._node), self._run)
        except EOFError:
            self._send("\r\n")

    async def _greet(self) -> bool:
        node = self._node
        if node.last_login:
            await self._console.say([node.last_login])
        await self._console.show(node.motd)
        if node.press_enter:
            await self._console.write(cli_output.PRESS_ENTER)
            await self._console.terminal.key()
            await self._console.say([""])
        if (node.other_user or node.shells) and not await self._another_user():
            return False
        if node.resume_menu or node.dropped:
            await self._resume()
        if node.question:
            await self._console.insist(
                node.question, (node.question_answer,), f"{cli_output.NOT_AN_ANSWER}\r\n"
            )
        await asyncio.sleep(node.prompt_delay)
        await self._strike("greeting")
        return True

    async def _strike(self, *places: str) -> None:
        """The scenario's fault, if this is its place."""
        node = self._node
        if node.reached is not None:
            for place in places:
                await node.reached(place)
        if (
            node.fault_at in places
            and node.fault
            and (not node.fault_times or node.struck < node.fault_times)
        ):
            node.struck += 1
            await faults.play(node.fault, self._send, self._ready)

    async def _another_user(self) -> bool:
        await self._console.say([cli_output.ANOTHER_USER])
        answer = await self._console.insist(cli_output.CONTINUE, ("Yes", "No"), f"{cli_output.YES_OR_NO}\r\n")
        return answer == "Yes"

    async def _resume(self) -> None:
        dropped = self._node.dropped
        shown = dropped or ["1058597.admin-Tuesday_Dec_21_18:10:15_2021"]
        await self._console.say([cli_output.RESUME, *(f"[{n}] {name}" for n, name in enumerate(shown, 1))])
        while answer := await self._console.ask(cli_output.WHICH_SESSION):
            if answer.isdecimal() and 1 <= int(answer) <= len(shown):
                del dropped[int(answer) - 1 : int(answer)]
                return
            await self._console.say([cli_output.WRONG_SESSION])

    async def _run(self, line: str) -> bool:
        """Run one line; False after `exit`."""
        if not line.strip():
            return True
        self._node.sent.append(line)
        command = understand(line, without="" if self._node.terminal_length else "terminal")
        if isinstance(command, NotUnderstood):
            column = len(cli_output.prompt(self._node)) + command.column
            await self._console.say(
                cli_output.caret(column, "incomplete" if command.incomplete else "invalid")
            )
            return True
        if command.keywords == ("exit",):
            return False
        await self._console.carry_out(self._execute(line, command))
        return True

    async def _execute(self, line: str, command: Understood) -> None:
        if self._node.hang and self._node.hang in line:
            await asyncio.Event().wait()
        match command.keywords:
            case ("ncs", "certvalidation", _, "listcerts"):
                await self._list()
            case ("ncs", "certvalidation", _, "deletecert", "host"):
                await self._delete(command.words[0])
            case ("ncs", "ha", "status"):
                await self._strike("ha-status")
                await self._console.show([cli_output.ha_words(self._node)])
            case ("ncs", "status"):
                await self._console.show(cli_output.ncs_status(self._node))
            case ("show", "clock"):
                await self._console.show(cli_output.show_clock(self._node))
            case ("show", "version"):
                await self._console.show(cli_output.show_version(self._node))
            case ("terminal", "length"):
                await self._set_length(command.words[0])

    async def _set_length(self, word: str) -> None:
        if word.isdecimal() and int(word) <= 511:
            self._console.length = int(word)
        else:
            await self._console.say(["% Error: the length is 0 to 511"])

    async def _list(self) -> None:
        node = self._node
        if node.list_question and await self._console.ask(node.list_question) != node.question_answer:
            await self._console.say([cli_output.NOT_AN_ANSWER])
            return
        again = any(" deletecert " in line for line in node.sent)
        await self._strike("listing", *(["relisting"] if again else []))
        await self._console.page(self._cut(self._listing()))

    async def _cut(self, lines: AsyncIterator[str]) -> AsyncIterator[str]:
        """The listing, or as much of it as this appliance gets out before it drops the link."""
        allowed = self._node.cut_listing or sys.maxsize
        async for line in lines:
            if len(line) >= allowed:
                await self._console.write(line[:allowed])
                raise LinkDropped
            allowed -= len(line)
            yield line

    async def _listing(self) -> AsyncIterator[str]:
        rows = cli_output.listing_rows(self._node)
        pause = self._node.delay_rows + self._node.list_seconds / max(1, len(rows))
        for line in ("", *cli_output.LIST_HEADER, ""):
            yield line
        for number, row in enumerate(rows):
            if number == self._node.fault_rows:
                await self._strike("rows")
            if pause:
                await asyncio.sleep(pause)
            yield row
        for line in (*self._node.extra_lines, ""):
            yield line

    async def _delete(self, key: str) -> None:
        node = self._node
        if node.confirm_delete and await self._console.ask(_CONFIRM.format(key)) != "yes":
            return
        await self._strike("delete")
        if node.drop_instead_of_delete:
            raise LinkDropped
        if not node.delete(key):
            await self._console.say([f"% Error: no certificate of host {key} in the list"])
        await self._strike("deleted")
        if node.drop_after_delete:
            raise LinkDropped
