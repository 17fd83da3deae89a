"""Ways into a simulated appliance that share nothing with the client under test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

from tests.support.waiting import PATIENCE
from tofutui.lab.pair import Lab, LabPace

QUICK = LabPace(log=0.05, learn=0.02, milestone=0.02)
SLOW = LabPace(log=3600, learn=3600, milestone=3600)
LISTCERTS = "ncs certvalidation tofu-certs listcerts"
DELETE = "ncs certvalidation tofu-certs deletecert host"


@asynccontextmanager
async def running(scenario: str, tmp_path: Path, pace: LabPace = SLOW) -> AsyncIterator[Lab]:
    """A lab in a folder below tmp_path."""
    lab = await Lab.start(scenario, tmp_path / "lab", pace=pace)
    try:
        yield lab
    finally:
        await lab.stop()


class Typist:
    """A shell on a PTY, read until a text has come."""

    def __init__(self, process: "asyncssh.SSHClientProcess[str]") -> None:
        self.process = process

    async def expect(self, text: str) -> str:
        """What arrived up to and including the text; AssertionError if the link ends or nothing comes."""
        got = ""
        while not got.endswith(text):
            async with asyncio.timeout(PATIENCE):
                char = await self.process.stdout.read(1)
            if not char:
                raise AssertionError(f"the link ended before {text!r}: {got!r}")
            got += char
        return got

    async def rest(self) -> str:
        """Everything until the link ends."""
        async with asyncio.timeout(PATIENCE):
            return await self.process.stdout.read()

    def type(self, text: str) -> None:
        self.process.stdin.write(text)

    async def run(self, line: str, prompt: str = "/admin# ") -> str:
        """The answer to one command, without echo and prompt."""
        self.type(line + "\r")
        answer = await self.expect(prompt)
        return answer.partition("\r\n")[2].rpartition("\r\n")[0]


@asynccontextmanager
async def connected(lab: Lab, role: str = "primary") -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A login with the lab's key."""
    async with asyncssh.connect(
        "127.0.0.1",
        lab.nodes[role].port,
        username="admin",
        client_keys=[str(lab.access.key_file)],
        known_hosts=str(lab.access.known_hosts),
        agent_path=None,
        config=None,
    ) as connection:
        yield connection


async def open_shell(connection: asyncssh.SSHClientConnection, lines: int = 24) -> Typist:
    """A shell on a PTY with a window of so many lines."""
    return Typist(await connection.create_process(term_type="vt100", term_size=(511, lines)))


@asynccontextmanager
async def at_prompt(lab: Lab, role: str = "primary", lines: int = 24) -> AsyncIterator[Typist]:
    """A shell at its first prompt."""
    async with connected(lab, role) as connection:
        typist = await open_shell(connection, lines)
        await typist.expect("/admin# ")
        yield typist


async def debian_ssh(lab: Lab, role: str, *options: str, typed: bytes, command: str = "") -> tuple[int, str]:
    """Debian's ssh with the lab's key; its exit code and everything that came."""
    node = lab.nodes[role]
    line = ["ssh", "-F", "none", "-i", str(lab.access.key_file), "-o", "BatchMode=yes"]
    line += ["-o", f"UserKnownHostsFile={lab.access.known_hosts}", "-p", str(node.port), *options]
    process = await asyncio.create_subprocess_exec(
        *line,
        "admin@127.0.0.1",
        *([command] if command else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(typed), PATIENCE)
    assert process.returncode is not None
    return process.returncode, output.decode()


async def s_client(port: int, *options: str) -> str:
    """What `openssl s_client` says about an endpoint, with the certificate's text."""
    command = f"openssl s_client -connect 127.0.0.1:{port} {' '.join(options)} </dev/null"
    command += " | openssl x509 -noout -subject -fingerprint -sha256 -nameopt compat"
    process = await asyncio.create_subprocess_shell(
        command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    return output.decode()
