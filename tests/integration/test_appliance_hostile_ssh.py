"""What a server wants of us beyond a login is not granted; and a key that changes under way is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support import sshd
from tests.support.appliance import LISTCERTS, PASSWORD, TABLE, bench, host_key, make_node, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, CliServer, Session
from tests.support.live import live
from tests.support.waiting import until
from tofutui.appliance.errors import HostKeyChanged
from tofutui.appliance.ssh.connection import Connector, SshLink
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role

pytestmark = pytest.mark.usefixtures("isolated_home")

Wish = Callable[[asyncssh.SSHServerConnection], Awaitable[Any]]
WISHES: dict[str, Wish] = {
    "forwarded port": lambda c: c.create_connection(asyncssh.SSHTCPSession, "127.0.0.1", 1, "127.0.0.1", 2),
    "forwarded socket": lambda c: c.create_unix_connection(asyncssh.SSHUNIXSession, "/tmp/x"),
    "x11": lambda c: c.create_x11_connection(asyncssh.SSHTCPSession, "127.0.0.1", 6000),
    "agent": lambda c: c.create_agent_connection(asyncssh.SSHUNIXSession),
}
CONFIG = "Host *\n  ForwardAgent yes\n  ForwardX11 yes\n  RemoteForward 127.0.0.1:0 127.0.0.1:22\n"


@pytest.mark.parametrize("config", ["", CONFIG], ids=["plain", "asked for in ssh_config"])
@pytest.mark.parametrize("wish", WISHES)
async def test_a_servers_wish_for_a_channel_is_refused(
    tmp_path: Path, isolated_home: Path, wish: str, config: str
) -> None:
    (isolated_home / ".ssh" / "config").write_text(config)
    refused: list[BaseException] = []

    async def wants(session: Session) -> None:
        connection = session.channel.get_connection()
        try:
            async with asyncio.timeout(20):
                await WISHES[wish](connection)
        except (asyncssh.ChannelOpenError, OSError) as error:
            refused.append(error)
        session.put(TABLE)

    async with bench(tmp_path, Cli(commands={LISTCERTS: wants})) as b:
        assert (await b.node.listcerts()).text == TABLE
    assert len(refused) == 1
    assert isinstance(refused[0], asyncssh.ChannelOpenError)


async def test_key_exchange_is_strict_where_the_server_offers_it(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert b.node.login is not None
        assert b.node.login.link.connection._strict_kex


@pytest.mark.skipif(sshd.find_sshd() is None, reason="openssh-server is not installed")
async def test_key_exchange_with_openssh_is_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links: list[SshLink] = []
    make = Connector.link

    async def link(connector: Connector) -> SshLink:
        links.append(await make(connector))
        return links[-1]

    monkeypatch.setattr(Connector, "link", link)
    with sshd.start(tmp_path / "sshd", ["/bin/cat"]) as server:
        known = tmp_path / "known_hosts"
        server.write_known_hosts(known)
        asker = ScriptedAsker()
        reached = CliServer(Cli())
        reached.port, reached.host_key = server.port, None
        made = make_node(
            reached, tmp_path, asker, known_hosts=known, username=server.user, key_file=server.key_file
        )
        connecting = asyncio.create_task(made.node.connect())
        await until(lambda: links)
        assert links[0].connection._strict_kex
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await made.node.close()


async def test_a_key_that_changes_between_two_logins_is_refused_and_no_password_is_sent(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        port = b.server.port
        await b.server.stop()
        await until(lambda: not b.node.connected)
        again = CliServer(Cli())
        await again.start([host_key("ssh-ed25519", 7)], port=port)
        try:
            with pytest.raises(HostKeyChanged, match="has changed"):
                await b.node.connect()
            assert again.passwords == []
            assert b.asker.host_key_questions == []
        finally:
            await again.stop()


async def test_a_node_with_a_changed_key_keeps_its_old_rows_and_nothing_can_be_deleted_there(
    tmp_path: Path,
) -> None:
    async with live("renamed", tmp_path) as pair:
        server = pair.lab.servers["primary"]
        view = pair.bench.comparison.nodes[Role.PRIMARY]
        rows = list(view.entries)
        await server.stop()
        object.__setattr__(server.login, "host_key", asyncssh.generate_private_key("ssh-ed25519"))
        await server.start()
        await pair.bench.refresh()
        assert view.phase is Phase.FAILED
        assert view.error is not None
        assert "host key" in view.error
        assert list(view.entries) == rows
        assert pair.executor.why_not(Role.PRIMARY) is not None
        assert pair.executor.why_not(Role.SECONDARY) is None


async def test_every_file_of_userknownhostsfile_is_read(tmp_path: Path, isolated_home: Path) -> None:
    default = isolated_home / ".ssh" / "known_hosts"
    first, two = isolated_home / "one", isolated_home / "two"
    (isolated_home / ".ssh" / "config").write_text(f"Host *\n  UserKnownHostsFile {first} {two}\n")
    async with bench(
        tmp_path, asker=ScriptedAsker(passwords=[PASSWORD]), trusted=False, known_hosts=default
    ) as b:
        trust(two, f"[127.0.0.1]:{b.server.port}", host_key())
        await b.node.connect()
        assert b.node.connected
        assert not default.exists()
