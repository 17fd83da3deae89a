"""What ``~/.ssh/config`` says besides names and ports: agent, algorithm lists; and links that fall silent."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support.appliance import (
    LISTCERTS,
    PASSWORD,
    QUICK,
    TABLE,
    bench,
    host_key,
    serving,
    tcp_server,
    trust,
)
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, hang
from tests.support.waiting import listens, until
from tofutui.appliance.errors import LinkLost, NoCommonAlgorithm, SshConfigError
from tofutui.appliance.ssh.ssh_target import survey

pytestmark = pytest.mark.usefixtures("isolated_home")

COMMANDS = {LISTCERTS: TABLE}


@contextmanager
def agent(socket: Path) -> Iterator[None]:
    process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def test_the_agent_that_the_ssh_configuration_names_is_asked(
    tmp_path: Path, isolated_home: Path
) -> None:
    socket, key = tmp_path / "own-agent", host_key("ssh-ed25519", 7)
    (isolated_home / ".ssh/config").write_text(f"Host *\n  IdentityAgent {socket}\n")
    with agent(socket):
        await until(lambda: listens(socket))
        async with asyncssh.connect_agent(str(socket)) as client:
            await client.add_keys([key])
        cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
        async with bench(tmp_path, cli, ScriptedAsker()) as b:
            assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize(
    ("line", "listening"),
    [
        ("KexAlgorithms diffie-hellman-group1-sha1", {"kex_algs": ["diffie-hellman-group1-sha1"]}),
        ("Ciphers +aes128-cbc", {"encryption_algs": ["aes128-cbc"]}),
        ("MACs +hmac-md5", {"mac_algs": ["hmac-md5"], "encryption_algs": ["aes128-ctr"]}),
    ],
)
async def test_algorithm_lists_of_the_ssh_configuration_are_offered(
    tmp_path: Path, isolated_home: Path, line: str, listening: dict[str, Any]
) -> None:
    async with bench(tmp_path, Cli(commands=dict(COMMANDS)), listening=listening) as b:
        with pytest.raises(NoCommonAlgorithm):
            await b.node.connect()
        (isolated_home / ".ssh/config").write_text(f"Host 127.0.0.1\n  {line}\n")
        assert (await b.node.listcerts()).text == TABLE


async def test_the_host_keys_that_the_ssh_configuration_wants_are_asked_for(
    tmp_path: Path, isolated_home: Path
) -> None:
    keys = [host_key("ssh-ed25519"), host_key("ecdsa-sha2-nistp256")]
    (isolated_home / ".ssh/config").write_text("Host *\n  HostKeyAlgorithms ecdsa-sha2-nistp256\n")
    async with bench(tmp_path, Cli(commands=dict(COMMANDS)), keys=keys, trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", keys[1])
        await b.node.connect()
        assert b.node.host_key == keys[1].get_fingerprint("sha256")


async def test_a_link_that_falls_silent_is_found_out(tmp_path: Path) -> None:
    cut = asyncio.Event()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forwards both ways until the line is cut, and then swallows everything without a word."""
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", server.port)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                if not cut.is_set():
                    sink.write(data)

        try:
            await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))
        finally:
            up_writer.transport.abort()

    timings = replace(QUICK, keepalive=0.05)
    async with serving(Cli(commands={LISTCERTS: hang})) as server, tcp_server(relay) as port:
        asker = ScriptedAsker(passwords=[PASSWORD])
        async with bench(tmp_path, asker=asker, port=port, timings=timings, trusted=False) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{port}", host_key())
            listing = asyncio.create_task(b.node.listcerts())
            await until(lambda: LISTCERTS in server.commands)
            cut.set()
            with pytest.raises(LinkLost) as caught:
                await asyncio.wait_for(listing, 3)  # the command's own time-out is 10
            assert caught.value.sent


