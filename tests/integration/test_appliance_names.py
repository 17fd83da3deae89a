"""Names with several addresses, and nodes that are reached by IPv6."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

from tests.support.appliance import (
    LISTCERTS,
    PASSWORD,
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
from tests.support.loopback import NAME, needs_ipv6, resolver, swallowing
from tofutui.appliance.errors import HostKeyChanged, NotSsh, Unreachable
from tofutui.system.dial import connect_first
from tofutui.tofu.site.endpoint import Endpoint

pytestmark = pytest.mark.usefixtures("isolated_home")

COMMANDS = {LISTCERTS: TABLE}


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """The name has these addresses, in this order of preference."""
    monkeypatch.setattr(socket, "getaddrinfo", resolver(*addresses))


@needs_ipv6
async def test_a_dead_ipv6_address_of_a_node_is_overtaken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, Cli(commands=dict(COMMANDS)), host=NAME, trusted=False) as b:
        trust(b.known_hosts, f"[{NAME}]:{b.server.port}", host_key())
        resolving(monkeypatch, "::1", "127.0.0.1")
        with swallowing("::1", b.server.port):
            async with asyncio.timeout(4):  # the connection's own time-out is 5
                assert (await b.node.listcerts()).text == TABLE


@needs_ipv6
async def test_why_a_server_hung_up_is_asked_at_the_living_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with tcp_server(web) as port, bench(tmp_path, host=NAME, port=port) as b:
        resolving(monkeypatch, "::1", "127.0.0.1")
        with swallowing("::1", port), pytest.raises(NotSsh, match=r"HTTP/1\.1 400"):
            await b.node.connect()


async def test_the_ssh_configuration_chooses_the_address_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated_home: Path
) -> None:
    (isolated_home / ".ssh/config").write_text("Host *\n  AddressFamily inet\n")
    async with bench(tmp_path, Cli(commands=dict(COMMANDS)), host=NAME, trusted=False) as b:
        trust(b.known_hosts, f"[{NAME}]:{b.server.port}", host_key())
        resolving(monkeypatch, "2001:db8::1", "127.0.0.1")
        assert (await b.node.listcerts()).text == TABLE


async def test_when_all_addresses_fail_a_refusal_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, host=NAME) as b:
        await b.server.stop()
        resolving(monkeypatch, "2001:db8::1", "127.0.0.1", "127.0.0.2")
        with pytest.raises(Unreachable, match="refused the connection"):
            await b.node.connect()


async def test_a_refused_address_is_passed_by_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with tcp_server(nothing) as port:
        resolving(monkeypatch, "127.0.0.2", "127.0.0.1", "127.0.0.3")
        with contextlib.closing(await connect_first(NAME, port)) as connected:
            assert connected.getpeername() == ("127.0.0.1", port)


async def test_giving_up_closes_every_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "127.0.0.1", "127.0.0.2")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with swallowing("127.0.0.1", port), swallowing("127.0.0.2", port), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await connect_first(NAME, port)  # an open socket would be a ResourceWarning


@needs_ipv6
async def test_a_node_at_an_ipv6_address(tmp_path: Path) -> None:
    async with serving(Cli(commands=dict(COMMANDS)), host="::1") as server:
        made = make_node(server, tmp_path, ScriptedAsker(passwords=[PASSWORD]), host="::1", trusted=False)
        trust(made.known_hosts, f"[::1]:{server.port}", host_key())
        assert (await made.node.listcerts()).text == TABLE
        assert f"connected to [::1]:{server.port} as admin" in made.logged
        await made.node.close()


@needs_ipv6
async def test_an_accepted_host_key_of_an_ipv6_address_is_found_again(tmp_path: Path) -> None:
    async with serving(Cli(commands=dict(COMMANDS)), host="::1") as server:
        asker = ScriptedAsker(passwords=[PASSWORD], host_keys=[True])
        made = make_node(server, tmp_path, asker, host="::1", trusted=False)
        await made.node.connect()
        await made.node.close()
        assert made.known_hosts.read_text().startswith(f"[::1]:{server.port} ssh-ed25519 ")
        again = make_node(server, tmp_path, ScriptedAsker(passwords=[PASSWORD]), host="::1", trusted=False)
        await again.node.connect()
        await again.node.close()


@needs_ipv6
async def test_a_changed_host_key_of_an_ipv6_address_is_refused_with_the_way_to_forget_it(
    tmp_path: Path,
) -> None:
    async with serving(Cli(), host="::1") as server:
        made = make_node(server, tmp_path, host="::1", trusted=False)
        trust(made.known_hosts, f"[::1]:{server.port}", host_key(number=9))
        with pytest.raises(HostKeyChanged, match=rf"\[::1\]:{server.port} has changed") as caught:
            await made.node.connect()
        await made.node.close()
        assert f"ssh-keygen -R '[::1]:{server.port}'" in str(caught.value)


@needs_ipv6
async def test_a_jump_host_and_a_probe_at_ipv6_addresses(tmp_path: Path) -> None:
    heard: list[bytes] = []

    class Hear(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            heard.append(data)

    commands = Cli(commands=dict(COMMANDS))
    async with serving(Cli(), host="::1") as jump, serving(commands, host="::1") as server:
        asker = ScriptedAsker(passwords=[PASSWORD, PASSWORD])
        jump_setting = f"admin@[::1]:{jump.port}"
        made = make_node(server, tmp_path, asker, host="::1", trusted=False, jump=jump_setting)
        for port in (jump.port, server.port):
            trust(made.known_hosts, f"[::1]:{port}", host_key())
        assert (await made.node.listcerts()).text == TABLE
        transport, _ = await made.node.dial(Hear, Endpoint("::1", server.port))
        async with asyncio.timeout(5):
            while not heard:
                await asyncio.sleep(0.005)
        assert heard[0].startswith(b"SSH-2.0")
        transport.close()
        await made.node.close()
