"""Real SSH servers with a scripted admin CLI: logged in to, listed, and left, as an appliance would be."""

import asyncio
import getpass
import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncssh

from tests.realworld.trials import LeftOut, Make, Trial, Way, free_port, of_makes, program, running
from tests.support import sshd
from tests.support.askers import ScriptedAsker
from tofutui.appliance.node import Node
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.site.session import NodeSettings, Role

_ROWS = (
    "host=10.10.10.11_8082;  subject=/C=US/O=Cisco Systems/CN=prime-sec",
    "host=ise.lab.example_443;  subject=/CN=ise.lab.example",
)
_PASSWORD = "s3cret-Pässword"
_USER = "realworld"
_CLI = Path(__file__).parents[1] / "support/force_cli.py"


@dataclass(frozen=True, slots=True)
class Login:
    """Where a server listens and what it lets in."""

    port: int
    user: str
    key_file: Path | None = None
    """None: the password."""


Server = Callable[[Path, list[str]], AbstractContextManager[Login]]
"""Starts a server in a folder, with a command forced on each login."""


def trials() -> Iterator[Trial | LeftOut]:
    """A login to each server in each of its ways."""
    return of_makes("ssh", _makes())


def _try(folder: Path, *, server: Server, legacy: bool = False) -> tuple[bool, str]:
    (folder / "table.txt").write_text("".join(f"{row}\n" for row in _ROWS))
    with server(folder, [sys.executable, str(_CLI), str(folder)]) as login:
        return asyncio.run(_list(login, folder, legacy=legacy))


async def _list(login: Login, folder: Path, *, legacy: bool) -> tuple[bool, str]:
    known_hosts = folder / "known_hosts"
    settings: dict[str, Any] = {"key_file": login.key_file} if login.key_file else {}
    node = Node(
        NodeSettings(
            role=Role.PRIMARY,
            host="127.0.0.1",
            port=login.port,
            username=login.user,
            known_hosts=known_hosts,
            legacy_ssh=legacy,
            **settings,
        ),
        ScriptedAsker(passwords=[_PASSWORD], host_keys=[True]),
        log=lambda line: None,
        clock=lambda: datetime.now(UTC),
    )
    try:
        async with asyncio.timeout(40):
            output = await node.listcerts()
            assert node.login is not None
            connection = node.login.link.connection
    finally:
        await node.close()
    rows = len(read_listing(output.text).rows)
    left = (folder / "ended.log").read_text().split()
    said = f"{_algorithms(connection)}; {rows} rows, left with `{' '.join(left)}`"
    return rows == len(_ROWS) and left == ["exit"], said


def _algorithms(connection: asyncssh.SSHClientConnection) -> str:
    kex = connection.get_extra_info("kex_alg") or getattr(connection, "_kex_alg", "")
    key = connection.get_server_host_key()
    cipher = connection.get_extra_info("send_cipher")
    words = (str(kex), key.get_algorithm() if key else "", str(cipher))
    return ", ".join(word for word in words if word)


def _makes() -> list[Make]:
    dropbear = {
        f"password, {kind} host key": partial(_try, server=partial(_dropbear, kind=kind))
        for kind in ("ed25519", "rsa", "ecdsa")
    }
    return [
        Make("OpenSSH", "openssh-server", "sshd", _openssh_ways()),
        Make("Dropbear", "dropbear-bin", "dropbear", dropbear),
        Make("TinySSH", "tinysshd", "tinysshd", {"key, ed25519 host key": partial(_try, server=_tinyssh)}),
        Make(
            "GNU lsh",
            "lsh-server",
            "lshd",
            {"password, RSA host key": partial(_try, server=_lsh, legacy=True)},
        ),
    ]


_OPENSSH = {
    "key, its own defaults": (),
    "key, curve25519 and chacha20": (
        "KexAlgorithms curve25519-sha256",
        "Ciphers chacha20-poly1305@openssh.com",
    ),
    "key, group14-sha1 and aes128-ctr as OpenSSH 5.3": (
        "KexAlgorithms diffie-hellman-group14-sha1",
        "Ciphers aes128-ctr",
        "MACs hmac-sha1",
    ),
    "key, group-exchange-sha256": ("KexAlgorithms diffie-hellman-group-exchange-sha256",),
    "key, group16 and group18": (
        "KexAlgorithms diffie-hellman-group18-sha512,diffie-hellman-group16-sha512",
    ),
    "key, nistp521 and aes256-gcm": ("KexAlgorithms ecdh-sha2-nistp521", "Ciphers aes256-gcm@openssh.com"),
    "key, group1-sha1 and 3des-cbc (legacy_ssh)": (
        "KexAlgorithms diffie-hellman-group1-sha1",
        "Ciphers 3des-cbc",
        "MACs hmac-md5",
    ),
    "key, umac-128": ("Ciphers aes192-ctr", "MACs umac-128@openssh.com"),
    "key, compression required to be delayed": ("Compression delayed",),
    "key, a banner in Latin-1": ("Banner {folder}/banner",),
}