async def test_a_probe_goes_through_the_jump_host_of_the_ssh_configuration(
    tmp_path: Path, isolated_home: Path
) -> None:
    async with serving(Cli(users={"ops": "jump"})) as jump:
        (isolated_home / ".ssh/config").write_text(
            f"Host gate\n  HostName 127.0.0.1\n  Port {jump.port}\n  User ops\n"
            "Host pri\n  HostName 127.0.0.1\n  ProxyJump gate\n"
        )
        asker = ScriptedAsker(passwords=["jump", PASSWORD])
        async with bench(tmp_path, None, asker, host="pri") as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            assert not b.node.has_jump
            await b.node.connect()
            assert b.node.has_jump
    (tmp_path / "direct").mkdir()
    async with bench(tmp_path / "direct") as b:
        await b.node.connect()
        assert not b.node.has_jump


CONFIGURATIONS = {
    "with equals signs": "Host=node\nUser=a\nPort = 2200\nHostName\t=\t192.0.2.1\n",
    "quoted": 'Host "node"\n User "a b"\n HostName "192.0.2.1"\n',
    "negated": "Host * !node\n User no\nHost node\n User yes\n",
    "the first value counts": "Port 1\nHost *\n Port 2\nHost node\n Port 3\n",
    "a comment at the end": "Host node # c\n User a # b\n",
    "Windows": "Host node\r\n User a\r\n Port 2200\r\n",
    "other case, tabs": "host\tnode\tother\n\tuSeR\ta\n",
    "match host": "Match host x,no*,!other\n User m\n",
    "match originalhost": "Host node\n HostName a.example\nMatch originalhost node host a.example\n User b\n",
    "match final": "Host node\n HostName real.example\nMatch final host real.example\n User f\n Port 2200\n",
    "match exec": "Match !exec false host node\n User e\nMatch exec false\n Port 1\n",
    "include": "Include {folder}/*.conf {folder}/none\nHost *\n User later\n",
    "include in a block": "Host other\n Include {folder}/a.conf\nHost node\n User x\n",
    "port by name": "Host node\n Port ssh\n",
    "port with zeros": "Host node\n Port 02200\n",
    "the largest port": "Port 65535\n",
    "durations": "Host node\n ConnectTimeout 5m30s\n ServerAliveInterval 1h\n User a\n",
    "no limits": "ConnectTimeout none\nServerAliveCountMax 0\nRekeyLimit default none\nUser a\n",
    "limits": "RekeyLimit 1G 1h\nServerAliveInterval 0\nUser a\n",
    "jump": "Host node\n ProxyJump u@jump:2022,second\n",
    "no jump": "Host node\n ProxyJump none\nHost *\n ProxyJump jump\n",
    "a name made of the name": "Host node\n HostName %h.example.net\n",
    "files by alias": "Host node\n HostKeyAlias alias\n UserKnownHostsFile {folder}/%k {folder}/%h.%p\n",
    "files by name": "Host node\n Port 2200\n UserKnownHostsFile {folder}/%k-%n {folder}/%r\n",
    "ignored": "IgnoreUnknown Foo*\nHost node\n FooBar yes\n User a\n",
    "algorithms": "Host node\n KexAlgorithms +diffie-hellman-group1-sha1\n Ciphers ^aes128-ctr\n User a\n",
}


@pytest.mark.skipif(not shutil.which("ssh"), reason="needs the Debian package openssh-client")
def test_a_configuration_means_what_it_means_to_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.conf").write_text("Host node\n User included\n Port 2201\n")
    file = tmp_path / ".ssh" / "config"
    file.parent.mkdir()
    differing = {}
    for name, text in CONFIGURATIONS.items():
        file.write_bytes(text.replace("{folder}", str(tmp_path)).encode())
        done = subprocess.run(
            ["ssh", "-G", "-F", str(file), "node"], check=True, capture_output=True, text=True
        )
        said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
        place = survey("node", None, None, tmp_path / ".ssh" / "known_hosts")
        wanted = [
            said["hostname"],
            said["port"],
            said["user"],
            said.get("proxyjump"),
            said.get("hostkeyalias"),
        ]
        files = said["userknownhostsfile"].split() if "UserKnown" in text else [str(place.known_hosts[0])]
        shown = [place.host, str(place.port), place.username, place.jump]
        alias = place.key_name if place.key_name != place.host else None
        read = [*shown, alias, *map(str, place.known_hosts[: len(files)])]
        if read != [*wanted, *files] or place.unread:
            differing[name] = read, [*wanted, *files], place.unread
    assert differing == {}


