"""RSA keys of the user, and servers that announce newer signatures than they take."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest

from tests.support import force_cli, sshd
from tests.support.appliance import PASSWORD, Bench, bench, host_key
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tests.support.waiting import listens, until
from tofutui.appliance.errors import LoginRefused

pytestmark = pytest.mark.usefixtures("isolated_home")

OLD_SIGNATURES = "PubkeyAcceptedAlgorithms ssh-rsa"
needs_sshd = pytest.mark.skipif(sshd.find_sshd() is None, reason="openssh-server is not installed")


@contextmanager
def playing(tmp_path: Path, *options: str) -> Iterator[sshd.Sshd]:
    """A real sshd that takes an RSA key; its file is ``rsa`` in its folder."""
    folder = tmp_path / "cli"
    folder.mkdir()
    (folder / "table.txt").write_text("host=198.51.100.20_443;  subject=CN = kong \n")
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    command = [python, "-S", force_cli.__file__, str(folder)]
    with sshd.start(tmp_path / "sshd", command, options=options) as server:
        key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        key.write_private_key(server.folder / "rsa")
        key.append_public_key(server.folder / "authorized_keys")
        yield server


def on(server: sshd.Sshd, bench_: Bench) -> None:
    server.write_known_hosts(bench_.known_hosts)


@needs_sshd
@pytest.mark.parametrize("options", [(), (OLD_SIGNATURES,)], ids=["rsa-sha2", "ssh-rsa only"])
async def test_an_rsa_key_signs_as_the_server_takes_it(tmp_path: Path, options: tuple[str, ...]) -> None:
    with playing(tmp_path, *options) as server:
        settings = {"port": server.port, "username": server.user, "key_file": server.folder / "rsa"}
        async with bench(tmp_path, asker=ScriptedAsker(), trusted=False, **settings) as b:
            on(server, b)
            assert "kong" in (await b.node.listcerts()).text
        assert server.log.count("Accepted publickey") == 1


@needs_sshd
async def test_a_key_of_the_ssh_configuration_signs_with_sha1_too(
    tmp_path: Path, isolated_home: Path
) -> None:
    with playing(tmp_path, OLD_SIGNATURES) as server:
        (isolated_home / ".ssh/config").write_text(f"Host *\n  IdentityFile {server.folder}/rsa\n")
        settings = {"port": server.port, "username": server.user}
        async with bench(tmp_path, asker=ScriptedAsker(), trusted=False, **settings) as b:
            on(server, b)
            assert "kong" in (await b.node.listcerts()).text


@needs_sshd
async def test_a_key_of_the_agent_signs_with_sha1_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        await until(lambda: listens(socket))
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        with playing(tmp_path, OLD_SIGNATURES) as server:
            async with asyncssh.connect_agent() as client:
                await client.add_keys([asyncssh.read_private_key(server.folder / "rsa")])
            settings = {"port": server.port, "username": server.user}
            async with bench(tmp_path, asker=ScriptedAsker(), trusted=False, **settings) as b:
                on(server, b)
                assert "kong" in (await b.node.listcerts()).text
    finally:
        agent.terminate()
        agent.wait()


@pytest.mark.parametrize(
    ("kind", "connections"), [("ssh-rsa", 2), ("ssh-ed25519", 1)], ids=["RSA", "Ed25519"]
)
async def test_only_an_rsa_key_is_tried_again_and_then_the_password_is_asked_for_once(
    tmp_path: Path, kind: str, connections: int
) -> None:
    file = tmp_path / "id"
    host_key(kind, 8).write_private_key(file)
    asker = ScriptedAsker(passwords=[PASSWORD])
    async with bench(tmp_path, Cli(methods=("key", "password")), asker, key_file=file) as b:
        await b.node.connect()
        assert b.server.passwords == [PASSWORD]
        assert len(asker.password_questions) == 1
        assert len(b.server.connections) == connections


async def test_a_key_that_is_refused_with_either_signature_is_a_refusal(tmp_path: Path) -> None:
    file = tmp_path / "id"
    host_key("ssh-rsa", 8).write_private_key(file)
    async with bench(tmp_path, Cli(methods=("key",)), ScriptedAsker(), key_file=file) as b:
        with pytest.raises(LoginRefused, match="accepted no key of admin"):
            await b.node.connect()
        assert len(b.server.connections) == 2
