"""The least that can be done with a node: a shell of asyncssh, whose lines are split and not looked at.

No part of the program is used but the values of its sessions file.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

import asyncssh

from tofutui.tofu.site.session import NodeSettings

PROMPT = b"# "
LISTCERTS = "ncs certvalidation tofu-certs listcerts"
_ROW = re.compile(r"host=(\S+?);\s+subject=\s?(.*)")
_WAIT_S = 120


class BareShell(asyncssh.SSHClientSession[bytes]):
    """Keeps what a shell prints until its prompt is back."""

    def __init__(self) -> None:
        self.channel: asyncssh.SSHClientChannel[bytes]
        self._heard = bytearray()
        self._at_prompt = asyncio.Event()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self.channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._heard += data
        if self._heard.endswith(PROMPT):
            self._at_prompt.set()

    async def prompt(self) -> bytes:
        """What came until the prompt was there."""
        async with asyncio.timeout(_WAIT_S):
            await self._at_prompt.wait()
        self._at_prompt.clear()
        heard = bytes(self._heard)
        self._heard.clear()
        return heard

    async def lines(self, command: str) -> list[bytes]:
        """The lines that a command prints."""
        self.channel.write(command.encode() + b"\r")
        return (await self.prompt()).split(b"\r\n")


@asynccontextmanager
async def bare_shells(nodes: Collection[NodeSettings]) -> AsyncIterator[list[BareShell]]:
    """A shell on each node, at its prompt, paging off; the login is with a key and asks nothing."""
    async with AsyncExitStack() as stack:
        shells = [await _open(stack, node) for node in nodes]
        for shell in shells:
            await shell.prompt()
            await shell.lines("terminal length 0")
        yield shells


async def _open(stack: AsyncExitStack, node: NodeSettings) -> BareShell:
    connection = await stack.enter_async_context(
        asyncssh.connect(
            node.host, node.port, username=node.username, client_keys=[str(node.key_file)],
            known_hosts=str(node.known_hosts), agent_path=None, config=None,
        )
    )  # fmt: skip
    _, shell = await connection.create_session(
        BareShell, encoding=None, term_type="vt100", term_size=(511, 24)
    )
    return shell


def rows_of(lines: Collection[str]) -> dict[str, str]:
    """Subjects by key: one expression for each line."""
    return dict(match.groups() for match in map(_ROW.match, lines) if match)


def differences(before: dict[str, str], now: dict[str, str]) -> set[str]:
    """Keys that came, went or have another subject."""
    return {key for key, _ in before.items() ^ now.items()}