REFUSED = ["99999", "0", "-1", "65536", "abc", "22x", "0x16", "\u0662\u0662"]


@pytest.mark.skipif(not shutil.which("ssh"), reason="needs the Debian package openssh-client")
@pytest.mark.parametrize("port", REFUSED)
def test_a_port_that_ssh_refuses_is_refused_with_file_line_and_cure(isolated_home: Path, port: str) -> None:
    file = isolated_home / ".ssh" / "config"
    included = isolated_home / ".ssh" / "more"
    included.write_text(f"# more\nHost node\n  User a\n  Port {port}\n")
    file.write_text("ConnectTimeout x\nInclude more\n")
    assert subprocess.run(["ssh", "-G", "-F", included, "node"], check=False, capture_output=True).returncode
    with pytest.raises(SshConfigError) as caught:
        survey("node", None, None, isolated_home / "known_hosts")
    assert f"{included} line 4: Port " in str(caught.value)
    assert "correct that line" in str(caught.value)
    assert survey("other", None, None, isolated_home / "known_hosts").port == 22
    place = survey("node", 2200, None, isolated_home / "known_hosts")
    assert (place.username, place.port) == ("a", 2200)
    assert f"{included} line 4 is not used: Port " in place.unread[1]


UNUSED = [
    "ConnectTimeout -1", "ConnectTimeout abc", "ServerAliveInterval x", "ServerAliveInterval -5",
    "ServerAliveCountMax -1", "ServerAliveCountMax 3s", "RekeyLimit 1X", "RekeyLimit -5 1h",
    "AddressFamily foo", "Compression maybe", "IdentitiesOnly perhaps",
]  # fmt: skip


@pytest.mark.skipif(not shutil.which("ssh"), reason="needs the Debian package openssh-client")
@pytest.mark.parametrize("line", UNUSED)
def test_another_value_that_ssh_refuses_costs_its_line_and_is_named(isolated_home: Path, line: str) -> None:
    file = isolated_home / ".ssh" / "config"
    file.write_text(f"Host node\n  User a\n  {line}\n  Port 2200\n")
    assert subprocess.run(["ssh", "-G", "-F", file, "node"], check=False, capture_output=True).returncode
    place = survey("node", None, None, isolated_home / "known_hosts")
    assert (place.username, place.port) == ("a", 2200)
    (remark,) = place.unread
    assert remark.startswith(f"{file} line 3 is not used: ")
    assert line.split(maxsplit=1)[0] in remark


def test_files_that_include_one_another_end_in_a_message(isolated_home: Path) -> None:
    (isolated_home / ".ssh" / "config").write_text("Include other\n")
    (isolated_home / ".ssh" / "other").write_text("\nInclude config\n")
    with pytest.raises(SshConfigError, match=r"line [12]: includes files more than 16 deep"):
        survey("node", None, None, isolated_home / "known_hosts")


def test_the_configuration_is_read_so_whatever_else_was_loaded(isolated_home: Path) -> None:
    (isolated_home / ".ssh" / "config").write_text("Host node\n  Compression maybe\n  Port 2200\n")
    program = (
        "from pathlib import Path; from tofutui.appliance.ssh.ssh_target import survey\n"
        "print(survey('node', None, None, Path('known_hosts')).port)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={"HOME": str(isolated_home)}
    )
    assert done.stdout == "2200\n", done.stderr
