"""Kind of login x logged in, how, in what time to the first prompt, and to the end of the first listing.

    .venv/bin/python tests/benchmarks/bench_login.py [--rounds 3]

Waits are the program's own; the SSH library is loaded beforehand. Servers are asyncssh's and Debian's sshd.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.support import force_cli, sshd  # noqa: E402
from tests.support.appliance import (  # noqa: E402
    LISTCERTS,
    PASSWORD,
    TABLE,
    Bench,
    bench,
    host_key,
    serving,
    tcp_server,
    trust,
)
from tests.support.askers import ScriptedAsker  # noqa: E402
from tests.support.cli_server import Cli, ask, pause, say  # noqa: E402
from tests.support.dialogues import DIALOGUES  # noqa: E402
from tests.support.loopback import NAME, has_ipv6, resolver, swallowing  # noqa: E402
from tests.support.relays import choosy  # noqa: E402
from tofutui.appliance.cli.timings import Timings  # noqa: E402
from tofutui.appliance.errors import ApplianceError  # noqa: E402

Setting = Callable[[Path], AbstractAsyncContextManager[Bench]]
LONG_TABLE = "".join(f"host=192.0.2.{n}_443;  subject=CN = host-{n} \n" for n in range(1, 101))
OLDEST = {
    "kex_algs": ["diffie-hellman-group1-sha1"],
    "encryption_algs": ["3des-cbc"],
    "mac_algs": ["hmac-md5"],
}
SHA1 = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-ctr"],
    "mac_algs": ["hmac-sha1"],
}
EXCHANGE = {**SHA1, "kex_algs": ["diffie-hellman-group-exchange-sha256"]}


def cli(*before: Any, **settings: Any) -> Cli:
    """A server's script with the usual table."""
    return Cli(before_prompt=list(before), **{"commands": {LISTCERTS: TABLE}, **settings})


def on(
    made: Cli, *, passwords: tuple[str, ...] = (PASSWORD,), dialogues: tuple[str, ...] = (), **options: Any
) -> Setting:
    """A login to asyncssh's server, with the program's own waits."""

    def setting(folder: Path) -> AbstractAsyncContextManager[Bench]:
        asker = ScriptedAsker(passwords=list(passwords), dialogues=list(dialogues))
        return bench(folder, made, asker, timings=Timings(), **options)

    return setting


def by_key(*, passphrase: str | None = None) -> Setting:
    def setting(folder: Path) -> AbstractAsyncContextManager[Bench]:
        key = host_key("ssh-ed25519", 7)
        key.write_private_key(folder / "id", passphrase=passphrase)
        made = cli(methods=("key",), keys=[key.convert_to_public()])
        return on(made, passwords=(passphrase or "",), key_file=folder / "id")(folder)

    return setting


def on_sshd(*options: str, rsa: bool = False) -> Setting:
    """Debian's sshd, whose ForceCommand plays the CLI."""

    @asynccontextmanager
    async def setting(folder: Path) -> AsyncIterator[Bench]:
        with real_server(folder, *options) as server:
            if rsa:
                host_key("ssh-rsa", 7).write_private_key(server.folder / "id")
                host_key("ssh-rsa", 7).append_public_key(server.folder / "authorized_keys")
            chosen = {"port": server.port, "username": server.user, "key_file": server.key_file}
            async with on(cli(), passwords=(), trusted=False, **chosen)(folder) as b:
                server.write_known_hosts(b.known_hosts)
                yield b

    return setting


@contextlib.contextmanager
def real_server(folder: Path, *options: str) -> Iterator[sshd.Sshd]:
    tables = folder / "cli"
    tables.mkdir()
    (tables / "table.txt").write_text(TABLE.partition("...\n\n")[2])
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    with sshd.start(
        folder / "sshd", [python, "-S", force_cli.__file__, str(tables)], options=options
    ) as server:
        yield server


@asynccontextmanager
async def through_a_jump_host(folder: Path) -> AsyncIterator[Bench]:
    async with serving(Cli(users={"ops": "jump"}), keys=[host_key("ssh-ed25519", 3)]) as jump:
        setting = on(cli(), passwords=("jump", PASSWORD), jump=f"ops@127.0.0.1:{jump.port}")
        async with setting(folder) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key("ssh-ed25519", 3))
            yield b


