"""One password for both nodes of a pair, over real SSH: sent to the other node only if the person says so."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.appliance import QUICK, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tofutui.appliance.node import Node
from tofutui.appliance.questions import PasswordQuestion
from tofutui.appliance.ssh.credentials import PairPassword
from tofutui.tofu.site.session import NodeSettings, Role

pytestmark = pytest.mark.usefixtures("isolated_home")


@dataclass
class Reusing(ScriptedAsker):
    """Types for the first node that asks; for the other one says whether that is the same."""

    says_so: bool = True

    async def password(self, question: PasswordQuestion, /) -> str | None:
        typed = question.typed_for_other()
        if typed is not None and self.says_so:
            return typed.password.reveal()
        return await super().password(question)


@pytest.mark.parametrize(("says_so", "typed"), [(True, 1), (False, 2)])
async def test_both_nodes_take_one_password_only_if_the_person_says_so(
    tmp_path: Path, says_so: bool, typed: int
) -> None:
    asker, pair = Reusing(passwords=["shared", "shared"], says_so=says_so), PairPassword()
    cli = Cli(users={"admin": "shared"})
    async with serving(cli) as primary, serving(cli) as two:
        known = tmp_path / "known_hosts"
        for server in (primary, two):
            trust(known, f"[127.0.0.1]:{server.port}", host_key())
        nodes = [
            Node(
                NodeSettings(role=role, host="127.0.0.1", port=server.port, known_hosts=known),
                asker, log=lambda line: None, clock=lambda: datetime.now(UTC), timings=QUICK,
                pair_password=pair,
            )
            for role, server in zip(Role, (primary, two), strict=True)
        ]  # fmt: skip
        try:
            for node in nodes:
                await node.connect()
            assert all(node.connected for node in nodes)
            assert len(asker.password_questions) == typed
        finally:
            await asyncio.gather(*(node.close() for node in nodes))