def _openssh_ways() -> dict[str, Way]:
    ways: dict[str, Way] = {
        tried: partial(_try, server=partial(_openssh, options=options), legacy="legacy_ssh" in tried)
        for tried, options in _OPENSSH.items()
    }
    ways["password of an account, PAM"] = partial(_try, server=_openssh_with_password)
    return ways


@contextmanager
def _openssh(folder: Path, command: list[str], *, options: tuple[str, ...]) -> Iterator[Login]:
    (folder / "banner").write_bytes("Zutritt f\u00fcr Befugte\n".encode("latin-1"))
    lines = [line.format(folder=folder) for line in options]
    with sshd.start(folder / "sshd", command, options=lines) as server:
        yield Login(server.port, server.user, server.key_file)


@contextmanager
def _openssh_with_password(folder: Path, command: list[str]) -> Iterator[Login]:
    with sshd.start(
        folder / "sshd",
        command,
        user=_USER,
        password=True,
        within=_account(folder),
    ) as server:
        yield Login(server.port, _USER)


def _account(folder: Path) -> list[str]:
    within = sshd.account(folder / "account", _USER, _PASSWORD)
    if within is None:
        raise RuntimeError("an account for the trial needs root and mount namespaces")
    return within


@contextmanager
def _dropbear(folder: Path, command: list[str], *, kind: str) -> Iterator[Login]:
    key = folder / "host_key"
    subprocess.run(["dropbearkey", "-t", kind, "-f", key], check=True, capture_output=True)
    port = free_port()
    arguments = ["-F", "-E", "-m", "-p", f"127.0.0.1:{port}", "-r", str(key), "-P", str(folder / "pid")]
    server = [*_account(folder), str(program("dropbear")), *arguments, "-c", shlex.join(command)]
    with running(server, port, folder / "log"):
        yield Login(port, _USER)


@contextmanager
def _lsh(folder: Path, command: list[str]) -> Iterator[Login]:
    """It has no forced command, but a login shell of one's own choice."""
    seed, key, shell = folder / "seed", folder / "host_key", folder / "shell"
    seeded = {**os.environ, "LSH_YARROW_SEED_FILE": str(seed)}
    subprocess.run(["lsh-make-seed", "--sloppy", "-q", "-o", seed], check=True, capture_output=True)
    made = subprocess.run(
        ["lsh-keygen", "-a", "rsa", "-l", "2048"], env=seeded, check=True, capture_output=True
    )
    written = ["lsh-writekey", "--server", "-o", key]
    subprocess.run(written, input=made.stdout, env=seeded, check=True, capture_output=True)
    shell.write_text(f"#!/bin/sh\nexec {shlex.join(command)}\n")
    shell.chmod(0o755)
    port = free_port()
    listening = ["-p", str(port), "--interface=127.0.0.1", "-h", str(key), "--no-pid-file"]
    login = ["--root-login", "--password-helper=/bin/true", f"--login-shell={shell}"]
    variable = ["env", "LC_ALL=C.UTF-8", f"LSH_YARROW_SEED_FILE={seed}"]
    server = [*_account(folder), *variable, str(program("lshd")), *listening, *login]
    with running(server, port, folder / "log"):
        yield Login(port, _USER)


@contextmanager
def _tinyssh(folder: Path, command: list[str]) -> Iterator[Login]:
    """It serves one connection on its standard input and output, as inetd starts it."""
    if getpass.getuser() != "root":
        raise RuntimeError("it lets in by the key file of an account, which the trial must not change")
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    key_file = folder / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key_file], check=True)
    (home / ".ssh/authorized_keys").write_bytes((folder / "id.pub").read_bytes())
    subprocess.run(["tinysshd-makekey", folder / "keys"], check=True, capture_output=True)
    passwd = folder / "passwd"
    passwd.write_text(f"{_USER}:x:0:0::/mnt:/bin/sh\n" + Path("/etc/passwd").read_text())
    # It accepts no home below a folder that others may write, as /tmp is.
    mounts = f'mount --bind {passwd} /etc/passwd && mount --bind {home} /mnt && exec "$@"'
    inside = ["unshare", "--mount", "sh", "-c", mounts, "sh"]
    server = [*inside, str(program("tinysshd")), "-v", "-e", shlex.join(command), str(folder / "keys")]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_as_inetd, args=(listening, server, folder / "log"), daemon=True)
        thread.start()
        try:
            yield Login(listening.getsockname()[1], _USER, key_file)
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _as_inetd(listening: socket.socket, server: list[str], log: Path) -> None:
    processes = []
    with log.open("wb") as stream:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                break
            with connection:
                handle = connection.fileno()
                processes.append(subprocess.Popen(server, stdin=handle, stdout=handle, stderr=stream))
    for process in processes:
        process.terminate()
        process.wait(10)
