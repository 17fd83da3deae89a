"""ProxyCommand of ~/.ssh/config: run as `ssh` runs it, its own words quoted, and never gone round."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.appliance import LISTCERTS, PASSWORD, TABLE, bench, make_node, tcp_server
from tests.support.askers import ScriptedAsker
from tests.support.waiting import until
from tofutui.appliance.errors import ApplianceError, NotSsh, Unreachable

RELAY = """\
import os, socket, sys, threading
sys.stderr.write(f"relay {os.getpid()} to {sys.argv[1]}\\n"); sys.stderr.flush()
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
    os._exit(0)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
"""


@pytest.fixture(autouse=True)
async def _programs_have_ended() -> AsyncIterator[None]:
    """Their end is not waited for by the program: here it is, or the event loop would close before."""

    def running() -> list[object]:
        every = [thing for thing in gc.get_objects() if isinstance(thing, subprocess.Popen)]
        return [process for process in every if process.returncode is None]

    yield
    await until(lambda: not running())


@pytest.fixture
def command(isolated_home: Path) -> Callable[[str], None]:
    """Sets the ProxyCommand of the host `pri`; `RELAY` in it is a program that makes the connection."""
    relay = isolated_home / "relay.py"
    relay.write_text(RELAY)

    def configure(line: str) -> None:
        line = line.replace("RELAY", f"{sys.executable} {relay}")
        (isolated_home / ".ssh/config").write_text(f"Host pri\n  HostName 127.0.0.1\n  ProxyCommand {line}\n")

    return configure


@pytest.mark.parametrize(
    "line",
    [
        "RELAY %h %p",
        "RELAY %h %p 2>/dev/null",
        "RELAY $(echo %h) %p 2>>/tmp/../dev/null",
        'sh -c "RELAY %h %p; true"',
        "RELAY '127.0.0.1' %p",
    ],
)
async def test_a_proxycommand_is_run_by_the_shell(
    tmp_path: Path, command: Callable[[str], None], line: str
) -> None:
    """What it prints on its standard error is not part of the connection."""
    command(line)
    async with bench(tmp_path, host="pri") as b:
        assert (await b.node.listcerts()).text == TABLE


async def test_a_proxycommand_ends_with_its_connection(
    tmp_path: Path, isolated_home: Path, command: Callable[[str], None]
) -> None:
    command("RELAY %h %p 2>~/words")
    async with bench(tmp_path, host="pri") as b:
        await b.node.connect()
        process = Path("/proc") / (isolated_home / "words").read_text().split()[1]
        assert process.exists()
        await b.node.close()
        await until(lambda: has_ended(process))


def has_ended(process: Path) -> bool:
    """Whether a process in /proc is gone, but for its exit status."""
    try:
        return "State:\tZ" in (process / "status").read_text()
    except OSError:
        return True


FAILING = {
    "not there": ("/nowhere/relay %h %p", r"status 127.*/nowhere/relay"),
    "its own words": ("sh -c 'echo no route to \x1b%h >&2; exit 3'", r'status 3: "no route to \\x1b127'),
    "not in UTF-8": (r"sh -c 'printf \"ge\\374blockt\" >&2; exit 1'", r'"ge\\xfcblockt"'),
    "silent": ("false", "status 1 and printed no error"),
    "killed": ("sh -c 'kill -9 $$'", "ended by SIGKILL"),
    "in a loop": ("sh -c 'yes too much >&2 & sleep 0.2; kill $! ; exit 9'", 'status 9: "…?.*too much'),
}


@pytest.mark.parametrize(("line", "words"), FAILING.values(), ids=FAILING)
async def test_a_proxycommand_that_fails_is_quoted_and_the_node_is_not_tried_directly(
    tmp_path: Path, command: Callable[[str], None], line: str, words: str
) -> None:
    direct: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        direct.append(1)

    command(line)
    async with tcp_server(serve) as port, bench(tmp_path, host="pri", port=port) as b:
        with pytest.raises(Unreachable, match="its ProxyCommand") as caught:
            await b.node.connect()
        assert direct == []
    assert caught.match(f"(?s){words}")
    assert "~/.ssh/config" in caught.value.hint


async def test_a_proxycommand_that_prints_something_else(
    tmp_path: Path, command: Callable[[str], None]
) -> None:
    command("sh -c 'read greeting; echo HTTP/1.0 407 Proxy Authentication Required'")
    async with bench(tmp_path, host="pri") as b:
        with pytest.raises(NotSsh, match=r"HTTP/1\.0 407"):
            await b.node.connect()


async def test_a_login_that_is_given_up_ends_its_proxycommand(
    tmp_path: Path, isolated_home: Path, command: Callable[[str], None]
) -> None:
    command("sh -c 'echo $$ > ~/pid; exec sleep 60'")
    async with bench(tmp_path, host="pri") as b:
        connecting = asyncio.ensure_future(b.node.connect())
        pid = isolated_home / "pid"
        await until(lambda: pid.exists() and pid.read_text().strip())
        process = Path("/proc") / pid.read_text().strip()
        connecting.cancel()
        with suppress(asyncio.CancelledError, ApplianceError):
            await connecting
        await until(lambda: has_ended(process))


async def test_the_sessions_jump_host_comes_before_the_proxycommand(
    tmp_path: Path, command: Callable[[str], None]
) -> None:
    command("false")
    async with bench(tmp_path) as jump:
        asker = ScriptedAsker(passwords=[PASSWORD, PASSWORD])
        made = make_node(
            jump.server,
            tmp_path,
            asker,
            host="pri",
            jump=f"admin@127.0.0.1:{jump.server.port}",
        )
        assert (await made.node.listcerts()).text == TABLE
        assert jump.server.commands.count(LISTCERTS) == 1
        await made.node.close()
