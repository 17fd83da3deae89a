"""The same client against Debian's real sshd, whose ForceCommand plays the admin CLI on a real terminal."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support import force_cli, sshd
from tests.support.appliance import DELETE, QUICK
from tests.support.askers import ScriptedAsker
from tofutui.appliance.errors import LinkLost, NoCommonAlgorithm
from tofutui.appliance.node import Node
from tofutui.tofu.site.session import NodeSettings, Role

pytestmark = [
    pytest.mark.usefixtures("isolated_home"),
    pytest.mark.skipif(sshd.find_sshd() is None, reason="openssh-server is not installed"),
]

ROWS = (
    "host=192.0.2.10_8082;  subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-pri\n"
    "host=198.51.100.20_443;  subject=CN = kong \n"
)


@contextmanager
def playing(tmp_path: Path, *arguments: str, **options: Any) -> Iterator[sshd.Sshd]:
    """A real sshd with the CLI behind it."""
    folder = tmp_path / "cli"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "table.txt").write_text(ROWS)
    script = shutil.copy(force_cli.__file__, folder)  # another user may not be able to read the checkout
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    command = [python, "-S", str(script), str(folder), *arguments]
    with sshd.start(tmp_path / "sshd", command, **options) as server:
        yield server


@asynccontextmanager
async def node_on(server: sshd.Sshd, tmp_path: Path, **settings: Any) -> AsyncIterator[Node]:
    """A node object on it, closed at the end."""
    known = tmp_path / "known_hosts"
    server.write_known_hosts(known)
    values = {"username": server.user, "key_file": server.key_file, "command_timeout": 10.0, **settings}
    node = Node(
        NodeSettings(role=Role.PRIMARY, host="127.0.0.1", port=server.port, known_hosts=known, **values),
        ScriptedAsker(),
        log=lambda line: None,
        clock=lambda: datetime.now(UTC),
        timings=QUICK,
    )
    try:
        yield node
    finally:
        await node.close()


def lines(tmp_path: Path, name: str) -> list[str]:
    file = tmp_path / "cli" / name
    return file.read_text().splitlines() if file.exists() else []


async def test_list_delete_list_and_leave(tmp_path: Path) -> None:
    with playing(tmp_path, "--another-user", "--resume-menu", "--confirm") as server:
        async with node_on(server, tmp_path) as node:
            assert (await node.listcerts()).text == force_cli.HEADER + ROWS
            assert node.hostname == "prime-pri"
            assert node.notices == ("Another user is logged into the system at this time",)
            assert "Version : 3.7.0" in (await node.show_version()).text
            await node.deletecert(DELETE)
            assert (await node.listcerts()).text == force_cli.HEADER + ROWS.splitlines(keepends=True)[0]
        assert lines(tmp_path, "ended.log") == ["exit"]
    assert lines(tmp_path, "sent.log") == [
        "Yes",
        "",
        "terminal length 0",
        "ncs certvalidation tofu-certs listcerts",
        "show version",
        "ncs certvalidation tofu-certs deletecert host 198.51.100.20_443",
        "yes",
        "ncs certvalidation tofu-certs listcerts",
        "exit",
    ]


async def test_closing_in_mid_listing_interrupts_and_leaves(tmp_path: Path) -> None:
    with playing(tmp_path, "--seconds", "20") as server:
        async with node_on(server, tmp_path) as node:
            started = asyncio.Event()
            listing = asyncio.create_task(node.listcerts(lambda text: started.set()))
            await started.wait()
            await node.close()
            with pytest.raises(LinkLost):
                await listing
        assert lines(tmp_path, "sent.log")[-2:] == ["^C", "exit"]
        assert lines(tmp_path, "ended.log") == ["exit"]


@pytest.mark.parametrize("kex", ["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha256"])
async def test_an_older_servers_algorithms(tmp_path: Path, kex: str) -> None:
    old = (f"KexAlgorithms {kex}", "Ciphers aes128-ctr", "MACs hmac-sha1")
    with playing(tmp_path, options=old) as server:
        async with node_on(server, tmp_path) as node:
            assert (await node.listcerts()).text == force_cli.HEADER + ROWS


async def test_a_very_old_servers_algorithms_need_the_legacy_profile(tmp_path: Path) -> None:
    old = ("KexAlgorithms diffie-hellman-group1-sha1", "Ciphers aes256-cbc,3des-cbc", "MACs hmac-sha1")
    with playing(tmp_path, options=old) as server:
        async with node_on(server, tmp_path) as node:
            with pytest.raises(NoCommonAlgorithm, match="legacy_ssh = true"):
                await node.connect()
        async with node_on(server, tmp_path, legacy_ssh=True) as node:
            assert (await node.listcerts()).text == force_cli.HEADER + ROWS


async def test_a_password_that_the_operator_types(tmp_path: Path) -> None:
    user, password = "tofu-admin", "typed by hand"
    within = sshd.account(tmp_path / "account", user, password)
    if within is None:
        pytest.skip("sshd cannot be given an account of its own here: that needs root and mount namespaces")
    with playing(tmp_path, user=user, password=True, options=["UsePAM no"], within=within) as server:
        asker = ScriptedAsker(passwords=[password])
        async with node_on(server, tmp_path, key_file=None) as node:
            node._password.asker = asker
            assert (await node.listcerts()).text == force_cli.HEADER + ROWS
        assert [question.username for question in asker.password_questions] == [user]
        assert "Accepted password" in server.log
