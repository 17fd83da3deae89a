"""Two nodes behind one jump host: its password is asked for once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.appliance import LISTCERTS, QUICK, TABLE, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, CliServer
from tofutui.appliance.errors import ApplianceError, LoginRefused, NoPassword
from tofutui.appliance.node import Node
from tofutui.appliance.questions import PasswordQuestion
from tofutui.appliance.ssh.credentials import JumpPasswords
from tofutui.tofu.site.session import NodeSettings, Role

pytestmark = pytest.mark.usefixtures("isolated_home")

JUMP_PASSWORD = "jump-password"


class Deliberate(ScriptedAsker):
    """Answers after both nodes had the time to ask."""

    async def password(self, question: PasswordQuestion, /) -> str | None:
        await asyncio.sleep(0.2)
        return await super().password(question)


@dataclass
class Site:
    jump: CliServer
    nodes: list[Node]
    asker: ScriptedAsker

    async def connect(self) -> list[BaseException | None]:
        """Both at once; what went wrong with each."""
        return await asyncio.gather(*(node.connect() for node in self.nodes), return_exceptions=True)


@asynccontextmanager
async def behind_one_jump(tmp_path: Path, *typed: str | None) -> AsyncIterator[Site]:
    key = host_key("ssh-ed25519", 7)
    key.write_private_key(tmp_path / "id")
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands={LISTCERTS: TABLE})
    asker, shared = Deliberate(passwords=list(typed)), JumpPasswords()
    async with (
        serving(Cli(users={"ops": JUMP_PASSWORD})) as jump,
        serving(cli) as primary,
        serving(cli) as two,
    ):
        known = tmp_path / "known_hosts"
        for server in (jump, primary, two):
            trust(known, f"[127.0.0.1]:{server.port}", host_key())
        nodes = [
            Node(
                NodeSettings(
                    role=role,
                    host="127.0.0.1",
                    port=server.port,
                    key_file=tmp_path / "id",
                    known_hosts=known,
                    jump=f"ops@127.0.0.1:{jump.port}",
                ),
                asker,
                log=lambda line: None,
                clock=lambda: datetime.now(UTC),
                timings=QUICK,
                jump_passwords=shared,
            )
            for role, server in zip(Role, (primary, two), strict=True)
        ]
        try:
            yield Site(jump, nodes, asker)
        finally:
            await asyncio.gather(*(node.close() for node in nodes))


async def test_both_nodes_log_in_after_one_question(tmp_path: Path) -> None:
    async with behind_one_jump(tmp_path, JUMP_PASSWORD) as site:
        assert await site.connect() == [None, None]
        assert len(site.asker.password_questions) == 1
        assert site.jump.passwords == [JUMP_PASSWORD] * 2
        assert [(await node.listcerts()).text for node in site.nodes] == [TABLE, TABLE]


async def test_a_mistyped_password_is_not_sent_by_the_other_node_too(tmp_path: Path) -> None:
    async with behind_one_jump(tmp_path, "mistyped", JUMP_PASSWORD) as site:
        (error,) = [error for error in await site.connect() if error is not None]
        assert isinstance(error, LoginRefused)  # of whichever node asked first
        assert site.jump.passwords == ["mistyped", JUMP_PASSWORD]
        assert await site.connect() == [None, None]
        assert len(site.asker.password_questions) == 2


async def test_no_answer_for_one_node_does_not_hold_up_the_other(tmp_path: Path) -> None:
    async with behind_one_jump(tmp_path, None, JUMP_PASSWORD) as site:
        (error,) = [error for error in await site.connect() if error is not None]
        assert isinstance(error, NoPassword)  # of whichever node asked first


async def test_cancelling_the_one_that_asks_lets_the_other_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async with behind_one_jump(tmp_path, JUMP_PASSWORD) as site:
        original = site.asker.password

        async def never(question: PasswordQuestion, /) -> str | None:
            if asked.is_set():
                return await original(question)
            asked.set()
            await asyncio.Event().wait()
            return None

        monkeypatch.setattr(site.asker, "password", never)
        first = asyncio.create_task(site.nodes[0].connect())
        await asked.wait()
        second = asyncio.create_task(site.nodes[1].connect())
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await second
        assert site.nodes[1].connected


async def test_a_refusal_without_a_question_holds_up_nobody(tmp_path: Path) -> None:
    async with behind_one_jump(tmp_path, JUMP_PASSWORD) as site:
        site.jump.cli.methods = ()
        assert all(isinstance(error, ApplianceError) for error in await site.connect())
        site.jump.cli.methods = ("password",)
        assert await site.connect() == [None, None]