@asynccontextmanager
async def by_the_ssh_configuration(folder: Path) -> AsyncIterator[Bench]:
    """Everything from ~/.ssh/config: address, port, user, ProxyJump."""
    async with serving(Cli(users={"ops": "jump"})) as jump:
        unset = frozenset({"port", "username"})
        async with on(cli(), passwords=("jump", PASSWORD), host="pri", port=22, left_to_ssh=unset)(
            folder
        ) as b:
            Path("~/.ssh/config").expanduser().write_text(
                f"Host gate\n  HostName 127.0.0.1\n  Port {jump.port}\n  User ops\n"
                f"Host pri\n  HostName 127.0.0.1\n  Port {b.server.port}\n  User admin\n  ProxyJump gate\n"
            )
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            yield b
            Path("~/.ssh/config").expanduser().unlink()


@asynccontextmanager
async def short_lists(folder: Path) -> AsyncIterator[Bench]:
    async with serving(cli()) as server, choosy(server.port, []) as port, on(cli(), port=port)(folder) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{port}", host_key())
        yield b


@asynccontextmanager
async def ipv6(folder: Path) -> AsyncIterator[Bench]:
    async with on(cli(), host="::1", trusted=False, listening={"host": "::1"})(folder) as b:
        trust(b.known_hosts, f"[::1]:{b.server.port}", host_key())
        yield b


@asynccontextmanager
async def dead_ipv6(folder: Path) -> AsyncIterator[Bench]:
    async with on(cli(), host=NAME, trusted=False)(folder) as b:
        trust(b.known_hosts, f"[{NAME}]:{b.server.port}", host_key())
        names = mock.patch.object(socket, "getaddrinfo", resolver("::1", "127.0.0.1"))
        with names, swallowing("::1", b.server.port):
            yield b


@asynccontextmanager
async def answering(data: bytes, folder: Path) -> AsyncIterator[Bench]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    async with tcp_server(serve) as port, on(cli(), port=port)(folder) as b:
        yield b


def kbdint(*more: Any) -> Cli:
    return cli(methods=("kbdint",), kbdint=[("", "", [("Password: ", False)], [PASSWORD]), *more])


def dialogue(*names: str) -> Setting:
    return on(cli(*(DIALOGUES[name] for name in names)))


def settings() -> dict[str, Setting]:
    """Every kind of login, in the order of the table."""
    token = ("RSA", "Second factor", [("Token code: ", False)], ["123456"])
    policy = ask("Acceptable use policy\nType I AGREE to go on: ", "I AGREE")
    settings: dict[str, Setting] = {
        "key (Ed25519)": by_key(),
        "key with a passphrase": by_key(passphrase="open"),
        "password": on(cli()),
        "keyboard-interactive": on(kbdint()),
        "keyboard-interactive, second factor": on(kbdint(token), passwords=(PASSWORD, "123456")),
        "group14-sha1, hmac-sha1, ssh-rsa": on(cli(), listening=SHA1, keys=[host_key("ssh-rsa")]),
        "group-exchange-sha256, ssh-rsa": on(cli(), listening=EXCHANGE, keys=[host_key("ssh-rsa")]),
        "group1, 3des, md5, ssh-rsa (legacy_ssh)": on(
            cli(), listening=OLDEST, keys=[host_key("ssh-rsa")], legacy_ssh=True
        ),
        "hangs up on long algorithm lists": short_lists,
        "jump host with its own password": through_a_jump_host,
        "all from ~/.ssh/config, ProxyJump": by_the_ssh_configuration,
        "resume menu": dialogue("menu"),
        "another user": dialogue("another"),
        "Press <Enter>": dialogue("enter"),
        "banner pager": dialogue("pager"),
        "last login, expiry notice": dialogue("last"),
        "all of these in turn": dialogue("last", "pager", "another", "menu", "enter"),
        "unknown question, answered": on(cli(policy), dialogues=("I AGREE",)),
        "pager, no `terminal length`, 100 rows": on(
            cli(commands={LISTCERTS: LONG_TABLE}, page=9, terminal_length=False)
        ),
        "slow to its prompt (2 s)": on(cli(pause(2.0))),
        "wrong password": on(cli(users={})),
        "expired password": on(cli(expired=True)),
        "no common algorithm": on(cli(), listening=OLDEST, keys=[host_key("ssh-rsa")]),
        "not SSH": lambda folder: answering(b"HTTP/1.1 400 Bad Request\r\n\r\n", folder),
        "closed at once": lambda folder: answering(b"", folder),
        "too many sessions": lambda folder: answering(b"Exceeded MaxStartups\r\n", folder),
        "unknown question, no one there": on(cli(policy)),
        "a shell that is not an admin CLI": on(cli(say("Linux\n"), prompt="ade # ")),
    }
    if has_ipv6():
        settings |= {"IPv6 address": ipv6, "name with a dead IPv6 address": dead_ipv6}
    if sshd.find_sshd():
        settings |= {
            "OpenSSH, key": on_sshd(),
            "OpenSSH, RSA key, SHA-1 signatures only": on_sshd("PubkeyAcceptedAlgorithms ssh-rsa", rsa=True),
            "OpenSSH, group1, CBC only (legacy_ssh)": legacy_sshd,
        }
    return settings


