"""``~/.ssh/config`` read as ssh reads it, with the SSH library's reader.

The library gives up on the whole file for one line that it does not know, for a comment at the end of a line
and for a byte that is not UTF-8. Here such a line costs only itself.
"""

import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

import asyncssh
import asyncssh.config
import asyncssh.connection

from tofutui.appliance.errors import SshConfigError
from tofutui.system.files import CONFIGURATION, read_regular
from tofutui.tofu.base.damaged_text import damage
from tofutui.tofu.base.encodings import decode_text
from tofutui.tofu.base.text import encode, safe

_LINE = re.compile(r" line ([0-9]+): (.*)\Z", re.DOTALL)
_EXPANSION = re.compile(r"Invalid (?:token|environment) expansion: (\S+)")
_TO_THE_END = re.compile(r"\s*(?:proxycommand|remotecommand|localcommand|knownhostscommand)\b", re.IGNORECASE)
_BLOCK = re.compile(r"\s*(?:match|host)\b", re.IGNORECASE)
_NO_BLOCK = "Host !*"
"""Begins a block for no host at all: what follows an unread condition must not apply to every host."""
_MOST_UNREAD = 50
_MOST_INCLUDED = 16
"""Files one in another, as with ssh."""
_CORRECT = "correct that line"
_DURATION = re.compile(r"(?:[0-9]{1,9}[smhdw]?)+", re.IGNORECASE)
_DURATION_OR_NONE = re.compile(rf"none|{_DURATION.pattern}", re.IGNORECASE)
_SIZE = re.compile(r"(?:default|none|[0-9]{1,12}[kmg]?)", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")


class _Unused:
    """An option that this program sets itself: read to say what is wrong with it, and not used."""

    def __init__(self, *values: re.Pattern[str]) -> None:
        self._values = values

    def __call__(self, config: "ClientConfig", option: str, args: list[str]) -> None:
        """Take the values off the line.

        Raises:
            asyncssh.ConfigParseError: ssh would refuse one.
        """
        for pattern in self._values[: len(args)]:
            value = args.pop(0)
            if not pattern.fullmatch(value):
                config.refuse(f"Invalid {option} value: {value}")


def _read_port(config: "ClientConfig", option: str, args: list[str]) -> None:
    """A number or the name of a service."""
    value = args.pop(0)
    try:
        port = int(value) if value.isascii() and value.isdecimal() else socket.getservbyname(value, "tcp")
    except OSError:
        port = 0
    if 0 < port < 65536:
        config.keep(option, port)
        return
    reason = safe(f"{option} {value} is not a port (1 to 65535)")
    config.wrong_port = config.wrong_port or f"{config.place}: {reason}"
    config.refuse(reason)


class ClientConfig(asyncssh.config.SSHClientConfig):
    """The library's configuration that continues after a line it cannot read, and says which that was."""

    _percent_expand = asyncssh.config.SSHClientConfig._percent_expand | {"UserKnownHostsFile"}
    _handlers = asyncssh.config.SSHClientConfig._handlers | {
        "port": ("Port", _read_port),
        "connecttimeout": ("ConnectTimeout", _Unused(_DURATION_OR_NONE)),
        "serveraliveinterval": ("ServerAliveInterval", _Unused(_DURATION)),
        "serveralivecountmax": ("ServerAliveCountMax", _Unused(_COUNT)),
        "rekeylimit": ("RekeyLimit", _Unused(_SIZE, _DURATION_OR_NONE)),
    }
    unread: tuple[str, ...] = ()
    """One sentence for each line that was not used."""
    wrong_port = ""
    """The first port that is none, with its line: where no other is given, a server at 22 is not meant."""
    _files: tuple[Path, ...] = ()
    """Those that are being read, each included by the one before it."""

    @property
    def place(self) -> str:
        """The line that is read, for messages."""
        return f"{self._files[-1]} line {self._line_no}"

    def refuse(self, reason: str) -> None:
        """Give this line up.

        Raises:
            asyncssh.ConfigParseError: always.
        """
        self._error(reason)

    def keep(self, option: str, value: object) -> None:
        """Note a value; the first one of an option counts."""
        self._options.setdefault(option, value)

    def parse(self, path: Path) -> None:
        """Read a configuration file.

        Raises:
            asyncssh.ConfigParseError: it cannot be read although no single line is at fault.
            OSError: it cannot be opened.
            SshConfigError: files include one another without end.
        """
        if len(self._files) > _MOST_INCLUDED:
            raise SshConfigError(f"{self.place}: includes files more than {_MOST_INCLUDED} deep", _CORRECT)
        outer, self._files = self._files, (*self._files, path)
        try:
            self._read(path)
        finally:
            self._files = outer

    def _read(self, path: Path) -> None:
        text = decode_text(read_regular(path, most=CONFIGURATION))
        lines = [_without_comment(_as_latin(line)) for line in text.split("\n")]
        self.unread += tuple(_doubts(path, lines))
        for _ in range(_MOST_UNREAD):
            before = self._state()
            try:
                self._parse_lines(lines)
            except asyncssh.ConfigParseError as error:
                number, reason = _place_of(str(error), lines)
                if not number:
                    raise
                self._options, self._tokens, self._final, self.unread = before
                self.unread += (f"{path} line {number} is not used: {safe(reason)}",)
                lines[number - 1] = _NO_BLOCK if _BLOCK.match(lines[number - 1]) else ""
            else:
                return
        self.unread += (f"{path} is not used: more than {_MOST_UNREAD} lines of it cannot be read",)

    def _set_tokens(self) -> None:
        """With ``%k``, the name under which a host's key is known: files of known hosts are named by it."""
        super()._set_tokens()
        self._tokens["k"] = str(self._options.get("HostKeyAlias") or self._orig_host)

    def _state(self) -> tuple[dict[str, object], dict[str, str], bool | None, tuple[str, ...]]:
        options = {
            name: value.copy() if isinstance(value, list) else value for name, value in self._options.items()
        }
        return options, self._tokens.copy(), self._final, self.unread

    def _parse_lines(self, lines: list[str]) -> None:
        """The library opens files by name, so it gets one with what it can read."""
        with NamedTemporaryFile(prefix="ssh-config-") as file:
            file.write("\n".join(lines).encode())
            file.flush()
            super().parse(Path(file.name))


def install() -> None:
    """Make the library's connection options use this reader."""
    setattr(asyncssh.connection, "SSHClientConfig", ClientConfig)  # noqa: B010


def unread_lines(options: asyncssh.SSHClientConnectionOptions) -> tuple[str, ...]:
    """What was not used of the configuration files behind these options."""
    return options.config.unread if isinstance(options.config, ClientConfig) else ()


def check_port(options: asyncssh.SSHClientConnectionOptions) -> None:
    """To be asked where the configuration alone says the port.

    Raises:
        SshConfigError: it says one that ssh refuses.
    """
    if isinstance(options.config, ClientConfig) and options.config.wrong_port:
        raise SshConfigError(options.config.wrong_port, _CORRECT)


def _as_latin(line: str) -> str:
    """A line that is not UTF-8 as Latin-1, which has a character for every byte."""
    is_utf_8 = not any("\ud800" <= char <= "\udfff" for char in line)
    return line if is_utf_8 else encode(line).decode("latin-1")


def _without_comment(line: str) -> str:
    """A line without the comment behind its values, which ssh allows since 8.7."""
    if _TO_THE_END.match(line):
        return line
    quote = ""
    for at, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#" and line[at - 1 : at].isspace():
            return line[:at]
    return line


def _doubts(path: Path, lines: Sequence[str]) -> Iterator[str]:
    """A remark for each line with characters of a word processor, which ssh takes as they are."""
    for number, line in enumerate(lines, 1):
        what = damage(line) if line.strip() and not line.lstrip().startswith("#") else ""
        if what:
            yield f"{path} line {number} holds {what}: ssh uses it literally"


def _place_of(message: str, lines: Sequence[str]) -> tuple[int, str]:
    """Which line an error is about, and what is wrong there; 0 if that cannot be said."""
    place = _LINE.search(message)
    if place:
        return int(place[1]), place[2]
    name = _EXPANSION.search(message)
    marks = (f"%{name[1]}", f"${{{name[1]}}}") if name else ()
    number = next((at for at, line in enumerate(lines, 1) if any(mark in line for mark in marks)), 0)
    return number, message
