"""Reaching nodes: what is no SSH server, old algorithms, the SSH configuration, jump hosts."""

import asyncio
import sys
import warnings
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from tests.support.appliance import (
    LISTCERTS,
    PASSWORD,
    QUICK,
    TABLE,
    bench,
    host_key,
    make_node,
    serving,
    tcp_server,
    trust,
)
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tests.support.relays import LONG, choosy
from tests.support.waiting import until
from tofutui.appliance.errors import (
    ApplianceError,
    ClosedAtOnce,
    NoCommonAlgorithm,
    NoPassword,
    NotSsh,
    TooManySessions,
    Unreachable,
)
from tofutui.tofu.site.endpoint import Endpoint

pytestmark = pytest.mark.usefixtures("isolated_home")


COMMANDS = {LISTCERTS: TABLE}


def printing(text: str) -> str:
    """A command line that prints a text."""
    return f"{sys.executable} -c \"print('{text}')\""


async def test_nobody_listens(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        port = b.server.port
        await b.server.stop()
        with pytest.raises(Unreachable, match=f"127.0.0.1:{port} refused the connection"):
            await b.node.connect()
        assert "refused the connection" in b.logged


async def test_an_unknown_name(tmp_path: Path) -> None:
    async with bench(tmp_path, host="no-such-host.invalid") as b:
        with pytest.raises(Unreachable, match=r"no-such-host\.invalid"):
            await b.node.connect()


def answering(data: bytes, *, stay: bool = False) -> AbstractAsyncContextManager[int]:
    """A TCP server that says something and hangs up (or stays)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if stay:
            await reader.read()

    return tcp_server(serve)


@pytest.mark.parametrize(
    ("data", "stay", "kind", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", False, NotSsh, "HTTP/1.1 400"),
        (b"", False, ClosedAtOnce, "closed the connection at once"),
        (b"Exceeded MaxStartups\r\n", False, TooManySessions, "MaxStartups"),
        (b"SSH-1.5-Old\r\n", False, NotSsh, "version 1"),
        (b"SSH-2.0-Odd\r\n", False, ClosedAtOnce, "dropped the connection before the login"),
        (b"", True, NotSsh, "sent no SSH greeting"),
    ],
)
async def test_what_is_not_an_ssh_server_is_distinguished(
    tmp_path: Path, data: bytes, stay: bool, kind: type[ApplianceError], words: str
) -> None:
    async with (
        answering(data, stay=stay) as port,
        bench(tmp_path, port=port, timings=replace(QUICK, login=0.5) if stay else QUICK) as b,
    ):
        with pytest.raises(kind, match=words) as caught:
            await b.node.connect()
        assert str(port) in str(caught.value)


OLD = {
    "kex_algs": ["diffie-hellman-group1-sha1"],
    "encryption_algs": ["3des-cbc", "aes128-cbc"],
    "mac_algs": ["hmac-md5", "hmac-sha1-96"],
}


async def test_a_server_with_old_algorithms_only_asks_for_legacy_ssh(tmp_path: Path) -> None:
    async with bench(tmp_path, listening=OLD, keys=[host_key("ssh-rsa")]) as b:
        with pytest.raises(NoCommonAlgorithm, match="legacy_ssh = true") as caught:
            await b.node.connect()
        assert "diffie-hellman-group1-sha1" in str(caught.value)


def kexinit(*lists: str) -> bytes:
    """A server's list of algorithms as a packet."""
    names = b"".join(len(text).to_bytes(4, "big") + text.encode() for text in lists)
    payload = b"\x14" + bytes(16) + names + bytes(16 + 5)
    return (len(payload) + 5).to_bytes(4, "big") + b"\x04" + payload + bytes(4)


GOOD = ("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256")


@pytest.mark.parametrize(
    ("place", "name", "kind"),
    [
        (0, "diffie-hellman-group1-sha1", "key exchange"),
        (1, "ssh-dss", "host key"),
        (2, "aes256-cbc", "encryption"),
        (4, "hmac-md5", "MAC"),
    ],
)
@pytest.mark.parametrize("cut", [1, 0])
async def test_a_server_that_hangs_up_at_once_when_nothing_fits_is_understood(
    tmp_path: Path, place: int, name: str, kind: str, cut: int
) -> None:
    lists = [*GOOD]
    lists[place] = name
    calls: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The library gets a reset before the list; who asks again slowly gets it."""
        calls.append(1)
        writer.write(b"SSH-2.0-OpenSSH_5.3\r\n")
        await reader.readline()
        if len(calls) > 2:
            packet = kexinit(*lists)
            writer.write(packet[: len(packet) // 2] if cut else packet)
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.write(packet[len(packet) // 2 :] if cut else b"")
            await writer.drain()
        if len(calls) <= 2:
            writer.transport.abort()

    async with tcp_server(serve) as port, bench(tmp_path, port=port) as b:
        with pytest.raises(NoCommonAlgorithm, match="legacy_ssh = true") as caught:
            await b.node.connect()
        assert f"no {kind} algorithm" in str(caught.value)
        assert name in str(caught.value)


async def test_legacy_ssh_logs_in_there(tmp_path: Path) -> None:
    async with bench(tmp_path, listening=OLD, keys=[host_key("ssh-rsa")], legacy_ssh=True) as b:
        assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize("kex", ["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha256"])
async def test_group14_and_sha1_host_keys_need_no_legacy_profile(tmp_path: Path, kex: str) -> None:
    listening = {"kex_algs": [kex], "encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-sha1"]}
    async with bench(tmp_path, listening=listening, keys=[host_key("ssh-rsa")]) as b:
        assert (await b.node.listcerts()).text == TABLE


async def test_old_algorithms_print_no_warnings(tmp_path: Path) -> None:
    listening = {"kex_algs": ["diffie-hellman-group14-sha1"]}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with bench(tmp_path, listening=listening, keys=[host_key("ssh-rsa")]) as b:
            await b.node.connect()
    assert [str(w.message) for w in caught if "Diffie" in str(w.message)] == []


async def test_group14_is_chosen_before_group_exchange(tmp_path: Path) -> None:
    both = ["diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha256"]
    async with bench(tmp_path, listening={"kex_algs": both}) as b:
        await b.node.connect()
        assert b.node.login is not None
        offered = b.node.login.link.connection._kex_algs
        assert offered.index(b"diffie-hellman-group14-sha256") < offered.index(
            b"diffie-hellman-group-exchange-sha256"
        )


async def test_a_server_that_chokes_on_long_lists_gets_short_ones(tmp_path: Path) -> None:
    hellos: list[int] = []
    async with serving(Cli(commands=dict(COMMANDS))) as server, choosy(server.port, hellos) as port:
        made = make_node(server, tmp_path, ScriptedAsker(passwords=[PASSWORD]), port=port)
        trust(made.known_hosts, "127.0.0.1", host_key())
        assert (await made.node.listcerts()).text == TABLE
        await made.node.close()
    assert len(hellos) == 2
    assert hellos[0] > LONG > hellos[1]


async def test_a_full_node_is_said_to_be_full(tmp_path: Path) -> None:
    class Full(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return False

        def session_requested(self) -> bool:
            return False

    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=Full, server_host_keys=[host_key()])
    async with bench(tmp_path, port=acceptor.get_port(), trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{acceptor.get_port()}", host_key())
        with pytest.raises(TooManySessions, match="did not open a session"):
            await b.node.connect()
    acceptor.close()
    await acceptor.wait_closed()


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"Host *\n  Port abc\n", 2),
        (b'Host "x\n  Port 1\n', 1),
        (b"Host *\n\n  Hostname %q\n", 3),
        (b"Match localnetwork 192.0.2.0/24\n  Hostname 192.0.2.1\n", 1),
        (b"Host *\n  User \xe2\x80\x9cadmin\xe2\x80\x9d\n", 2),
        ("Host *\n  Port abc\n".encode("utf-16"), 2),
    ],
)
async def test_a_line_of_the_ssh_config_that_is_not_understood_costs_that_line_only(
    tmp_path: Path, isolated_home: Path, content: bytes, number: int
) -> None:
    (isolated_home / ".ssh/config").write_bytes(content)
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert f".ssh/config line {number} " in b.node.notices[0]


@pytest.mark.parametrize(
    "content",
    [
        b"# gr\xfc\xdfe\nHost *\n",
        b"\xef\xbb\xbfHost *\n  ConnectTimeout 9 # seconds\n",
        b"Host *\r\n  User admin # who\r\n",
        b'Host *  # all\n  ProxyJump none\n  SetEnv X="a # b"\n',
    ],
)
async def test_the_ssh_config_is_read_as_ssh_reads_it(
    tmp_path: Path, isolated_home: Path, content: bytes
) -> None:
    (isolated_home / ".ssh/config").write_bytes(content)
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert not b.node.notices


async def test_the_ssh_config_maps_names_and_chooses_keys(tmp_path: Path, isolated_home: Path) -> None:
    key = host_key("ssh-ed25519", 7)
    key.write_private_key(isolated_home / "id")
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
    known = isolated_home / "my_known_hosts"
    (isolated_home / ".ssh/config").write_text(
        f"Host pri\n  HostName 127.0.0.1\n  IdentityFile {isolated_home}/id\n"
        f"  UserKnownHostsFile {known}\n  KexAlgorithms curve25519-sha256\n  ConnectTimeout 1\n"
        "  ForwardAgent yes\n  RemoteCommand reload\n"
    )
    default = isolated_home / ".ssh/known_hosts"
    async with bench(tmp_path, cli, ScriptedAsker(), host="pri", known_hosts=default, trusted=False) as b:
        trust(known, f"[127.0.0.1]:{b.server.port}", host_key())
        assert (await b.node.listcerts()).text == TABLE
        assert b.server.commands == ["terminal length 0", LISTCERTS]


async def test_a_proxycommand_makes_the_connection(tmp_path: Path, isolated_home: Path) -> None:
    relay = isolated_home / "relay.py"
    relay.write_text(
        "import os, socket, sys, threading\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def up():\n"
        "    while data := os.read(0, 65536):\n"
        "        s.sendall(data)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while data := s.recv(65536):\n"
        "    os.write(1, data)\n"
    )
    config = isolated_home / ".ssh/config"
    config.write_text(f"Host pri\n  HostName 127.0.0.1\n  ProxyCommand {sys.executable} {relay} %h %p\n")
    async with bench(tmp_path, host="pri") as b:
        assert (await b.node.listcerts()).text == TABLE
        await b.node.close()
        config.write_text("Host pri\n  ProxyCommand /nowhere/relay %h %p\n")
        again = make_node(b.server, tmp_path, host="pri")
        with pytest.raises(Unreachable, match="ProxyCommand"):
            await again.node.connect()
        await again.node.close()


async def test_the_ssh_config_says_port_and_user_where_the_session_does_not(
    tmp_path: Path, isolated_home: Path
) -> None:
    cli = Cli(users={"ops": PASSWORD}, commands=dict(COMMANDS))
    unset = frozenset({"port", "username"})
    async with bench(tmp_path, cli, host="pri", port=22, left_to_ssh=unset) as b:
        (isolated_home / ".ssh/config").write_text(
            f"Host pri\n  HostName 127.0.0.1\n  Port {b.server.port}\n  User ops\n"
        )
        assert (await b.node.listcerts()).text == TABLE
        assert b.asker.password_questions[0].username == "ops"


async def test_without_any_user_it_is_admin_and_the_session_takes_precedence_over_the_ssh_config(
    tmp_path: Path, isolated_home: Path
) -> None:
    async with bench(tmp_path, left_to_ssh=frozenset({"username"})) as b:
        await b.node.connect()
        assert b.asker.password_questions[0].username == "admin"
    (isolated_home / ".ssh/config").write_text("Host *\n  User ops\n  Port 1\n")
    (tmp_path / "known_hosts").unlink()
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert b.asker.password_questions[0].username == "admin"


JUMP_PASSWORD = "jump-password"


async def test_a_jump_host_gets_its_own_password_and_never_the_nodes(tmp_path: Path) -> None:
    jump_cli = Cli(users={"ops": JUMP_PASSWORD}, methods=("kbdint", "password"))
    jump_cli.kbdint = [("", "", [("Password: ", False)], [JUMP_PASSWORD])]
    async with serving(jump_cli, keys=[host_key("ssh-ed25519", 3)]) as jump:
        asker = ScriptedAsker(passwords=[JUMP_PASSWORD])
        setting = f"ops@127.0.0.1:{jump.port}"
        async with bench(tmp_path, None, asker, jump=setting, password_command=printing(PASSWORD)) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key("ssh-ed25519", 3))
            assert (await b.node.listcerts()).text == TABLE
            assert jump.passwords == [JUMP_PASSWORD]
            assert b.server.passwords == [PASSWORD]
            (question,) = b.asker.password_questions
            assert (question.username, question.host) == ("ops", "127.0.0.1")
            b.server.cut()
            await until(lambda: not b.node.connected)
            assert (await b.node.listcerts()).text == TABLE
            assert len(b.asker.password_questions) == 1
            await b.node.close()
        assert jump.ended == []
        await asyncio.gather(*(connection.wait_closed() for connection in jump.connections))


async def test_a_jump_host_that_wants_a_password_nobody_gives(tmp_path: Path) -> None:
    async with serving(Cli(users={"ops": JUMP_PASSWORD})) as jump:
        setting = f"ops@127.0.0.1:{jump.port}"
        async with bench(
            tmp_path, None, ScriptedAsker(), jump=setting, password_command=printing(PASSWORD)
        ) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            with pytest.raises(NoPassword, match="ops@127"):
                await b.node.connect()
            assert jump.passwords == []


async def test_proxyjump_of_the_ssh_config_is_a_jump_host_too(tmp_path: Path, isolated_home: Path) -> None:
    async with serving(Cli(users={"ops": JUMP_PASSWORD})) as jump:
        (isolated_home / ".ssh/config").write_text(
            f"Host gate\n  HostName 127.0.0.1\n  Port {jump.port}\n  User ops\n"
            "Host pri\n  HostName 127.0.0.1\n  ProxyJump gate\n"
        )
        asker = ScriptedAsker(passwords=[JUMP_PASSWORD, PASSWORD])
        async with bench(tmp_path, None, asker, host="pri") as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            assert (await b.node.listcerts()).text == TABLE
            assert (jump.passwords, b.server.passwords) == ([JUMP_PASSWORD], [PASSWORD])


async def test_a_node_that_the_jump_host_cannot_reach(tmp_path: Path) -> None:
    async with serving(Cli()) as jump, bench(tmp_path, jump=f"admin@127.0.0.1:{jump.port}") as b:
        trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
        await b.server.stop()
        with pytest.raises(Unreachable, match="jump host could not connect to 127"):
            await b.node.connect()


@pytest.mark.parametrize("jump", ["@host", "host:99999", "user@", ""])
async def test_a_jump_that_cannot_be_read(tmp_path: Path, jump: str) -> None:
    async with bench(tmp_path, jump=jump or ",") as b:
        with pytest.raises(ApplianceError, match="jump"):
            await b.node.connect()


async def test_probes_go_through_the_jump_host(tmp_path: Path) -> None:
    heard: list[bytes] = []

    class Hear(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            heard.append(data)

    async with serving(Cli()) as jump:
        asker = ScriptedAsker(passwords=[PASSWORD, PASSWORD])
        async with bench(tmp_path, None, asker, jump=f"admin@127.0.0.1:{jump.port}") as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            async with answering(b"hello", stay=True) as port:
                with pytest.raises(OSError, match="not connected"):
                    await b.node.dial(Hear, Endpoint("127.0.0.1", port))
                await b.node.connect()
                transport, _ = await b.node.dial(Hear, Endpoint("127.0.0.1", port))
                await until(lambda: heard == [b"hello"])
                transport.close()
            with pytest.raises(ConnectionRefusedError):
                await b.node.dial(Hear, Endpoint("127.0.0.1", port))