def legacy_sshd(folder: Path) -> AbstractAsyncContextManager[Bench]:
    old = ("KexAlgorithms diffie-hellman-group1-sha1", "Ciphers aes256-cbc,3des-cbc", "MACs hmac-sha1")
    made = on_sshd(*old)(folder)

    @asynccontextmanager
    async def legacy() -> AsyncIterator[Bench]:
        async with made as b:
            b.node.settings = replace(b.node.settings, legacy_ssh=True)
            yield b

    return legacy()


async def once(setting: Setting) -> tuple[float, float, str]:
    """Milliseconds to the prompt and for the listing, and how it went."""
    with tempfile.TemporaryDirectory(prefix="bench-login-") as folder:
        async with setting(Path(folder)) as b:
            began = time.perf_counter()
            try:
                await b.node.connect()
            except ApplianceError as error:
                return (time.perf_counter() - began) * 1000, 0.0, f"- {error.message}"
            at_prompt = time.perf_counter()
            text = (await b.node.listcerts()).text
            listed = time.perf_counter()
            assert text.count("host=") in (2, 100), text
            return (at_prompt - began) * 1000, (listed - at_prompt) * 1000, how(b)


def how(b: Bench) -> str:
    """What was typed, and how often the node was connected to."""
    asked = [question.purpose for question in b.asker.password_questions]
    answers = [line.text for line in b.log if line.kind == "answer"]
    tries = len(b.server.connections)
    words = [f"{tries} connections"] if tries > 1 else []
    return "y " + (", ".join([*words, *asked, *answers]) or "key")


async def table(rounds: int) -> None:
    """Print it."""
    print(f"{'kind of login':<47}ms to prompt  ms listing   logged in, and what it took")
    for label, setting in settings().items():
        runs = [await once(setting) for _ in range(rounds)]
        prompt = statistics.median(run[0] for run in runs)
        listing = statistics.median(run[1] for run in runs)
        shown = f"{listing:>10.0f}" if listing else f"{'':>10}"
        print(f"{label:<47} {prompt:>11.0f}  {shown}   {runs[0][2][:90]}", flush=True)


@contextlib.contextmanager
def own_home() -> Iterator[None]:
    """No keys, agent or configuration of whoever runs this."""
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        Path(home, ".ssh").mkdir(mode=0o700)
        kept = {key: value for key, value in os.environ.items() if key != "SSH_AUTH_SOCK"}
        with mock.patch.dict(os.environ, {**kept, "HOME": home}, clear=True):
            yield


async def main(rounds: int) -> None:
    import tofutui.appliance.ssh.connection  # noqa: F401 - its import is not what is measured

    warnings.simplefilter("ignore")
    with own_home():
        await table(rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(main(parser.parse_args().rounds))
