"""Known host keys, read and judged as OpenSSH does it, and written one line at a time.

asyncssh raises one exception for unknown and changed keys alike, and never writes.
"""

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import asyncssh

from tofutui.appliance.ssh.known_hosts import lines_about
from tofutui.system.files import check_regular

SYSTEM_FILES = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))
DEFAULT_PORT = 22


class Standing(Enum):
    """What is known of a key that a server shows."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """The entries for one host and port."""

    keys: tuple[asyncssh.SSHKey, ...]
    """Under the name with the port, or under the plain name for port 22."""
    portless: tuple[asyncssh.SSHKey, ...]
    """For another port than 22: under the plain name; these can confirm a key but not contradict it."""
    authorities: tuple[asyncssh.SSHKey, ...]
    revoked: tuple[asyncssh.SSHKey, ...]

    def judge(self, key: asyncssh.SSHKey) -> Standing:
        """Whether this key may be trusted.

        A key of a type that is not on file is unknown and not changed: a server has one key of each type.
        """
        if key in self.revoked:
            return Standing.REVOKED
        if key in self.keys or key in self.portless:
            return Standing.KNOWN
        if key.get_algorithm() in self.types:
            return Standing.CHANGED
        return Standing.UNKNOWN

    def and_keys(self, more: Iterable[asyncssh.SSHKey]) -> "KnownKeys":
        """The same with more keys."""
        return replace(self, keys=(*self.keys, *more))

    @property
    def types(self) -> tuple[str, ...]:
        """The key types on file for exactly this host and port."""
        return tuple(dict.fromkeys(key.get_algorithm() for key in self.keys))


def host_name(host: str, port: int) -> str:
    """A host as known_hosts spells it: plain for port 22, else ``[host]:port``."""
    return host.lower() if port == DEFAULT_PORT else f"[{host.lower()}]:{port}"


def look_up(files: Iterable[Path], host: str, port: int) -> KnownKeys:
    """All entries for a host in these files. Missing files and lines that cannot be read count as nothing.

    Raises:
        UnusableFile: one of them is a pipe, a socket, a device or too large.
    """
    exact = host_name(host, port)
    keys: dict[str, list[asyncssh.SSHKey]] = {"exact": [], "plain": [], "cert-authority": [], "revoked": []}
    for line in lines_about(files, dict.fromkeys((exact, host.lower()))):
        kind = line.marker or ("exact" if line.name == exact else "plain")
        key = _key(line.key)
        if key is not None and kind in keys:
            keys[kind].append(key)
    return KnownKeys(
        keys=tuple(keys["exact"]),
        portless=tuple(keys["plain"]),
        authorities=tuple(keys["cert-authority"]),
        revoked=tuple(keys["revoked"]),
    )


def append(file: Path, host: str, port: int, key: asyncssh.SSHKey) -> None:
    """Add a key, as ``ssh`` does after a yes; makes folder (0700) and file (0600) where they are missing.

    Raises:
        OSError: the file cannot be written, or is not a regular one.
    """
    if file.exists():
        check_regular(file)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    algorithm, data = key.export_public_key("openssh").split()[:2]
    line = b" ".join((host_name(host, port).encode(), algorithm, data)) + b"\n"
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        if size:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                line = b"\n" + line
        stream.write(line)


def removal_command(file: Path, host: str, port: int) -> str:
    """The `ssh-keygen` line that forgets a host's keys."""
    name = host_name(host, port)
    quoted = f"'{name}'" if port != DEFAULT_PORT else name
    is_default = file == Path("~/.ssh/known_hosts").expanduser()
    return f"ssh-keygen -R {quoted}" + ("" if is_default else f" -f {shlex.quote(str(file))}")


def _key(text: bytes) -> asyncssh.SSHKey | None:
    """The key at the end of a line; None for a kind that asyncssh cannot read."""
    try:
        return asyncssh.import_public_key(text)
    except ValueError:
        return None
