"""Where an SSH server really is: what the user's OpenSSH configuration makes of a host name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, cast

import asyncssh

from tofutui.appliance.errors import ApplianceError, SshConfigError
from tofutui.appliance.ssh import ssh_config
from tofutui.appliance.ssh.hostkeys import SYSTEM_FILES
from tofutui.system.background import TookTooLong, within
from tofutui.system.files import UnusableFile, check_regular
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import NodeSettings

ssh_config.install()

P = ParamSpec("P")
CONFIG_WITHIN = 10.0
"""Seconds that the SSH configuration has to be read; its ``Match exec`` may run programs."""
DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts"


ALGORITHM_LISTS = ("KexAlgorithms", "HostKeyAlgorithms", "Ciphers", "MACs")
"""As ~/.ssh/config calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One SSH server, before and after the configuration file was asked."""

    given: str
    """The name under which the configuration knows it."""
    host: str
    port: int
    username: str
    key_name: str
    """The name under which known_hosts holds it."""
    key_port: int
    known_hosts: tuple[Path, ...]
    """The first one is written to."""
    jump: str | None
    """ProxyJump, as written there."""
    command: str
    """ProxyCommand, ready for the shell; "" without one."""
    configured: frozenset[str]
    """Algorithm lists that the configuration sets (KexAlgorithms, Ciphers, MACs, HostKeyAlgorithms)."""
    family: int | None
    """The address family to connect with (0: any); None: the configuration says from where, or renames it."""
    unread: tuple[str, ...] = ()
    """What the configuration says that was not used, one sentence for each line."""

    @property
    def address(self) -> str:
        """``host:port`` for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def login(self) -> str:
        """``user@host`` for messages."""
        return f"{self.username}@{self.host}"


def survey_node(settings: NodeSettings) -> Place:
    """Where a node is; the configuration may say port and user where the session does not.

    Raises:
        SshConfigError: the configuration is broken; the message names file and line.
    """
    port = None if "port" in settings.left_to_ssh else settings.port
    username = None if "username" in settings.left_to_ssh else settings.username
    return survey(settings.host, port, username, settings.known_hosts, usual_user=settings.username)


def survey(
    host: str, port: int | None, username: str | None, known_hosts: Path, *, usual_user: str | None = None
) -> Place:
    """What ``~/.ssh/config`` says of a host; ``port`` and ``username`` override it where they are given.

    Where neither says who logs in it is ``usual_user``, else the local user, as with ssh.
    Reads files: for a worker thread.

    Raises:
        SshConfigError: the configuration is broken; the message names file and line.
    """
    options = _options(host, port, username)
    config = options.config
    alias = cast("str | None", config.get("HostKeyAlias"))
    return Place(
        given=host,
        host=options.host,
        port=options.port,
        username=options.username if username or config.get("User") else usual_user or options.username,
        key_name=alias or options.host,
        key_port=22 if alias else options.port,
        known_hosts=_known_hosts(known_hosts, config),
        jump=cast("str | None", options.tunnel) or None,
        command=cast("str | None", config.get("ProxyCommand")) or "",
        configured=frozenset(name for name in ALGORITHM_LISTS if config.get(name)),
        unread=ssh_config.unread_lines(options),
        family=None if options.local_addr or options.canonicalize_hostname else int(options.family),
    )


def _options(host: str, port: int | None, username: str | None) -> asyncssh.SSHClientConnectionOptions:
    """The configuration as the SSH library reads it; nothing of it is carried out."""
    try:
        _look_at_files()
        options = asyncssh.SSHClientConnectionOptions(
            config=(),
            host=host,
            port=port if port is not None else (),
            username=username if username is not None else (),
            client_keys=None,
            agent_path=None,
            known_hosts=None,
            proxy_command=None,
        )
        if options.config.has_match_final():
            options.update(host=host, reload=True, canonical=False, final=True)
        if port is None:
            ssh_config.check_port(options)
        return options
    except (asyncssh.ConfigParseError, OSError) as error:
        raise _broken(error) from error
    except ValueError as error:
        raise ApplianceError(f"{host}: {safe(str(error))}") from error


async def surveyed(survey_: Callable[P, Place], /, *args: P.args, **kwargs: P.kwargs) -> Place:
    """A survey in a thread, waited for no longer than files take to be read.

    Raises:
        SshConfigError: the configuration is broken, or cannot be read in time.
    """
    try:
        return await within(CONFIG_WITHIN, "the SSH configuration", survey_, *args, **kwargs)
    except TookTooLong as error:
        raise SshConfigError(str(error.strerror)) from error


def _look_at_files() -> None:
    """Before the SSH library opens them: its configuration and the keys that it looks for in ``~/.ssh``.

    Raises:
        UnusableFile: one of them is a pipe, a socket or a device.
    """
    folder = Path("~/.ssh").expanduser()
    for file in (folder / "config", *folder.glob("id_*")):
        if file.exists():
            check_regular(file)


def _known_hosts(setting: Path, config: asyncssh.config.SSHConfig) -> tuple[Path, ...]:
    """The session's file, or the configuration's where the session leaves the default; then the system's."""
    user = [setting]
    named = cast("list[str]", config.get("UserKnownHostsFile") or [])
    if named and setting == Path(DEFAULT_KNOWN_HOSTS).expanduser():
        user = [_expanded(name) for name in named]
    system = cast("list[str] | None", config.get("GlobalKnownHostsFile"))
    return (*user, *(SYSTEM_FILES if system is None else [_expanded(name) for name in system]))


def _expanded(name: str) -> Path:
    path = Path(name.replace("%d", "~", 1) if name.startswith("%d/") else name)
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise SshConfigError(f"the SSH configuration names {path}: no such home folder") from error


def _broken(error: Exception) -> SshConfigError:
    if isinstance(error, asyncssh.ConfigParseError):
        return SshConfigError(f"the SSH configuration is broken: {safe(str(error))}", "correct that line")
    if isinstance(error, UnusableFile):
        return SshConfigError(f"{error.filename}: {error.strerror}")
    reason = safe(str(error))
    return SshConfigError(f"~/.ssh/config cannot be read: {reason}", "correct it, or its permissions")


@dataclass(frozen=True, slots=True)
class Hop:
    """One jump host as ``ssh -J`` spells it."""

    host: str
    port: int | None
    username: str | None


def parse_jump(text: str) -> tuple[Hop, ...]:
    """``[user@]host[:port]``, several with commas, first hop first.

    Raises:
        ApplianceError: it cannot be read.
    """
    hops = []
    for part in text.split(","):
        rest = part.strip().removeprefix("ssh://")
        username, at, rest = rest.rpartition("@")
        host, port = _split_port(rest)
        if not host or (at and not username) or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
            raise ApplianceError(f"jump = {safe(text)!r} is not USER@HOST:PORT", "as `ssh -J` expects it")
        hops.append(Hop(host, int(port) if port else None, username or None))
    return tuple(hops)


def _split_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, port.removeprefix(":")
    if text.count(":") > 1:
        return text, ""
    host, _, port = text.partition(":")
    return host, port
