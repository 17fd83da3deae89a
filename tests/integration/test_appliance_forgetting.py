"""What a login took is let go of: looked for among all objects of the process."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.appliance import PASSWORD, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tests.support.waiting import until
from tofutui.appliance.errors import LoginRefused
from tofutui.tofu.base.secret import Secret

pytestmark = pytest.mark.usefixtures("isolated_home")


Held = Callable[[str], list[Any]]


@pytest.fixture
def held() -> Held:
    """The secrets of a value that something has held since the test began: others use the same passwords."""
    before = _secrets()

    def find(password: str) -> list[Any]:
        known = {id(secret) for secret in before}
        return [secret for secret in _secrets() if secret.reveal() == password and id(secret) not in known]

    return find


def _secrets() -> list[Any]:
    gc.collect()
    secrets = [held for held in gc.get_referents(*gc.get_objects()) if type(held) is Secret]
    return list({id(secret): secret for secret in secrets}.values())


def printing(file: Path) -> str:
    """A command that prints a file, and notes that it ran."""
    script = f"print(open({str(file)!r}).read()); open({str(file) + '.ran'!r}, 'a').write('x')"
    file.with_suffix(".py").write_text(script)
    return f"{sys.executable} {file.with_suffix('.py')}"


async def test_what_password_command_printed_is_gone_after_the_login_and_asked_for_at_the_next(
    tmp_path: Path, held: Held
) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=printing(file)) as b:
        await b.node.connect()
        assert held(PASSWORD) == []
        for connection in list(b.server.connections):
            connection.abort()
        await until(lambda: not b.node.connected)
        await b.node.connect()
        assert held(PASSWORD) == []
        assert Path(f"{file}.ran").read_text() == "xx"
        assert len(b.server.passwords) == 2


async def test_what_was_typed_opens_the_link_again_and_is_gone_once_the_node_is_left(
    tmp_path: Path, held: Held
) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert held(PASSWORD)
        for connection in list(b.server.connections):
            connection.abort()
        await until(lambda: not b.node.connected)
        await b.node.connect()
        assert len(b.asker.password_questions) == 1
        await b.node.close()
        assert held(PASSWORD) == []


async def test_of_a_refused_password_only_a_digest_is_kept(tmp_path: Path, held: Held) -> None:
    file = tmp_path / "password"
    file.write_text("wrong-password")
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=printing(file)) as b:
        for _ in range(2):
            with pytest.raises(LoginRefused):
                await b.node.connect()
        assert held("wrong-password") == []
        assert b.server.passwords == ["wrong-password"]


async def test_a_key_files_passphrase_is_gone_once_the_node_is_left(tmp_path: Path, held: Held) -> None:
    file = tmp_path / "id"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "phrase-canary", "-f", file]
    await asyncio.to_thread(subprocess.run, command, check=True)
    import asyncssh

    cli = Cli(methods=("key",), keys=[asyncssh.read_public_key(f"{file}.pub")])
    asker = ScriptedAsker(passwords=["phrase-canary"])
    async with bench(tmp_path, cli, asker, key_file=file) as b:
        await b.node.connect()
        assert held("phrase-canary")
        await b.node.close()
        assert held("phrase-canary") == []
