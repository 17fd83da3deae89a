"""Debian's own sshd on a free loopback port, with its own keys and a command forced on every login.

Needs no root: a plain user can log in to its own sshd with a key. With root and PAM, password logins of a
real account work too (``password=True``).
"""

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PRIVILEGE_FOLDER = Path("/run/sshd")


@dataclass(frozen=True)
class Sshd:
    """A running sshd."""

    port: int
    user: str
    folder: Path

    @property
    def key_file(self) -> Path:
        """A private key that may log in."""
        return self.folder / "id"

    @property
    def host_key_line(self) -> str:
        """Type and data of its host key, as in known_hosts."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])

    def write_known_hosts(self, file: Path) -> None:
        """Put its host key on file."""
        with file.open("a") as stream:
            stream.write(f"[127.0.0.1]:{self.port} {self.host_key_line}\n")

    @property
    def log(self) -> str:
        """What it logged so far."""
        return (self.folder / "sshd.log").read_text(errors="replace")


def account(folder: Path, user: str, password: str) -> list[str] | None:
    """A command to start sshd by, so that an account with this password is there for it alone.

    It sees its own copies of the account files, laid over the machine's in a mount namespace; None where that
    needs more than we may do. The account has our own user id.
    """
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["openssl", "passwd", "-6", password], check=True, capture_output=True, text=True)
    lines = {
        "passwd": f"{user}:x:{os.getuid()}:{os.getgid()}::/tmp:/bin/sh",
        "shadow": f"{user}:{done.stdout.strip()}:19000::::::",
    }
    mounts = []
    for name, line in lines.items():
        copy = folder / name
        copy.write_text(f"{line}\n" + Path("/etc", name).read_text())
        copy.chmod(0o600 if name == "shadow" else 0o644)
        mounts.append(f"mount --bind {shlex.quote(str(copy))} /etc/{name}")
    return ["unshare", "--mount", "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh"]


def find_sshd() -> str | None:
    """The program, or None where openssh-server is not installed."""
    return shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")


@contextmanager
def start(
    folder: Path,
    command: Sequence[str],
    *,
    user: str | None = None,
    password: bool = False,
    options: Sequence[str] = (),
    within: Sequence[str] = (),
) -> Iterator[Sshd]:
    """Run sshd with ``command`` forced on each login.

    ``options`` are further lines of its configuration, ``within`` is a command to start it by.
    """
    program = find_sshd()
    assert program, "openssh-server is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    _make_keys(folder)
    if getpass.getuser() == "root":
        _PRIVILEGE_FOLDER.mkdir(mode=0o755, exist_ok=True)
    port = _free_port()
    (folder / "sshd_config").write_text(_configuration(folder, port, command, password, options))
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen(
            [*within, program, "-D", "-e", "-f", folder / "sshd_config"],
            stdin=subprocess.DEVNULL,
            stderr=log,
            stdout=log,
        )
        try:
            _wait_for(port, process, folder)
            yield Sshd(port, user or getpass.getuser(), folder)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _make_keys(folder: Path) -> None:
    for name in ("host_key", "id"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "id.pub", folder / "authorized_keys")


def _configuration(
    folder: Path, port: int, command: Sequence[str], password: bool, options: Sequence[str]
) -> str:
    yes = "yes" if password else "no"
    return "\n".join(
        [
            *options,
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {folder}/host_key",
            f"AuthorizedKeysFile {folder}/authorized_keys",
            "PidFile none",
            "StrictModes no",
            "PermitRootLogin yes",
            "PrintMotd no",
            "PrintLastLog no",
            f"UsePAM {yes}",
            f"PasswordAuthentication {yes}",
            "KbdInteractiveAuthentication no",
            "LogLevel VERBOSE",
            f"ForceCommand {shlex.join(command)}",
            "",
        ]
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as probe:
                if probe.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"sshd did not start: {(folder / 'sshd.log').read_text(errors='replace')}")
